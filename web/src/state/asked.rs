//! Something that a page asks the server for, as far as it has come.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::Error;

use crate::components::failure::Failure;

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;
type Ask<T> = Arc<dyn Fn() -> Answer<T> + Send + Sync>;

/// How far an answer has come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stand {
    Waiting,
    There,
    Failed(Error),
}

/// An answer that is kept, and read again on request. A copyable handle.
pub(crate) struct Asked<T: Send + Sync + 'static> {
    value: RwSignal<Option<T>>,
    stand: RwSignal<Stand>,
    ask: StoredValue<Ask<T>>,
}

impl<T: Send + Sync + 'static> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Asked<T> {}

impl<T: Send + Sync + 'static> Asked<T> {
    /// Asks at once.
    pub(crate) fn new(ask: impl Fn() -> Answer<T> + Send + Sync + 'static) -> Asked<T> {
        let asked = Asked {
            value: RwSignal::new(None),
            stand: RwSignal::new(Stand::Waiting),
            ask: StoredValue::new(Arc::new(ask)),
        };
        asked.reload();
        asked
    }

    /// Asks again; what is there stays until the answer comes, or if it fails.
    pub(crate) fn reload(self) {
        let Some(ask) = self.ask.try_get_value() else { return };
        spawn_local(async move {
            match ask().await {
                Ok(value) => {
                    self.value.try_set(Some(value));
                    self.stand.try_set(Stand::There);
                }
                Err(error) if self.stand.try_get_untracked() != Some(Stand::There) => {
                    self.stand.try_set(Stand::Failed(error));
                }
                Err(_) => {}
            }
        });
    }

    /// What is there.
    pub(crate) fn value(self) -> ReadSignal<Option<T>> {
        self.value.read_only()
    }

    /// Something of what is there; its default before.
    pub(crate) fn pick<U: Default + 'static>(self, pick: impl FnOnce(&T) -> U) -> U {
        self.value.with(|value| value.as_ref().map(pick)).unwrap_or_default()
    }

    /// Whether there is an answer, or why there is none.
    pub(crate) fn is_settled(self) -> bool {
        self.stand.with(|stand| *stand != Stand::Waiting)
    }

    /// `body` once the answer is there, `waiting` before, and why it failed.
    pub(crate) fn show(
        self,
        waiting: fn() -> AnyView,
        body: impl Fn() -> AnyView + Send + Sync + 'static,
    ) -> AnyView {
        let stand = Memo::new(move |_| self.stand.get());
        let retry = Callback::new(move |()| {
            self.stand.set(Stand::Waiting);
            self.reload();
        });
        let view = move || match stand.get() {
            Stand::Waiting => waiting(),
            Stand::There => body(),
            Stand::Failed(error) => view! { <Failure error retry/> }.into_any(),
        };
        view.into_any()
    }
}
