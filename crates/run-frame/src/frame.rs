//! The frame: runs in, cells out.

use std::collections::HashMap;
use std::sync::Arc;

use mlflow_api::{LifecycleStage, Run, RunStatus};

use crate::cells::{Numbers, Texts};
use crate::column::{Attribute, Cell, Column, Group, KeyId, Stat};
use crate::datasets::Datasets;

/// Runs as columns. A row is a run; its number never changes.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    rows: Vec<Row>,
    by_id: HashMap<Arc<str>, u32>,
    pub(crate) names: Texts,
    pub(crate) users: Texts,
    pub(crate) experiments: Texts,
    pub(crate) parents: Texts,
    pub(crate) metrics: Keyed<Numbers>,
    pub(crate) params: Keyed<Texts>,
    pub(crate) tags: Keyed<Texts>,
    pub(crate) datasets: Datasets,
    pub(crate) stats: HashMap<(KeyId, Stat), Numbers>,
}

/// What is stored by row: small, and there for every run.
#[derive(Clone, Debug)]
struct Row {
    run_id: Arc<str>,
    status: RunStatus,
    stage: LifecycleStage,
    start_time: Option<i64>,
    end_time: Option<i64>,
    duration: Option<i64>,
    models: u32,
}

impl Row {
    fn of(run: &Run, run_id: Arc<str>) -> Self {
        Self {
            run_id,
            status: run.info.status,
            stage: run.info.lifecycle_stage,
            start_time: run.info.start_time,
            end_time: run.info.end_time,
            duration: run.duration_ms(),
            models: run.outputs.model_outputs.len() as u32,
        }
    }
}

/// The columns of a group, found by key or by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keyed<C> {
    columns: Vec<(Arc<str>, C)>,
    index: HashMap<Arc<str>, u32>,
}

impl<C: Default> Keyed<C> {
    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    pub(crate) fn get(&self, id: KeyId) -> Option<&C> {
        self.columns.get(id.index()).map(|(_, column)| column)
    }

    fn name(&self, id: KeyId) -> Option<&str> {
        self.columns.get(id.index()).map(|(name, _)| &**name)
    }

    pub(crate) fn find(&self, key: &str) -> Option<KeyId> {
        self.index.get(key).copied().map(KeyId)
    }

    /// The column of a key, made if there is room for another.
    fn column(&mut self, key: &str) -> Option<&mut C> {
        let at = match self.index.get(key) {
            Some(at) => *at,
            None if self.columns.len() >= Frame::MAX_KEYS => return None,
            None => {
                let at = self.columns.len() as u32;
                let key: Arc<str> = key.into();
                self.index.insert(Arc::clone(&key), at);
                self.columns.push((key, C::default()));
                at
            }
        };
        self.columns.get_mut(at as usize).map(|(_, column)| column)
    }

    fn each(&mut self) -> impl Iterator<Item = &mut C> {
        self.columns.iter_mut().map(|(_, column)| column)
    }
}

/// What became of the runs that were given to a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ingest {
    /// Runs that became new rows.
    pub added: usize,
    /// Runs that were there already: their rows hold the new values now.
    pub updated: usize,
    /// Runs that were left out: the frame holds [`Frame::MAX_RUNS`], or the
    /// run has no id.
    pub refused: usize,
    /// Values that were left out: their group holds [`Frame::MAX_KEYS`] keys.
    pub dropped_values: usize,
}

impl Frame {
    /// The most runs that a frame holds.
    pub const MAX_RUNS: usize = 1_000_000;
    /// The most metrics that a frame holds, the most parameters and the most tags.
    pub const MAX_KEYS: usize = 50_000;

    /// A frame without runs.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many runs there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Takes in a page of runs. A run that is there already is replaced in its
    /// row, so that a page may be loaded again.
    pub fn extend<'a>(&mut self, runs: impl IntoIterator<Item = &'a Run>) -> Ingest {
        let mut ingest = Ingest::default();
        for run in runs {
            self.push(run, &mut ingest);
        }
        ingest
    }

    fn push(&mut self, run: &Run, ingest: &mut Ingest) {
        let id = run.info.run_id.as_str();
        let row = match self.by_id.get(id) {
            Some(row) => {
                let row = *row as usize;
                self.clear(row);
                if let Some(old) = self.rows.get_mut(row) {
                    *old = Row::of(run, Arc::clone(&old.run_id));
                }
                ingest.updated += 1;
                row
            }
            None if id.is_empty() || self.rows.len() >= Self::MAX_RUNS => {
                ingest.refused += 1;
                return;
            }
            None => {
                let row = self.rows.len();
                let id: Arc<str> = id.into();
                self.by_id.insert(Arc::clone(&id), row as u32);
                self.rows.push(Row::of(run, id));
                ingest.added += 1;
                row
            }
        };
        self.fill(row, run, ingest);
    }

    /// Forgets what a row holds, for a run that comes again.
    fn clear(&mut self, row: usize) {
        let attributes =
            [&mut self.names, &mut self.users, &mut self.experiments, &mut self.parents];
        attributes.into_iter().for_each(|column| column.clear(row));
        self.metrics.each().for_each(|column| column.clear(row));
        self.params.each().for_each(|column| column.clear(row));
        self.tags.each().for_each(|column| column.clear(row));
        self.datasets.clear(row);
    }

    fn fill(&mut self, row: usize, run: &Run, ingest: &mut Ingest) {
        self.names.set(row, run.name());
        self.experiments.set(row, &run.info.experiment_id);
        if let Some(user) = run.user() {
            self.users.set(row, user);
        }
        if let Some(parent) = run.parent_run_id() {
            self.parents.set(row, parent);
        }
        if !run.inputs.dataset_inputs.is_empty() {
            self.datasets.set(row, &run.inputs.dataset_inputs);
        }
        for metric in &run.data.metrics {
            // A key may come once a dataset or model: the latest value counts.
            let logged = (metric.timestamp, metric.step);
            match self.metrics.column(&metric.key) {
                Some(column) => column.set(row, metric.value, logged),
                None => ingest.dropped_values += 1,
            }
        }
        for param in &run.data.params {
            match self.params.column(&param.key) {
                Some(column) => column.set(row, &param.value),
                None => ingest.dropped_values += 1,
            }
        }
        for tag in &run.data.tags {
            match self.tags.column(&tag.key) {
                Some(column) => column.set(row, &tag.value),
                None => ingest.dropped_values += 1,
            }
        }
    }

    /// The columns of a group, in the order in which they were first seen.
    pub fn columns(&self, group: Group) -> impl Iterator<Item = Column> + use<> {
        let keys = match group {
            Group::Attribute => 0,
            Group::Metric => self.metrics.len(),
            Group::Param => self.params.len(),
            Group::Tag => self.tags.len(),
        };
        let attributes: &[Attribute] = if group == Group::Attribute { Attribute::ALL } else { &[] };
        let keyed = (0..keys as u32).map(KeyId).filter_map(move |id| match group {
            Group::Attribute => None,
            Group::Metric => Some(Column::Metric(id)),
            Group::Param => Some(Column::Param(id)),
            Group::Tag => Some(Column::Tag(id)),
        });
        attributes.iter().copied().map(Column::Attribute).chain(keyed)
    }

    /// The column of a key; of an attribute by [`Attribute::as_str`].
    pub fn find(&self, group: Group, key: &str) -> Option<Column> {
        match group {
            Group::Attribute => {
                let mut all = Attribute::ALL.iter();
                all.find(|attribute| attribute.as_str() == key).copied().map(Column::Attribute)
            }
            Group::Metric => self.metrics.find(key).map(Column::Metric),
            Group::Param => self.params.find(key).map(Column::Param),
            Group::Tag => self.tags.find(key).map(Column::Tag),
        }
    }

    /// The key of a column; empty for a column of another frame.
    pub fn name(&self, column: Column) -> &str {
        match column {
            Column::Attribute(attribute) => Some(attribute.as_str()),
            Column::Metric(id) | Column::Stat(id, _) => self.metrics.name(id),
            Column::Param(id) => self.params.name(id),
            Column::Tag(id) => self.tags.name(id),
        }
        .unwrap_or_default()
    }

    /// The different texts of a parameter or a tag; none of other columns.
    pub fn values(&self, column: Column) -> impl Iterator<Item = &str> {
        let texts = match column {
            Column::Param(id) => self.params.get(id),
            Column::Tag(id) => self.tags.get(id),
            _ => None,
        };
        texts.into_iter().flat_map(Texts::used)
    }

    /// What a run has in a column; [`Cell::Missing`] for a row that there is not.
    pub fn cell(&self, column: Column, row: u32) -> Cell<'_> {
        let at = row as usize;
        match column {
            Column::Attribute(attribute) => self.attribute(attribute, at),
            Column::Metric(id) => self.metrics.get(id).and_then(|c| c.get(at)).map(Cell::Number),
            Column::Param(id) => self.params.get(id).and_then(|c| c.get(at)).map(Cell::Text),
            Column::Tag(id) => self.tags.get(id).and_then(|c| c.get(at)).map(Cell::Text),
            Column::Stat(id, stat) => {
                self.stats.get(&(id, stat)).and_then(|c| c.get(at)).map(Cell::Number)
            }
        }
        .unwrap_or(Cell::Missing)
    }

    fn attribute(&self, attribute: Attribute, at: usize) -> Option<Cell<'_>> {
        let row = self.rows.get(at)?;
        match attribute {
            Attribute::Name => self.names.get(at).map(Cell::Text),
            Attribute::Status => Some(Cell::Status(row.status)),
            Attribute::StartTime => row.start_time.map(Cell::Time),
            Attribute::EndTime => row.end_time.map(Cell::Time),
            Attribute::Duration => row.duration.map(Cell::Duration),
            Attribute::User => self.users.get(at).map(Cell::Text),
            Attribute::ExperimentId => self.experiments.get(at).map(Cell::Text),
            Attribute::RunId => Some(Cell::Text(&row.run_id)),
            Attribute::ParentRunId => self.parents.get(at).map(Cell::Text),
            Attribute::Dataset => self.datasets.get(at).map(Cell::Text),
            Attribute::Models => (row.models > 0).then(|| Cell::Number(f64::from(row.models))),
        }
    }

    /// Keeps what a metric's history says about a run.
    pub fn set_stat(&mut self, row: u32, metric: KeyId, stat: Stat, value: f64) {
        if (row as usize) < self.rows.len() {
            let column = self.stats.entry((metric, stat)).or_default();
            column.set(row as usize, value, (i64::MAX, 0));
        }
    }

    /// The row of the run that a run is nested in, if that is here.
    pub fn parent(&self, row: u32) -> Option<u32> {
        self.row_of(self.parents.get(row as usize)?)
    }

    /// At which step the latest value of a metric was logged; 0 for other columns.
    pub fn step(&self, column: Column, row: u32) -> i64 {
        match column {
            Column::Metric(id) => self.metrics.get(id).map_or(0, |c| c.step(row as usize)),
            _ => 0,
        }
    }

    /// When a run started, in milliseconds since 1970.
    pub fn start_time(&self, row: u32) -> Option<i64> {
        self.rows.get(row as usize)?.start_time
    }

    /// When a run ended, in milliseconds since 1970.
    pub fn end_time(&self, row: u32) -> Option<i64> {
        self.rows.get(row as usize)?.end_time
    }

    /// The id of the experiment that a run belongs to.
    pub fn experiment_id(&self, row: u32) -> &str {
        self.experiments.get(row as usize).unwrap_or_default()
    }

    /// The value of a tag.
    pub fn tag(&self, row: u32, key: &str) -> Option<&str> {
        self.tags.get(self.tags.find(key)?)?.get(row as usize)
    }

    /// The row of a run.
    pub fn row_of(&self, run_id: &str) -> Option<u32> {
        self.by_id.get(run_id).copied()
    }

    /// The id of a run; empty for a row that there is not.
    pub fn run_id(&self, row: u32) -> &str {
        self.rows.get(row as usize).map(|row| &*row.run_id).unwrap_or_default()
    }

    /// The name of a run, or its id where it has none.
    pub fn run_name(&self, row: u32) -> &str {
        self.names.get(row as usize).unwrap_or_default()
    }

    /// The status of a run.
    pub fn status(&self, row: u32) -> RunStatus {
        self.rows.get(row as usize).map(|row| row.status).unwrap_or_default()
    }

    /// Whether a run was deleted.
    pub fn lifecycle_stage(&self, row: u32) -> LifecycleStage {
        self.rows.get(row as usize).map(|row| row.stage).unwrap_or_default()
    }
}
