//! Markdown as a tree of the few things that a page may show of it. Raw HTML is
//! text, pictures are links, and links lead only where a click is harmless.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// How deep elements may lie within each other; what is deeper loses its element
/// and keeps its text.
const DEEPEST: usize = 16;

/// What an element is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A paragraph.
    Paragraph,
    /// A heading, from 1: the highest of the text.
    Heading(u8),
    /// A quotation.
    Quote,
    /// A list; with the number of its first item if it is numbered.
    List(Option<u64>),
    /// An item of a list.
    Item,
    /// Code within a line.
    Code,
    /// Lines of code.
    CodeBlock,
    /// `*emphasis*`.
    Emphasis,
    /// `**strong**`.
    Strong,
    /// `~~struck~~`.
    Struck,
    /// A link to an address that is safe to follow.
    Link(String),
    /// A table.
    Table,
    /// The head of a table.
    TableHead,
    /// A row of a table.
    TableRow,
    /// A cell of a table.
    Cell,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// Words.
    Text(String),
    /// A new line.
    Break,
    /// A line across.
    Rule,
    /// The box of a task, and whether it is ticked.
    Task(bool),
    /// An element.
    Element(Kind, Vec<Node>),
}

/// Reads Markdown.
pub(crate) fn parse(text: &str) -> Vec<Node> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut tree = Tree::default();
    for event in Parser::new_ext(text, options) {
        tree.take(event);
    }
    tree.finish()
}

/// The first line of a text in Markdown, without what marks it up.
pub(crate) fn first_line(text: &str) -> String {
    fn collect(nodes: &[Node], line: &mut String) {
        for node in nodes {
            match node {
                Node::Text(text) => line.push_str(text),
                Node::Element(_, inner) => collect(inner, line),
                _ => {}
            }
        }
    }
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut line = String::new();
    collect(&parse(first), &mut line);
    line
}

/// An address that a link may lead to: of the web, of mail, or of this page.
pub(crate) fn safe_link(address: &str) -> Option<&str> {
    let address = address.trim();
    let lower = address.to_ascii_lowercase();
    let safe = ["http://", "https://", "mailto:", "#"].iter().any(|start| lower.starts_with(start));
    (safe && !address.contains(char::is_control)).then_some(address)
}

/// A tree that grows as events come.
#[derive(Default)]
struct Tree {
    /// The elements that are open, each with what is in it; `None` for what is
    /// no element here.
    open: Vec<(Option<Kind>, Vec<Node>)>,
    done: Vec<Node>,
    headings: Headings,
}

/// Levels of headings without gaps, as an outline has them.
#[derive(Default)]
struct Headings {
    last: u8,
}

impl Headings {
    fn level(&mut self, level: HeadingLevel) -> u8 {
        let level = (level as u8).min(self.last + 1).min(4);
        self.last = level;
        level
    }
}

impl Tree {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => self.end(end),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text),
            Event::FootnoteReference(text) => self.text(&text),
            Event::Code(text) => {
                self.push(Node::Element(Kind::Code, vec![Node::Text(text.into_string())]));
            }
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.push(Node::Break),
            Event::Rule => self.push(Node::Rule),
            Event::TaskListMarker(done) => self.push(Node::Task(done)),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let kind = match tag {
            Tag::Paragraph | Tag::HtmlBlock => Some(Kind::Paragraph),
            Tag::Heading { level, .. } => Some(Kind::Heading(self.headings.level(level))),
            Tag::BlockQuote(_) => Some(Kind::Quote),
            Tag::CodeBlock(CodeBlockKind::Indented | CodeBlockKind::Fenced(_)) => {
                Some(Kind::CodeBlock)
            }
            Tag::List(first) => Some(Kind::List(first)),
            Tag::Item => Some(Kind::Item),
            Tag::Table(_) => Some(Kind::Table),
            Tag::TableHead => Some(Kind::TableHead),
            Tag::TableRow => Some(Kind::TableRow),
            Tag::TableCell => Some(Kind::Cell),
            Tag::Emphasis => Some(Kind::Emphasis),
            Tag::Strong => Some(Kind::Strong),
            Tag::Strikethrough => Some(Kind::Struck),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                safe_link(&dest_url).map(|address| Kind::Link(address.to_owned()))
            }
            _ => None,
        };
        // A link in a link would be two targets in one.
        let nested_link = matches!(kind, Some(Kind::Link(_)))
            && self.open.iter().any(|(open, _)| matches!(open, Some(Kind::Link(_))));
        let deep = self.open.len() >= DEEPEST;
        self.open.push((kind.filter(|_| !deep && !nested_link), Vec::new()));
    }

    fn end(&mut self, end: TagEnd) {
        let Some((kind, mut nodes)) = self.open.pop() else { return };
        if matches!(end, TagEnd::Image) && nodes.is_empty() {
            nodes.extend(match &kind {
                Some(Kind::Link(address)) => Some(Node::Text(address.clone())),
                _ => None,
            });
        }
        match kind {
            Some(kind) => self.push(Node::Element(kind, nodes)),
            None => nodes.into_iter().for_each(|node| self.push(node)),
        }
    }

    fn text(&mut self, text: &str) {
        let nodes = self.here();
        match nodes.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => nodes.push(Node::Text(text.to_owned())),
        }
    }

    fn push(&mut self, node: Node) {
        self.here().push(node);
    }

    fn here(&mut self) -> &mut Vec<Node> {
        match self.open.last_mut() {
            Some((_, nodes)) => nodes,
            None => &mut self.done,
        }
    }

    fn finish(mut self) -> Vec<Node> {
        while !self.open.is_empty() {
            self.end(TagEnd::Paragraph);
        }
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(nodes: &[Node]) -> String {
        let one = |node: &Node| match node {
            Node::Text(text) => text.clone(),
            Node::Element(_, nodes) => text(nodes),
            _ => String::new(),
        };
        nodes.iter().map(one).collect()
    }

    fn links(nodes: &[Node]) -> Vec<String> {
        let one = |node: &Node| match node {
            Node::Element(Kind::Link(address), inner) => {
                let mut found = vec![address.clone()];
                found.extend(links(inner));
                found
            }
            Node::Element(_, inner) => links(inner),
            _ => Vec::new(),
        };
        nodes.iter().flat_map(one).collect()
    }

    fn depth(nodes: &[Node]) -> usize {
        let one = |node: &Node| match node {
            Node::Element(_, nodes) => 1 + depth(nodes),
            _ => 0,
        };
        nodes.iter().map(one).max().unwrap_or(0)
    }

    #[test]
    fn html_stays_text() {
        let nodes = parse("a <b onclick=x>b</b>\n\n<script>alert(1)</script>");
        assert_eq!(text(&nodes), "a <b onclick=x>b</b><script>alert(1)</script>");
        assert_eq!(depth(&nodes), 1);
    }

    #[test]
    fn links_lead_only_where_a_click_is_harmless() {
        for (address, safe) in [
            ("https://h/a", true),
            ("HTTP://h", true),
            ("mailto:a@b", true),
            ("#/runs/1", true),
            ("javascript:alert(1)", false),
            ("JaVaScRiPt:alert(1)", false),
            ("data:text/html,x", false),
            ("//h/a", false),
            ("/a", false),
            ("java\nscript:a", false),
            ("https://h/\u{1}", false),
        ] {
            assert_eq!(safe_link(address).is_some(), safe, "{address}");
        }
        assert_eq!(links(&parse("[a](javascript:x) [b](https://h)")), ["https://h"]);
        assert_eq!(links(&parse("![cat](https://h/cat.png)")), ["https://h/cat.png"]);
        assert_eq!(text(&parse("![](https://h/c.png)")), "https://h/c.png");
        assert_eq!(links(&parse("[![x](https://i)](https://h)")).len(), 1);
    }

    #[test]
    fn a_first_line_is_plain() {
        assert_eq!(first_line("\n## Image *classification*\n\nmore"), "Image classification");
        assert_eq!(first_line("<b>a</b>"), "<b>a</b>");
        assert_eq!(first_line(""), "");
    }

    #[test]
    fn tables_tasks_and_code_are_there() {
        let nodes = parse("| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n\n```py\nx = 1\n```");
        let kinds: Vec<_> = nodes
            .iter()
            .map(|node| match node {
                Node::Element(kind, _) => kind.clone(),
                _ => panic!("{node:?}"),
            })
            .collect();
        assert_eq!(kinds, [Kind::Table, Kind::List(None), Kind::CodeBlock]);
        assert!(format!("{nodes:?}").contains("Task(true)"));
    }

    #[test]
    fn headings_leave_no_level_out() {
        let nodes = parse("### a\n\n# b\n\n#### c");
        let levels: Vec<_> = nodes
            .iter()
            .filter_map(|node| match node {
                Node::Element(Kind::Heading(level), _) => Some(*level),
                _ => None,
            })
            .collect();
        assert_eq!(levels, [1, 1, 2]);
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}x", "> ".repeat(2000));
        assert!(depth(&parse(&deep)) <= DEEPEST);
        assert_eq!(text(&parse(&deep)).trim(), "x");
        parse(&"[".repeat(20_000));
        parse(&"*a".repeat(20_000));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn no_text_makes_anything_but_the_known(
            text in r#"([ \n\t#>*_~`|<>\[\]()!:&;"'=/.0-9-]|javascript:|https?://|<script>|a|é|\x00){0,120}"#
        ) {
            let nodes = parse(&text);
            prop_assert!(depth(&nodes) <= DEEPEST);
            for link in links(&nodes) {
                prop_assert!(safe_link(&link).is_some(), "{}", link);
            }
        }
    }
}
