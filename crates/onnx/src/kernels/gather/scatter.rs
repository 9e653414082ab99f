//! `Scatter`, `ScatterElements`, `ScatterND`, `TensorScatter`: a tensor with
//! some elements changed. It is changed in place where nothing else reads it.

use half::f16;
use tensor::{DType, Data, Element, Tensor};

use super::{Tuples, element_places};
use crate::fault::{Fault, bail};
use crate::kernels::axes::{Around, axis};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::{Inputs, Value};

/// What becomes of the element that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reduction {
    /// It is replaced; of several updates the last stays.
    None,
    Add,
    Mul,
    Min,
    Max,
}

impl Reduction {
    fn read(spec: &Spec<'_>) -> Result<Self, Fault> {
        // Since opset 16; the extremes since 18.
        let reduction = match spec.attributes.str("reduction")?.unwrap_or("none") {
            "none" => Self::None,
            "add" => Self::Add,
            "mul" => Self::Mul,
            "min" => Self::Min,
            "max" => Self::Max,
            other => bail!("'{other}' is no reduction"),
        };
        if let Some(Some(dtype)) = spec.dtypes.first() {
            reduction.check(*dtype)?;
        }
        Ok(reduction)
    }

    /// Texts can be replaced and, as in ONNX Runtime, joined.
    fn check(self, dtype: DType) -> Result<(), Fault> {
        match (self, dtype) {
            (Self::Mul | Self::Min | Self::Max, DType::Str) => {
                bail!("texts can't be reduced by {self:?}")
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn scatter_elements(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let along = spec.attributes.int("axis", 0);
    let reduction = Reduction::read(spec)?;
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let indices = inputs.tensor(1)?;
        if inputs.tensor(2)?.shape() != indices.shape() {
            bail!("updates and indices have different shapes");
        }
        let shape = inputs.tensor(0)?.shape();
        let places = element_places(shape, indices, &inputs.integers(1)?, along)?;
        let data = inputs.take_tensor(0)?;
        changed(data, inputs.tensor(2)?, &places, 1, reduction)
    }))
}

pub(super) fn scatter_nd(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let reduction = Reduction::read(spec)?;
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let tuples = Tuples::new(inputs.tensor(0)?.shape(), inputs.tensor(1)?.shape(), 0)?;
        if inputs.tensor(2)?.shape() != [tuples.outer, tuples.block].concat() {
            bail!("updates of shape {:?} are not one for each index", inputs.tensor(2)?.shape());
        }
        let places = tuples.places(inputs.slice::<i64>(1)?)?;
        let block = limits::elements(tuples.block)?;
        let data = inputs.take_tensor(0)?;
        changed(data, inputs.tensor(2)?, &places, block, reduction)
    }))
}

/// Writes what is new into a cache, each sample at its own position along the
/// axis.
pub(super) fn tensor_scatter(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let along = spec.attributes.int("axis", -2);
    let circular = match spec.attributes.str("mode")?.unwrap_or("linear") {
        "linear" => false,
        "circular" => true,
        other => bail!("'{other}' is no mode"),
    };
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (cache, update) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let along = axis(along, cache.rank())?;
        let mut pairs = cache.shape().iter().zip(update.shape()).enumerate();
        if along == 0 || cache.rank() != update.rank() {
            bail!("axis {along} of shapes {:?} and {:?}", cache.shape(), update.shape());
        }
        if !pairs.all(|(i, (len, new))| if i == along { new <= len } else { new == len }) {
            bail!("an update of {:?} for a cache of {:?}", update.shape(), cache.shape());
        }
        let batches = cache.shape().first().copied().unwrap_or(0);
        let given = match inputs.get(2) {
            Some(_) => Some(inputs.integers(2)?),
            None => None,
        };
        if given.as_ref().is_some_and(|given| given.len() != batches) {
            bail!("'write_indices' is not one for each of {batches} samples");
        }
        let mut places = Vec::new();
        let mut inner = 0;
        if !update.is_empty() {
            let around = Around::new(cache.shape(), along);
            let new = Around::new(update.shape(), along).len;
            inner = around.inner;
            let per_batch = around.outer.checked_div(batches).unwrap_or(0).max(1);
            places.reserve(around.outer.saturating_mul(new));
            for row in 0..around.outer {
                let given = given.as_ref().and_then(|given| given.get(row / per_batch));
                let at = match usize::try_from(given.copied().unwrap_or(0)) {
                    Ok(at) if circular => at % around.len,
                    Ok(at) if at <= around.len - new => at,
                    _ => bail!("'write_indices' leave the cache of {}", around.len),
                };
                let place = |i| (row * around.len + (at + i) % around.len) * inner;
                places.extend((0..new).map(place));
            }
        }
        let data = inputs.take_tensor(0)?;
        changed(data, inputs.tensor(1)?, &places, inner, Reduction::None)
    }))
}

/// The tensor after each block of the updates has come to its place.
fn changed(
    tensor: Tensor,
    updates: &Tensor,
    places: &[usize],
    block: usize,
    reduction: Reduction,
) -> Result<Vec<Value>, Fault> {
    if tensor.dtype() != updates.dtype() {
        bail!("updates of {} for a tensor of {}", updates.dtype(), tensor.dtype());
    }
    reduction.check(tensor.dtype())?;
    if reduction == Reduction::Add {
        // Texts are joined.
        limits::copies(tensor.data(), tensor.len())?;
        limits::copies(updates.data(), updates.len())?;
    }
    let (shape, mut data) = tensor.into_parts();
    if !updates.is_empty() {
        let updates = updates.data();
        match reduction {
            Reduction::None => tensor::each!(&mut data, v => replace(v, updates, places, block)),
            _ => tensor::each!(&mut data, v => reduce(v, updates, places, block, reduction)),
        }
    }
    Ok(vec![Tensor::new(shape, data)?.into()])
}

/// Each place with the block that comes to it.
fn blocks<'a, T: Element>(
    updates: &'a Data,
    places: &'a [usize],
    block: usize,
) -> impl Iterator<Item = (usize, &'a [T])> {
    let updates = T::slice(updates).unwrap_or_default();
    places.iter().copied().zip(updates.chunks_exact(block.max(1)))
}

fn replace<T: Element>(to: &mut [T], updates: &Data, places: &[usize], block: usize) {
    for (place, update) in blocks::<T>(updates, places, block) {
        if let Some(to) = to.get_mut(place..place.saturating_add(block)) {
            to.clone_from_slice(update);
        }
    }
}

fn reduce<T: Reduce>(
    to: &mut [T],
    updates: &Data,
    places: &[usize],
    block: usize,
    reduction: Reduction,
) {
    for (place, update) in blocks::<T>(updates, places, block) {
        let to = to.get_mut(place..place.saturating_add(block)).unwrap_or_default();
        for (to, update) in to.iter_mut().zip(update) {
            to.reduce(update, reduction);
        }
    }
}

/// An element that another one is added to, and so on.
trait Reduce: Element {
    fn reduce(&mut self, update: &Self, reduction: Reduction);
}

/// The extreme of two as ONNX Runtime finds it: the update, unless what is
/// there is smaller, or larger. So it is the update where either is no number.
macro_rules! extreme {
    ($old:expr, $how:tt, $new:expr) => {
        if $old $how $new { $old } else { $new }
    };
}

macro_rules! reduce_integers {
    ($($t:ty),*) => {$(
        impl Reduce for $t {
            #[inline]
            fn reduce(&mut self, update: &Self, reduction: Reduction) {
                *self = match reduction {
                    Reduction::None => *update,
                    Reduction::Add => self.wrapping_add(*update),
                    Reduction::Mul => self.wrapping_mul(*update),
                    Reduction::Min => extreme!(*self, <, *update),
                    Reduction::Max => extreme!(*self, >, *update),
                };
            }
        }
    )*};
}
reduce_integers!(u8, u16, u32, u64, i8, i16, i32, i64);

macro_rules! reduce_floats {
    ($($t:ty),*) => {$(
        impl Reduce for $t {
            #[inline]
            fn reduce(&mut self, update: &Self, reduction: Reduction) {
                *self = match reduction {
                    Reduction::None => *update,
                    Reduction::Add => *self + *update,
                    Reduction::Mul => *self * *update,
                    Reduction::Min => extreme!(*self, <, *update),
                    Reduction::Max => extreme!(*self, >, *update),
                };
            }
        }
    )*};
}
reduce_floats!(f32, f64);

impl Reduce for f16 {
    fn reduce(&mut self, update: &Self, reduction: Reduction) {
        let mut wide = self.to_f32();
        wide.reduce(&update.to_f32(), reduction);
        *self = Self::from_f32(wide);
    }
}

/// The sum of truths is "or", their product "and".
impl Reduce for bool {
    fn reduce(&mut self, update: &Self, reduction: Reduction) {
        *self = match reduction {
            Reduction::None => *update,
            Reduction::Add | Reduction::Max => *self | *update,
            Reduction::Mul | Reduction::Min => *self & *update,
        };
    }
}

impl Reduce for String {
    fn reduce(&mut self, update: &Self, reduction: Reduction) {
        match reduction {
            Reduction::Add => self.push_str(update),
            _ => self.clone_from(update),
        }
    }
}
