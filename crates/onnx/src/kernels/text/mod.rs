//! Text: cut up, compared, counted.

mod hash;
mod normalizer;
mod regex;
mod strings;
mod tfidf;
mod tokenizer;

use super::Build;
use crate::fault::{Fault, bail};

/// The most bytes of text that an operator may repeat over a tensor.
const MAX_REPEATED: usize = 1 << 30;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    Some(match (domain, op) {
        ("" | "ai.onnx", "RegexFullMatch") => strings::regex_full_match,
        ("" | "ai.onnx", "StringConcat") => strings::concat,
        ("" | "ai.onnx", "StringNormalizer") => normalizer::string_normalizer,
        ("" | "ai.onnx", "StringSplit") => strings::split,
        ("" | "ai.onnx", "TfIdfVectorizer") => tfidf::tf_idf_vectorizer,
        ("com.microsoft", "MurmurHash3") => hash::murmur_hash3,
        ("com.microsoft", "Tokenizer") => tokenizer::tokenizer,
        _ => return None,
    })
}

/// Checks that texts of so many bytes, so many times, are not too much.
fn check_repeated(bytes: usize, times: usize) -> Result<(), Fault> {
    match bytes.checked_mul(times) {
        Some(all) if all <= MAX_REPEATED => Ok(()),
        _ => bail!("{bytes} bytes of text, {times} times, are too much"),
    }
}
