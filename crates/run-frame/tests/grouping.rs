//! Groups, nested runs, statistics of histories, and files.
#![cfg(test)]

use std::collections::HashSet;

use mlflow_api::{Metric, Param, Run, Tag};
use proptest::prelude::*;
use run_frame::*;

fn run(id: &str, parent: Option<&str>) -> Run {
    let mut run = Run::default();
    run.info.run_id = id.into();
    if let Some(parent) = parent {
        run.data.tags.push(Tag { key: "mlflow.parentRunId".into(), value: parent.into() });
    }
    run
}

fn frame(runs: &[Run]) -> Frame {
    let mut frame = Frame::new();
    frame.extend(runs);
    frame
}

fn lines(frame: &Frame, rows: &[u32], expanded: &[u32]) -> String {
    let shown = |line: Line| {
        format!("{}{}{}", ">".repeat(line.depth.into()), frame.run_id(line.row), line.children)
    };
    frame
        .lines(rows, &|row| expanded.contains(&row))
        .into_iter()
        .map(shown)
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn nested_runs_stand_under_their_parents() {
    let frame = frame(&[
        run("p", None),
        run("c", Some("p")),
        run("d", Some("p")),
        run("g", Some("c")),
        run("lost", Some("elsewhere")),
        run("x", Some("y")),
        run("y", Some("x")),
    ]);
    assert_eq!(lines(&frame, &[2, 4, 1, 0, 3], &[]), "lost0 p2");
    assert_eq!(lines(&frame, &[2, 4, 1, 0, 3], &[0]), "lost0 p2 >d0 >c1");
    assert_eq!(lines(&frame, &[2, 4, 1, 0, 3], &[0, 1]), "lost0 p2 >d0 >c1 >>g0");
    // A filter that leaves the parent out makes the child a root.
    assert_eq!(lines(&frame, &[3, 1], &[]), "c1");
    assert_eq!(lines(&frame, &[3, 2], &[]), "g0 d0");
    // Two that are nested in each other don't vanish.
    assert_eq!(lines(&frame, &[5, 6, 4], &[5, 6]), "lost0 x1 >y1");
}

fn logged(id: &str, lr: Option<&str>, net: &str, loss: f64) -> Run {
    let mut run = run(id, None);
    let lr = lr.map(|lr| Param { key: "lr".into(), value: lr.into() });
    run.data.params.extend(lr);
    run.data.params.push(Param { key: "net".into(), value: net.into() });
    run.data.metrics.push(Metric { key: "loss".into(), value: loss, ..Metric::default() });
    run
}

#[test]
fn groups_have_counts_and_means() {
    let frame = frame(&[
        logged("a", Some("0.1"), "x", 1.0),
        logged("b", None, "x", 2.0),
        logged("c", Some("0.1"), "x", 4.0),
        logged("d", Some("0.1"), "y", f64::NAN),
    ]);
    let lr = frame.find(Group::Param, "lr").unwrap();
    let net = frame.find(Group::Param, "net").unwrap();
    let loss = frame.find(Group::Metric, "loss").unwrap();
    let groups = frame.group(&[3, 2, 1, 0], &[lr, net]);
    let shown: Vec<_> = groups.iter().map(|g| (g.values.clone(), g.rows.clone())).collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        shown,
        [
            (vec![some("0.1"), some("y")], vec![3]),
            (vec![some("0.1"), some("x")], vec![2, 0]),
            (vec![None, some("x")], vec![1]),
        ]
    );
    let expected = Aggregate { count: 2, min: 1.0, mean: 2.5, max: 4.0 };
    assert_eq!(frame.aggregate(loss, &groups[1].rows), Some(expected));
    assert_eq!(frame.aggregate(loss, &groups[0].rows), None);
}

#[test]
fn statistics_are_columns_that_sort() {
    let mut frame = frame(&[logged("a", None, "x", 1.0), logged("b", None, "x", 2.0)]);
    let Some(Column::Metric(loss)) = frame.find(Group::Metric, "loss") else { panic!() };
    let min = Column::Stat(loss, Stat::Min);
    assert_eq!(frame.cell(min, 0), Cell::Missing);
    frame.set_stat(0, loss, Stat::Min, 0.5);
    frame.set_stat(1, loss, Stat::Min, 0.25);
    assert_eq!(frame.cell(min, 1), Cell::Number(0.25));
    let key = SortKey { column: min, direction: Direction::Ascending };
    assert_eq!(frame.order(&[key]), [1, 0]);
    assert_eq!((frame.name(min), min.group()), ("loss", Group::Metric));
}

#[test]
fn files_keep_every_digit_and_every_letter() {
    let frame = frame(&[
        logged("a", Some("=1+1"), "says \"hi\", twice\nover", 0.1 + 0.2),
        logged("b", None, "", f64::NAN),
    ]);
    let columns: Vec<(Column, String)> = [
        (Group::Attribute, "run_id"),
        (Group::Metric, "loss"),
        (Group::Param, "lr"),
        (Group::Param, "net"),
    ]
    .map(|(group, key)| (frame.find(group, key).unwrap(), key.to_owned()))
    .into();
    assert_eq!(
        frame.csv(&[1, 0], &columns),
        "run_id,loss,lr,net\r\nb,NaN,,\r\na,0.30000000000000004,=1+1,\"says \"\"hi\"\", twice\nover\"\r\n"
    );
    let json: serde_json::Value = serde_json::from_str(&frame.json(&[0, 1], &columns)).unwrap();
    assert_eq!(
        json,
        serde_json::json!([
            {"run_id": "a", "loss": 0.1 + 0.2, "lr": "=1+1", "net": "says \"hi\", twice\nover"},
            {"run_id": "b", "loss": "NaN", "net": ""}])
    );
}

proptest! {
    #[test]
    fn every_row_is_a_line_once_when_all_are_expanded(parents in prop::collection::vec(prop::option::of(0_usize..12), 0..12)) {
        let runs: Vec<Run> = parents.iter().enumerate().map(|(nth, parent)| {
            run(&format!("r{nth}"), parent.map(|p| format!("r{p}")).as_deref())
        }).collect();
        let frame = frame(&runs);
        let rows: Vec<u32> = (0..frame.len() as u32).collect();
        let mut seen: Vec<u32> = frame.lines(&rows, &|_| true).iter().map(|line| line.row).collect();
        seen.sort_unstable();
        prop_assert_eq!(&seen, &rows);
        // Collapsed, only rows with a shown parent are hidden.
        let roots = frame.lines(&rows, &|_| false);
        prop_assert!(roots.iter().all(|line| line.depth == 0));
        prop_assert_eq!(roots.is_empty(), rows.is_empty());
    }

    #[test]
    fn groups_part_the_rows(values in prop::collection::vec((prop::option::of("[ab]"), "[xy]"), 0..40)) {
        let runs: Vec<Run> = values.iter().enumerate()
            .map(|(nth, (lr, net))| logged(&format!("r{nth}"), lr.as_deref(), net, nth as f64)).collect();
        let frame = frame(&runs);
        let columns: Vec<Column> = ["lr", "net"].iter().filter_map(|key| frame.find(Group::Param, key)).collect();
        let rows: Vec<u32> = (0..frame.len() as u32).collect();
        let groups = frame.group(&rows, &columns);
        let mut all: Vec<u32> = groups.iter().flat_map(|group| group.rows.clone()).collect();
        all.sort_unstable();
        prop_assert_eq!(all, rows);
        let distinct: HashSet<_> = groups.iter().map(|group| group.values.clone()).collect();
        prop_assert_eq!(distinct.len(), groups.len());
    }
}
