//! What gives its input on: `Identity`, `Dropout`.

use tensor::{DType, Data, Tensor};

use crate::fault::{Fault, bail};
use crate::kernels::cast::convert;
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;

pub(super) fn identity(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |mut inputs: Inputs<'_>| Ok(vec![inputs.take(0)?])))
}

/// Nothing is dropped outside of training, and a node that trains is refused.
/// The mask tells what was kept: everything, since version 12. Before, ONNX
/// Runtime fills it with zeros: booleans since version 10, the data's type in
/// older ones.
pub(super) fn dropout(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    if spec.version < 7 && !spec.attributes.flag("is_test", false) {
        bail!("a Dropout for training (without 'is_test')");
    }
    if let (Some(Some(ratio)), Some(Some(training))) =
        (spec.constants.get(1), spec.constants.get(2))
    {
        refuse_training(Some(ratio), Some(training))?;
    }
    let (version, wants_mask) = (spec.version, spec.outputs > 1);
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        if version >= 12 {
            refuse_training(inputs.optional_tensor(1)?, inputs.optional_tensor(2)?)?;
        }
        let data = inputs.take_tensor(0)?;
        let mut outputs = vec![];
        if wants_mask {
            let mask: Data = vec![version >= 12; data.len()].into();
            let dtype = if version < 10 { data.dtype() } else { DType::Bool };
            outputs.push(Tensor::new(data.shape().to_vec(), convert(mask, dtype))?.into());
        }
        outputs.insert(0, data.into());
        Ok(outputs)
    }))
}

/// In training a ratio of 0 drops nothing either.
fn refuse_training(ratio: Option<&Tensor>, training: Option<&Tensor>) -> Result<(), Fault> {
    let is_training = training.and_then(Tensor::as_slice).is_some_and(|t| t.contains(&true));
    let is_zero = |ratio: &Tensor| match convert(ratio.data().clone(), DType::F32) {
        Data::F32(v) => v.iter().all(|x| *x == 0.0),
        _ => false,
    };
    if is_training && !ratio.is_some_and(is_zero) {
        bail!("a Dropout in training mode, which drops at random");
    }
    Ok(())
}
