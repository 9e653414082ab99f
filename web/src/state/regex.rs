//! Regular expressions: the browser's own, which cost the page nothing.

use run_frame::Pattern;

/// A regular expression, or nothing for one that is wrong. Case counts.
#[cfg(target_arch = "wasm32")]
pub(crate) fn pattern(text: &str) -> Option<Pattern> {
    use wasm_bindgen::JsCast;

    // The constructor throws for a wrong one, which `RegExp::new` would not catch.
    let arguments = js_sys::Array::of2(&text.into(), &"u".into());
    let constructor = js_sys::Reflect::get(&js_sys::global(), &"RegExp".into()).ok()?;
    let made =
        js_sys::Reflect::construct(constructor.unchecked_ref::<js_sys::Function>(), &arguments)
            .ok()?;
    let expression: js_sys::RegExp = made.dyn_into().ok()?;
    Some(Box::new(move |text| expression.test(text)))
}

/// There is none where there is no browser.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn pattern(_: &str) -> Option<Pattern> {
    None
}
