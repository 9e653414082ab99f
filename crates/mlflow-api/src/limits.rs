//! MLflow's limits, as of 3.18.

/// Page size of a runs search that names none.
pub const SEARCH_RUNS_DEFAULT_MAX_RESULTS: u32 = 1000;
/// The largest page of a runs search; more is an error.
pub const SEARCH_RUNS_MAX_RESULTS: u32 = 50_000;
/// The largest page of an experiments search, which must name its page size.
pub const SEARCH_EXPERIMENTS_MAX_RESULTS: u32 = 50_000;
/// Points in a page of metric history, as MLflow's own client asks for them.
/// A server answers any number when none is asked for.
pub const METRIC_HISTORY_PAGE: u32 = 25_000;
/// Runs in one bulk request for metric history.
pub const METRIC_HISTORY_BULK_MAX_RUNS: usize = 100;
/// Points of a run in an answer to `get-history-bulk-interval`.
pub const METRIC_HISTORY_INTERVAL_MAX_RESULTS: u32 = 2500;
/// Experiments in one search for datasets.
pub const SEARCH_DATASETS_MAX_EXPERIMENTS: usize = 20;
/// Datasets in an answer to it.
pub const SEARCH_DATASETS_MAX_RESULTS: usize = 1000;
/// Metrics in one log-batch request.
pub const LOG_BATCH_MAX_METRICS: usize = 1000;
/// Parameters in one log-batch request.
pub const LOG_BATCH_MAX_PARAMS: usize = 100;
/// Tags in one log-batch request.
pub const LOG_BATCH_MAX_TAGS: usize = 100;
/// Metrics, parameters and tags together in one log-batch request.
pub const LOG_BATCH_MAX_TOTAL: usize = 1000;
/// Bytes in the body of a log-batch request.
pub const LOG_BATCH_MAX_BYTES: usize = 1_000_000;
/// Characters in the key of a metric, a parameter or a tag.
pub const MAX_KEY_LENGTH: usize = 250;
/// Characters in a parameter's value.
pub const MAX_PARAM_VALUE_LENGTH: usize = 6000;
/// Characters in the value of a run's tag.
pub const MAX_TAG_VALUE_LENGTH: usize = 8000;
/// Characters in the value of an experiment's tag.
pub const MAX_EXPERIMENT_TAG_VALUE_LENGTH: usize = 20_000;
/// Characters in an experiment's name.
pub const MAX_EXPERIMENT_NAME_LENGTH: usize = 500;
/// Page size of a registered models search that names none.
pub const SEARCH_REGISTERED_MODELS_DEFAULT_MAX_RESULTS: u32 = 100;
/// The largest page of a registered models search; more is an error.
pub const SEARCH_REGISTERED_MODELS_MAX_RESULTS: u32 = 1000;
/// The largest page of a model versions search, and what one that names none has.
pub const SEARCH_MODEL_VERSIONS_MAX_RESULTS: u32 = 200_000;
/// Page size of a logged models search that names none.
pub const SEARCH_LOGGED_MODELS_DEFAULT_MAX_RESULTS: u32 = 50;
/// Characters in the value of a tag of the registry.
pub const MAX_REGISTRY_TAG_VALUE_LENGTH: usize = 100_000;
/// Characters in an alias of a model version.
pub const MAX_ALIAS_LENGTH: usize = 255;
/// Characters in a dataset's name.
pub const MAX_DATASET_NAME_LENGTH: usize = 500;
/// Characters in a dataset's digest.
pub const MAX_DATASET_DIGEST_LENGTH: usize = 36;
/// Characters in a dataset's source.
pub const MAX_DATASET_SOURCE_LENGTH: usize = 65_535;
/// Characters in a dataset's schema.
pub const MAX_DATASET_SCHEMA_LENGTH: usize = 1_048_575;
/// Characters in a dataset's profile.
pub const MAX_DATASET_PROFILE_LENGTH: usize = 16_777_215;
/// Characters in the key of a tag of a dataset that a run read.
pub const MAX_INPUT_TAG_KEY_LENGTH: usize = 255;
/// Characters in the value of such a tag.
pub const MAX_INPUT_TAG_VALUE_LENGTH: usize = 500;
/// Page size of a traces search that names none.
pub const SEARCH_TRACES_DEFAULT_MAX_RESULTS: u32 = 100;
/// The largest page of a traces search; more is an error.
pub const SEARCH_TRACES_MAX_RESULTS: u32 = 500;
/// Traces that one request links to a run.
pub const MAX_TRACE_LINKS: usize = 100;
/// Characters in the value of a trace's metadata, as it is answered.
pub const MAX_TRACE_METADATA_LENGTH: usize = 250;
/// Characters in the value of a trace's tag, as it is answered.
pub const MAX_TRACE_TAG_LENGTH: usize = 4096;
/// Page size of a search for evaluation datasets that names none, and of their
/// records.
pub const SEARCH_EVALUATION_DATASETS_DEFAULT_MAX_RESULTS: u32 = 1000;
/// The largest page of a search for evaluation datasets; more is an error.
pub const SEARCH_EVALUATION_DATASETS_MAX_RESULTS: u32 = 50_000;
