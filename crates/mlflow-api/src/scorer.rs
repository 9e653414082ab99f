//! Scorers: what judges answers, kept in versions.

use serde::{Deserialize, Serialize};

use crate::json;

/// A version of a scorer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scorer {
    /// Whose it is.
    #[serde(deserialize_with = "json::int64")]
    pub experiment_id: i64,
    /// Its name, one of its own in the experiment.
    #[serde(deserialize_with = "json::or_default")]
    pub scorer_name: String,
    /// From 1.
    #[serde(deserialize_with = "json::int64")]
    pub scorer_version: i64,
    /// JSON.
    #[serde(deserialize_with = "json::or_default")]
    pub serialized_scorer: String,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub creation_time: i64,
    /// A UUID, that of all versions.
    #[serde(deserialize_with = "json::or_default")]
    pub scorer_id: String,
}

/// `POST scorers/register`: makes a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterScorer {
    /// Whose it is.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Its name.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// JSON.
    #[serde(deserialize_with = "json::or_default")]
    pub serialized_scorer: String,
}

/// The version that was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterScorerResponse {
    /// From 1.
    #[serde(deserialize_with = "json::int64")]
    pub version: i64,
    /// A UUID, that of all versions.
    pub scorer_id: String,
    /// Whose it is.
    pub experiment_id: String,
    /// Its name.
    pub name: String,
    /// JSON.
    pub serialized_scorer: String,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub creation_time: i64,
}

/// `GET scorers/list`: the newest version of each; of all experiments where none
/// is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListScorers {
    /// Whose.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Or whose, of several.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_texts")]
    pub experiment_ids: Option<Vec<String>>,
}

/// `GET scorers/versions`: all of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListScorerVersions {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Its name.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
}

/// Versions of scorers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScorersResponse {
    /// By name and version.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub scorers: Vec<Scorer>,
}

/// `GET scorers/get`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetScorer {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Its name.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The newest without.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub version: Option<i64>,
}

/// The version that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScorerResponse {
    /// It.
    #[serde(deserialize_with = "json::or_default")]
    pub scorer: Scorer,
}

/// `DELETE scorers/delete`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteScorer {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Its name.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// All without.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub version: Option<i64>,
}
