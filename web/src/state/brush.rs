//! What is brushed on the axes of parallel coordinates: the runs that it leaves,
//! and how an address says it.

use leptos::prelude::*;
use plot::{Brush, Dimension};
use run_frame::{Cell, Frame, Group};
use serde_json::Value;

use super::board::Field;
use super::location::{Navigator, use_navigator};
use super::runs_link::BRUSH;

/// A part of a field's axis, both ends in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Brushed {
    /// What stands on the axis.
    pub(crate) field: Field,
    /// From where to where.
    pub(crate) span: Span,
}

/// From where to where.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Span {
    /// On an axis of numbers.
    Numbers(f64, f64),
    /// On one of texts, in their order by bytes.
    Texts(String, String),
}

/// What is brushed on a page. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Brushes {
    /// At most one part a field, as the address has it.
    now: Memo<String>,
    navigator: Navigator,
}

impl Brushes {
    /// Those of the page that is shown.
    pub(crate) fn here() -> Brushes {
        let navigator = use_navigator();
        let now = move |_: Option<&String>| {
            navigator.place().with(|place| place.query.get(BRUSH).unwrap_or_default().to_owned())
        };
        Brushes { now: Memo::new(now), navigator }
    }

    /// What is brushed.
    pub(crate) fn get(self) -> Vec<Brushed> {
        self.now.with(|now| Brushed::read(now))
    }

    /// Brushes this, and nothing else.
    pub(crate) fn set(self, list: &[Brushed]) {
        let text = Brushed::write(list);
        self.navigator.choose(&[(BRUSH, (!text.is_empty()).then_some(&text))]);
    }
}

impl Brushed {
    /// Reads a list of `["metrics.loss", 0.1, 0.5]` and `["params.solver", "adam", "sgd"]`;
    /// what is neither is left out.
    pub(crate) fn read(text: &str) -> Vec<Brushed> {
        let list: Vec<Value> = serde_json::from_slice(text.as_bytes()).unwrap_or_default();
        let one = |value: &Value| {
            let [field, low, high] = value.as_array()?.as_slice() else { return None };
            let span = match (low.as_f64().zip(high.as_f64()), low.as_str().zip(high.as_str())) {
                (Some((low, high)), _) => Span::Numbers(low, high),
                (_, Some((low, high))) => Span::Texts(low.to_owned(), high.to_owned()),
                _ => return None,
            };
            Some(Brushed { field: field.as_str()?.to_owned().into(), span })
        };
        list.iter().filter_map(one).collect()
    }

    /// Writes a list; nothing for an empty one.
    pub(crate) fn write(list: &[Brushed]) -> String {
        let one = |brushed: &Brushed| {
            let (low, high) = match &brushed.span {
                Span::Numbers(low, high) => (Value::from(*low), Value::from(*high)),
                Span::Texts(low, high) => (Value::from(&**low), Value::from(&**high)),
            };
            Value::from(vec![Value::from(String::from(brushed.field.clone())), low, high])
        };
        let all: Vec<Value> = list.iter().map(one).collect();
        if all.is_empty() { String::new() } else { Value::from(all).to_string() }
    }

    /// Takes the runs away that lie outside of it, or have no value.
    pub(crate) fn narrow(&self, frame: &Frame, rows: &mut Vec<u32>) {
        let column = match &self.field {
            Field::Metric(key) => frame.find(Group::Metric, key),
            Field::Param(key) => frame.find(Group::Param, key),
        };
        let Some(column) = column else { return rows.clear() };
        rows.retain(|row| match (frame.cell(column, *row), &self.span) {
            (Cell::Number(number), Span::Numbers(low, high)) => (*low..=*high).contains(&number),
            (Cell::Text(text), Span::Numbers(low, high)) => {
                text.trim().parse().is_ok_and(|number| (*low..=*high).contains(&number))
            }
            (Cell::Text(text), Span::Texts(low, high)) => (&**low..=&**high).contains(&text),
            _ => false,
        });
    }

    /// What a brush on an axis says of its field; `None` where it holds no kind.
    pub(crate) fn of(field: &Field, axis: &Dimension, brush: &Brush) -> Option<Brushed> {
        let (low, high) = (*brush.range.start(), *brush.range.end());
        let span = if axis.kinds.is_empty() {
            Span::Numbers(low, high)
        } else {
            let held = |(at, _): &(usize, &String)| brush.range.contains(&(*at as f64));
            let mut kinds = axis.kinds.iter().enumerate().filter(held).map(|(_, kind)| kind);
            let first = kinds.next()?;
            Span::Texts(first.clone(), kinds.next_back().unwrap_or(first).clone())
        };
        Some(Brushed { field: field.clone(), span })
    }

    /// The brush on an axis of the field; `None` where the axis has other values.
    pub(crate) fn on(&self, nth: usize, axis: &Dimension) -> Option<Brush> {
        let range = match &self.span {
            Span::Numbers(low, high) if axis.kinds.is_empty() => *low..=*high,
            Span::Texts(low, high) if !axis.kinds.is_empty() => {
                let first = axis.kinds.partition_point(|kind| kind < low);
                let after = axis.kinds.partition_point(|kind| kind <= high);
                first as f64..=after as f64 - 1.0
            }
            _ => return None,
        };
        Some(Brush { axis: nth, range })
    }
}

#[cfg(test)]
mod tests {
    use mlflow_api::SearchRunsResponse;

    use super::*;

    fn numbers(field: &str, low: f64, high: f64) -> Brushed {
        Brushed { field: field.to_owned().into(), span: Span::Numbers(low, high) }
    }

    fn texts(field: &str, low: &str, high: &str) -> Brushed {
        let span = Span::Texts(low.to_owned(), high.to_owned());
        Brushed { field: field.to_owned().into(), span }
    }

    #[test]
    fn an_address_keeps_what_is_brushed() {
        let list = [numbers("metrics.a.b", -0.5, 1e300), texts("params.solver", "adam", "\"é")];
        let text = Brushed::write(&list);
        assert_eq!(text, r#"[["metrics.a.b",-0.5,1e+300],["params.solver","adam","\"é"]]"#);
        assert_eq!(Brushed::read(&text), list);
        assert_eq!(Brushed::write(&[]), "");
        let wrong = r#"[1, ["metrics.a"], ["metrics.a", 1, "x"], [2, 1, 2], ["metrics.a", 1, 2]]"#;
        assert_eq!(Brushed::read(wrong), [numbers("metrics.a", 1.0, 2.0)]);
        assert_eq!(Brushed::read("{"), []);
    }

    #[test]
    fn it_leaves_runs_that_lie_within() {
        let run = |id: &str, lr: &str, solver: &str, loss: f64| {
            serde_json::json!({"info": {"run_id": id}, "data": {
                "params": [{"key": "lr", "value": lr}, {"key": "solver", "value": solver}],
                "metrics": [{"key": "loss", "value": loss}]}})
        };
        let bare = serde_json::json!({"info": {"run_id": "d"}});
        let runs = serde_json::json!({"runs": [
            run("a", "0.1", "adam", 0.5), run("b", " 1e-3", "lbfgs", 0.25),
            run("c", "auto", "sgd", f64::MAX), bare]});
        let page: SearchRunsResponse = serde_json::from_value(runs).unwrap();
        let mut frame = Frame::new();
        frame.extend(&page.runs);
        let left = |brushed: Brushed| {
            let mut rows = vec![3, 2, 1, 0];
            brushed.narrow(&frame, &mut rows);
            rows
        };
        assert_eq!(left(numbers("metrics.loss", 0.25, 0.5)), [1, 0]);
        assert_eq!(left(numbers("params.lr", 0.0, 0.01)), [1]);
        assert_eq!(left(texts("params.solver", "adam", "lbfgs")), [1, 0]);
        assert_eq!(left(texts("metrics.loss", "a", "b")), [0_u32; 0]);
        assert_eq!(left(numbers("metrics.none", 0.0, 1.0)), [0_u32; 0]);
    }

    #[test]
    fn an_axis_has_the_brush_that_was_made_on_it() {
        let (lr, solver): (Field, Field) =
            ("params.lr".to_owned().into(), "params.solver".to_owned().into());
        let numeric = Dimension::numbers("lr", [Some(0.1), Some(0.3)]);
        let kinds = Dimension::texts("solver", ["sgd", "adam", "lbfgs"].map(Some));
        let brush = |range| Brush { axis: 1, range };
        let made = Brushed::of(&lr, &numeric, &brush(0.15..=0.3)).unwrap();
        assert_eq!(made.on(1, &numeric), Some(brush(0.15..=0.3)));
        assert_eq!(made.on(1, &kinds), None, "a parameter that is no number any more");
        let made = Brushed::of(&solver, &kinds, &brush(0.4..=2.3)).unwrap();
        assert_eq!(made, texts("params.solver", "lbfgs", "sgd"));
        assert_eq!(made.on(1, &kinds), Some(brush(1.0..=2.0)));
        // Of other runs: what lies between is in it.
        let others = Dimension::texts("solver", ["adam", "newton", "zeno"].map(Some));
        assert_eq!(made.on(1, &others), Some(brush(1.0..=1.0)));
        assert_eq!(Brushed::of(&solver, &kinds, &brush(0.4..=0.6)), None);
    }
}
