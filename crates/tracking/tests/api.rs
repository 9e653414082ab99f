//! `docs/api.md` is true: which of MLflow's endpoints this server has.
#![cfg(test)]

#[allow(dead_code)] // not every file of tests needs all of it
mod support;

use std::fmt::Write as _;
use std::path::Path;

use http::Method;
use support::{Store, store};
use tracking::Deployment;

/// MLflow 3.18's: service, verb, path, name, fields of the request, of the answer.
const ENDPOINTS: &str = include_str!("../../mlflow-api/tests/data/rest-endpoints.tsv");

/// What the edge answers beside the workspace, since it is about bytes.
const BESIDE: [&str; 3] =
    ["/api/2.0/mlflow-artifacts/", "/api/2.0/mlflow/artifacts/", "/artifacts/directories"];

const HEAD: &str = "\
# The API

Every endpoint of MLflow 3.18's REST API, and whether a workspace at the edge has it. One that \
it does not have answers 501 with the `error_code` `NOT_IMPLEMENTED`. Each path answers with \
the prefix `/ajax-api` as well as with `/api`.

Those of workspaces are there where `MILLRACE_WORKSPACES` allows them.

Besides these, there are `/health`, `/version`, `/api/3.0/mlflow/server-info`, \
`/get-artifact`, `/model-versions/get-artifact`, and, for pages, \
`metrics/get-history-bulk`, `experiments/search-datasets` and `upload-artifact`.

Of issues it has what MLflow 3.17 has, and most of what 3.18 searches them by: no metadata, \
views, or ids that the client chooses. A review queue may be called what a user is called.

This table is made by a test (`crates/tracking/tests/api.rs`), which asks for each of them.
";

fn is_there(store: &Store, verb: &str, path: &str) -> bool {
    if BESIDE.iter().any(|part| path.contains(part))
        || path == "/api/2.0/mlflow-artifacts/artifacts"
    {
        return true;
    }
    // What stands for a part of the path: `{model_id}`, `<path:artifact_path>`.
    let filled: Vec<&str> =
        path.split('/').map(|part| if part.starts_with(['{', '<']) { "x" } else { part }).collect();
    let method = Method::from_bytes(verb.as_bytes()).unwrap();
    let deployment = Deployment { has_workspaces: true, ..Deployment::default() };
    let (status, answer) = store.ask_deployed(deployment, method, &filled.join("/"), "{}");
    status != 501 || answer["error_code"] != "NOT_IMPLEMENTED"
}

#[test]
fn the_table_of_endpoints_is_true() {
    let store = store();
    let mut groups = Vec::<(&str, Vec<_>)>::new();
    for line in ENDPOINTS.lines() {
        let [service, verb, path, ..] = *line.split('\t').collect::<Vec<_>>() else {
            panic!("{line}")
        };
        let row = (is_there(&store, verb, path), verb, path);
        match groups.iter_mut().find(|(name, _)| *name == service) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((service, vec![row])),
        }
    }
    let all: Vec<_> = groups.iter().flat_map(|(_, rows)| rows).collect();
    let have = all.iter().filter(|(is_there, ..)| *is_there).count();
    let mut text = format!("{HEAD}\n{have} of {} are there.\n", all.len());
    for (service, rows) in &groups {
        write!(text, "\n## {service}\n\n| | endpoint |\n|---|---|\n").unwrap();
        for (is_there, verb, path) in rows {
            let mark = if *is_there { "yes" } else { "–" };
            writeln!(text, "| {mark} | {verb} `{path}` |").unwrap();
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    if std::env::var_os("MILLRACE_WRITE_DOCS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        known == text,
        "docs/api.md is old; `MILLRACE_WRITE_DOCS=1 cargo test -p tracking --test api` writes it anew"
    );
}
