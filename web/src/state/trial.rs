//! A model being tried: which one, the request, and its answer.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use gloo_net::http::Request;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{AbortController, AbortSignal};

use super::clock::stopwatch;
use super::config::EdgeModel;
use super::engine::{Answer, Asked, Engine, Loaded, Progress, Unopened};
use super::folder::{self, Found};
use super::json::pretty;
use super::kept_models;
use super::language::{t, tf};
use super::latency::Latencies;
use super::model_files::{choose, folder_name};
use super::model_folder::{absolute_here, whereabouts};
use super::model_form::request_of;
use super::model_source::ModelSource;
use super::rows::batches::{Batches, Scorer, Table};
use super::session::Mlflow;
use super::signature::RowInput;

/// Where a trial stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TrialStage {
    /// No model yet.
    Choosing,
    /// A picked one is being read and loaded.
    Loading(Progress),
    /// It is so many bytes: the user is asked first.
    Large(u64),
    /// Its server wants to know who asks, or knows nobody by these credentials.
    SignIn,
    /// It cannot be loaded: why, and what to do.
    Failed(String),
    /// It runs in this page.
    InPage(Box<Loaded>),
    /// It answers over HTTP.
    AtEdge(EdgeModel),
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// It is under way.
    Running,
    /// There is no answer: why.
    Failed(String),
    /// The model answered, well or not.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body, as text.
        body: Arc<str>,
        /// How long it took, in milliseconds, there and back.
        took: f64,
        /// How long the model itself took, where that is known.
        model: Option<f64>,
    },
}

/// A model being tried. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Trial {
    stage: RwSignal<TrialStage>,
    body: RwSignal<String>,
    /// The last one, and how many there were before it.
    outcome: RwSignal<Option<(usize, Outcome)>>,
    complaint: RwSignal<Option<String>>,
    engine: StoredValue<Option<Rc<Engine>>, LocalStorage>,
    /// Counts the choices: what an earlier one still brings is dropped.
    choice: StoredValue<u32>,
    /// What was opened last, to open it again.
    source: RwSignal<Option<ModelSource>>,
    /// What the picked folder is called, or the logged model.
    called: RwSignal<Option<String>>,
    client: StoredValue<Option<Mlflow>>,
    /// The folder that was picked, to load it again.
    picked: StoredValue<Vec<Found>, LocalStorage>,
    /// The request body that is kept while the model is loaded again.
    resumed: StoredValue<Option<String>>,
    /// Ends a request that goes over HTTP.
    abort: StoredValue<Option<AbortController>, LocalStorage>,
    /// Whether an answer is awaited.
    waiting: StoredValue<bool>,
    /// How many outcomes there were.
    outcomes: StoredValue<usize>,
    latencies: RwSignal<Latencies>,
    batches: Batches,
    /// The one whose model gets the same rows.
    against: StoredValue<Option<Trial>>,
}

/// How long an answer may take before the page says that it is awaited: what
/// comes sooner would only make the page flicker.
const PATIENCE: Duration = Duration::from_millis(150);

/// The longest body that is looked at before it is sent, in bytes: of a longer one
/// the model itself says what is wrong, off this thread.
const LONGEST_CHECKED: usize = 1 << 20;

impl Trial {
    /// A trial without a model.
    pub(crate) fn new() -> Trial {
        Trial {
            stage: RwSignal::new(TrialStage::Choosing),
            body: RwSignal::new(String::new()),
            outcome: RwSignal::new(None),
            complaint: RwSignal::new(None),
            engine: StoredValue::new_local(None),
            choice: StoredValue::new(0),
            source: RwSignal::new(None),
            called: RwSignal::new(None),
            client: StoredValue::new(None),
            picked: StoredValue::new_local(Vec::new()),
            resumed: StoredValue::new(None),
            abort: StoredValue::new_local(None),
            waiting: StoredValue::new(false),
            outcomes: StoredValue::new(0),
            latencies: RwSignal::new(Latencies::default()),
            batches: Batches::new(),
            against: StoredValue::new(None),
        }
    }

    /// Where it stands.
    pub(crate) fn stage(self) -> TrialStage {
        self.stage.get()
    }

    /// The request body.
    pub(crate) fn body(self) -> RwSignal<String> {
        self.body
    }

    /// Makes this the request body. One that stands there already changes nothing.
    pub(crate) fn write(self, body: String) {
        if self.body.with_untracked(|now| *now != body) {
            self.body.set(body);
        }
    }

    /// What came of the last request, with a number of its own.
    pub(crate) fn outcome(self) -> Option<(usize, Outcome)> {
        self.outcome.get()
    }

    fn conclude(self, outcome: Outcome) {
        self.outcomes.update_value(|many| *many += 1);
        self.outcome.set(Some((self.outcomes.get_value(), outcome)));
    }

    /// What is wrong with the request body.
    pub(crate) fn complaint(self) -> Option<String> {
        self.complaint.get()
    }

    /// How long the answers took.
    pub(crate) fn latencies(self) -> RwSignal<Latencies> {
        self.latencies
    }

    /// Gives the same rows to the model of another trial from now on.
    pub(crate) fn compare_with(self, other: Trial) {
        self.against.set_value(Some(other));
    }

    /// The trial that gets the same rows, while it has a model.
    pub(crate) fn against(self) -> Option<Trial> {
        self.against.get_value().filter(|other| other.is_ready())
    }

    /// What the model is called here.
    pub(crate) fn title(self) -> String {
        self.source
            .with(|source| source.as_ref().map(ModelSource::uri))
            .or_else(|| self.name())
            .unwrap_or_else(|| t("this model").to_owned())
    }

    /// What a person would call the model, once that is known.
    pub(crate) fn name(self) -> Option<String> {
        let called = self.called.get();
        let source = self.source.get();
        source.map(|source| source.words(called.as_deref())).or(called).or_else(|| {
            self.stage.with(|stage| match stage {
                TrialStage::InPage(loaded) => loaded.model.own_name().map(str::to_owned),
                TrialStage::AtEdge(model) => Some(model.name.clone()),
                _ => None,
            })
        })
    }

    /// The table that it scores.
    pub(crate) fn batches(self) -> Batches {
        self.batches
    }

    /// What a table's row must have; nothing where the model takes no rows.
    pub(crate) fn row_input(self) -> Option<RowInput> {
        self.stage.with(|stage| match stage {
            TrialStage::InPage(loaded) => loaded.model.row_input(),
            _ => None,
        })
    }

    /// Scores the rows of a table.
    pub(crate) fn run_table(self, table: Table) {
        let body = self.body.get_untracked();
        let models = [Some(self), untrack(|| self.against())].into_iter().flatten();
        let scorers: Vec<Scorer> = models.filter_map(|trial| trial.scorer(&body)).collect();
        if !scorers.is_empty() {
            self.batches.run(table, scorers);
        }
    }

    fn scorer(self, body: &str) -> Option<Scorer> {
        let input = untrack(|| self.row_input())?;
        Some(Scorer { engine: self.engine.get_value()?, input, body: body.to_owned() })
    }

    /// Whether there is a model to run.
    pub(crate) fn is_ready(self) -> bool {
        self.stage.with(|stage| matches!(stage, TrialStage::InPage(_) | TrialStage::AtEdge(_)))
    }

    /// Uses a model that answers over HTTP.
    pub(crate) fn use_edge(self, model: EdgeModel) {
        self.begin();
        let example =
            model.example.as_ref().map_or_else(|| "{\n  \"inputs\": []\n}".to_owned(), pretty);
        self.body.set(example);
        self.stage.set(TrialStage::AtEdge(model));
    }

    /// Loads a model from the files of a folder.
    pub(crate) fn load_folder(self, files: Vec<Found>) {
        let choice = self.begin();
        self.picked.set_value(files.clone());
        let listing: Vec<(String, u64)> =
            files.iter().map(|found| (found.path.clone(), found.file.size() as u64)).collect();
        self.called.set(folder_name(&listing));
        self.stage.set(loading(t("Reading the folder")));
        spawn_local(async move {
            let loaded = self.load(files, listing, choice).await;
            if self.choice.try_get_value() != Some(choice) {
                return;
            }
            match loaded {
                Ok(loaded) => self.show(loaded),
                Err(words) => self.fail(words),
            }
        });
    }

    /// Opens the model that an address names; what is not a folder on the web
    /// is read from the server of `client`.
    pub(crate) fn open(self, address: &str, client: Option<Mlflow>) {
        self.begin();
        let Some(source) = ModelSource::parse(address) else {
            return self.fail(tf(
                "{0} names no model. Write models:/NAME/VERSION, models:/NAME@ALIAS, runs:/RUN/PATH, or the address of a folder that has an MLmodel.",
                &[&address],
            ));
        };
        self.source.set(Some(source));
        self.client.set_value(client);
        self.reopen(false);
    }

    /// Opens the same again; `confirmed` once the user agreed to its size.
    pub(crate) fn reopen(self, confirmed: bool) {
        let Some(source) = self.source.get_untracked() else { return };
        let client = self.client.get_value();
        let choice = self.begin();
        self.source.set(Some(source.clone()));
        self.client.set_value(client.clone());
        self.stage.set(loading(t("Looking for the model")));
        let is_current = move || self.choice.try_get_value() == Some(choice);
        if let (ModelSource::Logged { id }, Some(client)) = (source.clone(), client.clone()) {
            // Without a name it is called by its id.
            spawn_local(async move {
                let found = client.get_logged_model(&id).await;
                if let Ok(model) = found
                    && is_current()
                    && !model.info.name.is_empty()
                {
                    self.called.set(Some(model.info.name));
                }
            });
        }
        spawn_local(async move {
            let opened = self.fetch(source, client, confirmed, choice).await;
            if !is_current() {
                return;
            }
            let unopened = match opened {
                Ok(loaded) => return self.show(loaded),
                Err(unopened) => unopened,
            };
            // An engine that is still on its way would go on telling how far it is.
            self.engine.set_value(None);
            self.stage.set(match unopened {
                Unopened::Large(size) => TrialStage::Large(size),
                Unopened::SignIn => TrialStage::SignIn,
                Unopened::Away(words) | Unopened::Failed(words) => TrialStage::Failed(words),
            });
        });
    }

    /// Stops what is loading.
    pub(crate) fn cancel(self) {
        let source = self.source.get_untracked();
        self.begin();
        self.source.set(source);
        self.fail(t("Cancelled.").to_owned());
    }

    /// Ends the run that is under way. A worker can't be told to stop while its
    /// model runs: it goes, and the model is loaded into another.
    pub(crate) fn stop(self) {
        if !self.waiting.get_value() {
            return;
        }
        if let Some(other) = untrack(|| self.against()) {
            other.stop();
        }
        if let Some(abort) = self.abort.get_value() {
            return abort.abort();
        }
        self.resumed.set_value(Some(self.body.get_untracked()));
        match self.picked.get_value() {
            files if !files.is_empty() => self.load_folder(files),
            _ => self.reopen(true),
        }
    }

    /// Forgets the model.
    pub(crate) fn close(self) {
        self.begin();
        self.stage.set(TrialStage::Choosing);
    }

    /// Whether what failed can be tried again.
    pub(crate) fn can_retry(self) -> bool {
        self.source.with(Option::is_some)
    }

    /// What was opened.
    pub(crate) fn source(self) -> Option<ModelSource> {
        self.source.get()
    }

    /// Serves the opened model at this site's address, or no longer.
    pub(crate) fn serve(self, on: bool) {
        let kept = self.stage.with_untracked(|stage| match stage {
            TrialStage::InPage(loaded) => loaded.kept.clone(),
            _ => None,
        });
        let (Some(kept), Some(source)) = (kept, self.source.get_untracked()) else { return };
        let choice = self.choice.get_value();
        spawn_local(async move {
            let (name, version) = source.served_as();
            let done = if on {
                kept_models::serve(&kept.id, &name, &version).await
            } else {
                kept_models::withdraw(&kept.id).await
            };
            let serving = on.then_some((name, version));
            if self.choice.try_get_value() != Some(choice) {
                return;
            }
            self.complaint.set(done.clone().err());
            if done.is_ok() {
                self.stage.update(|stage| {
                    if let TrialStage::InPage(loaded) = stage
                        && let Some(kept) = &mut loaded.kept
                    {
                        kept.serving = serving;
                    }
                });
            }
        });
    }

    fn show(self, loaded: Loaded) {
        let resumed = self.resumed.try_update_value(Option::take).flatten();
        let body = resumed.unwrap_or_else(|| match &loaded.example {
            Some(example) => request_of(example),
            None => pretty(&loaded.model.example_body()),
        });
        self.body.set(body);
        self.stage.set(TrialStage::InPage(Box::new(loaded)));
    }

    /// Says why there is no model.
    pub(crate) fn fail(self, words: String) {
        self.resumed.set_value(None);
        self.engine.set_value(None);
        self.stage.set(TrialStage::Failed(words));
    }

    /// Sends the request.
    pub(crate) fn run(self) {
        if self.waiting.get_value() || !untrack(|| self.is_ready()) {
            return;
        }
        let body = self.body.get_untracked();
        if body.len() <= LONGEST_CHECKED
            && let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(body.as_bytes())
        {
            return self.complaint.set(Some(format!("The body is not JSON: {error}.")));
        }
        // It is on its way before the page changes: the worker runs the model
        // while this thread draws.
        let started = stopwatch();
        let begun = self.engine.get_value().map(|engine| engine.begin(&body));
        if let Some(other) = untrack(|| self.against()) {
            other.write(body.clone());
            other.run();
        }
        if self.complaint.with_untracked(Option::is_some) {
            self.complaint.set(None);
        }
        self.waiting.set_value(true);
        let choice = self.choice.get_value();
        let is_current = move || self.choice.try_get_value() == Some(choice);
        set_timeout(
            move || {
                if is_current() && self.waiting.get_value() {
                    self.conclude(Outcome::Running);
                }
            },
            PATIENCE,
        );
        spawn_local(async move {
            let edge = self.stage.with_untracked(|stage| match stage {
                TrialStage::AtEdge(model) => Some(model.url.clone()),
                _ => None,
            });
            let answer = match (begun, edge) {
                (_, Some(url)) => {
                    let abort = AbortController::new().ok();
                    self.abort.set_value(abort.clone());
                    let answer = post(&url, body, abort.map(|abort| abort.signal())).await;
                    self.abort.set_value(None);
                    answer
                }
                (Some(Ok(invocation)), _) => invocation.answer().await,
                (Some(Err(words)), _) => Err(words),
                (None, _) => Err("The model is no longer loaded: choose it again.".to_owned()),
            };
            let took = stopwatch() - started;
            if !is_current() {
                return;
            }
            self.waiting.set_value(false);
            self.conclude(match answer {
                Ok(Answer { status, body, took: model }) => {
                    // The answer is on the screen before the histogram is drawn anew.
                    request_animation_frame(move || {
                        set_timeout(
                            move || {
                                if is_current() {
                                    self.latencies.update(|all| all.add(took));
                                }
                            },
                            Duration::ZERO,
                        );
                    });
                    Outcome::Answered { status, body: body.into(), took, model }
                }
                Err(words) => Outcome::Failed(words),
            });
        });
    }

    /// Forgets the model before; answers the number of this choice.
    fn begin(self) -> u32 {
        self.outcome.set(None);
        self.complaint.set(None);
        self.source.set(None);
        self.called.set(None);
        self.waiting.set_value(false);
        self.picked.set_value(Vec::new());
        if let Some(abort) = self.abort.get_value() {
            abort.abort();
        }
        self.abort.set_value(None);
        self.latencies.set(Latencies::default());
        self.batches.clear();
        if let Some(engine) = self.engine.get_value() {
            engine.stop();
        }
        self.engine.set_value(None);
        self.choice.update_value(|choice| *choice += 1);
        self.choice.get_value()
    }

    async fn fetch(
        self,
        source: ModelSource,
        client: Option<Mlflow>,
        confirmed: bool,
        choice: u32,
    ) -> Result<Loaded, Unopened> {
        let engine = self.start_engine(choice).map_err(Unopened::Failed)?;
        let is_servers = !matches!(source, ModelSource::Folder { .. });
        let server = match &client {
            _ if !is_servers => Some(String::new()),
            Some(client) => Some(absolute_here(client.base_url().as_str())),
            None => None,
        };
        let asked = Asked { server, uri: source.uri() };
        let place = match whereabouts(source, client).await {
            Ok(place) => place,
            // What was kept of it is what there is.
            Err(Unopened::Away(words)) => {
                let kept = engine.reopen(&asked).await.map_err(Unopened::Failed)?;
                return kept.ok_or(Unopened::Away(words));
            }
            Err(unopened) => return Err(unopened),
        };
        match engine.open(&place, &asked, confirmed).await {
            // To another host than the server's no credentials are sent.
            Err(Unopened::SignIn) if !is_servers => Err(Unopened::Failed(
                t("The host of this folder asks who is asking, and this page signs in to MLflow servers alone.").to_owned(),
            )),
            opened => opened,
        }
    }

    async fn load(
        self,
        files: Vec<Found>,
        listing: Vec<(String, u64)>,
        choice: u32,
    ) -> Result<Loaded, String> {
        let mut parts = Vec::new();
        for part in choose(&listing)? {
            if let Some(found) = files.get(part.index) {
                parts.push((part.path, folder::read(found).await?));
            }
        }
        let engine = self.start_engine(choice)?;
        if self.choice.try_get_value() == Some(choice) {
            self.stage.set(loading(t("Starting the engine")));
        }
        engine.load(parts).await
    }

    fn start_engine(self, choice: u32) -> Result<Rc<Engine>, String> {
        let engine = Rc::new(Engine::start(move |progress| {
            if self.choice.try_get_value() == Some(choice) {
                self.stage.set(TrialStage::Loading(progress));
            }
        })?);
        if self.choice.try_get_value() == Some(choice) {
            self.engine.set_value(Some(engine.clone()));
        }
        Ok(engine)
    }
}

fn loading(what: &str) -> TrialStage {
    TrialStage::Loading(Progress { what: what.to_owned(), done: 0.0, total: 0.0 })
}

async fn post(url: &str, body: String, signal: Option<AbortSignal>) -> Result<Answer, String> {
    let unreachable = |_| {
        if signal.as_ref().is_some_and(AbortSignal::aborted) {
            return t("Cancelled.").to_owned();
        }
        format!(
            "{url} did not answer, or the browser withheld its answer. \
             Check that the model is served, and that it allows this page's origin."
        )
    };
    let request = Request::post(url)
        .header("Content-Type", "application/json")
        .abort_signal(signal.as_ref())
        .body(body)
        .map_err(|error| error.to_string())?;
    let answer = request.send().await.map_err(unreachable)?;
    let status = answer.status();
    let body = answer.text().await.map_err(unreachable)?;
    Ok(Answer { status, body, took: None })
}
