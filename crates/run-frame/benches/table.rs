//! How long a table of 100,000 runs with 50 metrics and 50 parameters takes to
//! be filled, sorted and filtered: `cargo bench -p run-frame`.

use std::time::Instant;

use mlflow_api::{Metric, Param, Run, SearchRunsResponse};
use run_frame::{Direction, Frame, Group, Query, SortKey};

const RUNS: usize = 100_000;
const KEYS: usize = 50;

/// Some number for a run and a key, the same each time.
fn noise(run: usize, key: usize) -> f64 {
    let bits = (run * 7919 + key * 104_729 + 1).wrapping_mul(0x9e37_79b9);
    f64::from((bits >> 7) as u32 % 1_000_000) / 1e6
}

fn run(nth: usize) -> Run {
    let mut run = Run::default();
    run.info.run_id = format!("{nth:032x}");
    run.info.run_name = Some(format!("run-{nth}"));
    run.info.start_time = Some(1_700_000_000_000 + nth as i64);
    let metric =
        |key| Metric { key: format!("m{key}"), value: noise(nth, key), ..Metric::default() };
    run.data.metrics = (0..KEYS).map(metric).collect();
    // A tenth of the parameters is different in every run, the rest one of a few.
    let value = |key: usize| match key % 10 {
        0 => noise(nth, key).to_string(),
        _ => format!("v{}", nth * (key + 3) % (key + 2)),
    };
    run.data.params =
        (0..KEYS).map(|key| Param { key: format!("p{key}"), value: value(key) }).collect();
    run
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    println!("{what:<44} {:>9.2} ms", start.elapsed().as_secs_f64() * 1000.0);
    done
}

fn main() {
    let mut frame = Frame::new();
    let (mut read, mut taken) = (0.0, 0.0);
    for page in 0..RUNS / 1000 {
        let runs: Vec<Run> = (page * 1000..(page + 1) * 1000).map(run).collect();
        let Ok(json) = serde_json::to_vec(&serde_json::json!({ "runs": runs })) else { return };
        let start = Instant::now();
        let Ok(page) = serde_json::from_slice::<SearchRunsResponse>(&json) else { return };
        read += start.elapsed().as_secs_f64();
        let start = Instant::now();
        frame.extend(&page.runs);
        taken += start.elapsed().as_secs_f64();
    }
    println!("{:<44} {:>9.2} ms", "reading a page of 1,000 runs from JSON", read * 10.0);
    println!("{:<44} {:>9.2} ms", "taking it in", taken * 10.0);
    let key = |group, key| frame.find(group, key);
    for (what, column) in [
        ("sort by a metric", key(Group::Metric, "m0")),
        ("sort by a parameter of few values", key(Group::Param, "p1")),
        ("sort by a parameter of 100,000 values", key(Group::Param, "p0")),
        ("sort by name", key(Group::Attribute, "run_name")),
    ] {
        let keys: Vec<SortKey> = column
            .map(|column| SortKey { column, direction: Direction::Ascending })
            .into_iter()
            .collect();
        timed(what, || frame.order(&keys));
    }
    for text in [
        "metrics.m1 < 0.5 AND params.p1 = 'v1'",
        "params.p0 LIKE '0.1%'",
        "run-99",
        "nothing that is there",
        "(metrics.m1 < 0.1 OR metrics.m2 > 0.9) AND NOT params.p1 = 'v2'",
    ] {
        let Ok(query) = Query::parse(text) else { return };
        let mask = timed(&format!("filter: {text:.34}"), || frame.filter(&query.expr, &|_| None));
        assert!(mask.count() <= RUNS);
    }
    let rows = frame.order(&[]);
    if let Some(column) = frame.find(Group::Param, "p1") {
        timed("group by a parameter", || frame.group(&rows, &[column]));
    }
    timed("lines", || frame.lines(&rows, &|_| true));
    timed("which columns vary", || (frame.layout(Group::Metric), frame.layout(Group::Param)));
}
