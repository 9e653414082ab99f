//! Bytes as numbers and letters, sixteen a line.

use std::fmt::Write as _;

/// How many bytes stand on a line.
pub(crate) const LINE: usize = 16;

/// One line: where its bytes are in the file, their numbers, and their letters.
///
/// ```text
/// 00000010  68 65 6c 6c 6f                                   hello
/// ```
pub(crate) fn line(offset: u64, bytes: &[u8]) -> String {
    let mut out = format!("{offset:08x}  ");
    for nth in 0..LINE {
        match bytes.get(nth) {
            Some(byte) => write!(out, "{byte:02x} ").ok(),
            None => write!(out, "   ").ok(),
        };
        if nth == LINE / 2 - 1 {
            out.push(' ');
        }
    }
    out.push(' ');
    let letter = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '·',
    };
    out.extend(bytes.iter().take(LINE).map(letter));
    out
}

/// The lines of bytes that begin at `offset`.
pub(crate) fn dump(offset: u64, bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 5);
    for (nth, part) in bytes.chunks(LINE).enumerate() {
        out.push_str(&line(offset + (nth * LINE) as u64, part));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_aligned() {
        let text = dump(16, b"0123456789abcdef\x00\xffz");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "00000010  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef"
        );
        assert!(lines[1].starts_with("00000020  00 ff 7a  "));
        assert!(lines[1].ends_with("  ··z"));
        assert_eq!(lines[1].find('·'), lines[0].find("0123456789abcdef"));
        assert_eq!(dump(0, b""), "");
    }
}
