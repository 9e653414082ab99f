//! `Resize` and `Upsample`.
//!
//! Each axis is resized on its own, one after the other: along an axis every
//! element of the output is a weighted sum of a few elements of the input.
//! Positions are computed in 32-bit floats, as ONNX Runtime does, because
//! rounding decides which element is the nearest.

use tensor::{DType, Data, Tensor, each};

use super::real::{Real, reals};
use super::window::{bounded, lengths, unsigned};
use super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::kernels::axes::{self, Around};
use crate::limits;
use crate::value::Inputs;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Nearest(Nearest),
    Linear,
    /// With the coefficient of the cubic function.
    Cubic(f32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nearest {
    PreferFloor,
    PreferCeil,
    Floor,
    Ceil,
    /// Up to opset 10: the floor, and the ceiling where the axis shrinks.
    Simple,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coordinates {
    HalfPixel,
    HalfPixelSymmetric,
    PytorchHalfPixel,
    AlignCorners,
    Asymmetric,
    HalfPixelForNearest,
    CropAndResize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aspect {
    Stretch,
    NotLarger,
    NotSmaller,
}

struct Resize {
    mode: Mode,
    coordinates: Coordinates,
    aspect: Aspect,
    antialias: bool,
    exclude_outside: bool,
    extrapolation: f32,
    axes: Vec<i64>,
    /// Which inputs are the region, the scales and the sizes.
    inputs: (Option<usize>, usize, Option<usize>),
    /// The scales of `Upsample` up to opset 8, which are an attribute.
    scales: Vec<f32>,
}

/// How one axis is resized.
#[derive(Debug, Clone, Copy)]
struct Axis {
    len: usize,
    out: usize,
    scale: f32,
    /// Where the region that is resized starts and ends, as a part of the
    /// axis.
    region: (f32, f32),
}

pub(super) fn upsample(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let mode = match attributes.str("mode")?.unwrap_or("nearest") {
        "nearest" => Mode::Nearest(Nearest::Simple),
        "linear" | "bilinear" => Mode::Linear,
        other => bail!("'{other}' is no mode"),
    };
    let mut scales = attributes.floats("scales").to_vec();
    if spec.version < 7 && scales.is_empty() {
        // Opset 1 has the scales of the last two axes of an image.
        let (height, width) =
            (attributes.float("height_scale", 1.0), attributes.float("width_scale", 1.0));
        scales = vec![1.0, 1.0, height, width];
    }
    let resize = Resize { mode, scales, ..Resize::new(Coordinates::Asymmetric, (None, 1, None)) };
    Ok(Box::new(move |inputs: Inputs<'_>| resize.run(&inputs)))
}

pub(super) fn resize(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let is_old = spec.version < 11;
    let nearest = match attributes.str("nearest_mode")?.unwrap_or("round_prefer_floor") {
        _ if is_old => Nearest::Simple,
        "round_prefer_floor" => Nearest::PreferFloor,
        "round_prefer_ceil" => Nearest::PreferCeil,
        "floor" => Nearest::Floor,
        "ceil" => Nearest::Ceil,
        other => bail!("'{other}' is no 'nearest_mode'"),
    };
    let mode = match attributes.str("mode")?.unwrap_or("nearest") {
        "nearest" => Mode::Nearest(nearest),
        "linear" | "bilinear" => Mode::Linear,
        "cubic" => Mode::Cubic(attributes.float("cubic_coeff_a", -0.75)),
        other => bail!("'{other}' is no mode"),
    };
    let name = attributes.str("coordinate_transformation_mode")?.unwrap_or("half_pixel");
    let coordinates = match name {
        _ if is_old => Coordinates::Asymmetric,
        "half_pixel" => Coordinates::HalfPixel,
        "half_pixel_symmetric" => Coordinates::HalfPixelSymmetric,
        "pytorch_half_pixel" => Coordinates::PytorchHalfPixel,
        "align_corners" => Coordinates::AlignCorners,
        "asymmetric" => Coordinates::Asymmetric,
        "tf_half_pixel_for_nn" => Coordinates::HalfPixelForNearest,
        "tf_crop_and_resize" => Coordinates::CropAndResize,
        other => bail!("'{other}' is no 'coordinate_transformation_mode'"),
    };
    let aspect = match attributes.str("keep_aspect_ratio_policy")?.unwrap_or("stretch") {
        "stretch" => Aspect::Stretch,
        "not_larger" => Aspect::NotLarger,
        "not_smaller" => Aspect::NotSmaller,
        other => bail!("'{other}' is no 'keep_aspect_ratio_policy'"),
    };
    let antialias = attributes.flag("antialias", false);
    if antialias && matches!(mode, Mode::Nearest(_)) {
        bail!("'antialias' is for the modes linear and cubic");
    }
    let resize = Resize {
        mode,
        aspect,
        antialias,
        exclude_outside: attributes.flag("exclude_outside", false),
        extrapolation: attributes.float("extrapolation_value", 0.0),
        axes: attributes.ints("axes").to_vec(),
        ..Resize::new(coordinates, if is_old { (None, 1, None) } else { (Some(1), 2, Some(3)) })
    };
    Ok(Box::new(move |inputs: Inputs<'_>| resize.run(&inputs)))
}

impl Resize {
    fn new(coordinates: Coordinates, inputs: (Option<usize>, usize, Option<usize>)) -> Self {
        Self {
            mode: Mode::Linear,
            coordinates,
            aspect: Aspect::Stretch,
            antialias: false,
            exclude_outside: false,
            extrapolation: 0.0,
            axes: Vec::new(),
            inputs,
            scales: Vec::new(),
        }
    }

    fn run(&self, inputs: &Inputs<'_>) -> Result<Vec<crate::Value>, Fault> {
        let x = inputs.tensor(0)?;
        bounded(x.shape())?;
        let axes = self.plan(x.shape(), inputs)?;
        let shape: Vec<usize> = axes.iter().map(|axis| axis.out).collect();
        bounded(&shape)?;
        if x.is_empty() && limits::elements(&shape)? > 0 {
            bail!("a tensor without elements can't be made larger");
        }
        let data = match self.mode {
            Mode::Nearest(nearest) => self.pick(x, &axes, nearest)?,
            _ => match x.dtype() {
                DType::F64 | DType::I32 | DType::U32 | DType::I64 | DType::U64 => {
                    self.data::<f64>(x, &axes)?
                }
                _ => self.data::<f32>(x, &axes)?,
            },
        };
        Ok(vec![Tensor::new(shape, data)?.into()])
    }

    /// What each axis becomes.
    fn plan(&self, shape: &[usize], inputs: &Inputs<'_>) -> Result<Vec<Axis>, Fault> {
        let rank = shape.len();
        let given =
            if self.axes.is_empty() { (0..rank).collect() } else { axes::axes(&self.axes, rank)? };
        let (region, scales, sizes) = self.inputs;
        let floats_at = |i: usize| -> Result<Vec<f32>, Fault> {
            Ok(match inputs.optional_tensor(i)? {
                Some(tensor) => reals::<f32>(tensor)?.into_owned(),
                None => Vec::new(),
            })
        };
        let scales = if self.scales.is_empty() { floats_at(scales)? } else { self.scales.clone() };
        let region = match region {
            Some(i) if self.coordinates == Coordinates::CropAndResize => floats_at(i)?,
            _ => Vec::new(),
        };
        if !region.is_empty() && region.len() != given.len() * 2 {
            bail!("a region of {} numbers for {} axes", region.len(), given.len());
        }
        let mut plan: Vec<Axis> = shape
            .iter()
            .map(|&len| Axis { len, out: len, scale: 1.0, region: (0.0, 1.0) })
            .collect();
        let sizes = match sizes {
            Some(i) if inputs.get(i).is_some() => inputs.integers(i)?,
            _ => Vec::new(),
        };
        let sizes = lengths(&sizes, "sizes")?;
        let count = if sizes.is_empty() { scales.len() } else { sizes.len() };
        if count != given.len() {
            bail!("{count} scales or sizes for {} axes", given.len());
        }
        let ratios = given
            .iter()
            .zip(&sizes)
            .filter_map(|(&axis, &size)| shape.get(axis).map(|&len| size as f32 / len as f32));
        let shared = match self.aspect {
            Aspect::Stretch => None,
            Aspect::NotLarger => ratios.reduce(f32::min),
            Aspect::NotSmaller => ratios.reduce(f32::max),
        };
        for (i, &axis) in given.iter().enumerate() {
            let Some(axis) = plan.get_mut(axis) else { continue };
            if let Some(&size) = sizes.get(i) {
                axis.out = unsigned(size);
                axis.scale = if axis.len == 0 { 1.0 } else { size as f32 / axis.len as f32 };
                if let Some(shared) = shared {
                    axis.scale = shared;
                    axis.out = (shared * axis.len as f32).round() as usize;
                }
            } else if let Some(&scale) = scales.get(i) {
                if !(scale > 0.0 && scale.is_finite()) {
                    bail!("a scale of {scale}");
                }
                axis.scale = scale;
                axis.out = (scale * axis.len as f32).floor() as usize;
            }
            if let (Some(&start), Some(&end)) = (region.get(i), region.get(i + given.len())) {
                axis.region = (start, end);
            }
        }
        Ok(plan)
    }

    /// Where on the input's axis an element of the output lies.
    fn place(&self, axis: &Axis, at: usize) -> f32 {
        let (x, len, out) = (at as f32, axis.len as f32, axis.out as f32);
        let half_pixel = (x + 0.5) / axis.scale - 0.5;
        match self.coordinates {
            Coordinates::HalfPixel => half_pixel,
            Coordinates::HalfPixelSymmetric => {
                let adjustment = out / (len * axis.scale);
                len / 2.0 * (1.0 - adjustment) + half_pixel
            }
            Coordinates::PytorchHalfPixel => {
                if axis.out > 1 {
                    half_pixel
                } else {
                    0.0
                }
            }
            Coordinates::AlignCorners if axis.out == 1 => 0.0,
            Coordinates::AlignCorners => x * (len - 1.0) / (out - 1.0),
            Coordinates::Asymmetric => x / axis.scale,
            Coordinates::HalfPixelForNearest => (x + 0.5) / axis.scale,
            Coordinates::CropAndResize => {
                let (start, end) = axis.region;
                if axis.out > 1 {
                    start * (len - 1.0) + x * (end - start) * (len - 1.0) / (out - 1.0)
                } else {
                    0.5 * (start + end) * (len - 1.0)
                }
            }
        }
    }

    /// Whether the place is on the axis, as far as the mode asks.
    fn is_outside(&self, axis: &Axis, place: f32) -> bool {
        self.coordinates == Coordinates::CropAndResize
            && !(place >= 0.0 && place <= axis.len as f32 - 1.0)
    }

    /// Whether an axis stays as it is.
    fn is_untouched(&self, axis: &Axis) -> bool {
        axis.out == axis.len
            && (axis.scale - 1.0).abs() < 1e-9
            && (self.coordinates != Coordinates::CropAndResize || axis.region == (0.0, 1.0))
    }

    fn pick(&self, x: &Tensor, axes: &[Axis], nearest: Nearest) -> Result<Data, Fault> {
        // Where each row of the output comes from, `None` for one that is
        // outside, and then each element of a row.
        let (mut rows, mut row_len) = (vec![Some(0)], 1);
        let mut columns: Vec<Option<usize>> = vec![Some(0)];
        for axis in axes {
            rows = rows
                .iter()
                .flat_map(|&base: &Option<usize>| {
                    columns.iter().map(move |&at| Some(base? * row_len + at?))
                })
                .collect();
            row_len = axis.len;
            columns = (0..axis.out)
                .map(|out| {
                    if self.is_untouched(axis) {
                        return Some(out);
                    }
                    let place = self.place(axis, out);
                    let index = nearest.index(place, axis.scale < 1.0);
                    let index = index.max(0.0) as usize;
                    (!self.is_outside(axis, place)).then(|| index.min(axis.len.saturating_sub(1)))
                })
                .collect();
        }
        let outside = f32::data(vec![self.extrapolation], x.dtype());
        Ok(each!(x.data(), v => picked(v, (&rows, row_len), &columns, &outside)))
    }

    fn data<T: Real>(&self, x: &Tensor, axes: &[Axis]) -> Result<Data, Fault> {
        if matches!(x.dtype(), DType::Bool | DType::Str) {
            bail!("{} can't be interpolated", x.dtype());
        }
        let mut values = reals::<T>(x)?.into_owned();
        let mut shape = x.shape().to_vec();
        for (i, axis) in axes.iter().enumerate() {
            if self.is_untouched(axis) {
                continue;
            }
            let around = Around::new(&shape, i);
            let sums = self.sums::<T>(axis)?;
            if let Some(len) = shape.get_mut(i) {
                *len = axis.out;
            }
            let mut out = Vec::with_capacity(limits::elements(&shape)?);
            apply(&values, around, &sums, T::of(self.extrapolation.into()), &mut out);
            values = out;
        }
        if self.antialias && !matches!(x.dtype(), DType::F16 | DType::F32 | DType::F64) {
            // ONNX Runtime rounds here, and cuts off elsewhere.
            values.iter_mut().for_each(|x| *x = T::of(x.wide().round()));
        }
        Ok(T::data(values, x.dtype()))
    }

    /// For each element along the output's axis: the elements that it is a sum
    /// of, and their weights; `None` for one that is outside.
    fn sums<T: Real>(&self, axis: &Axis) -> Result<Vec<Option<Sum<T>>>, Fault> {
        let reach = if matches!(self.mode, Mode::Cubic(_)) { 2.0 } else { 1.0f32 };
        let scale = if self.antialias { axis.scale.min(1.0) } else { 1.0 };
        // How far to the left the first element is of the one before a place.
        let first = (-reach / scale).floor() + 1.0;
        let taps = 2.0 - 2.0 * first;
        // An element and its weight take as much memory as 4 elements.
        limits::elements(&[axis.out, taps as usize, 4])?;
        let last = axis.len.saturating_sub(1) as f64;
        let sum = |out: usize| {
            let place = self.place(axis, out);
            if self.is_outside(axis, place) {
                return None;
            }
            // The place is after this element, by up to 1.
            let before = place.ceil() - 1.0;
            let ratio = place - before;
            let mut parts: Vec<(usize, f32)> = Vec::with_capacity(taps as usize);
            for tap in 0..taps as usize {
                let step = first + tap as f32;
                let index = f64::from(before + step);
                let is_inside = (0.0..=last).contains(&index);
                let weight = if self.exclude_outside && !is_inside {
                    0.0
                } else {
                    self.weight((step - ratio) * scale)
                };
                parts.push((index.clamp(0.0, last) as usize, weight));
            }
            let total: f32 = parts.iter().map(|(_, weight)| weight).sum();
            let total =
                if (self.antialias || self.exclude_outside) && total != 0.0 { total } else { 1.0 };
            Some(parts.iter().map(|&(at, weight)| (at, T::of((weight / total).into()))).collect())
        };
        Ok((0..axis.out).map(sum).collect())
    }

    /// The weight of an element at this distance.
    fn weight(&self, distance: f32) -> f32 {
        let x = distance.abs();
        match self.mode {
            Mode::Cubic(a) if x <= 1.0 => ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0,
            Mode::Cubic(a) if x < 2.0 => ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a,
            Mode::Cubic(_) => 0.0,
            _ => (1.0 - x).max(0.0),
        }
    }
}

impl Nearest {
    fn index(self, place: f32, shrinks: bool) -> f32 {
        match self {
            // Halves go down, and away from zero.
            Self::PreferFloor if place - place.floor() == 0.5 => place.floor(),
            Self::PreferFloor | Self::PreferCeil => place.round(),
            Self::Floor => place.floor(),
            Self::Ceil => place.ceil(),
            Self::Simple if shrinks => place.ceil(),
            Self::Simple => place.trunc(),
        }
    }
}

/// Elements and their weights.
type Sum<T> = Vec<(usize, T)>;

fn picked<T>(
    x: &[T],
    (rows, row_len): (&[Option<usize>], usize),
    columns: &[Option<usize>],
    outside: &Data,
) -> Data
where
    T: tensor::Element,
    Data: From<Vec<T>>,
{
    let outside = T::slice(outside).and_then(<[T]>::first).cloned().unwrap_or_default();
    let mut out: Vec<T> = Vec::with_capacity(rows.len() * columns.len());
    for row in rows {
        let row = row
            .map_or(&[][..], |row| x.get(row * row_len..(row + 1) * row_len).unwrap_or_default());
        let at = |at: &Option<usize>| at.and_then(|at| row.get(at)).unwrap_or(&outside).clone();
        out.extend(columns.iter().map(at));
    }
    out.into()
}

/// Makes each element along an axis a sum of others.
fn apply<T: Real>(x: &[T], around: Around, sums: &[Option<Sum<T>>], outside: T, out: &mut Vec<T>) {
    let inner = around.inner;
    if inner == 0 || around.len == 0 {
        return;
    }
    for block in x.chunks_exact(around.len * inner) {
        for sum in sums {
            let Some(parts) = sum else {
                out.resize(out.len() + inner, outside);
                continue;
            };
            if inner == 1 {
                let part = |&(at, weight): &(usize, T)| {
                    weight * block.get(at).copied().unwrap_or_default()
                };
                out.push(parts.iter().map(part).fold(T::default(), |sum, x| sum + x));
                continue;
            }
            let start = out.len();
            out.resize(start + inner, T::default());
            let line = out.get_mut(start..).unwrap_or_default();
            for &(at, weight) in parts {
                let from = block.get(at * inner..(at + 1) * inner).unwrap_or_default();
                for (to, &from) in line.iter_mut().zip(from) {
                    *to += weight * from;
                }
            }
        }
    }
}
