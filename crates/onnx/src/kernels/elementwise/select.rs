//! `Where`.

use tensor::{Data, Tensor};

use super::rows::{Rows, row};
use crate::fault::{Fault, bail};
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;

pub(super) fn select(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let condition = inputs.slice::<bool>(0)?;
        let (x, y) = (inputs.tensor(1)?, inputs.tensor(2)?);
        let rows = Rows::new([inputs.tensor(0)?.shape(), x.shape(), y.shape()])?;
        macro_rules! by_type {
            ($($variant:ident)*) => {
                match (x.data(), y.data()) {
                    $((Data::$variant(x), Data::$variant(y)) => {
                        Data::$variant(choose(condition, x, y, &rows))
                    })*
                    _ => bail!("the inputs are of two types, {} and {}", x.dtype(), y.dtype()),
                }
            };
        }
        let data = by_type!(Bool U8 U16 U32 U64 I8 I16 I32 I64 F16 F32 F64 Str);
        Ok(vec![Tensor::new(rows.shape, data)?.into()])
    }))
}

/// The element of `x` where the condition holds, that of `y` elsewhere.
fn choose<T: Clone>(condition: &[bool], x: &[T], y: &[T], rows: &Rows<3>) -> Vec<T> {
    let mut out = Vec::with_capacity(rows.count);
    let pick = |(c, (x, y)): (&bool, (&T, &T))| if *c { x.clone() } else { y.clone() };
    for [c, i, j] in rows.starts() {
        let (c, x, y) = (row(condition, c, rows.len), row(x, i, rows.len), row(y, j, rows.len));
        match (rows.moves, c, x, y) {
            ([true, true, true], ..) => out.extend(c.iter().zip(x.iter().zip(y)).map(pick)),
            ([false, ..], [c, ..], ..) => {
                let chosen = if *c { x } else { y };
                if (*c && rows.moves.get(1) == Some(&true))
                    || (!*c && rows.moves.get(2) == Some(&true))
                {
                    out.extend_from_slice(chosen);
                } else if let [only, ..] = chosen {
                    out.extend(std::iter::repeat_n(only, rows.len).cloned());
                }
            }
            ([true, true, false], _, _, [y, ..]) => {
                out.extend(c.iter().zip(x).map(|(c, x)| pick((c, (x, y)))));
            }
            ([true, false, true], _, [x, ..], _) => {
                out.extend(c.iter().zip(y).map(|(c, y)| pick((c, (x, y)))));
            }
            (_, _, [x, ..], [y, ..]) => out.extend(c.iter().map(|c| pick((c, (x, y))))),
            _ => {}
        }
    }
    out
}
