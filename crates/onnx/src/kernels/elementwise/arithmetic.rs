//! Arithmetic of two tensors, and the same folded over many: `Add`, `Sub`,
//! `Mul`, `Div`, `Mod`, `PRelu`, `BitShift`, `BitwiseAnd`, `BitwiseOr`,
//! `BitwiseXor`; `Sum`, `Mean`, `Max`, `Min`.

use std::borrow::Cow;

use tensor::{DType, Data, Tensor};

use super::rows::{Alignment, Rows, zip_into};
use super::{parts, take_tensor_cow, typed};
use crate::fault::{Fault, bail};
use crate::kernels::cast::{convert, is_signed, is_unsigned, widen};
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;

/// A loop over pairs, in the place of the first operand where possible.
type Loop<T> = fn(Cow<'_, [T]>, &[T], &Rows<2>) -> Vec<T>;

/// What an operator does in each of the types that are computed in; nothing
/// where it has no such type.
#[derive(Clone, Copy)]
struct Arithmetic {
    f32: Option<Loop<f32>>,
    f64: Option<Loop<f64>>,
    signed: Option<fn(&i64, &i64) -> i64>,
    unsigned: Option<fn(&u64, &u64) -> u64>,
    /// Whether the operands may be exchanged, to reuse the second one's memory.
    commutes: bool,
    /// Whether a 0 in a second operand of integers is refused.
    divides: bool,
}

/// The operator that does `f` in either precision of floats.
macro_rules! floats {
    ($f:expr) => {
        floats!(inlined $f, inlined $f)
    };
    // Doubles are rarer: they share one loop that calls `f` for each pair.
    (singles $f:expr) => {
        floats!(inlined $f, shared $f)
    };
    (shared $f:expr) => {
        floats!(shared $f, shared $f)
    };
    ($single:ident $f:expr, $double:ident $g:expr) => {
        Arithmetic {
            f32: floats!(@f32 $single $f),
            f64: floats!(@f64 $double $g),
            signed: None,
            unsigned: None,
            commutes: false,
            divides: false,
        }
    };
    (@$float:ident inlined $f:expr) => {
        Some(|a, b, rows| zip_into(a, b, rows, $f))
    };
    (@$float:ident shared $f:expr) => {
        Some(|a, b, rows| zip_into(a, b, rows, $f as fn(&$float, &$float) -> $float))
    };
}

/// The operator that does this on integers.
const fn integers(
    signed: Option<fn(&i64, &i64) -> i64>,
    unsigned: fn(&u64, &u64) -> u64,
) -> Arithmetic {
    let unsigned = Some(unsigned);
    Arithmetic { f32: None, f64: None, signed, unsigned, commutes: false, divides: false }
}

const ADD: Arithmetic = Arithmetic {
    signed: Some(|a, b| a.wrapping_add(*b)),
    unsigned: Some(|a, b| a.wrapping_add(*b)),
    commutes: true,
    ..floats!(|a, b| a + b)
};
const SUB: Arithmetic = Arithmetic {
    signed: Some(|a, b| a.wrapping_sub(*b)),
    unsigned: Some(|a, b| a.wrapping_sub(*b)),
    ..floats!(|a, b| a - b)
};
const MUL: Arithmetic = Arithmetic {
    signed: Some(|a, b| a.wrapping_mul(*b)),
    unsigned: Some(|a, b| a.wrapping_mul(*b)),
    commutes: true,
    ..floats!(|a, b| a * b)
};
const DIV: Arithmetic = Arithmetic {
    signed: Some(|a, b| if *b == 0 { 0 } else { a.wrapping_div(*b) }),
    unsigned: Some(|a, b| a.checked_div(*b).unwrap_or(0)),
    divides: true,
    ..floats!(|a, b| a / b)
};

/// The remainder with the dividend's sign, as C has it: of integers and floats.
const FMOD: Arithmetic = Arithmetic {
    signed: Some(|a, b| if *b == 0 { 0 } else { a.wrapping_rem(*b) }),
    unsigned: Some(|a, b| a.checked_rem(*b).unwrap_or(0)),
    divides: true,
    ..floats!(shared | a, b | a % b)
};

/// The remainder with the divisor's sign, as Python has it: of integers.
const MOD: Arithmetic = Arithmetic {
    signed: Some(|a, b| {
        let rest = if *b == 0 { 0 } else { a.wrapping_rem(*b) };
        if rest != 0 && (rest < 0) != (*b < 0) { rest.wrapping_add(*b) } else { rest }
    }),
    f32: None,
    f64: None,
    ..FMOD
};

/// Not a number where either operand is none, as NumPy's `maximum`.
const MAX: Arithmetic = Arithmetic {
    signed: Some(|a, b| *a.max(b)),
    unsigned: Some(|a, b| *a.max(b)),
    ..floats!(singles | a, b | if *a > *b || a.is_nan() { *a } else { *b })
};
const MIN: Arithmetic = Arithmetic {
    signed: Some(|a, b| *a.min(b)),
    unsigned: Some(|a, b| *a.min(b)),
    ..floats!(singles | a, b | if *a < *b || a.is_nan() { *a } else { *b })
};

const PRELU: Arithmetic = Arithmetic {
    signed: Some(|x, slope| if *x < 0 { x.wrapping_mul(*slope) } else { *x }),
    unsigned: Some(|x, _| *x),
    ..floats!(singles | x, slope | if *x < 0.0 { *x * *slope } else { *x })
};

const AND: Arithmetic = integers(Some(|a, b| a & b), |a, b| a & b);
const OR: Arithmetic = integers(Some(|a, b| a | b), |a, b| a | b);
const XOR: Arithmetic = integers(Some(|a, b| a ^ b), |a, b| a ^ b);

/// Everything is shifted out where the distance is the type's width or more.
const LEFT: Arithmetic = integers(None, |a, b| shift(*a, *b, u64::checked_shl));
const RIGHT: Arithmetic = integers(None, |a, b| shift(*a, *b, u64::checked_shr));

fn shift(a: u64, by: u64, f: fn(u64, u32) -> Option<u64>) -> u64 {
    u32::try_from(by).ok().and_then(|by| f(a, by)).unwrap_or(0)
}

impl Arithmetic {
    /// Whether it is defined for a type.
    fn takes(&self, dtype: DType) -> bool {
        match dtype {
            DType::F16 | DType::F32 => self.f32.is_some(),
            DType::F64 => self.f64.is_some(),
            _ if is_signed(dtype) => self.signed.is_some(),
            _ => is_unsigned(dtype) && self.unsigned.is_some(),
        }
    }

    /// Computes in the types that are computed in; both operands are of one.
    fn run(&self, a: Cow<'_, Data>, b: Cow<'_, Data>, rows: &Rows<2>) -> Option<Data> {
        Some(match (&*a, &*b) {
            (Data::F32(_), Data::F32(b)) => self.f32?(typed(a)?, b, rows).into(),
            (Data::F64(_), Data::F64(b)) => self.f64?(typed(a)?, b, rows).into(),
            (Data::I64(_), Data::I64(b)) => zip_into(typed(a)?, b, rows, self.signed?).into(),
            (Data::U64(_), Data::U64(b)) => zip_into(typed(a)?, b, rows, self.unsigned?).into(),
            _ => return None,
        })
    }

    /// Computes two widened operands of one type, whose shapes are `rows`'.
    fn compute(
        &self,
        (a, b): (Cow<'_, Data>, Cow<'_, Data>),
        rows: &Rows<2>,
    ) -> Result<Data, Fault> {
        let has_zero = match &*b {
            Data::I64(b) => b.contains(&0),
            Data::U64(b) => b.contains(&0),
            _ => false,
        };
        if self.divides && has_zero && rows.count > 0 {
            bail!("an integer is divided by 0");
        }
        let dtype = a.dtype();
        // The second operand's memory, where the first has none of its own.
        let exchange = self.commutes
            && matches!((&a, &b), (Cow::Borrowed(_), Cow::Owned(b)) if b.len() == rows.count);
        let result =
            if exchange { self.run(b, a, &rows.exchanged()) } else { self.run(a, b, rows) };
        result.ok_or_else(|| Fault::new(format!("the operator does not take {dtype}")))
    }
}

fn check(op: &str, arithmetic: &Arithmetic, spec: &Spec<'_>) -> Result<(), Fault> {
    match spec.dtypes.first() {
        Some(Some(dtype)) if !arithmetic.takes(*dtype) => bail!("{op} does not take {dtype}"),
        _ => Ok(()),
    }
}

pub(super) fn binary(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let arithmetic = match spec.op {
        "Add" => ADD,
        "Sub" => SUB,
        "Mul" => MUL,
        "Div" => DIV,
        "Mod" if attributes.flag("fmod", false) => FMOD,
        // ONNX Runtime refuses floats without `fmod`, as the specification
        // says.
        "Mod" => MOD,
        #[cfg(feature = "networks")]
        "PRelu" => PRELU,
        #[cfg(feature = "networks")]
        "BitwiseAnd" => AND,
        #[cfg(feature = "networks")]
        "BitwiseOr" => OR,
        #[cfg(feature = "networks")]
        "BitwiseXor" => XOR,
        #[cfg(feature = "networks")]
        "BitShift" => match attributes.str("direction")? {
            Some("LEFT") => LEFT,
            Some("RIGHT") => RIGHT,
            other => bail!("'{}' is no direction to shift to", other.unwrap_or_default()),
        },
        other => bail!("{other} is not arithmetic"),
    };
    check(spec.op, &arithmetic, spec)?;
    let is_old_prelu = spec.op == "PRelu" && spec.version < 7;
    let old = if is_old_prelu { None } else { Alignment::read(spec.version, attributes) };
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (a, b) = (take_tensor_cow(&mut inputs, 0)?, take_tensor_cow(&mut inputs, 1)?);
        let dtype = same_type(&a, &b)?;
        if !arithmetic.takes(dtype) {
            bail!("the operator does not take {dtype}");
        }
        let rows = match (a.shape(), b.shape()) {
            // The slope of each channel, which is the second axis.
            (shape @ [_, channels, rest @ ..], [slopes]) if is_old_prelu && slopes == channels => {
                let mut slope = vec![1; rest.len().saturating_add(1)];
                if let Some(first) = slope.first_mut() {
                    *first = *slopes;
                }
                Rows::new([shape, &slope])?
            }
            (a, b) => Rows::aligned(a, b, old)?,
        };
        let operands = (widen(parts(a).1), widen(parts(b).1));
        let data = convert(arithmetic.compute(operands, &rows)?, dtype);
        Ok(vec![Tensor::new(rows.shape, data)?.into()])
    }))
}

pub(super) fn variadic(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let floats = |all: Arithmetic| Arithmetic { signed: None, unsigned: None, ..all };
    let (arithmetic, averages) = match spec.op {
        "Max" => (MAX, false),
        "Min" => (MIN, false),
        "Sum" => (floats(ADD), false),
        "Mean" => (floats(ADD), true),
        other => bail!("{other} does not take many"),
    };
    check(spec.op, &arithmetic, spec)?;
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let first = take_tensor_cow(&mut inputs, 0)?;
        let dtype = first.dtype();
        if !arithmetic.takes(dtype) {
            bail!("the operator does not take {dtype}");
        }
        let (mut shape, data) = parts(first);
        let mut data = widen(data);
        for i in 1..inputs.len() {
            let next = take_tensor_cow(&mut inputs, i)?;
            if next.dtype() != dtype {
                bail!("input {i} is of type {}, input 0 of type {dtype}", next.dtype());
            }
            let rows = Rows::new([&shape, next.shape()])?;
            data = Cow::Owned(arithmetic.compute((data, widen(parts(next).1)), &rows)?);
            shape = rows.shape;
        }
        let mut data = data.into_owned();
        if averages {
            match &mut data {
                Data::F32(v) => v.iter_mut().for_each(|x| *x /= inputs.len() as f32),
                Data::F64(v) => v.iter_mut().for_each(|x| *x /= inputs.len() as f64),
                _ => {}
            }
        }
        Ok(vec![Tensor::new(shape, convert(data, dtype))?.into()])
    }))
}

/// The type of both tensors.
pub(super) fn same_type(a: &Tensor, b: &Tensor) -> Result<DType, Fault> {
    if a.dtype() != b.dtype() {
        bail!("the inputs are of two types, {} and {}", a.dtype(), b.dtype());
    }
    Ok(a.dtype())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(arithmetic: Arithmetic, a: Tensor, b: Tensor) -> Result<Data, Fault> {
        let rows = Rows::new([a.shape(), b.shape()])?;
        let dtype = a.dtype();
        let operands = (widen(parts(Cow::Owned(a)).1), widen(parts(Cow::Owned(b)).1));
        Ok(convert(arithmetic.compute(operands, &rows)?, dtype))
    }

    #[test]
    fn integers_wrap_in_their_own_width() {
        let mut cases = vec![
            (DIV, Tensor::vector(vec![-128i8]), Tensor::vector(vec![-1i8]), vec![-128i8].into()),
            (DIV, Tensor::vector(vec![i32::MIN]), Tensor::scalar(-1), vec![i32::MIN].into()),
            (DIV, Tensor::vector(vec![i64::MIN]), Tensor::scalar(-1i64), vec![i64::MIN].into()),
            (MOD, Tensor::vector(vec![i64::MIN]), Tensor::scalar(-1i64), vec![0i64].into()),
            (ADD, Tensor::vector(vec![200u8]), Tensor::scalar(100u8), vec![44u8].into()),
            (SUB, Tensor::vector(vec![3u64]), Tensor::scalar(7u64), vec![u64::MAX - 3].into()),
        ];
        cases.push((
            LEFT,
            Tensor::vector(vec![1u32, 1, 255]),
            Tensor::vector(vec![31u32, 32, 33]),
            vec![1u32 << 31, 0, 0].into(),
        ));
        for (op, a, b, expected) in cases {
            assert_eq!(run(op, a, b), Ok(expected));
        }
    }

    #[test]
    fn integers_are_not_divided_by_zero() {
        for op in [DIV, MOD, FMOD] {
            assert!(run(op, Tensor::vector(vec![5i32]), Tensor::vector(vec![0i32])).is_err());
            assert!(run(op, Tensor::vector(vec![5u8]), Tensor::vector(vec![0u8])).is_err());
        }
    }

    #[test]
    fn the_memory_of_either_operand_gives_the_same_sum() {
        let (a, b) = (Data::from(vec![1.0f32]), Data::from(vec![10.0f32, 20.0]));
        let rows = Rows::new([&[1, 1], &[2, 1]]).unwrap();
        let sum = ADD.compute((Cow::Borrowed(&a), Cow::Owned(b)), &rows);
        assert_eq!(sum, Ok(vec![11.0f32, 21.0].into()));
    }
}
