//! Review queues: traces that people are asked to look at.

use serde::{Deserialize, Serialize};

use crate::json;
use crate::{ReviewItemType, ReviewQueueType, ReviewStatus};

/// A queue: who reviews, and what they are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReviewQueue {
    /// `rq-` and 32 hexadecimal digits.
    #[serde(deserialize_with = "json::or_default")]
    pub queue_id: String,
    /// Whose it is.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// The only one of the experiment, in any case; of somebody's own queue, who.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// Whether it is somebody's own.
    #[serde(deserialize_with = "json::or_default")]
    pub queue_type: ReviewQueueType,
    /// Who owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub creation_time_ms: i64,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub last_update_time_ms: i64,
    /// Who reviews, in small letters.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub users: Vec<String>,
    /// What they are asked; none of somebody's own queue, which asks every question
    /// of the experiment.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub schema_ids: Vec<String>,
}

/// Something in a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReviewQueueItem {
    /// In which.
    #[serde(deserialize_with = "json::or_default")]
    pub queue_id: String,
    /// What it is.
    #[serde(deserialize_with = "json::or_default")]
    pub item_type: ReviewItemType,
    /// Which trace.
    #[serde(deserialize_with = "json::or_default")]
    pub item_id: String,
    /// What has become of it.
    #[serde(deserialize_with = "json::or_default")]
    pub status: ReviewStatus,
    /// Who said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_by: Option<String>,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub completed_time_ms: Option<i64>,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub creation_time_ms: i64,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub last_update_time_ms: i64,
}

/// `POST review-queues/create`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateReviewQueue {
    /// Whose it is.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// As [`ReviewQueue::name`].
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// As [`ReviewQueue::queue_type`].
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::known_enum")]
    pub queue_type: Option<ReviewQueueType>,
    /// Who reviews.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub users: Vec<String>,
    /// What they are asked.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub schema_ids: Vec<String>,
}

/// `POST review-queues/get-or-create-user`: somebody's own queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetOrCreateUserQueue {
    /// Whose it is.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Who reviews.
    #[serde(deserialize_with = "json::or_default")]
    pub user: String,
}

/// `GET review-queues/get`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetReviewQueue {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub queue_id: String,
}

/// `GET review-queues/get-by-name`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetReviewQueueByName {
    /// Whose it is.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// What it is called, in any case.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
}

/// `GET review-queues/list`: the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListReviewQueues {
    /// Whose they are.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Only those that somebody reviews.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Only those that have this trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_id: Option<String>,
    /// Queues in a page; 1000 without.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_uint32")]
    pub max_results: Option<u32>,
    /// From the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

/// `POST review-queues/update`: changes what is given, but of nobody's own queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateReviewQueue {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub queue_id: String,
    /// Whether the users are changed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_flag")]
    pub update_users: Option<bool>,
    /// Who reviews from now on.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub users: Vec<String>,
    /// Whether the questions are changed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_flag")]
    pub update_schema_ids: Option<bool>,
    /// What they are asked from now on; only while nothing waits.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub schema_ids: Vec<String>,
    /// Another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_owner: Option<String>,
}

/// `POST review-queues/delete`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteReviewQueue {
    /// Which; one that is not there is deleted, too.
    #[serde(deserialize_with = "json::or_default")]
    pub queue_id: String,
}

/// `POST review-queues/items/add`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddItemsToReviewQueue {
    /// To which.
    #[serde(deserialize_with = "json::or_default")]
    pub queue_id: String,
    /// What they are; traces without.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::known_enum")]
    pub item_type: Option<ReviewItemType>,
    /// Which traces of the queue's experiment.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub item_ids: Vec<String>,
}

/// `POST review-queues/items/remove`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RemoveItemsFromReviewQueue {
    /// From which.
    #[serde(deserialize_with = "json::or_default")]
    pub queue_id: String,
    /// Which traces.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub item_ids: Vec<String>,
}

/// `GET review-queues/items/list`: the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListReviewQueueItems {
    /// In which.
    #[serde(deserialize_with = "json::or_default")]
    pub queue_id: String,
    /// Only those of which this has become.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::known_enum")]
    pub status: Option<ReviewStatus>,
    /// Items in a page; 1000 without.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_uint32")]
    pub max_results: Option<u32>,
    /// From the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

/// `POST review-queues/items/set-status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetReviewQueueItemStatus {
    /// In which.
    #[serde(deserialize_with = "json::or_default")]
    pub queue_id: String,
    /// Which trace.
    #[serde(deserialize_with = "json::or_default")]
    pub item_id: String,
    /// What has become of it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::known_enum")]
    pub status: Option<ReviewStatus>,
    /// Who says so; of who signed in, nothing is taken from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_by: Option<String>,
}

/// The answer of what makes, finds or changes a review queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReviewQueueResponse {
    /// As it is now.
    #[serde(deserialize_with = "json::or_default")]
    pub review_queue: ReviewQueue,
}

/// A page of review queues.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListReviewQueuesResponse {
    /// The newest first.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub review_queues: Vec<ReviewQueue>,
    /// Empty on the last page.
    #[serde(deserialize_with = "json::or_default")]
    pub next_page_token: String,
}

/// The answer of `POST review-queues/items/add`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddItemsToReviewQueueResponse {
    /// As they are now, in the order that was asked in.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub items: Vec<ReviewQueueItem>,
}

/// A page of what is in a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListReviewQueueItemsResponse {
    /// The newest first.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub items: Vec<ReviewQueueItem>,
    /// Empty on the last page.
    #[serde(deserialize_with = "json::or_default")]
    pub next_page_token: String,
}

/// The answer of `POST review-queues/items/set-status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReviewQueueItemResponse {
    /// As it is now.
    #[serde(deserialize_with = "json::or_default")]
    pub item: ReviewQueueItem,
}
