//! How the browser's locale writes counts and moments. Values of metrics keep
//! Python's point instead: they are copied into filters and code.

#[cfg(target_arch = "wasm32")]
mod intl {
    use std::cell::OnceCell;

    use js_sys::{Array, Date, Function, Intl, Object, Reflect};
    use wasm_bindgen::JsValue;

    thread_local! {
        static COUNT: OnceCell<Function> = const { OnceCell::new() };
        static MOMENT: OnceCell<Function> = const { OnceCell::new() };
    }

    /// A whole number with its groups apart.
    pub(crate) fn count(value: usize) -> Option<String> {
        let make = || Intl::NumberFormat::new(&Array::new(), &Object::new()).format();
        COUNT.with(|format| said(format.get_or_init(make), &JsValue::from_f64(value as f64)))
    }

    /// A moment, in milliseconds since 1970, to the second.
    pub(crate) fn moment(milliseconds: f64) -> Option<String> {
        let date = Date::new(&JsValue::from_f64(milliseconds));
        MOMENT.with(|format| said(format.get_or_init(moment_format), &date))
    }

    /// Digits of one width each, so that moments stand under each other.
    fn moment_format() -> Function {
        let options = Object::new();
        let two = JsValue::from_str("2-digit");
        for part in ["month", "day", "hour", "minute", "second"] {
            Reflect::set(&options, &part.into(), &two).ok();
        }
        Reflect::set(&options, &"year".into(), &"numeric".into()).ok();
        Intl::DateTimeFormat::new(&Array::new(), &options).format()
    }

    fn said(format: &Function, value: &JsValue) -> Option<String> {
        format.call1(&JsValue::UNDEFINED, value).ok()?.as_string()
    }
}

#[cfg(target_arch = "wasm32")]
pub(crate) use intl::{count, moment};

/// Natively, in tests, there is no locale.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn count(_value: usize) -> Option<String> {
    None
}

/// Natively, in tests, there is no locale.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn moment(_milliseconds: f64) -> Option<String> {
    None
}
