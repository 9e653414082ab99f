//! What two models say of the same rows: which differ, and by how much.

use mlmodel::json::Value;

use super::predictions::Predictions;

/// How many rows that differ are kept: those that differ most.
const MOST_KEPT: usize = 500;

/// A row of which two models say different things.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Differing {
    /// Its number.
    pub(crate) row: usize,
    /// Whether they give it different labels.
    pub(crate) disagree: bool,
    /// The largest difference between two of their numbers.
    pub(crate) by: f64,
    /// What the row holds, and what each model says of it.
    pub(crate) texts: Vec<String>,
}

/// What two models say, so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Differences {
    /// Rows that both were asked about.
    pub(crate) rows: usize,
    /// Rows that differ.
    pub(crate) differing: usize,
    /// Rows with different labels.
    pub(crate) disagreements: usize,
    /// The largest difference between two numbers.
    pub(crate) most: f64,
    sum: f64,
    numbers: usize,
    kept: Vec<Differing>,
}

impl Differences {
    /// More rows, of which the first has the number `first`. `texts` gives what
    /// is kept of a row that differs.
    pub(crate) fn add(
        &mut self,
        one: &Predictions,
        other: &Predictions,
        first: usize,
        texts: impl Fn(usize) -> Vec<String>,
    ) {
        let pairs = pairs(&one.columns, &other.columns);
        for (nth, (mine, theirs)) in one.rows.iter().zip(&other.rows).enumerate() {
            let mut row = Measured::default();
            for (a, b) in &pairs {
                if let (Some(a), Some(b)) = (mine.get(*a), theirs.get(*b)) {
                    row.compare(a, b);
                }
            }
            self.rows += 1;
            self.sum += row.sum;
            self.numbers += row.numbers;
            self.most = self.most.max(row.most);
            self.disagreements += usize::from(row.disagree);
            if row.disagree || row.most > 0.0 {
                self.differing += 1;
                self.keep(nth, first, &row, &texts);
            }
        }
    }

    /// The mean difference between two numbers; nothing where there are none.
    pub(crate) fn mean(&self) -> Option<f64> {
        (self.numbers > 0).then(|| self.sum / self.numbers as f64)
    }

    /// The rows that differ most, those first.
    pub(crate) fn kept(&self) -> Vec<Differing> {
        let mut kept = self.kept.clone();
        sort(&mut kept);
        kept
    }

    fn keep(
        &mut self,
        nth: usize,
        first: usize,
        row: &Measured,
        texts: &impl Fn(usize) -> Vec<String>,
    ) {
        let (disagree, by) = (row.disagree, row.most);
        self.kept.push(Differing { row: first + nth, disagree, by, texts: texts(nth) });
        // Not after each row: sorting is what takes time.
        if self.kept.len() >= 2 * MOST_KEPT {
            sort(&mut self.kept);
            self.kept.truncate(MOST_KEPT);
        }
    }
}

/// Different labels first, then the largest difference, then as in the table.
fn sort(rows: &mut Vec<Differing>) {
    rows.sort_by(|a, b| {
        b.disagree.cmp(&a.disagree).then(b.by.total_cmp(&a.by)).then(a.row.cmp(&b.row))
    });
    rows.truncate(MOST_KEPT);
}

/// Columns of the same name; where there is none, those in the same place.
fn pairs(one: &[String], other: &[String]) -> Vec<(usize, usize)> {
    let named: Vec<(usize, usize)> = one
        .iter()
        .enumerate()
        .filter_map(|(nth, name)| Some((nth, other.iter().position(|other| other == name)?)))
        .collect();
    match named.is_empty() {
        true => (0..one.len().min(other.len())).map(|nth| (nth, nth)).collect(),
        false => named,
    }
}

/// How much two rows differ.
#[derive(Debug, Default)]
struct Measured {
    disagree: bool,
    most: f64,
    sum: f64,
    numbers: usize,
}

impl Measured {
    fn compare(&mut self, one: &Value, other: &Value) {
        match (one, other) {
            (Value::Float(a), Value::Float(b)) => self.numbers(*a, *b),
            (Value::Float(a), Value::Int(b)) => self.numbers(*a, *b as f64),
            (Value::Int(a), Value::Float(b)) => self.numbers(*a as f64, *b),
            (Value::List(a), Value::List(b)) if a.len() == b.len() => {
                a.iter().zip(b).for_each(|(a, b)| self.compare(a, b));
            }
            (Value::Dict(a), Value::Dict(b)) if a.len() == b.len() => {
                for (key, a) in a {
                    match b.iter().find(|(other, _)| other == key) {
                        Some((_, b)) => self.compare(a, b),
                        None => self.disagree = true,
                    }
                }
            }
            // Probabilities with the names of their classes, and without.
            (Value::Dict(a), Value::List(b)) | (Value::List(b), Value::Dict(a))
                if a.len() == b.len() =>
            {
                a.iter().zip(b).for_each(|((_, a), b)| self.compare(a, b));
            }
            // Whole numbers are labels, like texts.
            (a, b) => self.disagree |= a != b,
        }
    }

    fn numbers(&mut self, a: f64, b: f64) {
        let by = (a - b).abs();
        if by.is_nan() {
            self.disagree |= a.is_nan() != b.is_nan();
            return;
        }
        self.most = self.most.max(by);
        self.sum += by;
        self.numbers += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(answer: &str) -> Predictions {
        Predictions::read(answer, None).unwrap()
    }

    fn between(one: &str, other: &str) -> Differences {
        let mut all = Differences::default();
        all.add(&of(one), &of(other), 1, |row| vec![row.to_string()]);
        all
    }

    #[test]
    fn labels_disagree_and_numbers_differ() {
        let all = between(
            r#"{"predictions": [{"l": 1, "p": {"0": 0.25, "1": 0.75}}, {"l": 0, "p": {"0": 0.5, "1": 0.5}}, {"l": 1, "p": {"0": 0.5, "1": 0.5}}]}"#,
            r#"{"predictions": [{"p": {"1": 0.5, "0": 0.5}, "l": 1}, {"p": {"0": 0.5, "1": 0.5}, "l": 1}, {"p": {"0": 0.5, "1": 0.5}, "l": 1}]}"#,
        );
        assert_eq!((all.rows, all.differing, all.disagreements, all.most), (3, 2, 1, 0.25));
        assert_eq!(all.mean(), Some(0.5 / 6.0));
        let order: Vec<usize> = all.kept().iter().map(|row| row.row).collect();
        assert_eq!(order, [2, 1]);
        assert_eq!(all.kept()[0].texts, ["1"]);
    }

    #[test]
    fn outputs_of_other_names_are_told_by_their_place() {
        let all = between(
            r#"{"predictions": {"a": [1.0, NaN]}}"#,
            r#"{"predictions": {"b": [1.5, NaN]}}"#,
        );
        assert_eq!((all.differing, all.most, all.mean()), (1, 0.5, Some(0.5)));
        assert_eq!(
            between(r#"{"predictions": [NaN]}"#, r#"{"predictions": [1.0]}"#).disagreements,
            1
        );
        assert_eq!(between(r#"{"predictions": ["a"]}"#, r#"{"predictions": ["a"]}"#).mean(), None);
    }

    proptest! {
        #[test]
        fn the_rows_that_differ_most_are_kept(by in prop::collection::vec(0.0..1e9_f64, 1..2500)) {
            let rows = |values: Vec<f64>| Predictions {
                columns: vec!["y".into()],
                rows: values.into_iter().map(|value| vec![Value::Float(value)]).collect(),
            };
            let mut all = Differences::default();
            all.add(&rows(by.clone()), &rows(vec![0.0; by.len()]), 1, |_| Vec::new());
            let mut sorted: Vec<f64> = by.iter().copied().filter(|by| *by > 0.0).collect();
            prop_assert_eq!(all.differing, sorted.len());
            sorted.sort_by(|a, b| b.total_cmp(a));
            sorted.truncate(MOST_KEPT);
            prop_assert_eq!(all.kept().iter().map(|row| row.by).collect::<Vec<_>>(), sorted);
        }
    }
}
