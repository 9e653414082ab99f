//! Whole numbers of any length.

use std::cmp::Ordering;

/// Its digits to the base 2 to the power of 32, the least first; the last one
/// is not 0.
pub(crate) struct Large(Vec<u32>);

impl From<u64> for Large {
    fn from(number: u64) -> Self {
        let mut large = Self(vec![number as u32, (number >> 32) as u32]);
        large.trim();
        large
    }
}

impl Large {
    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// Multiplies it by one number and adds another.
    pub(crate) fn multiply(&mut self, factor: u32, carry: u32) {
        let mut carry = carry;
        for digit in &mut self.0 {
            let product = u64::from(*digit) * u64::from(factor) + u64::from(carry);
            *digit = product as u32;
            carry = (product >> 32) as u32;
        }
        if carry != 0 {
            self.0.push(carry);
        }
    }

    pub(crate) fn multiply_by_fives(&mut self, mut count: u64) {
        while let Some(rest) = count.checked_sub(13) {
            self.multiply(5u32.pow(13), 0);
            count = rest;
        }
        for _ in 0..count {
            self.multiply(5, 0);
        }
    }

    pub(crate) fn multiply_by_twos(&mut self, count: u64) {
        self.multiply(1 << (count % 32), 0);
        let whole = usize::try_from(count / 32).unwrap_or(0);
        self.0.splice(0..0, std::iter::repeat_n(0, whole));
    }

    /// Divides it by five and drops the remainder.
    pub(crate) fn divide_by_five(&mut self) {
        let mut rest = 0u64;
        for digit in self.0.iter_mut().rev() {
            let part = rest << 32 | u64::from(*digit);
            *digit = (part / 5) as u32;
            rest = part % 5;
        }
        self.trim();
    }

    /// Its first 128 bits, from the first that is not 0; as many zeros after it
    /// as are missing.
    pub(crate) fn first_bits(&self) -> u128 {
        let mut digits = self.0.iter().rev().map(|&digit| u128::from(digit));
        let mut digit = || digits.next().unwrap_or(0);
        let four = digit() << 96 | digit() << 64 | digit() << 32 | digit();
        let zeros = four.leading_zeros();
        four << zeros | (digit() << zeros) >> 32
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let digits = |large: &Self| large.0.iter().rev().copied().collect::<Vec<_>>();
        self.0.len().cmp(&other.0.len()).then_with(|| digits(self).cmp(&digits(other)))
    }
}
