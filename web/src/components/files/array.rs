//! An array of NumPy's: what its header says, and its first values.

use leptos::prelude::*;

use crate::components::files::preview::problem;
use crate::components::files::reading::{Opened, Reader};
use crate::components::sheet::Sheet;
use crate::state::files::npy::{Header, Number};
use crate::state::format;
use crate::state::language::{t, tf};

/// A file of an array.
#[component]
pub(super) fn ArrayView(
    /// Reads the file; its beginning is all that is shown.
    #[expect(unused_variables, reason = "every view has one")]
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
    let extremes = values.as_deref().and_then(extremes).map(|(least, most)| {
        let least = fact(t("Smallest"), least.to_string());
        let most = fact(t("Largest"), most.to_string());
        view! { {least} {most} }
    });
    let some = values.as_ref().filter(|values| header.len() != Some(values.len() as u64));
    let some = some.map(|values| {
        let words = tf("Of the first {0} values.", &[&format::count(values.len())]);
        view! { <p class="faint">{words}</p> }
    });
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
            rows=Memo::new(move |_| rows)
            columns=Memo::new(move |_| width)
            head=Callback::new(|column: usize| column.to_string())
            cell=Callback::new(cell)
            seen=Callback::new(|_| ())
        />
    }
    .into_any()
}

/// The smallest and the largest number.
fn extremes(values: &[Number]) -> Option<(Number, Number)> {
    let numbers = || values.iter().copied().filter(|number| !number.value().is_nan());
    let by_value = |a: &Number, b: &Number| a.value().total_cmp(&b.value());
    Some((numbers().min_by(by_value)?, numbers().max_by(by_value)?))
}
