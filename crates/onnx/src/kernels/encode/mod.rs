//! Labels and categories as numbers, and back; columns taken out of rows; maps.
//! All of `ai.onnx.ml`.

mod columns;
mod labels;
mod lookup;
mod maps;
#[cfg(test)]
mod tests;

use super::Build;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    if domain != "ai.onnx.ml" {
        return None;
    }
    Some(match op {
        "OneHotEncoder" => labels::one_hot_encoder,
        "LabelEncoder" => labels::label_encoder,
        "CategoryMapper" => labels::category_mapper,
        "ArrayFeatureExtractor" => columns::array_feature_extractor,
        "DictVectorizer" => maps::dict_vectorizer,
        "CastMap" => maps::cast_map,
        "ZipMap" => maps::zip_map,
        _ => return None,
    })
}

/// A float as an integer, without its fraction. What is no 64-bit integer
/// becomes the lowest: so the processors that ONNX Runtime's answers come from
/// convert it.
fn truncated(x: f64) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x) {
        x as i64
    } else {
        i64::MIN
    }
}
