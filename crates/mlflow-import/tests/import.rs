//! Databases that MLflows of before made (`data/make.py`), imported, answer as the
//! servers did that made them.
#![cfg(test)]

#[allow(dead_code)] // nor does this file need all of it
#[path = "../../tracking/tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use http::Method;
use mlflow_import::{Report, import};
use rusqlite::Connection;
use serde_json::{Value as Json, json};
use support::Store;

const NOW: i64 = 1_800_000_000_000;

/// A folder of its own, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("mlflow-import-{}-{test}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A database of MLflow's in which something was changed.
    fn database(&self, name: &str, change: &str) -> PathBuf {
        let file = self.file("mlflow.db");
        fs::copy(data(&format!("{name}.db")), &file).unwrap();
        open(&file).0.execute_batch(change).unwrap();
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file)
}

/// Without checks of foreign keys, as the tables of before may need it.
fn open(file: &Path) -> Store {
    let db = Connection::open(file).unwrap();
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    Store(db)
}

fn imported(report: &Report, name: &str) -> i64 {
    report.imported.iter().find(|(one, _)| one == name).map_or(0, |(_, count)| *count)
}

/// All rows of a statement, as JSON.
fn rows(store: &Store, columns: &str, rest: &str) -> Vec<Json> {
    let statement = format!("SELECT json_array({columns}) FROM {rest}");
    let mut statement = store.0.prepare(&statement).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| serde_json::from_str(&row.unwrap()).unwrap()).collect()
}

/// Where `got` lacks something of `expected`, or has another value. Tags and the
/// like are in no order of their own.
fn difference(got: &Json, expected: &Json, path: &str) -> Option<String> {
    match (got, expected) {
        (Json::Object(got), Json::Object(expected)) => expected.iter().find_map(|(key, value)| {
            let is_empty = value.as_object().is_some_and(serde_json::Map::is_empty);
            match got.get(key) {
                Some(got) => difference(got, value, &format!("{path}.{key}")),
                None if is_empty => None,
                None => Some(format!("{path}.{key} is missing")),
            }
        }),
        (Json::Array(got), Json::Array(expected)) if got.len() == expected.len() => {
            let sorted = |list: &[Json]| {
                let mut list = list.to_vec();
                if list.iter().all(|one| one.get("key").is_some()) {
                    list.sort_by_key(|one| one["key"].to_string());
                }
                list
            };
            let (got, expected) = (sorted(got), sorted(expected));
            let pairs = got.iter().zip(&expected).enumerate();
            pairs.into_iter().find_map(|(i, (g, e))| difference(g, e, &format!("{path}[{i}]")))
        }
        (Json::Number(got), Json::Number(expected)) if got.as_f64() == expected.as_f64() => None,
        _ if got == expected => None,
        _ => Some(format!("{path}: {got} instead of {expected}")),
    }
}

/// Imports a database, and asks all that its own server was asked.
fn compare(name: &str, expected: &[(&str, i64)]) {
    let folder = Folder::new(name);
    let (source, target) = (data(&format!("{name}.db")), folder.file("new/workspace.sqlite"));
    let before = fs::read(&source).unwrap();
    let report = import(&source, &target, "default", NOW).unwrap();
    assert_eq!(fs::read(&source).unwrap(), before);
    assert_eq!(report.not_understood, [""; 0]);
    assert_eq!(report.strays, 0);
    for (what, count) in expected {
        assert_eq!(imported(&report, what), *count, "{what}: {report}");
    }
    let store = open(&target);
    let recorded = fs::read_to_string(data(&format!("{name}.json"))).unwrap();
    let recorded: Vec<Json> = serde_json::from_str(&recorded).unwrap();
    let mut differences = Vec::new();
    for one in &recorded {
        let text = |field: &str| one[field].as_str().unwrap();
        let method: Method = text("verb").parse().unwrap();
        let path = format!("/api/2.0/mlflow/{}", text("path"));
        let (status, got) = store.ask(method, &path, &one["body"].to_string());
        if let Some(difference) = difference(&got, &one["answer"], &format!("{status} ")) {
            differences.push(format!("{} {}: {difference}", text("path"), one["body"]));
        }
    }
    assert!(recorded.len() > 40 && differences.is_empty(), "{differences:#?}");
}

const SAME: [(&str, i64); 6] = [
    ("experiments", 3),
    ("runs", 5),
    ("metric values", 12),
    ("datasets", 1),
    ("registered models", 2),
    ("model versions", 3),
];

#[test]
fn mlflow_2_9() {
    compare("mlflow-2.9", &SAME);
}

#[test]
fn mlflow_2_22_with_its_traces() {
    compare("mlflow-2.22", &[&SAME[..], &[("traces", 2)]].concat());
}

/// The rows of MLflow's own migration, but for the order.
#[test]
fn traces_are_moved_as_mlflow_moves_them() {
    let folder = Folder::new("traces");
    let target = folder.file("workspace.sqlite");
    let report = import(&data("traces.db"), &target, "default", NOW).unwrap();
    assert_eq!(report.not_understood, [""; 0]);
    assert_eq!(report.strays, 0);
    let store = open(&target);
    let expected = fs::read_to_string(data("traces.json")).unwrap();
    let expected: Json = serde_json::from_str(&expected).unwrap();
    for (table, expected) in expected.as_object().unwrap() {
        let columns = expected[0].as_object().unwrap().keys().map(|c| format!("'{c}', \"{c}\""));
        let object = format!("json_object({})", columns.collect::<Vec<_>>().join(", "));
        let got = rows(&store, &object, &format!("{table} ORDER BY 1"));
        let sorted = |list: &[Json]| {
            let mut list: Vec<_> = list.iter().map(Json::to_string).collect();
            list.sort();
            list
        };
        let got: Vec<Json> = got.into_iter().map(|mut row| row[0].take()).collect();
        assert_eq!(sorted(&got), sorted(expected.as_array().unwrap()), "{table}");
    }
}

#[test]
fn what_an_older_one_lacks_is_made() {
    let folder = Folder::new("older");
    let source = folder.database(
        "mlflow-2.9",
        "DROP TABLE latest_metrics;
         DROP TABLE registered_model_aliases;
         UPDATE runs SET name = '';
         DELETE FROM experiments WHERE experiment_id = 0;
         DELETE FROM runs WHERE experiment_id = 0;",
    );
    let target = folder.file("workspace.sqlite");
    let report = import(&source, &target, "default", NOW).unwrap();
    assert_eq!(imported(&report, "runs"), 4);
    assert!(report.strays > 0, "{report}");
    let (old, new) = (open(&data("mlflow-2.9.db")), open(&target));
    let latest = |store: &Store| {
        let columns = "run_uuid, key, value, timestamp, step, is_nan";
        let of = "latest_metrics WHERE run_uuid IN
             (SELECT run_uuid FROM runs WHERE experiment_id <> 0) ORDER BY run_uuid, key";
        rows(store, columns, of)
    };
    assert_eq!(latest(&new), latest(&old));
    let names = |store: &Store| rows(store, "name", "runs WHERE experiment_id <> 0 ORDER BY name");
    assert_eq!(names(&new), names(&old));
    assert_eq!(new.get("experiments/get?experiment_id=0").0, 200);
    assert_eq!(rows(&new, "rowid", "pragma_foreign_key_check").len(), 0);
}

#[test]
fn what_is_not_understood_is_named() {
    let folder = Folder::new("newer");
    let source = folder.database(
        "mlflow-2.22",
        "CREATE TABLE dreams (a); INSERT INTO dreams VALUES (1); CREATE TABLE empty (a);
         ALTER TABLE runs ADD COLUMN mood TEXT DEFAULT 'good';
         ALTER TABLE runs ADD COLUMN unused TEXT;",
    );
    let report = import(&source, &folder.file("w.sqlite"), "default", NOW).unwrap();
    let mut named = report.not_understood.clone();
    named.sort();
    assert_eq!(named, ["the column runs.mood", "the table dreams"]);
    assert!(report.to_string().contains("the table dreams"), "{report}");
}

#[test]
fn of_several_workspaces_one_comes_in() {
    let folder = Folder::new("workspaces");
    let source = folder.database(
        "mlflow-2.9",
        "ALTER TABLE experiments ADD COLUMN workspace TEXT DEFAULT 'default';
         ALTER TABLE registered_models ADD COLUMN workspace TEXT DEFAULT 'default';
         UPDATE experiments SET workspace = 'team' WHERE name = 'trained';",
    );
    let error = import(&source, &folder.file("x.sqlite"), "other", NOW).unwrap_err().to_string();
    assert!(error.contains("default, team") && error.contains("--workspace"), "{error}");
    let target = folder.file("team.sqlite");
    let report = import(&source, &target, "team", NOW).unwrap();
    assert_eq!((imported(&report, "experiments"), imported(&report, "runs")), (2, 3), "{report}");
    let (status, answer) = open(&target).get("experiments/get-by-name?experiment_name=trained");
    assert_eq!(status, 200, "{answer}");
}

#[test]
fn an_empty_workspace_is_filled_and_another_refused() {
    let folder = Folder::new("refusals");
    let target = folder.file("workspace.sqlite");
    tracking::prepare(&open(&target), NOW).unwrap();
    let source = data("mlflow-2.9.db");
    import(&source, &target, "default", NOW).unwrap();
    let before = fs::read(&target).unwrap();
    let error = import(&source, &target, "default", NOW).unwrap_err().to_string();
    assert!(error.contains("already") && error.contains("--data"), "{error}");
    assert_eq!(fs::read(&target).unwrap(), before);
}

#[test]
fn a_workspace_in_use_is_refused() {
    let folder = Folder::new("in-use");
    let target = folder.file("workspace.sqlite");
    let server = open(&target);
    server.0.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    tracking::prepare(&server, NOW).unwrap();
    let error = import(&data("mlflow-2.9.db"), &target, "default", NOW).unwrap_err().to_string();
    assert!(error.contains("in use") && error.contains("stop"), "{error}");
}

#[test]
fn a_source_that_a_server_has_open_is_read() {
    let folder = Folder::new("open");
    let source = folder.database("mlflow-2.9", "");
    let server = open(&source);
    server.0.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    server.0.execute_batch("UPDATE runs SET name = 'changed'").unwrap();
    let target = folder.file("workspace.sqlite");
    import(&source, &target, "default", NOW).unwrap();
    assert_eq!(
        rows(&open(&target), "name", "(SELECT DISTINCT name FROM runs)"),
        [json!(["changed"])]
    );
}

#[test]
fn what_is_no_database_of_mlflow_s_is_refused() {
    let folder = Folder::new("no-database");
    let (text, empty) = (folder.file("a #1?.db"), folder.file("empty.db"));
    fs::write(&text, "SQLite, not quite").unwrap();
    fs::write(&empty, "").unwrap();
    let other = folder.file("other %20.db");
    open(&other).0.execute_batch("CREATE TABLE t (a)").unwrap();
    for (source, why) in [
        (text, "is no SQLite database"),
        (empty, "is no SQLite database"),
        (other, "has no tables of MLflow's"),
        (folder.0.clone(), "migrate-filestore"),
        (folder.file("missing.db"), "missing.db"),
    ] {
        let target = folder.file("workspace.sqlite");
        let error = import(&source, &target, "default", NOW).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
        assert!(fs::read_dir(&folder.0).unwrap().count() == 3, "{error}");
    }
}
