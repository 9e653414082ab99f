//! Texts of decimal numbers as floats: the same ones that `str::parse` gives.
//!
//! The standard library does it with a table of powers of five. That takes
//! 10 kB which no compression makes smaller, and that every page loads which
//! runs a model; here the table is computed when it is first needed, in a tenth
//! of a millisecond.
//!
//! ```
//! assert_eq!(decimal::read_f64("-1.5e3"), Some(-1500.0));
//! assert_eq!(decimal::read_f32("0.1"), Some(0.1));
//! assert_eq!(decimal::read_f64("1.5x"), None);
//! ```
//!
//! The method is Eisel and Lemire's: "Number Parsing at a Gigabyte per Second",
//! 2021, and Mushtak's and Lemire's "Fast Number Parsing Without Fallback", 2022.

mod large;

use std::cmp::Ordering;
use std::sync::OnceLock;

use large::Large;

/// What tells one type of floats from another.
struct Format {
    /// How many bits of the mantissa are stored.
    mantissa_bits: i32,
    /// What is added to an exponent before it is stored.
    bias: i32,
    /// The stored exponent of infinities.
    infinite: i32,
    /// Below this power of ten everything is 0, beyond the other one infinite.
    smallest: i64,
    largest: i64,
    /// Only between these powers of ten can a number of 64 bits lie halfway
    /// between two floats.
    halfway: (i64, i64),
}

const SINGLE: Format = Format {
    mantissa_bits: 23,
    bias: 127,
    infinite: 0xff,
    smallest: -65,
    largest: 38,
    halfway: (-17, 10),
};

const DOUBLE: Format = Format {
    mantissa_bits: 52,
    bias: 1023,
    infinite: 0x7ff,
    smallest: LEAST_POWER,
    largest: 308,
    halfway: (-4, 23),
};

/// The least power of ten in the table.
const LEAST_POWER: i64 = -342;

/// The powers of ten that doubles hold exactly.
const EXACT: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// The double nearest to the number that a text is; `None` where it is none.
#[must_use]
pub fn read_f64(text: &str) -> Option<f64> {
    let (is_negative, magnitude) = signed(text);
    let magnitude = match Decimal::read(magnitude) {
        Some(decimal) => match decimal.exactly() {
            Some(exact) => exact,
            None => f64::from_bits(decimal.nearest(&DOUBLE)),
        },
        None => word(magnitude)?,
    };
    Some(if is_negative { -magnitude } else { magnitude })
}

/// The same in single precision, rounded once.
#[must_use]
pub fn read_f32(text: &str) -> Option<f32> {
    let (is_negative, magnitude) = signed(text);
    let magnitude = match Decimal::read(magnitude) {
        Some(decimal) => f32::from_bits(decimal.nearest(&SINGLE) as u32),
        None => word(magnitude)? as f32,
    };
    Some(if is_negative { -magnitude } else { magnitude })
}

/// Whether a minus is before the rest.
fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// What is no number, but a float.
fn word(text: &str) -> Option<f64> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("inf") || is("infinity") {
        Some(f64::INFINITY)
    } else if is("nan") {
        Some(f64::NAN)
    } else {
        None
    }
}

/// The number `mantissa` × 10 to the power of `exponent`, and a bit more where
/// digits were left out.
struct Decimal<'a> {
    mantissa: u64,
    exponent: i64,
    is_cut: bool,
    /// The digits, with a point among them or not.
    digits: &'a str,
    /// The power of ten of the last digit.
    last: i64,
}

/// As many digits as a `u64` always holds.
const DIGITS: u32 = 19;

impl<'a> Decimal<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (mut mantissa, mut exponent, mut is_cut) = (0u64, 0i64, false);
        let (mut significant, mut any, mut point) = (0, false, false);
        let mut decimals = 0i64;
        let mut end = 0;
        for byte in text.bytes() {
            match byte {
                b'0'..=b'9' => {
                    let digit = byte - b'0';
                    any = true;
                    decimals += i64::from(point);
                    if significant < DIGITS {
                        mantissa = mantissa * 10 + u64::from(digit);
                        significant += u32::from(mantissa != 0);
                        exponent -= i64::from(point);
                    } else {
                        is_cut |= digit != 0;
                        exponent += i64::from(!point);
                    }
                }
                b'.' if !point => point = true,
                _ => break,
            }
            end += 1;
        }
        if !any {
            return None;
        }
        let (digits, rest) = text.split_at_checked(end)?;
        let power = match rest.strip_prefix(['e', 'E']) {
            Some(power) => whole(power)?,
            None if rest.is_empty() => 0,
            None => return None,
        };
        let (exponent, last) = (exponent + power, power - decimals);
        Some(Self { mantissa, exponent, is_cut, digits, last })
    }

    /// The number as a double where one operation on two exact doubles is it.
    fn exactly(&self) -> Option<f64> {
        if self.is_cut || self.mantissa >> 53 != 0 {
            return None;
        }
        let power = EXACT.get(usize::try_from(self.exponent.unsigned_abs()).ok()?)?;
        let mantissa = self.mantissa as f64;
        Some(if self.exponent < 0 { mantissa / power } else { mantissa * power })
    }

    /// The bits of the nearest float.
    fn nearest(&self, format: &Format) -> u64 {
        let below = format.nearest(self.mantissa, self.exponent);
        if !self.is_cut || below == format.nearest(self.mantissa + 1, self.exponent) {
            return below;
        }
        let is_odd = below & 1 == 1;
        match self.compare(format.halfway_above(below)) {
            Ordering::Less => below,
            Ordering::Equal if !is_odd => below,
            _ => below + 1,
        }
    }

    /// Compares the whole number with `mantissa` × 2 to the power of `exponent`.
    fn compare(&self, (mantissa, exponent): (u64, i64)) -> Ordering {
        // More digits than numbers have that are halfway between two floats.
        const ENOUGH: usize = 800;
        let digits = || self.digits.bytes().filter(u8::is_ascii_digit).skip_while(|d| *d == b'0');
        let mut left = Large::from(0);
        for digit in digits().take(ENOUGH) {
            left.multiply(10, u32::from(digit - b'0'));
        }
        let beyond = digits().skip(ENOUGH);
        let count = beyond.clone().count();
        let ten = self.last.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
        let mut right = Large::from(mantissa);
        let fives = if ten < 0 { &mut right } else { &mut left };
        fives.multiply_by_fives(ten.unsigned_abs());
        let twos = ten.saturating_sub(exponent);
        let shifted = if twos < 0 { &mut right } else { &mut left };
        shifted.multiply_by_twos(twos.unsigned_abs());
        let is_more = || beyond.clone().any(|digit| digit != b'0');
        left.compare(&right).then_with(|| is_more().cmp(&false))
    }
}

/// A whole number with a sign, of which only those near 0 matter.
fn whole(text: &str) -> Option<i64> {
    let (is_negative, digits) = signed(text);
    if digits.is_empty() {
        return None;
    }
    let mut number = 0i64;
    for byte in digits.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        // Far beyond any text's digits, and far from overflow.
        number = (number * 10 + i64::from(byte - b'0')).min(1 << 50);
    }
    Some(if is_negative { -number } else { number })
}

impl Format {
    /// The bits of the float nearest to `mantissa` × 10 to the power of
    /// `exponent`.
    fn nearest(&self, mantissa: u64, exponent: i64) -> u64 {
        if mantissa == 0 || exponent < self.smallest {
            return 0;
        }
        let infinite = (self.infinite as u64) << self.mantissa_bits;
        if exponent > self.largest {
            return infinite;
        }
        let zeros = mantissa.leading_zeros();
        let (low, high) = self.product(mantissa << zeros, exponent);
        let upper = (high >> 63) as i32;
        let dropped = upper + 61 - self.mantissa_bits;
        let mut bits = high >> dropped;
        // The logarithm of ten, in 2 to the power of -16.
        let log = (exponent as i32).wrapping_mul(217_706) >> 16;
        let mut power = log + 63 + upper - zeros as i32 + self.bias;
        if power <= 0 {
            // Less than any float with a whole mantissa.
            if 1 - power >= 64 {
                return 0;
            }
            bits >>= 1 - power;
            // One that is rounded up to a whole mantissa carries into the
            // exponent.
            return (bits + (bits & 1)) >> 1;
        }
        let (first, last) = self.halfway;
        let may_be_halfway = low <= 1 && first <= exponent && exponent <= last;
        if may_be_halfway && bits & 3 == 1 && bits << dropped == high {
            // Halfway: to the even one, which is below.
            bits &= !1;
        }
        bits = (bits + (bits & 1)) >> 1;
        if bits >> (self.mantissa_bits + 1) != 0 {
            bits >>= 1;
            power += 1;
        }
        if power >= self.infinite {
            return infinite;
        }
        (bits & !(1 << self.mantissa_bits)) | (power as u64) << self.mantissa_bits
    }

    /// The first 128 bits of a product with a power of five, low and high half:
    /// exact as far as rounding needs it.
    fn product(&self, mantissa: u64, exponent: i64) -> (u64, u64) {
        let index = usize::try_from(exponent - LEAST_POWER).unwrap_or(0);
        let five = powers_of_five().get(index).copied().unwrap_or(0);
        let product = u128::from(mantissa) * (five >> 64);
        let (mut low, mut high) = (product as u64, (product >> 64) as u64);
        let mask = u64::MAX >> (self.mantissa_bits + 3);
        if high & mask == mask {
            let second = ((u128::from(mantissa) * (five & u128::from(u64::MAX))) >> 64) as u64;
            let (sum, carries) = low.overflowing_add(second);
            low = sum;
            high += u64::from(carries);
        }
        (low, high)
    }

    /// What is halfway between a float and the next one: a mantissa and a power
    /// of two.
    fn halfway_above(&self, bits: u64) -> (u64, i64) {
        let power = bits >> self.mantissa_bits;
        let stored = bits & !(u64::MAX << self.mantissa_bits);
        let whole = if power == 0 { stored } else { stored | 1 << self.mantissa_bits };
        let exponent = power.max(1) as i64 - i64::from(self.bias + self.mantissa_bits);
        (2 * whole + 1, exponent - 1)
    }
}

/// The first 128 bits of each power of five from the least one on, rounded down
/// where they are exact or a part of more.
fn powers_of_five() -> &'static [u128] {
    static POWERS: OnceLock<Vec<u128>> = OnceLock::new();
    POWERS.get_or_init(|| {
        let mut powers = Vec::with_capacity(651);
        // 2 to a power that leaves enough bits, divided by 5 again and again,
        // which drops the same as one division does.
        let mut inverse = Large::from(1);
        inverse.multiply_by_twos(1216);
        for i in 1..=342 {
            inverse.divide_by_five();
            // Rounded up where that makes products with 64 bits exact.
            powers.push(inverse.first_bits() + u128::from(i <= 27));
        }
        powers.reverse();
        let mut power = Large::from(1);
        for _ in 0..=308 {
            powers.push(power.first_bits());
            power.multiply(5, 0);
        }
        powers
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn agrees(text: &str) {
        let double = text.parse::<f64>().ok().map(f64::to_bits);
        let single = text.parse::<f32>().ok().map(f32::to_bits);
        assert_eq!(read_f64(text).map(f64::to_bits), double, "{text}");
        assert_eq!(read_f32(text).map(f32::to_bits), single, "{text}");
    }

    #[test]
    fn texts_are_taken_and_refused_as_by_the_standard_library() {
        for text in [
            "",
            "-",
            "+",
            ".",
            "-.",
            "e5",
            ".e5",
            "1e",
            "1e+",
            "1e-",
            "1e5x",
            "1x",
            " 1",
            "1 ",
            "1.",
            ".5",
            "+1.5",
            "--1",
            "1..2",
            "1.2.3",
            "1_0",
            "0x10",
            "inf",
            "-inf",
            "+Infinity",
            "INFINIT",
            "nan",
            "-NaN",
            "nano",
            "0",
            "-0",
            "0e999999999999999999999",
            "00.00",
            "1e99999999999999999999999999",
            "1e-99999999999999999999999999",
            "é",
            "1é",
            "1eé",
        ] {
            agrees(text);
        }
    }

    #[test]
    fn the_ends_of_the_range_and_its_halves_are_right() {
        let ones = "1".repeat(1000);
        let zeros = "0".repeat(400);
        for text in [
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880",
            "3.4028235677973366e38",
            "3.4028235677973367e38",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "1.1754943508222875e-38",
            "7.006492321624085e-46",
            "7.006492321624086e-46",
            "9007199254740993",
            "9007199254740993.00000000000000000000000000001",
            "9007199254740992.99999999999999999999999999999",
            "9007199254740995",
            "16777217",
            "16777217.0000000000000000000000000001",
            "8.5e22",
            "1e23",
            &ones,
            &format!("0.{zeros}{ones}"),
            &format!("{ones}e-1000"),
            &format!("{ones}{zeros}e-700"),
            &format!("9007199254740993{zeros}{zeros}{zeros}e-1200"),
            &format!("9007199254740993{zeros}{zeros}{zeros}1e-1201"),
            "2.4703282292062327208299381282834343254254354325432e-324",
        ] {
            agrees(text);
        }
        // Halfway between two doubles, and a bit beside.
        let mut halfway = String::from("1");
        halfway.push_str(&format!("{:.60}", 2f64.powi(-53)).replacen('0', "", 1));
        for end in ["", "0", "0000000000000000000000001"] {
            agrees(&format!("{halfway}{end}"));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn every_float_comes_back(bits: u64) {
            agrees(&f64::from_bits(bits).to_string());
            agrees(&format!("{:e}", f64::from_bits(bits)));
            agrees(&f32::from_bits(bits as u32).to_string());
        }

        #[test]
        fn numbers_are_those_of_the_standard_library(
            text in "[+-]?[0-9]{0,25}(\\.[0-9]{0,25})?([eE][+-]?[0-9]{1,3})?",
        ) {
            agrees(&text);
        }

        #[test]
        fn halves_are_rounded_to_the_even_one(bits: u64, digit in "[0-9]{0,3}") {
            // Exact decimals of what is halfway between two singles.
            let single = f32::from_bits(bits as u32 & 0x7fff_ffff);
            prop_assume!(single.is_finite());
            let next = f32::from_bits(single.to_bits() + 1);
            prop_assume!(next.is_finite());
            let half = f64::midpoint(f64::from(single), f64::from(next));
            agrees(&format!("{half:.200}{digit}"));
            // And of doubles of a size that can be written out.
            let double = f64::from_bits(bits >> 12 | 0x3ff0_0000_0000_0000);
            let digits = format!("{double:.52}");
            agrees(&format!("{digits}5{digit}"));
        }
    }
}
