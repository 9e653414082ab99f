//! The metrics at hand, put into sections by a layout.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::layout::BoardLayout;
use super::runs::{MetricFacts, is_system};
use super::spec::{Chart, ImageSpec, LineSpec};

/// The id of the section of metrics without a prefix.
pub(crate) const MODEL: &str = "model";
/// The id of the section of metrics about the machine.
pub(crate) const SYSTEM: &str = "system";
/// The id of the section of images, and of the card that is in it by itself.
const IMAGES: &str = "images";
const PREFIX: &str = "prefix.";
const METRIC: &str = "metrics.";

/// A section, ready to show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ArrangedSection {
    /// What the layout knows it by.
    pub(crate) id: Arc<str>,
    /// Its name.
    pub(crate) name: SectionName,
    /// Whether its charts are shown.
    pub(crate) open: bool,
    /// Its charts.
    pub(crate) cards: Vec<ArrangedCard>,
}

/// What a section is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SectionName {
    /// The metrics without a prefix.
    Model,
    /// The metrics about the machine.
    System,
    /// The images that were logged.
    Images,
    /// The prefix of its metrics, or what a user called it.
    Text(String),
}

/// A chart, ready to show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ArrangedCard {
    /// What the layout knows it by.
    pub(crate) id: Arc<str>,
    /// Its title.
    pub(crate) title: String,
    /// What it shows.
    pub(crate) chart: Chart,
}

/// Puts a chart for each metric, and those that a user added, into sections.
///
/// A metric without a history is a bar for each run, unless there is only one
/// run: then it is one number, and a table says that better. `images` says
/// whether a run logged images: they are a card of their own.
pub(crate) fn arrange(
    layout: &BoardLayout,
    metrics: &BTreeMap<Arc<str>, MetricFacts>,
    single: bool,
    images: bool,
) -> Vec<ArrangedSection> {
    let mut cards: HashMap<String, ArrangedCard> = HashMap::new();
    // Sections in the order in which they are by themselves, with their cards.
    let mut sections: Vec<(String, Vec<String>)> = vec![(MODEL.to_owned(), Vec::new())];
    let charted = metrics.iter().filter(|(_, facts)| facts.stepped || !single);
    for (key, facts) in charted {
        let card = arranged(layout, card_id(key), default_chart(key, *facts));
        place(&mut sections, section_of(key), &card.id);
        cards.insert(card.id.to_string(), card);
    }
    if images {
        let card = arranged(layout, IMAGES.to_owned(), Chart::Images(ImageSpec::default()));
        place(&mut sections, IMAGES.to_owned(), &card.id);
        cards.insert(card.id.to_string(), card);
    }
    let added = layout.cards.iter().filter_map(|card| Some((card, card.chart.clone()?)));
    for (card, chart) in added {
        if !card.id.starts_with(METRIC) && card.id != IMAGES {
            let card = arranged(layout, card.id.clone(), chart);
            place(&mut sections, MODEL.to_owned(), &card.id);
            cards.insert(card.id.to_string(), card);
        }
    }
    let own = layout.sections.iter().filter(|section| is_own(&section.id));
    for section in own {
        place(&mut sections, section.id.clone(), "");
    }
    // Sections with a prefix by name, the system's last.
    sections.sort_by(|(a, _), (b, _)| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
    let moved = |id: &str| layout.order.iter().position(|known| known == id);
    sections.sort_by_key(|(id, _)| moved(id).unwrap_or(usize::MAX));

    let put: HashSet<&str> =
        layout.sections.iter().flat_map(|section| &section.cards).map(String::as_str).collect();
    let gone = |id: &str| layout.card(id).is_some_and(|card| card.removed);
    let shown = sections.into_iter().filter_map(|(id, here)| {
        let changed = layout.section(&id);
        if changed.is_some_and(|section| section.removed) {
            return None;
        }
        let first = changed.into_iter().flat_map(|section| &section.cards);
        let rest = here.iter().filter(|card| !put.contains(card.as_str()));
        let cards: Vec<ArrangedCard> = first
            .chain(rest)
            .filter(|card| !gone(card))
            .filter_map(|card| cards.get(card).cloned())
            .collect();
        if cards.is_empty() && !is_own(&id) {
            return None;
        }
        let name = changed.and_then(|section| section.name.clone());
        Some(ArrangedSection {
            name: name.map_or_else(|| default_name(&id), SectionName::Text),
            open: !changed.is_some_and(|section| section.closed),
            id: id.into(),
            cards,
        })
    });
    shown.collect()
}

/// The id of the chart that a metric has by itself.
pub(crate) fn card_id(metric: &str) -> String {
    format!("{METRIC}{metric}")
}

/// Whether a user made a section.
pub(super) fn is_own(section: &str) -> bool {
    section.starts_with("section.")
}

/// The chart as a user changed it.
fn arranged(layout: &BoardLayout, id: String, default: Chart) -> ArrangedCard {
    let changed = layout.card(&id);
    let chart = changed.and_then(|card| card.chart.clone()).unwrap_or(default);
    let title = changed.and_then(|card| card.title.clone());
    ArrangedCard { title: title.unwrap_or_else(|| chart.title()), chart, id: id.into() }
}

fn default_chart(metric: &str, facts: MetricFacts) -> Chart {
    if facts.stepped {
        Chart::Line(LineSpec::of(metric))
    } else {
        Chart::Bar { metrics: vec![metric.to_owned()] }
    }
}

/// The section that a metric belongs to by itself.
fn section_of(metric: &str) -> String {
    if is_system(metric) {
        return SYSTEM.to_owned();
    }
    match metric.rsplit_once('/') {
        Some((prefix, _)) => format!("{PREFIX}{prefix}"),
        None => MODEL.to_owned(),
    }
}

fn default_name(section: &str) -> SectionName {
    match section {
        MODEL => SectionName::Model,
        SYSTEM => SectionName::System,
        IMAGES => SectionName::Images,
        _ => SectionName::Text(section.strip_prefix(PREFIX).unwrap_or(section).to_owned()),
    }
}

fn rank(section: &str) -> u8 {
    match section {
        MODEL => 0,
        SYSTEM => 4,
        IMAGES => 3,
        _ if is_own(section) => 2,
        _ => 1,
    }
}

/// Puts a card at the end of a section, which is made if need be.
fn place(sections: &mut Vec<(String, Vec<String>)>, section: String, card: &str) {
    let at = sections.iter().position(|(id, _)| *id == section);
    let cards = (!card.is_empty()).then(|| card.to_owned());
    match at.and_then(|at| sections.get_mut(at)) {
        Some((_, known)) => known.extend(cards),
        None => sections.push((section, cards.into_iter().collect())),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::state::board::layout::{CardLayout, SectionLayout};

    pub(crate) fn metrics(keys: &[&str]) -> BTreeMap<Arc<str>, MetricFacts> {
        let stepped = |key: &str| MetricFacts { stepped: !key.ends_with("once") };
        keys.iter().map(|key| ((*key).into(), stepped(key))).collect()
    }

    /// `section: card card`, a line a section.
    pub(crate) fn shape(layout: &BoardLayout, keys: &[&str]) -> Vec<String> {
        let sections = arrange(layout, &metrics(keys), false, false);
        let line = |section: &ArrangedSection| {
            let name = match &section.name {
                SectionName::Model => "Model",
                SectionName::System => "System",
                SectionName::Images => "Images",
                SectionName::Text(text) => text,
            };
            let titles: Vec<&str> = section.cards.iter().map(|card| &*card.title).collect();
            format!("{name}: {}", titles.join(" "))
        };
        sections.iter().map(line).collect()
    }

    #[test]
    fn metrics_find_their_sections_by_themselves() {
        let keys = ["loss", "val/loss", "system/cpu", "acc", "val/acc", "a/b/c"];
        assert_eq!(
            shape(&BoardLayout::default(), &keys),
            ["Model: acc loss", "a/b: a/b/c", "val: val/acc val/loss", "System: system/cpu"]
        );
        assert_eq!(shape(&BoardLayout::default(), &[]), [""; 0]);
    }

    #[test]
    fn a_metric_without_a_history_is_a_bar_only_among_several_runs() {
        let known = metrics(&["loss", "score_once"]);
        let charts = |single| -> Vec<Chart> {
            let sections = arrange(&BoardLayout::default(), &known, single, false);
            sections.into_iter().flat_map(|section| section.cards).map(|card| card.chart).collect()
        };
        let bar = Chart::Bar { metrics: vec!["score_once".into()] };
        assert_eq!(charts(false), [Chart::Line(LineSpec::of("loss")), bar]);
        assert_eq!(charts(true), [Chart::Line(LineSpec::of("loss"))]);
    }

    #[test]
    fn what_a_user_put_comes_first_and_what_is_new_follows() {
        let layout = BoardLayout {
            order: vec!["prefix.val".into()],
            sections: vec![SectionLayout {
                id: MODEL.into(),
                name: Some("Mine".into()),
                cards: vec!["metrics.val/acc".into(), "metrics.loss".into(), "metrics.x".into()],
                ..SectionLayout::default()
            }],
            cards: vec![CardLayout {
                id: "metrics.hidden".into(),
                removed: true,
                ..CardLayout::default()
            }],
            ..BoardLayout::default()
        };
        let keys = ["acc", "loss", "hidden", "val/loss", "val/acc"];
        assert_eq!(shape(&layout, &keys), ["val: val/loss", "Mine: val/acc loss acc"]);
    }

    #[test]
    fn a_chart_that_was_added_is_there_without_its_metric() {
        let layout = BoardLayout {
            cards: vec![CardLayout {
                id: "chart.1".into(),
                title: Some("Both".into()),
                chart: Some(Chart::Line(LineSpec::of("later"))),
                ..CardLayout::default()
            }],
            ..BoardLayout::default()
        };
        assert_eq!(shape(&layout, &[]), ["Model: Both"]);
    }

    #[test]
    fn images_are_a_card_by_themselves_once_a_run_logged_some() {
        let known = metrics(&["loss"]);
        let mut layout = BoardLayout::default();
        let titles = |layout: &BoardLayout, images| -> Vec<String> {
            let sections = arrange(layout, &known, false, images);
            sections.into_iter().flat_map(|section| section.cards).map(|card| card.title).collect()
        };
        assert_eq!(titles(&layout, true), ["loss", "Images"]);
        let spec = ImageSpec { keys: vec!["dogs".into()], step: Some(3), ..ImageSpec::default() };
        layout.card_mut(IMAGES).chart = Some(Chart::Images(spec));
        assert_eq!(titles(&layout, true), ["loss", "dogs"]);
        assert_eq!(titles(&layout, false), ["loss"]);
    }
}
