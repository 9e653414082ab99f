//! Sends a planned world to a server.

use std::io::{IsTerminal as _, Write as _};

use mlflow_api::{
    CreateExperiment, CreateLoggedModel, CreateModelVersion, CreateRun, FinalizeLoggedModel,
    LogBatch, LogInputs, LogOutputs, LoggedModelStatus, Metric, ModelOutput, SetModelAlias, Tag,
    TransitionStage, UpdateRun, limits, tags,
};

use super::rest::Server;
use super::world::{File, Run, Version, World};
use crate::error::Result;

/// Writes all of it. Nothing is undone where a request fails.
pub(super) fn write(server: &Server, world: &World) -> Result<()> {
    let mut writer = Writer { server, world, progress: Progress::of(world) };
    for model in &world.registered {
        server.call(model)?;
    }
    for experiment in &world.experiments {
        let create = CreateExperiment {
            name: experiment.name.clone(),
            tags: experiment.tags.clone(),
            ..CreateExperiment::default()
        };
        let id = server.call(&create)?.experiment_id;
        for run in &experiment.runs {
            let parent = writer.run(&id, run, None)?;
            for child in &run.children {
                writer.run(&id, child, Some(&parent))?;
            }
        }
    }
    writer.progress.end();
    Ok(())
}

struct Writer<'w> {
    server: &'w Server,
    world: &'w World,
    progress: Progress,
}

impl Writer<'_> {
    /// Writes one run without its children, and gives its id.
    fn run(&mut self, experiment: &str, plan: &Run, parent: Option<&str>) -> Result<String> {
        self.progress.show(&plan.name);
        let mut tags = plan.tags.clone();
        tags.extend(parent.map(|id| Tag { key: tags::PARENT_RUN_ID.into(), value: id.into() }));
        let user = plan.tags.iter().find(|tag| tag.key == tags::USER).map(|tag| tag.value.clone());
        let create = CreateRun {
            experiment_id: experiment.into(),
            user_id: user,
            run_name: Some(plan.name.clone()),
            start_time: Some(plan.start_time),
            tags,
        };
        let info = self.server.call(&create)?.run.info;
        let (id, root) = (info.run_id, info.artifact_uri.unwrap_or_default());
        self.batches(&id, plan)?;
        if !plan.datasets.is_empty() {
            let datasets = plan.datasets.clone();
            let inputs = LogInputs { run_id: id.clone(), datasets, ..LogInputs::default() };
            self.server.call_if_known(&inputs)?;
        }
        for (path, file) in &plan.files {
            let bytes = match file {
                File::Text(text) => text.clone().into_bytes(),
                File::Picture(picture) => picture.png()?,
            };
            self.server.upload(&root, path, &bytes)?;
        }
        if let Some(version) = &plan.version {
            self.version(experiment, &id, &root, plan, version)?;
        }
        if let Some((end_time, status)) = plan.end {
            self.server.call(&UpdateRun {
                run_id: id.clone(),
                status: Some(status),
                end_time: Some(end_time),
                run_name: None,
            })?;
        }
        self.progress.done += 1;
        Ok(id)
    }

    fn batches(&self, id: &str, plan: &Run) -> Result<()> {
        let mut first = LogBatch { params: plan.params.clone(), ..LogBatch::default() };
        let room = limits::LOG_BATCH_MAX_TOTAL - plan.params.len();
        let (head, rest) = plan.metrics.split_at(room.min(plan.metrics.len()));
        let values = |metrics: &[Metric]| metrics.iter().cloned().map(Into::into).collect();
        first.metrics = values(head);
        let rest = rest.chunks(limits::LOG_BATCH_MAX_METRICS);
        let rest = rest.map(|metrics| LogBatch { metrics: values(metrics), ..LogBatch::default() });
        for batch in std::iter::once(first).chain(rest) {
            self.server.call(&LogBatch { run_id: id.into(), ..batch })?;
        }
        Ok(())
    }

    /// Logs the world's model for a run and registers it: as a logged model where
    /// the server has these, else among the run's artifacts.
    fn version(
        &self,
        experiment: &str,
        run: &str,
        root: &str,
        plan: &Run,
        version: &Version,
    ) -> Result<()> {
        let logged = self.server.call_if_known(&CreateLoggedModel {
            experiment_id: experiment.into(),
            name: Some("model".into()),
            model_type: Some("onnx".into()),
            source_run_id: Some(run.into()),
            params: plan.params.clone(),
            tags: Vec::new(),
        })?;
        let (model_id, source) = match logged {
            Some(logged) => (Some(logged.model.info.model_id), logged.model.info.artifact_uri),
            None => (None, format!("{root}/model")),
        };
        for (name, bytes) in &self.world.model_files {
            self.server.upload(&source, name, bytes)?;
        }
        if let Some(model_id) = model_id.clone() {
            let status = Some(LoggedModelStatus::Ready);
            self.server.call(&FinalizeLoggedModel { model_id: model_id.clone(), status })?;
            let models = vec![ModelOutput { model_id, step: 0 }];
            self.server.call(&LogOutputs { run_id: run.into(), models })?;
        }
        let created = self.server.call(&CreateModelVersion {
            name: version.registered.clone(),
            source,
            run_id: Some(run.into()),
            description: Some(version.description.into()),
            model_id,
            ..CreateModelVersion::default()
        })?;
        let number = created.model_version.version;
        if let Some(alias) = version.alias {
            self.server.call(&SetModelAlias {
                name: version.registered.clone(),
                alias: alias.into(),
                version: number.clone(),
            })?;
        }
        if let Some(stage) = version.stage {
            self.server.call(&TransitionStage {
                name: version.registered.clone(),
                version: number,
                stage: stage.into(),
                archive_existing_versions: false,
            })?;
        }
        Ok(())
    }
}

/// How far it is, by runs.
struct Progress {
    done: usize,
    all: usize,
    /// A bar that moves; else a line at the end.
    is_terminal: bool,
}

impl Progress {
    const WIDTH: usize = 40;

    fn of(world: &World) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Self { done: 0, all: world.runs().count(), is_terminal }
    }

    fn show(&self, what: &str) {
        if !self.is_terminal {
            return;
        }
        let filled = Self::WIDTH * self.done / self.all.max(1);
        let bar = format!("{}{}", "█".repeat(filled), "░".repeat(Self::WIDTH - filled));
        // `\x1b[K` clears what is left of a longer line.
        eprint!("\r{bar} {}/{} {what}\x1b[K", self.done, self.all);
        // A bar that can't be shown is no reason to stop.
        std::io::stderr().flush().ok();
    }

    fn end(&self) {
        self.show("");
        if self.is_terminal {
            eprintln!();
        }
    }
}
