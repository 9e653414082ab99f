//! A workspace's store.

use std::cell::Cell;

use js_sys::Function;
use tracking::{Error, Row, Sql, SqlError, Value};
use wasm_bindgen::prelude::*;
use worker::{SqlStorage, SqlStorageValue, State, Storage};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = queueMicrotask)]
    fn queue_microtask(work: &JsValue);

    /// The object's state, with the call that `worker` does not bind.
    #[wasm_bindgen(extends = js_sys::Object)]
    #[derive(Clone)]
    type Object;

    /// Stops the object; what was not committed yet is not kept.
    #[wasm_bindgen(method, getter)]
    fn abort(this: &Object) -> Function;

    /// The storage, with the call that `worker` does not bind.
    #[wasm_bindgen(extends = js_sys::Object)]
    type TransactionalStorage;

    /// Runs `work` as one transaction; when it throws, nothing is kept.
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &TransactionalStorage,
        work: &mut dyn FnMut() -> Result<(), JsValue>,
    ) -> Result<JsValue, JsValue>;
}

/// A Durable Object's SQLite.
pub(crate) struct Store {
    sql: SqlStorage,
    storage: Storage,
    object: Object,
    /// Whether a statement has failed.
    has_failed: Cell<bool>,
}

impl Store {
    pub(crate) fn new(state: &State) -> Self {
        let storage = state.storage();
        Self {
            sql: storage.sql(),
            storage,
            object: state.as_raw().unchecked_ref::<Object>().clone(),
            has_failed: Cell::new(false),
        }
    }

    /// What is kept besides SQLite: the alarm.
    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Stops the object once this module has been left: its requests fail, and
    /// the next one finds what was committed.
    fn abort(&self) {
        let why = JsValue::from_str("a write failed, and was not kept");
        queue_microtask(&self.object.abort().bind1(&self.object, &why));
    }
}

impl Sql for Store {
    fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError> {
        let parameters: Vec<JsValue> = parameters.iter().map(to_js).collect();
        let failed = |error: worker::Error| {
            self.has_failed.set(true);
            SqlError(error.to_string())
        };
        let rows = self.sql.exec_raw(statement, parameters).map_err(failed)?.raw();
        rows.map(|row| Ok(row.map_err(failed)?.into_iter().map(from_js).collect())).collect()
    }

    /// A transaction of its own would keep a copy of each page that it changes, to
    /// be able to undo it, which takes longer than all else. What was written in
    /// one go is committed as a whole anyway, or, where that fails, not at all.
    fn checked(&self, work: &mut dyn FnMut() -> Result<(), Error>) -> Result<(), Error> {
        self.has_failed.set(false);
        let result = work();
        if result.is_err() && self.has_failed.get() {
            self.abort();
        }
        result
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Result<(), Error>) -> Result<(), Error> {
        let mut refused = None;
        let storage: &TransactionalStorage = self.storage.as_raw().unchecked_ref();
        let result = storage.transaction_sync(&mut || {
            work().map_err(|error| {
                refused = Some(error);
                JsValue::from_str("rolled back")
            })
        });
        match (refused, result) {
            (Some(error), _) => Err(error),
            (None, Err(e)) => Err(SqlError(format!("{e:?}")).into()),
            (None, Ok(_)) => Ok(()),
        }
    }
}

/// JavaScript's numbers hold integers up to 2^53: larger ones go as text, which
/// a column of integers takes as what it says.
fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Integer(value) if value.unsigned_abs() < 1 << 53 => JsValue::from_f64(*value as f64),
        Value::Integer(value) => JsValue::from_str(&value.to_string()),
        Value::Real(value) => JsValue::from_f64(*value),
        Value::Text(text) => JsValue::from_str(text),
    }
}

fn from_js(value: SqlStorageValue) -> Value {
    match value {
        SqlStorageValue::Null | SqlStorageValue::Blob(_) => Value::Null,
        SqlStorageValue::Boolean(value) => Value::Integer(i64::from(value)),
        SqlStorageValue::Integer(value) => Value::Integer(value),
        SqlStorageValue::Float(value) => Value::Real(value),
        SqlStorageValue::String(text) => Value::Text(text),
    }
}
