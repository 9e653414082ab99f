//! Layers of networks: convolutions, pools, images and attention. tract runs
//! what it can of them; these stand in where it lacks an operator or can't
//! plan one.

mod attention;
mod conv;
mod deform;
mod grid;
mod linear_attention;
mod lrn;
mod pool;
pub(super) mod real;
mod recurrent;
mod regions;
mod resize;
mod rotary;
mod window;

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
