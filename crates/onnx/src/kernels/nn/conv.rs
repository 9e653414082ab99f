//! Convolutions: `Conv`, `ConvTranspose`, `ConvInteger`, `QLinearConv`, and
//! `Col2Im`.
//!
//! What the windows see is laid out as the columns of a matrix, some rows of
//! windows at a time, and multiplied with the weights.

use std::borrow::Cow;

use tensor::{DType, Data, Tensor};

use super::patches::{Grid, Patches};
use super::pool::image;
use super::real::{Real, floats, one, reals, transposed};
use super::window::{
    AutoPad, Axis, Sliding, Window, lengths, out_shape, signed, span, split, unsigned,
};
use super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::kernels::matmul::{Matrix, Strips, Tiled, add_up, multiply};
use crate::kernels::reduce::Number;
use crate::limits;
use crate::value::Inputs;

/// How many groups the channels are divided into.
pub(super) fn groups(spec: &Spec<'_>) -> Result<usize, Fault> {
    match usize::try_from(spec.attributes.int("group", 1)) {
        Ok(groups) if groups > 0 => Ok(groups),
        _ => bail!("'group' is {}", spec.attributes.int("group", 1)),
    }
}

/// How the channels of an image and of the weights are arranged.
pub(super) struct Layers {
    pub(super) batch: usize,
    pub(super) groups: usize,
    /// The channels of one group: of the image, and of what is made of it.
    pub(super) channels: usize,
    pub(super) filters: usize,
}

impl Layers {
    /// Of weights that have a filter for each output first.
    pub(super) fn new(x: &[usize], w: &[usize], groups: usize) -> Result<Self, Fault> {
        let (batch, channels, spatial) = image(x)?;
        let (filters, per_group, kernel) = image(w)?;
        if spatial.len() != kernel.len()
            || !filters.is_multiple_of(groups)
            || per_group.checked_mul(groups) != Some(channels)
        {
            bail!("weights of shape {w:?} don't fit an image of shape {x:?} in {groups} groups");
        }
        Ok(Self { batch, groups, channels: per_group, filters: filters / groups })
    }
}

pub(super) fn conv(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let (window, groups) = (Window::new(spec.attributes)?, groups(spec)?);
    let constant = Filters::<f32>::constant(spec, groups);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let bias = inputs.optional_tensor(2)?;
        if let Some(filters) = &constant {
            let x: &[f32] = inputs.slice(0)?;
            let convolution = Convolution::new(&window, inputs.tensor(0)?.shape(), filters)?;
            let bias = bias.map(reals::<f32>).transpose()?;
            let out = convolution.run(x, filters, bias.as_deref())?;
            return Ok(vec![Tensor::new(convolution.shape, out)?.into()]);
        }
        let w = inputs.tensor(1)?;
        let (shape, data) = floats!(x.dtype(), T => {
            let w_values = reals(w)?;
            let filters = Filters::new(w.shape(), &w_values, groups)?;
            let convolution = Convolution::new(&window, x.shape(), &filters)?;
            let bias = bias.map(reals::<T>).transpose()?;
            let out = convolution.run(&reals::<T>(x)?, &filters, bias.as_deref())?;
            (convolution.shape, T::data(out, x.dtype()))
        });
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// Adds to each plane its channel's number.
pub(super) fn add_bias<T: Number>(out: &mut [T], bias: &[T], plane: usize) {
    if plane > 0 {
        for (out, &bias) in out.chunks_exact_mut(plane).zip(bias.iter().cycle()) {
            out.iter_mut().for_each(|out| *out = out.plus(bias));
        }
    }
}

/// The weights of a convolution.
struct Filters<'a, T: Tiled> {
    shape: Vec<usize>,
    groups: usize,
    laid: Laid<'a, T>,
}

/// How weights are laid out.
enum Laid<'a, T: Tiled> {
    /// A channel for a channel: as they come.
    Depthwise(Cow<'a, [T]>),
    /// For each group the left side of a product.
    Strips(Vec<Strips<T>>),
}

impl<'a, T: Tiled> Filters<'a, T> {
    fn new(shape: &[usize], w: &'a [T], groups: usize) -> Result<Self, Fault> {
        let (filters, channels, kernel) = image(shape)?;
        let depth = limits::elements(kernel)?.saturating_mul(channels);
        if !filters.is_multiple_of(groups) {
            bail!("{filters} filters can't be divided into {groups} groups");
        }
        let each = filters / groups;
        let laid = if channels == 1 && each == 1 {
            Laid::Depthwise(w.into())
        } else {
            let groups = w.chunks_exact((each * depth).max(1));
            Laid::Strips(groups.map(|w| Strips::new(w, depth)).collect())
        };
        Ok(Self { shape: shape.to_vec(), groups, laid })
    }
}

impl Filters<'static, f32> {
    /// Weights that are a constant: the node's input is then not needed.
    fn constant(spec: &mut Spec<'_>, groups: usize) -> Option<Self> {
        let w = spec.constants.get(1).copied().flatten()?;
        let Filters { shape, groups, laid } =
            Filters::new(w.shape(), w.as_slice()?, groups).ok()?;
        let laid = match laid {
            Laid::Depthwise(w) => Laid::Depthwise(w.into_owned().into()),
            Laid::Strips(strips) => Laid::Strips(strips),
        };
        spec.absorbed.push(1);
        Some(Self { shape, groups, laid })
    }
}

/// Filters over images of one shape.
struct Convolution {
    batch: usize,
    groups: usize,
    /// The channels of a group: of the image, and of what is made of it.
    channels: usize,
    filters: usize,
    grid: Grid,
    /// The shape of what is made.
    shape: Vec<usize>,
}

impl Convolution {
    fn new<T: Tiled>(
        window: &Window,
        x: &[usize],
        filters: &Filters<'_, T>,
    ) -> Result<Self, Fault> {
        let (batch, channels, spatial) = image(x)?;
        let (w, groups) = (filters.shape.as_slice(), filters.groups);
        let (filters, per_group, kernel) = image(w)?;
        if spatial.len() != kernel.len() || per_group.checked_mul(groups) != Some(channels) {
            bail!("weights of shape {w:?} don't fit an image of shape {x:?} in {groups} groups");
        }
        let axes = window.axes(spatial, &window.kernel(kernel)?)?;
        let mut shape = vec![batch, filters];
        shape.extend(out_shape(&axes));
        limits::elements(&shape)?;
        let grid = Grid::new(&axes)?;
        Ok(Self { batch, groups, channels: per_group, filters: filters / groups, grid, shape })
    }

    fn run<T: Tiled>(
        &self,
        x: &[T],
        filters: &Filters<'_, T>,
        bias: Option<&[T]>,
    ) -> Result<Vec<T>, Fault> {
        let grid = &self.grid;
        let plane = grid.starts.len();
        let mut out = Vec::with_capacity(limits::elements(&self.shape)?);
        for channel in
            (0..self.groups * self.filters).cycle().take(self.batch * self.groups * self.filters)
        {
            let bias = bias.and_then(|b| b.get(channel)).copied().unwrap_or_default();
            out.resize(out.len() + plane, bias);
        }
        if out.is_empty() || x.is_empty() {
            return Ok(out);
        }
        let images = x.chunks_exact(self.channels * grid.image);
        let outs = out.chunks_exact_mut(self.filters * plane);
        let mut room = grid.room(self.channels, T::ZERO)?;
        match &filters.laid {
            Laid::Depthwise(w) => {
                let filters = w.chunks_exact(grid.taps.len().max(1)).cycle();
                let blocks = grid.blocks::<T>();
                let add = |sum, weight, seen| T::add_product(sum, T::splat(weight), seen);
                for ((x, out), w) in images.zip(outs).zip(filters) {
                    let first = out.first().copied().unwrap_or_default();
                    let put = |at: usize, sums: &[T]| {
                        if let Some(place) = out.get_mut(at..at + sums.len()) {
                            place.copy_from_slice(sums);
                        }
                    };
                    grid.slide(&blocks, grid.padded(x, &mut room), w, first, add, put);
                }
            }
            Laid::Strips(strips) => {
                let taps = grid.taps_of(self.channels)?;
                for ((x, out), strips) in images.zip(outs).zip(strips.iter().cycle()) {
                    let image = grid.padded(x, &mut room);
                    let patches = Patches { image, starts: &grid.starts, taps: &taps };
                    add_up(strips, &patches, out, T::add_product);
                }
            }
        }
        Ok(out)
    }
}

pub(super) fn transpose(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let (window, groups) = (Window::new(spec.attributes)?, groups(spec)?);
    let extra = lengths(spec.attributes.ints("output_padding"), "output_padding")?;
    let wanted = lengths(spec.attributes.ints("output_shape"), "output_shape")?;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (x, w) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let (batch, channels, spatial) = image(x.shape())?;
        let (w_channels, filters, kernel) = image(w.shape())?;
        if w_channels != channels || !channels.is_multiple_of(groups) {
            bail!("weights of shape {:?} don't fit an image of shape {:?}", w.shape(), x.shape());
        }
        let axes = spread(&window, spatial, &window.kernel(kernel)?, &extra, &wanted)?;
        let sliding = Sliding::new(&axes)?;
        let layers = Layers { batch, groups, channels: channels / groups, filters };
        let mut shape = vec![batch, groups * filters];
        shape.extend(axes.iter().map(|axis| unsigned(axis.len)));
        let data = floats!(x.dtype(), T => {
            let mut out = deconvolved::<T>(&reals(x)?, &reals(w)?, &layers, &sliding)?;
            if let Some(bias) = inputs.optional_tensor(2)? {
                add_bias(&mut out, &reals::<T>(bias)?, sliding.image);
            }
            T::data(out, x.dtype())
        });
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// The windows of a transposed convolution: the image that they lie on is its
/// output.
fn spread(
    window: &Window,
    spatial: &[usize],
    kernel: &[i64],
    extra: &[i64],
    wanted: &[i64],
) -> Result<Vec<Axis>, Fault> {
    let rank = spatial.len();
    window.check(rank, kernel)?;
    // ONNX Runtime also takes a shape that has batch and channels before.
    let wanted = wanted.get(wanted.len().saturating_sub(rank)..).unwrap_or_default();
    if !(wanted.is_empty() || wanted.len() == rank) || !(extra.is_empty() || extra.len() == rank) {
        bail!("'output_shape' or 'output_padding' doesn't fit {rank} dimensions");
    }
    let mut axes = Vec::with_capacity(rank);
    for (i, (&out, &kernel)) in spatial.iter().zip(kernel).enumerate() {
        let (stride, dilation, out) = (window.stride(i), window.dilation(i), signed(out));
        let extra = extra.get(i).copied().unwrap_or(0);
        let full = (out - 1) * stride + span(kernel, dilation)? + extra;
        let is_same = matches!(window.auto_pad, AutoPad::SameUpper | AutoPad::SameLower);
        let wanted = wanted.get(i).copied().or_else(|| is_same.then_some(out * stride));
        let (len, before, after) = if let Some(len) = wanted {
            let (before, after) = split((full - len).max(0), window.auto_pad == AutoPad::SameUpper);
            (len, before, after)
        } else {
            let (before, after) =
                if window.auto_pad == AutoPad::Valid { (0, 0) } else { window.pads(i, rank) };
            (full - before - after, before, after)
        };
        if len < 0 {
            bail!("the output would be {len} long");
        }
        axes.push(Axis { len, kernel, stride, dilation, before, after, out });
    }
    Ok(axes)
}

fn deconvolved<T: Tiled>(
    x: &[T],
    w: &[T],
    layers: &Layers,
    sliding: &Sliding,
) -> Result<Vec<T>, Fault> {
    let Layers { batch, groups, channels, filters } = *layers;
    let mut out = vec![T::default(); limits::elements(&[batch, groups, filters, sliding.image])?];
    let depth = limits::elements(&[filters, sliding.kernel])?;
    let x_group = channels * sliding.out;
    if out.is_empty() || x_group == 0 {
        return Ok(out);
    }
    // For each group: a filter, then an element of the window, then a channel.
    let weights: Vec<Vec<T>> =
        w.chunks_exact(channels * depth).map(|w| transposed(w, depth)).collect();
    let mut columns = vec![T::default(); limits::elements(&[sliding.kernel, sliding.out])?];
    let outs = out.chunks_exact_mut(filters * sliding.image);
    for ((x, out), w) in x.chunks_exact(x_group).zip(outs).zip(weights.iter().cycle()) {
        let filters = w.chunks_exact(sliding.kernel * channels);
        for (w, out) in filters.zip(out.chunks_exact_mut(sliding.image)) {
            columns.fill(T::default());
            let size = (sliding.kernel, channels, sliding.out);
            multiply(Matrix::rows(w), Matrix::rows(x), &mut columns, size);
            sliding.add_columns(&columns, out);
        }
    }
    Ok(out)
}

/// Quantised numbers with their zero points taken off. There is one zero point,
/// or one for each of the first axis.
fn centred(x: &Tensor, zero: Option<&Tensor>) -> Result<Vec<i32>, Fault> {
    let mut x_values = eights(x)?;
    if let Some(zero) = zero {
        let zeros = eights(zero)?;
        let each = match zeros.len() {
            0 => bail!("a zero point without a value"),
            1 => x_values.len(),
            n if x.shape().first() == Some(&n) => x_values.len() / n,
            n => bail!("{n} zero points for a tensor of shape {:?}", x.shape()),
        };
        for (x, zero) in x_values.chunks_mut(each.max(1)).zip(zeros) {
            x.iter_mut().for_each(|x| *x -= zero);
        }
    }
    Ok(x_values)
}

fn eights(x: &Tensor) -> Result<Vec<i32>, Fault> {
    Ok(match x.data() {
        Data::U8(v) => v.iter().map(|&x| x.into()).collect(),
        Data::I8(v) => v.iter().map(|&x| x.into()).collect(),
        other => bail!("{} where 8-bit integers are wanted", other.dtype()),
    })
}

pub(super) fn integer(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let (window, groups) = (Window::new(spec.attributes)?, groups(spec)?);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (x, w) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let w_values = centred(w, inputs.optional_tensor(3)?)?;
        let filters = Filters::new(w.shape(), &w_values, groups)?;
        let convolution = Convolution::new(&window, x.shape(), &filters)?;
        let out = convolution.run(&centred(x, inputs.optional_tensor(2)?)?, &filters, None)?;
        Ok(vec![Tensor::new(convolution.shape, out)?.into()])
    }))
}

pub(super) fn quantized(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let (window, groups) = (Window::new(spec.attributes)?, groups(spec)?);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (x, w) = (inputs.tensor(0)?, inputs.tensor(3)?);
        let w_values = centred(w, inputs.optional_tensor(5)?)?;
        let filters = Filters::new(w.shape(), &w_values, groups)?;
        let convolution = Convolution::new(&window, x.shape(), &filters)?;
        let bias = if inputs.get(8).is_some() { Some(inputs.slice::<i32>(8)?) } else { None };
        let x = centred(x, inputs.optional_tensor(2)?)?;
        let out = convolution.run(&x, &filters, bias)?;
        let x_scale: f32 = one(inputs.tensor(1)?)?;
        let y_scale: f32 = one(inputs.tensor(6)?)?;
        let w_scales: Cow<'_, [f32]> = reals(inputs.tensor(4)?)?;
        if w_scales.len() != 1 && w_scales.len() != groups * convolution.filters {
            bail!("{} scales for {} filters", w_scales.len(), groups * convolution.filters);
        }
        let zero_tensor = inputs.tensor(7)?;
        let zero: f32 = one(zero_tensor)?;
        let (low, high) = match zero_tensor.dtype() {
            DType::U8 => (0.0, 255.0),
            DType::I8 => (-128.0, 127.0),
            other => bail!("{other} where 8-bit integers are wanted"),
        };
        let mut scaled = Vec::with_capacity(out.len());
        let plane = convolution.grid.starts.len();
        for (out, &w_scale) in out.chunks(plane.max(1)).zip(w_scales.iter().cycle()) {
            let scale = x_scale * w_scale / y_scale;
            let round = |&sum: &i32| (sum as f32 * scale).round_ties_even() + zero;
            scaled.extend(out.iter().map(|sum| round(sum).clamp(low, high)));
        }
        Ok(vec![Tensor::new(convolution.shape, f32::data(scaled, zero_tensor.dtype()))?.into()])
    }))
}

/// `Col2Im`: adds up columns where they lie on an image.
pub(super) fn col2im(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let window = Window::new(spec.attributes)?;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let sizes = lengths(&inputs.integers(1)?, "image_shape")?;
        let sizes: Vec<usize> = sizes.iter().map(|&n| unsigned(n)).collect();
        let kernel = lengths(&inputs.integers(2)?, "block_shape")?;
        let axes = window.axes(&sizes, &kernel)?;
        let sliding = Sliding::new(&axes)?;
        let &[batch, depth, out] = x.shape() else {
            bail!("Col2Im takes a tensor of 3 dimensions, not {:?}", x.shape());
        };
        if out != sliding.out || !depth.is_multiple_of(sliding.kernel.max(1)) {
            bail!("columns of shape {:?} don't fit an image of {sizes:?}", x.shape());
        }
        let mut shape = vec![batch, depth / sliding.kernel.max(1)];
        shape.extend(sizes);
        let len = limits::elements(&shape)?;
        let data = floats_or_integers(x.dtype())?;
        let data = match data {
            DType::F64 => f64::data(placed(&reals(x)?, &sliding, len), x.dtype()),
            _ => f32::data(placed(&reals(x)?, &sliding, len), x.dtype()),
        };
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// The type to add numbers of this type in: integers of more than 16 bits need
/// doubles.
fn floats_or_integers(dtype: DType) -> Result<DType, Fault> {
    Ok(match dtype {
        DType::F16 | DType::F32 | DType::I8 | DType::U8 | DType::I16 | DType::U16 => DType::F32,
        DType::F64 | DType::I32 | DType::U32 | DType::I64 | DType::U64 => DType::F64,
        DType::Bool | DType::Str => bail!("the operator takes numbers, not {dtype}"),
    })
}

fn placed<T: Number>(x: &[T], sliding: &Sliding, len: usize) -> Vec<T> {
    let mut out = vec![T::default(); len];
    let columns = sliding.kernel * sliding.out;
    if len > 0 && columns > 0 {
        for (x, out) in x.chunks_exact(columns).zip(out.chunks_exact_mut(sliding.image)) {
            sliding.add_columns(x, out);
        }
    }
    out
}
