//! What the fuzz targets share.

use std::alloc::System;

use cap::Cap;

pub mod values;
pub mod wire;

/// Every target ends when it holds more than a gibibyte at once, or asks for
/// that much: counting finds at once what looking at the process finds late.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 1 << 30);

/// Fails for a path that might lead out of a model's folder.
pub fn assert_inside(path: &str) {
    let plain = |part: &str| !matches!(part, "" | "." | "..");
    assert!(
        path.split('/').all(plain) && !path.contains(['\\', ':', '\0']),
        "leads out of the folder: {path:?}"
    );
}

/// Fails for a refusal that says nothing.
pub fn assert_says_why(error: &impl std::fmt::Display) {
    assert!(error.to_string().trim().len() > 3, "a refusal without a reason");
}

/// Numbers that follow from a seed (`SplitMix64`).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From the bytes of an input, so that it fails again as it failed before.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        Self(bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 when there is none.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % (end.max(1) as u64)) as usize
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
