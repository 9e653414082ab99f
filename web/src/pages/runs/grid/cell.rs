//! A cell of a row.

use leptos::prelude::*;
use web_sys::{Element, HtmlElement};

use super::active_id;
use super::elements::{append, element, html, set, svg, toggle};
use crate::pages::runs::cells::surely_fits;
use crate::state::language::t;
use crate::state::run_histories::SPARK;

/// What is left free at both sides of a cell, in CSS pixels.
const PADDING: u32 = 24;

/// The elements of a cell, and what they say.
pub(super) struct CellSlot {
    pub(super) cell: HtmlElement,
    pub(super) text: web_sys::Text,
    pub(super) best: Option<Element>,
    pub(super) line: Option<Element>,
    pub(super) class: String,
    pub(super) width: u32,
    /// Which column it is of, how far from the left it stays if that is pinned,
    /// and whether the keyboard is at it.
    pub(super) place: Option<(usize, Option<u32>, bool)>,
}

impl CellSlot {
    pub(super) fn new() -> Option<CellSlot> {
        let cell = html("div", "cell")?;
        cell.set_attribute("role", "gridcell").ok();
        let text = document().create_text_node("");
        cell.append_child(&text).ok();
        Some(CellSlot {
            cell,
            text,
            best: None,
            line: None,
            class: "cell".into(),
            width: 0,
            place: None,
        })
    }

    /// Says something, in a cell of a class; of what may be too long the rest is
    /// cut off.
    pub(super) fn put(&mut self, words: &str, best: bool, mut class: String) {
        self.text.set_data(words);
        match (&self.best, best) {
            (None, true) => {
                if let Some(mark) = element("span", "sr-only") {
                    mark.set_text_content(Some(&format!(" ({})", t("best"))));
                    append(&self.cell, &[&mark]);
                    self.best = Some(mark);
                }
            }
            (Some(mark), false) => {
                mark.remove();
                self.best = None;
            }
            _ => {}
        }
        if self.line.is_some() || !surely_fits(words, self.width.saturating_sub(PADDING)) {
            class.push_str(" long");
        }
        if self.class != class {
            self.cell.set_class_name(&class);
            self.class = class;
        }
    }

    /// Says which column it is of; what it says already is left as it is.
    pub(super) fn stand(&mut self, line: usize, place: (usize, Option<u32>, bool)) {
        let (column, left, active) = place;
        let before = self.place;
        if before.is_none_or(|(other, ..)| other != column) {
            let index = (column + 2).to_string();
            set(&self.cell, &[("aria-colindex", &index), ("data-column", &column.to_string())]);
        }
        if let Some(px) = left
            && before.is_none_or(|(_, other, _)| other != left)
        {
            self.cell.style().set_property("left", &format!("{px}px")).ok();
        }
        if active || before.is_none_or(|(.., active)| active) {
            toggle(&self.cell, "id", active.then(|| active_id(line, column + 1)).as_deref());
        }
        self.place = Some(place);
    }

    /// Draws a sparkline, or takes it away.
    pub(super) fn draw(&mut self, path: Option<(&str, &str)>) {
        let Some((path, colour)) = path else {
            if let Some(line) = self.line.take() {
                line.remove();
            }
            return;
        };
        if self.line.is_none() {
            let (width, height) = SPARK;
            let size = format!("0 0 {width} {height}");
            let picture =
                svg("svg", &[("class", "spark"), ("viewBox", &size), ("aria-hidden", "true")]);
            let line = svg("path", &[("fill", "none"), ("stroke-width", "1.5")]);
            if let (Some(picture), Some(line)) = (picture, line) {
                append(&picture, &[&line]);
                append(&self.cell, &[&picture]);
                self.line = Some(picture);
            }
        }
        if let Some(line) = self.line.as_ref().and_then(Element::first_element_child) {
            set(&line, &[("d", path), ("stroke", colour)]);
        }
    }
}
