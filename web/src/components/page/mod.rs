//! What every page has: breadcrumbs, its actions, and its content.

use leptos::prelude::*;

use crate::components::announcer::use_announcer;
use crate::components::icon::{Glyph, Icon};
use crate::components::rail::Drawer;
use crate::state::language::t;
use crate::state::route::{Place, Route};

/// One step of the way to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Crumb {
    label: String,
    href: Option<String>,
}

impl Crumb {
    /// A step that one can go back to.
    pub(crate) fn link(label: impl Into<String>, route: &Route) -> Crumb {
        Crumb { label: label.into(), href: Some(route.href()) }
    }

    /// A step to an address with choices in it.
    pub(crate) fn to(label: impl Into<String>, href: String) -> Crumb {
        Crumb { label: label.into(), href: Some(href) }
    }

    /// The way to the runs of some experiments.
    pub(crate) fn to_runs(experiments: &[String]) -> Vec<Crumb> {
        let mut crumbs = vec![Crumb::link(t("Experiments"), &Route::Experiments)];
        match experiments {
            [] => {}
            [experiment] => {
                let route = Route::Runs { experiment: experiment.clone() };
                crumbs.push(Crumb::link(t("Runs"), &route));
            }
            several => {
                crumbs.push(Crumb::to(t("Runs"), Place::compare_experiments(several).href()));
            }
        }
        crumbs
    }

    /// Where one is.
    pub(crate) fn here(label: impl Into<String>) -> Crumb {
        Crumb { label: label.into(), href: None }
    }
}

/// A page: the bar at the top and the content under it.
#[component]
pub(crate) fn Page(
    /// The way here; the last one is the page itself and the window's title.
    #[prop(into)]
    crumbs: Signal<Vec<Crumb>>,
    /// The page's actions, at the right of the bar.
    #[prop(optional, into)]
    actions: ViewFn,
    /// Whether the content fills the window and scrolls inside, as a table does.
    #[prop(optional)]
    filling: bool,
    /// The content.
    children: Children,
) -> impl IntoView {
    let drawer: Drawer = expect_context();
    let announcer = use_announcer();
    Effect::new(move || {
        let title = crumbs.with(|crumbs| crumbs.last().map(|crumb| crumb.label.clone()));
        let title = title.unwrap_or_default();
        document().set_title(&format!("{title} · Millrace"));
        announcer.say(title);
    });
    let steps = move || {
        let crumbs = crumbs.get();
        crumbs
            .into_iter()
            .map(|Crumb { label, href }| {
                let title = label.clone();
                let step = match href {
                    Some(href) => view! { <a href=href title=title>{label}</a> }.into_any(),
                    None => {
                        view! { <span aria-current="page" title=title>{label}</span> }.into_any()
                    }
                };
                view! { <li>{step}</li> }
            })
            .collect_view()
    };
    view! {
        <header class="topbar">
            <button
                type="button"
                class="button plain square menu-button"
                aria-label=t("Menu")
                aria-expanded=move || drawer.is_open().to_string()
                on:click=move |_| drawer.set(true)
            >
                <Icon glyph=Glyph::Menu/>
            </button>
            <nav class="crumbs" aria-label=t("Breadcrumbs")>
                <ol>{steps}</ol>
            </nav>
            <div class="actions">{actions.run()}</div>
        </header>
        <main id="content" class="content" class:filling=filling tabindex="-1">
            {children()}
        </main>
    }
}
