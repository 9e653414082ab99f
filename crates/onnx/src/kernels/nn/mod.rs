//! Layers of networks: convolutions, pools, images and attention. tract runs
//! what it can of them; these stand in where it lacks an operator or can't
//! plan one.

mod attention;
mod conv;
mod grid;
mod pool;
mod real;
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
        "Col2Im" => conv::col2im,
        "Conv" => conv::conv,
        "ConvInteger" => conv::integer,
        "ConvTranspose" => conv::transpose,
        "GlobalAveragePool" => pool::global_average,
        "GlobalLpPool" => pool::global_norm,
        "GlobalMaxPool" => pool::global_max,
        "GridSample" => grid::sample,
        "LpPool" => pool::norm,
        "MaxPool" => pool::max,
        "MaxRoiPool" => regions::max_pool,
        "MaxUnpool" => pool::unpool,
        "NonMaxSuppression" => regions::suppress,
        "QLinearConv" => conv::quantized,
        "Resize" => resize::resize,
        "RoiAlign" => regions::align,
        "RotaryEmbedding" => rotary::rotary,
        "Upsample" => resize::upsample,
        _ => return None,
    })
}
