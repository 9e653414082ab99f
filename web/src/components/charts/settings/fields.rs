//! Fields of the dialogs of charts: one of several, on or off, a range, some of
//! many.

use leptos::prelude::*;

use crate::state::language::t;

/// One of several.
#[component]
pub(crate) fn Choice(
    /// What is chosen.
    label: &'static str,
    /// What is chosen now.
    value: Signal<String>,
    /// Values with their words.
    options: Vec<(String, String)>,
    /// Hears the choice.
    change: Callback<String>,
) -> impl IntoView {
    let option = |(value_of, words): (String, String)| {
        let of = value_of.clone();
        view! { <option value=value_of selected=move || value.with(|value| *value == of)>{words}</option> }
    };
    view! {
        <label class="field">
            <span class="label">{label}</span>
            <select class="input" on:change=move |event| change.run(event_target_value(&event))>
                {options.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

/// On or off.
#[component]
pub(crate) fn Check(
    /// What is on or off.
    label: &'static str,
    /// Whether it is on.
    on: Signal<bool>,
    /// Hears the change.
    change: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || on.get()
                on:change=move |event| change.run(event_target_checked(&event))
            />
            {label}
        </label>
    }
}

/// Two ends of an axis, or none.
#[component]
pub(super) fn RangeField(
    /// What begins there: `x from`.
    label: &'static str,
    /// The ends.
    value: Signal<Option<(f64, f64)>>,
    /// Hears the change.
    change: Callback<Option<(f64, f64)>>,
) -> impl IntoView {
    let typed = RwSignal::new((String::new(), String::new()));
    Effect::new(move || {
        typed.set(value.get().map(|(a, b)| (a.to_string(), b.to_string())).unwrap_or_default());
    });
    let send = move || {
        let (from, to) = typed.get_untracked();
        let ends = from.trim().parse().ok().zip(to.trim().parse().ok());
        let nothing = from.trim().is_empty() && to.trim().is_empty();
        if nothing || ends.is_some_and(|(a, b): (f64, f64)| a.is_finite() && b.is_finite() && a < b)
        {
            change.run(ends);
        }
    };
    let first = move |event| {
        typed.update(|typed| typed.0 = event_target_value(&event));
        send();
    };
    let second = move |event| {
        typed.update(|typed| typed.1 = event_target_value(&event));
        send();
    };
    view! {
        <div class="settings-row range">
            <label class="field">
                <span class="label">{label}</span>
                <input class="input" inputmode="decimal" prop:value=move || typed.get().0 on:change=first/>
            </label>
            <label class="field">
                <span class="label">{t("to")}</span>
                <input class="input" inputmode="decimal" prop:value=move || typed.get().1 on:change=second/>
            </label>
        </div>
    }
}

/// Some of many, in the order in which they were ticked.
#[component]
pub(crate) fn Several(
    /// What they are.
    label: &'static str,
    /// Values with their words.
    options: Vec<(String, String)>,
    /// What is ticked.
    value: Signal<Vec<String>>,
    /// Hears the change.
    change: Callback<Vec<String>>,
) -> impl IntoView {
    let wanted = RwSignal::new(String::new());
    let many = options.len() > 8;
    let set = move |key: String, on: bool| {
        let mut now = value.get_untracked();
        now.retain(|known| *known != key);
        if on {
            now.push(key);
        }
        change.run(now);
    };
    let option = move |(key, words): (String, String)| {
        let (of, searched) = (key.clone(), words.to_lowercase());
        let hidden = move || !wanted.with(|wanted| searched.contains(&wanted.to_lowercase()));
        view! {
            <label class="check" hidden=hidden>
                <input
                    type="checkbox"
                    prop:checked=move || value.with(|value| value.contains(&of))
                    on:change=move |event| set(key.clone(), event_target_checked(&event))
                />
                <span class="clip">{words}</span>
            </label>
        }
    };
    let search = many.then(|| {
        view! {
            <input
                class="input"
                type="search"
                placeholder=t("Search")
                aria-label=t("Search")
                on:input=move |event| wanted.set(event_target_value(&event))
            />
        }
    });
    view! {
        <fieldset class="field">
            <legend class="label">{label}</legend>
            {search}
            <div class="several">{options.into_iter().map(option).collect_view()}</div>
        </fieldset>
    }
}
