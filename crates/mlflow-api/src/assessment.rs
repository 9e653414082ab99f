//! Assessments: what people, models and code think of a trace, and expected.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{AssessmentSourceType, json, time};

/// One opinion about a trace or a span of it; one of feedback, expectation and
/// issue is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Assessment {
    /// `a-` and 32 hexadecimal digits; the server makes it.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "json::or_default")]
    pub assessment_id: String,
    /// What is assessed, such as `correctness`.
    #[serde(deserialize_with = "json::or_default")]
    pub assessment_name: String,
    /// The trace.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_id: String,
    /// The span, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span_id: Option<String>,
    /// Who says so.
    #[serde(deserialize_with = "json::or_default")]
    pub source: AssessmentSource,
    /// Milliseconds since 1970.
    #[serde(with = "time::timestamp")]
    pub create_time: i64,
    /// Milliseconds since 1970.
    #[serde(with = "time::timestamp")]
    pub last_update_time: i64,
    /// How it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Feedback>,
    /// How it should have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expectation: Option<Expectation>,
    /// What went wrong; the name is the issue's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue: Option<IssueReference>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rationale: Option<String>,
    /// More about it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "json::or_default")]
    pub metadata: BTreeMap<String, String>,
    /// The assessment that this one takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overrides: Option<String>,
    /// Whether no other has taken its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid: Option<bool>,
}

/// Who assesses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssessmentSource {
    /// A person, a model, or code.
    pub source_type: AssessmentSourceType,
    /// Which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
}

/// How it was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Feedback {
    /// Any JSON; its numbers are floating-point ones.
    pub value: Value,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<AssessmentError>,
}

/// Why an assessment failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssessmentError {
    /// What kind.
    #[serde(deserialize_with = "json::or_default")]
    pub error_code: String,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack_trace: Option<String>,
}

/// How it should have been: a text, a number or a flag; or anything else,
/// serialised.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Expectation {
    /// A text, a number or a flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Lists and objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serialized_value: Option<SerializedValue>,
}

/// A value in text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SerializedValue {
    /// `JSON_FORMAT`.
    #[serde(deserialize_with = "json::or_default")]
    pub serialization_format: String,
    /// In that format.
    #[serde(deserialize_with = "json::or_default")]
    pub value: String,
}

/// An issue that the trace has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IssueReference {
    /// Its name.
    #[serde(deserialize_with = "json::or_default")]
    pub issue_name: String,
}

/// `POST traces/{trace_id}/assessments`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateAssessment {
    /// The trace, which travels in the path.
    #[serde(rename = "assessment.trace_id", deserialize_with = "json::or_default")]
    pub trace_id: String,
    /// Without an id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
}

/// `GET traces/{trace_id}/assessments/{assessment_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetAssessment {
    /// The trace.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_id: String,
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub assessment_id: String,
}

/// `PATCH traces/{trace_id}/assessments/{assessment_id}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateAssessment {
    /// The trace.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_id: String,
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub assessment_id: String,
    /// The new values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
    /// The names of the fields that change, with commas between.
    #[serde(deserialize_with = "json::or_default")]
    pub update_mask: String,
}

/// `DELETE traces/{trace_id}/assessments/{assessment_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteAssessment {
    /// The trace.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_id: String,
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub assessment_id: String,
}

/// The answer of what makes, finds or changes an assessment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssessmentResponse {
    /// As it is now.
    #[serde(deserialize_with = "json::or_default")]
    pub assessment: Assessment,
}
