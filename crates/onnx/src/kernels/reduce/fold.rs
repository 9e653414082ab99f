//! `ReduceSum` and the others that fold axes to one element each.

use tensor::{DType, Data, Tensor};

use super::number::{Number, Real, Wide, narrow};
use crate::fault::{Fault, bail};
use crate::kernels::axes::{self, Around};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::Inputs;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fold {
    Sum,
    Mean,
    Max,
    Min,
    Product,
    Absolute,
    Norm,
    LogSum,
    LogSumExp,
    Squares,
}

impl Fold {
    /// Whether only the order of the elements matters.
    fn is_extreme(self) -> bool {
        matches!(self, Self::Max | Self::Min)
    }
}

pub(super) fn reduce(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let fold = match spec.op {
        "ReduceSum" => Fold::Sum,
        "ReduceMean" => Fold::Mean,
        "ReduceMax" => Fold::Max,
        "ReduceMin" => Fold::Min,
        "ReduceProd" => Fold::Product,
        "ReduceL1" => Fold::Absolute,
        "ReduceL2" => Fold::Norm,
        "ReduceLogSum" => Fold::LogSum,
        "ReduceLogSumExp" => Fold::LogSumExp,
        "ReduceSumSquare" => Fold::Squares,
        other => bail!("{other} is no reduction"),
    };
    let keep = spec.attributes.flag("keepdims", true);
    let nothing = spec.attributes.flag("noop_with_empty_axes", false);
    let given = spec.attributes.ints("axes").to_vec();
    Ok(Box::new(move |inputs: Inputs<'_>| {
        // Since opset 13 (ReduceSum) and 18 (all others) the axes are an input.
        let list =
            if inputs.get(1).is_some() { inputs.integers(1)? } else { given.clone() };
        let x = inputs.tensor(0)?;
        let plan = Plan::new(x.shape(), &list, !nothing, keep)?;
        Ok(vec![Tensor::new(plan.shape.clone(), run(x.data(), fold, &plan)?)?.into()])
    }))
}

/// How to get from a shape to the reduced one.
struct Plan {
    /// The result's shape.
    shape: Vec<usize>,
    /// How many elements are folded to one.
    count: usize,
    /// One fold after the other, the last axes first; at least one, since
    /// folding a single element may change it too. None where there is no
    /// element to fold.
    steps: Vec<Around>,
}

impl Plan {
    fn new(shape: &[usize], list: &[i64], all: bool, keep: bool) -> Result<Self, Fault> {
        let chosen = axes::axes(list, shape.len())?;
        let is_folded = |i: usize| if list.is_empty() { all } else { chosen.contains(&i) };
        let mut result = Vec::with_capacity(shape.len());
        let mut count = 1usize;
        // Neighbours that are folded, or not, together.
        let mut groups: Vec<(bool, usize)> = Vec::with_capacity(shape.len());
        for (i, &len) in shape.iter().enumerate() {
            let folded = is_folded(i);
            if !folded || keep {
                result.push(if folded { 1 } else { len });
            }
            if folded {
                count = count.saturating_mul(len);
            }
            match groups.last_mut() {
                _ if len == 1 => {}
                Some((last, product)) if *last == folded => *product = product.saturating_mul(len),
                _ => groups.push((folded, len)),
            }
        }
        let elements = limits::elements(&result)?;
        let mut steps = Vec::new();
        if !shape.contains(&0) {
            let mut inner = 1;
            while let Some((folded, len)) = groups.pop() {
                if folded {
                    let outer = groups.iter().map(|(_, len)| len).product();
                    steps.push(Around { outer, len, inner });
                } else {
                    inner *= len;
                }
            }
            if steps.is_empty() {
                steps.push(Around { outer: elements, len: 1, inner: 1 });
            }
        }
        Ok(Self { shape: result, count, steps })
    }

    fn elements(&self) -> usize {
        self.shape.iter().product()
    }
}

fn run(data: &Data, fold: Fold, plan: &Plan) -> Result<Data, Fault> {
    let dtype = data.dtype();
    if dtype == DType::Bool && !fold.is_extreme() {
        bail!("numbers are wanted, not bool");
    }
    Ok(match Wide::new(data, fold.is_extreme())? {
        Wide::Single(x) => f32::write(real(&x, fold, plan), dtype),
        Wide::Double(x) => f64::write(real(&x, fold, plan), dtype),
        Wide::Integer(x) => integer(&x, fold, plan, dtype),
    })
}

fn real<T: Real>(x: &[T], fold: Fold, plan: &Plan) -> Vec<T> {
    let start = match fold {
        Fold::Max => T::of(f64::NEG_INFINITY),
        Fold::Min => T::of(f64::INFINITY),
        Fold::Product => T::ONE,
        _ => T::ZERO,
    };
    let folded = match fold {
        Fold::LogSumExp => chain(x, plan, T::of(f64::NEG_INFINITY), log_sum_exp, log_sum_exp),
        _ => folded(x, fold, plan, start),
    };
    match fold {
        // The mean of nothing is 0 in ONNX Runtime.
        Fold::Mean => {
            let count = T::of(plan.count.max(1) as f64);
            folded.into_iter().map(|x| x / count).collect()
        }
        Fold::Norm => folded.into_iter().map(T::sqrt).collect(),
        Fold::LogSum => folded.into_iter().map(T::ln).collect(),
        _ => folded,
    }
}

fn integer(x: &[i64], fold: Fold, plan: &Plan, dtype: DType) -> Data {
    // The empty set's extremes are the least and the greatest of the type.
    let (least, greatest) = match dtype {
        DType::U8 => (0, i64::from(u8::MAX)),
        DType::U16 => (0, i64::from(u16::MAX)),
        DType::U32 => (0, i64::from(u32::MAX)),
        DType::I8 => (i64::from(i8::MIN), i64::from(i8::MAX)),
        DType::I16 => (i64::from(i16::MIN), i64::from(i16::MAX)),
        DType::I32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
        DType::Bool => (0, 1),
        _ => (i64::MIN, i64::MAX),
    };
    let start = match fold {
        Fold::Max => least,
        Fold::Min => greatest,
        Fold::Product => 1,
        _ => 0,
    };
    // A sum wraps in its own type before anything else is made of it.
    let unsigned = dtype == DType::U64;
    let wrapped = |x: i64| match dtype {
        DType::I32 => i64::from(x as i32),
        DType::U32 => i64::from(x as u32),
        _ => x,
    };
    let float = |x: i64| if unsigned { x.cast_unsigned() as f64 } else { x as f64 };
    // Towards zero; what is no number is the least, as in ONNX Runtime.
    let whole = |x: f64| if x.is_finite() { x as i64 } else { least };
    let values: Vec<i64> = match fold {
        Fold::LogSumExp => {
            let x: Vec<f64> = x.iter().map(|&x| float(x)).collect();
            real(&x, fold, plan).into_iter().map(whole).collect()
        }
        _ => folded(x, fold, plan, start),
    };
    let count = i64::try_from(plan.count.max(1)).unwrap_or(i64::MAX);
    let finish = |x: i64| match fold {
        Fold::Mean if unsigned => {
            (x.cast_unsigned() / count.cast_unsigned()).cast_signed()
        }
        Fold::Mean => wrapped(x) / count,
        Fold::Norm => whole(float(wrapped(x)).sqrt()),
        Fold::LogSum => whole(float(wrapped(x)).ln()),
        _ => x,
    };
    narrow(values.into_iter().map(finish).collect(), dtype, fold.is_extreme())
}

/// The folds that are one operation on pairs. Of floats, a first element that
/// is not a number stays the extreme, and later ones are passed over, as in
/// ONNX Runtime.
fn folded<T: Number>(x: &[T], fold: Fold, plan: &Plan, start: T) -> Vec<T> {
    let add = |x: &[T], at: Around| each(x, at, |_| T::ZERO, |x| x, T::plus);
    match fold {
        Fold::Max => {
            let max = |x: &[T], at: Around| {
                each(x, at, |x| x, |x| x, |a, b| if b > a { b } else { a })
            };
            chain(x, plan, start, max, max)
        }
        Fold::Min => {
            let min = |x: &[T], at: Around| {
                each(x, at, |x| x, |x| x, |a, b| if b < a { b } else { a })
            };
            chain(x, plan, start, min, min)
        }
        Fold::Product => {
            let multiply = |x: &[T], at: Around| each(x, at, |_| T::ONE, |x| x, T::times);
            chain(x, plan, start, multiply, multiply)
        }
        Fold::Absolute => {
            let first = |x: &[T], at: Around| each(x, at, |_| T::ZERO, T::magnitude, T::plus);
            chain(x, plan, start, first, add)
        }
        Fold::Norm | Fold::Squares => {
            let first = |x: &[T], at: Around| each(x, at, |_| T::ZERO, |x| x.times(x), T::plus);
            chain(x, plan, start, first, add)
        }
        Fold::Sum | Fold::Mean | Fold::LogSum | Fold::LogSumExp => chain(x, plan, start, add, add),
    }
}

/// One step after the other: the first on the elements, the others on what
/// came of them.
fn chain<T: Copy>(
    x: &[T],
    plan: &Plan,
    empty: T,
    first: impl Fn(&[T], Around) -> Vec<T>,
    next: impl Fn(&[T], Around) -> Vec<T>,
) -> Vec<T> {
    let Some((head, rest)) = plan.steps.split_first() else {
        return vec![empty; plan.elements()];
    };
    rest.iter().fold(first(x, *head), |x, at| next(&x, *at))
}

const LANES: usize = 16;
/// Elements that are folded in lanes, or rows that are folded together, before
/// the result is added to the total: keeps the error of long sums small.
const BLOCK: usize = 512;
const ROWS: usize = 64;

/// Folds along one axis. `start` gives what a fold begins with, from its first
/// element; it has to be neutral.
#[inline(always)]
fn each<T: Copy>(
    x: &[T],
    at: Around,
    start: impl Fn(T) -> T + Copy,
    map: impl Fn(T) -> T + Copy,
    f: impl Fn(T, T) -> T + Copy,
) -> Vec<T> {
    if at.inner == 1 {
        return x.chunks_exact(at.len.max(1)).filter_map(|r| row(r, start, map, f)).collect();
    }
    let mut out = Vec::with_capacity(at.outer.saturating_mul(at.inner));
    let mut part: Vec<T> = Vec::with_capacity(at.inner);
    for block in x.chunks_exact(at.len.saturating_mul(at.inner).max(1)) {
        let begin = out.len();
        out.extend(block.iter().take(at.inner).map(|&x| start(map(x))));
        let Some(total) = out.get_mut(begin..) else { continue };
        for rows in block.chunks(at.inner.saturating_mul(ROWS)) {
            part.clear();
            part.extend(block.iter().take(at.inner).map(|&x| start(map(x))));
            for row in rows.chunks_exact(at.inner) {
                for (a, &x) in part.iter_mut().zip(row) {
                    *a = f(*a, map(x));
                }
            }
            for (total, &a) in total.iter_mut().zip(&part) {
                *total = f(*total, a);
            }
        }
    }
    out
}

#[inline(always)]
fn row<T: Copy>(
    row: &[T],
    start: impl Fn(T) -> T,
    map: impl Fn(T) -> T,
    f: impl Fn(T, T) -> T + Copy,
) -> Option<T> {
    let begin = start(map(*row.first()?));
    if row.len() < LANES {
        return Some(row.iter().fold(begin, |a, &x| f(a, map(x))));
    }
    let mut total = begin;
    for block in row.chunks(BLOCK) {
        let mut lanes = [begin; LANES];
        let (chunks, rest) = block.as_chunks::<LANES>();
        for chunk in chunks {
            for (a, &x) in lanes.iter_mut().zip(chunk) {
                *a = f(*a, map(x));
            }
        }
        for (a, &x) in lanes.iter_mut().zip(rest) {
            *a = f(*a, map(x));
        }
        total = f(total, lanes.into_iter().fold(begin, f));
    }
    Some(total)
}

/// The sum of all elements.
pub(in crate::kernels) fn sum<T: Number>(x: &[T]) -> T {
    row(x, |_| T::ZERO, |x| x, T::plus).unwrap_or(T::ZERO)
}

/// The greatest element, by the rule of `ReduceMax`.
pub(super) fn max<T: Number>(x: &[T]) -> Option<T> {
    row(x, |x| x, |x| x, |a, b| if b > a { b } else { a })
}

fn log_sum_exp<T: Real>(x: &[T], at: Around) -> Vec<T> {
    let mut line = Vec::with_capacity(at.len);
    let mut out = Vec::with_capacity(at.outer.saturating_mul(at.inner));
    for block in x.chunks_exact(at.len.saturating_mul(at.inner).max(1)) {
        for i in 0..at.inner {
            line.clear();
            line.extend(block.iter().skip(i).step_by(at.inner));
            out.push(log_sum_exp_of(&mut line));
        }
    }
    out
}

fn log_sum_exp_of<T: Real>(line: &mut [T]) -> T {
    let greatest = max(line).unwrap_or(T::ZERO);
    // Infinity minus itself is no number.
    let shift = if greatest.to_f64().is_infinite() { T::ZERO } else { greatest };
    for x in line.iter_mut() {
        *x = (*x - shift).exp();
    }
    sum(line).ln() + shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sums_of_floats_stay_accurate() {
        let x = vec![0.1f32; 1 << 20];
        let exact = f64::from(0.1f32) * f64::from(1 << 20);
        let rows = Plan::new(&[1 << 20], &[], true, false).unwrap();
        let columns = Plan::new(&[1 << 18, 4], &[0], true, false).unwrap();
        let total = real(&x, Fold::Sum, &rows);
        assert!((f64::from(total[0]) / exact - 1.0).abs() < 2e-6, "{total:?}");
        for total in real(&x, Fold::Sum, &columns) {
            assert!((f64::from(total) * 4.0 / exact - 1.0).abs() < 2e-5, "{total}");
        }
    }

    #[test]
    fn an_empty_set_does_not_ask_for_memory_by_the_other_axes() {
        let plan = Plan::new(&[usize::MAX, 2, 0], &[0, 2], true, false).unwrap();
        assert_eq!(real::<f32>(&[], Fold::Sum, &plan), [0.0, 0.0]);
        assert!(Plan::new(&[usize::MAX, 0], &[1], true, false).is_err());
    }
}
