//! What a user does to a board: moving, adding, removing.
//!
//! A layout says only what was changed, so each of these takes the board as it
//! is shown and writes down where things then are.

use super::arrange::{ArrangedSection, is_own};
use super::layout::BoardLayout;
use super::spec::Chart;

/// Where something is moved among its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// To the first place.
    First,
    /// One place towards the first.
    Back,
    /// One place towards the last.
    On,
    /// To the last place.
    Last,
}

impl Move {
    /// Where something at a place goes, among so many.
    fn target(self, at: usize, count: usize) -> usize {
        let last = count.saturating_sub(1);
        match self {
            Move::First => 0,
            Move::Back => at.saturating_sub(1),
            Move::On => (at + 1).min(last),
            Move::Last => last,
        }
    }
}

/// Moves a chart within its section.
pub(crate) fn nudge_card(
    layout: &mut BoardLayout,
    shown: &[ArrangedSection],
    card: &str,
    to: Move,
) {
    let place = |section: &&ArrangedSection| section.cards.iter().any(|known| &*known.id == card);
    let Some(section) = shown.iter().find(place) else { return };
    let at = section.cards.iter().position(|known| &*known.id == card).unwrap_or_default();
    move_card(layout, shown, card, &section.id, to.target(at, section.cards.len()));
}

/// Puts a chart at a place of a section, counted without the chart itself.
pub(crate) fn move_card(
    layout: &mut BoardLayout,
    shown: &[ArrangedSection],
    card: &str,
    section: &str,
    at: usize,
) {
    let Some(target) = shown.iter().find(|known| &*known.id == section) else { return };
    let mut cards: Vec<String> =
        target.cards.iter().map(|known| known.id.to_string()).filter(|id| id != card).collect();
    cards.insert(at.min(cards.len()), card.to_owned());
    for known in &mut layout.sections {
        known.cards.retain(|id| id != card);
    }
    layout.section_mut(section).cards = cards;
}

/// Moves a section among the sections.
pub(crate) fn nudge_section(
    layout: &mut BoardLayout,
    shown: &[ArrangedSection],
    section: &str,
    to: Move,
) {
    let mut order: Vec<String> = shown.iter().map(|known| known.id.to_string()).collect();
    let Some(at) = order.iter().position(|id| id == section) else { return };
    let target = to.target(at, order.len());
    let moved = order.remove(at);
    order.insert(target, moved);
    layout.order = order;
}

/// Shows only the head of a section, or all of it.
pub(crate) fn set_open(layout: &mut BoardLayout, section: &str, open: bool) {
    layout.section_mut(section).closed = !open;
}

/// Gives a section a name; none gives it back its own.
pub(crate) fn rename_section(layout: &mut BoardLayout, section: &str, name: &str) {
    let name = name.trim();
    layout.section_mut(section).name = (!name.is_empty()).then(|| name.to_owned());
}

/// Adds a section and gives its id.
pub(crate) fn add_section(layout: &mut BoardLayout, name: &str) -> String {
    let id = free_id("section", layout.sections.iter().map(|section| &section.id));
    layout.section_mut(&id);
    rename_section(layout, &id, name);
    id
}

/// Removes a section with the charts in it.
pub(crate) fn remove_section(layout: &mut BoardLayout, shown: &[ArrangedSection], section: &str) {
    let cards = shown.iter().filter(|known| &*known.id == section).flat_map(|known| &known.cards);
    let cards: Vec<String> = cards.map(|card| card.id.to_string()).collect();
    for card in &cards {
        remove_card(layout, card);
    }
    if is_own(section) {
        layout.sections.retain(|known| known.id != section);
        layout.order.retain(|known| known != section);
    } else {
        layout.section_mut(section).removed = true;
    }
}

/// Adds a chart at the end of a section and gives its id.
pub(crate) fn add_chart(
    layout: &mut BoardLayout,
    shown: &[ArrangedSection],
    section: &str,
    chart: Chart,
    title: Option<String>,
) -> String {
    let id = free_id("chart", layout.cards.iter().map(|card| &card.id));
    set_chart(layout, &id, chart, title);
    // Into a section that is not shown yet, too: the first chart makes it.
    layout.section_mut(section).removed = false;
    let count = shown.iter().find(|known| &*known.id == section).map_or(0, |s| s.cards.len());
    if count == 0 {
        layout.section_mut(section).cards.push(id.clone());
    } else {
        move_card(layout, shown, &id, section, count);
    }
    id
}

/// Changes what a chart shows, and its title.
pub(crate) fn set_chart(layout: &mut BoardLayout, card: &str, chart: Chart, title: Option<String>) {
    let known = layout.card_mut(card);
    known.title = title.filter(|title| !title.trim().is_empty() && *title != chart.title());
    known.chart = Some(chart);
}

/// Removes a chart.
pub(crate) fn remove_card(layout: &mut BoardLayout, card: &str) {
    if card.starts_with("chart.") {
        layout.cards.retain(|known| known.id != card);
        for section in &mut layout.sections {
            section.cards.retain(|known| known != card);
        }
    } else {
        layout.card_mut(card).removed = true;
    }
}

/// The first id of a kind that is not taken.
fn free_id<'a>(kind: &str, taken: impl Iterator<Item = &'a String>) -> String {
    let number = |id: &String| id.strip_prefix(kind)?.strip_prefix('.')?.parse::<u32>().ok();
    let highest = taken.filter_map(number).max().unwrap_or(0);
    format!("{kind}.{}", highest.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::super::arrange::tests::{metrics, shape};
    use super::super::arrange::{MODEL, arrange};
    use super::super::spec::LineSpec;
    use super::*;

    const KEYS: [&str; 5] = ["a", "b", "c", "val/x", "val/y"];

    fn shown(layout: &BoardLayout) -> Vec<ArrangedSection> {
        arrange(layout, &metrics(&KEYS), false, false)
    }

    #[test]
    fn a_chart_moves_one_place_or_to_the_ends() {
        let mut layout = BoardLayout::default();
        for (to, expected) in [
            (Move::Last, "Model: a c b"),
            (Move::Back, "Model: a b c"),
            (Move::First, "Model: b a c"),
            (Move::Back, "Model: b a c"),
            (Move::On, "Model: a b c"),
        ] {
            let now = shown(&layout);
            nudge_card(&mut layout, &now, "metrics.b", to);
            assert_eq!(shape(&layout, &KEYS)[0], expected, "{to:?}");
        }
    }

    #[test]
    fn a_chart_moves_to_another_section_and_back() {
        let mut layout = BoardLayout::default();
        let now = shown(&layout);
        move_card(&mut layout, &now, "metrics.b", "prefix.val", 1);
        assert_eq!(shape(&layout, &KEYS), ["Model: a c", "val: val/x b val/y"]);
        let now = shown(&layout);
        move_card(&mut layout, &now, "metrics.b", MODEL, 99);
        assert_eq!(shape(&layout, &KEYS), ["Model: a c b", "val: val/x val/y"]);
    }

    #[test]
    fn sections_move_are_named_and_go() {
        let mut layout = BoardLayout::default();
        let id = add_section(&mut layout, " Mine ");
        assert_eq!(shape(&layout, &KEYS)[2], "Mine: ");
        let now = shown(&layout);
        nudge_section(&mut layout, &now, &id, Move::First);
        let now = shown(&layout);
        add_chart(&mut layout, &now, &id, Chart::Line(LineSpec::of("q")), None);
        assert_eq!(shape(&layout, &KEYS), ["Mine: q", "Model: a b c", "val: val/x val/y"]);
        let now = shown(&layout);
        remove_section(&mut layout, &now, &id);
        rename_section(&mut layout, "prefix.val", "Checks");
        assert_eq!(shape(&layout, &KEYS), ["Model: a b c", "Checks: val/x val/y"]);
        assert!(layout.cards.is_empty());
        let now = shown(&layout);
        remove_section(&mut layout, &now, MODEL);
        assert_eq!(shape(&layout, &KEYS), ["Checks: val/x val/y"]);
    }

    #[test]
    fn a_chart_is_added_changed_and_removed() {
        let mut layout = BoardLayout::default();
        let now = shown(&layout);
        let chart = Chart::Bar { metrics: vec!["a".into(), "b".into()] };
        let id = add_chart(&mut layout, &now, MODEL, chart.clone(), Some("Both".into()));
        assert_eq!(shape(&layout, &KEYS)[0], "Model: a b c Both");
        set_chart(&mut layout, &id, chart, Some("a, b".into()));
        assert_eq!(layout.card(&id).unwrap().title, None, "its own title is not kept");
        remove_card(&mut layout, &id);
        remove_card(&mut layout, "metrics.c");
        assert_eq!(shape(&layout, &KEYS)[0], "Model: a b");
    }
}
