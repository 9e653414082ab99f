//! A section of the board with its head.

use std::sync::Arc;

use leptos::ev::DragEvent;
use leptos::prelude::*;

use super::board::{Board, offer_undo};
use super::card::Card;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::toasts::use_toasts;
use crate::state::board::ArrangedSection;
use crate::state::board::arrange::SectionName;
use crate::state::board::edit::{self, Move};
use crate::state::format::count;
use crate::state::language::{t, tf};

/// What a section is called, in the language of the page.
pub(super) fn section_name(name: &SectionName) -> String {
    match name {
        SectionName::Model => t("Model metrics").to_owned(),
        SectionName::System => t("System metrics").to_owned(),
        SectionName::Images => t("Images").to_owned(),
        SectionName::Text(text) => text.clone(),
    }
}

/// A section: a head that opens and closes it, and its cards.
#[component]
pub(super) fn Section(
    /// What the cards share.
    board: Board,
    /// The id of the section.
    id: Arc<str>,
    /// The section as it is now; `None` once it is gone.
    section: Memo<Option<ArrangedSection>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let id = StoredValue::new(id);
    let name = Memo::new(move |_| {
        section.with(|s| s.as_ref().map(|s| section_name(&s.name)).unwrap_or_default())
    });
    let open = Memo::new(move |_| section.with(|s| s.as_ref().is_some_and(|s| s.open)));
    let total = Memo::new(move |_| section.with(|s| s.as_ref().map_or(0, |s| s.cards.len())));
    let renaming = RwSignal::new(false);
    let over = RwSignal::new(false);

    let toggle = move |_| {
        let now = open.get_untracked();
        board.layout.update(|layout| edit::set_open(layout, &id.get_value(), !now));
    };
    let move_to = move |to: Move| {
        board.edit(|layout, shown| edit::nudge_section(layout, shown, &id.get_value(), to));
    };
    let remove = move || {
        let before = board.layout.get_untracked();
        let gone = tf("The section {0} is removed", &[&name.get_untracked()]);
        board.edit(|layout, shown| edit::remove_section(layout, shown, &id.get_value()));
        offer_undo(toasts, board, gone, before);
    };
    let add = move || {
        let made = board.layout.try_update(|layout| edit::add_section(layout, t("New section")));
        if let Some(made) = made {
            // Below this one.
            board.edit(|layout, shown| {
                let mut order: Vec<String> = shown.iter().map(|s| s.id.to_string()).collect();
                order.retain(|known| *known != made);
                let at = order.iter().position(|known| **known == *id.get_value());
                order.insert(at.map_or(order.len(), |at| at + 1), made);
                layout.order = order;
            });
        }
    };
    let items = Callback::new(move |()| {
        vec![
            Item::new(t("Rename…"), move || renaming.set(true)),
            Item::new(t("Move up"), move || move_to(Move::Back)).divided(),
            Item::new(t("Move down"), move || move_to(Move::On)),
            Item::new(t("Move to the top"), move || move_to(Move::First)),
            Item::new(t("Move to the bottom"), move || move_to(Move::Last)),
            Item::new(t("Add a section below"), add).divided(),
            Item::new(t("Remove the section"), remove).danger(),
        ]
    });
    let rename = move |typed: String| {
        renaming.set(false);
        board.layout.update(|layout| edit::rename_section(layout, &id.get_value(), &typed));
    };
    let head = move || {
        if renaming.get() {
            return view! {
                <input
                    class="input section-rename"
                    type="text"
                    autofocus
                    aria-label=t("Name of the section")
                    prop:value=name.get_untracked()
                    on:change=move |event| rename(event_target_value(&event))
                    on:blur=move |_| renaming.set(false)
                    on:keydown=move |event| if event.key() == "Escape" { renaming.set(false) }
                />
            }
            .into_any();
        }
        view! {
            <button
                type="button"
                class="section-toggle"
                aria-expanded=move || open.get().to_string()
                on:click=toggle
            >
                <Icon glyph=Glyph::Right/>
                <span class="clip">{move || name.get()}</span>
                <span class="faint">{move || count(total.get())}</span>
            </button>
        }
        .into_any()
    };
    let drag_over = move |event: DragEvent| {
        if board.dragged.with_untracked(Option::is_some) {
            event.prevent_default();
            over.set(true);
        }
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(card) = board.dragged.get_untracked() {
            board.dragged.set(None);
            board.edit(|layout, shown| {
                edit::move_card(layout, shown, &card, &id.get_value(), usize::MAX);
            });
        }
    };
    let ids = move || {
        section.with(|s| {
            let cards = s.as_ref().filter(|s| s.open).map(|s| s.cards.as_slice());
            cards.unwrap_or_default().iter().map(|card| card.id.clone()).collect::<Vec<_>>()
        })
    };
    let card = move |of: Arc<str>| {
        let wanted = of.clone();
        let card = Memo::new(move |_| {
            section.with(|s| s.as_ref()?.cards.iter().find(|card| card.id == wanted).cloned())
        });
        view! { <Card board id=of section=id.get_value() card/> }
    };
    let empty = move || {
        (open.get() && total.get() == 0)
            .then(|| view! { <p class="section-empty faint">{t("Drop charts here.")}</p> })
    };
    view! {
        <section class="board-section" class:over=move || over.get() aria-label=move || name.get()>
            <div
                class="section-head"
                on:dragover=drag_over
                on:dragleave=move |_| over.set(false)
                on:drop=drop
            >
                <h2>{head}</h2>
                <Menu
                    label=Signal::derive(move || tf("More for the section {0}", &[&name.get()]))
                    face=move || view! { <Icon glyph=Glyph::More/> }
                    items
                />
            </div>
            <div class="board-grid">
                <For each=ids key=Clone::clone children=card/>
            </div>
            {empty}
        </section>
    }
}
