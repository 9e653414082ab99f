//! Icons: our own, 16 by 16, drawn with the colour of the text around them.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Glyph {
    /// The mark of the house: three waves.
    Brand,
    /// A flask: experiments.
    Flask,
    /// A triangle in a circle: try a model.
    Play,
    /// A box: models.
    Box,
    /// A bubble of speech: prompts.
    Quote,
    /// Sliders: settings.
    Sliders,
    /// Three lines: the drawer.
    Menu,
    /// A cross: close.
    Cross,
    /// A lens: search.
    Lens,
    /// Arrows in a circle: load again.
    Refresh,
    /// Two sheets: copy.
    Copy,
    /// A tick: done.
    Tick,
    /// The sun: light.
    Sun,
    /// The moon: dark.
    Moon,
    /// A screen: as the system has it.
    Screen,
    /// An arrow upwards: ascending.
    Up,
    /// An arrow downwards: descending.
    Down,
    /// A folder.
    Folder,
    /// A triangle with a bar: something is wrong.
    Warning,
    /// Three dots: more that can be done.
    More,
    /// A pen: change it.
    Pen,
    /// A bin: delete.
    Bin,
    /// A plus: another one.
    Plus,
    /// Less.
    Minus,
    /// A star: a favourite.
    Star,
    /// An angle to the right: closed.
    Right,
    /// An arrow into a tray: download.
    Download,
    /// Two links of a chain: a link to this.
    Link,
    /// An eye: shown.
    Eye,
    /// A pin: kept in its place.
    Pin,
    /// Columns.
    Columns,
}

impl Glyph {
    /// The strokes of the icon, as SVG path data.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Glyph::Brand => {
                "M2 4.5c2-2 4-2 6 0s4 2 6 0M2 8.5c2-2 4-2 6 0s4 2 6 0M2 12.5c2-2 4-2 6 0s4 2 6 0"
            }
            Glyph::Flask => {
                "M6.25 2v4.1L2.9 12a1.4 1.4 0 0 0 1.2 2h7.8a1.4 1.4 0 0 0 1.2-2L9.75 6.1V2M5 2h6M4.6 10h6.8"
            }
            Glyph::Play => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.75 5.75v4.5L10.5 8Z",
            Glyph::Sliders => {
                "M2 5h6M12 5h2M2 11h2M8 11h6M10 6.75a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5ZM6 12.75a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5Z"
            }
            Glyph::Box => "M8 1.8 13.5 4.9v6.2L8 14.2 2.5 11.1V4.9ZM2.5 4.9 8 8l5.5-3.1M8 8v6.2",
            Glyph::Quote => {
                "M3 3h10a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H7.5L4.5 13.5V11H3a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1ZM5 6h6M5 8.3h4"
            }
            Glyph::Menu => "M2 4.5h12M2 8h12M2 11.5h12",
            Glyph::Cross => "M4 4l8 8M12 4l-8 8",
            Glyph::Lens => "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3 14 14",
            Glyph::Refresh => {
                "M13.5 7A5.6 5.6 0 0 0 3 5.2L2.2 6.6M2.5 9A5.6 5.6 0 0 0 13 10.8l.8-1.4M2.2 3.2v3.4h3.4M13.8 12.8V9.4h-3.4"
            }
            Glyph::Copy => {
                "M5.5 5.5v-2a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2M3.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1Z"
            }
            Glyph::Tick => "M3 8.5 6.5 12 13 4.5",
            Glyph::Sun => {
                "M8 10.75a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9"
            }
            Glyph::Moon => "M13.5 9.6A5.75 5.75 0 0 1 6.4 2.5a5.75 5.75 0 1 0 7.1 7.1Z",
            Glyph::Screen => {
                "M2.5 3h11a.5.5 0 0 1 .5.5v7a.5.5 0 0 1-.5.5h-11a.5.5 0 0 1-.5-.5v-7a.5.5 0 0 1 .5-.5ZM8 11v2.5M5.5 13.5h5"
            }
            Glyph::Up => "M8 13V3.5M4 7.5l4-4 4 4",
            Glyph::Down => "M8 3v9.5M4 8.5l4 4 4-4",
            Glyph::Folder => {
                "M2 4a1 1 0 0 1 1-1h3l1.5 1.75H13a1 1 0 0 1 1 1V12a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1Z"
            }
            Glyph::More => "M3 8h.01M8 8h.01M13 8h.01",
            Glyph::Pen => {
                "M2.5 13.5l.8-3.2 7.6-7.6a1.2 1.2 0 0 1 1.7 0l.7.7a1.2 1.2 0 0 1 0 1.7l-7.6 7.6Z"
            }
            Glyph::Bin => {
                "M2.5 4.5h11M6 4.5V3a.7.7 0 0 1 .7-.7h2.6a.7.7 0 0 1 .7.7v1.5M4 4.5l.6 8.3a1 1 0 0 0 1 .9h4.8a1 1 0 0 0 1-.9l.6-8.3"
            }
            Glyph::Plus => "M8 3v10M3 8h10",
            Glyph::Minus => "M3 8h10",
            Glyph::Star => "M8 2l1.8 3.8 4.2.5-3.1 2.8.9 4.1L8 11.2l-3.8 2 .9-4.1L2 6.3l4.2-.5Z",
            Glyph::Right => "M6 3.5 10.5 8 6 12.5",
            Glyph::Download => "M8 2.5v7.5M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
            Glyph::Link => {
                "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 0 0-3.7-3.7l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9a2.6 2.6 0 0 0 3.7 3.7l.9-.9"
            }
            Glyph::Eye => {
                "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8ZM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z"
            }
            Glyph::Pin => "M5.5 2.5h5M6.3 2.5v4L4 9.5h8L9.7 6.5v-4M8 9.5v4.3",
            Glyph::Columns => "M2.5 3h11v10h-11ZM6.2 3v10M9.8 3v10",
            Glyph::Warning => "M8 2.5 14.5 13.5h-13ZM8 6.5v3M8 11.6v.1",
        }
    }
}

/// An icon. Hidden from screen readers: the words beside it, or its button's
/// label, say what it means.
#[component]
pub(crate) fn Icon(
    /// What it shows.
    #[prop(into)]
    glyph: Signal<Glyph>,
) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 16 16"
            fill="none"
            stroke="currentColor"
            stroke-width="1.5"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=move || glyph.get().path()></path>
        </svg>
    }
}
