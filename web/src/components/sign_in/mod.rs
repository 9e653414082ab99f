//! Credentials: the fields for them, and the form that asks in place.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::state::language::t;
use crate::state::server::Credentials;
use crate::state::session::use_session;

/// The ways to sign in that a form offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    None,
    Basic,
    Bearer,
    Header,
}

/// What is typed into the fields. A copyable handle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CredentialForm {
    kind: RwSignal<Kind>,
    /// The user, or the header's name.
    name: RwSignal<String>,
    /// The password, the token, or the header's value.
    secret: RwSignal<String>,
    keep: RwSignal<bool>,
}

impl CredentialForm {
    /// A form with what is in use now.
    pub(crate) fn new(now: Credentials) -> CredentialForm {
        let (kind, name, secret) = match now {
            Credentials::None => (Kind::None, String::new(), String::new()),
            Credentials::Basic { user, password } => (Kind::Basic, user, password),
            Credentials::Bearer { token } => (Kind::Bearer, String::new(), token),
            Credentials::Header { name, value } => (Kind::Header, name, value),
        };
        CredentialForm {
            kind: RwSignal::new(kind),
            name: RwSignal::new(name),
            secret: RwSignal::new(secret),
            keep: RwSignal::new(false),
        }
    }

    /// The credentials as typed.
    pub(crate) fn read(self) -> Credentials {
        let name = self.name.get_untracked().trim().to_owned();
        let secret = self.secret.get_untracked();
        match self.kind.get_untracked() {
            Kind::None => Credentials::None,
            Kind::Basic => Credentials::Basic { user: name, password: secret },
            Kind::Bearer => Credentials::Bearer { token: secret.trim().to_owned() },
            Kind::Header => Credentials::Header { name, value: secret.trim().to_owned() },
        }
    }

    /// The server wants credentials: where none are chosen, shows the fields
    /// for a password, which is what MLflow itself asks for.
    pub(crate) fn ask(self) {
        if self.kind.get_untracked() == Kind::None {
            self.kind.set(Kind::Basic);
        }
    }

    /// Whether they may be kept on this device.
    pub(crate) fn keeps(self) -> bool {
        self.keep.get_untracked() && self.kind.get_untracked() != Kind::None
    }
}

/// The fields for credentials.
#[component]
pub(crate) fn CredentialFields(
    /// Where they are kept while they are typed.
    form: CredentialForm,
) -> impl IntoView {
    let choice = move |kind: Kind, label: &'static str| {
        view! {
            <label>
                <input
                    type="radio"
                    name="auth"
                    class="sr-only"
                    prop:checked=move || form.kind.get() == kind
                    on:change=move |_| form.kind.set(kind)
                />
                {label}
            </label>
        }
    };
    let field = |id: &'static str,
                 label: &'static str,
                 autocomplete: &'static str,
                 secret: bool,
                 text: RwSignal<String>| {
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <input
                    id=id
                    class="input"
                    type=if secret { "password" } else { "text" }
                    autocomplete=autocomplete
                    spellcheck="false"
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                />
            </div>
        }
    };
    let fields = move || match form.kind.get() {
        Kind::None => ().into_any(),
        Kind::Basic => view! {
            <div class="field-pair">
                {field("auth-name", t("User"), "username", false, form.name)}
                {field("auth-secret", t("Password"), "current-password", true, form.secret)}
            </div>
        }
        .into_any(),
        Kind::Bearer => field("auth-secret", t("Token"), "off", true, form.secret).into_any(),
        Kind::Header => view! {
            <div class="field-pair">
                {field("auth-name", t("Header"), "off", false, form.name)}
                {field("auth-secret", t("Value"), "off", true, form.secret)}
            </div>
        }
        .into_any(),
    };
    let keep = move || {
        (form.kind.get() != Kind::None).then(|| {
            view! {
                <div class="keep">
                    <label class="check">
                        <input
                            type="checkbox"
                            prop:checked=move || form.keep.get()
                            on:change=move |event| form.keep.set(event_target_checked(&event))
                        />
                        {t("Remember on this device")}
                    </label>
                    <p class="faint">
                        {move || {
                            if form.keep.get() {
                                t("Kept in this browser, unencrypted, until you sign in without this.")
                            } else {
                                t("Kept for this tab only, and forgotten when it is closed.")
                            }
                        }}
                    </p>
                </div>
            }
        })
    };
    view! {
        <fieldset class="credentials">
            <legend class="label">{t("Sign in with")}</legend>
            <div class="segments">
                {choice(Kind::None, t("Nothing"))}
                {choice(Kind::Basic, t("Password"))}
                {choice(Kind::Bearer, t("Bearer token"))}
                {choice(Kind::Header, t("Header"))}
            </div>
            {fields}
            {keep}
        </fieldset>
    }
}

/// The form that stands where the server asked who is asking.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let session = use_session();
    let now = match untrack(|| session.credentials()) {
        Credentials::None => Credentials::Basic { user: String::new(), password: String::new() },
        now => now,
    };
    let form = CredentialForm::new(now);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(server) = untrack(|| session.server()) {
            session.choose(server, form.read(), form.keeps());
        }
    };
    view! {
        <form class="sign-in" on:submit=submit>
            <CredentialFields form/>
            <div class="actions">
                <button type="submit" class="button primary">{t("Sign in")}</button>
            </div>
        </form>
    }
}
