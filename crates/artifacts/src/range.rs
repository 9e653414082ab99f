//! The part of a file that a request asks for.

/// A part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first byte.
    pub start: u64,
    /// How many.
    pub length: u64,
}

impl Range {
    /// The one part that a `Range` header names of a file of `size` bytes.
    /// `Ok(None)` for the whole: of several parts, too, and of what is no range,
    /// as RFC 9110 has it.
    ///
    /// # Errors
    /// When the file has no such part.
    pub fn parse(header: &str, size: u64) -> Result<Option<Self>, NoSuchPart> {
        let Some((first, last)) = header
            .trim()
            .strip_prefix("bytes=")
            .filter(|parts| !parts.contains(','))
            .and_then(|part| part.trim().split_once('-'))
        else {
            return Ok(None);
        };
        let number = |text: &str| {
            Some(text).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?.parse::<u64>().ok()
        };
        let (start, end) = match (first, last) {
            ("", last) => match number(last) {
                None => return Ok(None),
                Some(count) => (size.saturating_sub(count), size),
            },
            (first, "") => match number(first) {
                None => return Ok(None),
                Some(start) => (start, size),
            },
            (first, last) => match number(first).zip(number(last)) {
                Some((start, last)) if start <= last => (start, last.saturating_add(1).min(size)),
                _ => return Ok(None),
            },
        };
        if start >= end {
            return Err(NoSuchPart { size });
        }
        Ok(Some(Self { start, length: end - start }))
    }

    /// The `Range` header of this part.
    pub(crate) fn header(self) -> String {
        format!("bytes={}-{}", self.start, self.last())
    }

    /// Its last byte; a part has at least one.
    fn last(self) -> u64 {
        (self.start + self.length).saturating_sub(1)
    }

    /// The `Content-Range` of this part of a file of `size` bytes.
    pub fn content_range(self, size: u64) -> String {
        format!("bytes {}-{}/{size}", self.start, self.last())
    }
}

/// The part begins where the file has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchPart {
    size: u64,
}

impl NoSuchPart {
    /// The `Content-Range` that says so.
    pub fn content_range(self) -> String {
        format!("bytes */{}", self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_part_is_read_and_all_else_is_the_whole() {
        let part = |header| Range::parse(header, 10);
        for (header, start, length) in [
            ("bytes=0-0", 0, 1),
            ("bytes=2-5", 2, 4),
            ("bytes=2-", 2, 8),
            ("bytes=-3", 7, 3),
            ("bytes=-30", 0, 10),
            ("bytes=9-99", 9, 1),
        ] {
            assert_eq!(part(header), Ok(Some(Range { start, length })), "{header}");
        }
        for header in [
            "",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-2",
            "bytes=0-1,3-4",
            "items=0-1",
            "bytes=+1-2",
        ] {
            assert_eq!(part(header), Ok(None), "{header}");
        }
        for header in ["bytes=10-", "bytes=10-12", "bytes=-0"] {
            assert_eq!(part(header).unwrap_err().content_range(), "bytes */10", "{header}");
        }
        assert_eq!(Range { start: 2, length: 4 }.content_range(10), "bytes 2-5/10");
        assert_eq!(Range { start: 2, length: 4 }.header(), "bytes=2-5");
    }

    proptest! {
        #[test]
        fn a_part_is_within_the_file(header in "bytes=[0-9]{0,22}-[0-9]{0,22}", size in any::<u64>()) {
            if let Ok(Some(range)) = Range::parse(&header, size) {
                prop_assert!(range.length > 0);
                prop_assert!(range.start.checked_add(range.length).is_some_and(|end| end <= size));
            }
        }
    }
}
