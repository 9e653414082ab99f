//! The bar above the charts: search, what holds for all lines, and what can be
//! added.

use std::sync::Arc;

use leptos::prelude::*;

use super::board::{Board, offer_undo};
use super::settings::{BoardLines, CardSettings, first_chart, kinds};
use crate::components::filter_box::FilterBox;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::popover::Popover;
use crate::components::toasts::use_toasts;
use crate::state::board::BoardLayout;
use crate::state::board::arrange::MODEL;
use crate::state::board::edit;
use crate::state::clipboard::copy;
use crate::state::language::t;
use crate::state::location::use_navigator;
use crate::state::runs_link::{absolute, add_charts};

/// Search, line settings, and what can be added.
#[component]
pub(super) fn BoardBar(
    /// What the cards share.
    board: Board,
    /// What is searched for.
    wanted: RwSignal<String>,
) -> impl IntoView {
    let (toasts, navigator) = (use_toasts(), use_navigator());
    let adding: RwSignal<Option<Arc<str>>> = RwSignal::new(None);
    let open = RwSignal::new(false);
    let card = Memo::new(move |_| {
        let id = adding.get()?;
        board.arranged.with(|sections| {
            sections.iter().flat_map(|s| &s.cards).find(|card| card.id == id).cloned()
        })
    });
    let add = move |kind: &'static str| {
        let chart = first_chart(board, kind);
        let id = board.layout.try_update(|layout| {
            edit::add_chart(layout, &board.arranged.get_untracked(), MODEL, chart, None)
        });
        adding.set(id.map(Arc::from));
        open.set(true);
    };
    let items = Callback::new(move |()| {
        let item = |(kind, name)| Item::new(name, move || add(kind));
        kinds().into_iter().map(item).collect::<Vec<_>>()
    });
    let more = Callback::new(move |()| {
        let hide = board.layout.with_untracked(|layout| layout.hide_empty);
        let changed = board.layout.with_untracked(|layout| *layout != BoardLayout::default());
        let reset = move || {
            let before = board.layout.get_untracked();
            board.layout.set(BoardLayout::default());
            offer_undo(toasts, board, t("The board is as the metrics make it").to_owned(), before);
        };
        let share = move || {
            let mut place = navigator.place().get_untracked();
            add_charts(&mut place, board.layout);
            copy(toasts, &absolute(&place.href()));
        };
        vec![
            Item::new(t("Copy a link to these charts"), share),
            Item::new(t("Hide charts without points"), move || {
                board.layout.update(|layout| layout.hide_empty = !layout.hide_empty);
            })
            .checked(hide)
            .divided(),
            Item::new(t("Add a section"), move || {
                board.layout.update(|layout| {
                    edit::add_section(layout, t("New section"));
                });
            })
            .divided(),
            Item::new(t("Undo all changes to the board"), reset).divided().disabled(!changed),
        ]
    });
    let search = Callback::new(move |typed: String| wanted.set(typed));
    view! {
        <div class="board-bar">
            <FilterBox
                label=t("Search charts: words or /pattern/")
                value=String::new()
                apply=search
                eager=true
            />
            <Popover
                label=Signal::stored(t("Lines").to_owned())
                face=move || view! { <Icon glyph=Glyph::Sliders/> {t("Lines")} }
                class="button"
            >
                <BoardLines board/>
            </Popover>
            <Menu
                label=Signal::stored(t("Add a chart").to_owned())
                face=move || view! { <Icon glyph=Glyph::Plus/> {t("Chart")} }
                class="button"
                items
            />
            <Menu
                label=Signal::stored(t("More for the board").to_owned())
                face=move || view! { <Icon glyph=Glyph::More/> }
                items=more
            />
            {move || {
                adding.get().map(|id| view! { <CardSettings board id card open/> })
            }}
        </div>
    }
}
