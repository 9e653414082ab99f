//! Values with commas or tabs between them, read as the bytes come (RFC 4180,
//! and what spreadsheets make of it).

/// Where the reader stands within a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Before the first byte of a record.
    #[default]
    Record,
    /// Before the first byte of a value.
    Value,
    /// In a value without quotes.
    Plain,
    /// In a value between quotes.
    Quoted,
    /// Behind a quote in such a value: its end, or the first half of `""`.
    Quote,
}

/// Records that were read so far. Their values lie in one buffer: a table of a
/// million cells is not a million allocations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Separated {
    separator: u8,
    place: Place,
    after_return: bool,
    /// The values, one behind the other.
    bytes: Vec<u8>,
    /// Where each value ends.
    ends: Vec<usize>,
    /// How many values there are up to the end of each record.
    records: Vec<usize>,
    widest: usize,
}

impl Separated {
    /// Nothing yet; values have `separator` between them.
    pub(crate) fn new(separator: u8) -> Separated {
        Separated { separator, ..Separated::default() }
    }

    /// Reads on. A byte order mark is skipped.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let first = self.records.is_empty() && self.ends.is_empty() && self.bytes.is_empty();
        let bytes =
            if first { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
        for byte in bytes {
            self.take(*byte);
        }
    }

    /// There is no more: what stands there is the last record.
    pub(crate) fn finish(&mut self) {
        if self.place != Place::Record {
            self.end_record();
        }
    }

    fn take(&mut self, byte: u8) {
        let after_return = std::mem::take(&mut self.after_return);
        match (self.place, byte) {
            (Place::Quoted, b'"') => self.place = Place::Quote,
            (Place::Quoted, _) => self.bytes.push(byte),
            (Place::Quote, b'"') => {
                self.bytes.push(byte);
                self.place = Place::Quoted;
            }
            (Place::Record | Place::Value, b'"') => self.place = Place::Quoted,
            (Place::Record, b'\n') if after_return => {}
            // An empty line is no record.
            (Place::Record, b'\r' | b'\n') => {}
            (_, b'\r' | b'\n') => {
                self.after_return = byte == b'\r';
                self.end_record();
            }
            (_, byte) if byte == self.separator => {
                self.ends.push(self.bytes.len());
                self.place = Place::Value;
            }
            (_, byte) => {
                self.bytes.push(byte);
                self.place = Place::Plain;
            }
        }
    }

    fn end_record(&mut self) {
        self.ends.push(self.bytes.len());
        let before = self.records.last().copied().unwrap_or(0);
        self.widest = self.widest.max(self.ends.len() - before);
        self.records.push(self.ends.len());
        self.place = Place::Record;
    }

    /// How many records are whole.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// How many values the longest record has.
    pub(crate) fn width(&self) -> usize {
        self.widest
    }

    /// A value; `None` where a record is shorter.
    pub(crate) fn value(&self, record: usize, column: usize) -> Option<String> {
        let end = *self.records.get(record)?;
        let start = match record.checked_sub(1) {
            Some(before) => *self.records.get(before)?,
            None => 0,
        };
        let nth = start.checked_add(column).filter(|nth| *nth < end)?;
        let to = *self.ends.get(nth)?;
        let from = match nth.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        Some(String::from_utf8_lossy(self.bytes.get(from..to)?).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(table: &Separated) -> Vec<Vec<String>> {
        (0..table.len())
            .map(|row| (0..).map_while(|column| table.value(row, column)).collect())
            .collect()
    }

    fn read(text: &str) -> Vec<Vec<String>> {
        let mut table = Separated::new(b',');
        table.push(text.as_bytes());
        table.finish();
        rows(&table)
    }

    #[test]
    fn quotes_lines_and_marks() {
        assert_eq!(
            read("\u{feff}a,b\r\n1,\"x, \"\"y\"\"\nz\"\n"),
            [["a", "b"], ["1", "x, \"y\"\nz"]]
        );
        assert_eq!(read("a,,\n\n,b"), [vec!["a", "", ""], vec!["", "b"]]);
        assert_eq!(read("\"\"\n"), [[""]]);
        assert_eq!(read(""), Vec::<Vec<String>>::new());
        // An open quote takes the rest; what follows a closed one belongs to it.
        assert_eq!(read("\"a\"b,c"), [["ab", "c"]]);
        assert_eq!(read("\"a,c\n"), [["a,c\n"]]);
    }

    #[test]
    fn records_have_their_own_lengths() {
        let mut table = Separated::new(b'\t');
        table.push(b"a\tb\n1\n1\t2\t3\n");
        assert_eq!((table.len(), table.width()), (3, 3));
        assert_eq!(table.value(1, 1), None);
        assert_eq!(table.value(9, 0), None);
        assert_eq!(table.value(2, 2).as_deref(), Some("3"));
    }

    fn written(table: &[Vec<String>]) -> String {
        let quote = |value: &String| format!("\"{}\"", value.replace('"', "\"\""));
        let line = |row: &Vec<String>| row.iter().map(quote).collect::<Vec<_>>().join(",");
        table.iter().map(|row| line(row) + "\r\n").collect()
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_however_it_is_cut(
            table in prop::collection::vec(prop::collection::vec("[a\", \r\nü]{0,5}", 1..5), 0..8),
            cut in 1..9_usize,
        ) {
            let text = written(&table);
            let mut read = Separated::new(b',');
            for part in text.as_bytes().chunks(cut) {
                read.push(part);
            }
            read.finish();
            prop_assert_eq!(rows(&read), table);
        }

        #[test]
        fn anything_can_be_read(bytes: Vec<u8>) {
            let mut table = Separated::new(b',');
            table.push(&bytes);
            table.finish();
            rows(&table);
        }
    }
}
