//! `Where`.

use tensor::{Data, Tensor};

use super::rows::{Rows, row};
use crate::fault::{Fault, bail};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::Inputs;

pub(super) fn select(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let condition = inputs.slice::<bool>(0)?;
        let (x, y) = (inputs.tensor(1)?, inputs.tensor(2)?);
        let rows = Rows::new([inputs.tensor(0)?.shape(), x.shape(), y.shape()])?;
        limits::copies(x.data(), rows.count)?;
        limits::copies(y.data(), rows.count)?;
        macro_rules! by_type {
            ($($variant:ident)*) => {
                match (x.data(), y.data()) {
                    (Data::F32(x), Data::F32(y)) => choose_floats(condition, x, y, &rows).into(),
                    $((Data::$variant(x), Data::$variant(y)) => {
                        choose(condition, x, y, &rows).into()
                    })*
                    _ => bail!("the inputs are of two types, {} and {}", x.dtype(), y.dtype()),
                }
            };
        }
        let data: Data = by_type!(Bool U8 U16 U32 U64 I8 I16 I32 I64 F16 F64 Str);
        Ok(vec![Tensor::new(rows.shape, data)?.into()])
    }))
}

/// The element of `x` where the condition holds, that of `y` elsewhere. One
/// loop for all ways to broadcast: there is a copy of it for each type.
fn choose<T: Clone + Default>(condition: &[bool], x: &[T], y: &[T], rows: &Rows<3>) -> Vec<T> {
    let mut out = Vec::with_capacity(rows.count);
    let [of_condition, of_x, of_y] = rows.moves.map(|moves| if moves { usize::MAX } else { 0 });
    for [c, i, j] in rows.starts() {
        let condition = row(condition, c, rows.len);
        let (x, y) = (row(x, i, rows.len), row(y, j, rows.len));
        out.extend((0..rows.len).map(|k| {
            let holds = condition.get(k & of_condition) == Some(&true);
            let chosen = if holds { x.get(k & of_x) } else { y.get(k & of_y) };
            chosen.cloned().unwrap_or_default()
        }));
    }
    out
}

/// The same for the type that is chosen from most, in loops that are
/// vectorised.
fn choose_floats(condition: &[bool], x: &[f32], y: &[f32], rows: &Rows<3>) -> Vec<f32> {
    if !matches!(rows.moves, [true, true, _] | [true, _, true]) {
        return choose(condition, x, y, rows);
    }
    let mut out = Vec::with_capacity(rows.count);
    for [c, i, j] in rows.starts() {
        let c = row(condition, c, rows.len);
        match (rows.moves, row(x, i, rows.len), row(y, j, rows.len)) {
            ([_, _, false], x, [y, ..]) => {
                out.extend(c.iter().zip(x).map(|(c, x)| if *c { *x } else { *y }));
            }
            ([_, false, _], [x, ..], y) => {
                out.extend(c.iter().zip(y).map(|(c, y)| if *c { *x } else { *y }));
            }
            (_, x, y) => {
                let values = x.iter().zip(y);
                out.extend(c.iter().zip(values).map(|(c, (x, y))| if *c { *x } else { *y }));
            }
        }
    }
    out
}
