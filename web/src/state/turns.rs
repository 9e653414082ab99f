//! Work that is done a few at a time, in the order in which it was asked for.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;

type Work = Pin<Box<dyn Future<Output = ()>>>;

/// A queue of work. A copyable handle; what still waits when its owner goes is
/// forgotten.
#[derive(Clone, Copy)]
pub(crate) struct Turns {
    at_once: usize,
    busy: StoredValue<usize>,
    waiting: StoredValue<VecDeque<Work>, LocalStorage>,
}

impl Turns {
    /// Nothing to do yet; so much of it is done at the same time.
    pub(crate) fn new(at_once: usize) -> Turns {
        Turns {
            at_once,
            busy: StoredValue::new(0),
            waiting: StoredValue::new_local(VecDeque::new()),
        }
    }

    /// Does some work once it is its turn.
    pub(crate) fn queue(self, work: impl Future<Output = ()> + 'static) {
        self.waiting.update_value(|waiting| waiting.push_back(Box::pin(work)));
        if self.busy.get_value() >= self.at_once {
            return;
        }
        self.busy.update_value(|busy| *busy += 1);
        spawn_local(async move {
            while let Some(work) = self.waiting.try_update_value(VecDeque::pop_front).flatten() {
                work.await;
            }
            self.busy.try_update_value(|busy| *busy -= 1);
        });
    }
}
