//! A model being tried: which one, the request, and its answer.

use std::rc::Rc;

use gloo_net::http::Request;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::clock::stopwatch;
use super::config::EdgeModel;
use super::engine::{Answer, Engine, Loaded, Progress};
use super::folder::{self, Found};
use super::json::{pretty, pretty_text};
use super::model_files::choose;

/// Where a trial stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TrialStage {
    /// No model yet.
    Choosing,
    /// A picked one is being read and loaded.
    Loading(Progress),
    /// It cannot be loaded: why, and what to do.
    Failed(String),
    /// It runs in this page.
    InPage(Loaded),
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
        body: String,
        /// How long it took, in milliseconds.
        took: f64,
    },
}

/// A model being tried. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Trial {
    stage: RwSignal<TrialStage>,
    body: RwSignal<String>,
    outcome: RwSignal<Option<Outcome>>,
    complaint: RwSignal<Option<String>>,
    engine: StoredValue<Option<Rc<Engine>>, LocalStorage>,
    /// Counts the choices: what an earlier one still brings is dropped.
    choice: StoredValue<u32>,
}

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

    /// What came of the last request.
    pub(crate) fn outcome(self) -> Option<Outcome> {
        self.outcome.get()
    }

    /// What is wrong with the request body.
    pub(crate) fn complaint(self) -> Option<String> {
        self.complaint.get()
    }

    /// Whether there is a model to run.
    pub(crate) fn is_ready(self) -> bool {
        self.stage.with(|stage| matches!(stage, TrialStage::InPage(_) | TrialStage::AtEdge(_)))
    }

    /// Uses a model that answers over HTTP.
    pub(crate) fn use_edge(self, model: EdgeModel) {
        self.begin();
        self.engine.set_value(None);
        let example =
            model.example.as_ref().map_or_else(|| "{\n  \"inputs\": []\n}".to_owned(), pretty);
        self.body.set(example);
        self.stage.set(TrialStage::AtEdge(model));
    }

    /// Loads a model from the files of a folder.
    pub(crate) fn load_folder(self, files: Vec<Found>) {
        let choice = self.begin();
        self.stage.set(loading("Reading the folder"));
        spawn_local(async move {
            let loaded = self.load(files, choice).await;
            if self.choice.try_get_value() != Some(choice) {
                return;
            }
            match loaded {
                Ok(loaded) => {
                    let body = match &loaded.example {
                        Some(example) => pretty_text(example),
                        None => pretty(&loaded.model.example_body()),
                    };
                    self.body.set(body);
                    self.stage.set(TrialStage::InPage(loaded));
                }
                Err(words) => self.fail(words),
            }
        });
    }

    /// Says why there is no model.
    pub(crate) fn fail(self, words: String) {
        self.engine.set_value(None);
        self.stage.set(TrialStage::Failed(words));
    }

    /// Sends the request.
    pub(crate) fn run(self) {
        let running = matches!(self.outcome.get_untracked(), Some(Outcome::Running));
        if running || !untrack(|| self.is_ready()) {
            return;
        }
        let body = self.body.get_untracked();
        if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(body.as_bytes()) {
            return self.complaint.set(Some(format!("The body is not JSON: {error}.")));
        }
        self.complaint.set(None);
        self.outcome.set(Some(Outcome::Running));
        let choice = self.choice.get_value();
        spawn_local(async move {
            let started = stopwatch();
            let answer = match self.stage.get_untracked() {
                TrialStage::AtEdge(model) => post(&model.url, body).await,
                _ => match self.engine.get_value() {
                    Some(engine) => engine.invoke(&body).await,
                    None => Err("The model is no longer loaded: choose it again.".to_owned()),
                },
            };
            let took = stopwatch() - started;
            if self.choice.try_get_value() != Some(choice) {
                return;
            }
            self.outcome.set(Some(match answer {
                Ok(Answer { status, body }) => Outcome::Answered { status, body, took },
                Err(words) => Outcome::Failed(words),
            }));
        });
    }

    /// Forgets the model before; answers the number of this choice.
    fn begin(self) -> u32 {
        self.outcome.set(None);
        self.complaint.set(None);
        self.choice.update_value(|choice| *choice += 1);
        self.choice.get_value()
    }

    async fn load(self, files: Vec<Found>, choice: u32) -> Result<Loaded, String> {
        let listing: Vec<(String, u64)> =
            files.iter().map(|found| (found.path.clone(), found.file.size() as u64)).collect();
        let mut parts = Vec::new();
        for part in choose(&listing)? {
            if let Some(found) = files.get(part.index) {
                parts.push((part.path, folder::read(found).await?));
            }
        }
        let engine = Rc::new(Engine::start(move |progress| {
            if self.choice.try_get_value() == Some(choice) {
                self.stage.set(TrialStage::Loading(progress));
            }
        })?);
        if self.choice.try_get_value() == Some(choice) {
            self.stage.set(loading("Starting the engine"));
            self.engine.set_value(Some(engine.clone()));
        }
        engine.load(parts).await
    }
}

fn loading(what: &str) -> TrialStage {
    TrialStage::Loading(Progress { what: what.to_owned(), done: 0.0, total: 0.0 })
}

async fn post(url: &str, body: String) -> Result<Answer, String> {
    let unreachable = |_| {
        format!(
            "{url} did not answer, or the browser withheld its answer. \
             Check that the model is served, and that it allows this page's origin."
        )
    };
    let request = Request::post(url)
        .header("Content-Type", "application/json")
        .body(body)
        .map_err(|error| error.to_string())?;
    let answer = request.send().await.map_err(unreachable)?;
    let status = answer.status();
    let body = answer.text().await.map_err(unreachable)?;
    Ok(Answer { status, body })
}

/// The request as a command line. `base` is the page's address, to which the
/// model's may be relative.
pub(crate) fn curl(base: &str, url: &str, body: &str) -> String {
    let url = absolute(base, url);
    let body = body.replace('\'', "'\\''");
    format!("curl {url} \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'")
}

/// Resolves the kinds of addresses that `millrace.json` may hold: absolute,
/// from the root, and relative to the page's folder.
fn absolute(base: &str, url: &str) -> String {
    if url.contains("://") {
        return url.to_owned();
    }
    let base = base.split(['?', '#']).next().unwrap_or_default();
    let after_scheme = base.find("://").map_or(0, |at| at + 3);
    let root = base.get(after_scheme..).and_then(|rest| rest.find('/')).map(|at| after_scheme + at);
    let origin = root.and_then(|root| base.get(..root)).unwrap_or(base);
    if url.starts_with('/') {
        return format!("{origin}{url}");
    }
    let folder = match root {
        Some(_) => base.rfind('/').and_then(|at| base.get(..at)).unwrap_or(base),
        None => base,
    };
    format!("{folder}/{}", url.trim_start_matches("./"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_made_absolute() {
        for (base, url, expected) in [
            ("http://h:1/", "./invocations", "http://h:1/invocations"),
            ("http://h:1", "invocations", "http://h:1/invocations"),
            ("https://h/sub/index.html?a=b/c#/try", "./m/x", "https://h/sub/m/x"),
            ("https://h/sub/page", "/invocations", "https://h/invocations"),
            ("https://h/", "https://e/invocations", "https://e/invocations"),
        ] {
            assert_eq!(absolute(base, url), expected);
        }
    }

    #[test]
    fn quotes_in_the_body_survive_the_shell() {
        let command = curl("http://h/", "./invocations", r#"{"inputs": ["it's"]}"#);
        assert!(command.ends_with(r#"-d '{"inputs": ["it'\''s"]}'"#), "{command}");
        assert!(command.starts_with("curl http://h/invocations \\\n"));
    }
}
