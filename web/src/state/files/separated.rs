//! Values with commas or tabs between them, read as the bytes come and written
//! (RFC 4180, and what spreadsheets make of it).

use super::letters::text;

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
    /// Whether anything was read: a byte order mark is one only before it.
    begun: bool,
    place: Place,
    after_return: bool,
    /// The values, one behind the other.
    bytes: Vec<u8>,
    /// Where each value ends.
    ends: Vec<usize>,
    /// How many values there are up to the end of each record.
    records: Vec<usize>,
    widest: usize,
    /// How many bytes were read, and how many of them up to the last whole record.
    read: u64,
    whole: u64,
}

impl Separated {
    /// Nothing yet; values have `separator` between them.
    pub(crate) fn new(separator: u8) -> Separated {
        Separated { separator, ..Separated::default() }
    }

    /// Nothing yet, of values that begin in the middle of a file.
    pub(crate) fn amid(separator: u8) -> Separated {
        Separated { separator, begun: true, ..Separated::default() }
    }

    /// Reads on. A byte order mark is skipped.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let begun = self.begun;
        self.begun |= !bytes.is_empty();
        let rest = match begun {
            true => bytes,
            false => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
        };
        self.read += (bytes.len() - rest.len()) as u64;
        for byte in rest {
            self.read += 1;
            self.take(*byte);
        }
    }

    /// How many bytes were read up to the end of the last whole record.
    pub(crate) fn whole(&self) -> u64 {
        self.whole
    }

    /// How many bytes are kept of values.
    pub(crate) fn weight(&self) -> usize {
        self.bytes.len() + (self.ends.len() + self.records.len()) * size_of::<usize>()
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
        self.whole = self.read;
    }

    /// How many records are whole.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// How many values the longest record has.
    pub(crate) fn width(&self) -> usize {
        self.widest
    }

    /// A value as text; `None` where a record is shorter.
    pub(crate) fn value(&self, record: usize, column: usize) -> Option<String> {
        Some(text(self.bytes(record, column)?).into_owned())
    }

    /// A value; `None` where a record is shorter.
    pub(crate) fn bytes(&self, record: usize, column: usize) -> Option<&[u8]> {
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
        self.bytes.get(from..to)
    }

    /// How many values a record has.
    pub(crate) fn values(&self, record: usize) -> usize {
        let before = record.checked_sub(1).and_then(|before| self.records.get(before));
        self.records.get(record).map_or(0, |end| end - before.copied().unwrap_or(0))
    }

    /// What stands between values.
    pub(crate) fn separator(&self) -> u8 {
        self.separator
    }

    /// Takes the first record, if there is a whole one.
    pub(crate) fn take_first(&mut self) -> Option<Vec<String>> {
        let values = *self.records.first()?;
        let first = (0..values).map_while(|column| self.value(0, column)).collect();
        let length = values.checked_sub(1).and_then(|last| self.ends.get(last)).copied()?;
        self.bytes.drain(..length);
        self.ends.drain(..values);
        self.ends.iter_mut().for_each(|end| *end -= length);
        self.records.remove(0);
        self.records.iter_mut().for_each(|record| *record -= values);
        Some(first)
    }

    /// Takes the records that are whole; of the last one, what was read stays.
    pub(crate) fn take_whole(&mut self) -> Separated {
        let values = self.records.last().copied().unwrap_or(0);
        let length = values.checked_sub(1).and_then(|last| self.ends.get(last)).copied();
        let length = length.unwrap_or(0);
        let rest = self.bytes.split_off(length);
        let ends = self.ends.split_off(values).into_iter().map(|end| end - length).collect();
        let begun = Separated {
            bytes: rest,
            ends,
            records: Vec::new(),
            widest: 0,
            separator: self.separator,
            begun: self.begun,
            place: self.place,
            after_return: self.after_return,
            read: self.read,
            whole: self.whole,
        };
        std::mem::replace(self, begun)
    }
}

/// What stands between the values of a table, from how it begins: what its
/// first line has most of.
pub(crate) fn separator_of(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let many = |separator: &u8| line.iter().filter(|byte| *byte == separator).count();
    // Of several with as many, the first.
    b"\t;".iter().copied().fold(b',', |best, one| if many(&one) > many(&best) { one } else { best })
}

/// Writes a record and ends its line.
pub(crate) fn write_record<'a>(
    out: &mut Vec<u8>,
    values: impl Iterator<Item = &'a [u8]>,
    separator: u8,
) {
    for (nth, value) in values.enumerate() {
        if nth > 0 {
            out.push(separator);
        }
        write_value(out, value, separator);
    }
    out.extend_from_slice(b"\r\n");
}

/// Writes a value: between quotes where it would be read as something else.
fn write_value(out: &mut Vec<u8>, value: &[u8], separator: u8) {
    let special = |byte: &u8| *byte == separator || matches!(byte, b'"' | b'\n' | b'\r');
    if !value.iter().any(special) {
        return out.extend_from_slice(value);
    }
    out.push(b'"');
    for byte in value {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
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

    #[test]
    fn the_first_record_is_taken_once() {
        let mut table = Separated::new(b',');
        assert_eq!(table.take_first(), None);
        table.push(b"a,b\n1,\"2\"\n3");
        assert_eq!(table.take_first(), Some(vec!["a".into(), "b".into()]));
        table.push(b"4,5\n");
        assert_eq!(rows(&table), [["1", "2"], ["34", "5"]]);
    }

    #[test]
    fn the_separator_is_what_the_first_line_has_most_of() {
        for (head, expected) in
            [("a,b;c,d\n;;;;", b','), ("a\tb", b'\t'), ("a;b;c,d", b';'), ("a", b','), ("", b',')]
        {
            assert_eq!(separator_of(head.as_bytes()), expected, "{head}");
        }
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
        fn taken_record_by_record_it_is_the_same(
            table in prop::collection::vec(prop::collection::vec("[a\", \r\nü\u{feff}]{0,5}", 1..5), 0..8),
            cut in 1..9_usize,
        ) {
            let mut text = Vec::new();
            for row in &table {
                write_record(&mut text, row.iter().map(String::as_bytes), b';');
            }
            let mut whole = Separated::new(b';');
            whole.push(&text);
            whole.finish();
            let (mut pieces, mut taken) = (Separated::new(b';'), Vec::new());
            for part in text.chunks(cut) {
                pieces.push(part);
                taken.extend(rows(&pieces.take_whole()));
            }
            pieces.finish();
            taken.extend(rows(&pieces.take_whole()));
            if cut >= 3 {
                prop_assert_eq!(taken, rows(&whole));
            }
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
