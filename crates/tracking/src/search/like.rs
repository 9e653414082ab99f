//! `LIKE` as MLflow's SQLite has it: in its case, with patterns of any length.
//!
//! SQLite's own operator knows no case unless a pragma says so, which a Durable
//! Object does not let us say; and patterns of more than 50 bytes it refuses.
//! `GLOB` knows case. What is longer goes piece by piece.

use serde_json::json;

use super::Search;

/// The longest pattern that a Durable Object takes, in bytes.
const MAX_GLOB: usize = 50;

impl Search {
    /// The condition that a column is like a pattern.
    pub(super) fn like(&mut self, column: &str, pattern: &str) -> String {
        let glob = glob(pattern);
        if glob.len() <= MAX_GLOB {
            let glob = self.bind(glob);
            return format!("{column} GLOB {glob}");
        }
        self.like_long(column, pattern)
    }

    /// The same for a pattern that is too long for `GLOB`: its pieces are the
    /// texts between `%`. The first has to be at the beginning and the last at
    /// the end; the others are looked for one after the other, each as early as
    /// it comes.
    fn like_long(&mut self, column: &str, pattern: &str) -> String {
        let mut pieces: Vec<Piece> = pattern.split('%').map(Piece::of).collect();
        let beginning = self.bind(glob_beginning(pattern));
        let last = pieces.pop().unwrap_or_default();
        let (first, middle) = match pieces.is_empty() {
            true => (None, Vec::new()),
            false => (Some(pieces.remove(0)), pieces),
        };
        let middle: Vec<Piece> = middle.into_iter().filter(|piece| piece.length > 0).collect();
        let shortest = last.length
            + first.as_ref().map_or(0, |first| first.length)
            + middle.iter().map(|piece| piece.length).sum::<usize>();
        let compared = if first.is_some() { ">=" } else { "=" };
        let mut conditions = vec![
            format!("{column} GLOB {beginning}"),
            format!("length({column}) {compared} {shortest}"),
        ];
        if let Some(first) = &first {
            let chunks = self.bind(first.chunks());
            conditions.push(fits(column, &chunks, "1"));
        }
        let end = format!("length({column}) - {} + 1", last.length);
        let chunks = self.bind(last.chunks());
        conditions.push(fits(column, &chunks, &end));
        if !middle.is_empty() {
            let count = middle.len();
            let start = first.map_or(0, |first| first.length) + 1;
            let list: Vec<_> = middle
                .iter()
                .map(|piece| {
                    let (offset, text) = piece.longest();
                    json!([piece.length, piece.chunks, offset, text])
                })
                .collect();
            let list = self.bind(json!(list).to_string());
            // From one place to the next at which the piece's longest text is: a
            // step for each character would take minutes for the text of a span.
            let found = format!(
                "instr(substr({column}, walk.place + (piece.value ->> 2)), piece.value ->> 3)"
            );
            let at = format!("(walk.place + {found} - 1)");
            let fits = fits(column, "piece.value ->> 1", &at);
            conditions.push(format!(
                "EXISTS (WITH RECURSIVE walk (piece, place) AS (
                     SELECT 0, {start} UNION ALL
                     SELECT walk.piece + ({fits}),
                         {at} + CASE WHEN {fits} THEN piece.value ->> 0 ELSE 1 END
                     FROM walk JOIN json_each({list}) piece ON piece.key = walk.piece
                     WHERE {found} > 0 AND {at} + (piece.value ->> 0) <= {end})
                 SELECT 1 FROM walk WHERE piece = {count} AND place <= {end})"
            ));
        }
        format!("({})", conditions.join(" AND "))
    }
}

/// A part of a pattern without `%`.
#[derive(Default)]
struct Piece {
    /// In characters.
    length: usize,
    /// The texts between `_`, and where they begin.
    chunks: Vec<(usize, String)>,
}

impl Piece {
    fn of(text: &str) -> Self {
        let mut piece = Self::default();
        for chunk in text.split('_') {
            if !chunk.is_empty() {
                piece.chunks.push((piece.length, chunk.to_owned()));
            }
            piece.length += chunk.chars().count() + 1;
        }
        // One `_` fewer than there are texts.
        piece.length -= 1;
        piece
    }

    /// The longest text, and where it begins; an empty one where all is `_`.
    fn longest(&self) -> (usize, &str) {
        let longest = self.chunks.iter().max_by_key(|(_, text)| text.len());
        longest.map_or((0, ""), |(offset, text)| (*offset, text))
    }

    fn chunks(&self) -> String {
        json!(self.chunks).to_string()
    }
}

/// The condition that a piece is at a place of the column.
fn fits(column: &str, chunks: &str, place: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM json_each({chunks}) chunk
             WHERE substr({column}, {place} + (chunk.value ->> 0), length(chunk.value ->> 1))
                 <> chunk.value ->> 1)"
    )
}

/// The pattern for `GLOB`, which has other wildcards.
fn glob(pattern: &str) -> String {
    let mut glob = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        push_glob(&mut glob, c);
    }
    glob
}

/// As much of the pattern as `GLOB` takes: what is like it begins so.
fn glob_beginning(pattern: &str) -> String {
    let mut glob = String::new();
    for c in pattern.chars() {
        push_glob(&mut glob, c);
        if glob.len() > MAX_GLOB - 8 {
            break;
        }
    }
    glob.push('*');
    glob
}

fn push_glob(glob: &mut String, c: char) {
    match c {
        '%' => glob.push('*'),
        '_' => glob.push('?'),
        '*' | '?' | '[' => glob.extend(['[', c, ']']),
        other => glob.push(other),
    }
}
