//! What went wrong, in words, where it went wrong, and what to do about it.

use leptos::prelude::*;
use mlflow_client::{Error, ErrorKind};

use crate::components::copy_button::CopyButton;
use crate::components::icon::{Glyph, Icon};
use crate::parts;
use crate::state::language::t;
use crate::state::route::Route;
use crate::state::session::use_session;

/// A failed request.
#[component]
pub(crate) fn Failure(
    /// What failed.
    error: Error,
    /// Asks again.
    #[prop(into)]
    retry: Callback<()>,
    /// Whether a server that wants credentials is answered with a form here.
    #[prop(default = true)]
    asks: bool,
) -> impl IntoView {
    use_session().note(&error);
    let origin = window().location().origin().unwrap_or_default();
    let remedy = error.remedy(&origin).unwrap_or_default();
    let copyable = |label: &'static str, text: Option<String>| {
        text.map(|text| {
            view! {
                <div class="remedy">
                    <span class="label">{label}</span>
                    <div class="snippet">
                        <pre tabindex="0" role="region" aria-label=label>{text.clone()}</pre>
                        <CopyButton text label=t("Copy")/>
                    </div>
                </div>
            }
        })
    };
    let wants_credentials = matches!(error.kind(), ErrorKind::Unauthenticated { .. });
    let sign_in = (asks && wants_credentials).then(parts::sign_in);
    let settings = (asks && !wants_credentials).then(|| {
        view! { <a class="button" href=Route::Settings.href()>{t("Settings")}</a> }
    });
    view! {
        <div class="failure" role="alert">
            <h2>
                <Icon glyph=Glyph::Warning/>
                {title(&error)}
            </h2>
            {details(error.kind()).map(|words| view! { <p class="server-said">{words}</p> })}
            {(!remedy.text.is_empty()).then(|| view! { <p class="lead">{t(remedy.text)}</p> })}
            {copyable(t("Start the server with"), remedy.command)}
            {copyable(t("or set in its environment"), remedy.environment)}
            {sign_in}
            <div class="actions">
                <button type="button" class="button" on:click=move |_| retry.run(())>
                    <Icon glyph=Glyph::Refresh/>
                    {t("Try again")}
                </button>
                {settings}
                <CopyButton text=error.to_string() label=t("Copy details") labelled=true/>
            </div>
        </div>
    }
}

/// A failure in one line: what kind it is, and what the server said.
pub(crate) fn words(error: &Error) -> String {
    match details(error.kind()) {
        Some(said) => format!("{}: {said}", title(error)),
        None => title(error).to_owned(),
    }
}

/// What kind of failure it is, in a few words.
fn title(error: &Error) -> &'static str {
    match error.kind() {
        _ if error.is_not_found() => t("The server has no such thing"),
        ErrorKind::Unreachable { .. } => t("The server does not answer"),
        ErrorKind::CrossOrigin => t("The server does not let this page read its answers"),
        ErrorKind::InvalidHost => t("The server does not accept this host name"),
        ErrorKind::Unauthenticated { credentials_sent, .. } => why_sign_in(*credentials_sent),
        ErrorKind::Forbidden { .. } => t("The server does not allow you this"),
        ErrorKind::NotMlflow { .. } => t("This is not an answer of MLflow"),
        ErrorKind::Api { .. } => t("MLflow refused the request"),
        ErrorKind::Unavailable { .. } => t("The server is not available"),
        ErrorKind::Timeout => t("The server took too long"),
        ErrorKind::TooLarge { .. } => t("The answer is too large"),
        ErrorKind::InvalidRequest { .. } => t("The request could not be sent"),
        ErrorKind::RepeatedPage => t("The server gives the same page again and again"),
        _ => t("The request failed"),
    }
}

/// Why a server wants credentials: it had none, or did not take them.
pub(crate) fn why_sign_in(credentials_sent: bool) -> &'static str {
    match credentials_sent {
        false => t("The server asks who you are"),
        true => t("The server did not accept these credentials"),
    }
}

/// The server's own words, where it had some.
fn details(kind: &ErrorKind) -> Option<String> {
    match kind {
        ErrorKind::Api { message, .. } | ErrorKind::Forbidden { message } => Some(message.clone()),
        ErrorKind::NotMlflow { .. }
        | ErrorKind::Unavailable { .. }
        | ErrorKind::InvalidRequest { .. } => Some(kind.to_string()),
        _ => None,
    }
    .filter(|words| !words.trim().is_empty())
}

/// The server's words about a filter or an order that it refused: a 400, which
/// belongs under the box and leaves all else as it is.
pub(crate) fn refusal(error: &Error) -> Option<String> {
    match error.kind() {
        ErrorKind::Api { status: 400, message, .. } => Some(message.clone()),
        _ => None,
    }
}
