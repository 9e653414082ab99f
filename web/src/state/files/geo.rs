//! GeoJSON (RFC 7946) as shapes on a plane: degrees east and north, fitted into a
//! box. There is no map under them, so nothing is fetched.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value};

/// How wide and high the box is.
pub(crate) const WIDTH: f64 = 800.0;
pub(crate) const HEIGHT: f64 = 500.0;
/// What is left free at its sides.
const MARGIN: f64 = 16.0;
/// The most positions that are drawn.
const MOST: usize = 50_000;
/// The most properties that are named, those that a shape is called by, and
/// letters of one.
const MOST_PROPERTIES: usize = 50;
const MOST_IN_NAME: usize = 8;
const MOST_LETTERS: usize = 80;
/// The deepest that collections lie in each other.
const DEEPEST: usize = 8;

/// A position: degrees east and north.
type Position = (f64, f64);

/// Something to draw.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shape {
    /// Where it is.
    outline: Outline,
    /// What it says of itself.
    pub(crate) properties: Properties,
}

/// Keys and values. The shapes of one feature share them.
pub(crate) type Properties = Arc<[(String, String)]>;

/// What a shape is called: `name: Kiel, size: 3`.
pub(crate) fn words(properties: &Properties) -> String {
    let one = |(key, value): &(String, String)| format!("{key}: {value}");
    let some: Vec<String> = properties.iter().take(MOST_IN_NAME).map(one).collect();
    some.join(", ")
}

#[derive(Clone, Debug, PartialEq)]
enum Outline {
    Points(Vec<Position>),
    Lines(Vec<Vec<Position>>),
    Areas(Vec<Vec<Position>>),
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shapes {
    /// What is drawn.
    pub(crate) shapes: Vec<Shape>,
    /// Whether there is more that is not.
    pub(crate) cut: bool,
    positions: usize,
}

/// A shape in the box.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Drawing {
    /// Dots.
    Dots(Vec<(f64, f64)>),
    /// A path of SVG, and whether it is an area.
    Path(String, bool),
}

/// Reads GeoJSON.
///
/// # Errors
/// When it is none.
pub(crate) fn read(text: &[u8]) -> Result<Shapes, String> {
    let value: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let mut shapes = Shapes::default();
    shapes.take(&value, &Properties::default(), 0);
    match shapes.shapes.is_empty() {
        true => Err("nothing in it has a place".to_owned()),
        false => Ok(shapes),
    }
}

impl Shapes {
    fn take(&mut self, value: &Value, own: &Properties, depth: usize) {
        let list = |key: &str| value.get(key).and_then(Value::as_array).into_iter().flatten();
        let at = value.get("coordinates").unwrap_or(&Value::Null);
        if depth > DEEPEST {
            self.cut = true;
            return;
        }
        let outline = match value.get("type").and_then(Value::as_str).unwrap_or_default() {
            "FeatureCollection" => {
                return list("features").for_each(|inner| self.take(inner, own, depth + 1));
            }
            "GeometryCollection" => {
                return list("geometries").for_each(|inner| self.take(inner, own, depth + 1));
            }
            "Feature" => {
                let own = properties(value.get("properties").and_then(Value::as_object));
                let geometry = value.get("geometry").unwrap_or(&Value::Null);
                return self.take(geometry, &own, depth + 1);
            }
            "Point" => Outline::Points(self.line(&Value::Array(vec![at.clone()]))),
            "MultiPoint" => Outline::Points(self.line(at)),
            "LineString" => Outline::Lines(vec![self.line(at)]),
            "MultiLineString" => Outline::Lines(self.lines(at)),
            "Polygon" => Outline::Areas(self.lines(at)),
            "MultiPolygon" => {
                let areas = at.as_array().into_iter().flatten();
                Outline::Areas(areas.flat_map(|area| self.lines(area)).collect())
            }
            _ => return,
        };
        let is_empty = match &outline {
            Outline::Points(points) => points.is_empty(),
            Outline::Lines(lines) | Outline::Areas(lines) => lines.iter().all(Vec::is_empty),
        };
        if !is_empty {
            self.shapes.push(Shape { outline, properties: Arc::clone(own) });
        }
    }

    fn lines(&mut self, value: &Value) -> Vec<Vec<Position>> {
        value.as_array().into_iter().flatten().map(|line| self.line(line)).collect()
    }

    fn line(&mut self, value: &Value) -> Vec<Position> {
        let mut line = Vec::new();
        for position in value.as_array().into_iter().flatten() {
            if self.positions >= MOST {
                self.cut = true;
                break;
            }
            let number = |nth: usize| position.get(nth).and_then(Value::as_f64);
            if let (Some(east), Some(north)) = (number(0), number(1)) {
                line.push((east, north));
                self.positions += 1;
            }
        }
        line
    }

    /// The shapes in the box: east is as long as north in the middle of them.
    pub(crate) fn drawn(&self) -> Vec<Drawing> {
        let all = || {
            self.shapes.iter().flat_map(|shape| match &shape.outline {
                Outline::Points(points) => points.clone(),
                Outline::Lines(lines) | Outline::Areas(lines) => lines.concat(),
            })
        };
        let range = |pick: fn(Position) -> f64| {
            all().map(pick).fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| {
                (least.min(value), most.max(value))
            })
        };
        let (west, east) = range(|(east, _)| east);
        let (south, north) = range(|(_, north)| north);
        let narrow = ((south + north) / 2.0).to_radians().cos().abs().max(0.01);
        // A single point has no size.
        let across = ((east - west) * narrow).max(1e-9);
        let up = (north - south).max(1e-9);
        let scale = ((WIDTH - 2.0 * MARGIN) / across).min((HEIGHT - 2.0 * MARGIN) / up);
        let middle = ((west + east) / 2.0, (south + north) / 2.0);
        let place = |(east, north): Position| {
            let x = WIDTH / 2.0 + (east - middle.0) * narrow * scale;
            (x, HEIGHT / 2.0 - (north - middle.1) * scale)
        };
        let path = |lines: &[Vec<Position>], is_area: bool| {
            let mut path = String::new();
            for line in lines.iter().filter(|line| !line.is_empty()) {
                for (nth, position) in line.iter().enumerate() {
                    let (x, y) = place(*position);
                    let letter = if nth == 0 { 'M' } else { 'L' };
                    write!(path, "{letter}{x:.1} {y:.1}").ok();
                }
                path.push_str(if is_area { "Z" } else { "" });
            }
            Drawing::Path(path, is_area)
        };
        let draw = |shape: &Shape| match &shape.outline {
            Outline::Points(points) => Drawing::Dots(points.iter().copied().map(place).collect()),
            Outline::Lines(lines) => path(lines, false),
            Outline::Areas(lines) => path(lines, true),
        };
        self.shapes.iter().map(draw).collect()
    }
}

fn properties(all: Option<&Map<String, Value>>) -> Properties {
    let one = |(key, value): (&String, &Value)| {
        let mut text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if let Some((at, _)) = text.char_indices().nth(MOST_LETTERS) {
            text.truncate(at);
            text.push('…');
        }
        (key.clone(), text)
    };
    all.into_iter().flatten().take(MOST_PROPERTIES).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = r#"{"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"name": "a", "size": 3},
         "geometry": {"type": "Point", "coordinates": [10, 60, 5]}},
        {"type": "Feature", "properties": null, "geometry": {"type": "GeometryCollection",
         "geometries": [{"type": "Polygon", "coordinates": [[[9, 59], [11, 59], [11, 61], [9, 59]]]},
                        {"type": "LineString", "coordinates": [[9, 59], [11, 61]]}]}},
        {"type": "Feature", "geometry": null}]}"#;

    #[test]
    fn shapes_are_fitted() {
        let shapes = read(FILE.as_bytes()).unwrap();
        assert_eq!(shapes.shapes.len(), 3);
        assert_eq!(words(&shapes.shapes[0].properties), "name: a, size: 3");
        assert!(shapes.shapes[1].properties.is_empty());
        let drawn = shapes.drawn();
        assert_eq!(drawn[0], Drawing::Dots(vec![(400.0, 250.0)]));
        // A degree east is half as long as one north, at 60 degrees.
        assert_eq!(drawn[2], Drawing::Path("M283.0 484.0L517.0 16.0".into(), false));
    }

    #[test]
    fn what_is_none_says_so_and_what_is_large_is_cut() {
        assert!(read(b"[1").is_err());
        assert!(read(b"{\"type\": \"Feature\"}").is_err());
        let points = "[1,2],".repeat(MOST + 5);
        let text = format!(
            "{{\"type\": \"MultiPoint\", \"coordinates\": [{}]}}",
            points.trim_end_matches(',')
        );
        assert!(read(text.as_bytes()).unwrap().cut);
    }

    proptest! {
        #[test]
        fn places_are_in_the_box(points in prop::collection::vec((-180.0..180.0_f64, -90.0..90.0_f64), 1..9)) {
            let text = format!("{{\"type\": \"MultiPoint\", \"coordinates\": {}}}",
                serde_json::to_string(&points).unwrap());
            let drawn = read(text.as_bytes()).unwrap().drawn();
            let Some(Drawing::Dots(dots)) = drawn.first() else { panic!() };
            for (x, y) in dots {
                prop_assert!((0.0..=WIDTH).contains(x) && (0.0..=HEIGHT).contains(y), "{x} {y}");
            }
        }
    }
}
