//! What is on screen, and how large.

use std::cell::RefCell;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{
    Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit,
    ResizeObserver,
};

/// How far from the screen something counts as on it: what is scrolled to is
/// there before it is seen.
const MARGIN: &str = "160px 0px";

/// An observer, ended when the component that owns it goes.
struct Kept<O> {
    observer: O,
    // The browser calls it for as long as the observer is.
    _changed: JsValue,
}

/// Follows whether an element is on screen.
pub(crate) fn follow_visibility(element: Element, visible: RwSignal<bool>) {
    let changed = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        let last = entries.pop().unchecked_into::<IntersectionObserverEntry>();
        let now = last.is_intersecting();
        if visible.try_get_untracked().is_some_and(|before| before != now) {
            visible.set(now);
        }
    });
    let options = IntersectionObserverInit::new();
    options.set_root_margin(MARGIN);
    let changed = changed.into_js_value();
    let observer = IntersectionObserver::new_with_options(changed.unchecked_ref(), &options);
    if let Ok(observer) = observer {
        observer.observe(&element);
        keep(Kept { observer, _changed: changed }, |kept| kept.observer.disconnect());
    }
}

/// Follows the size of an element, in CSS pixels.
pub(super) fn follow_size(element: Element, size: RwSignal<(f64, f64)>) {
    let target = element.clone();
    let measure = move || {
        let now = (f64::from(element.client_width()), f64::from(element.client_height()));
        if size.try_get_untracked().is_some_and(|before| before != now) {
            size.set(now);
        }
    };
    // At once, too: else the first picture would come a frame late.
    measure();
    let changed = Closure::<dyn FnMut()>::new(measure).into_js_value();
    if let Ok(observer) = ResizeObserver::new(changed.unchecked_ref()) {
        observer.observe(&target);
        keep(Kept { observer, _changed: changed }, |kept| kept.observer.disconnect());
    }
}

/// Keeps an observer until the present owner goes.
fn keep<O: 'static>(kept: Kept<O>, end: fn(&Kept<O>)) {
    let kept = StoredValue::new_local(RefCell::new(Some(kept)));
    on_cleanup(move || {
        if let Some(kept) = kept.try_with_value(RefCell::take).flatten() {
            end(&kept);
        }
    });
}
