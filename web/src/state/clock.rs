//! Dates and times, through the browser.

use js_sys::Date;
use wasm_bindgen::JsValue;

use super::format::ago;

/// Now, in milliseconds since 1970.
pub(crate) fn now() -> i64 {
    Date::now() as i64
}

/// A moment as the user's clock shows it: `2026-11-22 22:31:07`.
pub(crate) fn date_time(milliseconds: i64) -> String {
    let date = Date::new(&JsValue::from_f64(milliseconds as f64));
    format!(
        "{}-{:02}-{:02} {:02}:{:02}:{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes(),
        date.get_seconds()
    )
}

/// How long ago a moment is.
pub(crate) fn since(milliseconds: i64) -> String {
    ago(now() - milliseconds)
}

/// Milliseconds since the page was opened, with fractions.
pub(crate) fn stopwatch() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}

/// Minutes that the user's clock is ahead of UTC now.
pub(crate) fn utc_offset() -> i32 {
    -(Date::new_0().get_timezone_offset() as i32)
}
