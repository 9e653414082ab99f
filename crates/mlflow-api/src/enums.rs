//! Run status, view type, lifecycle stage and a logged model's status.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json::{WireEnum, wire_enum};

macro_rules! wire_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal, $number:literal;)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// The name that MLflow uses on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The number that protobuf gave it.
            pub const fn number(self) -> i64 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The value of a name, in either case; the default for one that is none.
            pub fn from_name(name: &str) -> Self {
                Self::VALUES
                    .iter()
                    .find(|(_, known, _)| name.eq_ignore_ascii_case(known))
                    .map_or_else(Self::default, |value| value.0)
            }

            /// The value of a number; the default for one that is none.
            pub fn from_number(number: i64) -> Self {
                match number { $($number => Self::$variant,)* _ => Self::default() }
            }
        }

        impl WireEnum for $name {
            const VALUES: &'static [(Self, &'static str, i64)] =
                &[$((Self::$variant, $text, $number)),*];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                wire_enum(deserializer)
            }
        }
    };
}

wire_enum! {
    /// Where a run is in its life.
    pub enum RunStatus {
        /// Started and not yet ended.
        Running = "RUNNING", 1;
        /// Waiting to start.
        Scheduled = "SCHEDULED", 2;
        /// Ended well.
        Finished = "FINISHED", 3;
        /// Ended with an error.
        Failed = "FAILED", 4;
        /// Stopped by somebody.
        Killed = "KILLED", 5;
        /// Absent, or a status that this crate does not know.
        #[default]
        Unknown = "UNKNOWN", 0;
    }
}

impl RunStatus {
    /// Whether the run may still log something: it is running or scheduled.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Scheduled)
    }
}

wire_enum! {
    /// Which runs or experiments a search looks at.
    pub enum ViewType {
        /// Those that were not deleted.
        #[default]
        ActiveOnly = "ACTIVE_ONLY", 1;
        /// Those that were deleted and can still be restored.
        DeletedOnly = "DELETED_ONLY", 2;
        /// Both.
        All = "ALL", 3;
    }
}

wire_enum! {
    /// Whether a run or an experiment was deleted.
    pub enum LifecycleStage {
        /// Not deleted.
        #[default]
        Active = "active", 1;
        /// Deleted; it can be restored.
        Deleted = "deleted", 2;
    }
}

wire_enum! {
    /// Whether a logged model's files are all there.
    pub enum LoggedModelStatus {
        /// They are being uploaded.
        Pending = "LOGGED_MODEL_PENDING", 1;
        /// They are.
        Ready = "LOGGED_MODEL_READY", 2;
        /// They will never be.
        UploadFailed = "LOGGED_MODEL_UPLOAD_FAILED", 3;
        /// Absent, or a status that this crate does not know.
        #[default]
        Unspecified = "LOGGED_MODEL_STATUS_UNSPECIFIED", 0;
    }
}

wire_enum! {
    /// What figures are about.
    pub enum MetricViewType {
        /// Traces.
        Traces = "TRACES", 1;
        /// Their spans.
        Spans = "SPANS", 2;
        /// What is thought of them.
        Assessments = "ASSESSMENTS", 3;
        /// Absent, or a view that this crate does not know.
        #[default]
        Unspecified = "UNSPECIFIED", 0;
    }
}

wire_enum! {
    /// A figure of many values.
    pub enum AggregationType {
        /// How many.
        Count = "COUNT", 1;
        /// Their sum.
        Sum = "SUM", 2;
        /// Their mean.
        Avg = "AVG", 3;
        /// What so many percent of them are not above.
        Percentile = "PERCENTILE", 4;
        /// The least.
        Min = "MIN", 5;
        /// The most.
        Max = "MAX", 6;
        /// Absent, or a figure that this crate does not know.
        #[default]
        Unspecified = "UNSPECIFIED", 0;
    }
}

wire_enum! {
    /// How a trace ended.
    pub enum TraceState {
        /// Well.
        Ok = "OK", 1;
        /// With an error.
        Error = "ERROR", 2;
        /// It lasts.
        InProgress = "IN_PROGRESS", 3;
        /// Absent, or a state that this crate does not know.
        #[default]
        Unspecified = "STATE_UNSPECIFIED", 0;
    }
}

wire_enum! {
    /// How a trace ended, as clients before 3.0 say it.
    pub enum TraceStatus {
        /// Well.
        Ok = "OK", 1;
        /// With an error.
        Error = "ERROR", 2;
        /// It lasts.
        InProgress = "IN_PROGRESS", 3;
        /// Absent, or a status that this crate does not know.
        #[default]
        Unspecified = "TRACE_STATUS_UNSPECIFIED", 0;
    }
}

wire_enum! {
    /// Who assesses a trace.
    pub enum AssessmentSourceType {
        /// A person.
        Human = "HUMAN", 1;
        /// A language model.
        LlmJudge = "LLM_JUDGE", 2;
        /// A rule.
        Code = "CODE", 3;
        /// Absent, or a source that this crate does not know.
        #[default]
        Unspecified = "SOURCE_TYPE_UNSPECIFIED", 0;
    }
}

wire_enum! {
    /// Whether a webhook is in use.
    pub enum WebhookStatus {
        /// It is; also where nobody said.
        #[default]
        Active = "ACTIVE", 1;
        /// It is not.
        Disabled = "DISABLED", 2;
    }
}

wire_enum! {
    /// What a webhook is about.
    pub enum WebhookEntity {
        /// A registered model.
        RegisteredModel = "REGISTERED_MODEL", 1;
        /// A version of one.
        ModelVersion = "MODEL_VERSION", 2;
        /// A tag of a version.
        ModelVersionTag = "MODEL_VERSION_TAG", 3;
        /// An alias of a version.
        ModelVersionAlias = "MODEL_VERSION_ALIAS", 4;
        /// A prompt.
        Prompt = "PROMPT", 5;
        /// A version of one.
        PromptVersion = "PROMPT_VERSION", 6;
        /// A tag of a prompt.
        PromptTag = "PROMPT_TAG", 7;
        /// A tag of a version of one.
        PromptVersionTag = "PROMPT_VERSION_TAG", 8;
        /// An alias of a version of one.
        PromptAlias = "PROMPT_ALIAS", 9;
        /// A budget of MLflow's gateway.
        BudgetPolicy = "BUDGET_POLICY", 10;
        /// Absent, or something that this crate does not know.
        #[default]
        Unspecified = "ENTITY_UNSPECIFIED", 0;
    }
}

wire_enum! {
    /// What happens to what a webhook is about.
    pub enum WebhookAction {
        /// It is made.
        Created = "CREATED", 1;
        /// It is changed.
        Updated = "UPDATED", 2;
        /// It is deleted.
        Deleted = "DELETED", 3;
        /// It is made, or changed.
        Set = "SET", 4;
        /// It is used up.
        Exceeded = "EXCEEDED", 5;
        /// Absent, or something that this crate does not know.
        #[default]
        Unspecified = "ACTION_UNSPECIFIED", 0;
    }
}

wire_enum! {
    /// What the answers to a question of reviewers are.
    pub enum LabelSchemaType {
        /// What somebody thinks of a trace.
        #[default]
        Feedback = "FEEDBACK", 1;
        /// What it should have come to.
        Expectation = "EXPECTATION", 2;
    }
}

wire_enum! {
    /// Whose a review queue is.
    pub enum ReviewQueueType {
        /// Somebody's own: everything that they are to look at.
        User = "USER", 1;
        /// Several people's, with questions of its own.
        #[default]
        Custom = "CUSTOM", 2;
    }
}

wire_enum! {
    /// What has become of something that waits for a review.
    pub enum ReviewStatus {
        /// It waits.
        #[default]
        Pending = "PENDING", 1;
        /// Somebody has looked at it.
        Complete = "COMPLETE", 2;
        /// Somebody said that it will not be looked at.
        Declined = "DECLINED", 3;
    }
}

wire_enum! {
    /// What waits for a review.
    pub enum ReviewItemType {
        /// A trace.
        #[default]
        Trace = "TRACE", 1;
    }
}
