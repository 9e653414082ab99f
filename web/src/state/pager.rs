//! A list that arrives page by page.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::Error;

/// How a list's last request fares.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    /// The first page is on its way: what is shown is of an earlier question.
    Loading,
    /// A further page is on its way.
    LoadingMore,
    /// All is there that was asked for.
    Ready,
    /// The first page of a question failed; what is shown is of an earlier one.
    Failed(Error),
    /// A further page failed; those before it are there.
    FailedMore(Error),
}

/// What a list's page shows in its place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The list, or its skeleton.
    Table,
    /// That nothing is in it.
    Empty,
    /// Why it could not be loaded.
    Failed,
}

/// What pages are collected in.
pub(crate) trait Collect: Default + Send + Sync + 'static {
    /// What a page is made of.
    type Item;

    /// Takes in a page.
    fn take_in(&mut self, items: Vec<Self::Item>);

    /// Whether there is nothing in it.
    fn is_empty(&self) -> bool;
}

impl<T: Send + Sync + 'static> Collect for Vec<T> {
    type Item = T;

    fn take_in(&mut self, items: Vec<T>) {
        self.extend(items);
    }

    fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }
}

/// A page of rows, and how to ask for the next one.
#[derive(Debug)]
pub(crate) struct PageOf<T> {
    /// The rows, in the server's order.
    pub(crate) rows: Vec<T>,
    /// The token of the next page, unless this is the last.
    pub(crate) next: Option<String>,
}

/// A list that grows by pages. A copyable handle.
pub(crate) struct Pager<C: Collect> {
    rows: RwSignal<C>,
    phase: RwSignal<Phase>,
    next: RwSignal<Option<String>>,
    /// Counts the questions asked: answers to earlier ones are dropped.
    asked: StoredValue<u32>,
}

impl<C: Collect> Clone for Pager<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Collect> Copy for Pager<C> {}

impl<C: Collect> Pager<C> {
    /// An empty list that is waiting for its first page.
    pub(crate) fn new() -> Pager<C> {
        Pager {
            rows: RwSignal::new(C::default()),
            phase: RwSignal::new(Phase::Loading),
            next: RwSignal::new(None),
            asked: StoredValue::new(0),
        }
    }

    /// What is there.
    pub(crate) fn rows(self) -> ReadSignal<C> {
        self.rows.read_only()
    }

    /// How the last request fares.
    pub(crate) fn phase(self) -> ReadSignal<Phase> {
        self.phase.read_only()
    }

    /// The token of the next page, if there is one.
    pub(crate) fn next_token(self) -> Option<String> {
        self.next.get_untracked()
    }

    /// Whether nothing is there.
    pub(crate) fn is_empty(self) -> bool {
        self.rows.with(C::is_empty)
    }

    /// Asks for the first page of a new question; its rows replace the others
    /// when they arrive.
    pub(crate) fn load(self, page: impl Future<Output = Result<PageOf<C::Item>, Error>> + 'static) {
        self.request(Phase::Loading, page);
    }

    /// Asks for a further page of the same question.
    pub(crate) fn load_more(
        self,
        page: impl Future<Output = Result<PageOf<C::Item>, Error>> + 'static,
    ) {
        self.request(Phase::LoadingMore, page);
    }

    fn request(
        self,
        phase: Phase,
        page: impl Future<Output = Result<PageOf<C::Item>, Error>> + 'static,
    ) {
        let more = matches!(phase, Phase::LoadingMore);
        self.phase.set(phase);
        self.asked.update_value(|asked| *asked += 1);
        let asked = self.asked.get_value();
        spawn_local(async move {
            let answer = page.await;
            // The page may be gone, or have asked something else.
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
            match answer {
                Ok(page) => {
                    self.next.set(page.next);
                    self.rows.update(|rows| {
                        if !more {
                            *rows = C::default();
                        }
                        rows.take_in(page.rows);
                    });
                    self.phase.set(Phase::Ready);
                }
                Err(error) if more => self.phase.set(Phase::FailedMore(error)),
                Err(error) => self.phase.set(Phase::Failed(error)),
            }
        });
    }
}
