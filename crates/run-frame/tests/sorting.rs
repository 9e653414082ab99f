//! Sorting against a rule written the slow way, on frames of random runs.
#![cfg(test)]

use std::cmp::Ordering;

use mlflow_api::{Metric, Param, Run, Tag};
use proptest::prelude::*;
use run_frame::*;

/// What a run has in the columns that are sorted by.
type Cells = (Option<f64>, Option<String>);

fn run(id: usize, (metric, param): &Cells) -> Run {
    let mut run = Run::default();
    run.info.run_id = format!("r{id}");
    if let Some(value) = *metric {
        run.data.metrics.push(Metric { key: "m".into(), value, ..Metric::default() });
    }
    if let Some(value) = param {
        run.data.params.push(Param { key: "p".into(), value: value.clone() });
        run.data.tags.push(Tag { key: "t".into(), value: value.clone() });
    }
    run
}

fn frame(cells: &[Cells]) -> Frame {
    let runs: Vec<_> = cells.iter().enumerate().map(|(id, cells)| run(id, cells)).collect();
    let mut frame = Frame::new();
    frame.extend(&runs);
    frame
}

/// Numbers, then texts, then NaN, then missing, whichever the direction.
fn slow(a: Cell<'_>, b: Cell<'_>, direction: Direction) -> Ordering {
    let rank = |cell: Cell<'_>| match cell {
        Cell::Missing => 3,
        cell => match cell.number() {
            Some(number) if number.is_nan() => 2,
            Some(_) => 0,
            None => 1,
        },
    };
    let within = match (a, b) {
        (Cell::Text(x), Cell::Text(y)) if rank(a) == 1 && rank(b) == 1 => x.cmp(y),
        _ => a.number().partial_cmp(&b.number()).unwrap_or(Ordering::Equal),
    };
    let within = if direction == Direction::Ascending { within } else { within.reverse() };
    rank(a).cmp(&rank(b)).then(within)
}

fn metric() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        Just(None),
        Just(Some(f64::NAN)),
        Just(Some(f64::INFINITY)),
        Just(Some(f64::NEG_INFINITY)),
        Just(Some(0.0)),
        Just(Some(-0.0)),
        (-3..3).prop_map(|n| Some(f64::from(n))),
        any::<f64>().prop_map(Some),
    ]
}

fn param() -> impl Strategy<Value = Option<String>> {
    let words = ["", "auto", "nan", "Nan", "inf", "-inf", "10", "9", "9.0", "1e-3", "1e", "-"];
    prop_oneof![
        Just(None),
        prop::sample::select(words.to_vec()).prop_map(|word| Some(word.to_owned())),
        "[a-c0-2.e-]{0,4}".prop_map(Some),
    ]
}

proptest! {
    #[test]
    fn an_order_is_total_and_what_the_rule_says(
        cells in prop::collection::vec((metric(), param()), 0..40),
        descending in any::<bool>(),
    ) {
        let frame = frame(&cells);
        let direction = if descending { Direction::Descending } else { Direction::Ascending };
        let columns = Group::ALL.iter().flat_map(|group| frame.columns(*group));
        for column in columns {
            let order = frame.order(&[SortKey { column, direction }]);
            let mut all = order.clone();
            all.sort_unstable();
            prop_assert_eq!(all, (0..cells.len() as u32).collect::<Vec<_>>());
            for pair in order.windows(2) {
                let (a, b) = (pair[0], pair[1]);
                match column {
                    // Names and ids are words, even if they look like numbers.
                    Column::Attribute(_) => {}
                    _ => {
                        let rule = slow(frame.cell(column, a), frame.cell(column, b), direction);
                        prop_assert_ne!(rule, Ordering::Greater);
                        prop_assert!(rule.is_ne() || a < b, "ties stay in row order");
                    }
                }
            }
        }
    }

    #[test]
    fn a_second_key_breaks_ties(cells in prop::collection::vec((metric(), param()), 0..40)) {
        let frame = frame(&cells);
        let (Some(m), Some(p)) = (frame.find(Group::Metric, "m"), frame.find(Group::Param, "p"))
        else { return Ok(()) };
        let up = Direction::Ascending;
        let keys = [SortKey { column: p, direction: Direction::Descending },
                    SortKey { column: m, direction: up }];
        for pair in frame.order(&keys).windows(2) {
            let cells = |column| (frame.cell(column, pair[0]), frame.cell(column, pair[1]));
            let (a, b) = cells(p);
            let first = slow(a, b, Direction::Descending);
            let (a, b) = cells(m);
            prop_assert!(first.then(slow(a, b, up)).then(pair[0].cmp(&pair[1])).is_lt());
        }
    }

    #[test]
    fn loading_again_is_as_good_as_loading_once(
        old in prop::collection::vec((metric(), param()), 1..20),
        new in prop::collection::vec((metric(), param()), 1..20),
    ) {
        let mut twice = frame(&old);
        let runs: Vec<_> = new.iter().enumerate().map(|(id, cells)| run(id, cells)).collect();
        let ingest = twice.extend(runs.iter().rev());
        prop_assert_eq!(ingest.updated, old.len().min(new.len()));
        prop_assert_eq!(ingest.added, new.len().saturating_sub(old.len()));
        let mut last: Vec<Cells> = old.clone();
        for (id, cells) in new.iter().enumerate() {
            match last.get_mut(id) {
                Some(slot) => slot.clone_from(cells),
                None => last.push(cells.clone()),
            }
        }
        let once = frame(&last);
        for (group, key) in [(Group::Metric, "m"), (Group::Param, "p"), (Group::Tag, "t")] {
            let cell = |frame: &Frame, id: usize| {
                let row = frame.row_of(&format!("r{id}")).unwrap();
                frame.find(group, key).map_or("none".into(), |column| {
                    format!("{:?}", frame.cell(column, row))
                })
            };
            for id in 0..last.len() {
                let (a, b) = (cell(&twice, id), cell(&once, id));
                prop_assert!(a == b || (a == "Missing" && b == "none"), "{} {}", a, b);
            }
            if let (Some(a), Some(b)) = (twice.find(group, key), once.find(group, key)) {
                let (a, b) = (twice.summary(a), once.summary(b));
                prop_assert_eq!(a, b);
            }
        }
    }
}
