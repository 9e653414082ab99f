//! Who may do what, over rusqlite: users, permissions, roles, and the stores of
//! other workspaces.
#![cfg(test)]

#[allow(dead_code)] // not every file of tests needs all of it
mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::{Value as Json, json};
use support::{Store, store};
use tracking::Deployment;
use tracking::auth::{
    ARTIFACTS_PATH, Admin, ArtifactAccess, ArtifactOwner, ArtifactUse, CALLER_PATH, CHANGES_PATH,
    Caller, Gate, Permission, Settings, answer_as,
};

const PASSWORD: &str = "a-long-password";
const TOKEN: &str = "a-token-of-the-admin";

/// The default workspace behind a gate.
struct Server {
    store: Store,
    gate: Gate,
}

/// Somebody who asks it.
struct As<'a> {
    server: &'a Server,
    authorization: Option<String>,
    workspace: &'static str,
}

fn server_of(default: Permission, is_open_to_read: bool) -> Server {
    let admin = Admin { username: "admin".into(), password: PASSWORD.into() };
    let settings = Settings::new(Some(admin), Some(TOKEN.into()), default, is_open_to_read);
    let server = Server { store: store(), gate: Gate::new(settings.unwrap()) };
    server.gate.prepare(&server.store).unwrap();
    server
}

/// A server with the users `ann` and `bob`.
fn server() -> Server {
    let server = server_of(Permission::Read, false);
    for user in ["ann", "bob"] {
        let (status, _) = server
            .admin()
            .post("2.0/mlflow/users/create", json!({"username": user, "password": PASSWORD}));
        assert_eq!(status, 200);
    }
    server
}

impl Server {
    fn with(&self, authorization: Option<String>) -> As<'_> {
        As { server: self, authorization, workspace: "" }
    }

    fn user(&self, name: &str) -> As<'_> {
        self.basic(name, PASSWORD)
    }

    fn basic(&self, name: &str, password: &str) -> As<'_> {
        self.with(Some(format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))))
    }

    fn admin(&self) -> As<'_> {
        self.user("admin")
    }

    fn anonymous(&self) -> As<'_> {
        self.with(None)
    }
}

fn read(response: &Response<Bytes>) -> (u16, Json) {
    let body = response.body();
    let text = || Json::String(String::from_utf8_lossy(body).into_owned());
    (response.status().as_u16(), serde_json::from_slice(body).unwrap_or_else(|_| text()))
}

fn request(method: Method, path: &str, body: &Json) -> http::request::Builder {
    let builder = Request::builder().method(method).uri(path);
    if body.is_null() { builder } else { builder.header("content-type", "application/json") }
}

fn bytes(body: &Json) -> Bytes {
    if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) }
}

impl As<'_> {
    fn in_workspace(mut self, workspace: &'static str) -> Self {
        self.workspace = workspace;
        self
    }

    fn send(&self, method: Method, path: &str, body: &Json) -> Response<Bytes> {
        let mut builder = request(method, path, body);
        if let Some(authorization) = &self.authorization {
            builder = builder.header("authorization", authorization);
        }
        if !self.workspace.is_empty() {
            builder = builder.header("x-mlflow-workspace", self.workspace);
        }
        let request = builder.body(bytes(body)).unwrap();
        self.server.gate.answer(&self.server.store, 2000, &request)
    }

    fn ask(&self, method: Method, path: &str, body: Json) -> (u16, Json) {
        read(&self.send(method, &format!("/api/{path}"), &body))
    }

    fn get(&self, path: &str) -> (u16, Json) {
        self.ask(Method::GET, path, Json::Null)
    }

    fn post(&self, path: &str, body: Json) -> (u16, Json) {
        self.ask(Method::POST, path, body)
    }

    fn experiment(&self, name: &str) -> String {
        let (status, answer) = self.post("2.0/mlflow/experiments/create", json!({"name": name}));
        assert_eq!(status, 200, "{answer}");
        answer["experiment_id"].as_str().unwrap().to_owned()
    }

    fn run(&self, experiment: &str) -> String {
        let (status, answer) =
            self.post("2.0/mlflow/runs/create", json!({"experiment_id": experiment}));
        assert_eq!(status, 200, "{answer}");
        answer["run"]["info"]["run_id"].as_str().unwrap().to_owned()
    }

    fn grant(&self, user: &str, of: &str, id: &str, permission: &str) -> u16 {
        let body = json!({"username": user, "resource_type": of, "resource_id": id,
            "permission": permission});
        self.post("3.0/mlflow/users/permissions/grant", body).0
    }

    fn names(&self, path: &str, list: &str) -> Vec<String> {
        let (status, answer) = self.get(path);
        assert_eq!(status, 200, "{answer}");
        let list = answer[list].as_array().cloned().unwrap_or_default();
        list.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    }
}

const EXPERIMENTS: &str = "2.0/mlflow/experiments/search?max_results=100";

#[test]
fn nobody_gets_in_without_a_password_or_a_token() {
    let server = server();
    let path = "/api/2.0/mlflow/users/current";
    for stranger in [
        server.anonymous(),
        server.basic("ann", "another-password"),
        server.basic("nobody", PASSWORD),
        server.basic("ann", ""),
        server.with(Some("Bearer another-token-of-no-one".into())),
        server.with(Some("Digest x".into())),
        server.with(Some(String::new())),
    ] {
        let answer = stranger.send(Method::GET, path, &Json::Null);
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.headers()["www-authenticate"], "Basic realm=\"mlflow\"");
        assert!(serde_json::from_slice::<Json>(answer.body()).is_err());
    }
    let who = |user: As<'_>| user.get("2.0/mlflow/users/current").1;
    let ann =
        json!({"is_basic_auth": true, "user": {"id": 2, "username": "ann", "is_admin": false}});
    assert_eq!(who(server.user("ann")), ann);
    assert_eq!(who(server.user("ann")), ann, "the second time, without hashing");
    assert_eq!(who(server.with(Some(format!("Bearer {TOKEN}"))))["user"]["username"], "admin");
    for open in ["/health", "/api/3.0/mlflow/server-info", "/ajax-api/3.0/mlflow/server-info"] {
        assert_eq!(server.anonymous().send(Method::GET, open, &Json::Null).status(), 200, "{open}");
    }
}

#[test]
fn a_password_that_was_changed_is_good_at_once_and_the_old_one_no_more() {
    let server = server();
    let path = "2.0/mlflow/users/update-password";
    let change = |user: As<'_>, body: Json| user.ask(Method::PATCH, path, body).0;
    let new = "a-new-long-password";
    assert_eq!(server.user("ann").get(EXPERIMENTS).0, 200);
    assert_eq!(change(server.user("ann"), json!({"username": "ann", "password": new})), 400);
    let wrong = json!({"username": "ann", "password": new, "current_password": "wrong"});
    assert_eq!(change(server.user("ann"), wrong), 400);
    assert_eq!(change(server.user("bob"), json!({"username": "ann", "password": new})), 403);
    let right = json!({"username": "ann", "password": new, "current_password": PASSWORD});
    assert_eq!(change(server.user("ann"), right), 200);
    assert_eq!(server.user("ann").get(EXPERIMENTS).0, 401);
    assert_eq!(server.basic("ann", new).get(EXPERIMENTS).0, 200);
    // Whoever has the token can always set the admin's.
    let token = server.with(Some(format!("Bearer {TOKEN}")));
    assert_eq!(change(token, json!({"username": "admin", "password": new})), 200);
    assert_eq!(server.basic("admin", new).get(EXPERIMENTS).0, 200);
}

#[test]
fn users_are_made_listed_and_deleted_by_admins() {
    let server = server();
    let create = |user: As<'_>, body: Json| user.post("2.0/mlflow/users/create", body).0;
    assert_eq!(create(server.user("ann"), json!({"username": "c", "password": PASSWORD})), 403);
    assert_eq!(create(server.admin(), json!({"username": "c", "password": "short"})), 400);
    assert_eq!(create(server.admin(), json!({"username": "c:d", "password": PASSWORD})), 400);
    assert_eq!(create(server.admin(), json!({"username": "ann", "password": PASSWORD})), 400);
    let (_, answer) = server.admin().get("2.0/mlflow/users/get?username=ann");
    assert_eq!(answer["user"]["username"], "ann");
    assert!(!answer.to_string().contains("argon2"));
    assert_eq!(server.user("bob").get("2.0/mlflow/users/get?username=ann").0, 403);
    let (_, list) = server.user("bob").get("2.0/mlflow/users/list");
    assert_eq!(list["users"].as_array().unwrap().len(), 3);

    let id = server.user("ann").experiment("ann's");
    let delete = |user: As<'_>, name: &str| {
        user.ask(Method::DELETE, "2.0/mlflow/users/delete", json!({"username": name})).0
    };
    assert_eq!(delete(server.user("bob"), "ann"), 403);
    assert_eq!(delete(server.admin(), "admin"), 400);
    assert_eq!(delete(server.admin(), "ann"), 200);
    assert_eq!(delete(server.admin(), "ann"), 404);
    assert_eq!(server.user("ann").get(EXPERIMENTS).0, 401);
    // Whoever gets the number of one who is gone has nothing of theirs.
    assert_eq!(delete(server.admin(), "bob"), 200);
    assert_eq!(create(server.admin(), json!({"username": "new", "password": PASSWORD})), 200);
    let path = format!(
        "3.0/mlflow/users/permissions/get?username=new&resource_type=experiment&resource_id={id}"
    );
    assert_eq!(server.user("new").get(&path).1, json!({"allowed": false, "permission": "READ"}));

    let promote = json!({"username": "new", "is_admin": true});
    let path = "2.0/mlflow/users/update-admin";
    assert_eq!(server.user("new").ask(Method::PATCH, path, promote.clone()).0, 403);
    assert_eq!(server.admin().ask(Method::PATCH, path, promote).0, 200);
    assert_eq!(delete(server.user("new"), "admin"), 200);
}

#[test]
fn whoever_makes_an_experiment_manages_it_and_others_read_it() {
    let server = server();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let id = ann.experiment("ann's");
    let run = ann.run(&id);
    let log = json!({"run_id": run, "key": "m", "value": 1, "timestamp": 1});
    assert_eq!(ann.post("2.0/mlflow/runs/log-metric", log.clone()).0, 200);
    assert_eq!(bob.get(&format!("2.0/mlflow/runs/get?run_id={run}")).0, 200);
    let history = format!("2.0/mlflow/metrics/get-history?run_id={run}&metric_key=m");
    assert_eq!(bob.get(&history).0, 200);
    assert_eq!(bob.post("2.0/mlflow/runs/log-metric", log.clone()).0, 403);
    assert_eq!(bob.post("2.0/mlflow/runs/create", json!({"experiment_id": id})).0, 403);

    assert_eq!(bob.grant("bob", "experiment", &id, "EDIT"), 403);
    assert_eq!(ann.grant("bob", "experiment", &id, "EDIT"), 200);
    assert_eq!(ann.grant("bob", "experiment", &id, "EDIT"), 400);
    assert_eq!(bob.post("2.0/mlflow/runs/log-metric", log.clone()).0, 200);
    assert_eq!(bob.grant("bob", "experiment", &id, "MANAGE"), 403);

    let revoke = json!({"username": "bob", "resource_type": "experiment", "resource_id": id});
    assert_eq!(ann.post("3.0/mlflow/users/permissions/revoke", revoke.clone()).0, 200);
    assert_eq!(ann.post("3.0/mlflow/users/permissions/revoke", revoke).0, 404);
    assert_eq!(ann.grant("bob", "experiment", &id, "DENY"), 200);
    for path in [
        history,
        format!("2.0/mlflow/runs/get?run_id={run}"),
        format!("2.0/mlflow/experiments/get?experiment_id={id}"),
        // Neither spelling gets around it.
        format!("2.0/mlflow/experiments/get?experiment_id=0{id}"),
        format!("2.0/mlflow/experiments/get?experimentId={id}&experiment_id=0"),
        "2.0/mlflow/experiments/get-by-name?experiment_name=ann%27s".into(),
    ] {
        assert_eq!(bob.get(&path), (403, json!("Permission denied")), "{path}");
    }
    assert_eq!(bob.post("2.0/mlflow/runs/log-metric", log).0, 403);
    // What is not there is not told from what may not be seen.
    assert_eq!(bob.get("2.0/mlflow/runs/get?run_id=none").0, 403);
    assert_eq!(bob.get("2.0/mlflow/runs/get").0, 400);
}

#[test]
fn searches_leave_out_what_may_not_be_read_and_pages_are_full() {
    let server = server();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let ids: Vec<String> = (0..6).map(|i| ann.experiment(&format!("e{i}"))).collect();
    for id in &ids[1..5] {
        ann.run(id);
        assert_eq!(ann.grant("bob", "experiment", id, "DENY"), 200);
    }
    ann.run(&ids[0]);
    assert_eq!(ann.names(EXPERIMENTS, "experiments").len(), 7);
    let mut seen = bob.names(EXPERIMENTS, "experiments");
    seen.sort();
    assert_eq!(seen, ["Default", "e0", "e5"]);
    let page = bob.get("2.0/mlflow/experiments/search?max_results=2").1;
    assert_eq!(page["experiments"].as_array().unwrap().len(), 2);

    // However it is written.
    let deep = format!(
        r#"{{"experiment_ids":["{}"],"x":{}{}}}"#,
        ids[1],
        "[".repeat(200),
        "]".repeat(200)
    );
    for text in [
        json!(json!({"experiment_ids": [ids[1]]}).to_string()).to_string(),
        deep,
        format!(r#"{{"experiment_ids":["{}"],"x":1e999}}"#, ids[1]),
        format!(r#"{{"experimentIds":["{}"]}}"#, ids[1]),
    ] {
        let request = request(Method::POST, "/api/2.0/mlflow/runs/search", &json!({}))
            .header("authorization", bob.authorization.clone().unwrap())
            .body(Bytes::from(text.clone()))
            .unwrap();
        let (_, found) = read(&server.gate.answer(&server.store, 1, &request));
        assert_eq!(found["runs"], Json::Null, "{text}");
    }
    for search in [json!({"experiment_ids": ids}), json!({"experiment_ids": [ids[1]]})] {
        let all = ann.post("2.0/mlflow/runs/search", search.clone()).1;
        let some = bob.post("2.0/mlflow/runs/search", search).1;
        let of = |runs: &Json| -> Vec<Json> {
            let runs = runs["runs"].as_array().cloned().unwrap_or_default();
            runs.iter().map(|run| run["info"]["experiment_id"].clone()).collect()
        };
        assert!(of(&all).contains(&json!(ids[1])));
        assert!(of(&some).iter().all(|id| *id == json!(ids[0])), "{some}");
    }
}

#[test]
fn registered_models_have_permissions_by_name() {
    let server = server();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let models = "2.0/mlflow/registered-models";
    for name in ["one", "two"] {
        assert_eq!(ann.post(&format!("{models}/create"), json!({"name": name})).0, 200);
    }
    let version = |user: &As<'_>, name: &str, source: &str| {
        user.post("2.0/mlflow/model-versions/create", json!({"name": name, "source": source})).0
    };
    assert_eq!(version(&ann, "one", "s3://b/m"), 200);
    assert_eq!(version(&bob, "one", "s3://b/m"), 403);
    assert_eq!(version(&ann, "none", "s3://b/m"), 403);
    let rename = json!({"name": "one", "new_name": "uno"});
    assert_eq!(bob.post(&format!("{models}/rename"), rename.clone()).0, 403);
    assert_eq!(ann.grant("bob", "registered_model", "one", "DENY"), 200);
    assert_eq!(bob.get(&format!("{models}/get?name=one")).0, 403);
    let search = |what: &str| format!("2.0/mlflow/{what}/search?max_results=100");
    assert_eq!(bob.names(&search("registered-models"), "registered_models"), ["two"]);
    assert_eq!(bob.names(&search("model-versions"), "model_versions").len(), 0);
    assert_eq!(ann.names(&search("model-versions"), "model_versions").len(), 1);

    // Permissions go with the name, and are gone with the model.
    assert_eq!(ann.post(&format!("{models}/rename"), rename).0, 200);
    assert_eq!(bob.get(&format!("{models}/get?name=uno")).0, 403);
    assert_eq!(version(&ann, "uno", "s3://b/m"), 200);
    let delete = json!({"name": "uno"});
    assert_eq!(ann.ask(Method::DELETE, &format!("{models}/delete"), delete).0, 200);
    assert_eq!(bob.post(&format!("{models}/create"), json!({"name": "uno"})).0, 200);
    assert_eq!(version(&bob, "uno", "s3://b/m"), 200);
    assert_eq!(version(&ann, "uno", "s3://b/m"), 403);
}

#[test]
fn a_version_is_made_only_from_what_its_maker_may_read() {
    let server = server();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let id = ann.experiment("ann's");
    let run = ann.run(&id);
    assert_eq!(ann.grant("bob", "experiment", &id, "DENY"), 200);
    for user in [&ann, &bob] {
        let name = user.get("2.0/mlflow/users/current").1["user"]["username"].clone();
        assert_eq!(user.post("2.0/mlflow/registered-models/create", json!({"name": name})).0, 200);
    }
    assert_eq!(ann.grant("bob", "registered_model", "ann", "DENY"), 200);
    for (source, run_id) in [
        (format!("mlflow-artifacts:/{id}/{run}/artifacts/m"), None),
        (format!("mlflow-artifacts://host/%3{id}/{run}/artifacts/m"), None),
        (format!("runs:/{run}/m"), None),
        ("models:/ann/1".into(), None),
        ("s3://b/m".into(), Some(&run)),
    ] {
        let body = json!({"name": "bob", "source": source, "run_id": run_id});
        assert_eq!(bob.post("2.0/mlflow/model-versions/create", body).0, 403, "{source}");
    }
}

#[test]
fn clients_of_mlflow_2_have_their_endpoints() {
    let server = server();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let id = ann.experiment("ann's");
    let path = |verb: &str| format!("2.0/mlflow/experiments/permissions/{verb}");
    let body = |permission: &str| json!({"experiment_id": id, "username": "bob", "permission": permission});
    assert_eq!(bob.post(&path("create"), body("MANAGE")).0, 403);
    let (status, made) = ann.post(&path("create"), body("NO_PERMISSIONS"));
    let permission = json!({"experiment_id": id, "user_id": 3, "permission": "NO_PERMISSIONS"});
    assert_eq!((status, &made["experiment_permission"]), (200, &permission));
    assert_eq!(ann.post(&path("create"), body("READ")).0, 400);
    assert_eq!(bob.get(&format!("2.0/mlflow/experiments/get?experiment_id={id}")).0, 403);
    let get = format!("{}?experiment_id={id}&username=bob", path("get"));
    assert_eq!(ann.get(&get).1["experiment_permission"], permission);
    let (_, user) = server.admin().get("2.0/mlflow/users/get?username=bob");
    assert_eq!(user["user"]["experiment_permissions"], json!([permission]));
    assert_eq!(user["user"]["registered_model_permissions"], json!([]));
    assert_eq!(ann.ask(Method::PATCH, &path("update"), body("EDIT")).0, 200);
    bob.run(&id);
    let delete = json!({"experiment_id": id, "username": "bob"});
    assert_eq!(ann.ask(Method::DELETE, &path("delete"), delete.clone()).0, 200);
    assert_eq!(ann.ask(Method::DELETE, &path("delete"), delete).0, 404);
    assert_eq!(ann.get(&get).0, 404);

    assert_eq!(ann.post("2.0/mlflow/registered-models/create", json!({"name": "m"})).0, 200);
    let path = |verb: &str| format!("2.0/mlflow/registered-models/permissions/{verb}");
    let body = json!({"name": "m", "username": "bob", "permission": "MANAGE"});
    assert_eq!(bob.post(&path("create"), body.clone()).0, 403);
    let (_, made) = ann.post(&path("create"), body);
    assert_eq!(
        made["registered_model_permission"],
        json!({"workspace": "default", "name": "m", "user_id": 3, "permission": "MANAGE"})
    );
    assert_eq!(bob.get(&format!("{}?name=m&username=bob", path("get"))).0, 200);
}

#[test]
fn roles_grant_what_they_say_to_those_who_have_them() {
    let server = server();
    let (admin, ann, bob) = (server.admin(), server.user("ann"), server.user("bob"));
    let id = ann.experiment("ann's");
    let run = ann.run(&id);
    let roles = "3.0/mlflow/roles";
    let body = json!({"workspace": "default", "name": "writers", "description": "d"});
    assert_eq!(ann.post(&format!("{roles}/create"), body.clone()).0, 403);
    let (_, made) = admin.post(&format!("{roles}/create"), body.clone());
    let role = made["role"]["id"].as_i64().unwrap();
    assert_eq!(made["role"]["permissions"], json!([]));
    assert_eq!(admin.post(&format!("{roles}/create"), body).0, 400);
    let reserved = json!({"workspace": "default", "name": "__user_2__"});
    assert_eq!(admin.post(&format!("{roles}/create"), reserved).0, 400);

    let add = |of: &str, pattern: &str, permission: &str| {
        let body = json!({"role_id": role, "resource_type": of, "resource_pattern": pattern,
            "permission": permission});
        admin.post(&format!("{roles}/permissions/add"), body)
    };
    let (_, added) = add("run", "*", "EDIT");
    let permission = added["role_permission"]["id"].as_i64().unwrap();
    assert_eq!(add("run", "*", "EDIT").0, 400);
    assert_eq!(add("run", "r1", "EDIT").0, 400);
    assert_eq!(add("workspace", "*", "READ").0, 400);
    assert_eq!(add("experiment", "*", "NO_PERMISSIONS").0, 400);

    let log = json!({"run_id": run, "key": "m", "value": 1, "timestamp": 1});
    let logs = |user: &As<'_>| user.post("2.0/mlflow/runs/log-metric", log.clone()).0;
    assert_eq!(logs(&bob), 403);
    let assign = json!({"username": "bob", "role_id": role});
    assert_eq!(admin.post(&format!("{roles}/assign"), assign.clone()).0, 200);
    assert_eq!(admin.post(&format!("{roles}/assign"), assign.clone()).0, 400);
    assert_eq!(logs(&bob), 200);
    let deny = json!({"role_permission_id": permission, "permission": "DENY"});
    let path = format!("{roles}/permissions/update");
    assert_eq!(bob.ask(Method::PATCH, &path, deny.clone()).0, 403);
    assert_eq!(admin.ask(Method::PATCH, &path, deny).0, 200);
    assert_eq!(bob.get(&format!("2.0/mlflow/runs/get?run_id={run}")).0, 403);
    let found = bob.post("2.0/mlflow/runs/search", json!({"experiment_ids": [id]})).1;
    assert_eq!(found, json!({}));

    assert_eq!(
        bob.get("3.0/mlflow/users/roles/list?username=bob").1["roles"][0]["name"],
        "writers"
    );
    assert_eq!(ann.get("3.0/mlflow/users/roles/list?username=bob").0, 403);
    assert_eq!(bob.get(&format!("{roles}/get?role_id={role}")).0, 200);
    assert_eq!(bob.get(&format!("{roles}/list")).0, 403);
    assert_eq!(bob.get(&format!("{roles}/list?workspace=default")).0, 200);
    assert_eq!(bob.get(&format!("{roles}/list?workspace=default&workspace=other")).0, 403);
    let users = admin.get(&format!("{roles}/users/list?role_id={role}")).1;
    assert_eq!(users["assignments"][0]["user_id"], 3);
    let (_, own) = ann.get("3.0/mlflow/users/current/permissions");
    assert_eq!(own["permissions"][0]["role_name"], "__user_2__");

    // Who manages the workspace is everything in it but an admin.
    assert_eq!(add("workspace", "*", "MANAGE").0, 200);
    assert_eq!(bob.get(&format!("2.0/mlflow/runs/get?run_id={run}")).0, 200);
    assert_eq!(bob.grant("ann", "experiment", "*", "MANAGE"), 200);
    let user = json!({"username": "cat", "password": PASSWORD});
    assert_eq!(bob.post("2.0/mlflow/users/create", user).0, 200);
    assert_eq!(
        bob.ask(Method::DELETE, "2.0/mlflow/users/delete", json!({"username": "cat"})).0,
        403
    );
    let update = json!({"role_id": role, "name": "readers"});
    assert_eq!(bob.ask(Method::PATCH, &format!("{roles}/update"), update).0, 200);
    assert_eq!(admin.ask(Method::DELETE, &format!("{roles}/unassign"), assign).0, 200);
    assert_eq!(logs(&bob), 403);
    let delete = json!({"role_id": role});
    assert_eq!(admin.ask(Method::DELETE, &format!("{roles}/delete"), delete).0, 200);
    assert_eq!(admin.get(&format!("{roles}/get?role_id={role}")).0, 404);
}

#[test]
fn what_is_not_in_the_table_is_for_admins() {
    let server = server();
    for path in ["2.0/mlflow/no-such-thing", "3.0/mlflow/gateway/secrets/list", "x"] {
        assert_eq!(server.user("ann").get(path).0, 403, "{path}");
        assert_eq!(server.admin().get(path).0, 501, "{path}");
    }
    // Nor is what the edge asks for anybody, in the wrong form.
    let answer = server.anonymous().send(Method::GET, CALLER_PATH, &Json::Null);
    assert_eq!(answer.status(), 401);
}

#[test]
fn a_server_that_is_open_to_read_takes_nothing_from_strangers() {
    let server = server_of(Permission::Edit, true);
    let id = server.admin().experiment("public");
    let run = server.admin().run(&id);
    let anybody = server.anonymous();
    assert_eq!(anybody.names(EXPERIMENTS, "experiments").len(), 2);
    assert_eq!(anybody.get(&format!("2.0/mlflow/runs/get?run_id={run}")).0, 200);
    assert_eq!(anybody.post("2.0/mlflow/runs/search", json!({"experiment_ids": [id]})).0, 200);
    for (path, body) in [
        ("2.0/mlflow/experiments/create", json!({"name": "x"})),
        ("2.0/mlflow/runs/create", json!({"experiment_id": id})),
        ("2.0/mlflow/runs/set-tag", json!({"run_id": run, "key": "k", "value": "v"})),
        ("2.0/mlflow/registered-models/create", json!({"name": "x"})),
        ("2.0/mlflow/users/create", json!({"username": "x", "password": PASSWORD})),
    ] {
        let (status, answer) = anybody.post(path, body);
        assert_eq!((status, &answer["error_code"]), (403, &json!("PERMISSION_DENIED")), "{path}");
        assert!(answer["message"].as_str().unwrap().contains("read-only"), "{answer}");
    }
    for path in
        ["2.0/mlflow/users/list", "2.0/mlflow/users/current", "2.0/mlflow/users/get?username="]
    {
        assert_ne!(anybody.get(path).0, 200, "{path}");
    }
    // Not even the question that a list makes where it is missing.
    let questions = format!("3.0/mlflow/label-schemas/list?experiment_id={id}");
    let many = |answer: (u16, Json)| answer.1["label_schemas"].as_array().map(Vec::len);
    assert_eq!(many(anybody.get(&questions)), None);
    assert_eq!(many(server.admin().get(&questions)), Some(1));
    assert_eq!(many(anybody.get(&questions)), Some(1));
    assert_eq!(server.basic("admin", "wrong-password").get(EXPERIMENTS).0, 401);
    // Without any secret, nobody signs in at all.
    let settings = Settings::new(None, None, Permission::Read, true).unwrap();
    let gate = Gate::new(settings);
    let server = Server { store: store(), gate };
    server.gate.prepare(&server.store).unwrap();
    assert_eq!(server.anonymous().get(EXPERIMENTS).0, 200);
    assert_eq!(server.with(Some("Bearer ".into())).get(EXPERIMENTS).0, 401);
    assert_eq!(server.admin().get(EXPERIMENTS).0, 401);
}

#[test]
fn files_are_as_their_owners_are() {
    let server = server();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let id = ann.experiment("ann's");
    let run = ann.run(&id);
    let path = format!("{id}/{run}/artifacts/a");
    let may = |user: &As<'_>, of: ArtifactOwner, to: ArtifactUse| {
        let body = serde_json::to_value(ArtifactAccess { of, to }).unwrap();
        user.send(Method::POST, ARTIFACTS_PATH, &body).status().as_u16()
    };
    use ArtifactUse::{Delete, Read, Write};
    for of in [ArtifactOwner::Run(run.clone()), ArtifactOwner::Path(path)] {
        let all = |user: &As<'_>| [Read, Write, Delete].map(|to| may(user, of.clone(), to));
        assert_eq!(all(&ann), [204; 3]);
        assert_eq!(all(&bob), [204, 403, 403]);
        assert_eq!(all(&server.admin()), [204; 3]);
        assert_eq!(all(&server.anonymous()), [401; 3]);
    }
    assert_eq!(may(&bob, ArtifactOwner::Run("none".into()), Read), 403);
    assert_eq!(may(&bob, ArtifactOwner::Model("none".into()), Read), 403);
    assert_eq!(may(&bob, ArtifactOwner::LoggedModel("none".into()), Read), 403);
}

#[test]
fn another_workspace_has_its_own_store_and_asks_who_its_callers_are() {
    let server = server();
    let (admin, ann) = (server.admin(), server.user("ann"));
    let team = store();
    let request_of = |body: &Json, path: &str, method: Method| {
        request(method, path, body).body(bytes(body)).unwrap()
    };
    let caller = |user: &str| {
        let answer =
            server.user(user).in_workspace("team").send(Method::GET, CALLER_PATH, &Json::Null);
        serde_json::from_slice::<Caller>(answer.body()).ok()
    };
    assert_eq!(caller("ann"), None, "there is no such workspace");
    let create = json!({"name": "team"});
    assert_eq!(ann.post("3.0/mlflow/workspaces", create.clone()).0, 403);
    assert_eq!(admin.post("3.0/mlflow/workspaces", create.clone()).0, 201);
    assert_eq!(admin.post("3.0/mlflow/workspaces", create).0, 400);
    let search =
        request_of(&Json::Null, "/api/2.0/mlflow/experiments/search?max_results=9", Method::GET);
    let status =
        |user: &str| answer_as(&team, 1, &search, &caller(user).unwrap()).0.status().as_u16();
    assert_eq!((status("ann"), status("admin")), (403, 200));
    assert_eq!(ann.names("3.0/mlflow/workspaces", "workspaces"), ["default"]);
    assert_eq!(ann.get("3.0/mlflow/workspaces/team").0, 403);

    let (_, roles) = admin.get("3.0/mlflow/roles/list?workspace=team");
    let id = |name: &str| {
        let roles = roles["roles"].as_array().unwrap();
        roles.iter().find(|role| role["name"] == name).unwrap()["id"].clone()
    };
    for (user, role) in [("ann", "user"), ("bob", "user")] {
        let body = json!({"username": user, "role_id": id(role)});
        assert_eq!(admin.post("3.0/mlflow/roles/assign", body).0, 200);
    }
    assert_eq!(ann.get("3.0/mlflow/workspaces/team").0, 200);
    let body = json!({"name": "theirs"});
    let create = request_of(&body, "/ajax-api/2.0/mlflow/experiments/create", Method::POST);
    let (answer, changes) = answer_as(&team, 1, &create, &caller("ann").unwrap());
    let (_, made) = read(&answer);
    let body = serde_json::to_value(changes.unwrap()).unwrap();
    assert_eq!(admin.send(Method::POST, CHANGES_PATH, &body).status(), 200);

    let body = json!({"experiment_id": made["experiment_id"]});
    let run = request_of(&body, "/api/2.0/mlflow/runs/create", Method::POST);
    let runs = |user: &str| answer_as(&team, 1, &run, &caller(user).unwrap()).0.status().as_u16();
    assert_eq!((runs("ann"), runs("bob"), status("bob")), (200, 403, 200));
    // The grant is not one on the experiment of that number elsewhere.
    assert_eq!(
        ann.post(
            "2.0/mlflow/experiments/update",
            json!({"experiment_id": made["experiment_id"], "new_name": "x"})
        )
        .0,
        403
    );
    let gone = admin.ask(Method::DELETE, "3.0/mlflow/workspaces/team", Json::Null);
    assert_eq!(gone.0, 204);
    assert_eq!(caller("ann"), None);
    assert_eq!(admin.ask(Method::DELETE, "3.0/mlflow/workspaces/default", Json::Null).0, 400);
}

#[test]
fn settings_that_let_nobody_in_are_refused() {
    let admin = |password: &str| Some(Admin { username: "a".into(), password: password.into() });
    let new = |admin, token: Option<&str>, open| {
        Settings::new(admin, token.map(str::to_owned), Permission::Read, open)
    };
    assert!(new(None, None, false).is_err() && new(None, None, true).is_ok());
    assert!(new(admin("short"), None, false).is_err());
    assert!(new(None, Some("short"), false).is_err() && new(None, Some(TOKEN), false).is_ok());
    let shown = format!("{:?}", Gate::new(new(admin(PASSWORD), Some(TOKEN), false).unwrap()));
    assert!(!shown.contains(PASSWORD) && !shown.contains(TOKEN), "{shown}");
}

/// What a request says beside the point must not stand for what it is about.
#[test]
fn nothing_stands_for_the_thing_that_a_request_is_about() {
    let server = server();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let secret = ann.experiment("secret");
    let own = bob.experiment("own");
    server.admin().grant("bob", "experiment", &secret, "DENY");
    let run = ann.run(&secret);
    // An id in other words.
    let (status, _) = bob.get(&format!("2.0/mlflow/experiments/get?experiment_id=%20{secret}"));
    assert_eq!(status, 403);
    let (_, found) =
        bob.post("2.0/mlflow/runs/search", json!({"experiment_ids": [format!(" {secret}"), own]}));
    assert_eq!(found["runs"].as_array().map_or(0, Vec::len), 0);
    // A thing of one's own in the query, or in a header, of a request that reads its body.
    server.admin().grant("bob", "experiment", "0", "DENY");
    let path = format!("2.0/mlflow/runs/create?experiment_id={own}");
    assert_ne!(bob.post(&path, json!({})).0, 200);
    let path = format!("3.0/mlflow/datasets/search?experiment_id={own}");
    assert_ne!(bob.get(&path).0, 200);
    // Places that are somebody else's, however they are written.
    for place in [
        format!("http://h/api/2.0/mlflow-artifacts/artifacts/{secret}"),
        format!("MLFLOW-ARTIFACTS:/{secret}/{run}/artifacts"),
        format!("http://api/2.0/mlflow-artifacts/artifacts/{secret}"),
    ] {
        let body = json!({"name": place, "artifact_location": place});
        assert_eq!(bob.post("2.0/mlflow/experiments/create", body).0, 403, "{place}");
    }
    ann.post("2.0/mlflow/registered-models/create", json!({"name": "a@b"}));
    ann.post("2.0/mlflow/model-versions/create", json!({"name": "a@b", "source": "s3://x/y"}));
    server.admin().grant("bob", "registered_model", "a@b", "DENY");
    server.admin().grant("bob", "registered_model_version", "*", "DENY");
    bob.post("2.0/mlflow/registered-models/create", json!({"name": "mine"}));
    for source in ["MODELS:/a@b/1", "models:/a@b/1", "Runs:/nobody/model"] {
        let body = json!({"name": "mine", "source": source});
        assert_ne!(bob.post("2.0/mlflow/model-versions/create", body).0, 200, "{source}");
    }
}

/// Who may see a run reads what it names: so not everybody names every place.
#[test]
fn places_of_stores_that_are_served_are_named_by_few() {
    let server = server();
    let bob = server.user("bob");
    let post = |whom: &As<'_>, serves_named_places: bool, path: &str, body: Json| {
        let deployment = Deployment { serves_named_places, ..Deployment::default() };
        let request = request(Method::POST, path, &body)
            .header("authorization", whom.authorization.clone().unwrap())
            .extension(deployment)
            .body(bytes(&body))
            .unwrap();
        read(&server.gate.answer(&server.store, 2000, &request))
    };
    let experiments = "/api/2.0/mlflow/experiments/create";
    let at = |place: &str| json!({"name": place, "artifact_location": place});
    for place in ["s3://b/x", "S3://b/x", "wasbs://c@h/x", "abfss://c@h/x", "wasb://c@h/x"] {
        assert_eq!(post(&bob, true, experiments, at(place)).0, 403, "{place}");
    }
    let (status, created) = post(&bob, false, experiments, at("s3://b/own"));
    assert_eq!(status, 200);
    assert_eq!(post(&server.admin(), true, experiments, at("s3://b/x")).0, 200);
    // A version comes from what is its run's.
    let run = bob.run(created["experiment_id"].as_str().unwrap());
    bob.post("2.0/mlflow/registered-models/create", json!({"name": "m"}));
    let versions = "/api/2.0/mlflow/model-versions/create";
    for (source, run_id, status) in [
        (format!("s3://b/own/{run}/artifacts/model"), Some(&run), 200),
        (format!("s3://b/own/{run}/artifacts"), Some(&run), 200),
        (format!("s3://b/own/{run}/artifacts2"), Some(&run), 403),
        (format!("s3://b/own/{run}/artifacts/model"), None, 403),
        ("s3://b/x/1".to_owned(), Some(&run), 403),
    ] {
        let body = json!({"name": "m", "source": source, "run_id": run_id});
        assert_eq!(post(&bob, true, versions, body).0, status, "{source}");
    }
    let body = json!({"name": "m", "source": "s3://b/x/1"});
    assert_eq!(post(&bob, false, versions, body).0, 200);
}

/// Without an experiment, scorers of all that may be read.
#[test]
fn scorers_of_all_experiments_are_those_that_may_be_read() {
    let server = server();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let (secret, own) = (ann.experiment("secret"), bob.experiment("own"));
    for (whom, experiment) in [(&ann, &secret), (&bob, &own)] {
        let scorer = json!({"experiment_id": experiment, "name": "s", "serialized_scorer": "{}"});
        assert_eq!(whom.post("3.0/mlflow/scorers/register", scorer).0, 200);
    }
    let seen = |whom: &As<'_>, query: &str| {
        let (status, answer) = whom.get(&format!("3.0/mlflow/scorers/list{query}"));
        (status, answer["scorers"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(seen(&bob, ""), (200, 2));
    server.admin().grant("bob", "experiment", &secret, "DENY");
    let both = format!("?experiment_ids={own}&experiment_ids={secret}");
    assert_eq!((seen(&bob, ""), seen(&bob, &both)), ((200, 1), (200, 1)));
    assert_eq!(seen(&bob, &format!("?experiment_id={secret}")).0, 403);
    assert_eq!(seen(&server.admin(), ""), (200, 2));
}

/// Spans go to the trace that they name, wherever that is.
#[test]
fn spans_do_not_change_the_traces_of_others() {
    let server = server();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let secret = ann.experiment("secret");
    let own = bob.experiment("own");
    let run = ann.run(&secret);
    let spans = json!({"resourceSpans": [{"scopeSpans": [{"spans": [{
        "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331",
        "name": "s", "startTimeUnixNano": "1", "endTimeUnixNano": "2"}]}]}]});
    let log = |whom: &As<'_>, experiment: &str, run: &str| {
        let request = request(Method::POST, "/v1/traces", &spans)
            .header("authorization", whom.authorization.clone().unwrap())
            .header("x-mlflow-experiment-id", experiment)
            .header("x-mlflow-run-id", run)
            .body(bytes(&spans))
            .unwrap();
        server.gate.answer(&server.store, 2000, &request).status().as_u16()
    };
    assert_eq!(log(&ann, &secret, ""), 200);
    assert_eq!(log(&ann, &secret, ""), 200);
    assert_eq!(log(&bob, &own, ""), 403);
    assert_eq!(log(&bob, &secret, ""), 403);
    server.admin().grant("bob", "experiment", &secret, "EDIT");
    // The trace is in another experiment than the one that is named.
    assert_eq!(log(&bob, &own, ""), 400);
    assert_eq!(log(&bob, &secret, ""), 200);
    server.admin().grant("bob", "run", "*", "DENY");
    assert_eq!(log(&bob, &secret, &run), 403);
}

#[test]
fn a_queue_that_one_may_deal_with_does_not_stand_for_another() {
    let server = server();
    let ann = server.user("ann");
    let experiment = ann.experiment("e");
    assert_eq!(ann.grant("bob", "experiment", &experiment, "EDIT"), 200);
    let queue = |who: &As<'_>, name: &str| {
        let body = json!({"experiment_id": experiment, "name": name, "queue_type": "CUSTOM"});
        let (status, answer) = who.post("3.0/mlflow/review-queues/create", body);
        assert_eq!(status, 200, "{answer}");
        answer["review_queue"]["queue_id"].as_str().unwrap().to_owned()
    };
    let bob = server.user("bob");
    let (anns, bobs) = (queue(&ann, "anns"), queue(&bob, "bobs"));
    let path = "3.0/mlflow/review-queues";
    // Named beside it, in another place, and in the other spelling.
    for body in [
        json!({"queue_id": anns, "x": {"queue_id": bobs}}),
        json!({"queue_id": anns, "x": [{"queueId": bobs}]}),
    ] {
        assert_eq!(bob.post(&format!("{path}/delete"), body).0, 403);
    }
    let by_name =
        format!("{path}/get-by-name?experiment_id={experiment}&name=anns&queue_id={bobs}");
    assert_eq!(bob.get(&by_name).0, 403);
    let give = json!({"queue_id": bobs, "newOwner": "ann"});
    assert_eq!(bob.post(&format!("{path}/update"), give).0, 403);
    assert_eq!(bob.post(&format!("{path}/delete"), json!({"queue_id": bobs})).0, 200);
    assert_eq!(ann.get(&format!("{path}/get?queue_id={anns}")).0, 200);
}

#[test]
fn whoever_signed_in_is_who_reviewed() {
    let server = server();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let experiment = ann.experiment("e");
    assert_eq!(ann.grant("bob", "experiment", &experiment, "EDIT"), 200);
    let trace = json!({"trace": {"trace_info": {"trace_id": "tr-1", "state": "OK",
        "request_time": "2024-01-01T00:00:00Z", "trace_location":
        {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}}}});
    assert_eq!(ann.post("3.0/mlflow/traces", trace).0, 200);
    let path = "3.0/mlflow/review-queues";
    let body = json!({"experiment_id": experiment, "name": "q", "queue_type": "CUSTOM",
        "users": ["BOB"]});
    let (_, made) = ann.post(&format!("{path}/create"), body);
    let queue = &made["review_queue"]["queue_id"];
    assert_eq!(made["review_queue"]["created_by"], "ann");
    let add = json!({"queue_id": queue, "item_ids": ["tr-1"]});
    assert_eq!(ann.post(&format!("{path}/items/add"), add).0, 200);
    let said = json!({"queue_id": queue, "item_id": "tr-1", "status": "COMPLETE",
        "completed_by": "ann"});
    let say = format!("{path}/items/set-status");
    assert_eq!(ann.post(&say, said.clone()).0, 403);
    let (status, answer) = bob.post(&say, said);
    assert_eq!((status, &answer["item"]["completed_by"]), (200, &json!("bob")));
}
