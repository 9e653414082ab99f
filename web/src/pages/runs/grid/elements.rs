//! Elements made by hand.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

pub(super) fn element(tag: &str, class: &str) -> Option<Element> {
    let element = document().create_element(tag).ok()?;
    element.set_class_name(class);
    Some(element)
}

pub(super) fn html(tag: &str, class: &str) -> Option<HtmlElement> {
    element(tag, class)?.dyn_into().ok()
}

/// An element of an SVG picture.
pub(super) fn svg(tag: &str, attributes: &[(&str, &str)]) -> Option<Element> {
    let element = document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag).ok()?;
    set(&element, attributes);
    Some(element)
}

pub(super) fn set(element: &Element, attributes: &[(&str, &str)]) {
    for (name, value) in attributes {
        element.set_attribute(name, value).ok();
    }
}

pub(super) fn toggle(element: &Element, attribute: &str, value: Option<&str>) {
    match value {
        Some(value) => element.set_attribute(attribute, value).ok(),
        None => element.remove_attribute(attribute).ok(),
    };
}

pub(super) fn append(parent: &Element, children: &[&Element]) {
    for child in children {
        parent.append_child(child).ok();
    }
}

/// A button with an icon, told apart by what it does.
pub(super) fn icon_button(does: &str, class: &str, path: &str) -> Option<Element> {
    let button = element("button", class)?;
    set(&button, &[("type", "button"), ("tabindex", "-1"), ("data-does", does)]);
    append(&button, &[&icon(path)?]);
    Some(button)
}

fn icon(path: &str) -> Option<Element> {
    let picture = svg(
        "svg",
        &[
            ("class", "icon"),
            ("viewBox", "0 0 16 16"),
            ("fill", "none"),
            ("stroke", "currentColor"),
            ("stroke-width", "1.5"),
            ("stroke-linecap", "round"),
            ("stroke-linejoin", "round"),
            ("aria-hidden", "true"),
        ],
    )?;
    append(&picture, &[&svg("path", &[("d", path)])?]);
    Some(picture)
}
