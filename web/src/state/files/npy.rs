//! NumPy's arrays (`.npy`): what the header says, and the first values.

/// Headers are a line of Python; larger ones are not real.
const LARGEST_HEADER: usize = 1 << 16;

/// What a file of an array says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The type of an element, as NumPy writes it: `<f4`.
    pub(crate) dtype: String,
    /// How many elements there are along each axis.
    pub(crate) shape: Vec<u64>,
    /// Whether the first axis varies fastest.
    pub(crate) fortran: bool,
    /// Where the values begin.
    pub(crate) start: usize,
}

impl Header {
    /// Reads the header.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(head: &[u8]) -> Result<Header, &'static str> {
        let rest = head.strip_prefix(b"\x93NUMPY").ok_or("it does not begin as one")?;
        let cut = "its header is cut";
        let major = *rest.first().ok_or(cut)?;
        let byte = |at: usize| rest.get(at).copied().map(usize::from).ok_or(cut);
        let (length, before) = match major {
            1 => (byte(2)? | byte(3)? << 8, 10),
            2 | 3 => (byte(2)? | byte(3)? << 8 | byte(4)? << 16 | byte(5)? << 24, 12),
            _ => return Err("its version is unknown"),
        };
        if length > LARGEST_HEADER {
            return Err("its header is too long");
        }
        let start = before + length;
        let text = head.get(before..start).ok_or(cut)?;
        let text = std::str::from_utf8(text).map_err(|_| "its header is no text")?;
        let unclear = "its header can't be read";
        let dtype = field(text, "descr").and_then(quoted).unwrap_or("fields").to_owned();
        let fortran = field(text, "fortran_order").ok_or(unclear)?.starts_with("True");
        let shape = field(text, "shape").and_then(|rest| rest.strip_prefix('(')).ok_or(unclear)?;
        let (shape, _) = shape.split_once(')').ok_or(unclear)?;
        let shape = shape.split(',').map(str::trim).filter(|side| !side.is_empty());
        let shape: Result<Vec<u64>, _> = shape.map(str::parse).collect();
        Ok(Header { dtype, shape: shape.map_err(|_| unclear)?, fortran, start })
    }

    /// How many elements there are; `None` where that is no number.
    pub(crate) fn len(&self) -> Option<u64> {
        self.shape.iter().try_fold(1_u64, |all, side| all.checked_mul(*side))
    }

    /// The shape as Python writes it: `(3, 4)`.
    pub(crate) fn shape_text(&self) -> String {
        match self.shape.as_slice() {
            [one] => format!("({one},)"),
            all => {
                let sides: Vec<String> = all.iter().map(u64::to_string).collect();
                format!("({})", sides.join(", "))
            }
        }
    }

    /// How many bytes an element has, and how it is read; `None` for elements
    /// that are no plain numbers.
    pub(crate) fn element(&self) -> Option<Element> {
        let (order, kind) = self.dtype.split_at_checked(1)?;
        let (letter, size) = kind.split_at_checked(1)?;
        let size = size.parse().ok()?;
        let known = match letter {
            "f" => matches!(size, 2 | 4 | 8),
            "i" | "u" => matches!(size, 1 | 2 | 4 | 8),
            "b" => size == 1,
            _ => false,
        };
        known.then(|| Element { letter: letter.to_owned(), size, big: order == ">" })
    }
}

/// How an element is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    letter: String,
    /// In bytes.
    pub(crate) size: usize,
    big: bool,
}

/// A number as NumPy has it: whole ones lose no digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    /// A whole number, of up to 64 bits.
    Whole(i128),
    /// A fraction.
    Real(f64),
    /// Yes or no.
    Truth(bool),
}

impl Number {
    /// The nearest `f64`.
    pub(crate) fn value(self) -> f64 {
        match self {
            Number::Whole(value) => value as f64,
            Number::Real(value) => value,
            Number::Truth(value) => f64::from(u8::from(value)),
        }
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number::Whole(value) => write!(f, "{value}"),
            Number::Real(value) => f.write_str(&crate::state::format::full_number(*value)),
            Number::Truth(value) => f.write_str(if *value { "True" } else { "False" }),
        }
    }
}

impl Element {
    /// Reads the elements that are whole in `bytes`.
    pub(crate) fn read(&self, bytes: &[u8]) -> Vec<Number> {
        bytes.chunks_exact(self.size).map(|part| self.one(part)).collect()
    }

    fn one(&self, part: &[u8]) -> Number {
        let shift = |bits: u64, byte: &u8| bits << 8 | u64::from(*byte);
        let bits =
            if self.big { part.iter().fold(0, shift) } else { part.iter().rev().fold(0, shift) };
        let unused = 64 - 8 * u32::try_from(self.size).unwrap_or(8).min(8);
        match (self.letter.as_str(), self.size) {
            ("b", _) => Number::Truth(bits != 0),
            ("u", _) => Number::Whole(bits.into()),
            // The sign goes to the top and comes back.
            ("i", _) => Number::Whole((((bits << unused) as i64) >> unused).into()),
            (_, 8) => Number::Real(f64::from_bits(bits)),
            (_, 4) => Number::Real(shortest(f32::from_bits(bits as u32))),
            _ => Number::Real(half(bits as u16)),
        }
    }
}

/// A 32-bit number as it is written, not as it is widened: 0.1, not 0.10000000149.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

/// A 16-bit number.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff) / 1024.0;
    match exponent {
        0 => sign * fraction * 2_f64.powi(-14),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1.0 + fraction) * 2_f64.powi(exponent - 15),
    }
}

/// What stands behind a key in the header.
fn field<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let at = text.find(&format!("'{key}'"))?;
    Some(text.get(at..)?.split_once(':')?.1.trim_start())
}

/// A text between single quotes.
fn quoted(rest: &str) -> Option<&str> {
    rest.strip_prefix('\'')?.split_once('\'').map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(header: &str, values: &[u8]) -> Vec<u8> {
        let mut file = b"\x93NUMPY\x01\0".to_vec();
        file.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
        file.extend(header.as_bytes());
        file.extend(values);
        file
    }

    #[test]
    fn a_header_of_numpy() {
        let file = file(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n",
            &0.1_f32.to_le_bytes(),
        );
        let header = Header::parse(&file).unwrap();
        assert_eq!((header.dtype.as_str(), header.shape_text().as_str()), ("<f4", "(2, 3)"));
        assert_eq!((header.len(), header.fortran), (Some(6), false));
        let values = header.element().unwrap().read(&file[header.start..]);
        assert_eq!(values[0].to_string(), "0.1");
    }

    #[test]
    fn every_type_has_its_numbers() {
        let header =
            |dtype: &str| Header { dtype: dtype.into(), shape: vec![1], fortran: false, start: 0 };
        let one =
            |dtype: &str, bytes: &[u8]| header(dtype).element().unwrap().read(bytes)[0].to_string();
        assert_eq!(one("<i2", &(-2_i16).to_le_bytes()), "-2");
        assert_eq!(one(">i8", &i64::MIN.to_be_bytes()), i64::MIN.to_string());
        assert_eq!(one("<u8", &u64::MAX.to_le_bytes()), u64::MAX.to_string());
        assert_eq!(one("|b1", &[1]), "True");
        assert_eq!(one("<f2", &[0, 0x3c]), "1");
        assert_eq!(one("<f8", &0.1_f64.to_le_bytes()), "0.1");
        assert_eq!(header("<U5").element(), None);
        assert_eq!(header("|O").element(), None);
        assert_eq!(header("ü").element(), None);
    }

    proptest! {
        #[test]
        fn broken_headers_are_errors(text in ".{0,80}", bytes: Vec<u8>) {
            Header::parse(&file(&text, &bytes)).ok();
            Header::parse(&bytes).ok();
        }
    }
}
