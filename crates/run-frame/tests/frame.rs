//! A frame of runs recorded from `mlflow server` 3.17, and of runs made up.
#![cfg(test)]

use mlflow_api::{LifecycleStage, Metric, Param, Run, RunStatus, SearchRunsResponse, Tag};
use run_frame::*;

fn recorded() -> Frame {
    let page = include_str!("data/runs-search.json");
    let page: SearchRunsResponse = serde_json::from_str(page).unwrap();
    let mut frame = Frame::new();
    let ingest = frame.extend(&page.runs);
    assert_eq!(ingest, Ingest { added: 2, ..Ingest::default() });
    frame
}

/// A run from `key=value` texts: `m:` a metric, `p:` a parameter, `t:` a tag.
fn run(id: &str, fields: &[&str]) -> Run {
    let mut run = Run::default();
    run.info.run_id = id.into();
    for field in fields {
        let (kind, rest) = field.split_once(':').unwrap();
        let (key, value) = rest.split_once('=').unwrap();
        let (key, text) = (key.to_owned(), value.to_owned());
        match kind {
            "m" => {
                let value = value.parse().unwrap();
                run.data.metrics.push(Metric { key, value, ..Metric::default() });
            }
            "p" => run.data.params.push(Param { key, value: text }),
            _ => run.data.tags.push(Tag { key, value: text }),
        }
    }
    run
}

fn frame(runs: &[Run]) -> Frame {
    let mut frame = Frame::new();
    frame.extend(runs);
    frame
}

fn names(frame: &Frame, columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| frame.name(*column).to_owned()).collect()
}

#[test]
fn recorded_runs() {
    let frame = recorded();
    assert_eq!((frame.len(), frame.is_empty()), (2, false));
    assert_eq!(frame.run_name(0), "Run 2");
    assert_eq!(frame.run_id(1), "d107fcee65194333a9842a1b9a514804");
    assert_eq!(frame.row_of("d107fcee65194333a9842a1b9a514804"), Some(1));
    assert_eq!(frame.status(0), RunStatus::Running);
    assert_eq!(frame.lifecycle_stage(0), LifecycleStage::Active);
    let attribute = |attribute| frame.cell(Column::Attribute(attribute), 0);
    assert_eq!(attribute(Attribute::StartTime), Cell::Time(1700000000002));
    assert_eq!(attribute(Attribute::EndTime), Cell::Missing);
    assert_eq!(attribute(Attribute::User), Cell::Text("ada"));
    assert_eq!(attribute(Attribute::Status), Cell::Status(RunStatus::Running));
    assert_eq!(attribute(Attribute::ParentRunId), Cell::Text("c38f5149fd3e4d8a9e7940ed3e8074c0"));
    let loss = frame.find(Group::Metric, "loss").unwrap();
    assert_eq!(frame.cell(loss, 0), Cell::Number(f64::NEG_INFINITY));
    assert!(frame.cell(loss, 1).number().unwrap().is_nan());
    assert_eq!(frame.cell(loss, 2), Cell::Missing);
    let lr = frame.find(Group::Param, "lr").unwrap();
    assert_eq!(frame.cell(lr, 1), Cell::Text("0.1"));
    assert_eq!(frame.find(Group::Param, "loss"), None);
}

#[test]
fn what_varies_and_what_does_not() {
    let frame = recorded();
    let metrics = frame.layout(Group::Metric);
    assert_eq!(names(&frame, &metrics.varying), ["loss"]);
    assert_eq!(names(&frame, &metrics.same), ["f1 score"]);
    let params = frame.layout(Group::Param);
    assert_eq!(names(&frame, &params.varying), ["lr"]);
    assert_eq!(names(&frame, &params.same), ["seed"]);
    // mlflow.user and its like are in neither.
    let tags = frame.layout(Group::Tag);
    assert_eq!((names(&frame, &tags.varying), tags.same), (vec!["k".to_owned()], vec![]));
}

#[test]
fn the_most_varying_come_first() {
    let frame = frame(&[
        run("a", &["p:two=1", "p:three=1", "p:rare=x", "p:same=s", "p:gap=1", "m:nan=NaN"]),
        run("b", &["p:two=2", "p:three=2", "p:same=s", "p:gap=1", "m:nan=NaN"]),
        run("c", &["p:two=2", "p:three=3", "p:same=s", "m:nan=NaN", "m:zero=0"]),
    ]);
    let layout = frame.layout(Group::Param);
    // A key that not all runs have varies, if only by being there.
    assert_eq!(names(&frame, &layout.varying), ["three", "two", "gap", "rare"]);
    assert_eq!(names(&frame, &layout.same), ["same"]);
    let metrics = frame.layout(Group::Metric);
    assert_eq!(names(&frame, &metrics.same), ["nan"]);
    assert_eq!(names(&frame, &metrics.varying), ["zero"]);
}

#[test]
fn nothing_is_the_same_in_one_run() {
    let frame = frame(&[run("a", &["p:x=1"])]);
    let layout = frame.layout(Group::Param);
    assert_eq!((layout.varying.len(), layout.same.len()), (1, 0));
    assert_eq!(Frame::new().layout(Group::Param), Layout::default());
}

#[test]
fn a_run_that_comes_again_replaces_its_row() {
    let mut frame = frame(&[run("a", &["m:loss=1", "t:k=x"]), run("b", &["m:loss=2", "t:k=y"])]);
    let mut again = run("a", &["m:acc=3"]);
    again.info.status = RunStatus::Finished;
    let ingest = frame.extend([&again]);
    assert_eq!(ingest, Ingest { updated: 1, ..Ingest::default() });
    assert_eq!(frame.len(), 2);
    let cell = |group, key| frame.cell(frame.find(group, key).unwrap(), 0);
    assert_eq!(cell(Group::Metric, "loss"), Cell::Missing);
    assert_eq!(cell(Group::Metric, "acc"), Cell::Number(3.0));
    assert_eq!(cell(Group::Tag, "k"), Cell::Missing);
    assert_eq!(frame.status(0), RunStatus::Finished);
    let k = frame.summary(frame.find(Group::Tag, "k").unwrap());
    assert_eq!((k.present, k.distinct), (1, 1));
}

#[test]
fn the_latest_of_several_values_counts() {
    let mut run = run("a", &[]);
    for (value, timestamp, step) in [(1.0, 5, 1), (2.0, 5, 2), (3.0, 4, 9)] {
        run.data.metrics.push(Metric {
            key: "m".into(),
            value,
            timestamp,
            step,
            ..Metric::default()
        });
    }
    let mut frame = frame(&[run.clone()]);
    let m = frame.find(Group::Metric, "m").unwrap();
    assert_eq!(frame.cell(m, 0), Cell::Number(2.0));
    run.data.metrics.truncate(1);
    frame.extend([&run]);
    assert_eq!(frame.cell(m, 0), Cell::Number(1.0));
}

#[test]
fn summaries() {
    let frame = frame(&[
        run("a", &["m:x=1", "p:lr=0.1", "p:opt=adam"]),
        run("b", &["m:x=NaN", "p:lr=1e-3", "p:opt=sgd"]),
        run("c", &["m:x=-2", "p:lr=auto"]),
    ]);
    let summary = |group, key| frame.summary(frame.find(group, key).unwrap());
    let x = Summary { present: 3, distinct: 3, min: Some(-2.0), max: Some(1.0) };
    assert_eq!(summary(Group::Metric, "x"), x);
    let lr = Summary { present: 3, distinct: 3, min: Some(0.001), max: Some(0.1) };
    assert_eq!(summary(Group::Param, "lr"), lr);
    let opt = Summary { present: 2, distinct: 2, min: None, max: None };
    assert_eq!(summary(Group::Param, "opt"), opt);
    assert_eq!(summary(Group::Attribute, "run_id").distinct, 3);
    assert_eq!(summary(Group::Attribute, "end_time").present, 0);
}

#[test]
fn numbers_sort_before_words_and_nan_before_missing() {
    let values = ["p:x=10", "p:x=9", "p:x=auto", "p:x=nan", "p:y=0", "p:x=-inf", "p:x=Nan"];
    let runs: Vec<_> = values.iter().map(|value| run(value, &[value])).collect();
    let frame = frame(&runs);
    let column = frame.find(Group::Param, "x").unwrap();
    let order = |direction| frame.order(&[SortKey { column, direction }]);
    assert_eq!(order(Direction::Ascending), [5, 1, 0, 6, 2, 3, 4]);
    assert_eq!(order(Direction::Descending), [0, 1, 5, 2, 6, 3, 4]);
    let mut some = [4, 1, 0];
    frame.sort_rows(&mut some, &[SortKey { column, direction: Direction::Ascending }]);
    assert_eq!(some, [1, 0, 4]);
    // A row that there is not is missing, and a frame without keys is in row order.
    let mut beyond = [99, 1];
    frame.sort_rows(&mut beyond, &[SortKey { column, direction: Direction::Ascending }]);
    assert_eq!(beyond, [1, 99]);
    assert_eq!(frame.order(&[]), [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn attributes_sort() {
    let mut runs = vec![run("b", &[]), run("a", &[]), run("c", &[])];
    for (run, (name, start, status)) in runs.iter_mut().zip([
        ("10", Some(5), RunStatus::Failed),
        ("9", None, RunStatus::Running),
        ("x", Some(-5), RunStatus::Finished),
    ]) {
        run.info.run_name = Some(name.into());
        run.info.start_time = start;
        run.info.status = status;
    }
    let frame = frame(&runs);
    let order = |attribute, direction| {
        frame.order(&[SortKey { column: Column::Attribute(attribute), direction }])
    };
    assert_eq!(order(Attribute::RunId, Direction::Ascending), [1, 0, 2]);
    assert_eq!(order(Attribute::Name, Direction::Ascending), [0, 1, 2]);
    assert_eq!(order(Attribute::StartTime, Direction::Ascending), [2, 0, 1]);
    assert_eq!(order(Attribute::StartTime, Direction::Descending), [0, 2, 1]);
    assert_eq!(order(Attribute::Status, Direction::Ascending), [1, 2, 0]);
    assert_eq!(order(Attribute::User, Direction::Ascending), [0, 1, 2]);
}

#[test]
fn the_best_value() {
    let frame = frame(&[
        run("a", &["m:loss=NaN", "p:lr=0.1"]),
        run("b", &["m:loss=2", "p:lr=auto"]),
        run("c", &["m:loss=1", "p:lr=0.01"]),
        run("d", &["m:loss=1"]),
    ]);
    let loss = frame.find(Group::Metric, "loss").unwrap();
    assert_eq!(frame.best(loss, Goal::Minimize, 0..4), Some(Best { row: 2, value: 1.0 }));
    assert_eq!(frame.best(loss, Goal::Maximize, 0..4), Some(Best { row: 1, value: 2.0 }));
    assert_eq!(frame.best(loss, Goal::Maximize, [0]), None);
    assert_eq!(frame.best(loss, Goal::Minimize, [7]), None);
    let lr = frame.find(Group::Param, "lr").unwrap();
    assert_eq!(frame.best(lr, Goal::Minimize, 0..4), Some(Best { row: 2, value: 0.01 }));
    let id = frame.find(Group::Attribute, "run_id").unwrap();
    assert_eq!(frame.best(id, Goal::Minimize, 0..4), None);
}

#[test]
fn goals_by_name() {
    for (name, goal) in [
        ("val_loss", Some(Goal::Minimize)),
        ("train/RMSE", Some(Goal::Minimize)),
        ("mean_squared_error", Some(Goal::Minimize)),
        ("neg_mean_squared_error", Some(Goal::Maximize)),
        ("accuracy", Some(Goal::Maximize)),
        ("f1 score", Some(Goal::Maximize)),
        ("eval.auc@10", Some(Goal::Maximize)),
        ("loss_score", None),
        ("glossary", None),
        ("epoch", None),
        ("", None),
    ] {
        assert_eq!(Goal::from_name(name), goal, "{name}");
    }
}

#[test]
fn what_has_no_room_is_counted() {
    let mut frame = Frame::new();
    assert_eq!(frame.extend([&run("", &["m:x=1"])]), Ingest { refused: 1, ..Ingest::default() });
    assert!(frame.is_empty());
    let keys: Vec<String> = (0..Frame::MAX_KEYS + 3).map(|n| format!("m:k{n}=1")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let ingest = frame.extend([&run("a", &keys)]);
    assert_eq!(ingest, Ingest { added: 1, dropped_values: 3, ..Ingest::default() });
    assert_eq!(frame.columns(Group::Metric).count(), Frame::MAX_KEYS);
}

#[test]
fn columns_grow_at_both_ends() {
    let runs: Vec<_> = (0..200).map(|n| run(&n.to_string(), &[])).collect();
    let mut frame = frame(&runs);
    for row in [150, 3, 199, 64, 63] {
        let key = [&format!("m:x={row}")[..], &format!("p:x={row}")];
        frame.extend([&run(&row.to_string(), &key)]);
    }
    for group in [Group::Metric, Group::Param] {
        let x = frame.find(group, "x").unwrap();
        let present = (0..200).filter(|row| !frame.cell(x, *row).is_missing());
        assert_eq!(present.collect::<Vec<_>>(), [3, 63, 64, 150, 199]);
        assert_eq!(frame.cell(x, 63).number(), Some(63.0));
        assert_eq!(frame.summary(x).max, Some(199.0));
    }
}

#[test]
fn numbers_for_people() {
    for (value, text) in [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (0.5, "0.5"),
        (0.123456, "0.1235"),
        (-0.00012345, "-0.0001234"),
        (0.0001, "0.0001"),
        (0.00009999, "9.999e-5"),
        (0.00001, "1e-5"),
        (0.99999, "1"),
        (9.9996, "10"),
        (2.71559, "2.716"),
        (1234.56, "1235"),
        (12345.6, "12346"),
        (999999.0, "999999"),
        (999999.7, "1e6"),
        (-999999.7, "-1e6"),
        (1234567.0, "1.235e6"),
        (1e300, "1e300"),
        (5e-324, "4.941e-324"),
        (100.0, "100"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "∞"),
        (f64::NEG_INFINITY, "-∞"),
    ] {
        assert_eq!(format_number(value), text, "{value}");
    }
}
