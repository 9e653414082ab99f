//! The mark of a model that the page can run, which leads to its trial. Only its
//! `MLmodel` file tells, so that is read once the mark has been on screen for a
//! moment.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use leptos::html::Span;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::charts::follow_visibility;
use crate::components::icon::{Glyph, Icon};
use crate::state::language::t;
use crate::state::model_place::{ModelPlace, read_mlmodel};
use crate::state::model_source::FLAVOR;
use crate::state::route::Place;
use crate::state::session::{Mlflow, use_session};

/// How long a row has to stay on screen: what is scrolled past is not asked for.
const PAUSE: Duration = Duration::from_millis(300);

/// The most models that are remembered.
const MOST: usize = 2000;

thread_local! {
    /// What is known, by server and place: the files of a model stay as they are.
    static KNOWN: RefCell<BTreeMap<String, bool>> = const { RefCell::new(BTreeMap::new()) };
}

/// A mark, or the room that it would take.
#[component]
pub(crate) fn RunsHere(
    /// The client of the server in use.
    client: StoredValue<Mlflow>,
    /// Where the model's files are.
    place: ModelPlace,
    /// What it is opened as, such as `models:/iris/3`.
    uri: String,
    /// Whether words stand there, too.
    #[prop(optional)]
    words: bool,
) -> impl IntoView {
    let href = Place::trial_of(&uri).href();
    let key = StoredValue::new(format!("{} {place:?}", use_session().tracking_uri()));
    let place = StoredValue::new(place);
    let known = RwSignal::new(key.with_value(|key| KNOWN.with_borrow(|all| all.get(key).copied())));
    let (room, on_screen) = (NodeRef::<Span>::new(), RwSignal::new(false));
    Effect::new(move || {
        if let Some(room) = room.get()
            && known.get_untracked().is_none()
        {
            follow_visibility(room.into(), on_screen);
        }
    });
    let ask = move || {
        if on_screen.try_get_untracked() != Some(true) || known.get_untracked().is_some() {
            return;
        }
        let (client, place, key) = (client.get_value(), place.get_value(), key.get_value());
        spawn_local(async move {
            // Without an answer there is no mark; the model's page says why.
            let Ok(file) = read_mlmodel(&client, &place).await else { return };
            let runs = mlmodel::names_flavor(&file, FLAVOR);
            remember(&key, runs);
            known.try_set(Some(runs));
        });
    };
    Effect::new(move || {
        if on_screen.get() {
            set_timeout(ask, PAUSE);
        }
    });
    let mark = move || {
        known.get().unwrap_or_default().then(|| {
            let label = t("Runs in this page: try it");
            view! {
                <a class="link" href=href.clone() title=label aria-label=label>
                    <Icon glyph=Glyph::Play/>
                    {words.then(|| t("Try it"))}
                </a>
            }
        })
    };
    view! { <span class="runs-here" class:worded=words node_ref=room>{mark}</span> }
}

fn remember(key: &str, runs: bool) {
    KNOWN.with_borrow_mut(|all| {
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(key.to_owned(), runs);
    });
}
