//! Label schemas: what the reviewers of an experiment's traces are asked. An answer
//! is an assessment whose name is the schema's.

use serde::{Deserialize, Serialize};

use crate::LabelSchemaType;
use crate::json;

/// A question to reviewers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LabelSchema {
    /// `ls-` and 32 hexadecimal digits.
    #[serde(deserialize_with = "json::or_default")]
    pub schema_id: String,
    /// Whose it is.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// What is asked, and the name of the assessments that answer it; the only one
    /// of the experiment.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// Whether answers are feedback or expectations.
    #[serde(rename = "type", deserialize_with = "json::or_default")]
    pub schema_type: LabelSchemaType,
    /// More of what is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// Whether an answer may have a comment.
    #[serde(deserialize_with = "json::or_default")]
    pub enable_comment: bool,
    /// How it is answered.
    #[serde(deserialize_with = "json::or_default")]
    pub input: LabelInput,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub created_at: i64,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub last_updated_at: i64,
    /// Whether it is the one that every experiment has, which stays as it is.
    #[serde(deserialize_with = "json::or_default")]
    pub is_default: bool,
}

/// How a question is answered: one of these.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LabelInput {
    /// With one of two words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass_fail: Option<PassFailInput>,
    /// With some of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categorical: Option<CategoricalInput>,
    /// With a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numeric: Option<NumericInput>,
    /// With a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextInput>,
}

/// An answer of two words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PassFailInput {
    /// The one that is `true`.
    #[serde(deserialize_with = "json::or_default")]
    pub positive_label: String,
    /// The one that is `false`.
    #[serde(deserialize_with = "json::or_default")]
    pub negative_label: String,
}

/// An answer from a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CategoricalInput {
    /// What there is to choose from, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub options: Vec<String>,
    /// Whether several may be chosen.
    #[serde(deserialize_with = "json::or_default")]
    pub multi_select: bool,
}

/// An answer that is a number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NumericInput {
    /// The least that it may be.
    #[serde(skip_serializing_if = "Option::is_none", with = "json::opt_metric_value")]
    pub min_value: Option<f64>,
    /// The most that it may be.
    #[serde(skip_serializing_if = "Option::is_none", with = "json::opt_metric_value")]
    pub max_value: Option<f64>,
}

/// An answer in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextInput {
    /// How many characters it may have.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub max_length: Option<i64>,
}

/// `POST label-schemas/create`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateLabelSchema {
    /// Whose it is.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// As [`LabelSchema::name`].
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// As [`LabelSchema::schema_type`].
    #[serde(
        rename = "type",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "json::known_enum"
    )]
    pub schema_type: Option<LabelSchemaType>,
    /// As [`LabelSchema::input`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<LabelInput>,
    /// As [`LabelSchema::instruction`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// As [`LabelSchema::enable_comment`]; not without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_comment: Option<bool>,
}

/// `GET label-schemas/get`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetLabelSchema {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub schema_id: String,
}

/// `GET label-schemas/get-by-name`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetLabelSchemaByName {
    /// Whose it is.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// What it is called.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
}

/// `GET label-schemas/list`: the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListLabelSchemas {
    /// Whose they are.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Schemas in a page; 100 without.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_uint32")]
    pub max_results: Option<u32>,
    /// From the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

/// `PATCH label-schemas/update`: changes what is given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateLabelSchema {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub schema_id: String,
    /// Another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another instruction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// Whether an answer may have a comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_comment: Option<bool>,
    /// Of the same kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<LabelInput>,
}

/// `DELETE label-schemas/delete`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteLabelSchema {
    /// Which; one that is not there is deleted, too.
    #[serde(deserialize_with = "json::or_default")]
    pub schema_id: String,
}

/// The answer of what makes, finds or changes a label schema.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LabelSchemaResponse {
    /// As it is now.
    #[serde(deserialize_with = "json::or_default")]
    pub label_schema: LabelSchema,
}

/// A page of label schemas.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListLabelSchemasResponse {
    /// The newest first.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub label_schemas: Vec<LabelSchema>,
    /// Empty on the last page.
    #[serde(deserialize_with = "json::or_default")]
    pub next_page_token: String,
}
