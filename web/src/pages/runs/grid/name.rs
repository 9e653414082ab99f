//! The first cell of a row: a run's name, and what can be done with it.

use mlflow_api::RunStatus;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use super::elements::{append, element, html, icon_button, set, svg, toggle};
use crate::components::icon::Glyph;
use crate::components::status;
use crate::state::language::t;

/// The elements of the cell.
pub(super) struct NameCell {
    pub(super) cell: HtmlElement,
    pub(super) indent: HtmlElement,
    pub(super) check: HtmlInputElement,
    pub(super) expander: Element,
    pub(super) dot: HtmlElement,
    pub(super) status: Element,
    pub(super) link: Element,
    pub(super) count: Element,
    pub(super) pin: Element,
    pub(super) eye: Element,
    pub(super) shown_status: Option<RunStatus>,
    /// What the buttons say.
    pub(super) shown_state: Option<State>,
}

/// What the buttons of a run's name depend on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    pub(super) nests: bool,
    pub(super) has_children: bool,
    pub(super) open: bool,
    pub(super) pinned: bool,
    pub(super) drawn: bool,
    pub(super) depth: u16,
}

impl NameCell {
    pub(super) fn new() -> Option<NameCell> {
        let cell = html("div", "run-name")?;
        set(&cell, &[("role", "rowheader"), ("aria-colindex", "1")]);
        let check: HtmlInputElement = element("input", "row-check")?.dyn_into().ok()?;
        set(&check, &[("type", "checkbox"), ("tabindex", "-1")]);
        // Larger than the box: a target that is hit.
        let target = html("span", "check-target")?;
        target.set_attribute("data-does", "select").ok();
        append(&target, &[&check]);
        let indent = html("span", "indent")?;
        let expander = icon_button("expand", "expander", Glyph::Right.path())?;
        let dot = html("button", "dot")?;
        set(&dot, &[("type", "button"), ("tabindex", "-1"), ("data-does", "colour")]);
        let status = element("span", "status-slot")?;
        let link = element("a", "clip")?;
        link.set_attribute("tabindex", "-1").ok();
        let count = element("span", "faint run-count")?;
        let pin = icon_button("pin", "row-action pin", Glyph::Pin.path())?;
        let eye = icon_button("eye", "row-action eye", Glyph::Eye.path())?;
        append(&cell, &[&target, &indent, &expander, &dot, &status, &link, &count, &pin, &eye]);
        Some(NameCell {
            cell,
            indent,
            check,
            expander,
            dot,
            status,
            link,
            count,
            pin,
            eye,
            shown_status: None,
            shown_state: None,
        })
    }

    /// Shows the buttons of a run; what they say already is left as it is.
    pub(super) fn show_state(&mut self, state: State) {
        if self.shown_state == Some(state) {
            return;
        }
        self.shown_state = Some(state);
        let State { nests, has_children, open, pinned, drawn, depth } = state;
        self.check.set_hidden(false);
        self.indent.style().set_property("width", &format!("{}px", usize::from(depth) * 14)).ok();
        self.show_expander(nests, has_children, open);
        self.dot.set_hidden(false);
        self.dot.set_attribute("aria-label", t("Colour")).ok();
        let pin = if pinned { t("Unpin") } else { t("Pin to the top") };
        let eye = if drawn { t("Hide in charts") } else { t("Show in charts") };
        for (button, on, words) in [(&self.pin, pinned, pin), (&self.eye, drawn, eye)] {
            toggle(button, "hidden", None);
            let pressed = if on { "true" } else { "false" };
            set(button, &[("aria-label", words), ("title", words), ("aria-pressed", pressed)]);
        }
    }

    pub(super) fn show_expander(&self, there: bool, works: bool, open: bool) {
        toggle(&self.expander, "hidden", (!there).then_some(""));
        let class = match (works, open) {
            (true, true) => "expander open",
            (true, false) => "expander",
            (false, _) => "expander none",
        };
        self.expander.set_class_name(class);
        let words = if open { t("Fold") } else { t("Unfold") };
        self.expander.set_attribute("aria-label", words).ok();
    }

    pub(super) fn show_status(&mut self, now: Option<RunStatus>) {
        if self.shown_status == now {
            return;
        }
        self.shown_status = now;
        self.status.set_text_content(None);
        if let Some(mark) = now.and_then(status_mark) {
            append(&self.status, &[&mark]);
        }
    }
}

/// A run's status, as the component [`status`] draws it.
fn status_mark(now: RunStatus) -> Option<Element> {
    let (class, word) = status::words(now);
    let mark = element("span", &format!("status {class}"))?;
    mark.set_attribute("title", word).ok();
    let picture = svg(
        "svg",
        &[
            ("viewBox", "0 0 12 12"),
            ("fill", "none"),
            ("stroke", "currentColor"),
            ("stroke-width", "1.6"),
            ("stroke-linecap", "round"),
            ("stroke-linejoin", "round"),
            ("aria-hidden", "true"),
        ],
    )?;
    let shape = status::shape(class);
    let outline = svg("path", &[("d", shape.outline)])?;
    if shape.dashed {
        set(&outline, &[("stroke-dasharray", "2 2")]);
    }
    append(&picture, &[&outline, &svg("path", &[("d", shape.filled), ("fill", "currentColor")])?]);
    let spoken = element("span", "sr-only")?;
    spoken.set_text_content(Some(word));
    append(&mark, &[&picture, &spoken]);
    Some(mark)
}
