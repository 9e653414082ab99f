//! Dates and times, through the browser.

use js_sys::Date;

use super::format::ago;
use super::locale;

/// Now, in milliseconds since 1970.
pub(crate) fn now() -> i64 {
    Date::now() as i64
}

/// A moment as the user's clock shows it and the browser's locale writes it.
pub(crate) fn date_time(milliseconds: i64) -> String {
    locale::moment(milliseconds as f64).unwrap_or_else(|| milliseconds.to_string())
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
