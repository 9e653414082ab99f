//! Data frames: named columns of equal length.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use tensor::{DType, Data};

use crate::pandas::astype;
use crate::values::{Array, Values};

/// What a column is called: a name, or its place when nobody named it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Label {
    /// A name.
    Name(Arc<str>),
    /// A number: the column's place, unless the request says otherwise.
    Index(i64),
}

impl Label {
    /// The name, when it is one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Index(_) => None,
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Index(i) => i.fmt(f),
        }
    }
}

/// An ordered table of columns, each of one type, all of the same length.
///
/// ```
/// use mlmodel::{DataFrame, Label};
///
/// let frame = DataFrame::new(vec![
///     (Label::Name("a".into()), vec![1.0f64, 2.0].into()),
///     (Label::Name("b".into()), vec![true, false].into()),
/// ]);
/// assert_eq!(frame.map(|f| (f.rows(), f.width())), Some((2, 2)));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataFrame {
    rows: usize,
    columns: Vec<(Label, Values)>,
}

impl DataFrame {
    /// Makes a frame; `None` when the columns differ in length.
    #[must_use]
    pub fn new(columns: Vec<(Label, Values)>) -> Option<Self> {
        let rows = columns.first().map_or(0, |(_, values)| values.len());
        columns.iter().all(|(_, v)| v.len() == rows).then_some(Self { rows, columns })
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[(Label, Values)] {
        &self.columns
    }

    /// The first column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Values> {
        let named = |label: &Label| matches!(label, Label::Name(n) if **n == *name);
        self.columns.iter().find(|(label, _)| named(label)).map(|(_, values)| values)
    }

    /// Rebuilds the frame with every column changed by `f`.
    pub(crate) fn try_map<E>(
        self,
        mut f: impl FnMut(usize, &Label, Values) -> Result<Values, E>,
    ) -> Result<Self, E> {
        let rows = self.rows;
        let columns = self.columns.into_iter().enumerate().map(|(i, (label, values))| {
            let values = f(i, &label, values)?;
            debug_assert_eq!(values.len(), rows, "a conversion keeps every row");
            Ok((label, values))
        });
        Ok(Self { rows, columns: columns.collect::<Result<_, E>>()? })
    }
}

/// The type that holds all columns' values: numbers widen to a common type, as
/// numpy's promotion has it; anything else mixed makes objects.
fn common_type(columns: &[(Label, Values)]) -> Option<DType> {
    let mut types = columns.iter().map(|(_, values)| match values {
        Values::Data(data) => Some(data.dtype()),
        _ => None,
    });
    let first = types.next()??;
    types.try_fold(first, |a, b| promote(a, b?))
}

fn promote(a: DType, b: DType) -> Option<DType> {
    use DType::{Bool, F16, F32, F64, I8, I16, I32, I64, Str, U8, U16, U32, U64};
    // Rank of a number type: is it a float, is it signed, and how wide.
    let rank = |t| match t {
        U8 => Some((false, false, 8)),
        U16 => Some((false, false, 16)),
        U32 => Some((false, false, 32)),
        U64 => Some((false, false, 64)),
        I8 => Some((false, true, 8)),
        I16 => Some((false, true, 16)),
        I32 => Some((false, true, 32)),
        I64 => Some((false, true, 64)),
        F16 => Some((true, true, 16)),
        F32 => Some((true, true, 32)),
        F64 => Some((true, true, 64)),
        Bool | Str => None,
    };
    if a == b {
        return Some(a);
    }
    let ((a_float, a_signed, a_bits), (b_float, b_signed, b_bits)) = (rank(a)?, rank(b)?);
    let signed = |bits| match bits {
        8 => I8,
        16 => I16,
        32 => I32,
        64 => I64,
        _ => F64,
    };
    let float = |bits| match bits {
        16 => F16,
        32 => F32,
        _ => F64,
    };
    // A float that keeps most integers of n bits has twice as many.
    let as_float = |is_float, bits: u32| if is_float { bits } else { (bits * 2).min(64) };
    Some(if a_float || b_float {
        float(as_float(a_float, a_bits).max(as_float(b_float, b_bits)))
    } else if a_signed == b_signed {
        if a_bits > b_bits { a } else { b }
    } else {
        let (signed_bits, unsigned_bits) =
            if a_signed { (a_bits, b_bits) } else { (b_bits, a_bits) };
        signed(signed_bits.max(unsigned_bits * 2))
    })
}

/// Row-major elements from columns of equal length.
fn interleave<T: Clone>(columns: &[&[T]], rows: usize) -> Vec<T> {
    let mut out = Vec::with_capacity(rows * columns.len());
    for i in 0..rows {
        out.extend(columns.iter().filter_map(|column| column.get(i)).cloned());
    }
    out
}

impl DataFrame {
    /// The whole frame as one array of `[rows, columns]`, as pandas's
    /// `DataFrame.values` gives it: columns of different number types take
    /// their common type, and columns that have none become objects. `None`
    /// for times and bytes beside other columns.
    #[must_use]
    pub fn to_array(&self) -> Option<Array> {
        let shape = vec![self.rows, self.width()];
        let Some(dtype) = common_type(&self.columns) else { return self.to_object_array() };
        let cast = self.columns.iter().map(|(_, values)| match values {
            Values::Data(data) if data.dtype() == dtype => Some(Cow::Borrowed(data)),
            values => match astype(values.clone(), dtype) {
                Ok(Values::Data(data)) => Some(Cow::Owned(data)),
                _ => None,
            },
        });
        let columns: Vec<Cow<'_, Data>> = cast.collect::<Option<_>>()?;
        macro_rules! of_type {
            ($($variant:ident),*) => { match dtype {$(
                dtype if dtype == of_type!(@dtype $variant) => {
                    let slices = columns.iter().map(|c| match c.as_ref() {
                        Data::$variant(v) => Some(v.as_slice()),
                        _ => None,
                    });
                    interleave(&slices.collect::<Option<Vec<_>>>()?, self.rows).into()
                })*
                _ => return None,
            }};
            (@dtype $variant:ident) => { DType::$variant };
        }
        let values: Values =
            of_type!(Bool, U8, U16, U32, U64, I8, I16, I32, I64, F16, F32, F64, Str);
        Array::new(shape, values)
    }

    fn to_object_array(&self) -> Option<Array> {
        if self.columns.iter().any(|(_, v)| matches!(v, Values::Datetime(_) | Values::Bytes(_))) {
            return None;
        }
        let mut cells = Vec::with_capacity(self.rows * self.width());
        for i in 0..self.rows {
            cells.extend(self.columns.iter().filter_map(|(_, values)| values.get(i)));
        }
        Array::new(vec![self.rows, self.width()], Values::Object(cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(columns: Vec<Values>) -> DataFrame {
        DataFrame::new((0i64..).map(Label::Index).zip(columns).collect()).unwrap()
    }

    #[test]
    fn columns_interleave_into_rows_of_a_common_type() {
        let array = frame(vec![vec![1i64, 2].into(), vec![0.5f64, 1.5].into()]).to_array().unwrap();
        assert_eq!(array.shape(), [2, 2]);
        assert_eq!(array.values(), &vec![1.0f64, 0.5, 2.0, 1.5].into());
    }

    #[test]
    fn types_promote_as_numpys_do() {
        use DType::*;
        for (a, b, expected) in [
            (I32, F32, Some(F64)),
            (I16, F32, Some(F32)),
            (I32, I64, Some(I64)),
            (U64, I64, Some(F64)),
            (U32, I32, Some(I64)),
            (F32, F64, Some(F64)),
            (I8, F16, Some(F16)),
            (Bool, I64, None),
            (Str, Str, Some(Str)),
        ] {
            assert_eq!(promote(a, b), expected, "{a} {b}");
            assert_eq!(promote(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn mixed_columns_make_objects() {
        let array = frame(vec![vec![true].into(), vec!["a".to_owned()].into()]).to_array().unwrap();
        assert_eq!(array.values().type_name(), "object");
        assert!(frame(vec![Values::Datetime(vec![None]), vec![1i64].into()]).to_array().is_none());
    }

    #[test]
    fn an_empty_frame_is_an_empty_array() {
        assert_eq!(frame(vec![]).to_array().unwrap().shape(), [0, 0]);
    }
}
