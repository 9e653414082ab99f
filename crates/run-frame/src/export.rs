//! What a table shows, as a file: every digit of it.

use mlflow_api::format_time;

use crate::column::{Cell, Column};
use crate::frame::Frame;

/// A row of a CSV file, as RFC 4180 has it.
pub fn csv_row(out: &mut String, cells: impl Iterator<Item = String>) {
    for (nth, cell) in cells.enumerate() {
        if nth > 0 {
            out.push(',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

/// A cell with all that it holds: times in UTC, durations in milliseconds.
pub fn exact(cell: Cell<'_>) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Number(number) => exact_number(number),
        Cell::Text(text) => text.to_owned(),
        Cell::Time(ms) => format_time(ms),
        Cell::Duration(ms) => ms.to_string(),
        Cell::Status(status) => status.as_str().to_owned(),
    }
}

/// The shortest text that reads back as the same number.
fn exact_number(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let plain = number == 0.0 || (1e-6..1e16).contains(&number.abs());
    if plain || number.is_nan() { number.to_string() } else { format!("{number:e}") }
}

impl Frame {
    /// Rows and columns as CSV, under the given headings.
    pub fn csv(&self, rows: &[u32], columns: &[(Column, String)]) -> String {
        let mut out = String::new();
        csv_row(&mut out, columns.iter().map(|(_, heading)| heading.clone()));
        for row in rows {
            let cells = columns.iter().map(|(column, _)| exact(self.cell(*column, *row)));
            csv_row(&mut out, cells);
        }
        out
    }

    /// Rows and columns as a JSON list of objects, under the given headings.
    /// What a run lacks is left out; NaN and infinities are texts, since JSON
    /// has none.
    pub fn json(&self, rows: &[u32], columns: &[(Column, String)]) -> String {
        let mut out = String::from("[");
        for (nth, row) in rows.iter().enumerate() {
            out.push_str(if nth == 0 { "\n" } else { ",\n" });
            out.push_str(&self.json_row(*row, columns));
        }
        out.push_str(if rows.is_empty() { "]\n" } else { "\n]\n" });
        out
    }

    /// A row as a JSON object.
    pub fn json_row(&self, row: u32, columns: &[(Column, String)]) -> String {
        let mut out = String::from("{");
        for (column, heading) in columns {
            let cell = self.cell(*column, row);
            let value = match cell {
                Cell::Missing => continue,
                Cell::Number(number) if number.is_finite() => exact_number(number),
                Cell::Duration(ms) => ms.to_string(),
                cell => quoted(&exact(cell)),
            };
            if out.len() > 1 {
                out.push_str(", ");
            }
            out.push_str(&quoted(heading));
            out.push_str(": ");
            out.push_str(&value);
        }
        out.push('}');
        out
    }
}

/// A text as JSON has it.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
