//! Issues: problems of quality or operation that traces show.

use serde::{Deserialize, Serialize};

use crate::json;

/// An issue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Issue {
    /// `iss-` and 32 hexadecimal digits.
    #[serde(deserialize_with = "json::or_default")]
    pub issue_id: String,
    /// Whose it is.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// What it is called.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// What is wrong.
    #[serde(deserialize_with = "json::or_default")]
    pub description: String,
    /// `pending`, `rejected` or `resolved`.
    #[serde(deserialize_with = "json::or_default")]
    pub status: String,
    /// `not_an_issue`, `low`, `medium` or `high`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Why it is so.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub root_causes: Vec<String>,
    /// The run that found it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_run_id: Option<String>,
    /// What kind of issue it is.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub categories: Vec<String>,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub created_timestamp: i64,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub last_updated_timestamp: i64,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// How many traces have it; only where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub trace_count: Option<i64>,
}

/// `POST issues`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateIssue {
    /// Whose it is.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// What to call it.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// What is wrong.
    #[serde(deserialize_with = "json::or_default")]
    pub description: String,
    /// As [`Issue::status`]; pending without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// As [`Issue::severity`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Why it is so.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub root_causes: Vec<String>,
    /// The run that found it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_run_id: Option<String>,
    /// What kind of issue it is.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub categories: Vec<String>,
    /// Who makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
}

/// `PATCH issues/{issue_id}`: changes what is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateIssue {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub issue_id: String,
    /// Another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// As [`Issue::status`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// As [`Issue::severity`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Other kinds; none leaves those that there are.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub categories: Vec<String>,
}

/// `GET issues/{issue_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetIssue {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub issue_id: String,
}

/// The answer of what makes, finds or changes an issue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IssueResponse {
    /// As it is now.
    #[serde(deserialize_with = "json::or_default")]
    pub issue: Issue,
}

/// `POST issues/search`: the gravest first, then the newest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchIssues {
    /// Of which experiment; of all without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experiment_id: Option<String>,
    /// MLflow's filter grammar; `None` is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_string: Option<String>,
    /// Issues in a page; 100 without.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_uint32")]
    pub max_results: Option<u32>,
    /// From the previous page of the same search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
    /// Whether the answer says how many traces have each.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_flag")]
    pub include_trace_count: Option<bool>,
    /// A part of the name; ASCII letters in either case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Any of these, if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub statuses: Vec<String>,
    /// Any of these, if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub severities: Vec<String>,
    /// Any of these, if there are any; ASCII letters in either case.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub categories: Vec<String>,
    /// A field and `ASC` or `DESC`, for each.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub order_by: Vec<String>,
    /// Whether the answer says how many there are on all pages.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_flag")]
    pub include_total_count: Option<bool>,
}

/// A page of issues.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchIssuesResponse {
    /// What was found.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub issues: Vec<Issue>,
    /// Empty on the last page.
    #[serde(deserialize_with = "json::or_default")]
    pub next_page_token: String,
    /// How many there are on all pages; only where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub total_count: Option<i64>,
}
