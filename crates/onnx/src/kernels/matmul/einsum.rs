//! `Einsum`.
//!
//! Operands are multiplied from left to right. What repeats within an operand
//! is its diagonal, and a label that nothing after needs is summed as soon as
//! it can be; each product of two operands is then one of matrices, by the
//! labels that both or one of them and what follows have.

use tensor::{DType, Data, Tensor};

use super::super::axes::{self, Walk};
use super::super::reduce::{Number, Wide, narrow, sum};
use super::super::{Kernel, Spec};
use super::product::{Matrix, multiply};
use super::singles;
use super::tile::Tiled;
use crate::fault::{Fault, bail};
use crate::limits;
use crate::tensors::strides;
use crate::value::Inputs;

/// A letter, or an axis of the ellipsis, counted from its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Ellipsis(usize),
    Letter(char),
}

/// What stands between the commas: letters before the ellipsis and after it,
/// and whether there is one.
#[derive(Debug, Clone, Default)]
struct Term {
    before: Vec<char>,
    after: Vec<char>,
    ellipsis: bool,
}

impl Term {
    fn parse(text: &str) -> Result<Self, Fault> {
        let letters = |text: &str| -> Result<Vec<char>, Fault> {
            match text.chars().find(|c| !c.is_ascii_alphabetic()) {
                Some(other) => bail!("the equation has '{other}' where a letter is wanted"),
                None => Ok(text.chars().collect()),
            }
        };
        Ok(match text.split_once("...") {
            Some((before, after)) => {
                Self { before: letters(before)?, after: letters(after)?, ellipsis: true }
            }
            None => Self { before: letters(text)?, ..Self::default() },
        })
    }

    /// The labels where the ellipsis stands for this many axes.
    fn labels(&self, ellipsis: usize) -> Vec<Label> {
        let ellipsis = if self.ellipsis { ellipsis } else { 0 };
        self.before
            .iter()
            .map(|c| Label::Letter(*c))
            .chain((0..ellipsis).rev().map(Label::Ellipsis))
            .chain(self.after.iter().map(|c| Label::Letter(*c)))
            .collect()
    }
}

struct Equation {
    terms: Vec<Term>,
    output: Option<Term>,
}

impl Equation {
    fn parse(text: &str) -> Result<Self, Fault> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (inputs, output) = match text.split_once("->") {
            Some((inputs, output)) => (inputs, Some(Term::parse(output)?)),
            None => (text.as_str(), None),
        };
        let terms: Vec<Term> = inputs.split(',').map(Term::parse).collect::<Result<_, _>>()?;
        if let Some(output) = &output {
            let letters: Vec<char> = output.before.iter().chain(&output.after).copied().collect();
            for (i, letter) in letters.iter().enumerate() {
                if letters.iter().skip(i + 1).any(|other| other == letter) {
                    bail!("the output of the equation has '{letter}' twice");
                }
                if !terms.iter().any(|t| t.before.contains(letter) || t.after.contains(letter)) {
                    bail!("the output of the equation has '{letter}', which no input has");
                }
            }
            if !output.ellipsis && terms.iter().any(|term| term.ellipsis) {
                bail!("the inputs of the equation have an ellipsis, and the output has none");
            }
        }
        Ok(Self { terms, output })
    }

    /// Without an arrow: the ellipsis, then each letter that occurs once, in
    /// alphabetical order.
    fn output(&self, ellipsis: usize) -> Vec<Label> {
        if let Some(output) = &self.output {
            return output.labels(ellipsis);
        }
        let mut letters: Vec<char> =
            self.terms.iter().flat_map(|t| t.before.iter().chain(&t.after)).copied().collect();
        letters.sort_unstable();
        let once = letters.chunk_by(|a, b| a == b).filter(|same| same.len() == 1);
        let once = once.flatten().map(|c| Label::Letter(*c));
        (0..ellipsis).rev().map(Label::Ellipsis).chain(once).collect()
    }
}

pub(super) fn einsum(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let Some(text) = spec.attributes.str("equation")? else {
        bail!("the attribute 'equation' is missing");
    };
    let equation = Equation::parse(text)?;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let tensors: Vec<&Tensor> =
            (0..inputs.len()).map(|i| inputs.tensor(i)).collect::<Result<_, _>>()?;
        let dtype = tensors.first().map_or(DType::F32, |t| t.dtype());
        if tensors.len() != equation.terms.len() || tensors.iter().any(|t| t.dtype() != dtype) {
            bail!("the equation has {} inputs, all of one type", equation.terms.len());
        }
        let shapes: Vec<&[usize]> = tensors.iter().map(|t| t.shape()).collect();
        let plan = Plan::new(&equation, &shapes)?;
        let wide: Vec<Wide<'_>> =
            tensors.iter().map(|t| Wide::new(t.data(), false)).collect::<Result<_, _>>()?;
        // All operands are of one type, and so are they widened.
        let data: Data = match dtype {
            DType::F32 | DType::F16 => {
                let find = |w| if let Wide::Single(v) = w { Some(v.into_owned()) } else { None };
                singles(plan.run(wide.into_iter().filter_map(find).collect())?, dtype)
            }
            DType::F64 => {
                let find = |w| if let Wide::Double(v) = w { Some(v.into_owned()) } else { None };
                plan.run(wide.into_iter().filter_map(find).collect())?.into()
            }
            DType::Bool | DType::Str => bail!("numbers are wanted, not {dtype}"),
            _ => {
                let find = |w| if let Wide::Integer(v) = w { Some(v.into_owned()) } else { None };
                narrow(plan.run(wide.into_iter().filter_map(find).collect())?, dtype, false)
            }
        };
        let shape = plan.output.iter().map(|label| plan.len(*label)).collect();
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// An equation for inputs of known shapes.
struct Plan {
    /// The length of each label.
    lengths: Vec<(Label, usize)>,
    /// The labels and the lengths of each operand's axes.
    operands: Vec<Vec<(Label, usize)>>,
    output: Vec<Label>,
}

/// A tensor whose axes are labelled, none twice.
struct Labelled<T> {
    labels: Vec<Label>,
    /// Lengths of the axes: those of the labels, or 1.
    shape: Vec<usize>,
    data: Vec<T>,
}

impl Plan {
    fn new(equation: &Equation, shapes: &[&[usize]]) -> Result<Self, Fault> {
        let mut lengths: Vec<(Label, usize)> = Vec::new();
        let mut operands = Vec::new();
        let mut ellipsis = 0;
        for (term, shape) in equation.terms.iter().zip(shapes) {
            let letters = term.before.len() + term.after.len();
            let rest = match shape.len().checked_sub(letters) {
                Some(rest) if rest == 0 || term.ellipsis => rest,
                _ => bail!("the equation does not fit an input of shape {shape:?}"),
            };
            ellipsis = ellipsis.max(rest);
            let axes: Vec<(Label, usize)> =
                term.labels(rest).into_iter().zip(shape.iter().copied()).collect();
            for &(label, len) in &axes {
                match lengths.iter_mut().find(|(other, _)| *other == label) {
                    Some((_, old)) if *old == 1 => *old = len,
                    Some((_, old)) if *old != len && len != 1 => {
                        bail!("an index of the equation is {old} long, and {len}");
                    }
                    Some(_) => {}
                    None => lengths.push((label, len)),
                }
            }
            operands.push(axes);
        }
        let mut output = equation.output(ellipsis);
        // The output may have an ellipsis that no input has.
        output.retain(|label| lengths.iter().any(|(other, _)| other == label));
        Ok(Self { lengths, operands, output })
    }

    fn len(&self, label: Label) -> usize {
        self.lengths.iter().find(|(other, _)| *other == label).map_or(1, |(_, len)| *len)
    }

    /// Whether the output or an operand from this one on has the label.
    fn is_needed(&self, label: Label, from: usize) -> bool {
        self.output.contains(&label)
            || self.operands.iter().skip(from).flatten().any(|(other, _)| *other == label)
    }

    fn run<T: Tiled>(&self, operands: Vec<Vec<T>>) -> Result<Vec<T>, Fault> {
        let mut product: Option<Labelled<T>> = None;
        for (i, (axes, data)) in self.operands.iter().zip(&operands).enumerate() {
            // A label of this operand alone is summed before the product.
            let keep = |label: Label| {
                self.is_needed(label, i + 1)
                    || product.as_ref().is_some_and(|p| p.labels.contains(&label))
            };
            let operand = diagonal(axes, data, keep)?;
            product = Some(match product.take() {
                None => operand,
                Some(left) => self.multiply(&left, &operand, i + 1)?,
            });
        }
        let Some(product) = product else { return Ok(Vec::new()) };
        let lengths: Vec<usize> = self.output.iter().map(|label| self.len(*label)).collect();
        limits::elements(&lengths)?;
        Ok(product.arrange(&self.output, &lengths))
    }

    /// The product of two operands, with all labels that are needed from the
    /// next operand on.
    fn multiply<T: Tiled>(
        &self,
        a: &Labelled<T>,
        b: &Labelled<T>,
        next: usize,
    ) -> Result<Labelled<T>, Fault> {
        let (mut batch, mut left, mut right, mut summed) = (vec![], vec![], vec![], vec![]);
        let mut all = a.labels.clone();
        all.extend(b.labels.iter().filter(|label| !a.labels.contains(label)));
        for label in all {
            let (in_a, in_b) = (a.labels.contains(&label), b.labels.contains(&label));
            match (in_a, in_b, self.is_needed(label, next)) {
                (true, true, true) => batch.push(label),
                (true, true, false) => summed.push(label),
                (true, false, _) => left.push(label),
                _ => right.push(label),
            }
        }
        // As long as the longer of both: what is 1 long is repeated.
        let lengths = |labels: &[Label]| -> Vec<usize> {
            labels.iter().map(|l| a.len(*l).max(b.len(*l))).collect()
        };
        let sides = |x: &[Label], y: &[Label], z: &[Label]| [x, y, z].concat();
        let a_order = sides(&batch, &left, &summed);
        let b_order = sides(&batch, &summed, &right);
        let (a_shape, b_shape) = (lengths(&a_order), lengths(&b_order));
        let labels = sides(&batch, &left, &right);
        let shape = lengths(&labels);
        limits::elements(&a_shape)?;
        limits::elements(&b_shape)?;
        let mut out = vec![T::ZERO; limits::elements(&shape)?];
        let (a, b) = (a.arrange(&a_order, &a_shape), b.arrange(&b_order, &b_shape));
        let count = |labels: &[Label]| axes::product(&lengths(labels));
        let (m, k, n) = (count(&left), count(&summed), count(&right));
        if (m, k, n) == (1, 1, 1) {
            for ((out, &a), &b) in out.iter_mut().zip(&a).zip(&b) {
                *out = a.times(b);
            }
        } else {
            let of = |rows: usize, columns: usize| rows.saturating_mul(columns).max(1);
            let matrices = a.chunks_exact(of(m, k)).zip(b.chunks_exact(of(k, n)));
            for ((a, b), out) in matrices.zip(out.chunks_exact_mut(of(m, n))) {
                let (a, b) =
                    (Matrix { data: a, flipped: false }, Matrix { data: b, flipped: false });
                multiply(a, b, out, (m, k, n));
            }
        }
        Ok(Labelled { labels, shape, data: out })
    }
}

impl<T: Number> Labelled<T> {
    fn len(&self, label: Label) -> usize {
        self.labels.iter().zip(&self.shape).find(|(l, _)| **l == label).map_or(1, |(_, len)| *len)
    }

    /// The elements with the axes in this order and of these lengths, repeated
    /// along those that it has not or that are 1 long here.
    fn arrange(&self, order: &[Label], lengths: &[usize]) -> Vec<T> {
        if self.labels == order && self.shape == lengths {
            return self.data.clone();
        }
        let steps = strides(&self.shape);
        let step = |label: &Label| {
            let axes = self.labels.iter().zip(&self.shape).zip(&steps);
            axes.filter(|((l, len), _)| *l == label && **len != 1)
                .map(|(_, step)| step.cast_signed())
                .sum::<isize>()
        };
        let steps: Vec<isize> = order.iter().map(step).collect();
        let walk = Walk::new(lengths, &steps, 0);
        walk.filter_map(|at| self.data.get(at)).copied().collect()
    }
}

/// An operand with each label once, and without those that are not kept: these
/// are summed.
fn diagonal<T: Number>(
    axes: &[(Label, usize)],
    data: &[T],
    keep: impl Fn(Label) -> bool,
) -> Result<Labelled<T>, Fault> {
    let mut merged: Vec<(Label, usize, isize)> = Vec::new();
    let shape: Vec<usize> = axes.iter().map(|(_, len)| *len).collect();
    for (&(label, len), step) in axes.iter().zip(strides(&shape)) {
        match merged.iter_mut().find(|(other, ..)| *other == label) {
            Some((_, old, steps)) => {
                if *old != len {
                    bail!("an index that repeats is {old} long, and {len}");
                }
                *steps += step.cast_signed();
            }
            None => merged.push((label, len, step.cast_signed())),
        }
    }
    let (kept, summed): (Vec<_>, Vec<_>) = merged.iter().partition(|(label, ..)| keep(*label));
    let (labels, shape): (Vec<Label>, Vec<usize>) =
        kept.iter().map(|(l, len, _)| (*l, *len)).unzip();
    if summed.is_empty() && kept.len() == axes.len() {
        return Ok(Labelled { labels, shape, data: data.to_vec() });
    }
    let (lengths, steps): (Vec<usize>, Vec<isize>) =
        kept.iter().chain(&summed).map(|(_, len, step)| (*len, *step)).unzip();
    let rows: Vec<T> =
        Walk::new(&lengths, &steps, 0).filter_map(|at| data.get(at)).copied().collect();
    let columns: Vec<usize> = summed.iter().map(|(_, len, _)| *len).collect();
    let mut out = vec![T::ZERO; limits::elements(&shape)?];
    for (out, row) in out.iter_mut().zip(rows.chunks_exact(axes::product(&columns).max(1))) {
        *out = sum(row);
    }
    Ok(Labelled { labels, shape, data: out })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str, shapes: &[&[usize]]) -> Result<Plan, Fault> {
        Plan::new(&Equation::parse(text)?, shapes)
    }

    #[test]
    fn equations_that_mean_nothing_are_refused() {
        for text in ["ij->ii", "ij->k", "i1->i", "i..j->i", "...i->i", "i->j->i"] {
            assert!(Equation::parse(text).is_err(), "{text}");
        }
        assert!(plan("ij", &[&[2]]).is_err());
        assert!(plan("ij,jk", &[&[2, 3], &[4, 5]]).is_err());
        // A diagonal of unequal lengths.
        assert!(plan("ii->i", &[&[2, 1]]).unwrap().run(vec![vec![1.0f32, 2.0]]).is_err());
    }

    #[test]
    fn a_product_that_is_too_large_is_refused() {
        let length = [1 << 20];
        let lengths: [&[usize]; 2] = [&length, &length];
        let operands = || vec![vec![1i64; 1 << 20], vec![1; 1 << 20]];
        assert!(plan("i,j->ij", &lengths).unwrap().run(operands()).is_err());
        assert_eq!(plan("i,i->", &lengths).unwrap().run(operands()), Ok(vec![1 << 20]));
    }

    #[test]
    fn without_an_arrow_the_output_is_what_occurs_once_in_order() {
        let plan = plan("...ba,...ac", &[&[7, 2, 3], &[7, 3, 4]]).unwrap();
        assert_eq!(plan.output, [Label::Ellipsis(0), Label::Letter('b'), Label::Letter('c')]);
    }
}
