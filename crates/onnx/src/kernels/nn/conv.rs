//! Convolutions: `Conv`, `ConvTranspose`, `ConvInteger`, `QLinearConv`, and
//! `Col2Im`.
//!
//! What the windows see is laid out as the columns of a matrix, some rows of
//! windows at a time, and multiplied with the weights.

use std::borrow::Cow;

use tensor::{DType, Data, Tensor};

use super::pool::image;
use super::real::{Real, floats, one, reals, transposed};
use super::window::{
    AutoPad, Axis, Sliding, Window, lengths, out_shape, signed, span, split, unsigned,
};
use super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::kernels::matmul::{Matrix, multiply};
use crate::kernels::reduce::Number;
use crate::limits;
use crate::value::Inputs;

/// How many columns' elements are laid out at a time: as many as a cache
/// holds.
const TILE: usize = 1 << 16;

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
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (x, w) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let layers = Layers::new(x.shape(), w.shape(), groups)?;
        let (sliding, shape) = slide(&window, &layers, x, w)?;
        let data = floats!(x.dtype(), T => {
            let mut out = convolved::<T>(&reals(x)?, &reals(w)?, &layers, &sliding)?;
            if let Some(bias) = inputs.optional_tensor(2)? {
                add_bias(&mut out, &reals::<T>(bias)?, sliding.out);
            }
            T::data(out, x.dtype())
        });
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// The windows of a convolution, and the shape of what it gives.
fn slide(
    window: &Window,
    layers: &Layers,
    x: &Tensor,
    w: &Tensor,
) -> Result<(Sliding, Vec<usize>), Fault> {
    let axes = window.axes(image(x.shape())?.2, &window.kernel(image(w.shape())?.2)?)?;
    let mut shape = vec![layers.batch, layers.groups * layers.filters];
    shape.extend(out_shape(&axes));
    limits::elements(&shape)?;
    Ok((Sliding::new(&axes)?, shape))
}

/// Adds to each plane its channel's number.
pub(super) fn add_bias<T: Number>(out: &mut [T], bias: &[T], plane: usize) {
    if plane > 0 {
        for (out, &bias) in out.chunks_exact_mut(plane).zip(bias.iter().cycle()) {
            out.iter_mut().for_each(|out| *out = out.plus(bias));
        }
    }
}

fn convolved<T: Number>(
    x: &[T],
    w: &[T],
    layers: &Layers,
    sliding: &Sliding,
) -> Result<Vec<T>, Fault> {
    let Layers { batch, groups, channels, filters } = *layers;
    let mut out = vec![T::default(); limits::elements(&[batch, groups, filters, sliding.out])?];
    let depth = limits::elements(&[channels, sliding.kernel])?;
    let (x_group, out_group) = (channels * sliding.image, filters * sliding.out);
    if out.is_empty() || x_group == 0 {
        return Ok(out);
    }
    let is_pointwise = sliding.kernel == 1 && is_identity(sliding);
    let line = limits::elements(&[depth, sliding.row_out])?;
    let rows = (TILE / line.max(1)).clamp(1, sliding.row_count().max(1));
    let mut columns = if is_pointwise {
        Vec::new()
    } else {
        vec![T::default(); limits::elements(&[rows, line])?]
    };
    let tile = if is_pointwise { 0 } else { rows.saturating_mul(sliding.row_out) };
    let mut product = vec![T::default(); limits::elements(&[filters, tile])?];
    let weights = w.chunks_exact(filters * depth).cycle();
    for ((x, out), w) in x.chunks_exact(x_group).zip(out.chunks_exact_mut(out_group)).zip(weights) {
        if is_pointwise {
            multiply(Matrix::rows(w), Matrix::rows(x), out, (filters, depth, sliding.out));
            continue;
        }
        let mut from = 0;
        while from < sliding.row_count() {
            let to = (from + rows).min(sliding.row_count());
            let width = (to - from) * sliding.row_out;
            let columns = columns.get_mut(..depth * width).unwrap_or_default();
            columns.fill(T::default());
            let planes = x.chunks_exact(sliding.image);
            for (plane, columns) in planes.zip(columns.chunks_exact_mut(sliding.kernel * width)) {
                sliding.columns(plane, (from, to), columns);
            }
            let product = product.get_mut(..filters * width).unwrap_or_default();
            product.fill(T::default());
            multiply(Matrix::rows(w), Matrix::rows(columns), product, (filters, depth, width));
            let start = from * sliding.row_out;
            for (out, product) in
                out.chunks_exact_mut(sliding.out).zip(product.chunks_exact(width.max(1)))
            {
                if let Some(out) = out.get_mut(start..start + width) {
                    out.copy_from_slice(product);
                }
            }
            from = to;
        }
    }
    Ok(out)
}

/// Whether windows of one element see the image as it is.
fn is_identity(sliding: &Sliding) -> bool {
    sliding.out == sliding.image
        && sliding
            .rows()
            .enumerate()
            .all(|(i, mut starts)| starts.next() == Some(Some(i * sliding.row_out)))
        && sliding.runs.iter().all(|run| run.is_whole(sliding.row_out))
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

fn deconvolved<T: Number>(
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
        let layers = Layers::new(x.shape(), w.shape(), groups)?;
        let (sliding, shape) = slide(&window, &layers, x, w)?;
        let (x, w) =
            (centred(x, inputs.optional_tensor(2)?)?, centred(w, inputs.optional_tensor(3)?)?);
        Ok(vec![Tensor::new(shape, convolved(&x, &w, &layers, &sliding)?)?.into()])
    }))
}

pub(super) fn quantized(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let (window, groups) = (Window::new(spec.attributes)?, groups(spec)?);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (x, w) = (inputs.tensor(0)?, inputs.tensor(3)?);
        let layers = Layers::new(x.shape(), w.shape(), groups)?;
        let (sliding, shape) = slide(&window, &layers, x, w)?;
        let x = centred(x, inputs.optional_tensor(2)?)?;
        let w = centred(w, inputs.optional_tensor(5)?)?;
        let mut out = convolved(&x, &w, &layers, &sliding)?;
        if let Some(bias) = inputs.optional_tensor(8)? {
            let bias = bias.as_slice::<i32>().ok_or_else(|| Fault::new("the bias is no int32"))?;
            add_bias(&mut out, bias, sliding.out);
        }
        let x_scale: f32 = one(inputs.tensor(1)?)?;
        let y_scale: f32 = one(inputs.tensor(6)?)?;
        let w_scales: Cow<'_, [f32]> = reals(inputs.tensor(4)?)?;
        if w_scales.len() != 1 && w_scales.len() != groups * layers.filters {
            bail!("{} scales for {} filters", w_scales.len(), groups * layers.filters);
        }
        let zero_tensor = inputs.tensor(7)?;
        let zero: f32 = one(zero_tensor)?;
        let (low, high) = match zero_tensor.dtype() {
            DType::U8 => (0.0, 255.0),
            DType::I8 => (-128.0, 127.0),
            other => bail!("{other} where 8-bit integers are wanted"),
        };
        let mut scaled = Vec::with_capacity(out.len());
        for (out, &w_scale) in out.chunks(sliding.out.max(1)).zip(w_scales.iter().cycle()) {
            let scale = x_scale * w_scale / y_scale;
            let round = |&sum: &i32| (sum as f32 * scale).round_ties_even() + zero;
            scaled.extend(out.iter().map(|sum| round(sum).clamp(low, high)));
        }
        Ok(vec![Tensor::new(shape, f32::data(scaled, zero_tensor.dtype()))?.into()])
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
