//! Colours and type, given by the caller.

use std::sync::Arc;

/// A CSS colour, such as `#3f90da` or `oklch(62% 0.1 210)`. Cheap to clone.
pub type Colour = Arc<str>;

/// The colours and the font of a chart, as CSS strings that a canvas accepts
/// (a canvas does not resolve `var(…)`: pass computed values).
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Text that is read: direct labels, messages.
    pub ink: Colour,
    /// Text that is looked up: tick labels.
    pub muted: Colour,
    /// Grid lines; the axis line is the same, heavier.
    pub grid: Colour,
    /// What the chart stands on.
    pub background: Colour,
    /// The crosshair.
    pub accent: Colour,
    /// The font families of all text.
    pub font_family: Arc<str>,
    /// The size of all text, in CSS pixels.
    pub font_size: f64,
}

impl Theme {
    /// The CSS `font` of all text, such as `11px system-ui, sans-serif`.
    #[must_use]
    pub fn font(&self) -> Arc<str> {
        format!("{}px {}", self.font_size, self.font_family).into()
    }
}

impl Default for Theme {
    /// A light theme, for examples and tests.
    fn default() -> Self {
        Self {
            ink: "#1c2127".into(),
            muted: "#66707c".into(),
            grid: "#e6e9ed".into(),
            background: "#ffffff".into(),
            accent: "#0b7a75".into(),
            font_family: "system-ui, sans-serif".into(),
            font_size: 11.0,
        }
    }
}
