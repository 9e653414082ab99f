//! When requests to a workspace are answered.

use std::cell::{Cell, RefCell};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use worker::Result;

/// Lets requests that come at once be one commit: the store commits what was
/// written since JavaScript was last left, and waits for the disk each time.
#[derive(Default)]
pub(crate) struct Turn {
    /// How many requests are here.
    here: Cell<usize>,
    /// When those that wait go on, together.
    next: RefCell<Option<Promise>>,
}

impl Turn {
    /// Counts a request for as long as what it gives is kept.
    pub(crate) fn enter(&self) -> Here<'_> {
        self.here.set(self.here.get() + 1);
        Here(self)
    }

    /// Waits for what else is already on its way, unless this request is alone.
    pub(crate) async fn wait(&self) -> Result<()> {
        if self.here.get() < 2 {
            return Ok(());
        }
        let next = self.next.borrow_mut().get_or_insert_with(|| wait(0.0)).clone();
        let waited = JsFuture::from(next).await;
        self.next.take();
        waited.map(drop).map_err(Into::into)
    }
}

/// A request that is counted.
pub(crate) struct Here<'t>(&'t Turn);

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.0.here.set(self.0.here.get().saturating_sub(1));
    }
}

#[wasm_bindgen]
extern "C" {
    /// Waits so many milliseconds; where these are none, for what is ready.
    #[wasm_bindgen(js_namespace = scheduler)]
    fn wait(milliseconds: f64) -> Promise;
}
