//! What each endpoint needs: the one table of it.
//!
//! What is not in it is for admins.

use super::permission::Level::{self, Delete, Manage, Read, Update};
use super::permission::{ASSESSMENT, LOGGED_MODEL, REVIEW_QUEUE, RUN, TRACE};

/// What an endpoint needs. A thing that it is about is found in the request's
/// fields, wherever they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// A login.
    Login,
    /// To be the user that is named.
    Oneself,
    /// To be an admin.
    Admin,
    /// To manage some workspace.
    SomeWorkspace,
    /// To manage the workspace that the role, its permission, or the request
    /// names.
    ManageRole,
    /// To have a role there.
    SeeRole,
    /// To have a role in each of the workspaces that are named.
    SeeRoles,
    /// To be the user that is named, or to manage a workspace of theirs.
    SeeUser,
    /// To manage the thing that `resource_type` and `resource_id` name.
    ManageThing,
    /// To manage the registered model that is named, wherever it is kept.
    ManageModel,
    /// To be the user that is named, or to manage the workspace.
    SeePermission,
    /// To have any business in the workspace that is named.
    SeeWorkspace,
    /// Nothing more: the search shows what may be read.
    Search,
    /// To make experiments in the workspace.
    CreateExperiment,
    /// To make registered models in the workspace, or prompts.
    CreateModel,
    /// The experiments that are named.
    Experiment(Level),
    /// The one that is named, if one is: else the answer has what may be read.
    ExperimentIfAny(Level),
    /// The experiments that a list of them names.
    Experiments(Level),
    /// The experiment of that name.
    ExperimentByName(Level),
    /// The experiments that are named, with all that is in them.
    WholeExperiment(Level),
    /// To make such things in the experiments that are named.
    CreateIn(&'static str),
    /// Nothing more: experiments that may not be read are left out of the
    /// search for such things.
    SearchIn(&'static str),
    /// The things that are named, which are parts of experiments.
    Part(&'static Part, Level),
    /// The same, if any are named.
    PartIfAny(&'static Part, Level),
    /// The same, of those that are there.
    PartIfThere(&'static Part, Level),
    /// All experiments of the evaluation dataset that is named.
    Dataset(Level),
    /// Such things in the experiments that are named.
    In(&'static str, Level),
    /// The registered model or prompt that is named.
    Model(Level),
    /// The review queue that is named.
    Queue(QueueUse),
    /// The review queue of that name in an experiment.
    QueueByName(QueueUse),
    /// The versions of the registered model or prompt that is named.
    Version(Level),
    /// To make versions of it.
    CreateVersion,
    /// What the source of a new version names.
    Source,
}

/// What somebody wants of a review queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QueueUse {
    /// To look into it.
    Open,
    /// To say who reviews, and what they are asked.
    Change,
    /// To delete it, or to take something out of it.
    Prune,
    /// To say what has become of something in it.
    Review,
}

/// Things that are parts of experiments.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// The type that permissions are granted on.
    pub(super) resource_type: &'static str,
    /// The fields that name them.
    pub(super) fields: &'static [&'static str],
    /// The experiment of one.
    pub(super) experiment: &'static str,
}

const RUNS: Part = Part {
    resource_type: RUN,
    fields: &["run_id", "run_uuid", "run_ids"],
    experiment: "SELECT experiment_id FROM runs WHERE run_uuid = ?1",
};

const LOGGED_MODELS: Part = Part {
    resource_type: LOGGED_MODEL,
    fields: &["model_id"],
    experiment: "SELECT experiment_id FROM logged_models WHERE model_id = ?1",
};

const TRACES: Part = Part {
    resource_type: TRACE,
    fields: TRACE_FIELDS,
    experiment: "SELECT experiment_id FROM trace_info WHERE request_id = ?1",
};

const ISSUES: Part = Part {
    // Nothing is granted on these: what counts is the experiment.
    resource_type: "issue",
    fields: &["issue_id"],
    experiment: "SELECT experiment_id FROM issues WHERE issue_id = ?1",
};

const LABEL_SCHEMAS: Part = Part {
    // Nor on these.
    resource_type: "label_schema",
    fields: &["schema_id"],
    experiment: "SELECT experiment_id FROM label_schemas WHERE schema_id = ?1",
};

const QUEUES: Part = Part {
    resource_type: REVIEW_QUEUE,
    fields: &["queue_id"],
    experiment: "SELECT experiment_id FROM review_queues WHERE queue_id = ?1",
};

const ASSESSMENTS: Part = Part { resource_type: ASSESSMENT, ..TRACES };

const TRACE_FIELDS: &[&str] = &["trace_id", "request_id", "trace_ids", "request_ids"];

pub(super) const RUN_PART: &Part = &RUNS;
pub(super) const LOGGED_MODEL_PART: &Part = &LOGGED_MODELS;
pub(super) const TRACE_PART: &Part = &TRACES;
const ASSESSMENT_PART: &Part = &ASSESSMENTS;
const ISSUE_PART: &Part = &ISSUES;
const LABEL_SCHEMA_PART: &Part = &LABEL_SCHEMAS;
const QUEUE_PART: &Part = &QUEUES;

/// Verb, path below `/api` or `/ajax-api`, needs.
type Rule = (&'static str, &'static str, &'static [Need]);

const TABLE: &[Rule] = &[
    // Experiments.
    ("POST", "/2.0/mlflow/experiments/create", &[Need::CreateExperiment]),
    ("GET", "/2.0/mlflow/experiments/get", &[Need::Experiment(Read)]),
    ("GET", "/2.0/mlflow/experiments/get-by-name", &[Need::ExperimentByName(Read)]),
    ("GET", "/2.0/mlflow/experiments/search", &[Need::Search]),
    ("POST", "/2.0/mlflow/experiments/search", &[Need::Search]),
    ("POST", "/2.0/mlflow/experiments/update", &[Need::Experiment(Update)]),
    ("POST", "/2.0/mlflow/experiments/delete", &[Need::WholeExperiment(Delete)]),
    ("POST", "/2.0/mlflow/experiments/restore", &[Need::WholeExperiment(Delete)]),
    ("POST", "/2.0/mlflow/experiments/set-experiment-tag", &[Need::Experiment(Update)]),
    ("POST", "/2.0/mlflow/experiments/delete-experiment-tag", &[Need::Experiment(Update)]),
    ("POST", "/2.0/mlflow/experiments/search-datasets", &[Need::Experiment(Read)]),
    // Runs.
    ("POST", "/2.0/mlflow/runs/create", &[Need::CreateIn(RUN)]),
    ("GET", "/2.0/mlflow/runs/get", &[Need::Part(RUN_PART, Read)]),
    ("POST", "/2.0/mlflow/runs/search", &[Need::SearchIn(RUN)]),
    ("POST", "/2.0/mlflow/runs/update", &[Need::Part(RUN_PART, Update)]),
    ("POST", "/2.0/mlflow/runs/delete", &[Need::Part(RUN_PART, Delete)]),
    ("POST", "/2.0/mlflow/runs/restore", &[Need::Part(RUN_PART, Delete)]),
    ("POST", "/2.0/mlflow/runs/log-metric", LOG),
    ("POST", "/2.0/mlflow/runs/log-batch", LOG),
    ("POST", "/2.0/mlflow/runs/log-inputs", LOG),
    ("POST", "/2.0/mlflow/runs/outputs", LOG),
    ("POST", "/2.0/mlflow/runs/log-parameter", &[Need::Part(RUN_PART, Update)]),
    ("POST", "/2.0/mlflow/runs/log-model", &[Need::Part(RUN_PART, Update)]),
    ("POST", "/2.0/mlflow/runs/set-tag", &[Need::Part(RUN_PART, Update)]),
    ("POST", "/2.0/mlflow/runs/delete-tag", &[Need::Part(RUN_PART, Update)]),
    ("GET", "/2.0/mlflow/metrics/get-history", &[Need::Part(RUN_PART, Read)]),
    ("GET", "/2.0/mlflow/metrics/get-history-bulk", &[Need::Part(RUN_PART, Read)]),
    ("GET", "/2.0/mlflow/metrics/get-history-bulk-interval", &[Need::Part(RUN_PART, Read)]),
    // Logged models.
    ("POST", "/2.0/mlflow/logged-models", &[Need::CreateIn(LOGGED_MODEL)]),
    ("POST", "/2.0/mlflow/logged-models/search", &[Need::SearchIn(LOGGED_MODEL)]),
    ("GET", "/2.0/mlflow/logged-models/{model_id}", &[Need::Part(LOGGED_MODEL_PART, Read)]),
    ("PATCH", "/2.0/mlflow/logged-models/{model_id}", &[Need::Part(LOGGED_MODEL_PART, Update)]),
    ("DELETE", "/2.0/mlflow/logged-models/{model_id}", &[Need::Part(LOGGED_MODEL_PART, Delete)]),
    (
        "PATCH",
        "/2.0/mlflow/logged-models/{model_id}/tags",
        &[Need::Part(LOGGED_MODEL_PART, Update)],
    ),
    (
        "DELETE",
        "/2.0/mlflow/logged-models/{model_id}/tags/{tag_key}",
        &[Need::Part(LOGGED_MODEL_PART, Delete)],
    ),
    (
        "POST",
        "/2.0/mlflow/logged-models/{model_id}/params",
        &[Need::Part(LOGGED_MODEL_PART, Update)],
    ),
    // Registered models, prompts, and their versions.
    ("POST", "/2.0/mlflow/registered-models/create", &[Need::CreateModel]),
    ("GET", "/2.0/mlflow/registered-models/get", &[Need::Model(Read)]),
    ("GET", "/2.0/mlflow/registered-models/search", &[Need::Search]),
    ("PATCH", "/2.0/mlflow/registered-models/update", &[Need::Model(Update)]),
    ("POST", "/2.0/mlflow/registered-models/rename", &[Need::Model(Update)]),
    (
        "DELETE",
        "/2.0/mlflow/registered-models/delete",
        &[Need::Model(Delete), Need::Version(Delete)],
    ),
    ("GET", "/2.0/mlflow/registered-models/get-latest-versions", &[Need::Version(Read)]),
    ("POST", "/2.0/mlflow/registered-models/get-latest-versions", &[Need::Version(Read)]),
    ("POST", "/2.0/mlflow/registered-models/set-tag", &[Need::Model(Update)]),
    ("DELETE", "/2.0/mlflow/registered-models/delete-tag", &[Need::Model(Update)]),
    ("GET", "/2.0/mlflow/registered-models/alias", &[Need::Version(Read)]),
    ("POST", "/2.0/mlflow/registered-models/alias", &[Need::Model(Update), Need::Version(Read)]),
    ("DELETE", "/2.0/mlflow/registered-models/alias", &[Need::Model(Delete), Need::Version(Read)]),
    (
        "POST",
        "/2.0/mlflow/model-versions/create",
        &[
            Need::CreateVersion,
            Need::PartIfAny(RUN_PART, Read),
            Need::PartIfAny(LOGGED_MODEL_PART, Read),
            Need::Source,
        ],
    ),
    ("GET", "/2.0/mlflow/model-versions/get", &[Need::Version(Read)]),
    ("GET", "/2.0/mlflow/model-versions/search", &[Need::Search]),
    ("GET", "/2.0/mlflow/model-versions/get-download-uri", &[Need::Version(Read)]),
    ("PATCH", "/2.0/mlflow/model-versions/update", &[Need::Version(Update)]),
    ("POST", "/2.0/mlflow/model-versions/transition-stage", &[Need::Version(Update)]),
    ("DELETE", "/2.0/mlflow/model-versions/delete", &[Need::Version(Delete)]),
    ("POST", "/2.0/mlflow/model-versions/set-tag", &[Need::Version(Update)]),
    ("DELETE", "/2.0/mlflow/model-versions/delete-tag", &[Need::Version(Delete)]),
    // Traces, of version 2 and of version 3.
    ("POST", "/2.0/mlflow/traces", CREATE_TRACE),
    ("GET", "/2.0/mlflow/traces", &[Need::SearchIn(TRACE)]),
    ("PATCH", "/2.0/mlflow/traces/{request_id}", &[Need::Part(TRACE_PART, Update)]),
    ("GET", "/2.0/mlflow/traces/{request_id}/info", &[Need::Part(TRACE_PART, Read)]),
    ("PATCH", "/2.0/mlflow/traces/{request_id}/tags", &[Need::Part(TRACE_PART, Update)]),
    ("DELETE", "/2.0/mlflow/traces/{request_id}/tags", &[Need::Part(TRACE_PART, Update)]),
    ("POST", "/2.0/mlflow/traces/delete-traces", DELETE_TRACES),
    ("POST", "/2.0/mlflow/traces/link-to-run", LINK_TRACES),
    ("POST", "/2.0/mlflow/traces/link-prompts", &[Need::Part(TRACE_PART, Update)]),
    ("GET", "/2.0/mlflow/get-trace-artifact", &[Need::Part(TRACE_PART, Read)]),
    ("GET", "/3.0/mlflow/get-trace-artifact", &[Need::Part(TRACE_PART, Read)]),
    ("POST", "/3.0/mlflow/traces", CREATE_TRACE),
    ("POST", "/3.0/mlflow/traces/search", READ_TRACES_IN),
    ("POST", "/3.0/mlflow/traces/metrics", READ_TRACES_IN),
    ("POST", "/3.0/mlflow/traces/calculate-filter-correlation", READ_TRACES_IN),
    ("GET", "/3.0/mlflow/traces/get", &[Need::Part(TRACE_PART, Read)]),
    ("GET", "/3.0/mlflow/traces/batchGet", &[Need::Part(TRACE_PART, Read)]),
    ("POST", "/3.0/mlflow/traces/batchGetInfos", &[Need::Part(TRACE_PART, Read)]),
    ("GET", "/3.0/mlflow/traces/{trace_id}", &[Need::Part(TRACE_PART, Read)]),
    ("PATCH", "/3.0/mlflow/traces/{trace_id}/tags", &[Need::Part(TRACE_PART, Update)]),
    ("DELETE", "/3.0/mlflow/traces/{trace_id}/tags", &[Need::Part(TRACE_PART, Update)]),
    ("POST", "/3.0/mlflow/traces/delete-traces", DELETE_TRACES),
    ("POST", "/3.0/mlflow/traces/{trace_id}/assessments", &[Need::Part(ASSESSMENT_PART, Update)]),
    (
        "GET",
        "/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}",
        &[Need::Part(ASSESSMENT_PART, Read)],
    ),
    (
        "PATCH",
        "/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}",
        &[Need::Part(ASSESSMENT_PART, Update)],
    ),
    (
        "DELETE",
        "/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}",
        &[Need::Part(ASSESSMENT_PART, Update)],
    ),
    // Evaluation datasets.
    ("POST", "/3.0/mlflow/datasets/create", &[Need::Experiments(Update)]),
    ("GET", "/3.0/mlflow/datasets/search", &[Need::Experiments(Read)]),
    ("POST", "/3.0/mlflow/datasets/search", &[Need::Experiments(Read)]),
    ("GET", "/3.0/mlflow/datasets/{dataset_id}", &[Need::Dataset(Read)]),
    ("DELETE", "/3.0/mlflow/datasets/{dataset_id}", &[Need::Dataset(Delete)]),
    ("PATCH", "/3.0/mlflow/datasets/{dataset_id}/tags", &[Need::Dataset(Update)]),
    ("DELETE", "/3.0/mlflow/datasets/{dataset_id}/tags/{key}", &[Need::Dataset(Update)]),
    ("GET", "/3.0/mlflow/datasets/{dataset_id}/records", &[Need::Dataset(Read)]),
    ("POST", "/3.0/mlflow/datasets/{dataset_id}/records", &[Need::Dataset(Update)]),
    ("DELETE", "/3.0/mlflow/datasets/{dataset_id}/records", &[Need::Dataset(Update)]),
    ("GET", "/3.0/mlflow/datasets/{dataset_id}/experiment-ids", &[Need::Dataset(Read)]),
    (
        "POST",
        "/3.0/mlflow/datasets/{dataset_id}/add-experiments",
        &[Need::Dataset(Update), Need::Experiments(Update)],
    ),
    ("POST", "/3.0/mlflow/datasets/{dataset_id}/remove-experiments", &[Need::Dataset(Update)]),
    // Webhooks.
    ("POST", "/2.0/mlflow/webhooks", &[Need::Admin]),
    ("GET", "/2.0/mlflow/webhooks", &[Need::Admin]),
    ("GET", "/2.0/mlflow/webhooks/{webhook_id}", &[Need::Admin]),
    ("PATCH", "/2.0/mlflow/webhooks/{webhook_id}", &[Need::Admin]),
    ("DELETE", "/2.0/mlflow/webhooks/{webhook_id}", &[Need::Admin]),
    ("POST", "/2.0/mlflow/webhooks/{webhook_id}/test", &[Need::Admin]),
    // Scorers.
    ("POST", "/3.0/mlflow/scorers/register", &[Need::Experiment(Update)]),
    ("GET", "/3.0/mlflow/scorers/list", &[Need::ExperimentIfAny(Read)]),
    ("GET", "/3.0/mlflow/scorers/versions", &[Need::Experiment(Read)]),
    ("GET", "/3.0/mlflow/scorers/get", &[Need::Experiment(Read)]),
    ("DELETE", "/3.0/mlflow/scorers/delete", &[Need::Experiment(Delete)]),
    // Issues.
    ("POST", "/3.0/mlflow/issues", &[Need::Experiment(Update)]),
    ("POST", "/3.0/mlflow/issues/search", &[Need::Experiment(Read)]),
    ("GET", "/3.0/mlflow/issues/{issue_id}", &[Need::Part(ISSUE_PART, Read)]),
    ("PATCH", "/3.0/mlflow/issues/{issue_id}", &[Need::Part(ISSUE_PART, Update)]),
    // What reviewers are asked.
    ("POST", "/3.0/mlflow/label-schemas/create", &[Need::Experiment(Manage)]),
    ("GET", "/3.0/mlflow/label-schemas/get", &[Need::Part(LABEL_SCHEMA_PART, Read)]),
    ("GET", "/3.0/mlflow/label-schemas/get-by-name", &[Need::Experiment(Read)]),
    ("GET", "/3.0/mlflow/label-schemas/list", &[Need::Experiment(Read)]),
    ("PATCH", "/3.0/mlflow/label-schemas/update", &[Need::Part(LABEL_SCHEMA_PART, Manage)]),
    ("DELETE", "/3.0/mlflow/label-schemas/delete", &[Need::Part(LABEL_SCHEMA_PART, Manage)]),
    // What waits for them.
    ("POST", "/3.0/mlflow/review-queues/create", &[Need::CreateIn(REVIEW_QUEUE)]),
    ("POST", "/3.0/mlflow/review-queues/get-or-create-user", &[Need::CreateIn(REVIEW_QUEUE)]),
    ("GET", "/3.0/mlflow/review-queues/get", &[Need::Queue(QueueUse::Open)]),
    ("GET", "/3.0/mlflow/review-queues/get-by-name", &[Need::QueueByName(QueueUse::Open)]),
    ("GET", "/3.0/mlflow/review-queues/list", &[Need::Experiment(Read)]),
    ("POST", "/3.0/mlflow/review-queues/update", &[Need::Queue(QueueUse::Change)]),
    ("POST", "/3.0/mlflow/review-queues/delete", &[Need::Queue(QueueUse::Prune)]),
    ("POST", "/3.0/mlflow/review-queues/items/add", &[Need::Part(QUEUE_PART, Update)]),
    ("POST", "/3.0/mlflow/review-queues/items/remove", &[Need::Queue(QueueUse::Prune)]),
    ("GET", "/3.0/mlflow/review-queues/items/list", &[Need::Queue(QueueUse::Open)]),
    ("POST", "/3.0/mlflow/review-queues/items/set-status", &[Need::Queue(QueueUse::Review)]),
    // Users.
    ("POST", "/2.0/mlflow/users/create", &[Need::SomeWorkspace]),
    ("GET", "/2.0/mlflow/users/get", &[Need::Oneself]),
    ("GET", "/2.0/mlflow/users/current", &[Need::Login]),
    ("GET", "/2.0/mlflow/users/list", &[Need::CreateExperiment]),
    ("PATCH", "/2.0/mlflow/users/update-password", &[Need::Oneself]),
    ("PATCH", "/2.0/mlflow/users/update-admin", &[Need::Admin]),
    ("DELETE", "/2.0/mlflow/users/delete", &[Need::Admin]),
    // Permissions, of version 2.
    ("POST", "/2.0/mlflow/experiments/permissions/create", &[Need::Experiment(Manage)]),
    ("GET", "/2.0/mlflow/experiments/permissions/get", &[Need::Experiment(Manage)]),
    ("PATCH", "/2.0/mlflow/experiments/permissions/update", &[Need::Experiment(Manage)]),
    ("DELETE", "/2.0/mlflow/experiments/permissions/delete", &[Need::Experiment(Manage)]),
    ("POST", "/2.0/mlflow/registered-models/permissions/create", &[Need::ManageModel]),
    ("GET", "/2.0/mlflow/registered-models/permissions/get", &[Need::ManageModel]),
    ("PATCH", "/2.0/mlflow/registered-models/permissions/update", &[Need::ManageModel]),
    ("DELETE", "/2.0/mlflow/registered-models/permissions/delete", &[Need::ManageModel]),
    // Permissions and roles, of version 3.
    ("GET", "/3.0/mlflow/users/current/permissions", &[Need::Login]),
    ("GET", "/3.0/mlflow/users/permissions/list", &[Need::SeeUser]),
    ("POST", "/3.0/mlflow/users/permissions/grant", &[Need::ManageThing]),
    ("POST", "/3.0/mlflow/users/permissions/revoke", &[Need::ManageThing]),
    ("GET", "/3.0/mlflow/users/permissions/get", &[Need::SeePermission]),
    ("GET", "/3.0/mlflow/users/roles/list", &[Need::SeeUser]),
    ("POST", "/3.0/mlflow/roles/create", &[Need::ManageRole]),
    ("GET", "/3.0/mlflow/roles/get", &[Need::SeeRole]),
    ("GET", "/3.0/mlflow/roles/list", &[Need::SeeRoles]),
    ("PATCH", "/3.0/mlflow/roles/update", &[Need::ManageRole]),
    ("DELETE", "/3.0/mlflow/roles/delete", &[Need::ManageRole]),
    ("POST", "/3.0/mlflow/roles/assign", &[Need::ManageRole]),
    ("DELETE", "/3.0/mlflow/roles/unassign", &[Need::ManageRole]),
    ("GET", "/3.0/mlflow/roles/users/list", &[Need::ManageRole]),
    ("POST", "/3.0/mlflow/roles/permissions/add", &[Need::ManageRole]),
    ("DELETE", "/3.0/mlflow/roles/permissions/remove", &[Need::ManageRole]),
    ("GET", "/3.0/mlflow/roles/permissions/list", &[Need::SeeRole]),
    ("PATCH", "/3.0/mlflow/roles/permissions/update", &[Need::ManageRole]),
    // Workspaces.
    ("GET", "/3.0/mlflow/workspaces", &[Need::Search]),
    ("POST", "/3.0/mlflow/workspaces", &[Need::Admin]),
    ("GET", "/3.0/mlflow/workspaces/{workspace_name}", &[Need::SeeWorkspace]),
    ("PATCH", "/3.0/mlflow/workspaces/{workspace_name}", &[Need::Admin]),
    ("DELETE", "/3.0/mlflow/workspaces/{workspace_name}", &[Need::Admin]),
];

/// A metric may be a logged model's, too, and so may what a run reads or makes.
const LOG: &[Need] = &[Need::Part(RUN_PART, Update), Need::PartIfAny(LOGGED_MODEL_PART, Update)];
/// Who names a trace that is there changes it.
const CREATE_TRACE: &[Need] = &[Need::CreateIn(TRACE), Need::PartIfThere(TRACE_PART, Update)];
const DELETE_TRACES: &[Need] = &[Need::In(TRACE, Delete), Need::PartIfThere(TRACE_PART, Delete)];
const LINK_TRACES: &[Need] = &[Need::Part(RUN_PART, Update), Need::Part(TRACE_PART, Update)];
const READ_TRACES_IN: &[Need] = &[Need::In(TRACE, Read)];

/// What a request needs; its fields that are in the path come with it. `path`
/// begins with `/api/`. Nothing for a request that is not in the table.
pub(super) fn needs(
    method: &str,
    path: &str,
) -> Option<(&'static [Need], crate::call::PathFields)> {
    if (method, path) == ("POST", "/v1/traces") {
        return Some((&[Need::CreateIn(TRACE)], Vec::new()));
    }
    let path = path.strip_prefix("/api")?;
    TABLE
        .iter()
        .filter(|(verb, ..)| *verb == method)
        .find_map(|(_, template, needs)| Some((*needs, crate::call::path_fields(template, path)?)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mlflow_api::{AUTH_ENDPOINTS, ENDPOINTS, WORKSPACE_ENDPOINTS};

    use super::*;

    #[test]
    fn no_endpoint_is_twice_in_the_table() {
        let unique: BTreeSet<_> = TABLE.iter().map(|(verb, path, _)| (verb, path)).collect();
        assert_eq!(unique.len(), TABLE.len());
        assert!(TABLE.iter().all(|(.., needs)| !needs.is_empty()));
    }

    /// A new endpoint is for admins until somebody decides who else may call it:
    /// here is where they are told.
    #[test]
    fn every_endpoint_is_in_the_table() {
        // Answered before anybody signs in; and by the artifacts' own rule.
        let elsewhere = [
            "/api/3.0/mlflow/server-info",
            "/api/2.0/mlflow/artifacts/list",
            "/api/2.0/mlflow/artifacts/presigned-upload-url",
            "/api/2.0/mlflow/artifacts/presigned-download-url",
            "/api/2.0/mlflow/logged-models/{model_id}/artifacts/directories",
        ];
        for endpoint in [ENDPOINTS, AUTH_ENDPOINTS, WORKSPACE_ENDPOINTS].concat() {
            let found = needs(endpoint.method.as_str(), endpoint.path).is_some();
            assert_ne!(found, elsewhere.contains(&endpoint.path), "{}", endpoint.path);
        }
    }

    #[test]
    fn fields_of_the_path_come_along_and_words_before_them() {
        let (found, fields) = needs("GET", "/api/2.0/mlflow/logged-models/m-1").unwrap();
        assert_eq!(found, [Need::Part(LOGGED_MODEL_PART, Read)]);
        assert_eq!(fields, [("model_id", "m-1".to_owned())]);
        let (found, _) = needs("GET", "/api/3.0/mlflow/traces/batchGet").unwrap();
        assert_eq!(found, [Need::Part(TRACE_PART, Read)]);
        assert!(needs("GET", "/api/3.0/mlflow/traces/get").unwrap().1.is_empty());
        for (verb, path) in
            [("GET", "/api/2.0/mlflow/x"), ("PUT", "/api/2.0/mlflow/runs/get"), ("GET", "/x")]
        {
            assert!(needs(verb, path).is_none(), "{path}");
        }
    }
}
