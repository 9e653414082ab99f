//! How large a picture is, from its first bytes: a small file can hold one that
//! fills all memory when it is drawn.

/// The most pixels that are drawn.
pub(crate) const MOST_PIXELS: u64 = 100_000_000;

/// Width and height, of formats that say them at a fixed place.
pub(crate) fn size(head: &[u8]) -> Option<(u64, u64)> {
    let four = |at: usize| -> Option<[u8; 4]> { head.get(at..at + 4)?.try_into().ok() };
    let two = |at: usize| -> Option<[u8; 2]> { head.get(at..at + 2)?.try_into().ok() };
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some((u32::from_be_bytes(four(16)?).into(), u32::from_be_bytes(four(20)?).into()))
    } else if head.starts_with(b"GIF8") {
        Some((u16::from_le_bytes(two(6)?).into(), u16::from_le_bytes(two(8)?).into()))
    } else if head.starts_with(b"BM") {
        let side = |bytes| u64::from(i32::from_le_bytes(bytes).unsigned_abs());
        Some((side(four(18)?), side(four(22)?)))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_read_where_they_stand() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\0\x02";
        assert_eq!(size(png), Some((256, 2)));
        assert_eq!(size(b"GIF89a\x10\0\x20\0"), Some((16, 32)));
        assert_eq!(size(&png[..20]), None);
        assert_eq!(size(b"\xff\xd8\xff"), None);
    }
}
