//! How Python prints data: `str` of a data frame, of an array, of a
//! dictionary. MLflow's enforcement errors begin with it.
//!
//! Small data prints as numpy and pandas print it. Long lines are not wrapped,
//! and [`MAX_CHARS`] characters is all there is of a large request.

use std::fmt::Write as _;

use tensor::Data;

use crate::frame::DataFrame;
use crate::input::Input;
use crate::json::Value;
use crate::python;
use crate::values::{Array, Values};

/// How much of the data a message shows.
const MAX_CHARS: usize = 4000;

/// Arrays of more elements show only their beginning.
const MAX_ELEMENTS: usize = 1000;

/// Frames of more rows show the first and last five.
const MAX_ROWS: usize = 60;

/// Frames of more columns show only the first.
const MAX_COLUMNS: usize = 20;

/// `str(data)`.
pub fn input(input: &Input) -> String {
    let text = match input {
        Input::Frame(frame) => self::frame(frame),
        Input::Array(array) => array_text(array, Style::Str),
        Input::Dict(arrays) => {
            let parts = arrays.iter().take(MAX_COLUMNS);
            let parts = parts.map(|(name, a)| {
                format!("{}: {}", python::repr_str(name), array_text(a, Style::Repr))
            });
            format!("{{{}}}", parts.collect::<Vec<_>>().join(", "))
        }
        Input::Records(frame) => {
            let rows = (0..frame.rows().min(MAX_ROWS)).map(|i| record(frame, i));
            format!("[{}]", rows.collect::<Vec<_>>().join(", "))
        }
    };
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn record(frame: &DataFrame, i: usize) -> String {
    let cells = frame.columns().iter().take(MAX_COLUMNS).map(|(label, values)| {
        let value = values.get(i).unwrap_or(Value::Null);
        format!("{}: {}", python::repr_str(&label.to_string()), python::repr(&value))
    });
    format!("{{{}}}", cells.collect::<Vec<_>>().join(", "))
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Str,
    Repr,
}

fn array_text(array: &Array, style: Style) -> String {
    let cells = cells(array.values(), MAX_ELEMENTS);
    let cut = array.values().len() > MAX_ELEMENTS;
    if array.shape().is_empty() {
        let cell = cells.into_iter().next().unwrap_or_default();
        return match (style, array.values()) {
            (Style::Repr, Values::Data(data)) => format!("np.{}({cell})", data.dtype()),
            (Style::Str, Values::Data(Data::Str(v))) => v.first().cloned().unwrap_or_default(),
            _ => cell,
        };
    }
    if array.values().is_empty() {
        return match style {
            Style::Str => "[]".into(),
            Style::Repr => format!("array([], dtype={})", array.values().type_name()),
        };
    }
    let separator = if style == Style::Repr { ", " } else { " " };
    let indent = if style == Style::Repr { "array(".len() } else { 0 };
    let mut body = String::new();
    nest(&mut body, array.shape(), &mut cells.iter(), separator, indent + 1);
    if cut {
        body.push_str(" ...");
    }
    match (style, array.values()) {
        (Style::Str, _) => body,
        (_, Values::Data(Data::Bool(_) | Data::I64(_) | Data::F64(_))) => format!("array({body})"),
        (_, Values::Data(Data::Str(v))) => {
            let width = v.iter().map(|s| s.chars().count()).max().unwrap_or(0).max(1);
            format!("array({body}, dtype='<U{width}')")
        }
        (_, values) => format!("array({body}, dtype={})", values.type_name()),
    }
}

/// Nested brackets; rows go on lines of their own.
fn nest<'a>(
    out: &mut String,
    shape: &[usize],
    cells: &mut impl Iterator<Item = &'a String>,
    separator: &str,
    indent: usize,
) {
    let Some((n, rest)) = shape.split_first() else {
        out.push_str(cells.next().map_or("", String::as_str));
        return;
    };
    out.push('[');
    for i in 0..*n {
        if out.chars().count() > MAX_CHARS {
            break;
        }
        if i > 0 && rest.is_empty() {
            out.push_str(separator);
        } else if i > 0 {
            out.push_str(separator.trim_end());
            out.push_str(&"\n".repeat(rest.len()));
            out.push_str(&" ".repeat(indent));
        }
        nest(out, rest, cells, separator, indent + 1);
    }
    out.push(']');
}

/// The first `limit` elements as numpy prints them within an array.
fn cells(values: &Values, limit: usize) -> Vec<String> {
    let floats: Option<(Vec<f64>, f64)> = match values {
        Values::Data(Data::F64(v)) => Some((v.iter().copied().take(limit).collect(), 1e8)),
        Values::Data(Data::F32(v)) => {
            // The shortest digits of a 32-bit float, read as a 64-bit one.
            let widened =
                v.iter().take(limit).map(|x| decimal::read_f64(&x.to_string()).unwrap_or(f64::NAN));
            Some((widened.collect(), 1e6))
        }
        Values::Data(Data::F16(v)) => {
            Some((v.iter().take(limit).map(|x| x.to_f64()).collect(), 1e3))
        }
        _ => None,
    };
    if let Some((floats, exponent_from)) = floats {
        return numpy_floats(&floats, exponent_from);
    }
    let texts = (0..values.len().min(limit)).filter_map(|i| values.get(i));
    let texts: Vec<String> = match values {
        Values::Bytes(_) => texts.map(|v| python::str(&v)).collect(),
        _ => texts.map(|v| python::repr(&v)).collect(),
    };
    match values {
        Values::Data(Data::Str(_)) | Values::Object(_) | Values::Bytes(_) => texts,
        _ => right_justified(texts),
    }
}

fn right_justified(texts: Vec<String>) -> Vec<String> {
    let width = texts.iter().map(|t| t.chars().count()).max().unwrap_or(0);
    texts.into_iter().map(|t| format!("{t:>width$}")).collect()
}

/// Floats with a common form: positional with aligned points, or with
/// exponents when they are large or of very different sizes.
fn numpy_floats(floats: &[f64], exponent_from: f64) -> Vec<String> {
    let sizes = || floats.iter().map(|x| x.abs()).filter(|x| x.is_finite() && *x != 0.0);
    let max = sizes().fold(0.0, f64::max);
    let min = sizes().fold(f64::INFINITY, f64::min);
    let scientific = max > 0.0 && (max >= exponent_from || min < 1e-4 || max / min > 1000.0);
    // Each number's shortest digits, at most eight after the point.
    let digits = |x: &f64| {
        let shortest = if scientific { format!("{x:e}") } else { format!("{x}") };
        let rounded = if scientific { format!("{x:.8e}") } else { format!("{x:.8}") };
        let number = if shortest.len() <= rounded.len() { shortest } else { rounded };
        let (number, exponent) = match number.split_once('e') {
            Some((number, exponent)) => (number.to_owned(), exponent.parse().unwrap_or(0)),
            None => (number, 0i32),
        };
        let (whole, fraction) = match number.split_once('.') {
            Some((whole, fraction)) => {
                (whole.to_owned(), fraction.trim_end_matches('0').to_owned())
            }
            None => (number, String::new()),
        };
        (whole, fraction, exponent)
    };
    let finite: Vec<_> = floats.iter().map(|x| x.is_finite().then(|| digits(x))).collect();
    let places = finite.iter().flatten().map(|(_, f, _)| f.len()).max().unwrap_or(0);
    let texts = floats.iter().zip(finite).map(|(x, parts)| match parts {
        Some((whole, fraction, exponent)) if scientific => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{whole}.{fraction:0<places$}e{sign}{:02}", exponent.unsigned_abs())
        }
        Some((whole, fraction, _)) => format!("{whole}.{fraction:<places$}"),
        None => python::repr_float(*x),
    });
    right_justified(texts.collect())
}

/// `str(frame)`.
fn frame(frame: &DataFrame) -> String {
    if frame.width() == 0 || frame.rows() == 0 {
        let labels: Vec<String> =
            frame.columns().iter().take(MAX_COLUMNS).map(|(l, _)| l.to_string()).collect();
        return format!("Empty DataFrame\nColumns: [{}]\nIndex: []", labels.join(", "));
    }
    let rows = frame.rows();
    let cut = rows > MAX_ROWS;
    let shown: Vec<usize> =
        if cut { (0..5).chain(rows - 5..rows).collect() } else { (0..rows).collect() };
    let mut lines = vec![String::new(); shown.len() + 1 + usize::from(cut)];
    let index = shown.iter().map(ToString::to_string).collect();
    append_column(&mut lines, String::new(), index, cut, false);
    for (label, values) in frame.columns().iter().take(MAX_COLUMNS) {
        append_column(&mut lines, label.to_string(), frame_cells(values, &shown), cut, true);
    }
    if frame.width() > MAX_COLUMNS {
        lines.iter_mut().for_each(|line| line.push_str("  ..."));
    }
    let mut text = lines.join("\n");
    if cut || frame.width() > MAX_COLUMNS {
        let _ = write!(text, "\n\n[{rows} rows x {} columns]", frame.width());
    }
    text
}

fn append_column(lines: &mut [String], head: String, cells: Vec<String>, cut: bool, right: bool) {
    let mut cells = cells;
    if cut {
        cells.insert(5.min(cells.len()), "..".into());
    }
    cells.insert(0, head);
    let width = cells.iter().map(|c| c.chars().count()).max().unwrap_or(0);
    for (line, cell) in lines.iter_mut().zip(cells) {
        // Writing to a String cannot fail.
        let _ =
            if right { write!(line, "  {cell:>width$}") } else { write!(line, "{cell:<width$}") };
    }
}

fn frame_cells(values: &Values, shown: &[usize]) -> Vec<String> {
    let picked: Vec<Value> = shown.iter().filter_map(|i| values.get(*i)).collect();
    let number = |v: &Value| if let Value::Float(x) = v { Some(*x) } else { None };
    match values {
        Values::Data(Data::F16(_) | Data::F32(_) | Data::F64(_)) => {
            pandas_floats(&picked.iter().filter_map(number).collect::<Vec<_>>())
        }
        _ => picked
            .iter()
            .map(|v| match v {
                Value::Float(x) if x.is_nan() => "NaN".into(),
                v => python::str(v),
            })
            .collect(),
    }
}

/// Six digits after the point, of which pandas drops the zeros that all share.
fn pandas_floats(floats: &[f64]) -> Vec<String> {
    let finite = || floats.iter().filter(|x| x.is_finite());
    let max = finite().fold(0.0f64, |m, x| m.max(x.abs()));
    let fraction = finite().any(|x| x.fract() != 0.0);
    let tiny = finite().any(|x| *x != 0.0 && x.abs() < 1e-6);
    if max >= 1e15 || (max >= 1e6 && tiny) {
        let text = |x: &f64| {
            let number = format!("{x:.6e}");
            let (mantissa, exponent) = number.split_once('e').unwrap_or((&number, "0"));
            let exponent: i32 = exponent.parse().unwrap_or(0);
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
        };
        return floats.iter().map(text).collect();
    }
    let places = if fraction {
        let used = |x: &f64| {
            let text = format!("{x:.6}");
            text.split_once('.').map_or(0, |(_, f)| f.trim_end_matches('0').len())
        };
        finite().map(used).max().unwrap_or(1).max(1)
    } else {
        1
    };
    let text = |x: &f64| if x.is_nan() { "NaN".into() } else { format!("{x:.places$}") };
    floats.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Label;

    fn printed(array: Array) -> (String, String) {
        (array_text(&array, Style::Str), array_text(&array, Style::Repr))
    }

    #[test]
    fn arrays_print_as_numpy_prints_them() {
        // Measured with numpy 2.4.
        let v = |values: Values| Array::vector(values);
        for (array, str, repr) in [
            (v(vec![0.0f64, 1.0, 2.5].into()), "[0.  1.  2.5]", "array([0. , 1. , 2.5])"),
            (v(vec![1e7f64, 1.0].into()), "[1.e+07 1.e+00]", "array([1.e+07, 1.e+00])"),
            (
                v(vec![0.1f64, 0.12345678912].into()),
                "[0.1        0.12345679]",
                "array([0.1       , 0.12345679])",
            ),
            (v(vec![f64::NAN, 1.0].into()), "[nan  1.]", "array([nan,  1.])"),
            (v(vec![-1.5f64, 2.0].into()), "[-1.5  2. ]", "array([-1.5,  2. ])"),
            (v(vec![0.1f32].into()), "[0.1]", "array([0.1], dtype=float32)"),
            (v(vec![1i64, 200].into()), "[  1 200]", "array([  1, 200])"),
            (v(vec![true, false].into()), "[ True False]", "array([ True, False])"),
            (
                v(vec!["a".to_owned(), "bb".into()].into()),
                "['a' 'bb']",
                "array(['a', 'bb'], dtype='<U2')",
            ),
            (
                v(vec![0.1f64, 0.25, 100.125].into()),
                "[1.00000e-01 2.50000e-01 1.00125e+02]",
                "array([1.00000e-01, 2.50000e-01, 1.00125e+02])",
            ),
            (
                v(Values::Object(vec![Value::Int(1), Value::Null])),
                "[1 None]",
                "array([1, None], dtype=object)",
            ),
        ] {
            assert_eq!(printed(array), (str.to_owned(), repr.to_owned()));
        }
        let matrix = Array::new(vec![2, 2], vec![1.0f64, 2.0, 3.0, 4.0].into()).unwrap();
        assert_eq!(printed(matrix), {
            ("[[1. 2.]\n [3. 4.]]".into(), "array([[1., 2.],\n       [3., 4.]])".into())
        });
        let scalar = Array::new(vec![], vec![0.5f64].into()).unwrap();
        assert_eq!(printed(scalar), ("0.5".into(), "np.float64(0.5)".into()));
    }

    fn columns(columns: Vec<(&str, Values)>) -> String {
        let columns = columns.into_iter().map(|(n, v)| (Label::Name(n.into()), v)).collect();
        frame(&DataFrame::new(columns).unwrap())
    }

    #[test]
    fn frames_print_as_pandas_prints_them() {
        // Measured with pandas 3.1.
        assert_eq!(
            columns(vec![("a", vec![0.0f64, 1.5].into()), ("b", vec![1i64, 20].into())]),
            "     a   b\n0  0.0   1\n1  1.5  20"
        );
        assert_eq!(columns(vec![("a", vec![0.123456789f64].into())]), "          a\n0  0.123457");
        assert_eq!(columns(vec![("a", vec![f64::NAN, 1.0].into())]), "     a\n0  NaN\n1  1.0");
        assert_eq!(columns(vec![("abc", vec![1.0f64].into())]), "   abc\n0  1.0");
        assert_eq!(columns(vec![]), "Empty DataFrame\nColumns: []\nIndex: []");
        let long = columns(vec![("a", (0i64..100).collect::<Vec<_>>().into())]);
        assert!(long.starts_with("     a\n0    0\n1    1\n"), "{long}");
        assert!(long.ends_with("\n98  98\n99  99\n\n[100 rows x 1 columns]"), "{long}");
        assert!(long.contains("\n4    4\n..  ..\n95  95\n"), "{long}");
    }

    #[test]
    fn large_data_prints_little() {
        let array = Array::vector(vec![0.5f64; 1_000_000].into());
        assert!(input(&Input::Array(array)).len() < MAX_CHARS + 10);
        let text = Array::vector(vec!["x".repeat(1 << 20)].into());
        assert!(input(&Input::Array(text)).len() < MAX_CHARS + 10);
    }
}
