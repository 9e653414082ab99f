//! Markdown that somebody wrote, as elements. No HTML is ever made from text.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::components::long_list::LongList;
use crate::state::language::t;
use crate::state::markdown::{Kind, Node, parse};

/// A text in Markdown. Its headings begin below the page's second level.
#[component]
pub(crate) fn Markdown(
    /// The text.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! { <div class="markdown">{move || text.with(|text| nodes(parse(text)))}</div> }
}

/// How many pieces of one element there are at first, and how many more come at a time.
const STEP: usize = 200;

fn nodes(all: Vec<Node>) -> AnyView {
    let (first, more) = bounded(all);
    view! { {first} {more} }.into_any()
}

/// The pieces of an element; of very many the first, and what brings the next.
fn bounded(all: Vec<Node>) -> (AnyView, Option<AnyView>) {
    let total = all.len();
    if total <= STEP {
        return (all.into_iter().map(node).collect_view().into_any(), None);
    }
    let list = LongList::by(STEP, total);
    let pieces = list.list(move |nth| all.get(nth).cloned().map(node).into_any());
    (pieces, Some(list.foot()))
}

fn node(node: Node) -> AnyView {
    match node {
        Node::Text(text) => text.into_any(),
        Node::Break => view! { <br/> }.into_any(),
        Node::Rule => view! { <hr/> }.into_any(),
        Node::Task(done) => {
            let words = if done { t("Done:") } else { t("To do:") };
            let mark = done.then(|| view! { <Icon glyph=Glyph::Tick/> });
            view! { <span class="task">{mark}</span> <span class="sr-only">{words}</span> }
                .into_any()
        }
        Node::Element(kind, inner) => element(kind, inner),
    }
}

fn element(kind: Kind, inner: Vec<Node>) -> AnyView {
    let columns = |inner: Vec<Node>| {
        let head = |node: Node| match node {
            Node::Element(Kind::Cell, inner) => {
                view! { <th scope="col">{nodes(inner)}</th> }.into_any()
            }
            other => self::node(other),
        };
        inner.into_iter().map(head).collect_view()
    };
    match kind {
        Kind::Paragraph => view! { <p>{nodes(inner)}</p> }.into_any(),
        Kind::Heading(1) => view! { <h3>{nodes(inner)}</h3> }.into_any(),
        Kind::Heading(2) => view! { <h4>{nodes(inner)}</h4> }.into_any(),
        Kind::Heading(3) => view! { <h5>{nodes(inner)}</h5> }.into_any(),
        Kind::Heading(_) => view! { <h6>{nodes(inner)}</h6> }.into_any(),
        Kind::Quote => view! { <blockquote>{nodes(inner)}</blockquote> }.into_any(),
        Kind::List(first) => {
            let (items, more) = bounded(inner);
            let list = match first {
                None => view! { <ul>{items}</ul> }.into_any(),
                Some(first) => view! { <ol start=first.to_string()>{items}</ol> }.into_any(),
            };
            view! { {list} {more} }.into_any()
        }
        Kind::Item => view! { <li>{nodes(inner)}</li> }.into_any(),
        Kind::Code => view! { <code>{nodes(inner)}</code> }.into_any(),
        Kind::CodeBlock => view! { <pre tabindex="0">{nodes(inner)}</pre> }.into_any(),
        Kind::Emphasis => view! { <em>{nodes(inner)}</em> }.into_any(),
        Kind::Strong => view! { <strong>{nodes(inner)}</strong> }.into_any(),
        Kind::Struck => view! { <s>{nodes(inner)}</s> }.into_any(),
        Kind::Link(address) if address.starts_with('#') => {
            view! { <a class="link" href=address>{nodes(inner)}</a> }.into_any()
        }
        Kind::Link(address) => view! {
            <a class="link" href=address target="_blank" rel="noopener noreferrer nofollow">
                {nodes(inner)}
            </a>
        }
        .into_any(),
        Kind::Table => {
            let (rows, more) = bounded(inner);
            view! {
                <div class="markdown-table" tabindex="0">
                    <table>{rows}</table>
                </div>
                {more}
            }
            .into_any()
        }
        Kind::TableHead => view! { <thead><tr>{columns(inner)}</tr></thead> }.into_any(),
        Kind::TableRow => view! { <tr>{nodes(inner)}</tr> }.into_any(),
        Kind::Cell => view! { <td>{nodes(inner)}</td> }.into_any(),
    }
}
