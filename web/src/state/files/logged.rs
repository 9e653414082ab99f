//! Tables that were logged as JSON: what is in their cells.

use serde_json::Value;

/// A cell of a logged table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Words.
    Words(String),
    /// A picture: the paths of a small file of it and of the whole.
    Picture(String, String),
}

/// What is in a cell: of a picture, `mlflow.log_table` writes where its files are.
pub(crate) fn cell(value: Option<&Value>) -> Cell {
    match value {
        None => Cell::Words(String::new()),
        Some(Value::String(text)) => Cell::Words(text.clone()),
        Some(other) => picture(other).unwrap_or_else(|| Cell::Words(other.to_string())),
    }
}

fn picture(value: &Value) -> Option<Cell> {
    let word = |key| value.get(key).and_then(Value::as_str).filter(|word| !word.is_empty());
    let large = word("filepath").filter(|_| word("type") == Some("image"))?;
    let small = word("compressed_filepath").unwrap_or(large);
    Some(Cell::Picture(small.to_owned(), large.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pictures_are_told_from_other_objects() {
        let picture =
            json!({"type": "image", "filepath": "a.png", "compressed_filepath": "a.webp"});
        assert_eq!(cell(Some(&picture)), Cell::Picture("a.webp".into(), "a.png".into()));
        let whole = json!({"type": "image", "filepath": "a.png"});
        assert_eq!(cell(Some(&whole)), Cell::Picture("a.png".into(), "a.png".into()));
        let other = json!({"type": "text", "filepath": "a.png"});
        assert_eq!(cell(Some(&other)), Cell::Words(other.to_string()));
        assert_eq!(cell(Some(&json!("words"))), Cell::Words("words".into()));
        assert_eq!(cell(Some(&json!(1.5))), Cell::Words("1.5".into()));
        assert_eq!(cell(None), Cell::Words(String::new()));
    }
}
