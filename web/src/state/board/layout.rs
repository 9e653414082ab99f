//! How a board is laid out: what a user changed of the board that the metrics
//! alone make. A plain value, kept on the device and shared in addresses.

use serde::{Deserialize, Serialize};

use super::spec::{Chart, LineSettings, is_default};
use crate::state::storage::Shelf;

/// What a user changed of a board. The default is the board that the metrics
/// alone make; metrics that come later find their place by themselves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BoardLayout {
    /// What holds for all line charts.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) lines: LineSettings,
    /// Whether charts without a point are left out.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) hide_empty: bool,
    /// The sections in their order, once one was moved; the others follow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) order: Vec<String>,
    /// The sections that were changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sections: Vec<SectionLayout>,
    /// The charts that were changed or added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) cards: Vec<CardLayout>,
}

/// A section that was changed or added.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SectionLayout {
    /// Which one.
    pub(crate) id: String,
    /// Its name, if it was given one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Whether only its head is shown.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) closed: bool,
    /// Whether it was removed, with what was in it.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) removed: bool,
    /// The ids of the charts that were put in it, in their order; those that
    /// belong here by themselves follow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) cards: Vec<String>,
}

/// A chart that was changed or added.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CardLayout {
    /// Which one.
    pub(crate) id: String,
    /// Its title, if it was given one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// What it shows, if that was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) chart: Option<Chart>,
    /// Whether it was removed.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) removed: bool,
}

impl BoardLayout {
    /// The layout that a text from an address holds.
    pub(crate) fn decode(text: &str) -> Option<BoardLayout> {
        serde_json::from_slice(text.as_bytes()).ok()
    }

    /// The layout as a text for an address; empty for the default.
    pub(crate) fn encode(&self) -> String {
        if is_default(self) {
            return String::new();
        }
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The layout that this device keeps for a board, such as `runs 7` for the
    /// runs of experiment 7.
    pub(crate) fn kept(board: &str) -> BoardLayout {
        Shelf::Device.get(&key(board)).unwrap_or_default()
    }

    /// Keeps the layout for a board on this device.
    pub(crate) fn keep(&self, board: &str) {
        if is_default(self) {
            Shelf::Device.remove(&key(board));
        } else {
            Shelf::Device.set(&key(board), self);
        }
    }

    /// What was changed of a section.
    pub(super) fn section(&self, id: &str) -> Option<&SectionLayout> {
        self.sections.iter().find(|section| section.id == id)
    }

    /// What was changed of a section, to change more.
    pub(super) fn section_mut(&mut self, id: &str) -> &mut SectionLayout {
        let at = self.sections.iter().position(|section| section.id == id);
        let at = at.unwrap_or_else(|| {
            self.sections.push(SectionLayout { id: id.to_owned(), ..SectionLayout::default() });
            self.sections.len() - 1
        });
        // The one that was found, or the one that was just pushed.
        #[expect(clippy::indexing_slicing, reason = "in bounds by construction")]
        &mut self.sections[at]
    }

    /// What was changed of a chart.
    pub(super) fn card(&self, id: &str) -> Option<&CardLayout> {
        self.cards.iter().find(|card| card.id == id)
    }

    /// What was changed of a chart, to change more.
    pub(super) fn card_mut(&mut self, id: &str) -> &mut CardLayout {
        let at = self.cards.iter().position(|card| card.id == id);
        let at = at.unwrap_or_else(|| {
            self.cards.push(CardLayout { id: id.to_owned(), ..CardLayout::default() });
            self.cards.len() - 1
        });
        // The one that was found, or the one that was just pushed.
        #[expect(clippy::indexing_slicing, reason = "in bounds by construction")]
        &mut self.cards[at]
    }
}

fn key(board: &str) -> String {
    format!("millrace.board {board}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::board::spec::LineSpec;

    #[test]
    fn the_default_is_nothing_in_an_address() {
        assert_eq!(BoardLayout::default().encode(), "");
        assert_eq!(BoardLayout::decode("{}"), Some(BoardLayout::default()));
        assert_eq!(BoardLayout::decode(""), None);
        assert_eq!(BoardLayout::decode("[1]"), None);
    }

    #[test]
    fn a_layout_comes_back_from_its_text() {
        let mut layout = BoardLayout { hide_empty: true, ..BoardLayout::default() };
        layout.section_mut("val").closed = true;
        layout.card_mut("chart.1").chart = Some(Chart::Line(LineSpec::of("a & b/ü")));
        assert_eq!(BoardLayout::decode(&layout.encode()), Some(layout));
    }

    #[test]
    fn what_is_not_known_yet_does_not_spoil_a_layout() {
        let read = BoardLayout::decode(r#"{"hide_empty":true,"of_tomorrow":1}"#).unwrap();
        assert!(read.hide_empty);
    }
}
