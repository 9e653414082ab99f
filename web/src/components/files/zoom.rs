//! A picture in its full size, above the page, and small ones that lead to it.

use std::collections::BTreeMap;

use bytes::Bytes;
use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::Error;

use crate::components::files::media::too_large;
use crate::components::files::preview::problem;
use crate::components::files::reading::Reader;
use crate::components::modal::Modal;
use crate::state::download::object_url;
use crate::state::files::kind::{View, views};
use crate::state::files::paths;
use crate::state::format;
use crate::state::language::{t, tf};

/// The largest picture of a table that is loaded.
const MOST: u64 = 32 << 20;
/// The most small pictures that are kept.
const MOST_KEPT: usize = 300;

/// A picture above the page: as large as the window lets it be, or as large as it is.
#[component]
pub(super) fn Zoom(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// What it is called.
    #[prop(into)]
    name: Signal<String>,
    /// Where it is within the page.
    #[prop(into)]
    url: Signal<Option<String>>,
    /// What stands there without it.
    #[prop(optional, into)]
    instead: ViewFn,
) -> impl IntoView {
    let actual = RwSignal::new(false);
    let words = move || if actual.get() { t("Fit into the window") } else { t("Actual size") };
    let turn = move |_| actual.update(|actual| *actual = !*actual);
    let picture = move || match url.get() {
        Some(url) => view! { <img src=url alt=name.get() on:click=turn/> }.into_any(),
        None => instead.run(),
    };
    let content = move || {
        view! {
            <div class="zoom-stage" class:actual=move || actual.get() tabindex="0">
                {picture.clone()}
            </div>
            <div>
                <button
                    type="button"
                    class="button"
                    prop:disabled=move || url.get().is_none()
                    on:click=turn
                >
                    {words}
                </button>
            </div>
        }
    };
    view! { <Modal open title=name wide=true>{content()}</Modal> }
}

/// What was read of a picture: its address within the page, or why there is none.
type Read = Option<Result<String, String>>;

/// The small pictures of a table, and the large one that was chosen. A copyable
/// handle; what it holds goes with what made it.
#[derive(Clone, Copy)]
pub(super) struct Thumbs {
    reader: StoredValue<Reader>,
    kept: StoredValue<BTreeMap<String, RwSignal<Read>>>,
    chosen: RwSignal<String>,
    large: RwSignal<Read>,
    open: RwSignal<bool>,
    owner: StoredValue<Option<Owner>>,
}

impl Thumbs {
    /// None yet. Paths begin where those of `reader` do.
    pub(super) fn new(reader: Reader) -> Thumbs {
        let thumbs = Thumbs {
            reader: StoredValue::new(reader),
            kept: StoredValue::new(BTreeMap::new()),
            chosen: RwSignal::new(String::new()),
            large: RwSignal::new(None),
            open: RwSignal::new(false),
            owner: StoredValue::new(Owner::current()),
        };
        on_cleanup(move || {
            thumbs.kept.with_value(|kept| kept.values().for_each(|read| forget(*read)));
            forget(thumbs.large);
        });
        thumbs
    }

    /// A small picture, which opens the large one.
    pub(super) fn cell(self, small: String, large: String) -> AnyView {
        let read = self.small(small);
        let name = paths::name(&large).to_owned();
        let label = tf("Enlarge {0}", &[&name]);
        let picture = move || match read.get() {
            None => view! { <span class="bone w3"></span> }.into_any(),
            Some(Ok(url)) => view! { <img src=url alt=""/> }.into_any(),
            Some(Err(why)) => {
                view! { <span class="faint" title=why>{t("no picture")}</span> }.into_any()
            }
        };
        view! {
            <button
                type="button"
                class="file-zoom thumb"
                aria-label=label
                on:click=move |_| self.choose(large.clone())
            >
                {picture}
            </button>
        }
        .into_any()
    }

    /// The dialog of the large one.
    pub(super) fn large(self) -> AnyView {
        let name = Signal::derive(move || self.chosen.with(|path| paths::name(path).to_owned()));
        let url = Signal::derive(move || self.large.get().and_then(Result::ok));
        let instead = move || match self.large.get() {
            Some(Err(why)) => problem(why),
            _ => view! { <p class="faint" role="status">{t("Loading…")}</p> }.into_any(),
        };
        view! { <Zoom open=self.open name url instead/> }.into_any()
    }

    fn choose(self, path: String) {
        forget(self.large);
        self.chosen.set(path.clone());
        self.open.set(true);
        self.load(path, self.large);
    }

    fn small(self, path: String) -> RwSignal<Read> {
        if let Some(read) = self.kept.with_value(|kept| kept.get(&path).copied()) {
            return read;
        }
        // It outlives the cell that asked for it first.
        let made = self.owner.get_value().map(|owner| owner.with(|| RwSignal::new(None)));
        let read = made.unwrap_or_else(|| RwSignal::new(None));
        self.kept.update_value(|kept| {
            if kept.len() >= MOST_KEPT
                && let Some((_, old)) = kept.pop_first()
            {
                // What shows it has it by now.
                revoke(old.get_untracked());
            }
            kept.insert(path.clone(), read);
        });
        self.load(path, read);
        read
    }

    fn load(self, path: String, read: RwSignal<Read>) {
        let reader = self.reader.get_value().beside(path.clone());
        spawn_local(async move {
            let found = match reader.read(0..MOST).await {
                Ok(part) if part.total.is_some_and(|total| total > MOST) => {
                    Err(tf("It has more than {0}.", &[&format::bytes(MOST)]))
                }
                Ok(part) => url_of(&path, &part.bytes),
                Err(error) => Err(Error::to_string(&error)),
            };
            // Nobody waits for it any more.
            revoke(read.try_set(Some(found)).flatten());
        });
    }
}

fn url_of(path: &str, bytes: &Bytes) -> Result<String, String> {
    let broken = || t("The browser can't show this file: it is broken, or of an unknown kind.");
    let Some(View::Picture(media)) = views(path, bytes).first().copied() else {
        return Err(broken().to_owned());
    };
    match too_large(bytes) {
        Some(words) => Err(words),
        None => object_url(bytes, media).ok_or_else(|| broken().to_owned()),
    }
}

/// Lets a picture go.
fn forget(read: RwSignal<Read>) {
    revoke(read.try_update_untracked(Option::take).flatten());
}

fn revoke(read: Read) {
    if let Some(Ok(url)) = read {
        web_sys::Url::revoke_object_url(&url).ok();
    }
}
