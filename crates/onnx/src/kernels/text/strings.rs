//! `StringConcat`, `StringSplit` and `RegexFullMatch`.

use tensor::Tensor;

use super::regex::{Budget, Regex};
use crate::fault::Fault;
use crate::kernels::axes::{Walk, broadcast};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::Inputs;

pub(super) fn concat(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(|mut inputs: Inputs<'_>| {
        let (a, b) = (inputs.slice::<String>(0)?, inputs.slice::<String>(1)?);
        let (a_shape, b_shape) = (inputs.tensor(0)?.shape(), inputs.tensor(1)?.shape());
        let shape = broadcast(&[a_shape, b_shape])?;
        let count = limits::elements(&shape)?;
        let tensor = if shape == a_shape {
            let walk = Walk::broadcast(b_shape, &shape);
            limits::text(bytes(b), count / b.len().max(1))?;
            let mut first = inputs.take_tensor(0)?;
            let b = inputs.slice::<String>(1)?;
            let texts = first.as_slice_mut::<String>().unwrap_or_default();
            for (text, at) in texts.iter_mut().zip(walk) {
                text.push_str(b.get(at).map_or("", String::as_str));
            }
            first
        } else {
            limits::text(bytes(a), count / a.len().max(1))?;
            limits::text(bytes(b), count / b.len().max(1))?;
            let walk = Walk::broadcast(a_shape, &shape).zip(Walk::broadcast(b_shape, &shape));
            let text = |texts: &[String], at| texts.get(at).map_or("", String::as_str).to_owned();
            let texts: Vec<String> = walk.map(|(i, j)| text(a, i) + &text(b, j)).collect();
            Tensor::new(shape, texts)?
        };
        Ok(vec![tensor.into()])
    }))
}

fn bytes(texts: &[String]) -> usize {
    texts.iter().map(String::len).fold(0, usize::saturating_add)
}

pub(super) fn split(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let delimiter = spec.attributes.str("delimiter")?.unwrap_or_default().to_owned();
    // A negative number is no limit.
    let most = usize::try_from(spec.attributes.int("maxsplit", -1)).unwrap_or(usize::MAX);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let shape = inputs.tensor(0)?.shape();
        let mut pieces: Vec<&str> = Vec::new();
        let mut counts: Vec<usize> = Vec::new();
        for text in inputs.slice::<String>(0)? {
            let before = pieces.len();
            if delimiter.is_empty() {
                split_at_spaces(text, most, &mut pieces);
            } else if !text.is_empty() {
                pieces.extend(text.splitn(most.saturating_add(1), delimiter.as_str()));
            }
            counts.push(pieces.len() - before);
        }
        let width = counts.iter().max().copied().unwrap_or(0);
        let split_shape = [shape, &[width]].concat();
        let mut padded = Vec::with_capacity(limits::elements(&split_shape)?);
        let mut pieces = pieces.into_iter();
        for &count in &counts {
            padded.extend(pieces.by_ref().take(count).map(str::to_owned));
            padded.extend(std::iter::repeat_n(String::new(), width - count));
        }
        let counts: Vec<i64> = counts.into_iter().map(|n| n as i64).collect();
        Ok(vec![
            Tensor::new(split_shape, padded)?.into(),
            Tensor::new(shape.to_vec(), counts)?.into(),
        ])
    }))
}

/// Splits where the specification says whitespace, which to ONNX Runtime is
/// the space only; those at either end are none of the pieces'.
fn split_at_spaces<'a>(text: &'a str, most: usize, pieces: &mut Vec<&'a str>) {
    let mut rest = text.trim_matches(' ');
    let mut splits = 0;
    while !rest.is_empty() {
        let (piece, after) = match rest.split_once(' ') {
            Some(split) if splits < most => split,
            _ => (rest, ""),
        };
        pieces.push(piece);
        rest = after.trim_start_matches(' ');
        splits += 1;
    }
}

pub(super) fn regex_full_match(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let Some(pattern) = spec.attributes.str("pattern")? else {
        return Err(Fault::new("the attribute 'pattern' is missing"));
    };
    let regex = Regex::new(pattern)?;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let texts = inputs.slice::<String>(0)?;
        let mut budget = Budget::new(texts);
        let matches: Vec<bool> = texts
            .iter()
            .map(|text| regex.is_full_match(text, &mut budget))
            .collect::<Result<_, _>>()?;
        Ok(vec![Tensor::new(inputs.tensor(0)?.shape().to_vec(), matches)?.into()])
    }))
}
