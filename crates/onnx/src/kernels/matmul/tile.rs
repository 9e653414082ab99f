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
    /// The same, to be changed.
    fn row_mut(numbers: &mut [Self]) -> Option<&mut Self::Row>;
    /// As many numbers of a list, leaving out every second one.
    fn every_second(numbers: &[Self]) -> Option<Self::Row>;
    fn load(row: &Self::Row) -> Self::Lanes;
    fn splat(x: Self) -> Self::Lanes;
    fn store(lanes: Self::Lanes) -> Self::Row;
    fn add(a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;
    /// `sum + a · b`.
    fn add_product(sum: Self::Lanes, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;
    /// The greater ones; those of `a` where either is no number.
    fn greater(a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;
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
            fn row_mut(numbers: &mut [Self]) -> Option<&mut Self::Row> { numbers.first_chunk_mut() }
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
            fn greater(mut a: Self::Lanes, b: Self::Lanes) -> Self::Lanes {
                a.iter_mut().zip(b).for_each(|(a, b)| *a = if b > *a { b } else { *a });
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
    use core::arch::wasm32::{
        f32x4_add, f32x4_mul, f32x4_pmax, f32x4_splat, f32x4_sub, i32x4_shuffle, v128,
    };

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
        fn row_mut(numbers: &mut [Self]) -> Option<&mut Self::Row> {
            numbers.first_chunk_mut()
        }
        #[inline(always)]
        fn every_second(numbers: &[Self]) -> Option<Self::Row> {
            let numbers: &[Self; 15] = numbers.first_chunk()?;
            let ([a, b, c], _) = numbers.as_chunks::<4>() else { return None };
            let [a, b, c, d] = [a, b, c, numbers.last_chunk()?].map(|part| bytemuck::cast(*part));
            Some(bytemuck::cast([
                i32x4_shuffle::<0, 2, 4, 6>(a, b),
                i32x4_shuffle::<0, 2, 5, 7>(c, d),
            ]))
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
        fn greater([a, b]: Self::Lanes, [c, d]: Self::Lanes) -> Self::Lanes {
            [f32x4_pmax(a, c), f32x4_pmax(b, d)]
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

/// Some rows of a left side, in a part of the inner dimension: its columns one
/// after another, for each height that a tile can have.
pub(in crate::kernels) trait Strip<T> {
    fn height(&self) -> usize;
    fn one(&self) -> &[T];
    fn two(&self) -> impl Iterator<Item = [T; 2]>;
    fn three(&self) -> impl Iterator<Item = [T; 3]>;
    fn four(&self) -> impl Iterator<Item = [T; 4]>;
}

/// Calls back with each row of the tile over a strip, and over `panel`, which
/// holds as many rows of some columns of the right side.
#[inline(always)]
pub(super) fn tile<T: Tiled>(
    strip: &impl Strip<T>,
    panel: &[T::Row],
    step: impl Step<T>,
    out: impl FnMut(T::Lanes),
) {
    match strip.height() {
        1 => line(strip.one(), panel, step, out),
        2 => two(strip.two(), panel, step, out),
        3 => three(strip.three(), panel, step, out),
        _ => four(strip.four(), panel, step, out),
    }
}

/// Each row by name: a loop over them would be kept as a loop, and the sums in
/// memory, where the module is optimised for size.
macro_rules! rows {
    ($name:ident, $height:literal, $($sum:ident $x:ident),*) => {
        #[inline(always)]
        fn $name<T: Tiled>(
            left: impl Iterator<Item = [T; $height]>,
            panel: &[T::Row],
            step: impl Step<T>,
            mut out: impl FnMut(T::Lanes),
        ) {
            $(let mut $sum = T::splat(T::ZERO);)*
            for ([$($x),*], right) in left.zip(panel) {
                let right = T::load(right);
                $($sum = step($sum, T::splat($x), right);)*
            }
            $(out($sum);)*
        }
    };
}
rows!(two, 2, s0 x0, s1 x1);
rows!(three, 3, s0 x0, s1 x1, s2 x2);
rows!(four, 4, s0 x0, s1 x1, s2 x2, s3 x3);

/// One row, in four sums at a time, so that none waits for another.
#[inline(always)]
fn line<T: Tiled>(left: &[T], panel: &[T::Row], step: impl Step<T>, mut out: impl FnMut(T::Lanes)) {
    let ((fours, rest), (right_fours, right_rest)) =
        (left.as_chunks::<4>(), panel.as_chunks::<4>());
    let [mut s0, mut s1, mut s2, mut s3] = [T::splat(T::ZERO); 4];
    for (&[x0, x1, x2, x3], [r0, r1, r2, r3]) in fours.iter().zip(right_fours) {
        s0 = step(s0, T::splat(x0), T::load(r0));
        s1 = step(s1, T::splat(x1), T::load(r1));
        s2 = step(s2, T::splat(x2), T::load(r2));
        s3 = step(s3, T::splat(x3), T::load(r3));
    }
    for (&x, right) in rest.iter().zip(right_rest) {
        s0 = step(s0, T::splat(x), T::load(right));
    }
    out(T::add(T::add(s0, s1), T::add(s2, s3)));
}
