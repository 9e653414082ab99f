//! `ArrayFeatureExtractor`: columns taken out of rows.

use tensor::{DType, Data, Tensor};

use super::super::scale::takes;
use super::super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::limits;
use crate::value::Inputs;

/// Takes the elements at some indices of the last axis. A vector is one row:
/// ONNX Runtime gives it a first axis of length 1, which the specification
/// doesn't tell of. The shape of the indices does not matter.
pub(super) fn array_feature_extractor(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    takes(spec, &[DType::F32, DType::F64, DType::I64, DType::I32, DType::Str])?;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let Some((&len, before)) = x.shape().split_last() else {
            bail!("there are no columns in a scalar");
        };
        let indices = inputs.slice::<i64>(1)?;
        if indices.is_empty() {
            bail!("there are no indices");
        }
        let columns = indices
            .iter()
            .map(|&index| match usize::try_from(index) {
                Ok(column) if column < len => Ok(column),
                _ => bail!("index {index} is not among {len} columns"),
            })
            .collect::<Result<Vec<usize>, Fault>>()?;
        let mut shape = if before.is_empty() { vec![1] } else { before.to_vec() };
        shape.push(columns.len());
        limits::copies(x.data(), limits::elements(&shape)?)?;
        let data: Data = match x.data() {
            Data::F32(rows) => select(rows, len, &columns, &shape)?.into(),
            Data::F64(rows) => select(rows, len, &columns, &shape)?.into(),
            Data::I64(rows) => select(rows, len, &columns, &shape)?.into(),
            Data::I32(rows) => select(rows, len, &columns, &shape)?.into(),
            Data::Str(rows) => select(rows, len, &columns, &shape)?.into(),
            other => bail!("columns of {} can't be taken", other.dtype()),
        };
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// These columns of rows of `len`, for a tensor of `shape`.
pub(super) fn select<T: Clone + Default>(
    rows: &[T],
    len: usize,
    columns: &[usize],
    shape: &[usize],
) -> Result<Vec<T>, Fault> {
    let mut out = Vec::with_capacity(limits::elements(shape)?);
    let rows = rows.chunks_exact(len.max(1));
    match columns {
        [column] => out.extend(rows.filter_map(|row| row.get(*column)).cloned()),
        [first, rest @ ..]
            if rest.iter().zip(first + 1..).all(|(&column, next)| column == next) =>
        {
            for run in rows.filter_map(|row| row.get(*first..first + columns.len())) {
                out.extend_from_slice(run);
            }
        }
        _ => {
            for row in rows {
                out.extend(columns.iter().map(|&i| row.get(i).cloned().unwrap_or_default()));
            }
        }
    }
    Ok(out)
}
