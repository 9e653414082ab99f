//! JSON as a tree whose branches open.

use leptos::prelude::*;
use serde_json::Value;

use crate::components::files::named;
use crate::components::files::preview::{problem, whole};
use crate::components::files::reading::{Opened, Reader};
use crate::components::icon::{Glyph, Icon};
use crate::components::long_list::LongList;
use crate::state::language::{t, tf, tn};

/// The most JSON that is read as a tree.
const MOST: u64 = 4 << 20;
/// The most letters of a text that are shown.
const MOST_LETTERS: usize = 2_000;

/// A file of JSON.
#[component]
pub(super) fn JsonView(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    whole(reader, head, MOST, |bytes| {
        match serde_json::from_slice(&bytes) {
        Ok(value) => view! {
            <div class="json-tree" role="region" tabindex="0" aria-label=named(t("Values of the file"))>
                <ul>{node(None, value, true)}</ul>
            </div>
        }
        .into_any(),
        Err(error) => problem(tf("This is no JSON that can be read: {0}", &[&error])),
    }
    })
}

/// A value, under its key. Only open branches are in the page.
fn node(key: Option<String>, value: Value, open: bool) -> AnyView {
    let name = key.map(|key| view! { <span class="json-key">{format!("{key}:")}</span> });
    let words = match &value {
        Value::Array(items) => tn(items.len(), "list of {0} value", "list of {0} values"),
        Value::Object(fields) => tn(fields.len(), "object of {0} value", "object of {0} values"),
        scalar => return view! { <li class="json-leaf">{name} " " {leaf(scalar)}</li> }.into_any(),
    };
    let open = RwSignal::new(open);
    let value = StoredValue::new(value);
    let inner = move || open.get().then(|| value.with_value(children));
    view! {
        <li>
            <button
                type="button"
                class="json-branch"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <span class="turn" class:open=move || open.get()>
                    <Icon glyph=Glyph::Right/>
                </span>
                {name}
                <span class="faint">{words}</span>
            </button>
            {inner}
        </li>
    }
    .into_any()
}

fn children(value: &Value) -> AnyView {
    let children: Vec<(String, Value)> = match value {
        Value::Array(items) => {
            items.iter().enumerate().map(|(nth, item)| (nth.to_string(), item.clone())).collect()
        }
        Value::Object(fields) => {
            fields.iter().map(|(key, item)| (key.clone(), item.clone())).collect()
        }
        _ => return ().into_any(),
    };
    let page = LongList::of(children.len());
    let nodes = page.list(move |nth| {
        let child = children.get(nth).cloned();
        child.map(|(key, item)| node(Some(key), item, false)).into_any()
    });
    view! { <ul>{nodes} <li class="json-more">{page.foot()}</li></ul> }.into_any()
}

fn leaf(value: &Value) -> AnyView {
    let class = match value {
        Value::String(_) => "json-text",
        _ => "json-number",
    };
    let mut text = value.to_string();
    if let Some((at, _)) = text.char_indices().nth(MOST_LETTERS) {
        text.truncate(at);
        text.push('…');
    }
    view! { <span class=class>{text}</span> }.into_any()
}
