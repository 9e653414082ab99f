//! The innermost loop of products: a tile of sums that stays in the registers
//! of a 128-bit machine.

use super::super::reduce::Number;

/// Rows of the tallest tile: eight registers of sums for 32-bit numbers. V8 has
/// fifteen for everything, and keeps a tile of ten or twelve in memory, which
/// takes twice the time.
pub(super) const HEIGHT: usize = 4;

/// Numbers that are multiplied several at a time.
pub(in crate::kernels) trait Tiled: Number {
    /// A tile's columns: numbers side by side in memory.
    type Row: Copy + AsRef<[Self]> + AsMut<[Self]>;
    /// The same in registers.
    type Lanes: Copy;
    /// A row of zeros.
    const ROW: Self::Row;
    /// How many columns a tile has.
    const WIDTH: usize;

    /// The first numbers of a list, if there are as many as a row has.
    fn row(numbers: &[Self]) -> Option<&Self::Row>;
    /// As many numbers of a list, leaving out every second one.
    fn every_second(numbers: &[Self]) -> Option<Self::Row>;
    fn load(row: &Self::Row) -> Self::Lanes;
    fn splat(x: Self) -> Self::Lanes;
    fn store(lanes: Self::Lanes) -> Self::Row;
    fn add(a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;
    /// `sum + a · b`, rounded once or twice, as the machine does it faster.
    fn add_product(sum: Self::Lanes, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;
    /// `sum + (a - b)²`.
    fn add_square(sum: Self::Lanes, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;
}

macro_rules! portable {
    ($($t:ident $width:literal $less:expr),*) => {$(
        impl Tiled for $t {
            type Row = [Self; $width];
            type Lanes = [Self; $width];
            const ROW: Self::Row = [Self::ZERO; $width];
            const WIDTH: usize = $width;

            #[inline(always)]
            fn row(numbers: &[Self]) -> Option<&Self::Row> { numbers.first_chunk() }
            #[inline(always)]
            fn every_second(numbers: &[Self]) -> Option<Self::Row> {
                let numbers: &[Self; 2 * $width - 1] = numbers.first_chunk()?;
                Some(std::array::from_fn(|i| numbers.get(2 * i).copied().unwrap_or_default()))
            }
            #[inline(always)]
            fn load(row: &Self::Row) -> Self::Lanes { *row }
            #[inline(always)]
            fn splat(x: Self) -> Self::Lanes { [x; $width] }
            #[inline(always)]
            fn store(lanes: Self::Lanes) -> Self::Row { lanes }
            #[inline(always)]
            fn add(mut a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
                a.iter_mut().zip(b).for_each(|(a, b)| *a = a.plus(b));
                a
            }
            #[inline(always)]
            fn add_product(mut sum: Self::Lanes, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
                for ((sum, a), b) in sum.iter_mut().zip(a).zip(b) {
                    *sum = sum.plus(a.times(b));
                }
                sum
            }
            #[inline(always)]
            fn add_square(mut sum: Self::Lanes, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
                for ((sum, a), b) in sum.iter_mut().zip(a).zip(b) {
                    let difference: Self = $less(a, b);
                    *sum = sum.plus(difference.times(difference));
                }
                sum
            }
        }
    )*};
}
portable!(f64 4 |a, b| a - b, i32 8 Self::wrapping_sub, i64 4 Self::wrapping_sub);
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
portable!(f32 8 |a, b| a - b);

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm {
    use core::arch::wasm32::{f32x4_add, f32x4_mul, f32x4_splat, f32x4_sub, v128};

    use super::Tiled;

    impl Tiled for f32 {
        type Row = [Self; 8];
        type Lanes = [v128; 2];
        const ROW: Self::Row = [0.0; 8];
        const WIDTH: usize = 8;

        #[inline(always)]
        fn row(numbers: &[Self]) -> Option<&Self::Row> {
            numbers.first_chunk()
        }
        #[inline(always)]
        fn every_second(numbers: &[Self]) -> Option<Self::Row> {
            let numbers: &[Self; 15] = numbers.first_chunk()?;
            Some(std::array::from_fn(|i| numbers.get(2 * i).copied().unwrap_or_default()))
        }
        #[inline(always)]
        fn load(row: &Self::Row) -> Self::Lanes {
            bytemuck::cast(*row)
        }
        #[inline(always)]
        fn splat(x: Self) -> Self::Lanes {
            [f32x4_splat(x); 2]
        }
        #[inline(always)]
        fn store(lanes: Self::Lanes) -> Self::Row {
            bytemuck::cast(lanes)
        }
        #[inline(always)]
        fn add([a, b]: Self::Lanes, [c, d]: Self::Lanes) -> Self::Lanes {
            [f32x4_add(a, c), f32x4_add(b, d)]
        }
        #[inline(always)]
        fn add_product(
            [s, t]: Self::Lanes,
            [a, b]: Self::Lanes,
            [c, d]: Self::Lanes,
        ) -> Self::Lanes {
            [multiply_add(a, c, s), multiply_add(b, d, t)]
        }
        #[inline(always)]
        fn add_square(
            [s, t]: Self::Lanes,
            [a, b]: Self::Lanes,
            [c, d]: Self::Lanes,
        ) -> Self::Lanes {
            let (x, y) = (f32x4_sub(a, c), f32x4_sub(b, d));
            [multiply_add(x, x, s), multiply_add(y, y, t)]
        }
    }

    #[inline(always)]
    #[cfg(target_feature = "relaxed-simd")]
    fn multiply_add(a: v128, b: v128, sum: v128) -> v128 {
        core::arch::wasm32::f32x4_relaxed_madd(a, b, sum)
    }

    #[inline(always)]
    #[cfg(not(target_feature = "relaxed-simd"))]
    fn multiply_add(a: v128, b: v128, sum: v128) -> v128 {
        f32x4_add(f32x4_mul(a, b), sum)
    }
}

/// What a tile adds for an element of each side: [`Tiled::add_product`], or
/// [`Tiled::add_square`].
pub(in crate::kernels) trait Step<T: Tiled>:
    Fn(T::Lanes, T::Lanes, T::Lanes) -> T::Lanes + Copy
{
}
impl<T: Tiled, F: Fn(T::Lanes, T::Lanes, T::Lanes) -> T::Lanes + Copy> Step<T> for F {}

/// Calls back with each row of the tile over `strip`, which holds `height` rows
/// of the left side column by column, and over `panel`, which holds as many
/// rows of some columns of the right side.
#[inline(always)]
pub(super) fn tile<T: Tiled>(
    height: usize,
    strip: &[T],
    panel: &[T::Row],
    step: impl Step<T>,
    out: impl FnMut(T::Row),
) {
    match height {
        1 => line(strip, panel, step, out),
        2 => rows::<T, 2>(strip, panel, step, out),
        3 => rows::<T, 3>(strip, panel, step, out),
        _ => rows::<T, HEIGHT>(strip, panel, step, out),
    }
}

#[inline(always)]
fn rows<T: Tiled, const R: usize>(
    strip: &[T],
    panel: &[T::Row],
    step: impl Step<T>,
    out: impl FnMut(T::Row),
) {
    let mut sums = [T::splat(T::ZERO); R];
    for (left, right) in strip.as_chunks::<R>().0.iter().zip(panel) {
        let right = T::load(right);
        for (sum, &x) in sums.iter_mut().zip(left) {
            *sum = step(*sum, T::splat(x), right);
        }
    }
    sums.map(T::store).into_iter().for_each(out);
}

/// One row, in four sums at a time, so that none waits for another.
#[inline(always)]
fn line<T: Tiled>(strip: &[T], panel: &[T::Row], step: impl Step<T>, mut out: impl FnMut(T::Row)) {
    let ((fours, rest), (right_fours, right_rest)) =
        (strip.as_chunks::<4>(), panel.as_chunks::<4>());
    let mut sums = [T::splat(T::ZERO); 4];
    for (left, right) in fours.iter().zip(right_fours) {
        for ((sum, &x), right) in sums.iter_mut().zip(left).zip(right) {
            *sum = step(*sum, T::splat(x), T::load(right));
        }
    }
    for ((sum, &x), right) in sums.iter_mut().zip(rest).zip(right_rest) {
        *sum = step(*sum, T::splat(x), T::load(right));
    }
    let [a, b, c, d] = sums;
    out(T::store(T::add(T::add(a, b), T::add(c, d))));
}
