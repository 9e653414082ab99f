//! Layers of networks: convolutions, pools, images and attention.

mod attention;
mod conv;
mod deform;
mod grid;
mod linear_attention;
mod lrn;
mod patches;
mod pool;
pub(super) mod real;
mod recurrent;
mod regions;
mod resize;
mod rotary;
pub(super) mod window;

use super::{Build, Kernel, Spec};

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    if !matches!(domain, "" | "ai.onnx") {
        return None;
    }
    Some(match op {
        "AffineGrid" => grid::affine,
        "Attention" => attention::attention,
        "AveragePool" => pool::average,
        "CausalConvWithState" => linear_attention::causal_conv,
        "Col2Im" => conv::col2im,
        "Conv" => conv::conv,
        "ConvInteger" => conv::integer,
        "ConvTranspose" => conv::transpose,
        "DeformConv" => deform::deform,
        "GRU" => recurrent::gru,
        "GlobalAveragePool" => pool::global_average,
        "GlobalLpPool" => pool::global_norm,
        "GlobalMaxPool" => pool::global_max,
        "GridSample" => grid::sample,
        "LRN" => lrn::lrn,
        "LSTM" => recurrent::lstm,
        "LinearAttention" => linear_attention::attention,
        "LpPool" => pool::norm,
        "MaxPool" => pool::max,
        "MaxRoiPool" => regions::max_pool,
        "MaxUnpool" => pool::unpool,
        "NonMaxSuppression" => regions::suppress,
        "QLinearConv" => conv::quantized,
        "RNN" => recurrent::rnn,
        "Resize" => resize::resize,
        "RoiAlign" => regions::align,
        "RotaryEmbedding" => rotary::rotary,
        "Upsample" => resize::upsample,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use tensor::Tensor;

    use crate::attributes::Attributes;
    use crate::fault::Fault;
    use crate::kernels::Spec;
    use crate::proto::AttributeProto;
    use crate::value::{Inputs, Value};

    fn ints(name: &str, ints: &[i64]) -> AttributeProto {
        AttributeProto { name: name.into(), ints: ints.to_vec(), ..Default::default() }
    }

    fn text(name: &str, text: &str) -> AttributeProto {
        let s = text.as_bytes().to_vec();
        AttributeProto { name: name.into(), s: s.into(), ..Default::default() }
    }

    fn tensor(shape: &[usize], values: &[f32]) -> Tensor {
        Tensor::new(shape.to_vec(), values.to_vec()).unwrap()
    }

    fn run(
        op: &str,
        version: i64,
        attributes: &[AttributeProto],
        inputs: Vec<Option<Tensor>>,
    ) -> Result<Vec<f32>, Fault> {
        let mut spec = Spec {
            op,
            version,
            attributes: Attributes(attributes),
            constants: vec![None; inputs.len()],
            dtypes: vec![None; inputs.len()],
            outputs: 1,
            scale: None,
            absorbed: Vec::new(),
            bodies: Vec::new(),
        };
        let kernel = super::find("", op).unwrap()(&mut spec)?;
        let inputs = inputs.into_iter().map(|i| i.map(|t| Cow::Owned(Value::Tensor(t)))).collect();
        let outputs = kernel.run(Inputs(inputs))?;
        Ok(outputs.first().unwrap().as_tensor().unwrap().as_slice::<f32>().unwrap().to_vec())
    }

    #[test]
    fn the_odd_padding_of_a_transposed_convolution_is_after_only_for_same_upper() {
        let x = tensor(&[1, 1, 3], &[1.0, 10.0, 100.0]);
        let w = tensor(&[1, 1, 3], &[1.0, 2.0, 3.0]);
        let answer = |attribute| {
            let attributes = [ints("strides", &[2]), attribute];
            run("ConvTranspose", 11, &attributes, vec![Some(x.clone()), Some(w.clone())]).unwrap()
        };
        let upper = answer(text("auto_pad", "SAME_UPPER"));
        assert_eq!(upper, [1.0, 2.0, 13.0, 20.0, 130.0, 200.0]);
        let lower = [2.0, 13.0, 20.0, 130.0, 200.0, 300.0];
        assert_eq!(answer(text("auto_pad", "SAME_LOWER")), lower);
        assert_eq!(answer(ints("output_shape", &[6])), lower);
    }

    #[test]
    fn indices_are_places_in_the_shape_that_is_asked_for() {
        let attributes = [ints("kernel_shape", &[2, 2]), ints("strides", &[2, 2])];
        let x = tensor(&[1, 1, 2, 2], &[5.0, 6.0, 7.0, 8.0]);
        let indices = |last: i64| Tensor::new(vec![1, 1, 2, 2], vec![5, 7, 13, last]).unwrap();
        let shape = Tensor::vector(vec![1i64, 1, 5, 5]);
        let inputs = vec![Some(x.clone()), Some(indices(15)), Some(shape.clone())];
        let y = run("MaxUnpool", 11, &attributes, inputs).unwrap();
        let set: Vec<_> =
            y.iter().enumerate().filter(|(_, y)| **y != 0.0).map(|(i, _)| i).collect();
        assert_eq!(set, [5, 7, 13, 15]);
        for outside in [25, -1, i64::MIN] {
            let inputs = vec![Some(x.clone()), Some(indices(outside)), Some(shape.clone())];
            assert!(run("MaxUnpool", 11, &attributes, inputs).is_err());
        }
    }

    #[test]
    fn a_query_that_may_see_nothing_answers_0() {
        let q = tensor(&[1, 1, 2, 1], &[1.0, 1.0]);
        let v = tensor(&[1, 1, 2, 1], &[3.0, 4.0]);
        let mask = Tensor::new(vec![2, 2], vec![false, true, false, false]).unwrap();
        let inputs = vec![Some(q.clone()), Some(q), Some(v), Some(mask)];
        assert_eq!(run("Attention", 23, &[], inputs).unwrap(), [4.0, 0.0]);
    }

    #[test]
    fn windows_that_make_too_much_are_refused() {
        let x = || vec![Some(tensor(&[1, 1, 1, 1], &[1.0])), Some(tensor(&[1, 1, 1, 1], &[1.0]))];
        let large = (1 << 31) - 1;
        let pads = [ints("pads", &[large; 4])];
        assert!(run("Conv", 11, &pads, x()).is_err());
        let pool = [ints("kernel_shape", &[1, large]), ints("pads", &[0, large, 0, large])];
        assert!(run("MaxPool", 11, &pool, x()).is_err());
        assert!(run("ConvTranspose", 11, &[ints("strides", &[large, large])], x()).is_ok());
        assert!(run("ConvTranspose", 11, &[ints("output_shape", &[large, large])], x()).is_err());
        for wrong in [&[0, 1][..], &[-1, 1], &[1], &[i64::MAX, 1]] {
            assert!(run("Conv", 11, &[ints("strides", wrong)], x()).is_err());
        }
        let empty = Tensor::new(vec![0, usize::MAX, 1, usize::MAX], Vec::<f32>::new()).unwrap();
        for op in ["Conv", "ConvTranspose", "GlobalMaxPool", "GridSample", "LRN"] {
            let size = AttributeProto { name: "size".into(), i: 3, ..Default::default() };
            let inputs = vec![Some(empty.clone()), Some(empty.clone())];
            assert!(run(op, 16, &[size], inputs).is_err());
        }
    }

    #[test]
    fn sizes_and_scales_that_are_none_are_refused() {
        let scaled = |scales: [f32; 2]| {
            let inputs =
                vec![Some(tensor(&[2, 2], &[1.0; 4])), None, Some(Tensor::vector(scales.to_vec()))];
            run("Resize", 13, &[text("mode", "linear")], inputs)
        };
        assert_eq!(scaled([1.0, 1.5]).unwrap().len(), 6);
        assert_eq!(scaled([1e-40, 1.0]).unwrap().len(), 0);
        for wrong in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e30] {
            assert!(scaled([wrong, 1.0]).is_err());
        }
        // Nothing in it, but an axis of many places.
        let vast = Tensor::vector(vec![0, (1i64 << 31) - 1]);
        let inputs = vec![Some(tensor(&[0, 1], &[])), None, None, Some(vast)];
        assert!(run("Resize", 13, &[], inputs).is_err());
    }

    #[test]
    fn regions_and_grids_that_are_no_numbers_do_no_harm() {
        let x = || Some(tensor(&[1, 1, 2, 2], &[1.0, 2.0, 3.0, 4.0]));
        for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30] {
            let roi = tensor(&[1, 4], &[0.0, 0.0, number, number]);
            let batch = Some(Tensor::vector(vec![0i64]));
            // Too many samples, or none; no panic either way.
            let _ = run("RoiAlign", 16, &[], vec![x(), Some(roi), batch]);
            let grid = Some(tensor(&[1, 1, 1, 2], &[number, 0.0]));
            for padding in ["zeros", "border", "reflection"] {
                let attributes = [text("padding_mode", padding)];
                assert_eq!(
                    run("GridSample", 16, &attributes, vec![x(), grid.clone()]).unwrap().len(),
                    1
                );
            }
        }
    }
}
