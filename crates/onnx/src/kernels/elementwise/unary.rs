//! Functions of one number: `Abs`, `Neg`, `Exp`, and all the activations.

use std::borrow::Cow;

use tensor::{DType, Data, Tensor};

use crate::fault::{Fault, bail};
use crate::kernels::cast::{convert, is_signed, is_unsigned, widen};
#[cfg(feature = "networks")]
use crate::kernels::math::exp_m1;
use crate::kernels::math::{erf, exp, sigmoid, tanh};
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;

/// A function's parameters, as the attributes give them.
type Parameters = [f32; 3];

/// What a function does in each of the types that are computed in.
#[derive(Clone, Copy)]
struct Function {
    /// For doubles; and for 32-bit floats, where there is nothing faster.
    exact: Option<fn(f64, [f64; 3]) -> f64>,
    /// A loop over 32-bit floats.
    fast: Option<fn(&mut [f32], Parameters)>,
    signed: Option<fn(i64) -> i64>,
    unsigned: Option<fn(u64) -> u64>,
}

const NONE: Function = Function { exact: None, fast: None, signed: None, unsigned: None };

#[inline(always)]
fn each(v: &mut [f32], parameters: Parameters, f: impl Fn(f32, Parameters) -> f32) {
    v.iter_mut().for_each(|x| *x = f(*x, parameters));
}

/// A loop over 32-bit floats that does `f`.
macro_rules! fast {
    ($f:expr) => {
        Some(|v, parameters| each(v, parameters, $f))
    };
}

/// A function that is the same in both precisions.
macro_rules! both {
    ($f:expr) => {
        Function { exact: Some($f), fast: fast!($f), ..NONE }
    };
}

/// A function with a faster form for 32-bit floats.
macro_rules! fast_and_exact {
    ($fast:expr, $exact:expr) => {
        Function { exact: Some($exact), fast: fast!($fast), ..NONE }
    };
}

/// A function that is rare enough to be computed in doubles always.
const fn exact(f: fn(f64, [f64; 3]) -> f64) -> Function {
    Function { exact: Some(f), ..NONE }
}

fn function(op: &str) -> Option<Function> {
    Some(match op {
        "Abs" => Function {
            signed: Some(i64::wrapping_abs),
            unsigned: Some(|x| x),
            ..both!(|x, _| x.abs())
        },
        "Neg" => Function { signed: Some(i64::wrapping_neg), ..both!(|x, _| -x) },
        // Not a number has no sign; ONNX Runtime gives it back.
        "Sign" => Function {
            signed: Some(i64::signum),
            unsigned: Some(|x| x.min(1)),
            ..exact(|x, _| if x == 0.0 || x.is_nan() { x.abs() } else { x.signum() })
        },
        "Relu" => Function {
            signed: Some(|x| x.max(0)),
            unsigned: Some(|x| x),
            ..both!(|x, _| if x < 0.0 { 0.0 } else { x })
        },
        #[cfg(feature = "networks")]
        "BitwiseNot" => Function { signed: Some(|x| !x), unsigned: Some(|x| !x), ..NONE },
        "Ceil" => both!(|x, _| x.ceil()),
        "Floor" => both!(|x, _| x.floor()),
        "Round" => both!(|x, _| x.round_ties_even()),
        "Sqrt" => both!(|x, _| x.sqrt()),
        "Reciprocal" => both!(|x, _| x.recip()),
        "Log" => both!(|x, _| x.ln()),
        "Exp" => fast_and_exact!(|x, _| exp(x), |x, _| x.exp()),
        "Sigmoid" => fast_and_exact!(|x, _| sigmoid(x), |x, _| logistic(x)),
        "Tanh" => fast_and_exact!(|x, _| tanh(x), |x, _| x.tanh()),
        "Erf" => fast_and_exact!(|x, _| erf(x), |x, _| libm::erf(x)),
        "Sin" => exact(|x, _| x.sin()),
        "Cos" => exact(|x, _| x.cos()),
        #[cfg(feature = "networks")]
        "Tan" => exact(|x, _| x.tan()),
        #[cfg(feature = "networks")]
        "Asin" => exact(|x, _| x.asin()),
        #[cfg(feature = "networks")]
        "Acos" => exact(|x, _| x.acos()),
        #[cfg(feature = "networks")]
        "Atan" => exact(|x, _| x.atan()),
        #[cfg(feature = "networks")]
        "Sinh" => exact(|x, _| x.sinh()),
        #[cfg(feature = "networks")]
        "Cosh" => exact(|x, _| x.cosh()),
        #[cfg(feature = "networks")]
        "Asinh" => exact(|x, _| x.asinh()),
        #[cfg(feature = "networks")]
        "Acosh" => exact(|x, _| x.acosh()),
        #[cfg(feature = "networks")]
        "Atanh" => exact(|x, _| x.atanh()),
        "LeakyRelu" => both!(|x, [alpha, ..]| if x < 0.0 { alpha * x } else { x }),
        "ThresholdedRelu" => both!(|x, [alpha, ..]| if x > alpha { x } else { 0.0 }),
        #[cfg(feature = "networks")]
        "HardSigmoid" => both!(|x, [alpha, beta, _]| (alpha * x + beta).clamp(0.0, 1.0)),
        #[cfg(feature = "networks")]
        "HardSwish" => both!(|x, _| x * (x / 6.0 + 0.5).clamp(0.0, 1.0)),
        #[cfg(feature = "networks")]
        "Softsign" => both!(|x, _| x / (1.0 + x.abs())),
        "Softplus" => exact(|x, _| softplus(x)),
        #[cfg(feature = "networks")]
        "Mish" => exact(|x, _| x * softplus(x).tanh()),
        #[cfg(feature = "networks")]
        "Swish" => fast_and_exact!(|x, [alpha, ..]| x * sigmoid(alpha * x), |x, [alpha, ..]| x
            * logistic(alpha * x)),
        // The parameters: a factor, that of the negative side, and what x is
        // divided by there.
        #[cfg(feature = "networks")]
        "Elu" | "Selu" | "Celu" => fast_and_exact!(
            |x, [scale, alpha, width]| {
                scale * if x < 0.0 { alpha * exp_m1(x / width) } else { x }
            },
            |x, [scale, alpha, width]| {
                scale * if x < 0.0 { alpha * (x / width).exp_m1() } else { x }
            }
        ),
        #[cfg(feature = "networks")]
        "Gelu" => fast_and_exact!(
            |x, _| 0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2)),
            |x, _| 0.5 * x * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2))
        ),
        #[cfg(feature = "networks")]
        "Gelu by tanh" => fast_and_exact!(
            |x, _| 0.5 * x * (1.0 + tanh(0.797_884_6 * (x + 0.044_715 * x * x * x))),
            |x, _| {
                let scale = (2.0 / std::f64::consts::PI).sqrt();
                0.5 * x * (1.0 + (scale * (x + 0.044_715 * x * x * x)).tanh())
            }
        ),
        // Integers too, by way of 32-bit floats, as in ONNX Runtime.
        #[cfg(feature = "networks")]
        "Shrink" => exact(|x, [bias, bound, _]| {
            if x < -bound {
                x + bias
            } else if x > bound {
                x - bias
            } else {
                0.0
            }
        }),
        _ => return None,
    })
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `ln(1 + exp(x))`
fn softplus(x: f64) -> f64 {
    // A comparison that keeps what is not a number.
    (if x < 0.0 { 0.0 } else { x }) + (-x.abs()).exp().ln_1p()
}

/// Whether an operator is in this file.
pub(super) fn is_known(op: &str) -> bool {
    function(op).is_some()
}

impl Function {
    /// Whether it is defined for a type.
    fn takes(&self, dtype: DType) -> bool {
        match dtype {
            DType::F16 | DType::F32 | DType::F64 => self.exact.is_some(),
            _ if is_signed(dtype) => self.signed.is_some(),
            _ => is_unsigned(dtype) && self.unsigned.is_some(),
        }
    }

    fn run(&self, data: &mut Data, parameters: Parameters) {
        let doubles = parameters.map(f64::from);
        match (data, self) {
            (Data::F32(v), Self { fast: Some(f), .. }) => f(v, parameters),
            (Data::F32(v), Self { exact: Some(f), .. }) => {
                v.iter_mut().for_each(|x| *x = f(f64::from(*x), doubles) as f32);
            }
            (Data::F64(v), Self { exact: Some(f), .. }) => {
                v.iter_mut().for_each(|x| *x = f(*x, doubles));
            }
            (Data::I64(v), Self { signed: Some(f), .. }) => v.iter_mut().for_each(|x| *x = f(*x)),
            (Data::U64(v), Self { unsigned: Some(f), .. }) => v.iter_mut().for_each(|x| *x = f(*x)),
            _ => {}
        }
    }
}

fn parameters(spec: &Spec<'_>) -> Parameters {
    let float = |name, default| spec.attributes.float(name, default);
    match spec.op {
        "LeakyRelu" => [float("alpha", 0.01), 0.0, 0.0],
        "ThresholdedRelu" | "Swish" => [float("alpha", 1.0), 0.0, 0.0],
        "HardSigmoid" => [float("alpha", 0.2), float("beta", 0.5), 0.0],
        "Elu" => [1.0, float("alpha", 1.0), 1.0],
        "Celu" => [1.0, float("alpha", 1.0), float("alpha", 1.0)],
        // The defaults changed in the seventh digit.
        "Selu" if spec.version < 6 => [float("gamma", 1.0507), float("alpha", 1.6732), 1.0],
        "Selu" => [float("gamma", 1.050_701), float("alpha", 1.673_263_2), 1.0],
        "Shrink" => [float("bias", 0.0), float("lambd", 0.5), 0.0],
        _ => [0.0; 3],
    }
}

pub(super) fn unary(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let name = match (spec.op, spec.attributes.str("approximate")?) {
        ("Gelu", Some("tanh")) => "Gelu by tanh",
        ("Gelu", Some(other)) if other != "none" => bail!("'{other}' is no approximation of Gelu"),
        (op, _) => op,
    };
    let Some(function) = function(name) else { bail!("{name} is not known") };
    let parameters = parameters(spec);
    let shrinks = spec.op == "Shrink";
    if let Some(Some(dtype)) = spec.dtypes.first()
        && !function.takes(*dtype)
        && !(shrinks && is_number(*dtype))
    {
        bail!("{} does not take {dtype}", spec.op);
    }
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (shape, data) = inputs.take_tensor(0)?.into_parts();
        let dtype = data.dtype();
        let mut data = if function.takes(dtype) {
            widen(Cow::Owned(data)).into_owned()
        } else if shrinks && is_number(dtype) {
            convert(data, DType::F32)
        } else {
            bail!("the operator does not take {dtype}");
        };
        function.run(&mut data, parameters);
        Ok(vec![Tensor::new(shape, convert(data, dtype))?.into()])
    }))
}

fn is_number(dtype: DType) -> bool {
    !matches!(dtype, DType::Bool | DType::Str)
}
