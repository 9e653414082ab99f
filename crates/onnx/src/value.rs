//! What flows through a graph.

use std::borrow::Cow;

use tensor::{Data, Element, Tensor};

use crate::fault::Fault;

/// A value that a model takes or gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An n-dimensional array.
    Tensor(Tensor),
    /// A list of values of one type.
    Sequence(Vec<Value>),
    /// Keys with a number or a text each.
    Map(Map),
    /// The list of maps that `ZipMap` makes: a row of probabilities for each
    /// row of input, all under the same keys.
    Maps(Maps),
    /// An optional that holds nothing.
    None,
}

/// Keys, and a value for each, in one order.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// `int64` or text.
    pub keys: Data,
    /// As many as there are keys.
    pub values: Data,
}

/// Maps that share their keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Maps {
    /// `int64` or text: one for each column of `values`.
    pub keys: Data,
    /// A row for each map; of two dimensions.
    pub values: Tensor,
}

impl Value {
    /// The tensor that this is, if it is one.
    #[must_use]
    pub fn as_tensor(&self) -> Option<&Tensor> {
        if let Self::Tensor(tensor) = self { Some(tensor) } else { None }
    }

    /// The tensor that this is, if it is one.
    #[must_use]
    pub fn into_tensor(self) -> Option<Tensor> {
        if let Self::Tensor(tensor) = self { Some(tensor) } else { None }
    }

    /// What this is, for a message.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Tensor(t) => format!("a tensor of {} of shape {:?}", t.dtype(), t.shape()),
            Self::Sequence(_) => "a sequence".into(),
            Self::Map(_) => "a map".into(),
            Self::Maps(_) => "a sequence of maps".into(),
            Self::None => "nothing".into(),
        }
    }
}

impl From<Tensor> for Value {
    fn from(tensor: Tensor) -> Self {
        Self::Tensor(tensor)
    }
}

/// What a kernel is given: its node's inputs, in order. Those that nothing
/// reads afterwards are its own, and may be changed in place.
#[derive(Debug)]
pub(crate) struct Inputs<'a>(pub(crate) Vec<Option<Cow<'a, Value>>>);

impl<'a> Inputs<'a> {
    /// How many inputs the node names, those left out in the middle included.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The input at `i`, or `None` where it was left out.
    pub(crate) fn get(&self, i: usize) -> Option<&Value> {
        self.0.get(i).and_then(Option::as_deref)
    }

    /// The input at `i`.
    pub(crate) fn value(&self, i: usize) -> Result<&Value, Fault> {
        self.get(i).ok_or_else(|| Fault::new(format!("input {i} is missing")))
    }

    /// The input at `i`, taken out; copied only when it is read again later.
    pub(crate) fn take(&mut self, i: usize) -> Result<Value, Fault> {
        self.take_cow(i).map(Cow::into_owned)
    }

    /// The input at `i`, taken out and not copied.
    pub(crate) fn take_cow(&mut self, i: usize) -> Result<Cow<'a, Value>, Fault> {
        self.0
            .get_mut(i)
            .and_then(Option::take)
            .ok_or_else(|| Fault::new(format!("input {i} is missing")))
    }

    /// The tensor at `i`.
    pub(crate) fn tensor(&self, i: usize) -> Result<&Tensor, Fault> {
        let value = self.value(i)?;
        value
            .as_tensor()
            .ok_or_else(|| Fault::new(format!("input {i} is {}, not a tensor", value.describe())))
    }

    /// The tensor at `i`, or `None` where it was left out.
    pub(crate) fn optional_tensor(&self, i: usize) -> Result<Option<&Tensor>, Fault> {
        if self.get(i).is_none() { Ok(None) } else { self.tensor(i).map(Some) }
    }

    /// The tensor at `i`, taken out; copied only when it is read again later.
    pub(crate) fn take_tensor(&mut self, i: usize) -> Result<Tensor, Fault> {
        self.tensor(i)?;
        self.take(i)?.into_tensor().ok_or_else(|| Fault::new(format!("input {i} is no tensor")))
    }

    /// The elements of the tensor at `i`, which has to be of this type.
    pub(crate) fn slice<T: Element>(&self, i: usize) -> Result<&[T], Fault> {
        let tensor = self.tensor(i)?;
        tensor.as_slice().ok_or_else(|| {
            Fault::new(format!("input {i} is of type {}, not {}", tensor.dtype(), T::DTYPE))
        })
    }

    /// The integers of the tensor at `i`: an int64 or int32 tensor.
    pub(crate) fn integers(&self, i: usize) -> Result<Vec<i64>, Fault> {
        let tensor = self.tensor(i)?;
        match tensor.data() {
            Data::I64(v) => Ok(v.clone()),
            Data::I32(v) => Ok(v.iter().map(|&x| i64::from(x)).collect()),
            _ => Err(Fault::new(format!(
                "input {i} is of type {}, where an integer is wanted",
                tensor.dtype()
            ))),
        }
    }
}
