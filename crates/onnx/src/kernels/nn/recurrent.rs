//! `LSTM`, `GRU` and `RNN`.

use tensor::Tensor;

use super::real::{Real, dot, floats, reals};
use super::window::bounded;
use super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::limits;
use crate::value::{Inputs, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Lstm,
    Gru,
    Rnn,
}

impl Cell {
    fn gates(self) -> usize {
        match self {
            Self::Lstm => 4,
            Self::Gru => 3,
            Self::Rnn => 1,
        }
    }

    /// How many activations each direction has, and which they are by default.
    fn activations(self) -> &'static [&'static str] {
        match self {
            Self::Lstm => &["Sigmoid", "Tanh", "Tanh"],
            Self::Gru => &["Sigmoid", "Tanh"],
            Self::Rnn => &["Tanh"],
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Activation {
    Relu,
    Tanh,
    Sigmoid,
    Affine(f64, f64),
    LeakyRelu(f64),
    ThresholdedRelu(f64),
    ScaledTanh(f64, f64),
    HardSigmoid(f64, f64),
    Elu(f64),
    Softsign,
    Softplus,
}

impl Activation {
    /// Takes from the lists of numbers as many as the function has.
    fn new<'a>(
        name: &str,
        alphas: &mut impl Iterator<Item = &'a f32>,
        betas: &mut impl Iterator<Item = &'a f32>,
    ) -> Result<Self, Fault> {
        let mut alpha = |default: f32| f64::from(alphas.next().copied().unwrap_or(default));
        let mut beta = |default: f32| f64::from(betas.next().copied().unwrap_or(default));
        Ok(match name.to_ascii_lowercase().as_str() {
            "relu" => Self::Relu,
            "tanh" => Self::Tanh,
            "sigmoid" => Self::Sigmoid,
            "affine" => Self::Affine(alpha(1.0), beta(0.0)),
            "leakyrelu" => Self::LeakyRelu(alpha(0.01)),
            "thresholdedrelu" => Self::ThresholdedRelu(alpha(1.0)),
            "scaledtanh" => Self::ScaledTanh(alpha(1.0), beta(1.0)),
            "hardsigmoid" => Self::HardSigmoid(alpha(0.2), beta(0.5)),
            "elu" => Self::Elu(alpha(1.0)),
            "softsign" => Self::Softsign,
            "softplus" => Self::Softplus,
            _ => bail!("'{name}' is no activation"),
        })
    }

    fn of<T: Real>(self, x: T) -> T {
        let (zero, one) = (T::default(), T::of(1.0));
        match self {
            Self::Relu => zero.greater(x),
            Self::Tanh => x.tanh(),
            Self::Sigmoid => one / (one + (-x).exp()),
            Self::Affine(a, b) => T::of(a) * x + T::of(b),
            Self::LeakyRelu(a) => {
                if x >= zero {
                    x
                } else {
                    T::of(a) * x
                }
            }
            Self::ThresholdedRelu(a) => {
                if x > T::of(a) {
                    x
                } else {
                    zero
                }
            }
            Self::ScaledTanh(a, b) => T::of(a) * (T::of(b) * x).tanh(),
            Self::HardSigmoid(a, b) => {
                let x = zero.greater(T::of(a) * x + T::of(b));
                if x > one { one } else { x }
            }
            Self::Elu(a) => {
                if x >= zero {
                    x
                } else {
                    T::of(a) * (x.exp() - one)
                }
            }
            Self::Softsign => x / (one + x.abs()),
            Self::Softplus => T::of(x.wide().max(0.0) + (-x.wide().abs()).exp().ln_1p()),
        }
    }
}

struct Recurrent {
    cell: Cell,
    /// For each direction: whether it goes backwards, and its activations.
    directions: Vec<(bool, Vec<Activation>)>,
    clip: Option<f64>,
    /// Batch first.
    by_batch: bool,
    input_forget: bool,
    linear_before_reset: bool,
}

pub(super) fn lstm(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    build(spec, Cell::Lstm)
}

pub(super) fn gru(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    build(spec, Cell::Gru)
}

pub(super) fn rnn(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    build(spec, Cell::Rnn)
}

fn build(spec: &mut Spec<'_>, cell: Cell) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let backwards: &[bool] = match attributes.str("direction")?.unwrap_or("forward") {
        "forward" => &[false],
        "reverse" => &[true],
        "bidirectional" => &[false, true],
        other => bail!("'{other}' is no direction"),
    };
    let defaults = cell.activations();
    let mut names = attributes.strings("activations")?;
    if names.is_empty() {
        names = backwards.iter().flat_map(|_| defaults).map(|&name| name.to_owned()).collect();
    }
    if names.len() != backwards.len() * defaults.len() {
        bail!("{} activations for {} directions", names.len(), backwards.len());
    }
    let mut alphas = attributes.floats("activation_alpha").iter();
    let mut betas = attributes.floats("activation_beta").iter();
    let mut directions = Vec::with_capacity(backwards.len());
    for (&backwards, names) in backwards.iter().zip(names.chunks_exact(defaults.len())) {
        let activations = names
            .iter()
            .map(|name| Activation::new(name, &mut alphas, &mut betas))
            .collect::<Result<_, _>>()?;
        directions.push((backwards, activations));
    }
    let recurrent = Recurrent {
        cell,
        directions,
        clip: attributes.get("clip").map(|a| f64::from(a.f)),
        by_batch: attributes.flag("layout", false),
        input_forget: attributes.flag("input_forget", false),
        linear_before_reset: attributes.flag("linear_before_reset", false),
    };
    Ok(Box::new(
        move |inputs: Inputs<'_>| floats!(inputs.tensor(0)?.dtype(), T => recurrent.run::<T>(&inputs)),
    ))
}

/// What one direction computes with.
struct Weights<'a, T> {
    w: &'a [T],
    r: &'a [T],
    /// Of the inputs and then of the state; empty where there is none.
    bias: &'a [T],
    peepholes: &'a [T],
    activations: &'a [Activation],
}

/// The lengths of everything.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    steps: usize,
    batch: usize,
    input: usize,
    hidden: usize,
}

impl Recurrent {
    fn sizes(&self, inputs: &Inputs<'_>) -> Result<Sizes, Fault> {
        let (x, w, r) = (inputs.tensor(0)?, inputs.tensor(1)?, inputs.tensor(2)?);
        let (&[a, b, input], &[.., hidden]) = (x.shape(), r.shape()) else {
            bail!("an input of shape {:?} and weights of {:?}", x.shape(), r.shape());
        };
        for i in 0..3 {
            bounded(inputs.tensor(i)?.shape())?;
        }
        let (steps, batch) = if self.by_batch { (b, a) } else { (a, b) };
        let (count, rows) = (self.directions.len(), self.cell.gates().saturating_mul(hidden));
        if w.shape() != [count, rows, input] || r.shape() != [count, rows, hidden] {
            bail!("weights of shape {:?} and {:?}", w.shape(), r.shape());
        }
        let fits = |i: usize, len: usize| -> Result<(), Fault> {
            match inputs.optional_tensor(i)? {
                Some(tensor) if tensor.len() != len => {
                    bail!("input {i} is of shape {:?}", tensor.shape())
                }
                _ => Ok(()),
            }
        };
        fits(3, count * rows * 2)?;
        fits(4, batch)?;
        fits(5, count * batch * hidden)?;
        if self.cell == Cell::Lstm {
            fits(6, count * batch * hidden)?;
            fits(7, count * hidden * 3)?;
        }
        Ok(Sizes { steps, batch, input, hidden })
    }

    fn run<T: Real>(&self, inputs: &Inputs<'_>) -> Result<Vec<Value>, Fault> {
        let dtype = inputs.tensor(0)?.dtype();
        let sizes = self.sizes(inputs)?;
        let Sizes { steps, batch, input, hidden } = sizes;
        let count = self.directions.len();
        let optional = |i: usize| -> Result<Vec<T>, Fault> {
            match inputs.optional_tensor(i)? {
                Some(tensor) => Ok(reals::<T>(tensor)?.into_owned()),
                None => Ok(Vec::new()),
            }
        };
        let x = reals::<T>(inputs.tensor(0)?)?;
        let (w, r) = (reals::<T>(inputs.tensor(1)?)?, reals::<T>(inputs.tensor(2)?)?);
        let (bias, first_h) = (optional(3)?, optional(5)?);
        let (first_c, peepholes) = if self.cell == Cell::Lstm {
            (optional(6)?, optional(7)?)
        } else {
            (Vec::new(), Vec::new())
        };
        let lengths = if inputs.get(4).is_some() { inputs.integers(4)? } else { Vec::new() };
        let state_len = limits::elements(&[count, batch, hidden])?;
        let mut y = vec![T::default(); limits::elements(&[steps, count, batch, hidden])?];
        let (mut last_h, mut last_c) =
            (vec![T::default(); state_len], vec![T::default(); state_len]);
        let part = |values: &'_ [T], at: usize| -> std::ops::Range<usize> {
            let len = values.len() / count.max(1);
            at * len..(at + 1) * len
        };
        for (at, (backwards, activations)) in self.directions.iter().enumerate() {
            let weights = Weights {
                w: w.get(part(&w, at)).unwrap_or_default(),
                r: r.get(part(&r, at)).unwrap_or_default(),
                bias: bias.get(part(&bias, at)).unwrap_or_default(),
                peepholes: peepholes.get(part(&peepholes, at)).unwrap_or_default(),
                activations,
            };
            for item in 0..batch {
                let state = if self.by_batch { item * count + at } else { at * batch + item };
                let range = state * hidden..(state + 1) * hidden;
                let start = |given: &[T]| match given.get(range.clone()) {
                    Some(given) => given.to_vec(),
                    None => vec![T::default(); hidden],
                };
                let (mut h, mut c) = (start(&first_h), start(&first_c));
                let given = lengths.get(item).map(|&n| usize::try_from(n).unwrap_or(0));
                let len = given.unwrap_or(steps).min(steps);
                for step in 0..len {
                    let step = if *backwards { len - 1 - step } else { step };
                    let row = if self.by_batch { item * steps + step } else { step * batch + item };
                    let x = x.get(row * input..(row + 1) * input).unwrap_or_default();
                    self.step(&weights, x, &mut h, &mut c);
                    let row = if self.by_batch {
                        (item * steps + step) * count + at
                    } else {
                        (step * count + at) * batch + item
                    };
                    if let Some(y) = y.get_mut(row * hidden..(row + 1) * hidden) {
                        y.copy_from_slice(&h);
                    }
                }
                for (last, state) in [(&mut last_h, &h), (&mut last_c, &c)] {
                    if let Some(last) = last.get_mut(range.clone()) {
                        last.copy_from_slice(state);
                    }
                }
            }
        }
        let (shape, state) = if self.by_batch {
            ([batch, steps, count, hidden], [batch, count, hidden])
        } else {
            ([steps, count, batch, hidden], [count, batch, hidden])
        };
        let mut outputs: Vec<Value> = vec![
            Tensor::new(shape.to_vec(), T::data(y, dtype))?.into(),
            Tensor::new(state.to_vec(), T::data(last_h, dtype))?.into(),
        ];
        if self.cell == Cell::Lstm {
            outputs.push(Tensor::new(state.to_vec(), T::data(last_c, dtype))?.into());
        }
        Ok(outputs)
    }

    fn step<T: Real>(&self, weights: &Weights<'_, T>, x: &[T], h: &mut [T], c: &mut [T]) {
        let hidden = h.len();
        let rows = self.cell.gates() * hidden;
        let (w_bias, r_bias) = weights.bias.split_at_checked(rows).unwrap_or_default();
        let product = |matrix: &[T], bias: &[T], vector: &[T], row: usize| {
            let len = vector.len();
            let line = matrix.get(row * len..(row + 1) * len).unwrap_or_default();
            dot(line, vector) + bias.get(row).copied().unwrap_or_default()
        };
        let from_x = |row: usize| product(weights.w, w_bias, x, row);
        let from_h = |h: &[T], row: usize| product(weights.r, r_bias, h, row);
        let activate = |i: usize, x: T| {
            let x = match self.clip {
                Some(clip) => {
                    let clip = T::of(clip);
                    let x = (-clip).greater(x);
                    if x > clip { clip } else { x }
                }
                None => x,
            };
            weights.activations.get(i).map_or(x, |f| f.of(x))
        };
        let one = T::of(1.0);
        match self.cell {
            Cell::Rnn => {
                let next: Vec<T> =
                    (0..hidden).map(|i| activate(0, from_x(i) + from_h(h, i))).collect();
                h.copy_from_slice(&next);
            }
            Cell::Gru => {
                let gate = |h: &[T], i: usize| activate(0, from_x(i) + from_h(h, i));
                let update: Vec<T> = (0..hidden).map(|i| gate(h, i)).collect();
                let reset: Vec<T> = (0..hidden).map(|i| gate(h, hidden + i)).collect();
                let kept: Vec<T> = h.iter().zip(&reset).map(|(&h, &r)| h * r).collect();
                let new: Vec<T> = reset
                    .iter()
                    .enumerate()
                    .map(|(i, &reset)| {
                        let row = hidden * 2 + i;
                        let recurrent = if self.linear_before_reset {
                            reset * from_h(h, row)
                        } else {
                            from_h(&kept, row)
                        };
                        activate(1, from_x(row) + recurrent)
                    })
                    .collect();
                for ((h, &z), &new) in h.iter_mut().zip(&update).zip(&new) {
                    *h = (one - z) * new + z * *h;
                }
            }
            Cell::Lstm => {
                let peephole = |gate: usize, i: usize| {
                    weights.peepholes.get(gate * hidden + i).copied().unwrap_or_default()
                };
                // Of the gates: input, output, forget, cell.
                let gates: Vec<T> = (0..rows).map(|row| from_x(row) + from_h(h, row)).collect();
                let gate = |gate: usize, i: usize| {
                    gates.get(gate * hidden + i).copied().unwrap_or_default()
                };
                for (i, (h, c)) in h.iter_mut().zip(c).enumerate() {
                    let input = activate(0, gate(0, i) + peephole(0, i) * *c);
                    let forget = if self.input_forget {
                        one - input
                    } else {
                        activate(0, gate(2, i) + peephole(2, i) * *c)
                    };
                    *c = forget * *c + input * activate(1, gate(3, i));
                    let output = activate(0, gate(1, i) + peephole(1, i) * *c);
                    // What is clipped is the gates, and not the cell.
                    *h = output * weights.activations.get(2).map_or(*c, |f| f.of(*c));
                }
            }
        }
    }
}
