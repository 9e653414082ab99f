//! The datasets that runs read.

use mlflow_api::{DatasetInput, Tag};

use crate::cells::Texts;

/// The tag of an input that says what it was read for.
const CONTEXT: &str = "mlflow.data.context";

/// What is known of a dataset that a run read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DatasetRef {
    pub(crate) name: String,
    pub(crate) digest: String,
    pub(crate) context: Option<String>,
}

/// A column of what runs read: each distinct set of datasets once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Datasets {
    /// A text that tells the sets apart.
    keys: Texts,
    /// By the code of the text: what the table shows, and what a filter looks at.
    sets: Vec<(String, Vec<DatasetRef>)>,
}

impl Datasets {
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        self.sets.get(self.code(row)? as usize).map(|(shown, _)| shown.as_str())
    }

    pub(crate) fn code(&self, row: usize) -> Option<u32> {
        self.keys.code(row)
    }

    /// Where each distinct set stands in alphabetical order.
    pub(crate) fn places(&self) -> Vec<u64> {
        let mut codes: Vec<usize> = (0..self.sets.len()).collect();
        codes.sort_by_key(|code| self.sets.get(*code).map(|(shown, _)| shown));
        let mut places = vec![0; codes.len()];
        for (place, code) in (0..).zip(codes) {
            if let Some(slot) = places.get_mut(code) {
                *slot = place;
            }
        }
        places
    }

    pub(crate) fn set(&mut self, row: usize, inputs: &[DatasetInput]) {
        let refs: Vec<DatasetRef> = inputs.iter().map(DatasetRef::of).collect();
        self.keys.set(row, &format!("{refs:?}"));
        if self.code(row).is_some_and(|code| code as usize == self.sets.len()) {
            self.sets.push((shown(&refs), refs));
        }
    }

    pub(crate) fn clear(&mut self, row: usize) {
        self.keys.clear(row);
    }

    /// For each distinct set, whether one of its datasets is wanted.
    pub(crate) fn wanted(&self, wanted: impl Fn(&DatasetRef) -> bool) -> Vec<bool> {
        self.sets.iter().map(|(_, refs)| refs.iter().any(&wanted)).collect()
    }

    /// Every dataset that some run reads, by name and digest.
    pub(crate) fn all(&self) -> Vec<(String, String)> {
        let refs = self.sets.iter().flat_map(|(_, refs)| refs);
        let mut all: Vec<_> = refs.map(|one| (one.name.clone(), one.digest.clone())).collect();
        all.sort();
        all.dedup();
        all
    }
}

impl DatasetRef {
    fn of(input: &DatasetInput) -> Self {
        Self {
            name: input.dataset.name.clone(),
            digest: input.dataset.digest.clone(),
            context: Tag::find(&input.tags, CONTEXT).map(str::to_owned),
        }
    }
}

/// `iris (d6ab12), wine (77ff01)`: each dataset once.
fn shown(refs: &[DatasetRef]) -> String {
    let mut names: Vec<String> = Vec::new();
    for one in refs {
        let name = match one.digest.as_str() {
            "" => one.name.clone(),
            digest => format!("{} ({digest})", one.name),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}
