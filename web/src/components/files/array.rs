//! An array of NumPy's: what its header says, and its first values.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::files::named;
use crate::components::files::preview::problem;
use crate::components::files::reading::{Opened, Reader};
use crate::components::sheet::Sheet;
use crate::state::files::npy::{Element, Header, Number};
use crate::state::format;
use crate::state::language::{t, tf};

/// How much is read at once to find the smallest and the largest value.
const PIECE: u64 = 1 << 20;
/// The most that is read for them.
const MOST_READ: u64 = 32 << 20;

/// A file of an array.
#[component]
pub(super) fn ArrayView(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    let header = match Header::parse(&head.bytes) {
        Ok(header) => header,
        Err(why) => return problem(tf("This is no array that can be read: {0}.", &[&why])),
    };
    let values = header
        .element()
        .map(|element| element.read(head.bytes.get(header.start..).unwrap_or_default()));
    let fact = |name: &'static str, value: String| {
        view! { <dt>{name}</dt> <dd>{value}</dd> }
    };
    let spread: RwSignal<Option<Spread>> = RwSignal::new(values.as_deref().and_then(Spread::of));
    if let (Some(element), false) = (header.element(), head.is_whole()) {
        spawn_local(read_on(reader, element, head.bytes.len(), header.start, head.total, spread));
    }
    let extremes = move || {
        spread.get().map(|spread| {
            let least = fact(t("Smallest"), spread.least.to_string());
            let most = fact(t("Largest"), spread.most.to_string());
            view! { {least} {most} }
        })
    };
    let all = header.len();
    let some = move || {
        let read = spread.get().map(|spread| spread.read).filter(|read| Some(*read) != all);
        read.map(|read| {
            let read = format::count(usize::try_from(read).unwrap_or(usize::MAX));
            let words = tf("The smallest and the largest of the first {0} values.", &[&read]);
            view! { <p class="faint">{words}</p> }
        })
    };
    let facts = view! {
        <dl class="file-facts">
            {fact(t("Shape"), header.shape_text())}
            {fact(t("Type"), header.dtype.clone())}
            {extremes}
        </dl>
        {some}
    };
    let Some(values) = values.filter(|values| !values.is_empty()) else {
        let words = t("Values of this type are not shown.");
        return view! { {facts} <p class="faint">{words}</p> }.into_any();
    };
    // Rows along the last axis, where values lie so.
    let last = header.shape.last().copied().filter(|_| header.shape.len() > 1 && !header.fortran);
    let width = last.and_then(|last| usize::try_from(last).ok()).unwrap_or(1);
    let width = width.clamp(1, values.len());
    let rows = values.len().div_ceil(width);
    let values = StoredValue::new(values);
    let cell = move |(row, column): (usize, usize)| {
        let value = values.with_value(|values| values.get(row * width + column).copied());
        value.map(|value| value.to_string()).unwrap_or_default()
    };
    view! {
        {facts}
        <Sheet
            label=named(t("Table of the file"))
            rows=Memo::new(move |_| rows)
            columns=Memo::new(move |_| width)
            head=Callback::new(|column: usize| column.to_string())
            cell=Callback::new(cell)
            seen=Callback::new(|_| ())
        />
    }
    .into_any()
}

/// The smallest and the largest of the values that were read.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spread {
    least: Number,
    most: Number,
    /// How many values were read.
    read: u64,
}

impl Spread {
    fn of(values: &[Number]) -> Option<Spread> {
        let numbers = || values.iter().copied().filter(|number| !number.value().is_nan());
        let by_value = |a: &Number, b: &Number| a.value().total_cmp(&b.value());
        let (least, most) = (numbers().min_by(by_value)?, numbers().max_by(by_value)?);
        Some(Spread { least, most, read: values.len() as u64 })
    }

    /// Of both.
    fn with(self, other: Option<Spread>, read: u64) -> Spread {
        let Some(other) = other else { return Spread { read: self.read + read, ..self } };
        let less = other.least.value() < self.least.value();
        let more = other.most.value() > self.most.value();
        Spread {
            least: if less { other.least } else { self.least },
            most: if more { other.most } else { self.most },
            read: self.read + read,
        }
    }
}

/// Reads the rest of the values, up to a bound, for the smallest and the largest.
async fn read_on(
    reader: Reader,
    element: Element,
    known: usize,
    start: usize,
    total: u64,
    spread: RwSignal<Option<Spread>>,
) {
    // Where the first value begins that is not whole in what is known.
    let mut at = (known - (known.saturating_sub(start)) % element.size.max(1)) as u64;
    // As many whole values as one piece holds.
    let piece = PIECE - PIECE % element.size.max(1) as u64;
    while at < total.min(MOST_READ) {
        let Ok(part) = reader.read(at..(at + piece).min(total)).await else { return };
        let values = element.read(&part.bytes);
        if values.is_empty() {
            return;
        }
        at += (values.len() * element.size) as u64;
        let (found, read) = (Spread::of(&values), values.len() as u64);
        let lives = spread.try_update(|spread| {
            *spread = match *spread {
                Some(known) => Some(known.with(found, read)),
                None => found,
            };
        });
        if lives.is_none() {
            return;
        }
    }
}
