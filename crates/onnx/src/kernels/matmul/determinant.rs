//! `Det`.

use half::f16;
use tensor::{Data, Tensor};

use super::super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::value::Inputs;

pub(super) fn determinant(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let [batch @ .., rows, columns] = x.shape() else {
            bail!("a tensor of {} dimensions is no matrix", x.rank());
        };
        if rows != columns {
            bail!("a matrix of {rows} by {columns} has no determinant");
        }
        let all: Vec<f64> = match x.data() {
            Data::F32(v) => v.iter().map(|&x| f64::from(x)).collect(),
            Data::F64(v) => v.clone(),
            Data::F16(v) => v.iter().map(|x| x.to_f64()).collect(),
            other => bail!("floats are wanted, not {}", other.dtype()),
        };
        let found: Vec<f64> = if *rows == 0 {
            vec![1.0; crate::limits::elements(batch)?]
        } else {
            all.chunks_exact(rows * rows).map(|matrix| of(matrix, *rows)).collect()
        };
        let data: Data = match x.data() {
            Data::F64(_) => found.into(),
            Data::F16(_) => found.into_iter().map(f16::from_f64).collect::<Vec<_>>().into(),
            _ => found.into_iter().map(|x| x as f32).collect::<Vec<_>>().into(),
        };
        Ok(vec![Tensor::new(batch.to_vec(), data)?.into()])
    }))
}

/// By elimination, each time with the largest element of the column.
fn of(matrix: &[f64], size: usize) -> f64 {
    let mut rows: Vec<Vec<f64>> = matrix.chunks_exact(size).map(<[f64]>::to_vec).collect();
    let mut product = 1.0;
    for column in 0..size {
        let size_at = |row: &Vec<f64>| row.get(column).map_or(0.0, |x| x.abs());
        let best = rows.iter().map(size_at).enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((best, _)) = best else { break };
        if best != 0 {
            rows.swap(0, best);
            product = -product;
        }
        let top = rows.remove(0);
        let pivot = top.get(column).copied().unwrap_or_default();
        product *= pivot;
        if pivot == 0.0 {
            return product;
        }
        for row in &mut rows {
            let factor = row.get(column).copied().unwrap_or_default() / pivot;
            for (x, &y) in row.iter_mut().zip(&top).skip(column) {
                *x -= factor * y;
            }
        }
    }
    product
}
