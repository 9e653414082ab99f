//! A table that is read piece by piece, so that no more of it is ever held.

use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::state::files::separated::{Separated, separator_of};
use crate::state::language::{t, tf};

/// The least and the most that is read at once, and what is read first: what
/// runs for the first time runs slowly.
const LEAST_PIECE: f64 = (2 << 10) as f64;
const FIRST_PIECE: f64 = (16 << 10) as f64;
const MOST_PIECE: f64 = (64 << 10) as f64;
/// The longest row.
const LONGEST_ROW: f64 = (4 << 20) as f64;
/// How long the rows of a piece should take at least and at most, in
/// milliseconds: long enough to be worth a message, short enough to be cancelled.
const QUICK: f64 = 40.0;
const SLOW: f64 = 160.0;

/// A table whose first line has the names of its columns.
pub(crate) struct RowSource {
    blob: Blob,
    table: Separated,
    header: Vec<String>,
    at: f64,
    piece: f64,
}

impl RowSource {
    /// Opens a table and reads its first line.
    ///
    /// # Errors
    /// When it cannot be read, or has no line.
    pub(crate) async fn open(blob: Blob) -> Result<RowSource, String> {
        let head = read(&blob, 0.0, FIRST_PIECE).await?;
        let mut table = Separated::new(separator_of(&head));
        table.push(&head);
        let mut source = RowSource {
            at: FIRST_PIECE.min(blob.size()),
            blob,
            table,
            header: Vec::new(),
            piece: FIRST_PIECE,
        };
        source.finish();
        source.fill().await?;
        source.header = source.table.take_first().ok_or_else(|| {
            t("The table has no first line with the names of its columns.").to_owned()
        })?;
        Ok(source)
    }

    /// The names of its columns.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// What stands between its values.
    pub(crate) fn separator(&self) -> u8 {
        self.table.separator()
    }

    /// The part of it that was read, between 0 and 1.
    pub(crate) fn part(&self) -> f64 {
        if self.blob.size() > 0.0 { self.at / self.blob.size() } else { 1.0 }
    }

    /// The next rows; nothing at its end.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn next(&mut self) -> Result<Option<Separated>, String> {
        self.fill().await?;
        let rows = self.table.take_whole();
        Ok((rows.len() > 0).then_some(rows))
    }

    /// Hears how long the last rows took, for the size of the next piece.
    pub(crate) fn took(&mut self, milliseconds: f64) {
        let piece = match milliseconds {
            ms if ms < QUICK => self.piece * 2.0,
            ms if ms > SLOW => self.piece / 2.0,
            _ => return,
        };
        self.piece = piece.clamp(LEAST_PIECE, MOST_PIECE);
    }

    /// Reads on until there is a row.
    async fn fill(&mut self) -> Result<(), String> {
        let mut unread = 0.0;
        while self.table.len() == 0 && self.at < self.blob.size() {
            if unread > LONGEST_ROW {
                return Err(tf("A row is longer than {0} MB: a quote may be open.", &[&4]));
            }
            let bytes = read(&self.blob, self.at, self.at + self.piece).await?;
            self.at = (self.at + self.piece).min(self.blob.size());
            unread += self.piece;
            self.table.push(&bytes);
            self.finish();
        }
        Ok(())
    }

    fn finish(&mut self) {
        if self.at >= self.blob.size() {
            self.table.finish();
        }
    }
}

async fn read(blob: &Blob, from: f64, to: f64) -> Result<Vec<u8>, String> {
    let unread =
        |_| t("The file cannot be read: it may have changed since it was chosen.").to_owned();
    let piece = blob.slice_with_f64_and_f64(from, to).map_err(unread)?;
    let bytes = JsFuture::from(piece.array_buffer()).await.map_err(unread)?;
    Ok(Uint8Array::new(&bytes).to_vec())
}
