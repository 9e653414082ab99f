//! Evaluation datasets: questions with expected answers, to try an application
//! with.

use serde::{Deserialize, Serialize};

use crate::{json, limits};

/// A dataset, without its records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvaluationDataset {
    /// `d-` and 32 hexadecimal digits.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_id: String,
    /// Not unique.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// A JSON object in text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<String>,
    /// The fields of its records and their types, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// How many records it has, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Another one after each change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub created_time: i64,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub last_update_time: i64,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Who changed it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_updated_by: Option<String>,
    /// The experiments that it belongs to; only one that was just made says so.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub experiment_ids: Vec<String>,
}

/// `datasets/create`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateEvaluationDataset {
    /// What to call it.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The experiments that it belongs to.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub experiment_ids: Vec<String>,
    /// A JSON object in text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<String>,
}

/// The answer of what makes, finds or changes a dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvaluationDatasetResponse {
    /// As it is now.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset: EvaluationDataset,
}

/// `GET datasets/{dataset_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetEvaluationDataset {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_id: String,
}

/// `DELETE datasets/{dataset_id}`: with its records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteEvaluationDataset {
    /// Which; one that isn't there is deleted already.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_id: String,
}

/// `datasets/search`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchEvaluationDatasets {
    /// The experiments that they belong to; none is all.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub experiment_ids: Vec<String>,
    /// MLflow's filter grammar; `None` is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_string: Option<String>,
    /// At most [`limits::SEARCH_EVALUATION_DATASETS_MAX_RESULTS`].
    #[serde(deserialize_with = "json::uint32")]
    pub max_results: u32,
    /// The newest first without.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub order_by: Vec<String>,
    /// From the previous page of the same search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

impl Default for SearchEvaluationDatasets {
    /// The first 1000.
    fn default() -> Self {
        Self {
            experiment_ids: Vec::new(),
            filter_string: None,
            max_results: limits::SEARCH_EVALUATION_DATASETS_DEFAULT_MAX_RESULTS,
            order_by: Vec::new(),
            page_token: None,
        }
    }
}

/// A page of datasets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchEvaluationDatasetsResponse {
    /// In the order that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub datasets: Vec<EvaluationDataset>,
    /// Opaque; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `PATCH datasets/{dataset_id}/tags`: makes them, or changes their values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetDatasetTags {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_id: String,
    /// A JSON object in text.
    #[serde(deserialize_with = "json::or_default")]
    pub tags: String,
}

/// `DELETE datasets/{dataset_id}/tags/{key}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteDatasetTag {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_id: String,
    /// Its key.
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
}

/// `POST datasets/{dataset_id}/records`: adds to the record with the same inputs,
/// else makes one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpsertDatasetRecords {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_id: String,
    /// A JSON array in text.
    #[serde(deserialize_with = "json::or_default")]
    pub records: String,
}

/// How many records there are new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpsertDatasetRecordsResponse {
    /// Made.
    #[serde(deserialize_with = "json::int64")]
    pub inserted_count: i64,
    /// Added to.
    #[serde(deserialize_with = "json::int64")]
    pub updated_count: i64,
}

/// `GET datasets/{dataset_id}/records`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetDatasetRecords {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_id: String,
    /// 1000 without.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_uint32")]
    pub max_results: Option<u32>,
    /// From the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

/// A page of records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetDatasetRecordsResponse {
    /// A JSON array in text, the oldest first.
    #[serde(deserialize_with = "json::or_default")]
    pub records: String,
    /// Opaque; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `DELETE datasets/{dataset_id}/records`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteDatasetRecords {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_id: String,
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_record_ids: Vec<String>,
}

/// How many records were deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteDatasetRecordsResponse {
    /// None, too.
    #[serde(deserialize_with = "json::int64")]
    pub deleted_count: i64,
}

/// `GET datasets/{dataset_id}/experiment-ids`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetDatasetExperimentIds {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_id: String,
}

/// The experiments that a dataset belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetDatasetExperimentIdsResponse {
    /// The oldest link first.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub experiment_ids: Vec<String>,
}

/// `datasets/{dataset_id}/add-experiments`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddDatasetToExperiments {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_id: String,
    /// They have to be there.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_ids: Vec<String>,
}

/// `datasets/{dataset_id}/remove-experiments`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RemoveDatasetFromExperiments {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_id: String,
    /// Those that it doesn't belong to are passed over.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_ids: Vec<String>,
}
