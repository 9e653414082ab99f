//! Along axes: sums, extremes, order, normalisation.

mod arg;
mod fold;
mod loss;
mod norm;
mod number;
mod running;
mod softmax;
mod topk;
mod unique;

use super::Build;
pub(super) use fold::sum;
pub(super) use number::{Number, Wide, narrow};

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    if !matches!(domain, "" | "ai.onnx") {
        return None;
    }
    Some(match op {
        "ReduceSum" | "ReduceMean" | "ReduceMax" | "ReduceMin" | "ReduceProd" | "ReduceL1"
        | "ReduceL2" | "ReduceLogSum" | "ReduceLogSumExp" | "ReduceSumSquare" => fold::reduce,
        "ArgMax" | "ArgMin" => arg::arg,
        "Softmax" | "LogSoftmax" | "Hardmax" => softmax::softmax,
        "TopK" => topk::top_k,
        "CumSum" | "CumProd" => running::cumulative,
        #[cfg(feature = "networks")]
        "Unique" => unique::unique,
        "NonZero" => unique::non_zero,
        #[cfg(feature = "networks")]
        "LpNormalization" => norm::lp,
        #[cfg(feature = "networks")]
        "MeanVarianceNormalization" => norm::mean_variance,
        #[cfg(feature = "networks")]
        "LayerNormalization" | "RMSNormalization" => norm::layer,
        #[cfg(feature = "networks")]
        "GroupNormalization" | "InstanceNormalization" => norm::group,
        #[cfg(feature = "networks")]
        "BatchNormalization" => norm::batch,
        #[cfg(feature = "networks")]
        "NegativeLogLikelihoodLoss" | "SoftmaxCrossEntropyLoss" => loss::loss,
        _ => return None,
    })
}
