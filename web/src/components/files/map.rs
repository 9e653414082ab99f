//! GeoJSON, drawn without a map under it.

use leptos::prelude::*;

use crate::components::files::preview::{problem, whole};
use crate::components::files::reading::{Opened, Reader};
use crate::state::files::geo::{Drawing, HEIGHT, WIDTH, read};
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
    whole(reader, head, MOST, |bytes| {
        let shapes = match read(&bytes) {
            Ok(shapes) => shapes,
            Err(why) => return problem(tf("This is no GeoJSON that can be drawn: {0}.", &[&why])),
        };
        let named = RwSignal::new(String::new());
        let draw = |(drawing, words): (Drawing, String)| {
            let enter = move |_| named.set(words.clone());
            let leave = move |_| named.set(String::new());
            let inner = match drawing {
                Drawing::Dots(dots) => {
                    let dot = |(x, y): (f64, f64)| {
                        view! { <circle cx=format!("{x:.1}") cy=format!("{y:.1}") r="4"></circle> }
                    };
                    dots.into_iter().map(dot).collect_view().into_any()
                }
                Drawing::Path(d, is_area) => {
                    view! { <path d=d class:area=is_area></path> }.into_any()
                }
            };
            view! { <g on:mouseenter=enter on:mouseleave=leave>{inner}</g> }
        };
        let amount = tn(shapes.shapes.len(), "{0} shape", "{0} shapes");
        let words = shapes.shapes.iter().map(|shape| shape.words.clone());
        let drawn = shapes.drawn().into_iter().zip(words).map(draw).collect_view();
        let cut = shapes.cut.then(|| {
            view! { <p class="faint">{t("The file has more than can be drawn; this is its beginning.")}</p> }
        });
        let said = {
            let amount = amount.clone();
            move || match named.with(String::is_empty) {
                true => amount.clone(),
                false => named.get(),
            }
        };
        view! {
            <figure class="file-map">
                <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=amount>
                    {drawn}
                </svg>
                <figcaption class="faint">{said}</figcaption>
            </figure>
            {cut}
        }
        .into_any()
    })
}
