//! Waits for typing to rest.

use std::time::Duration;

use leptos::prelude::*;

/// Waits until nothing new came for `pause`, then passes the last value on; what
/// still waits when the page goes is forgotten.
pub(crate) fn debounced<T: Clone + Send + Sync + 'static>(
    pause: Duration,
    then: impl Fn(T) + Send + Sync + Copy + 'static,
) -> impl Fn(T) + Send + Sync + Copy + 'static {
    let waiting: StoredValue<Option<TimeoutHandle>> = StoredValue::new(None);
    let forget = move || {
        if let Some(handle) = waiting.try_get_value().flatten() {
            handle.clear();
        }
    };
    on_cleanup(forget);
    move |value: T| {
        forget();
        let handle = set_timeout_with_handle(move || then(value), pause);
        waiting.set_value(handle.ok());
    }
}
