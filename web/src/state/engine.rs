//! The model engine: a module Web Worker that runs one model away from the page.
//!
//! Messages are plain objects with the `id` of their request. A request is
//! `{id, op: "load", files: [{path, bytes}]}` or
//! `{id, op: "invoke", path, contentType, body}`; its answer has `ok`, and
//! `{id, op: "progress", done, total, what}` may come in between. All of them
//! are listed in `worker/browser/model-worker.js`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, ArrayBuffer, Function, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::set_timeout;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::language::t;
use super::signature::Summary;

/// How far a load has come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Progress {
    /// What is being done, such as `Downloading the engine`.
    pub(crate) what: String,
    /// Bytes done.
    pub(crate) done: f64,
    /// Bytes in all; 0 while unknown.
    pub(crate) total: f64,
}

/// A loaded model, as the engine describes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Loaded {
    /// What it says of itself.
    pub(crate) model: Summary,
    /// The model's own example of a request body.
    pub(crate) example: Option<String>,
    /// The `README.md` beside it.
    pub(crate) readme: Option<String>,
    /// What this browser keeps of it; nothing for a picked folder.
    pub(crate) kept: Option<Kept>,
}

/// What this browser keeps of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Its id among those that are kept.
    pub(crate) id: String,
    /// Nothing but `MLmodel` had to be downloaded.
    pub(crate) cached: bool,
    /// There was no room for all of it.
    pub(crate) full: bool,
    /// Something that was kept was no longer what it had been.
    pub(crate) damaged: bool,
    /// Its server was not asked: it does not answer.
    pub(crate) away: bool,
    /// The name and the version under which the Service Worker answers for it.
    pub(crate) serving: Option<(String, String)>,
}

/// Where a model's files are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ModelFolder {
    /// What a file's address begins with.
    pub(crate) address: String,
    /// The folder that goes before a file's path.
    pub(crate) folder: String,
    /// Whether the path follows as a path, and not as one query value.
    pub(crate) plain: bool,
    /// Sent with each request.
    pub(crate) headers: Vec<(String, String)>,
}

/// What a model is opened as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The address of the MLflow server that knows it; empty for a folder on the
    /// web, `None` where no server is chosen.
    pub(crate) server: Option<String>,
    /// Its own address, such as `models:/iris/3`.
    pub(crate) uri: String,
}

/// Why a model was not opened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Unopened {
    /// Its server can't be asked: why.
    Away(String),
    /// It is so many bytes that the user should be asked first.
    Large(u64),
    /// Its server wants to know who asks, or knows nobody by these credentials.
    SignIn,
    /// It cannot be: why.
    Failed(String),
}

/// What `/invocations` answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body, as text.
    pub(crate) body: String,
    /// How long the model itself took, in milliseconds, where that is known.
    pub(crate) took: Option<f64>,
}

/// A running engine. Dropping it ends its worker.
pub(crate) struct Engine {
    worker: Worker,
    pending: Pending,
    next_id: RefCell<u32>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

/// The resolvers of the requests that are under way.
type Pending = Rc<RefCell<HashMap<u32, Function>>>;

const LOST: &str = "The engine did not start. Its files may be missing beside the page.";

impl Engine {
    /// Starts the worker; `on_progress` hears how loading goes.
    ///
    /// # Errors
    /// When the browser has no module workers.
    pub(crate) fn start(on_progress: impl Fn(Progress) + 'static) -> Result<Engine, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options("./model-worker.js", &options)
            .map_err(|_| "This browser cannot run module workers.".to_owned())?;
        let pending = Pending::default();
        let on_message = {
            let pending = pending.clone();
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                let data = event.data();
                if text(&data, "op").as_deref() == Some("progress") {
                    on_progress(Progress {
                        what: match text(&data, "what").as_deref() {
                            Some("engine") => t("Loading the engine").to_owned(),
                            _ => t("Downloading the model").to_owned(),
                        },
                        done: number(&data, "done"),
                        total: number(&data, "total"),
                    });
                } else if let Some(resolve) =
                    pending.borrow_mut().remove(&(number(&data, "id") as u32))
                {
                    resolve.call1(&JsValue::NULL, &data).ok();
                }
            })
        };
        // A script that cannot be loaded, or a trap in it: nothing that is under
        // way will be answered.
        let on_error = {
            let pending = pending.clone();
            Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
                let message = event.message();
                let words = if message.is_empty() { LOST.to_owned() } else { message };
                let answer = object(&[("ok", false.into()), ("error", words.into())]);
                for (_, resolve) in pending.borrow_mut().drain() {
                    resolve.call1(&JsValue::NULL, &answer).ok();
                }
            })
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Engine {
            worker,
            pending,
            next_id: RefCell::new(1),
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    /// Loads a model from its files (path and bytes).
    ///
    /// # Errors
    /// What the engine says is wrong with the model.
    pub(crate) async fn load(&self, files: Vec<(String, ArrayBuffer)>) -> Result<Loaded, String> {
        let list = Array::new();
        let transfer = Array::new();
        for (path, bytes) in files {
            transfer.push(&bytes);
            list.push(&object(&[("path", path.into()), ("bytes", bytes.into())]));
        }
        let message = object(&[("op", "load".into()), ("files", list.into())]);
        described(&self.ask(&message, &transfer).await?)
    }

    /// Loads a model from where it lies, or from this browser's cache. A large
    /// one has to be `confirmed`.
    ///
    /// # Errors
    /// What went wrong on the way, or what the engine says is wrong with it.
    pub(crate) async fn open(
        &self,
        place: &ModelFolder,
        asked: &Asked,
        confirmed: bool,
    ) -> Result<Loaded, Unopened> {
        let headers = Object::new();
        for (name, value) in &place.headers {
            Reflect::set(&headers, &name.into(), &value.into()).ok();
        }
        let place = object(&[
            ("address", (&place.address).into()),
            ("folder", (&place.folder).into()),
            ("plain", place.plain.into()),
            ("headers", headers.into()),
        ]);
        let message = object(&[
            ("op", "open".into()),
            ("place", place.into()),
            ("server", asked.server.as_deref().unwrap_or_default().into()),
            ("uri", (&asked.uri).into()),
            ("confirmed", confirmed.into()),
        ]);
        let answer = self.send(&message, &Array::new()).await.map_err(Unopened::Failed)?;
        match number(&answer, "large") {
            large if large > 0.0 => Err(Unopened::Large(large as u64)),
            _ if number(&answer, "status") as u16 == 401 => Err(Unopened::SignIn),
            _ => checked(answer).and_then(|answer| described(&answer)).map_err(Unopened::Failed),
        }
    }

    /// Loads a model that was opened before, as this browser keeps it; nothing if
    /// it does not.
    ///
    /// # Errors
    /// When not all of it is there, or what the engine says is wrong with it.
    pub(crate) async fn reopen(&self, asked: &Asked) -> Result<Option<Loaded>, String> {
        let message = object(&[
            ("op", "reopen".into()),
            ("server", asked.server.as_deref().map_or(JsValue::UNDEFINED, JsValue::from_str)),
            ("uri", (&asked.uri).into()),
        ]);
        let answer = self.ask(&message, &Array::new()).await?;
        let is_kept = Reflect::get(&answer, &"model".into()).is_ok_and(|model| model.is_truthy());
        if !is_kept {
            return Ok(None);
        }
        let mut loaded = described(&answer)?;
        if let Some(kept) = &mut loaded.kept {
            kept.away = true;
        }
        Ok(Some(loaded))
    }

    /// Ends the worker; whoever waits for it hears so.
    pub(crate) fn stop(&self) {
        self.worker.terminate();
        let answer = object(&[("ok", false.into()), ("error", t("Cancelled.").into())]);
        for (_, resolve) in self.pending.borrow_mut().drain() {
            resolve.call1(&JsValue::NULL, &answer).ok();
        }
    }

    /// Posts a JSON body to the model's `/invocations`. It is on its way when
    /// this returns, whenever its answer is waited for.
    ///
    /// # Errors
    /// When it could not be handed over.
    pub(crate) fn begin(&self, body: &str) -> Result<Invocation, String> {
        let bytes = Uint8Array::from(body.as_bytes()).buffer();
        let transfer = Array::of1(&bytes);
        let message = object(&[
            ("op", "invoke".into()),
            ("path", "/invocations".into()),
            ("contentType", "application/json".into()),
            ("body", bytes.into()),
        ]);
        self.post(&message, &transfer).map(Invocation)
    }

    /// Asks, and takes a failure for one.
    async fn ask(&self, message: &Object, transfer: &Array) -> Result<JsValue, String> {
        checked(self.send(message, transfer).await?)
    }

    async fn send(&self, message: &Object, transfer: &Array) -> Result<JsValue, String> {
        self.post(message, transfer)?.await.map_err(|_| LOST.to_owned())
    }

    /// Hands a message over; what it gives is its answer to come.
    fn post(&self, message: &Object, transfer: &Array) -> Result<JsFuture, String> {
        let id = self.next_id.replace_with(|id| *id + 1);
        Reflect::set(message, &"id".into(), &id.into()).ok();
        let promise = Promise::new(&mut |resolve, _| {
            self.pending.borrow_mut().insert(id, resolve);
        });
        self.worker
            .post_message_with_transfer(message, transfer)
            .map_err(|_| "The model could not be handed to the engine.".to_owned())?;
        Ok(JsFuture::from(promise))
    }
}

/// A request that is on its way.
pub(crate) struct Invocation(JsFuture);

impl Invocation {
    /// Its answer.
    ///
    /// # Errors
    /// When the engine itself failed; a refused body is an [`Answer`].
    pub(crate) async fn answer(self) -> Result<Answer, String> {
        let answer = checked(self.0.await.map_err(|_| LOST.to_owned())?)?;
        let body = Reflect::get(&answer, &"body".into()).unwrap_or_default();
        Ok(Answer {
            status: number(&answer, "status") as u16,
            body: taken_over(&Uint8Array::new(&body)).await,
            took: Some(number(&answer, "took")),
        })
    }
}

/// How much of an answer is taken over at once, in bytes: all of a long one would
/// keep the page from drawing.
const PIECE: u32 = 1 << 20;

/// The text of an answer.
async fn taken_over(body: &Uint8Array) -> String {
    let length = body.length();
    let mut text = String::with_capacity(length as usize);
    // The beginning of a letter whose rest is in the next piece.
    let mut cut = Vec::new();
    for start in (0..length).step_by(PIECE as usize) {
        if start > 0 {
            rest().await;
        }
        let end = start.saturating_add(PIECE).min(length);
        cut.extend(body.subarray(start, end).to_vec());
        let whole = if end < length { whole_letters(&cut) } else { cut.len() };
        let next = cut.split_off(whole);
        text.push_str(&String::from_utf8_lossy(&cut));
        cut = next;
    }
    if length > PIECE {
        rest().await;
    }
    text
}

/// How many bytes there are before a letter of UTF-8 that is cut off at the end.
fn whole_letters(bytes: &[u8]) -> usize {
    // A letter has at most four bytes, and its first says how many.
    let first = bytes.iter().rev().take(4).position(|byte| byte & 0xC0 != 0x80);
    let Some(after) = first else { return bytes.len() };
    let start = bytes.len() - 1 - after;
    let needs = match bytes.get(start) {
        Some(0xF0..) => 4,
        Some(0xE0..) => 3,
        Some(0xC0..) => 2,
        _ => 1,
    };
    if needs > after + 1 { start } else { bytes.len() }
}

/// Lets the page draw, and hear its user.
async fn rest() {
    let next = Promise::new(&mut |resolve, _| {
        set_timeout(move || drop(resolve.call0(&JsValue::NULL)), Duration::ZERO);
    });
    JsFuture::from(next).await.ok();
}

fn checked(answer: JsValue) -> Result<JsValue, String> {
    if flag(&answer, "ok") {
        Ok(answer)
    } else {
        Err(text(&answer, "error").unwrap_or_else(|| LOST.to_owned()))
    }
}

/// What the engine says of a loaded model.
fn described(answer: &JsValue) -> Result<Loaded, String> {
    let model = Reflect::get(answer, &"model".into()).unwrap_or_default();
    let model = js_sys::JSON::stringify(&model).map(String::from).unwrap_or_default();
    let model = serde_json::from_slice(model.as_bytes()).map_err(|error| {
        format!("The engine describes the model in a way unknown here: {error}.")
    })?;
    let kept = Reflect::get(answer, &"kept".into()).ok().filter(JsValue::is_object);
    Ok(Loaded {
        model,
        example: text(answer, "example"),
        readme: text(answer, "readme"),
        kept: kept.map(|kept| Kept {
            id: text(&kept, "id").unwrap_or_default(),
            cached: flag(&kept, "cached"),
            full: flag(&kept, "full"),
            damaged: flag(&kept, "damaged"),
            away: false,
            serving: Reflect::get(&kept, &"serving".into())
                .ok()
                .and_then(|as_what| Some((text(&as_what, "name")?, text(&as_what, "version")?))),
        }),
    })
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in fields {
        Reflect::set(&object, &(*key).into(), value).ok();
    }
    object
}

fn text(value: &JsValue, key: &str) -> Option<String> {
    Reflect::get(value, &key.into()).ok()?.as_string()
}

fn number(value: &JsValue, key: &str) -> f64 {
    Reflect::get(value, &key.into()).ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
}

fn flag(value: &JsValue, key: &str) -> bool {
    Reflect::get(value, &key.into()).is_ok_and(|value| value.is_truthy())
}

#[cfg(test)]
mod tests {
    use super::whole_letters;

    #[test]
    fn a_letter_that_is_cut_off_waits_for_its_rest() {
        for letter in ["a", "ü", "€", "🦀"] {
            let text = format!("ab{letter}");
            let bytes = text.as_bytes();
            assert_eq!(whole_letters(bytes), bytes.len(), "{letter}");
            for end in 3..bytes.len() {
                assert_eq!(whole_letters(&bytes[..end]), 2, "{letter} to {end}");
            }
        }
        // No text at all: nothing is held back for ever.
        assert_eq!(whole_letters(&[0x80; 9]), 9);
        assert_eq!(whole_letters(&[]), 0);
    }
}
