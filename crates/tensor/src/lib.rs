//! N-dimensional arrays of one element type: the values that models take and
//! give.
//!
//! A [`Tensor`] owns its elements in row-major order and always agrees with
//! its shape; that is checked once, when it is made, so that nothing after
//! has to ask again.
//!
//! ```
//! use tensor::{DType, Tensor};
//!
//! let t = Tensor::new(vec![2, 2], vec![1.0f32, 2.0, 3.0, 4.0])?;
//! assert_eq!(t.dtype(), DType::F32);
//! assert_eq!(t.shape(), [2, 2]);
//! assert!(Tensor::new(vec![3], vec![1.0f32]).is_err());
//! # Ok::<(), tensor::ShapeError>(())
//! ```

use std::fmt;

use half::f16;

/// The type of a tensor's elements: numpy's fixed-width types and strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DType {
    /// `bool`
    Bool,
    /// `uint8`
    U8,
    /// `uint16`
    U16,
    /// `uint32`
    U32,
    /// `uint64`
    U64,
    /// `int8`
    I8,
    /// `int16`
    I16,
    /// `int32`
    I32,
    /// `int64`
    I64,
    /// `float16`
    F16,
    /// `float32`
    F32,
    /// `float64`
    F64,
    /// Text: numpy's `str` or `object`, ONNX's `string`.
    Str,
}

impl DType {
    /// numpy's name of the type, which is also what MLflow signatures say.
    #[must_use]
    pub fn numpy_name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::U8 => "uint8",
            Self::U16 => "uint16",
            Self::U32 => "uint32",
            Self::U64 => "uint64",
            Self::I8 => "int8",
            Self::I16 => "int16",
            Self::I32 => "int32",
            Self::I64 => "int64",
            Self::F16 => "float16",
            Self::F32 => "float32",
            Self::F64 => "float64",
            Self::Str => "str",
        }
    }

    /// The type that numpy calls `name`; `object` is text here.
    #[must_use]
    pub fn from_numpy_name(name: &str) -> Option<Self> {
        Some(match name {
            "bool" => Self::Bool,
            "uint8" => Self::U8,
            "uint16" => Self::U16,
            "uint32" => Self::U32,
            "uint64" => Self::U64,
            "int8" => Self::I8,
            "int16" => Self::I16,
            "int32" => Self::I32,
            "int64" => Self::I64,
            "float16" => Self::F16,
            "float32" => Self::F32,
            "float64" => Self::F64,
            "str" | "object" => Self::Str,
            _ => return None,
        })
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.numpy_name())
    }
}

/// A tensor's elements, in row-major order.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is the DType of its name")]
pub enum Data {
    Bool(Vec<bool>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    F16(Vec<f16>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    Str(Vec<String>),
}

/// Runs one expression for whichever element type the data has, with the
/// vector of elements bound to a name.
///
/// ```
/// let tensor = tensor::Tensor::vector(vec![1i64, 2, 3]);
/// assert_eq!(tensor::each!(tensor.data(), v => v.len()), 3);
/// ```
#[macro_export]
macro_rules! each {
    ($data:expr, $v:ident => $body:expr) => {
        match $data {
            $crate::Data::Bool($v) => $body,
            $crate::Data::U8($v) => $body,
            $crate::Data::U16($v) => $body,
            $crate::Data::U32($v) => $body,
            $crate::Data::U64($v) => $body,
            $crate::Data::I8($v) => $body,
            $crate::Data::I16($v) => $body,
            $crate::Data::I32($v) => $body,
            $crate::Data::I64($v) => $body,
            $crate::Data::F16($v) => $body,
            $crate::Data::F32($v) => $body,
            $crate::Data::F64($v) => $body,
            $crate::Data::Str($v) => $body,
        }
    };
}

impl Data {
    /// As many elements of a type that are zero, false or empty.
    #[must_use]
    pub fn zeros(dtype: DType, len: usize) -> Self {
        match dtype {
            DType::Bool => vec![false; len].into(),
            DType::U8 => vec![0u8; len].into(),
            DType::U16 => vec![0u16; len].into(),
            DType::U32 => vec![0u32; len].into(),
            DType::U64 => vec![0u64; len].into(),
            DType::I8 => vec![0i8; len].into(),
            DType::I16 => vec![0i16; len].into(),
            DType::I32 => vec![0i32; len].into(),
            DType::I64 => vec![0i64; len].into(),
            DType::F16 => vec![f16::ZERO; len].into(),
            DType::F32 => vec![0f32; len].into(),
            DType::F64 => vec![0f64; len].into(),
            DType::Str => vec![String::new(); len].into(),
        }
    }

    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        each!(self, v => v.len())
    }

    /// Whether there are no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The type of the elements.
    #[must_use]
    pub fn dtype(&self) -> DType {
        match self {
            Self::Bool(_) => DType::Bool,
            Self::U8(_) => DType::U8,
            Self::U16(_) => DType::U16,
            Self::U32(_) => DType::U32,
            Self::U64(_) => DType::U64,
            Self::I8(_) => DType::I8,
            Self::I16(_) => DType::I16,
            Self::I32(_) => DType::I32,
            Self::I64(_) => DType::I64,
            Self::F16(_) => DType::F16,
            Self::F32(_) => DType::F32,
            Self::F64(_) => DType::F64,
            Self::Str(_) => DType::Str,
        }
    }
}

/// A Rust type that a tensor's elements can have.
pub trait Element: Clone + Default + PartialEq + 'static {
    /// The element type as data.
    const DTYPE: DType;

    /// The elements, if they are of this type.
    fn slice(data: &Data) -> Option<&[Self]>;

    /// The elements, to be changed in place, if they are of this type.
    fn slice_mut(data: &mut Data) -> Option<&mut [Self]>;

    /// Takes the elements out, if they are of this type.
    ///
    /// # Errors
    /// Gives the data back when they are of another.
    fn take(data: Data) -> Result<Vec<Self>, Data>;
}

macro_rules! elements {
    ($($t:ty => $variant:ident),*) => {$(
        impl From<Vec<$t>> for Data {
            fn from(v: Vec<$t>) -> Self { Self::$variant(v) }
        }

        impl Element for $t {
            const DTYPE: DType = DType::$variant;

            fn slice(data: &Data) -> Option<&[Self]> {
                if let Data::$variant(v) = data { Some(v) } else { None }
            }

            fn slice_mut(data: &mut Data) -> Option<&mut [Self]> {
                if let Data::$variant(v) = data { Some(v) } else { None }
            }

            fn take(data: Data) -> Result<Vec<Self>, Data> {
                if let Data::$variant(v) = data { Ok(v) } else { Err(data) }
            }
        }
    )*};
}
elements!(bool => Bool, u8 => U8, u16 => U16, u32 => U32, u64 => U64, i8 => I8, i16 => I16,
    i32 => I32, i64 => I64, f16 => F16, f32 => F32, f64 => F64, String => Str);

/// An n-dimensional array.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    data: Data,
}

impl Tensor {
    /// Makes a tensor of `shape` from row-major elements.
    ///
    /// # Errors
    /// When the shape holds another number of elements than `data` has, or
    /// more than a `usize` can count.
    pub fn new(shape: Vec<usize>, data: impl Into<Data>) -> Result<Self, ShapeError> {
        let data = data.into();
        if element_count(&shape) == Some(data.len()) {
            Ok(Self { shape, data })
        } else {
            Err(ShapeError { shape, len: data.len() })
        }
    }

    /// Makes a tensor of one dimension.
    #[must_use]
    pub fn vector(data: impl Into<Data>) -> Self {
        let data = data.into();
        Self { shape: vec![data.len()], data }
    }

    /// Makes a tensor of no dimensions.
    #[must_use]
    pub fn scalar<T>(value: T) -> Self
    where
        Data: From<Vec<T>>,
    {
        Self { shape: Vec::new(), data: vec![value].into() }
    }

    /// The length of each dimension; empty for a scalar.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of dimensions.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The type of the elements.
    #[must_use]
    pub fn dtype(&self) -> DType {
        self.data.dtype()
    }

    /// The elements, in row-major order.
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The elements in row-major order, if they are of the type `T`.
    #[must_use]
    pub fn as_slice<T: Element>(&self) -> Option<&[T]> {
        T::slice(&self.data)
    }

    /// The elements in row-major order, to be changed in place, if they are of
    /// the type `T`.
    #[must_use]
    pub fn as_slice_mut<T: Element>(&mut self) -> Option<&mut [T]> {
        T::slice_mut(&mut self.data)
    }

    /// Takes the tensor apart into its shape and elements.
    #[must_use]
    pub fn into_parts(self) -> (Vec<usize>, Data) {
        (self.shape, self.data)
    }

    /// The same elements under another shape.
    ///
    /// # Errors
    /// When the new shape holds another number of elements.
    pub fn reshape(self, shape: Vec<usize>) -> Result<Self, ShapeError> {
        Self::new(shape, self.data)
    }
}

/// How many elements a shape holds; `None` when that overflows.
#[must_use]
pub fn element_count(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d))
}

/// A shape that does not fit the elements given for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeError {
    /// The shape that was asked for.
    pub shape: Vec<usize>,
    /// How many elements there were.
    pub len: usize,
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} elements do not fill the shape {:?}", self.len, self.shape)
    }
}

impl std::error::Error for ShapeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_dimension_holds_nothing_however_large_the_others() {
        assert_eq!(element_count(&[usize::MAX, 2, 0]), Some(0));
        assert_eq!(element_count(&[usize::MAX, 2]), None);
        assert!(Tensor::new(vec![usize::MAX, 2], vec![1u8]).is_err());
    }

    #[test]
    fn names_round_trip_through_numpy() {
        for t in
            [DType::Bool, DType::U8, DType::I64, DType::F16, DType::F32, DType::F64, DType::Str]
        {
            assert_eq!(DType::from_numpy_name(t.numpy_name()), Some(t));
        }
        assert_eq!(DType::from_numpy_name("object"), Some(DType::Str));
        assert_eq!(DType::from_numpy_name("complex64"), None);
    }

    #[test]
    fn reshape_keeps_the_elements() {
        let t = Tensor::vector(vec![1i64, 2, 3, 4, 5, 6]).reshape(vec![2, 3]).unwrap();
        assert_eq!(t.shape(), [2, 3]);
        assert!(t.reshape(vec![4]).is_err());
    }
}
