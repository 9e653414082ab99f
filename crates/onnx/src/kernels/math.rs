//! The functions of 32-bit floats that models spend their time in, without
//! branches, so that loops over them are vectorised.
//!
//! The polynomials were fitted for the smallest largest error on their
//! intervals. All are within 4 units in the last place of the true value (the
//! error function: of `erf`, everywhere), denormal results included.

/// Added to and taken from a small number, this rounds it to a whole one, which
/// is then in the low bits of the sum.
const ROUND: f32 = 12_582_912.0;

/// The logarithm of 2: nine bits of it, so that multiples are exact, and the
/// rest.
const LN_2: (f32, f32) = (355.0 / 512.0, -2.121_944_4e-4);

/// A polynomial, its coefficients from the constant on.
#[inline(always)]
fn polynomial<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// `exp(r) - 1` where `x` is `r` plus a multiple of `ln(2)`, and 2 to that
/// multiple as the product of two factors, each of which a float can hold.
#[inline(always)]
fn exp_parts(x: f32) -> (f32, f32, f32) {
    // Beyond these is 0 and infinity. Comparisons that keep NaN.
    let x = if x < -105.0 { -105.0 } else { x };
    let x = if x > 90.0 { 90.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2.0 - n * LN_2.1;
    let power = shifted.to_bits().cast_signed().wrapping_sub(ROUND.to_bits().cast_signed());
    let half = power >> 1;
    let two_to = |n: i32| f32::from_bits(n.wrapping_add(127).cast_unsigned() << 23);
    let p = polynomial(r, [0.5, 0.166_665_15, 0.041_666_195, 0.008_369_3, 0.001_395_12]);
    (r + r * r * p, two_to(half), two_to(power.wrapping_sub(half)))
}

#[inline(always)]
pub(in crate::kernels) fn exp(x: f32) -> f32 {
    let (p, a, b) = exp_parts(x);
    (1.0 + p) * a * b
}

/// `exp(x) - 1`, exact around 0 too.
#[inline(always)]
pub(in crate::kernels) fn exp_m1(x: f32) -> f32 {
    let (p, a, b) = exp_parts(x);
    if x.abs() < 0.34 { p } else { (1.0 + p) * a * b - 1.0 }
}

#[inline(always)]
pub(in crate::kernels) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
pub(in crate::kernels) fn tanh(x: f32) -> f32 {
    let e = exp_m1(-2.0 * x.abs());
    (-e / (2.0 + e)).copysign(x)
}

#[inline(always)]
pub(in crate::kernels) fn erf(x: f32) -> f32 {
    // erf(4) is 1 already.
    let t = x.abs();
    let t = if t > 4.0 { 4.0 } else { t };
    let near = t + t * polynomial(
        t * t,
        [
            0.128_379_17,
            -0.376_126_26,
            0.112_836,
            -0.026_854_444,
            0.005_189_535,
            -8.020_841e-4,
            7.889_119e-5,
        ],
    );
    // The logarithm of 1 - erf(t).
    let log = -polynomial(
        t,
        [
            -1.705_521_1e-4,
            1.129_495_1,
            0.633_386_7,
            0.108_236_62,
            -0.025_091_497,
            0.004_160_527,
            -4.323_031e-4,
            2.090_956_1e-5,
        ],
    );
    let magnitude = if t < 0.95 { near } else { 1.0 - exp(log) };
    magnitude.copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest error over all floats of a range, in units in the last
    /// place of the true value.
    fn worst(from: f32, to: f32, f: impl Fn(f32) -> f32, truth: impl Fn(f64) -> f64) -> f64 {
        let ulp = |y: f32| f64::from(f32::from_bits(y.abs().to_bits() + 1) - y.abs());
        (0..200_000u32)
            .map(|i| from + (to - from) * (i as f32 / 200_000.0))
            .map(|x| {
                let y = truth(f64::from(x));
                (f64::from(f(x)) - y).abs() / ulp(y as f32)
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn a_few_units_in_the_last_place_at_most() {
        assert!(worst(-87.0, 88.7, exp, f64::exp) < 2.0);
        assert!(worst(-1e-3, 1e-3, exp, f64::exp) < 2.0);
        assert!(worst(-103.0, -87.0, exp, f64::exp) < 2.0, "denormal");
        assert!(worst(-3.0, 3.0, exp_m1, f64::exp_m1) < 4.0);
        assert!(worst(-1e-20, 1e-20, exp_m1, f64::exp_m1) < 1.0);
        assert!(worst(-10.0, 10.0, tanh, f64::tanh) < 4.0);
        assert!(worst(-1e-4, 1e-4, tanh, f64::tanh) < 4.0);
        assert!(worst(-30.0, 30.0, sigmoid, |x| 1.0 / (1.0 + (-x).exp())) < 4.0);
        assert!(worst(-5.0, 5.0, erf, libm::erf) < 4.0);
        assert!(worst(-1e-3, 1e-3, erf, libm::erf) < 4.0);
    }

    #[test]
    fn ends_and_what_is_not_a_number() {
        let inf = f32::INFINITY;
        assert_eq!([exp(inf), exp(-inf), exp(89.0), exp(0.0)], [inf, 0.0, inf, 1.0]);
        assert_eq!([exp(-104.0), exp_m1(-inf), exp_m1(inf)], [0.0, -1.0, inf]);
        assert_eq!([tanh(inf), tanh(-inf), erf(inf), erf(-inf)], [1.0, -1.0, 1.0, -1.0]);
        assert_eq!([sigmoid(inf), sigmoid(-inf), sigmoid(-100.0)], [1.0, 0.0, 0.0]);
        assert!(tanh(-0.0).is_sign_negative() && erf(-0.0).is_sign_negative());
        for f in [exp, exp_m1, tanh, erf, sigmoid] {
            assert!(f(f32::NAN).is_nan());
        }
    }

    #[test]
    fn exponentials_are_right() {
        let mut x = -104.0f32;
        while x < 88.7 {
            let (y, truth) = (f64::from(exp(x)), f64::from(x).exp());
            let unit = (truth * 2f64.powi(-23)).max(2f64.powi(-149));
            assert!((y - truth).abs() <= 2.0 * unit, "exp({x}) = {y}, not {truth}");
            x += 0.001_7;
        }
        assert_eq!([exp(0.0), exp(-200.0), exp(f32::NEG_INFINITY)], [1.0, 0.0, 0.0]);
        assert_eq!([exp(89.0), exp(f32::INFINITY)], [f32::INFINITY; 2]);
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn exponentials_are_right_to_two_units_in_the_last_place() {
        for i in -10_300..8_870 {
            let x = i as f32 / 100.0;
            let exact = f64::from(x).exp();
            let error = (f64::from(exp(x)) - exact).abs();
            let unit = (exact * f64::from(f32::EPSILON)).max(f64::from(f32::from_bits(1)));
            assert!(error <= 2.0 * unit, "{x}: {} instead of {exact}", exp(x));
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert!(exp(f32::NAN).is_nan());
    }
}
