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
        "DepthToSpace" => transpose::depth_to_space,
        "SpaceToDepth" => transpose::space_to_depth,
        "ReverseSequence" => transpose::reverse_sequence,
        "Concat" => concat::concat,
        "Split" => split::split,
        "Slice" => slice::slice,
        "Compress" => slice::compress,
        "Expand" => expand::expand,
        "Tile" => expand::tile,
        "Pad" => pad::pad,
        "CenterCropPad" => pad::center_crop_pad,
        "Shape" => make::shape,
        "Size" => make::size,
        "ConstantOfShape" => make::constant_of_shape,
        "Range" => make::range,
        "Trilu" => make::trilu,
        "EyeLike" => onehot::eye_like,
        "OneHot" => onehot::one_hot,
        _ => return None,
    })
}
