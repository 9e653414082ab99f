//! Signals: `DFT`, `STFT`, the windows that weigh their frames, and
//! `MelWeightMatrix`.

use std::f64::consts::PI;

use tensor::{DType, Tensor};

use super::axes::{self, Around};
use super::nn::real::{Real, one, reals};
use super::nn::window::bounded;
use super::{Build, Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::limits;
use crate::tensors;
use crate::value::Inputs;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    if !matches!(domain, "" | "ai.onnx") {
        return None;
    }
    Some(match op {
        "BlackmanWindow" => blackman,
        "DFT" => dft,
        "HammingWindow" => hamming,
        "HannWindow" => hann,
        "MelWeightMatrix" => mel,
        "STFT" => stft,
        _ => return None,
    })
}

/// A complex number: its real and its imaginary part.
type Complex = (f64, f64);

fn times(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// The number on the unit circle at this part of a turn.
fn turn(part: f64) -> Complex {
    let (sin, cos) = (2.0 * PI * part).sin_cos();
    (cos, sin)
}

/// A discrete Fourier transform of one length, not scaled.
struct Fourier {
    len: usize,
    /// For lengths that are no power of 2: numbers on a spiral, and their
    /// transform. The transform becomes a convolution (Bluestein's algorithm).
    spiral: Vec<Complex>,
    spectrum: Vec<Complex>,
}

impl Fourier {
    fn new(len: usize) -> Result<Self, Fault> {
        limits::elements(&[len, 8])?;
        if len.is_power_of_two() || len == 0 {
            return Ok(Self { len, spiral: Vec::new(), spectrum: Vec::new() });
        }
        let full = 2 * len as u64;
        let spiral: Vec<Complex> =
            (0..len as u64).map(|k| turn(-((k * k % full) as f64) / full as f64)).collect();
        let padded = (2 * len - 1).next_power_of_two();
        let mut chirp = vec![(0.0, 0.0); padded];
        for (to, from) in chirp.iter_mut().zip(&spiral) {
            *to = (from.0, -from.1);
        }
        for (to, from) in chirp.iter_mut().rev().zip(spiral.iter().skip(1)) {
            *to = (from.0, -from.1);
        }
        let spectrum = radix2(&chirp);
        Ok(Self { len, spiral, spectrum })
    }

    /// The transform of as many numbers as its length says.
    fn run(&self, x: &[Complex]) -> Vec<Complex> {
        if self.spiral.is_empty() {
            return radix2(x);
        }
        let mut padded: Vec<Complex> =
            x.iter().zip(&self.spiral).map(|(&x, &w)| times(x, w)).collect();
        padded.resize(self.spectrum.len(), (0.0, 0.0));
        let product: Vec<Complex> = radix2(&padded)
            .into_iter()
            .zip(&self.spectrum)
            .map(|(a, &b)| times(a, b))
            // The inverse is the transform with the parts swapped.
            .map(|(re, im)| (im, re))
            .collect();
        let scale = 1.0 / self.spectrum.len() as f64;
        radix2(&product)
            .into_iter()
            .zip(&self.spiral)
            .map(|((im, re), &w)| times((re * scale, im * scale), w))
            .collect()
    }

    fn inverse(&self, x: &[Complex]) -> Vec<Complex> {
        let swapped: Vec<Complex> = x.iter().map(|&(re, im)| (im, re)).collect();
        let scale = 1.0 / self.len.max(1) as f64;
        self.run(&swapped).into_iter().map(|(im, re)| (re * scale, im * scale)).collect()
    }
}

/// The transform of a power of 2 of numbers.
fn radix2(x: &[Complex]) -> Vec<Complex> {
    let len = x.len();
    if len < 2 {
        return x.to_vec();
    }
    let shift = usize::BITS - len.trailing_zeros();
    let at = |i: usize| x.get(i.reverse_bits() >> shift).copied().unwrap_or_default();
    let mut out: Vec<Complex> = (0..len).map(at).collect();
    let turns: Vec<Complex> = (0..len / 2).map(|i| turn(-(i as f64) / len as f64)).collect();
    let mut half = 1;
    while half < len {
        for block in out.chunks_exact_mut(half * 2) {
            let Some((low, high)) = block.split_at_mut_checked(half) else { continue };
            let turns = turns.iter().step_by(len / 2 / half);
            for ((low, high), &turn) in low.iter_mut().zip(high).zip(turns) {
                let moved = times(*high, turn);
                *high = (low.0 - moved.0, low.1 - moved.1);
                *low = (low.0 + moved.0, low.1 + moved.1);
            }
        }
        half *= 2;
    }
    out
}

/// The one integer of an input that may be left out.
fn integer(inputs: &Inputs<'_>, i: usize) -> Result<Option<i64>, Fault> {
    if inputs.get(i).is_none() {
        return Ok(None);
    }
    match inputs.integers(i)?.as_slice() {
        [one] => Ok(Some(*one)),
        other => bail!("input {i} has {} integers, where 1 is wanted", other.len()),
    }
}

fn positive(given: i64, what: &str) -> Result<usize, Fault> {
    match usize::try_from(given) {
        Ok(n) if n > 0 && n <= limits::MAX_ELEMENTS => Ok(n),
        _ => bail!("{what} is {given}"),
    }
}

/// A signal as complex numbers; its last axis has one or two parts.
fn complex(x: &Tensor) -> Result<Vec<Complex>, Fault> {
    if !matches!(x.dtype(), DType::F16 | DType::F32 | DType::F64) {
        bail!("a signal of {}", x.dtype());
    }
    let values = reals::<f64>(x)?;
    Ok(match x.shape().last() {
        Some(2) => values
            .chunks_exact(2)
            .map(|pair| if let &[re, im] = pair { (re, im) } else { (0.0, 0.0) })
            .collect(),
        Some(1) => values.iter().map(|&re| (re, 0.0)).collect(),
        _ => bail!("a signal of shape {:?}: its last axis has 1 or 2 parts", x.shape()),
    })
}

fn dft(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    // The axis is an attribute up to opset 19, and an input since.
    let attribute = (spec.version < 20).then(|| spec.attributes.int("axis", 1));
    let inverse = spec.attributes.flag("inverse", false);
    let onesided = spec.attributes.flag("onesided", false);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let given = match attribute {
            Some(axis) => axis,
            None => integer(&inputs, 2)?.unwrap_or(-2),
        };
        let axis = axes::axis(given, x.rank())?;
        if axis + 1 >= x.rank() {
            bail!("a transform along the axis {given} of shape {:?}", x.shape());
        }
        bounded(x.shape())?;
        let signal = complex(x)?;
        let shape = x.shape().get(..x.rank() - 1).unwrap_or_default();
        let around = Around::new(shape, axis);
        // Real numbers from half a spectrum.
        let to_real = inverse && onesided;
        let default = if to_real { around.len.saturating_sub(1) * 2 } else { around.len };
        let len = match integer(&inputs, 1)? {
            Some(given) => positive(given, "'dft_length'")?,
            None => default,
        };
        if len == 0 {
            bail!("a transform of no numbers");
        }
        let fourier = Fourier::new(len)?;
        let out_len = if onesided && !inverse { len / 2 + 1 } else { len };
        let parts = if to_real { 1 } else { 2 };
        let mut out_shape = x.shape().to_vec();
        for (i, n) in [(axis, out_len), (x.rank() - 1, parts)] {
            if let Some(to) = out_shape.get_mut(i) {
                *to = n;
            }
        }
        let mut out = vec![0.0; limits::elements(&out_shape)?];
        let (outer, inner) = (around.outer, around.inner);
        for block in 0..outer {
            for column in 0..inner {
                let start = block * around.len * inner + column;
                let line = signal.iter().skip(start).step_by(inner.max(1)).take(around.len);
                let mut line: Vec<Complex> = line.copied().collect();
                if to_real {
                    line.truncate(len / 2 + 1);
                    line.resize(len / 2 + 1, (0.0, 0.0));
                    let mirrored: Vec<Complex> = line
                        .iter()
                        .take(len.div_ceil(2))
                        .skip(1)
                        .rev()
                        .map(|&(re, im)| (re, -im))
                        .collect();
                    line.extend(mirrored);
                }
                line.resize(len, (0.0, 0.0));
                let line = if inverse { fourier.inverse(&line) } else { fourier.run(&line) };
                let start = (block * out_len * inner + column) * parts;
                for (i, &(re, im)) in line.iter().take(out_len).enumerate() {
                    let at = start + i * inner * parts;
                    for (to, from) in out.iter_mut().skip(at).take(parts).zip([re, im]) {
                        *to = from;
                    }
                }
            }
        }
        Ok(vec![Tensor::new(out_shape, f64::data(out, x.dtype()))?.into()])
    }))
}

fn stft(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let onesided = spec.attributes.flag("onesided", true);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        bounded(x.shape())?;
        let (batch, len, signal) = match *x.shape() {
            [batch, len] => (batch, len, complex(&x.clone().reshape(vec![batch, len, 1])?)?),
            [batch, len, _] => (batch, len, complex(x)?),
            ref shape => bail!("a signal of shape {shape:?}"),
        };
        let Some(step) = integer(&inputs, 1)? else { bail!("'frame_step' is missing") };
        let step = positive(step, "'frame_step'")?;
        let window = inputs.optional_tensor(2)?.map(reals::<f64>).transpose()?;
        let frame = match (integer(&inputs, 3)?, &window) {
            (Some(given), _) => positive(given, "'frame_length'")?,
            (None, Some(window)) => window.len(),
            (None, None) => bail!("neither 'window' nor 'frame_length' is given"),
        };
        if frame == 0 || frame > len || window.as_ref().is_some_and(|w| w.len() != frame) {
            bail!("frames of {frame} of a signal of {len}");
        }
        let frames = (len - frame) / step + 1;
        let bins = if onesided { frame / 2 + 1 } else { frame };
        let shape = vec![batch, frames, bins, 2];
        let mut out = Vec::with_capacity(limits::elements(&shape)?);
        let fourier = Fourier::new(frame)?;
        for signal in signal.chunks_exact(len) {
            for i in 0..frames {
                let seen = signal.get(i * step..i * step + frame).unwrap_or_default();
                let weighted: Vec<Complex> = match &window {
                    Some(window) => {
                        seen.iter().zip(window.iter()).map(|(x, w)| (x.0 * w, x.1 * w)).collect()
                    }
                    None => seen.to_vec(),
                };
                let line = fourier.run(&weighted);
                out.extend(line.iter().take(bins).flat_map(|&(re, im)| [re, im]));
            }
        }
        Ok(vec![Tensor::new(shape, f64::data(out, x.dtype()))?.into()])
    }))
}

/// The type that the attribute asks for.
fn output_type(spec: &Spec<'_>) -> Result<DType, Fault> {
    let given = spec.attributes.int("output_datatype", 1);
    match i32::try_from(given).ok().and_then(tensors::dtype) {
        Some(dtype) if !matches!(dtype, DType::Bool | DType::Str) => Ok(dtype),
        _ => bail!("'output_datatype' is {given}"),
    }
}

/// A sum of cosines: the weights of 1, of a cosine, and of one twice as fast.
fn cosines(spec: &Spec<'_>, weights: [f64; 3]) -> Result<Box<dyn Kernel>, Fault> {
    let dtype = output_type(spec)?;
    let periodic = spec.attributes.flag("periodic", true);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let size = match integer(&inputs, 0)? {
            Some(0) => 0,
            Some(size) => positive(size, "'size'")?,
            None => bail!("'size' is missing"),
        };
        limits::elements(&[size])?;
        let period = if periodic { size as f64 } else { size as f64 - 1.0 };
        let [flat, slow, fast] = weights;
        let weight = |i: usize| {
            let at = 2.0 * PI * i as f64 / period;
            flat + slow * at.cos() + fast * (2.0 * at).cos()
        };
        let values: Vec<f64> = (0..size).map(weight).collect();
        Ok(vec![Tensor::new(vec![size], f64::data(values, dtype))?.into()])
    }))
}

fn hann(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    cosines(spec, [0.5, -0.5, 0.0])
}

fn hamming(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    cosines(spec, [25.0 / 46.0, -21.0 / 46.0, 0.0])
}

fn blackman(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    cosines(spec, [0.42, -0.5, 0.08])
}

/// `MelWeightMatrix`. The frequencies are 32-bit floats, as in ONNX Runtime,
/// because they are rounded to bins.
fn mel(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let dtype = output_type(spec)?;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let count = |i: usize, what: &str| match integer(&inputs, i)? {
            Some(given) => positive(given, what),
            None => bail!("{what} is missing"),
        };
        let columns = count(0, "'num_mel_bins'")?;
        let dft_length = count(1, "'dft_length'")?;
        let rate = count(2, "'sample_rate'")?;
        let rows = dft_length / 2 + 1;
        let mut out = vec![0.0; limits::elements(&[rows, columns])?];
        let to_mel = |hertz: f32| 2595.0 * (1.0 + hertz / 700.0).log10();
        let low = to_mel(one(inputs.tensor(3)?)?);
        let high = to_mel(one(inputs.tensor(4)?)?);
        let step = (high - low) / (columns as f32 + 2.0);
        let bins: Vec<usize> = (0..columns + 2)
            .map(|i| {
                let mel = i as f32 * step + low;
                let hertz = 700.0 * (10f32.powf(mel / 2595.0) - 1.0);
                (((dft_length + 1) as f32 * hertz) / rate as f32).floor().max(0.0) as usize
            })
            .collect();
        for (column, bins) in bins.windows(3).enumerate() {
            let &[start, centre, end] = bins else { continue };
            if end > rows || centre >= rows {
                bail!("the frequencies are beyond the {rows} bins of the spectrum");
            }
            let mut set = |row: usize, value: f64| {
                if let Some(to) = out.get_mut(row * columns + column) {
                    *to = value;
                }
            };
            let (rise, fall) = (centre.saturating_sub(start), end.saturating_sub(centre));
            if rise == 0 {
                set(centre, 1.0);
            } else {
                (start..=centre).for_each(|row| set(row, (row - start) as f64 / rise as f64));
            }
            (centre..end).for_each(|row| set(row, (end - row) as f64 / fall as f64));
        }
        Ok(vec![Tensor::new(vec![rows, columns], f64::data(out, dtype))?.into()])
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transforms_of_any_length_are_sums_of_turns() {
        for len in [1usize, 2, 3, 7, 8, 12, 31, 64, 97] {
            let x: Vec<Complex> =
                (0..len).map(|i| ((i * i % 7) as f64 - 2.0, (i % 5) as f64)).collect();
            let fourier = Fourier::new(len).unwrap();
            let spectrum = fourier.run(&x);
            for (k, got) in spectrum.iter().enumerate() {
                let wanted = x.iter().enumerate().fold((0.0, 0.0), |sum, (i, &x)| {
                    let part = times(x, turn(-((i * k % len) as f64) / len as f64));
                    (sum.0 + part.0, sum.1 + part.1)
                });
                assert!((got.0 - wanted.0).abs() < 1e-9 && (got.1 - wanted.1).abs() < 1e-9);
            }
            for (got, x) in fourier.inverse(&spectrum).iter().zip(&x) {
                assert!((got.0 - x.0).abs() < 1e-9 && (got.1 - x.1).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn transforms_that_are_too_long_are_refused() {
        assert!(Fourier::new(limits::MAX_ELEMENTS).is_err());
        assert!(Fourier::new(usize::MAX).is_err());
    }
}
