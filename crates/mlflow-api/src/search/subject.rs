//! What each search may compare, and order by.

use crate::filter::Entity;
use crate::search::Comparator::{
    self, Equal, Greater, GreaterEqual, Ilike, In, IsNotNull, IsNull, Less, LessEqual, Like,
    NotEqual, NotIn, Rlike,
};

/// What is searched for.
///
/// Each has rules of its own; to add one is to add its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// `runs/search`
    Runs,
    /// `experiments/search`
    Experiments,
    /// `registered-models/search`
    RegisteredModels,
    /// `model-versions/search`
    ModelVersions,
    /// `logged-models/search`; its order is not of this grammar.
    LoggedModels,
    /// `traces/search`
    Traces,
    /// `datasets/search`: evaluation datasets.
    EvaluationDatasets,
    /// `issues/search`; their order is not of this grammar.
    Issues,
}

/// A field of the object itself that a filter may compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// How a filter spells it.
    pub spelling: &'static str,
    /// Its name; the same for all its spellings.
    pub name: &'static str,
    /// What it is compared with.
    pub kind: Kind,
    /// How.
    pub comparators: &'static [Comparator],
}

/// What an attribute is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A text, or a list of texts.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Whole,
    /// A whole number, which may be in quotes.
    WholeOrText,
}

/// How numbers are compared.
const NUMERIC: &[Comparator] = &[Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual];
/// How texts are compared that are always there.
const TEXT: &[Comparator] = &[Equal, NotEqual, Like, Ilike];
/// How texts are compared that may be missing.
const OPTIONAL: &[Comparator] = &[Equal, NotEqual, Like, Ilike, IsNull, IsNotNull];
/// How texts are compared that may be one of a list.
const LISTED: &[Comparator] = &[Equal, NotEqual, Like, Ilike, In, NotIn];
/// How a trace's own texts are compared.
const OF_TRACE: &[Comparator] = &[Equal, NotEqual, Like, Ilike, Rlike, In, NotIn];
/// How a trace's tags and metadata are compared.
const OF_TRACE_OPTIONAL: &[Comparator] = &[Equal, NotEqual, Like, Ilike, Rlike, IsNull, IsNotNull];
/// How feedback and expectations are compared: numbers by their order.
const ASSESSED: &[Comparator] = &[
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Like,
    Ilike,
    Rlike,
    IsNull,
    IsNotNull,
];
/// How the whole text of a span is compared.
const CONTAINS: &[Comparator] = &[Like, Ilike];
/// How ids are compared.
const ID: &[Comparator] = &[Equal, NotEqual, In, NotIn];

/// The rules of one search.
pub(super) struct Rules {
    /// The words before the dot.
    pub(super) prefixes: &'static [(&'static str, Entity)],
    pub(super) attributes: &'static [Attribute],
    /// The spellings and the names of what results may be ordered by.
    pub(super) orders: &'static [(&'static str, &'static str)],
    /// Whether results may be ordered by metrics, parameters and tags too.
    pub(super) orders_by_key: bool,
    /// Whether a key may be ordered by only once.
    pub(super) orders_once: bool,
    /// How metrics, parameters, tags and datasets are compared.
    pub(super) metrics: &'static [Comparator],
    pub(super) params: &'static [Comparator],
    pub(super) tags: &'static [Comparator],
    pub(super) datasets: &'static [Comparator],
}

const fn text(spelling: &'static str, comparators: &'static [Comparator]) -> Attribute {
    Attribute { spelling, name: spelling, kind: Kind::Text, comparators }
}

const fn number(spelling: &'static str, name: &'static str, kind: Kind) -> Attribute {
    Attribute { spelling, name, kind, comparators: NUMERIC }
}

const fn run_name(spelling: &'static str) -> Attribute {
    Attribute { name: "run_name", ..text(spelling, TEXT) }
}

const TAGS_AND_ATTRIBUTES: &[(&str, Entity)] =
    &[("attribute", Entity::Attribute), ("tag", Entity::Tag), ("tags", Entity::Tag)];

const RUNS: Rules = Rules {
    prefixes: &[
        ("metric", Entity::Metric),
        ("metrics", Entity::Metric),
        ("parameter", Entity::Param),
        ("parameters", Entity::Param),
        ("param", Entity::Param),
        ("params", Entity::Param),
        ("tag", Entity::Tag),
        ("tags", Entity::Tag),
        ("attribute", Entity::Attribute),
        ("attributes", Entity::Attribute),
        ("attr", Entity::Attribute),
        ("run", Entity::Attribute),
        ("dataset", Entity::Dataset),
        ("datasets", Entity::Dataset),
    ],
    attributes: &[
        text("run_id", LISTED),
        run_name("run_name"),
        run_name("run name"),
        run_name("Run name"),
        run_name("Run Name"),
        text("user_id", TEXT),
        text("status", TEXT),
        text("artifact_uri", TEXT),
        number("start_time", "start_time", Kind::Number),
        number("created", "start_time", Kind::Number),
        number("Created", "start_time", Kind::Number),
        number("end_time", "end_time", Kind::Number),
    ],
    orders: &[
        ("run_id", "run_id"),
        ("run_name", "run_name"),
        ("user_id", "user_id"),
        ("status", "status"),
        ("artifact_uri", "artifact_uri"),
        ("start_time", "start_time"),
        ("created", "start_time"),
        ("Created", "start_time"),
        ("end_time", "end_time"),
    ],
    orders_by_key: true,
    orders_once: true,
    metrics: NUMERIC,
    params: OPTIONAL,
    tags: OPTIONAL,
    datasets: LISTED,
};

const EXPERIMENTS: Rules = Rules {
    prefixes: TAGS_AND_ATTRIBUTES,
    attributes: &[
        text("name", TEXT),
        text("experiment_id", ID),
        number("creation_time", "creation_time", Kind::Whole),
        number("last_update_time", "last_update_time", Kind::Whole),
    ],
    orders: &[
        ("name", "name"),
        ("experiment_id", "experiment_id"),
        ("creation_time", "creation_time"),
        ("last_update_time", "last_update_time"),
    ],
    orders_by_key: false,
    orders_once: false,
    metrics: &[],
    params: &[],
    tags: OPTIONAL,
    datasets: &[],
};

const REGISTERED_MODELS: Rules = Rules {
    prefixes: TAGS_AND_ATTRIBUTES,
    attributes: &[text("name", LISTED)],
    orders: &[
        ("name", "name"),
        ("timestamp", "last_updated_timestamp"),
        ("last_updated_timestamp", "last_updated_timestamp"),
    ],
    orders_by_key: false,
    orders_once: true,
    metrics: &[],
    params: &[],
    tags: TEXT,
    datasets: &[],
};

const MODEL_VERSIONS: Rules = Rules {
    prefixes: TAGS_AND_ATTRIBUTES,
    attributes: &[
        text("name", LISTED),
        text("run_id", LISTED),
        text("source_path", TEXT),
        number("version_number", "version_number", Kind::WholeOrText),
    ],
    orders: &[
        ("name", "name"),
        ("version_number", "version_number"),
        ("creation_timestamp", "creation_timestamp"),
        ("last_updated_timestamp", "last_updated_timestamp"),
    ],
    orders_by_key: false,
    orders_once: true,
    metrics: &[],
    params: &[],
    tags: TEXT,
    datasets: &[],
};

const LOGGED_MODELS: Rules = Rules {
    prefixes: &[
        ("attributes", Entity::Attribute),
        ("metrics", Entity::Metric),
        ("params", Entity::Param),
        ("tags", Entity::Tag),
    ],
    attributes: &[
        text("name", LISTED),
        text("model_id", LISTED),
        text("model_type", LISTED),
        text("status", LISTED),
        text("source_run_id", LISTED),
        number("creation_timestamp", "creation_timestamp", Kind::Number),
        number("creation_time", "creation_timestamp", Kind::Number),
        number("creation_timestamp_ms", "creation_timestamp", Kind::Number),
        number("last_updated_timestamp", "last_updated_timestamp", Kind::Number),
        number("last_updated_timestamp_ms", "last_updated_timestamp", Kind::Number),
    ],
    orders: &[],
    orders_by_key: false,
    orders_once: false,
    metrics: NUMERIC,
    params: LISTED,
    tags: LISTED,
    datasets: &[],
};

/// The attribute of traces that names a version of a prompt.
pub(super) const PROMPT: &str = "prompt";

const TRACES: Rules = Rules {
    prefixes: &[
        ("attribute", Entity::Attribute),
        ("attributes", Entity::Attribute),
        ("trace", Entity::Attribute),
        ("tag", Entity::Tag),
        ("tags", Entity::Tag),
        ("metadata", Entity::Metadata),
        ("request_metadata", Entity::Metadata),
        ("span", Entity::Span),
        ("feedback", Entity::Feedback),
        ("expectation", Entity::Expectation),
        ("issue", Entity::Issue),
    ],
    attributes: &[
        text("request_id", OF_TRACE),
        text("status", OF_TRACE),
        text("client_request_id", OF_TRACE),
        text("name", OF_TRACE_OPTIONAL),
        text("run_id", OF_TRACE_OPTIONAL),
        text(PROMPT, &[Equal]),
        text("text", CONTAINS),
        number("timestamp", "timestamp_ms", Kind::Number),
        number("timestamp_ms", "timestamp_ms", Kind::Number),
        number("execution_time", "execution_time_ms", Kind::Number),
        number("execution_time_ms", "execution_time_ms", Kind::Number),
        number("end_time", "end_time_ms", Kind::Number),
        number("end_time_ms", "end_time_ms", Kind::Number),
    ],
    orders: &[
        ("experiment_id", "experiment_id"),
        ("timestamp", "timestamp_ms"),
        ("timestamp_ms", "timestamp_ms"),
        ("execution_time", "execution_time_ms"),
        ("execution_time_ms", "execution_time_ms"),
        ("end_time", "end_time_ms"),
        ("end_time_ms", "end_time_ms"),
        ("status", "status"),
        ("request_id", "request_id"),
        ("name", "name"),
        ("run_id", "run_id"),
    ],
    orders_by_key: true,
    orders_once: true,
    metrics: &[],
    params: &[],
    tags: OF_TRACE_OPTIONAL,
    datasets: &[],
};

const EVALUATION_DATASETS: Rules = Rules {
    prefixes: &[("tags", Entity::Tag)],
    attributes: &[
        text("name", &[Equal, NotEqual, Like, Ilike, In]),
        text("created_by", TEXT),
        text("last_updated_by", TEXT),
        number("created_time", "created_time", Kind::Whole),
        number("last_update_time", "last_update_time", Kind::Whole),
    ],
    orders: &[
        ("name", "name"),
        ("created_time", "created_time"),
        ("last_update_time", "last_update_time"),
    ],
    orders_by_key: false,
    orders_once: false,
    metrics: &[],
    params: &[],
    tags: TEXT,
    datasets: &[],
};

const ISSUES: Rules = Rules {
    prefixes: &[],
    attributes: &[text("status", &[Equal, NotEqual]), text("source_run_id", &[Equal, NotEqual])],
    orders: &[],
    orders_by_key: false,
    orders_once: false,
    metrics: &[],
    params: &[],
    tags: &[],
    datasets: &[],
};

impl Subject {
    pub(super) const fn rules(self) -> &'static Rules {
        match self {
            Self::Runs => &RUNS,
            Self::Experiments => &EXPERIMENTS,
            Self::RegisteredModels => &REGISTERED_MODELS,
            Self::ModelVersions => &MODEL_VERSIONS,
            Self::LoggedModels => &LOGGED_MODELS,
            Self::Traces => &TRACES,
            Self::EvaluationDatasets => &EVALUATION_DATASETS,
            Self::Issues => &ISSUES,
        }
    }

    /// The words that may stand before a dot, and what the key after it belongs to.
    pub const fn prefixes(self) -> &'static [(&'static str, Entity)] {
        self.rules().prefixes
    }

    /// The fields that a filter may compare, once a spelling.
    pub const fn attributes(self) -> &'static [Attribute] {
        self.rules().attributes
    }

    /// What results may be ordered by, apart from metrics, parameters and tags.
    pub fn orders(self) -> impl Iterator<Item = &'static str> {
        self.rules().orders.iter().map(|(spelling, _)| *spelling)
    }

    /// How a key may be compared; an attribute by its name.
    pub fn comparators(self, entity: Entity, key: &str) -> &'static [Comparator] {
        let rules = self.rules();
        match entity {
            Entity::Metric => rules.metrics,
            Entity::Param => rules.params,
            Entity::Tag => rules.tags,
            Entity::Dataset => rules.datasets,
            Entity::Metadata => OF_TRACE_OPTIONAL,
            Entity::Span if key == "content" => CONTAINS,
            Entity::Span => OF_TRACE,
            Entity::Feedback | Entity::Expectation => ASSESSED,
            Entity::Issue => &[Equal],
            Entity::Attribute => {
                let attribute = rules.attributes.iter().find(|attribute| attribute.name == key);
                attribute.map_or(&[], |attribute| attribute.comparators)
            }
        }
    }
}
