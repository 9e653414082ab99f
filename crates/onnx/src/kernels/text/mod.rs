//! Text: cut up, compared, counted.

mod hash;
mod normalizer;
mod regex;
mod strings;
mod tfidf;
mod tokenizer;

use super::Build;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    Some(match (domain, op) {
        #[cfg(feature = "networks")]
        ("" | "ai.onnx", "RegexFullMatch") => strings::regex_full_match,
        #[cfg(feature = "networks")]
        ("" | "ai.onnx", "StringConcat") => strings::concat,
        ("" | "ai.onnx", "StringNormalizer") => normalizer::string_normalizer,
        ("" | "ai.onnx", "StringSplit") => strings::split,
        ("" | "ai.onnx", "TfIdfVectorizer") => tfidf::tf_idf_vectorizer,
        ("com.microsoft", "MurmurHash3") => hash::murmur_hash3,
        ("com.microsoft", "Tokenizer") => tokenizer::tokenizer,
        _ => return None,
    })
}
