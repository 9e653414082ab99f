//! Changes on their way to the server.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::Endpoint;
use mlflow_client::Error;

use super::session::Mlflow;

/// A change on its way: what edits something shows that it waits, and keeps what
/// was typed when it failed.
pub(crate) type Saving = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

/// A call that changes something; `then` is called when it went well.
pub(crate) fn calling<E: Endpoint + 'static>(
    client: &Mlflow,
    request: E,
    then: impl FnOnce() + 'static,
) -> Saving {
    let client = client.clone();
    Box::pin(async move {
        client.call(&request).await?;
        then();
        Ok(())
    })
}

/// An attempt to save what a form holds: whether it is on its way, and why the
/// last one failed. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    waiting: RwSignal<bool>,
    failed: RwSignal<Option<Error>>,
}

impl Attempt {
    /// Nothing was attempted yet.
    pub(crate) fn new() -> Attempt {
        Attempt { waiting: RwSignal::new(false), failed: RwSignal::new(None) }
    }

    /// Waits for `saving`; `done` is called when it went well, and may take the
    /// form away.
    pub(crate) fn begin(self, saving: Saving, done: impl FnOnce() + 'static) {
        self.waiting.set(true);
        self.failed.set(None);
        spawn_local(async move {
            match saving.await {
                Ok(()) => done(),
                Err(error) => {
                    self.waiting.try_set(false);
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    /// Whether it is on its way.
    pub(crate) fn is_waiting(self) -> bool {
        self.waiting.get()
    }

    /// Why it failed.
    pub(crate) fn failure(self) -> Option<Error> {
        self.failed.get()
    }
}
