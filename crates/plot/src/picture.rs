//! What the charts of single values share: a size, things that the pointer can
//! hit, and dimensions of numbers or kinds.

use std::sync::Arc;

use crate::axes::{self, Axes};
use crate::draw::{Draw, Point, Rect};
use crate::format;
use crate::points::XKind;
use crate::scale::{Domain, ScaleKind};
use crate::theme::{Colour, Theme};

/// The opacity of what is not in focus.
pub(crate) const OUT_OF_FOCUS: f64 = 0.18;

/// What a chart is drawn on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// The width in CSS pixels.
    pub width: f64,
    /// The height in CSS pixels.
    pub height: f64,
    /// Device pixels a CSS pixel.
    pub pixel_ratio: f64,
    /// Colours and type.
    pub theme: Theme,
    /// The id of the mark to bring forward; the others fade.
    pub focus: Option<Arc<str>>,
}

impl Sheet {
    /// The whole of it.
    pub(crate) fn frame(&self) -> Rect {
        axes::frame(self.width, self.height)
    }

    /// How visible a mark is.
    pub(crate) fn opacity(&self, id: &Arc<str>) -> f64 {
        if self.focus.as_ref().is_none_or(|focus| focus == id) { 1.0 } else { OUT_OF_FOCUS }
    }

    /// Two axes of numbers on it, from `x` and `y`.
    pub(crate) fn axes<'a>(&'a self, x: &'a Dimension, y: &'a Dimension) -> Axes<'a> {
        Axes {
            width: self.width,
            height: self.height,
            pixel_ratio: self.pixel_ratio,
            utc_offset: 0,
            theme: &self.theme,
            x_kind: XKind::Value,
            x_scale: ScaleKind::Linear,
            x_domain: x.domain(),
            x_name: &x.name,
            only_x: None,
            y_scale: ScaleKind::Linear,
            y_domain: y.domain(),
            y_fixed: false,
            y_name: &y.name,
            x_kinds: &x.kinds,
            y_kinds: &y.kinds,
        }
    }

    /// A chart without anything to draw says so.
    pub(crate) fn nothing(&self, words: &str) -> Picture {
        let frame = self.frame();
        let draws =
            vec![axes::backdrop(frame, &self.theme), axes::message(words, frame, &self.theme)];
        Picture { draws, hits: Vec::new() }
    }
}

/// A chart, ready to paint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// What to paint, in order.
    pub draws: Vec<Draw>,
    /// What the pointer can hit.
    pub hits: Vec<Hit>,
}

/// Something that the pointer can hit.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// What it stands for, usually a run.
    pub id: Arc<str>,
    /// Where it is.
    pub rect: Rect,
    /// What it is called.
    pub label: Arc<str>,
    /// What it says, such as `loss 0.25`.
    pub words: String,
    /// Its colour.
    pub colour: Colour,
}

impl Picture {
    /// What is under the pointer, or the nearest within a few pixels.
    #[must_use]
    pub fn hit(&self, at: Point) -> Option<&Hit> {
        const NEAR: f64 = 12.0;
        let distance = |hit: &Hit| {
            let beyond = |at: f64, from: f64, to: f64| (from - at).max(at - to).max(0.0);
            let dx = beyond(at.x, hit.rect.x, hit.rect.right());
            let dy = beyond(at.y, hit.rect.y, hit.rect.bottom());
            dx.hypot(dy)
        };
        let near = self.hits.iter().map(|hit| (distance(hit), hit)).filter(|(d, _)| *d <= NEAR);
        near.min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, hit)| hit)
    }
}

/// A run in a chart of single values.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its id.
    pub id: Arc<str>,
    /// Its name.
    pub label: Arc<str>,
    /// Its colour.
    pub colour: Colour,
}

/// What some runs have of one thing: numbers, or kinds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dimension {
    /// What it is called.
    pub name: String,
    /// A value for each run, `None` where it has none; of kinds the place among
    /// them.
    pub values: Vec<Option<f64>>,
    /// The kinds in their order; empty for numbers.
    pub kinds: Vec<String>,
}

impl Dimension {
    /// A dimension of numbers; what is not finite is no value.
    #[must_use]
    pub fn numbers(name: &str, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let sound = |value: Option<f64>| value.filter(|value| value.abs() < f64::MAX);
        Self {
            name: name.to_owned(),
            values: values.into_iter().map(sound).collect(),
            kinds: Vec::new(),
        }
    }

    /// A dimension of texts: of numbers if all of them read as such, else of
    /// kinds.
    #[must_use]
    pub fn texts<'a>(name: &str, texts: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let texts: Vec<Option<&str>> = texts.into_iter().collect();
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
        if texts.iter().flatten().all(|text| number(text).is_some()) {
            return Self::numbers(name, texts.into_iter().map(|text| number(text?)));
        }
        let mut kinds: Vec<&str> = texts.iter().flatten().copied().collect();
        kinds.sort_unstable();
        kinds.dedup();
        let place = |text: Option<&str>| Some(kinds.binary_search(&text?).ok()? as f64);
        Self {
            name: name.to_owned(),
            values: texts.iter().map(|text| place(*text)).collect(),
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        }
    }

    /// The value of a run.
    #[must_use]
    pub fn value(&self, run: usize) -> Option<f64> {
        self.values.get(run).copied().flatten()
    }

    /// A value in words.
    #[must_use]
    pub fn words(&self, value: f64) -> String {
        match self.kinds.get(value as usize) {
            Some(kind) if !self.kinds.is_empty() => kind.clone(),
            _ => format::value(value),
        }
    }

    /// All values, with room for kinds around them.
    pub(crate) fn domain(&self) -> Domain {
        if !self.kinds.is_empty() {
            return Domain::new(-0.5, self.kinds.len() as f64 - 0.5).unwrap_or(Domain::UNIT);
        }
        let ends = self.values.iter().flatten().fold(None, |ends: Option<(f64, f64)>, &value| {
            Some(ends.map_or((value, value), |(lo, hi)| (lo.min(value), hi.max(value))))
        });
        ends.and_then(|(lo, hi)| Domain::new(lo, hi)).unwrap_or(Domain::UNIT)
    }

    /// Where a value lies between the least and the greatest, from 0 to 1.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let domain = self.domain();
        (value - domain.lo()) / domain.span()
    }
}

/// A little room around numbers, so that no dot lies on an edge.
pub(crate) fn roomy(domain: Domain) -> Domain {
    let room = domain.span() * 0.04;
    Domain::new(domain.lo() - room, domain.hi() + room).unwrap_or(domain)
}

/// The square around a dot.
pub(crate) fn around(at: Point, radius: f64) -> Rect {
    Rect { x: at.x - radius, y: at.y - radius, width: 2.0 * radius, height: 2.0 * radius }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_numbers_if_all_are() {
        let lr = Dimension::texts("lr", [Some("0.1"), None, Some(" 1e-3 ")]);
        assert_eq!(lr.values, [Some(0.1), None, Some(0.001)]);
        assert!(lr.kinds.is_empty());
        let opt = Dimension::texts("opt", [Some("sgd"), Some("adam"), Some("1"), None]);
        assert_eq!(opt.kinds, ["1", "adam", "sgd"]);
        assert_eq!(opt.values, [Some(2.0), Some(1.0), Some(0.0), None]);
        assert_eq!(opt.words(1.0), "adam");
        assert_eq!(lr.words(1.0), "1");
    }

    #[test]
    fn the_nearest_thing_is_hit() {
        let hit = |id: &str, x: f64| Hit {
            id: id.into(),
            rect: Rect { x, y: 0.0, width: 4.0, height: 4.0 },
            label: id.into(),
            words: String::new(),
            colour: "red".into(),
        };
        let picture = Picture { draws: Vec::new(), hits: vec![hit("a", 0.0), hit("b", 10.0)] };
        let at = |x, y| picture.hit(Point::new(x, y)).map(|hit| &*hit.id);
        assert_eq!(at(2.0, 2.0), Some("a"));
        assert_eq!(at(8.0, 2.0), Some("b"));
        assert_eq!(at(2.0, 40.0), None);
    }
}
