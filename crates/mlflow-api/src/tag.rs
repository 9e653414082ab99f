//! A key and a text.

use serde::{Deserialize, Serialize};

use crate::json;
use crate::tags::is_system;

/// A tag of a run, an experiment or a dataset input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tag {
    /// At most [`limits::MAX_KEY_LENGTH`](crate::limits::MAX_KEY_LENGTH) characters.
    #[serde(default, deserialize_with = "json::or_default")]
    pub key: String,
    /// At most [`limits::MAX_TAG_VALUE_LENGTH`](crate::limits::MAX_TAG_VALUE_LENGTH)
    /// characters on a run.
    #[serde(default, deserialize_with = "json::or_default")]
    pub value: String,
}

impl Tag {
    /// Whether MLflow set it itself: its key begins with `mlflow.`.
    pub fn is_system(&self) -> bool {
        is_system(&self.key)
    }

    /// The value of the first tag called `key`.
    pub fn find<'a>(tags: &'a [Self], key: &str) -> Option<&'a str> {
        tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str())
    }
}
