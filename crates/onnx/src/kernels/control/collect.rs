//! The outputs that a loop puts together from what its iterations give.

use tensor::{DType, Data, Element, Tensor};

use crate::fault::{Fault, bail};
use crate::kernels::axes::{Walk, axis};
use crate::limits;
use crate::session::{Dim, ValueInfo};
use crate::tensors::strides;
use crate::value::Value;

/// Values of one shape, one after the other.
pub(super) struct Collected {
    /// The type and shape of each; as declared until there is one.
    dtype: DType,
    shape: Vec<usize>,
    data: Data,
    count: usize,
    /// How many there will be, if that is known.
    expected: Option<usize>,
}

impl Collected {
    /// Where there is no value at all, the declaration says what an empty
    /// output looks like; a length that it leaves open is 0 then, as in ONNX
    /// Runtime.
    pub(super) fn new(declared: &ValueInfo, expected: Option<usize>) -> Self {
        let dtype = declared.dtype.unwrap_or(DType::F32);
        let length = |dim: &Dim| if let Dim::Fixed(len) = dim { *len } else { 0 };
        let shape = declared.shape.iter().flatten().map(length).collect();
        Self { dtype, shape, data: Data::zeros(dtype, 0), count: 0, expected }
    }

    /// Adds a value.
    pub(super) fn push(&mut self, value: Value) -> Result<(), Fault> {
        let Value::Tensor(tensor) = value else {
            bail!("an iteration gives {}, which can't be collected", value.describe());
        };
        let dtype = tensor.dtype();
        if self.count == 0 {
            self.dtype = dtype;
            self.shape = tensor.shape().to_vec();
            self.data = Data::zeros(dtype, 0);
        } else if self.dtype != dtype || self.shape != tensor.shape() {
            bail!(
                "an iteration gives {dtype} of shape {:?}, those before it {} of shape {:?}",
                tensor.shape(),
                self.dtype,
                self.shape
            );
        }
        let room = match self.expected {
            Some(expected) if self.count == 0 => self.elements(expected)?,
            Some(_) => 0,
            None => {
                self.elements(self.count.saturating_add(1))?;
                0
            }
        };
        limits::copies(tensor.data(), self.elements(self.count.saturating_add(1))?)?;
        let (_, data) = tensor.into_parts();
        tensor::each!(data, more => append(&mut self.data, more, room));
        self.count += 1;
        Ok(())
    }

    /// Adds `count` values of zeros, like those before.
    pub(super) fn pad(&mut self, count: usize) -> Result<(), Fault> {
        let len = self.elements(count)?;
        tensor::each!(Data::zeros(self.dtype, len), more => append(&mut self.data, more, 0));
        self.count += count;
        Ok(())
    }

    /// How many elements this many values have.
    fn elements(&self, count: usize) -> Result<usize, Fault> {
        let shape: Vec<usize> = std::iter::once(count).chain(self.shape.iter().copied()).collect();
        limits::elements(&shape)
    }

    /// All values as one tensor: as many as `leading` holds, along those axes.
    pub(super) fn finish(self, leading: &[usize]) -> Result<Tensor, Fault> {
        let shape: Vec<usize> = leading.iter().chain(&self.shape).copied().collect();
        limits::elements(&shape)?;
        Ok(Tensor::new(shape, self.data)?)
    }
}

/// Moves the first axis of a tensor, where values have been collected, to
/// another place, and reverses it if asked.
pub(super) fn placed(tensor: Tensor, at: i64, reversed: bool) -> Result<Tensor, Fault> {
    let at = axis(at, tensor.rank())?;
    if at == 0 && !reversed {
        return Ok(tensor);
    }
    let mut shape = tensor.shape().to_vec();
    let mut steps: Vec<isize> = strides(&shape).iter().map(|s| s.cast_signed()).collect();
    let mut start = 0;
    if let (true, [count, ..], [step, ..]) = (reversed, &*shape, &mut *steps) {
        start = count.saturating_sub(1).saturating_mul(step.unsigned_abs());
        *step = -*step;
    }
    // The axes before the place move up by one.
    if let (Some(shape), Some(steps)) = (shape.get_mut(..=at), steps.get_mut(..=at)) {
        shape.rotate_left(1);
        steps.rotate_left(1);
    }
    let walk = Walk::new(&shape, &steps, start);
    let data: Data = tensor::each!(tensor.data(), v => {
        walk.map(|i| v.get(i).cloned().unwrap_or_default()).collect::<Vec<_>>().into()
    });
    Ok(Tensor::new(shape, data)?)
}

/// Appends elements, which are of the type of those before; makes room for
/// `room` first.
fn append<T: Element>(data: &mut Data, mut more: Vec<T>, room: usize)
where
    Data: From<Vec<T>>,
{
    let all = std::mem::replace(data, Data::Bool(Vec::new()));
    *data = match T::take(all) {
        Ok(mut all) => {
            all.reserve_exact(room);
            all.append(&mut more);
            all.into()
        }
        Err(all) => all,
    };
}
