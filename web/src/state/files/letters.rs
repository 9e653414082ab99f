//! Bytes as text: UTF-8, or the one encoding that old programs wrote instead.

use std::borrow::Cow;

/// What Windows-1252 has in the places 128 to 159; nothing where it has no letter.
const WINDOWS: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];

/// Of a text in one byte a letter, at most one in so many is not ASCII.
const RARE: usize = 3;

/// Whether bytes are UTF-8 without zeros; the last letter may be cut.
pub(crate) fn is_utf8(head: &[u8]) -> bool {
    let whole = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    whole && !head.contains(&0)
}

/// Whether bytes that are no UTF-8 are clearly a text in Windows-1252, of which
/// Latin-1 is a part: no control characters, and few letters beyond ASCII.
pub(crate) fn is_windows(head: &[u8]) -> bool {
    let is_letter = |byte: &u8| match byte {
        b'\t' | b'\n' | b'\r' | 0x0c => true,
        0..0x20 | 0x7f => false,
        byte => letter(*byte).is_some(),
    };
    let beyond = head.iter().filter(|byte| !byte.is_ascii()).count();
    beyond > 0 && beyond * RARE <= head.len() && !is_utf8(head) && head.iter().all(is_letter)
}

/// Bytes as text: as UTF-8 if they are, else as Windows-1252.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(windows(bytes)),
    }
}

/// Bytes as Windows-1252.
pub(crate) fn windows(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| letter(*byte).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn letter(byte: u8) -> Option<char> {
    match byte {
        0x80..0xa0 => WINDOWS.get(usize::from(byte - 0x80)).copied().flatten(),
        byte => Some(char::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn old_texts_are_told_from_bytes() {
        assert!(is_windows(b"Gr\xf6\xdfe;Stra\xdfe\r\n5 \x80;M\xfcnchen\n"));
        assert!(!is_windows("Größe".as_bytes()));
        assert!(!is_windows(b"plain"));
        assert!(!is_windows(b"a\xff\0b plain text"));
        assert!(!is_windows(b"some text and \x81 more of it"));
        assert!(!is_windows(b"\xff\xfe\xfd text"));
        assert_eq!(text(b"Gr\xf6\xdfe 5 \x80"), "Größe 5 €");
        assert_eq!(text("Größe".as_bytes()), "Größe");
        assert_eq!(windows(b"\x81\x9f"), "\u{fffd}Ÿ");
    }

    proptest! {
        #[test]
        fn each_byte_is_a_letter(bytes: Vec<u8>) {
            prop_assert_eq!(windows(&bytes).chars().count(), bytes.len());
            is_windows(&bytes);
        }
    }
}
