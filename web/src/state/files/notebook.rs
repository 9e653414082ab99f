//! Jupyter notebooks: their cells, in the fourth version of the format.

use serde_json::Value;

/// A piece of a notebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Text in Markdown.
    Markdown(String),
    /// Code.
    Code(String),
    /// What code printed.
    Output(String),
    /// A picture that code drew: its media type, and its bytes in base64.
    Picture(&'static str, String),
    /// One that is drawn from text: SVG.
    Drawing(String),
}

/// The cells of a notebook, each output as one of its own.
///
/// # Errors
/// Why it is none.
pub(crate) fn cells(bytes: &[u8]) -> Result<Vec<Cell>, String> {
    let file: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let Some(list) = file.get("cells").and_then(Value::as_array) else {
        return Err("it has no cells".to_owned());
    };
    let mut cells = Vec::new();
    for cell in list {
        let source = text(cell.get("source"));
        match cell.get("cell_type").and_then(Value::as_str) {
            Some("markdown") => cells.push(Cell::Markdown(source)),
            _ => cells.push(Cell::Code(source)),
        }
        let outputs = cell.get("outputs").and_then(Value::as_array);
        cells.extend(outputs.into_iter().flatten().filter_map(output));
    }
    Ok(cells)
}

/// The media types of pictures in base64, the best first.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

fn output(output: &Value) -> Option<Cell> {
    let data = output.get("data");
    let of = |media: &str| data.and_then(|data| data.get(media));
    if let Some((media, picture)) = PICTURES.into_iter().find_map(|m| Some((m, of(m)?))) {
        let base64 = text(Some(picture)).split_whitespace().collect();
        return Some(Cell::Picture(media, base64));
    }
    if let Some(svg) = of("image/svg+xml") {
        return Some(Cell::Drawing(text(Some(svg))));
    }
    let plain = output.get("text").or_else(|| output.pointer("/data/text~1plain"));
    let words = match plain {
        Some(plain) => text(Some(plain)),
        None => {
            let word = |key| output.get(key).and_then(Value::as_str);
            format!("{}: {}", word("ename")?, word("evalue").unwrap_or_default())
        }
    };
    Some(Cell::Output(words)).filter(|cell| *cell != Cell::Output(String::new()))
}

/// Texts are one, or a list of lines.
fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_their_outputs_in_order() {
        let file = br##"{"cells": [
            {"cell_type": "markdown", "source": ["# A\n", "b"]},
            {"cell_type": "code", "source": "1 + 1", "outputs": [
                {"output_type": "stream", "text": ["hello\n"]},
                {"data": {"image/png": "iVB\nOR", "text/plain": "<Figure>"}},
                {"data": {"image/jpeg": "/9j/", "text/plain": "<Image>"}},
                {"data": {"image/svg+xml": ["<svg>", "</svg>"], "text/plain": "<SVG>"}},
                {"ename": "ValueError", "evalue": "no"}]}]}"##;
        assert_eq!(
            cells(file).unwrap(),
            [
                Cell::Markdown("# A\nb".into()),
                Cell::Code("1 + 1".into()),
                Cell::Output("hello\n".into()),
                Cell::Picture("image/png", "iVBOR".into()),
                Cell::Picture("image/jpeg", "/9j/".into()),
                Cell::Drawing("<svg></svg>".into()),
                Cell::Output("ValueError: no".into()),
            ]
        );
        assert!(cells(b"{}").is_err());
        assert!(cells(b"[").is_err());
    }
}
