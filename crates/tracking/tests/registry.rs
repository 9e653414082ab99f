//! The registry over rusqlite: what is stored, what a failure leaves, and what
//! a client can't make up.
//!
//! That the answers are MLflow's own is tested against a live MLflow, across
//! rooms.
#![cfg(test)]

#[allow(dead_code)] // not every file of tests needs all of it
mod support;

use http::Method;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use support::{Store, store};

impl Store {
    fn send(&self, method: Method, path: &str, body: Json) -> (u16, Json) {
        self.ask(method, &format!("/api/2.0/mlflow/{path}"), &body.to_string())
    }

    fn model(&self, name: &str) {
        assert_eq!(self.post("registered-models/create", json!({"name": name})).0, 200);
    }

    fn version(&self, name: &str) -> String {
        let body = json!({"name": name, "source": "s3://bucket/model"});
        let (status, answer) = self.post("model-versions/create", body);
        assert_eq!(status, 200, "{answer}");
        answer["model_version"]["version"].as_str().unwrap().to_owned()
    }

    fn logged_model(&self, name: &str) -> String {
        let body = json!({"experiment_id": "0", "name": name});
        let (status, answer) = self.post("logged-models", body);
        assert_eq!(status, 200, "{answer}");
        answer["model"]["info"]["model_id"].as_str().unwrap().to_owned()
    }

    /// Every page of a search, as a list of a field of what it found.
    fn pages(&self, search: impl Fn(Option<&str>) -> (u16, Json), list: &str) -> Vec<Json> {
        let (mut found, mut token) = (Vec::new(), None::<String>);
        loop {
            let (status, page) = search(token.as_deref());
            assert_eq!(status, 200, "{page}");
            found.extend(page[list].as_array().cloned().unwrap_or_default());
            token = page["next_page_token"].as_str().map(str::to_owned);
            if token.is_none() {
                return found;
            }
        }
    }
}

fn code(answer: &(u16, Json)) -> Option<&str> {
    answer.1["error_code"].as_str()
}

#[test]
fn a_version_that_is_refused_leaves_nothing() {
    let store = store();
    store.model("m");
    let before = store.get("registered-models/get?name=m");
    for body in [
        json!({"name": "m", "source": "s3://b/m", "tags": [{"key": "a+b", "value": ""}]}),
        json!({"name": "m", "source": "s3://b/m", "model_id": "m-none"}),
    ] {
        assert_ne!(store.post("model-versions/create", body).0, 200);
    }
    assert_eq!(store.get("registered-models/get?name=m"), before);
    assert_eq!(store.version("m"), "1");
}

#[test]
fn a_logged_model_that_is_refused_leaves_nothing() {
    let store = store();
    let params = json!([{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]);
    let body = json!({"experiment_id": "0", "name": "m", "params": params});
    assert_eq!(code(&store.post("logged-models", body)), Some("BAD_REQUEST"));
    let found = store.post("logged-models/search", json!({"experiment_ids": ["0"]}));
    assert_eq!(found, (200, json!({})));
}

#[test]
fn the_number_of_a_deleted_version_is_not_used_again() {
    let store = store();
    store.model("m");
    assert_eq!(store.version("m"), "1");
    assert_eq!(store.version("m"), "2");
    let last = json!({"name": "m", "version": "2"});
    assert_eq!(store.send(Method::DELETE, "model-versions/delete", last).0, 200);
    assert_eq!(store.version("m"), "3");
}

#[test]
fn a_deleted_model_takes_everything_with_it() {
    let store = store();
    store.model("m");
    store.version("m");
    let tag = json!({"name": "m", "version": "1", "key": "k", "value": "v"});
    assert_eq!(store.post("model-versions/set-tag", tag.clone()).0, 200);
    assert_eq!(store.post("registered-models/set-tag", tag.clone()).0, 200);
    let alias = json!({"name": "m", "alias": "a", "version": "1"});
    assert_eq!(store.post("registered-models/alias", alias).0, 200);
    let gone = json!({"name": "m"});
    assert_eq!(store.send(Method::DELETE, "registered-models/delete", gone).0, 200);
    store.model("m");
    let (_, answer) = store.get("registered-models/get?name=m");
    let model = &answer["registered_model"];
    assert_eq!((&model["tags"], &model["aliases"]), (&Json::Null, &Json::Null));
    assert_eq!(store.version("m"), "1");
    let (_, answer) = store.get("model-versions/get?name=m&version=1");
    assert_eq!(answer["model_version"]["tags"], Json::Null);
}

#[test]
fn a_renamed_model_keeps_what_it_had() {
    let store = store();
    store.model("a'; --");
    store.version("a'; --");
    let tag = json!({"name": "a'; --", "version": "1", "key": "k", "value": "%_\u{1F600}"});
    assert_eq!(store.post("model-versions/set-tag", tag).0, 200);
    let alias = json!({"name": "a'; --", "alias": "champion", "version": "1"});
    assert_eq!(store.post("registered-models/alias", alias).0, 200);
    let rename = json!({"name": "a'; --", "new_name": "b"});
    assert_eq!(store.post("registered-models/rename", rename).0, 200);
    let (_, answer) = store.get("registered-models/alias?name=b&alias=champion");
    let version = &answer["model_version"];
    assert_eq!(version["tags"], json!([{"key": "k", "value": "%_\u{1F600}"}]));
    assert_eq!(version["aliases"], json!(["champion"]));
}

#[test]
fn a_token_is_of_one_search() {
    let store = store();
    for name in ["a", "b"] {
        store.logged_model(name);
    }
    let search = |more: Json| {
        let mut body = json!({"experiment_ids": ["0"], "max_results": 1});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        store.post("logged-models/search", body)
    };
    let (_, page) = search(json!({}));
    let token = page["next_page_token"].clone();
    assert_eq!(search(json!({"page_token": token})).0, 200);
    let other = search(json!({"page_token": token, "filter": "name = 'a'"}));
    assert_eq!(code(&other), Some("INVALID_PARAMETER_VALUE"));
    let none = search(json!({"page_token": "x"}));
    assert_eq!(code(&none), Some("INVALID_PARAMETER_VALUE"));
}

/// Whether a path, decoded and with `..` followed, is the root or below it.
fn is_below(path: &str, root: &str) -> bool {
    let resolve = |path: &str| {
        let mut parts: Vec<String> = Vec::new();
        for part in path.replace("%2e", ".").replace("%2E", ".").replace("%2f", "/").split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part.to_owned()),
            }
        }
        parts
    };
    resolve(path).starts_with(&resolve(root))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_version_is_made_of_what_is_outside_its_run(
        parts in prop::collection::vec(
            prop::sample::select(vec!["..", ".", "", "a", "%2e%2e", "%2E.", "a%2f..", "artifacts", "0"]),
            0..6,
        ),
        location in prop::sample::select(vec!["/tmp/root", "file:///tmp/root", "mlflow-artifacts:/9"]),
    ) {
        let store = store();
        let experiment = json!({"name": "e", "artifact_location": location});
        let (_, answer) = store.post("experiments/create", experiment);
        let body = json!({"experiment_id": answer["experiment_id"], "start_time": 1});
        let (_, answer) = store.post("runs/create", body);
        let info = &answer["run"]["info"];
        let root = info["artifact_uri"].as_str().unwrap();
        store.model("m");
        let source = format!("{root}/{}", parts.join("/"));
        let body = json!({"name": "m", "source": source, "run_id": info["run_id"]});
        let (status, answer) = store.post("model-versions/create", body);
        if status == 200 {
            prop_assert!(is_below(&source, root), "{source} was taken");
        } else {
            prop_assert_eq!(answer["error_code"].as_str(), Some("INVALID_PARAMETER_VALUE"));
        }
        if parts.iter().all(|part| ["a", "artifacts", "0"].contains(part)) {
            prop_assert_eq!(status, 200, "{} was refused", source);
        }
    }

    #[test]
    fn pages_have_every_row_once(
        names in prop::collection::btree_set("[a-cA-C%_ ']{1,3}", 1..12),
        size in 1..5_usize,
        key in prop::sample::select(vec!["name", "name DESC", "last_updated_timestamp DESC", ""]),
    ) {
        let store = store();
        let names: Vec<&String> = names.iter().filter(|name| !name.trim().is_empty()).collect();
        for name in &names {
            store.model(name);
            store.version(name);
            store.logged_model("lm");
        }
        let order = if key.is_empty() { String::new() } else { format!("&order_by={}", key.replace(' ', "+")) };
        let sorted = |mut names: Vec<String>| { names.sort(); names };
        let expected: Vec<String> = sorted(names.iter().map(|name| name.to_string()).collect());
        for (path, list) in [
            ("registered-models", "registered_models"),
            ("model-versions", "model_versions"),
        ] {
            let found = store.pages(
                |token| {
                    let token = token.map(|token| format!("&page_token={}", token.replace('=', "%3D")));
                    let token = token.unwrap_or_default();
                    store.get(&format!("{path}/search?max_results={size}{order}{token}"))
                },
                list,
            );
            let found = found.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
            prop_assert_eq!(sorted(found), expected.clone());
        }
        let found = store.pages(
            |token| {
                let body = json!({
                    "experiment_ids": ["0"], "max_results": size, "page_token": token,
                    "order_by": [{"field_name": "name"}],
                });
                store.post("logged-models/search", body)
            },
            "models",
        );
        let mut ids: Vec<&str> =
            found.iter().map(|model| model["info"]["model_id"].as_str().unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!((ids.len(), found.len()), (names.len(), names.len()));
    }
}
