//! Shapes changed, elements moved: the operators whose output is made of their
//! input's elements in another order or number, and those that make a tensor
//! from a shape.
//!
//! All of them take every element type. What is to be copied is found once,
//! as [`runs::Runs`], and only the copying itself is compiled for each type.

mod concat;
mod expand;
mod make;
mod onehot;
mod pad;
pub(super) mod runs;
mod slice;
mod split;
mod transpose;
mod views;

#[cfg(test)]
mod tests;

use super::Build;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    if !matches!(domain, "" | "ai.onnx") {
        return None;
    }
    Some(match op {
        "Reshape" => views::reshape,
        "Flatten" => views::flatten,
        "Squeeze" => views::squeeze,
        "Unsqueeze" => views::unsqueeze,
        "Transpose" => transpose::transpose,
        #[cfg(feature = "networks")]
        "DepthToSpace" => transpose::depth_to_space,
        #[cfg(feature = "networks")]
        "SpaceToDepth" => transpose::space_to_depth,
        #[cfg(feature = "networks")]
        "ReverseSequence" => transpose::reverse_sequence,
        "Concat" => concat::concat,
        "Split" => split::split,
        "Slice" => slice::slice,
        "Compress" => slice::compress,
        "Expand" => expand::expand,
        "Tile" => expand::tile,
        #[cfg(feature = "networks")]
        "Pad" => pad::pad,
        #[cfg(feature = "networks")]
        "CenterCropPad" => pad::center_crop_pad,
        "Shape" => make::shape,
        "Size" => make::size,
        "ConstantOfShape" => make::constant_of_shape,
        "Range" => make::range,
        #[cfg(feature = "networks")]
        "Trilu" => make::trilu,
        #[cfg(feature = "networks")]
        "EyeLike" => onehot::eye_like,
        #[cfg(feature = "networks")]
        "OneHot" => onehot::one_hot,
        _ => return None,
    })
}
