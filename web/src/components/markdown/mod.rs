//! Markdown that somebody wrote, as elements. No HTML is ever made from text.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
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

fn nodes(all: Vec<Node>) -> AnyView {
    all.into_iter().map(node).collect_view().into_any()
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
        Kind::List(None) => view! { <ul>{nodes(inner)}</ul> }.into_any(),
        Kind::List(Some(first)) => {
            view! { <ol start=first.to_string()>{nodes(inner)}</ol> }.into_any()
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
        Kind::Table => view! {
            <div class="markdown-table" tabindex="0">
                <table>{nodes(inner)}</table>
            </div>
        }
        .into_any(),
        Kind::TableHead => view! { <thead><tr>{columns(inner)}</tr></thead> }.into_any(),
        Kind::TableRow => view! { <tr>{nodes(inner)}</tr> }.into_any(),
        Kind::Cell => view! { <td>{nodes(inner)}</td> }.into_any(),
    }
}
