//! The tag keys that MLflow gives a meaning to.

/// What [`is_system`] looks for.
pub const SYSTEM_PREFIX: &str = "mlflow.";

/// Whether MLflow keeps this tag key, or this metric or parameter key, for itself.
pub fn is_system(key: &str) -> bool {
    key.starts_with(SYSTEM_PREFIX)
}

/// A run's name. `RunInfo::run_name` carries the same.
pub const RUN_NAME: &str = "mlflow.runName";
/// A description in Markdown, of a run or an experiment.
pub const NOTE: &str = "mlflow.note.content";
/// The run that this run is nested in.
pub const PARENT_RUN_ID: &str = "mlflow.parentRunId";
/// The outermost run that this run is nested in.
pub const ROOT_RUN_ID: &str = "mlflow.rootRunId";
/// Who started the run.
pub const USER: &str = "mlflow.user";
/// The script, notebook or project that was run.
pub const SOURCE_NAME: &str = "mlflow.source.name";
/// What `mlflow.source.name` is: `LOCAL`, `NOTEBOOK`, `JOB`, `PROJECT`…
pub const SOURCE_TYPE: &str = "mlflow.source.type";
/// The git commit that was run.
pub const SOURCE_GIT_COMMIT: &str = "mlflow.source.git.commit";
/// The git branch that was run.
pub const SOURCE_GIT_BRANCH: &str = "mlflow.source.git.branch";
/// The git repository's URL.
pub const SOURCE_GIT_REPO_URL: &str = "mlflow.source.git.repoURL";
/// The entry point of an MLflow project.
pub const PROJECT_ENTRY_POINT: &str = "mlflow.project.entryPoint";
/// The colour of a run in charts, as `#rrggbb`.
pub const RUN_COLOR: &str = "mlflow.runColor";
/// Models logged by clients before 3.0, as JSON.
pub const LOG_MODEL_HISTORY: &str = "mlflow.log-model.history";
/// JSON artifacts that are tables, as JSON.
pub const LOGGED_ARTIFACTS: &str = "mlflow.loggedArtifacts";
/// Says that a run logged images with a key and a step: `True`.
pub const LOGGED_IMAGES: &str = "mlflow.loggedImages";
/// What an experiment is for; decides MLflow's own tabs.
pub const EXPERIMENT_KIND: &str = "mlflow.experimentKind";
/// Marks the experiment in which MLflow's AI gateway keeps its traces.
pub const EXPERIMENT_IS_GATEWAY: &str = "mlflow.experiment.isGateway";
/// Marks a registered model, or a version of one, as a prompt: `true`.
pub const IS_PROMPT: &str = "mlflow.prompt.is_prompt";
/// The ids of the experiments that a prompt was registered in, as `,1,7,`.
pub const PROMPT_EXPERIMENTS: &str = "_mlflow_experiment_ids";
/// The text of a version of a prompt.
pub const PROMPT_TEXT: &str = "mlflow.prompt.text";
/// The versions that a logged model was registered as, as JSON.
pub const MODEL_VERSIONS: &str = "mlflow.modelVersions";
