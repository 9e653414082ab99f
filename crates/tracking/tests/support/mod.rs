//! A store with a Durable Object's limits, and requests to the server over it.

use bytes::Bytes;
use http::{Method, Request};
use rusqlite::Connection;
use rusqlite::limits::Limit;
use serde_json::{Value as Json, json};
use tracking::{Deployment, Error, Row, Sql, SqlError, Value};

/// SQLite in memory or in a file.
pub(crate) struct Store(pub(crate) Connection);

impl Sql for Store {
    fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError> {
        self.0.query(statement, parameters)
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Result<(), Error>) -> Result<(), Error> {
        Sql::transaction(&self.0, work)
    }

    /// What it refuses, the edge could not undo.
    fn checked(&self, work: &mut dyn FnMut() -> Result<(), Error>) -> Result<(), Error> {
        let before = self.0.total_changes();
        let result = Sql::transaction(&self.0, work);
        let written = self.0.total_changes() - before;
        assert!(result.is_ok() || written == 0, "{result:?} after {written} rows were written");
        result
    }
}

/// A store that is ready.
pub(crate) fn store() -> Store {
    let store = Store(Connection::open_in_memory().unwrap());
    store.0.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    // What a Durable Object allows.
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_COLUMN, 100),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (Limit::SQLITE_LIMIT_LENGTH, 2_000_000),
    ] {
        store.0.set_limit(limit, most).unwrap();
    }
    tracking::prepare(&store, 1000).unwrap();
    store
}

impl Store {
    /// Sends one request and gives the status and the JSON.
    pub(crate) fn ask(&self, method: Method, path: &str, body: &str) -> (u16, Json) {
        self.ask_deployed(Deployment::default(), method, path, body)
    }

    /// The same of a server that is set up so.
    pub(crate) fn ask_deployed(
        &self,
        deployment: Deployment,
        method: Method,
        path: &str,
        body: &str,
    ) -> (u16, Json) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .extension(deployment)
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        let answer = tracking::answer(self, 2000, &request);
        let body = serde_json::from_slice(answer.body()).unwrap_or(Json::Null);
        (answer.status().as_u16(), body)
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Json) {
        self.ask(Method::GET, &format!("/api/2.0/mlflow/{path}"), "")
    }

    pub(crate) fn post(&self, path: &str, body: Json) -> (u16, Json) {
        self.ask(Method::POST, &format!("/api/2.0/mlflow/{path}"), &body.to_string())
    }

    /// A new run of experiment 0.
    pub(crate) fn run(&self) -> String {
        let (status, answer) = self.post("runs/create", json!({"experiment_id": "0"}));
        assert_eq!(status, 200, "{answer}");
        answer["run"]["info"]["run_id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn data(&self, run: &str) -> Json {
        let (status, answer) = self.get(&format!("runs/get?run_id={run}"));
        assert_eq!(status, 200, "{answer}");
        answer["run"]["data"].clone()
    }
}
