//! The tables against those of a database that MLflow made.
#![cfg(test)]

#[allow(dead_code)] // not every file of tests needs all of it
mod support;

use rusqlite::Connection;
use support::{Store, store};

/// The facts of `data/facts.sql` about a store.
fn facts(store: &Store) -> Vec<String> {
    let mut statement = store.0.prepare(include_str!("data/facts.sql")).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn the_tables_are_mlflow_s() {
    let ours = facts(&store());
    let theirs: Vec<&str> = include_str!("data/schema.txt").lines().collect();
    let missing: Vec<_> = theirs.iter().filter(|fact| !ours.iter().any(|f| f == *fact)).collect();
    let invented: Vec<_> = ours.iter().filter(|f| !theirs.contains(&f.as_str())).collect();
    assert!(missing.is_empty() && invented.is_empty(), "{missing:#?} {invented:#?}");
    assert_eq!(ours.len(), theirs.len());
}

#[test]
fn preparing_again_changes_nothing() {
    let store = store();
    let changes = store.0.total_changes();
    tracking::prepare(&store, 5000).unwrap();
    assert_eq!(store.0.total_changes(), changes);
}

#[test]
fn what_is_missing_is_made() {
    let store = store();
    let whole = facts(&store);
    // As MLflow leaves it; and as a store of before had it.
    for damage in [
        "DROP INDEX logged_models_by_time",
        "DELETE FROM experiments",
        "DROP TABLE alembic_version; DROP TABLE spans; DROP INDEX logged_models_by_time",
    ] {
        store.0.execute_batch(damage).unwrap();
        tracking::prepare(&store, 1000).unwrap();
        assert_eq!(facts(&store), whole, "{damage}");
        assert_eq!(store.get("experiments/get?experiment_id=0").0, 200, "{damage}");
    }
}

#[test]
fn tables_of_another_version_are_refused() {
    let newer = store();
    newer.0.execute_batch("UPDATE alembic_version SET version_num = 'abc'").unwrap();
    let ancient = Store(Connection::open_in_memory().unwrap());
    ancient.0.execute_batch("CREATE TABLE experiments (experiment_id INTEGER, name TEXT)").unwrap();
    for (store, revision) in [(newer, "abc"), (ancient, "none")] {
        let error = tracking::prepare(&store, 1000).unwrap_err().to_string();
        assert!(error.contains(&format!("revision {revision}")), "{error}");
        assert!(error.contains("import"), "{error}");
    }
}
