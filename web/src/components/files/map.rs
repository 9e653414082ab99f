//! GeoJSON, drawn without a map under it.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::reactive::computed::Selector;

use crate::components::files::preview::{problem, whole};
use crate::components::files::reading::{Opened, Reader};
use crate::state::files::geo::{Drawing, HEIGHT, Properties, Shapes, WIDTH, read, words};
use crate::state::language::{t, tf, tn};

/// The most that is read.
const MOST: u64 = 8 << 20;

/// A file of GeoJSON.
#[component]
pub(super) fn MapView(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    whole(reader, head, MOST, |bytes| match read(&bytes) {
        Ok(shapes) => view! { <Map shapes/> }.into_any(),
        Err(why) => problem(tf("This is no GeoJSON that can be drawn: {0}.", &[&why])),
    })
}

/// Shapes, of which one says what it is: the one under the pointer, or the one that
/// was chosen, by a click or with the arrows.
#[component]
fn Map(
    /// The shapes.
    shapes: Shapes,
) -> impl IntoView {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let map = NEXT.fetch_add(1, Ordering::Relaxed);
    let id = move |nth: usize| format!("shape-{map}-{nth}");
    let many = shapes.shapes.len();
    let hovered: RwSignal<Option<usize>> = RwSignal::new(None);
    let chosen: RwSignal<Option<usize>> = RwSignal::new(None);
    let is_chosen = Selector::new(move || chosen.get());
    let drawn = shapes.drawn();
    let own: Vec<Properties> = shapes.shapes.into_iter().map(|shape| shape.properties).collect();
    let draw = |(nth, (drawing, properties)): (usize, (Drawing, &Properties))| {
        let inner = match drawing {
            Drawing::Dots(dots) => {
                let dot = |(x, y): (f64, f64)| {
                    view! { <circle cx=format!("{x:.1}") cy=format!("{y:.1}") r="4"></circle> }
                };
                dots.into_iter().map(dot).collect_view().into_any()
            }
            Drawing::Path(d, is_area) => view! { <path d=d class:area=is_area></path> }.into_any(),
        };
        let name = match properties.is_empty() {
            true => tf("Shape {0}", &[&(nth + 1)]),
            false => words(properties),
        };
        let is_chosen = is_chosen.clone();
        view! {
            <g
                id=id(nth)
                role="option"
                aria-label=name
                aria-selected=move || is_chosen.selected(&Some(nth)).to_string()
                on:click=move |_| chosen.set(Some(nth))
                on:mouseenter=move |_| hovered.set(Some(nth))
                on:mouseleave=move |_| hovered.set(None)
            >
                {inner}
            </g>
        }
    };
    let drawn = drawn.into_iter().zip(&own).enumerate().map(draw).collect_view();
    let on_key = move |event: KeyboardEvent| {
        let now = chosen.get_untracked();
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => now.map_or(0, |now| (now + 1) % many),
            "ArrowLeft" | "ArrowUp" => now.map_or(0, |now| (now + many - 1) % many),
            "Home" => 0,
            "End" => many - 1,
            "Escape" => return chosen.set(None),
            _ => return,
        };
        event.prevent_default();
        chosen.set(Some(next));
    };
    let amount = tn(many, "{0} shape", "{0} shapes");
    let cut = shapes.cut.then(|| {
        view! { <p class="faint">{t("The file has more than can be drawn; this is its beginning.")}</p> }
    });
    let own = StoredValue::new(own);
    let about = move || {
        let nth = hovered.get().or_else(|| chosen.get())?;
        let properties = own.with_value(|own| own.get(nth).cloned())?;
        let one = |(key, value): &(String, String)| {
            view! { <div><dt>{key.clone()}</dt> <dd class="anywhere">{value.clone()}</dd></div> }
        };
        Some(match properties.is_empty() {
            true => view! { <p class="faint">{t("This shape has no properties.")}</p> }.into_any(),
            false => view! { <dl class="facts">{properties.iter().map(one).collect_view()}</dl> }
                .into_any(),
        })
    };
    view! {
        <figure class="file-map">
            <svg
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                role="listbox"
                tabindex="0"
                aria-label=amount.clone()
                aria-activedescendant=move || chosen.get().map(id)
                on:keydown=on_key
            >
                {drawn}
            </svg>
            <figcaption>
                <p class="faint">{amount} " · " {t("Arrows go from shape to shape.")}</p>
                {about}
            </figcaption>
        </figure>
        {cut}
    }
}
