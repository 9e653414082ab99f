//! A store over rusqlite, and requests to the server over it.

use bytes::Bytes;
use http::{Method, Request};
use rusqlite::limits::Limit;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};
use serde_json::{Value as Json, json};
use tracking::{Error, Row, Sql, SqlError, Value};

/// SQLite in memory or in a file.
pub(crate) struct Store(pub(crate) Connection);

struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(value) => ValueRef::Integer(*value),
            Value::Real(value) => ValueRef::Real(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
        }))
    }
}

fn failed(error: rusqlite::Error) -> SqlError {
    SqlError(error.to_string())
}

impl Sql for Store {
    fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError> {
        let mut prepared = self.0.prepare(statement).map_err(failed)?;
        let columns = prepared.column_count();
        let parameters = rusqlite::params_from_iter(parameters.iter().map(Parameter));
        let mut rows = prepared.query(parameters).map_err(failed)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let values = (0..columns).map(|i| match row.get_ref(i).unwrap() {
                ValueRef::Integer(value) => Value::Integer(value),
                ValueRef::Real(value) => Value::Real(value),
                ValueRef::Text(text) => Value::Text(String::from_utf8(text.to_vec()).unwrap()),
                ValueRef::Null | ValueRef::Blob(_) => Value::Null,
            });
            all.push(values.collect());
        }
        Ok(all)
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Result<(), Error>) -> Result<(), Error> {
        let transaction = self.0.unchecked_transaction().unwrap();
        work()?;
        transaction.commit().unwrap();
        Ok(())
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
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
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
