//! What is in a zip archive, from the directory at its end: `.npz` and many more.

/// The directory ends at most so far from the archive's end.
pub(crate) const END: u64 = 22 + 0xffff;
/// Where an entry's bytes begin is said in a head of so many bytes.
pub(crate) const LOCAL_HEAD: u64 = 30;

/// Where the directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Directory {
    /// Its first byte.
    pub(crate) start: u64,
    /// How many bytes it has.
    pub(crate) length: u64,
    /// How many entries it has.
    pub(crate) entries: u64,
}

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its path.
    pub(crate) path: String,
    /// How it is packed: 0 not at all, 8 by deflate.
    pub(crate) method: u16,
    /// Whether it needs a password.
    pub(crate) locked: bool,
    /// How many bytes it has in the archive.
    pub(crate) packed: u64,
    /// How many bytes it is said to have when it is unpacked.
    pub(crate) size: u64,
    /// Where its own head is.
    pub(crate) start: u64,
}

impl Directory {
    /// Finds it in the last bytes of an archive.
    ///
    /// # Errors
    /// What is wrong with the archive.
    pub(crate) fn find(tail: &[u8], total: u64) -> Result<Directory, &'static str> {
        let none = "it has no directory: it may be cut short";
        let at = tail.windows(4).rposition(|four| four == b"PK\x05\x06").ok_or(none)?;
        let end = tail.get(at..).unwrap_or_default();
        let mut directory = Directory {
            entries: two(end, 10).ok_or(none)?.into(),
            length: four(end, 12).ok_or(none)?.into(),
            start: four(end, 16).ok_or(none)?.into(),
        };
        // A large archive says it again, before that, in more digits.
        let before = tail.get(..at).unwrap_or_default();
        if let Some(at) = before.windows(4).rposition(|four| four == b"PK\x06\x06") {
            let large = before.get(at..).unwrap_or_default();
            let wide = |at| eight(large, at).ok_or(none);
            directory = Directory { entries: wide(32)?, length: wide(40)?, start: wide(48)? };
        }
        match directory.start.checked_add(directory.length) {
            Some(end) if end <= total => Ok(directory),
            _ => Err("its directory lies outside of it"),
        }
    }
}

/// The files that a directory lists, as far as it is here, and how many entries
/// that were: folders are entries as well.
///
/// # Errors
/// When not even the first is whole.
pub(crate) fn entries(directory: &[u8]) -> Result<(Vec<Entry>, u64), &'static str> {
    let mut rest = directory;
    let (mut entries, mut read) = (Vec::new(), 0);
    while rest.starts_with(b"PK\x01\x02") {
        let Some((entry, length)) = entry(rest) else {
            return if read > 0 { Ok((entries, read)) } else { Err("its directory is cut") };
        };
        read += 1;
        if !entry.path.ends_with('/') {
            entries.push(entry);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok((entries, read))
}

fn entry(bytes: &[u8]) -> Option<(Entry, usize)> {
    let name = usize::from(two(bytes, 28)?);
    let extra = usize::from(two(bytes, 30)?);
    let comment = usize::from(two(bytes, 32)?);
    let path = bytes.get(46..46 + name)?;
    let extra_bytes = bytes.get(46 + name..46 + name + extra)?;
    let mut wide = wide_numbers(extra_bytes).into_iter();
    // A number that is all ones stands in the wide ones, in this order.
    let mut number = |at: usize| -> Option<u64> {
        match four(bytes, at)? {
            u32::MAX => wide.next(),
            narrow => Some(narrow.into()),
        }
    };
    let entry = Entry {
        path: String::from_utf8_lossy(path).into_owned(),
        locked: two(bytes, 8)? & 1 == 1,
        method: two(bytes, 10)?,
        size: number(24)?,
        packed: number(20)?,
        start: number(42)?,
    };
    Some((entry, 46 + name + extra + comment))
}

/// The numbers of eight bytes in the extra fields of an entry.
fn wide_numbers(mut extra: &[u8]) -> Vec<u64> {
    while let (Some(kind), Some(length)) = (two(extra, 0), two(extra, 2)) {
        let end = 4 + usize::from(length);
        if kind == 1 {
            let field = extra.get(4..end).unwrap_or_default();
            return field.chunks_exact(8).filter_map(|part| eight(part, 0)).collect();
        }
        extra = extra.get(end..).unwrap_or_default();
    }
    Vec::new()
}

/// Where an entry's bytes begin, from its own head.
pub(crate) fn data_start(entry: &Entry, head: &[u8]) -> Option<u64> {
    if !head.starts_with(b"PK\x03\x04") {
        return None;
    }
    let names = u64::from(two(head, 26)?) + u64::from(two(head, 28)?);
    entry.start.checked_add(LOCAL_HEAD + names)
}

fn two(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn four(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(path: &str, size: u32, extra: &[u8]) -> Vec<u8> {
        let mut record = b"PK\x01\x02\x2d\0\x2d\0\0\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
        record.extend(5_u32.to_le_bytes());
        record.extend(size.to_le_bytes());
        record.extend((path.len() as u16).to_le_bytes());
        record.extend((extra.len() as u16).to_le_bytes());
        record.extend([0; 10]);
        record.extend(7_u32.to_le_bytes());
        record.extend(path.as_bytes());
        record.extend(extra);
        record
    }

    #[test]
    fn a_directory_lists_its_files() {
        let wide = [&[1, 0, 8, 0][..], &(1_u64 << 40).to_le_bytes()].concat();
        let records =
            [record("a.npy", 9, &[]), record("folder/", 0, &[]), record("b", u32::MAX, &wide)];
        let directory = records.concat();
        let (found, read) = entries(&directory).unwrap();
        let sizes: Vec<_> = found.iter().map(|entry| (entry.path.as_str(), entry.size)).collect();
        assert_eq!(sizes, [("a.npy", 9), ("b", 1 << 40)]);
        assert_eq!((found[0].method, found[0].packed, found[0].start), (8, 5, 7));
        assert_eq!(read, 3);
        // Of one that is cut, those before the cut.
        let (found, read) = entries(&directory[..directory.len() - 1]).unwrap();
        assert_eq!((found.len(), read), (1, 2));
        assert!(entries(&directory[..50]).is_err());

        let mut tail = directory.clone();
        tail.extend(b"PK\x05\x06\0\0\0\0\x03\0\x03\0");
        tail.extend((directory.len() as u32).to_le_bytes());
        tail.extend([0; 6]);
        let total = tail.len() as u64;
        let place = Directory::find(&tail, total).unwrap();
        assert_eq!(place, Directory { start: 0, length: directory.len() as u64, entries: 3 });
        assert!(Directory::find(&tail, 10).is_err());
        assert!(Directory::find(b"PK\x03\x04", 4).is_err());
    }

    #[test]
    fn bytes_begin_behind_the_names() {
        let entry = entries(&record("a", 1, &[])).unwrap().0.remove(0);
        let mut head = b"PK\x03\x04".to_vec();
        head.extend([0; 22]);
        head.extend([1, 0, 4, 0]);
        assert_eq!(data_start(&entry, &head), Some(7 + 30 + 5));
        assert_eq!(data_start(&entry, b"PK"), None);
    }

    proptest! {
        #[test]
        fn anything_is_read(mut bytes: Vec<u8>, total: u64) {
            Directory::find(&bytes, total).ok();
            bytes.splice(0..0, *b"PK\x01\x02");
            entries(&bytes).ok();
            bytes.splice(0..0, *b"PK\x06\x06PK\x05\x06");
            Directory::find(&bytes, total).ok();
        }
    }
}
