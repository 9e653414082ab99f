//! One image as it is, with the way to those of the other steps.

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;

use super::thumb::{mark_tiny, named};
use crate::components::modal::Modal;
use crate::state::board::BoardRun;
use crate::state::board::images::Image;
use crate::state::language::{t, tf};
use crate::state::route::Route;
use crate::state::run_images::{Picture, RunImages};

/// What is shown: an image among those of the same run and key, by step.
#[derive(Clone)]
pub(super) struct Large {
    run: Arc<BoardRun>,
    images: Vec<Image>,
    at: usize,
}

impl Large {
    /// An image among the others of its key.
    pub(super) fn new(run: Arc<BoardRun>, images: Vec<Image>, image: &Image) -> Large {
        let at = images.iter().position(|other| other == image).unwrap_or_default();
        Large { run, images, at }
    }

    fn image(&self) -> Option<&Image> {
        self.images.get(self.at)
    }
}

/// The dialog.
#[component]
pub(super) fn LargeImage(
    /// Where pictures come from.
    images: RunImages,
    /// What is shown.
    large: RwSignal<Option<Large>>,
    /// Whether it is.
    open: RwSignal<bool>,
) -> impl IntoView {
    let title = Signal::derive(move || {
        large
            .with(|large| {
                let large = large.as_ref()?;
                Some(named(&large.run, large.image()?))
            })
            .unwrap_or_default()
    });
    let go = move |by: isize| {
        large.update(|large| {
            if let Some(large) = large
                && let Some(at) = large.at.checked_add_signed(by)
                && at < large.images.len()
            {
                large.at = at;
            }
        });
    };
    // So that the arrows are heard at once.
    let body: NodeRef<Div> = NodeRef::new();
    Effect::new(move || {
        if let Some(body) = body.get() {
            body.focus().ok();
        }
    });
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowLeft" => go(-1),
        "ArrowRight" => go(1),
        _ => {}
    };
    let ends = Memo::new(move |_| {
        large.with(|large| {
            large.as_ref().map_or((true, true), |l| (l.at == 0, l.at + 1 >= l.images.len()))
        })
    });
    let place = move || {
        large.with(|large| {
            let large = large.as_ref()?;
            Some(tf("{0} of {1}", &[&(large.at + 1), &large.images.len()]))
        })
    };
    let picture = move || {
        let Some(large) = large.get() else { return ().into_any() };
        let Some(image) = large.image().cloned() else { return ().into_any() };
        let run = Arc::clone(&large.run.id);
        match images.picture(&run, &image.path) {
            Picture::Loading => {
                view! { <p class="faint" role="status">{t("Loading…")}</p> }.into_any()
            }
            Picture::Ready(url) => {
                view! { <img src=url alt=title.get() on:load=|event| mark_tiny(&event)/> }
                    .into_any()
            }
            Picture::Failed(why) => {
                let again = move |_| images.retry(&run, &image.path);
                view! {
                    <div class="image-failed" role="alert">
                        <span>{why}</span>
                        <button type="button" class="button" on:click=again>{t("Try again")}</button>
                    </div>
                }
                .into_any()
            }
        }
    };
    let file = move || {
        large.with(|large| {
            let large = large.as_ref()?;
            let route = Route::Run {
                experiment: large.run.experiment.to_string(),
                run: large.run.id.to_string(),
                tab: format!("artifacts/{}", large.image()?.path),
            };
            Some(view! { <a href=route.href()>{t("Show the file")}</a> })
        })
    };
    let several = Memo::new(move |_| ends.get() != (true, true));
    view! {
        <Modal open title wide=true>
            <div class="image-large" tabindex="-1" node_ref=body on:keydown=key>
                <div class="image-stage">{picture}</div>
                <div class="image-foot">
                    <Show when=move || several.get()>
                        <button
                            type="button"
                            class="button"
                            prop:disabled=move || ends.get().0
                            on:click=move |_| go(-1)
                        >
                            {t("Step before")}
                        </button>
                        <button
                            type="button"
                            class="button"
                            prop:disabled=move || ends.get().1
                            on:click=move |_| go(1)
                        >
                            {t("Step after")}
                        </button>
                        <span class="faint" role="status">{place}</span>
                    </Show>
                    {file}
                </div>
            </div>
        </Modal>
    }
}
