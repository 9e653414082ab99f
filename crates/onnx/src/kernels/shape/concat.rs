//! `Concat`.

use tensor::{Data, Element, Tensor};

use crate::fault::{Fault, bail};
use crate::kernels::axes::{Around, axis};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::Inputs;

pub(super) fn concat(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    // Since opset 4 the axis has no default.
    let along = match spec.attributes.maybe_int("axis") {
        Some(axis) => axis,
        None if spec.version < 4 => 1,
        None => bail!("the attribute 'axis' is missing"),
    };
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        if inputs.len() == 1 {
            axis(along, inputs.tensor(0)?.rank())?;
            return Ok(vec![inputs.take_tensor(0)?.into()]);
        }
        let tensors: Vec<&Tensor> =
            (0..inputs.len()).map(|i| inputs.tensor(i)).collect::<Result<_, _>>()?;
        Ok(vec![joined(&tensors, along)?.into()])
    }))
}

/// Tensors behind each other along an axis. As in ONNX Runtime, those without
/// elements may have any shape, as long as they add no length that would have
/// to be filled.
fn joined(tensors: &[&Tensor], along: i64) -> Result<Tensor, Fault> {
    let Some(model) = tensors.iter().find(|t| !t.is_empty()).or(tensors.first()) else {
        bail!("nothing to put together");
    };
    let along = axis(along, model.rank())?;
    let mut len = 0usize;
    for tensor in tensors {
        let (given, wanted) = (tensor.shape(), model.shape());
        if tensor.dtype() != model.dtype() {
            bail!("tensors of {} and of {} put together", model.dtype(), tensor.dtype());
        }
        let mut pairs = given.iter().zip(wanted).enumerate();
        let fits = given.len() == wanted.len() && pairs.all(|(i, (a, b))| i == along || a == b);
        if !fits && !tensor.is_empty() {
            bail!("shapes {wanted:?} and {given:?} don't fit along axis {along}");
        }
        len = len.saturating_add(given.get(along).copied().unwrap_or(0));
    }
    let mut shape = model.shape().to_vec();
    if let Some(along) = shape.get_mut(along) {
        *along = len;
    }
    let mut parts: Vec<(&Data, usize)> = Vec::new();
    let mut outer = 0;
    if limits::elements(&shape)? != 0 {
        let around = Around::new(&shape, along);
        outer = around.outer;
        let own = |tensor: &Tensor| tensor.shape().get(along).copied().unwrap_or(0);
        let full = tensors.iter().filter(|tensor| !tensor.is_empty());
        parts.extend(full.map(|tensor| (tensor.data(), own(tensor) * around.inner)));
    }
    for (data, _) in &parts {
        limits::copies(data, tensor::element_count(&shape).unwrap_or(0))?;
    }
    let data: Data = tensor::each!(model.data(), v => interleaved(v, &parts, outer).into());
    Ok(Tensor::new(shape, data)?)
}

/// As many elements of each part as it says, over and over. The first slice is
/// there for its type.
fn interleaved<T: Element>(_: &[T], parts: &[(&Data, usize)], outer: usize) -> Vec<T> {
    let width: usize = parts.iter().map(|(_, n)| n).sum();
    let parts: Vec<(&[T], usize)> =
        parts.iter().filter_map(|&(data, n)| Some((T::slice(data)?, n))).collect();
    if width == parts.len() {
        // Columns: a row holds one element of each.
        let mut out = vec![T::default(); width.saturating_mul(outer)];
        for (i, (column, _)) in parts.iter().enumerate() {
            let places = out.get_mut(i..).unwrap_or_default().iter_mut().step_by(width.max(1));
            for (place, value) in places.zip(*column) {
                place.clone_from(value);
            }
        }
        return out;
    }
    let mut out = Vec::with_capacity(width.saturating_mul(outer));
    let mut parts: Vec<_> =
        parts.into_iter().map(|(part, n)| part.chunks_exact(n.max(1))).collect();
    for _ in 0..outer {
        for part in &mut parts {
            out.extend_from_slice(part.next().unwrap_or_default());
        }
    }
    out
}
