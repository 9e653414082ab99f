//! The images that runs logged: a row for each run, a column for each key or
//! step, and one slider for the step of all.
//!
//! | module | what it does |
//! |---|---|
//! | `thumb` | one image in small, read once it is seen |
//! | `large` | one image as it is, and the way to those before and after it |

mod large;
mod thumb;

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use self::large::{Large, LargeImage};
use self::thumb::Thumb;
use super::board::Board;
use crate::components::failure::words;
use crate::state::board::edit;
use crate::state::board::images::{Catalogue, Image, ImageColumn, image_in};
use crate::state::board::{BoardRun, Chart, ImageColumns, ImageSpec};
use crate::state::debounce::debounced;
use crate::state::language::{t, tf, tn};
use crate::state::run_images::Listing;

/// How many runs are asked for their images at first, and how many more by a click.
const RUNS: usize = 10;
/// How long the slider rests before images of another step are read.
const PAUSE: Duration = Duration::from_millis(120);

/// What a row shows.
#[derive(Clone)]
enum Row {
    Waiting,
    Images(Arc<Vec<Image>>),
    Failed(String),
}

/// A grid of images.
#[component]
pub(super) fn ImageGrid(
    /// What the cards share.
    board: Board,
    /// The id of the card.
    id: Arc<str>,
    /// Its title.
    title: Memo<String>,
    /// What it shows.
    chart: Memo<Option<Chart>>,
    /// Set to what is to be known of the data.
    remark: RwSignal<String>,
    /// Set to whether there is nothing to show.
    empty: RwSignal<bool>,
) -> impl IntoView {
    let spec = Memo::new(move |_| match chart.get() {
        Some(Chart::Images(spec)) => spec,
        _ => ImageSpec::default(),
    });
    let many = RwSignal::new(RUNS);
    let folder = Memo::new(move |_| spec.with(|spec| spec.folder.clone().unwrap_or_default()));
    let candidates = Memo::new(move |_| board.runs.with(|runs| with_images(runs, &folder.get())));
    let runs = Memo::new(move |_| {
        candidates.with(|all| all.iter().take(many.get()).cloned().collect::<Vec<_>>())
    });
    let row_of = move |run: &Arc<BoardRun>| match folder
        .with(|folder| board.images.listing(&run.id, folder))
    {
        Listing::Loading => Row::Waiting,
        Listing::Ready(images) => Row::Images(images),
        Listing::Failed(error) => Row::Failed(words(&error)),
    };
    let catalogue = Memo::new(move |_| {
        let rows: Vec<Row> = runs.with(|runs| runs.iter().map(row_of).collect());
        let images = rows.iter().flat_map(|row| match row {
            Row::Images(images) => images.as_slice(),
            _ => &[],
        });
        spec.with(|spec| Catalogue::of(images, &spec.keys))
    });
    let waiting = Memo::new(move |_| {
        runs.with(|runs| runs.iter().any(|run| matches!(row_of(run), Row::Waiting)))
    });
    // The slider's place at once, and the images once it rests.
    let slid: RwSignal<Option<i64>> = RwSignal::new(None);
    let rested: RwSignal<Option<i64>> = RwSignal::new(None);
    let wanted = spec;
    let step = Memo::new(move |_| rested.get().or_else(|| wanted.with(|spec| spec.step)));
    let place = Memo::new(move |_| {
        let to = slid.get().or_else(|| wanted.with(|spec| spec.step));
        catalogue.with(|all| all.place(to))
    });
    let columns = Memo::new(move |_| {
        catalogue.with(|all| match spec.with(|spec| spec.columns) {
            ImageColumns::Keys => all.by_key(),
            ImageColumns::Steps => all.by_step(all.place(step.get())),
        })
    });
    let shown_step =
        Memo::new(move |_| catalogue.with(|all| all.steps.get(all.place(step.get())).copied()));
    let show = debounced(PAUSE, move |step: Option<i64>| rested.set(step));
    let step_at = move |event| {
        let place = event_target_value(&event).parse::<usize>().ok()?;
        catalogue.with_untracked(|all| all.steps.get(place).copied())
    };
    let slide = move |event| {
        let to = step_at(event);
        slid.set(to);
        show(to);
    };
    let id = StoredValue::new(id);
    // Where the slider was let go is the card's step, in its link, too; the last
    // one is none, so that the images of a running run move on.
    let settle = move |event| {
        let last = catalogue.with_untracked(|all| all.steps.last().copied());
        let to = step_at(event).filter(|step| Some(*step) != last);
        let now = ImageSpec { step: to, ..spec.get_untracked() };
        let given = chart.with_untracked(|chart| {
            chart
                .as_ref()
                .filter(|chart| chart.title() != title.get_untracked())
                .map(|_| title.get_untracked())
        });
        board.layout.update(|layout| {
            edit::set_chart(layout, &id.get_value(), Chart::Images(now), given);
        });
        slid.set(None);
        rested.set(None);
    };
    Effect::new(move || {
        let count = catalogue.with(|all| all.count);
        remark.set(if count > 0 { tn(count, "{0} image", "{0} images") } else { String::new() });
        empty.set(count == 0 && !waiting.get());
    });
    on_cleanup(move || {
        remark.try_set(String::new());
    });

    let large: RwSignal<Option<Large>> = RwSignal::new(None);
    let open = RwSignal::new(false);
    let enlarge = move |run: &Arc<BoardRun>, image: &Image, images: &Arc<Vec<Image>>| {
        let others = images.iter().filter(|other| other.key == image.key).cloned().collect();
        large.set(Some(Large::new(Arc::clone(run), others, image)));
        open.set(true);
    };
    let cell = move |run: &Arc<BoardRun>, images: &Arc<Vec<Image>>, column: ImageColumn| {
        let (run, images) = (Arc::clone(run), Arc::clone(images));
        let all = Arc::clone(&images);
        let of = column.clone();
        let image = Memo::new(move |_| image_in(&all, &of, shown_step.get()));
        let fixed = matches!(column, ImageColumn::Step(..));
        let thumb = move || match image.get() {
            Some(image) => {
                // Another step than the slider's is said.
                let other = Memo::new(move |_| {
                    !fixed && image.step.is_some() && image.step != shown_step.get()
                });
                let (run, images) = (Arc::clone(&run), Arc::clone(&images));
                let shown = image.clone();
                let run_of = Arc::clone(&run);
                let click = Callback::new(move |()| enlarge(&run_of, &shown, &images));
                view! { <Thumb images=board.images run image other click/> }.into_any()
            }
            None => view! { <span class="image-none faint">"–"</span> }.into_any(),
        };
        view! { <td>{thumb}</td> }
    };
    let cells = move |run: Arc<BoardRun>| {
        let row = row_of(&run);
        match row {
            Row::Waiting => view! { <td><span class="image-none"></span></td> }.into_any(),
            Row::Failed(words) => {
                let again = move |_| board.images.refresh(&run.id);
                view! {
                    <td colspan="99">
                        <div class="image-none image-failed" role="alert">
                            <span>{words}</span>
                            <button type="button" class="button" on:click=again>{t("Try again")}</button>
                        </div>
                    </td>
                }
                .into_any()
            }
            Row::Images(images) => view! {
                <For
                    each=move || columns.get()
                    key=Clone::clone
                    children=move |column| cell(&run, &images, column)
                />
            }
            .into_any(),
        }
    };
    let row = move |run: Arc<BoardRun>| {
        let (name, colour) = (run.name.to_string(), run.colour.to_string());
        let whole = name.clone();
        let light = Arc::clone(&run.id);
        view! {
            <tr
                on:pointerenter=move |_| board.light(Some(Arc::clone(&light)))
                on:pointerleave=move |_| board.light(None)
            >
                <th scope="row">
                    <span class="image-run">
                        <span class="tip-mark" style:background=colour></span>
                        <span class="clip" title=whole>{name}</span>
                    </span>
                </th>
                {move || cells(Arc::clone(&run))}
            </tr>
        }
    };
    let head = move |column: ImageColumn| {
        let words = match &column {
            ImageColumn::Key(key) => key.to_string(),
            ImageColumn::Step(_, step) => tf("step {0}", &[step]),
        };
        view! { <th scope="col"><span class="clip" title=words.clone()>{words.clone()}</span></th> }
    };
    let last = Memo::new(move |_| catalogue.with(|all| all.steps.len().saturating_sub(1)));
    let place_words = move || {
        let step = catalogue.with(|all| all.steps.get(place.get()).copied());
        step.map(|step| tf("step {0}", &[&step])).unwrap_or_default()
    };
    let none = move || {
        (catalogue.with(|all| all.count == 0) && !waiting.get()).then(|| {
            view! {
                <p class="image-word faint">
                    {t("None of these runs has images.")} " "
                    <code>"mlflow.log_image(image, key=\"sample\", step=1)"</code>
                </p>
            }
        })
    };
    let more = move || {
        let left = candidates.with(Vec::len).saturating_sub(many.get());
        (left > 0).then(|| {
            let next = left.min(RUNS);
            let words = tn(next, "Show {0} more run", "Show {0} more runs");
            view! {
                <button type="button" class="button" on:click=move |_| many.update(|many| *many += RUNS)>
                    {words}
                </button>
            }
        })
    };
    let any = Memo::new(move |_| waiting.get() || catalogue.with(|all| all.count > 0));
    view! {
        <div class="image-card">
            <div class="image-bar">
                <Show when=move || last.get() != 0>
                    <label class="slider">
                        <input
                            type="range"
                            min="0"
                            max=move || last.get().to_string()
                            step="1"
                            aria-label=t("Step of the images")
                            aria-valuetext=place_words
                            prop:value=move || place.get().to_string()
                            on:input=slide
                            on:change=settle
                        />
                        <span class="soft">{place_words}</span>
                    </label>
                </Show>
            </div>
            {none}
            <Show when=move || any.get()>
                <div class="image-scroll" tabindex="0" role="group" aria-label=move || title.get()>
                    <table class="image-grid">
                        <thead>
                            <tr>
                                <th scope="col">{t("Run")}</th>
                                <For each=move || columns.get() key=Clone::clone children=head/>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || runs.get() key=|run| Arc::clone(&run.id) children=row/>
                        </tbody>
                    </table>
                </div>
            </Show>
            {more}
            <LargeImage images=board.images large open/>
        </div>
    }
}

/// The runs whose images are asked for: those that say that they have some. A
/// folder may be in any, and older clients say nothing.
fn with_images(runs: &[Arc<BoardRun>], folder: &str) -> Vec<Arc<BoardRun>> {
    let some = folder.is_empty() && runs.iter().any(|run| run.images);
    runs.iter().filter(|run| run.images || !some).cloned().collect()
}
