//! `Transpose`, `DepthToSpace`, `SpaceToDepth`, `ReverseSequence`: the same
//! elements in another order.

use tensor::Tensor;

use super::runs::{Runs, pick, steps};
use crate::fault::{Fault, bail};
use crate::kernels::axes::axes;
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;

pub(super) fn transpose(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let perm = spec.attributes.get("perm").map(|a| a.ints.clone());
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let tensor = inputs.tensor(0)?;
        let rank = tensor.rank();
        let order = match &perm {
            Some(perm) if perm.len() != rank => {
                bail!("'perm' {perm:?} is not for a tensor of shape {:?}", tensor.shape())
            }
            Some(perm) => axes(perm, rank)?,
            None => (0..rank).rev().collect(),
        };
        let shape = reordered(tensor.shape(), &order);
        // Where only axes of length 1 change places, the elements stay.
        let long: Vec<usize> = order
            .iter()
            .copied()
            .filter(|&at| tensor.shape().get(at).is_some_and(|len| *len != 1))
            .collect();
        let out = if long.is_sorted() {
            inputs.take_tensor(0)?.reshape(shape)?
        } else {
            pick(tensor, shape.clone(), || {
                Ok(Runs::strided(&shape, &reordered(&steps(tensor.shape()), &order), 0))
            })?
        };
        Ok(vec![out.into()])
    }))
}

fn reordered<T: Copy>(items: &[T], order: &[usize]) -> Vec<T> {
    order.iter().filter_map(|&at| items.get(at).copied()).collect()
}

/// The tensor seen under another shape, transposed, and seen as `shape`.
fn rearranged(
    tensor: &Tensor,
    view: &[usize],
    order: &[usize],
    shape: Vec<usize>,
) -> Result<Tensor, Fault> {
    pick(tensor, shape, || {
        Ok(Runs::strided(&reordered(view, order), &reordered(&steps(view), order), 0))
    })
}

fn block_size(spec: &Spec<'_>) -> Result<usize, Fault> {
    match usize::try_from(spec.attributes.int("blocksize", 0)) {
        Ok(size) if size > 0 && size <= 1 << 16 => Ok(size),
        _ => bail!("'blocksize' is missing, or no size"),
    }
}

fn images(tensor: &Tensor) -> Result<[usize; 4], Fault> {
    match tensor.shape().try_into() {
        Ok(shape) => Ok(shape),
        Err(_) => bail!("a tensor of shape {:?}, where four dimensions are wanted", tensor.shape()),
    }
}

pub(super) fn depth_to_space(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let size = block_size(spec)?;
    // Before opset 11 there is no mode: it is DCR.
    let by_column = match spec.attributes.str("mode")?.unwrap_or("DCR") {
        "DCR" => false,
        "CRD" => true,
        other => bail!("'{other}' is no mode"),
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let tensor = inputs.tensor(0)?;
        let [n, channels, h, w] = images(tensor)?;
        let depth = channels / size / size;
        if depth.saturating_mul(size).saturating_mul(size) != channels {
            bail!("{channels} channels are not a multiple of {size} * {size}");
        }
        let shape = vec![n, depth, h.saturating_mul(size), w.saturating_mul(size)];
        let out = if by_column {
            rearranged(tensor, &[n, depth, size, size, h, w], &[0, 1, 4, 2, 5, 3], shape)
        } else {
            rearranged(tensor, &[n, size, size, depth, h, w], &[0, 3, 4, 1, 5, 2], shape)
        };
        Ok(vec![out?.into()])
    }))
}

pub(super) fn space_to_depth(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let size = block_size(spec)?;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let tensor = inputs.tensor(0)?;
        let [n, channels, h, w] = images(tensor)?;
        if h % size != 0 || w % size != 0 {
            bail!("an image of {h} by {w} does not consist of blocks of {size} by {size}");
        }
        let shape = vec![n, channels.saturating_mul(size).saturating_mul(size), h / size, w / size];
        let view = [n, channels, h / size, size, w / size, size];
        Ok(vec![rearranged(tensor, &view, &[0, 3, 5, 1, 2, 4], shape)?.into()])
    }))
}

pub(super) fn reverse_sequence(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let (batch, time) = (spec.attributes.int("batch_axis", 1), spec.attributes.int("time_axis", 0));
    let batch_first = match (batch, time) {
        (0, 1) => true,
        (1, 0) => false,
        _ => bail!("'batch_axis' and 'time_axis' are {batch} and {time}, not 0 and 1"),
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let tensor = inputs.tensor(0)?;
        let [first, second, rest @ ..] = tensor.shape() else {
            bail!("a tensor of shape {:?} has no sequences", tensor.shape());
        };
        let (batches, times) = if batch_first { (*first, *second) } else { (*second, *first) };
        let lens: Vec<usize> = inputs
            .slice::<i64>(1)?
            .iter()
            .filter_map(|&len| usize::try_from(len).ok().filter(|len| *len <= times))
            .collect();
        if lens.len() != batches || inputs.tensor(1)?.len() != batches {
            bail!("'sequence_lens' is not a length up to {times} for each of {batches} sequences");
        }
        let out = pick(tensor, tensor.shape().to_vec(), || {
            let block: usize = rest.iter().product();
            let from = |at: usize, len: usize| if at < len { len - 1 - at } else { at };
            let starts = if batch_first {
                let row = |(i, &len): (usize, &usize)| {
                    (0..times).map(move |at| (i * times + from(at, len)) * block)
                };
                lens.iter().enumerate().flat_map(row).collect()
            } else {
                let row = |at: usize| {
                    let place = move |(i, &len): (usize, &usize)| from(at, len) * batches + i;
                    lens.iter().enumerate().map(move |item| place(item) * block)
                };
                (0..times).flat_map(row).collect()
            };
            Ok(Runs::blocks(starts, block))
        })?;
        Ok(vec![out.into()])
    }))
}
