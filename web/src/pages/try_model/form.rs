//! A request as a form: a field for each thing that the signature names.

use leptos::prelude::*;

use crate::state::json::pretty;
use crate::state::language::{t, tf};
use crate::state::model_form::{Control, FormField, Part, body, fields, values};
use crate::state::signature::Summary;
use crate::state::trial::Trial;

/// The fields of a request. What is typed makes the request body.
#[component]
pub(super) fn Form(
    /// The trial that the request belongs to.
    trial: Trial,
    /// The model, as it describes itself.
    model: Summary,
    /// Gets what hands the form in.
    hand_in: StoredValue<Option<Callback<()>>>,
) -> impl IntoView {
    let fields = StoredValue::new(fields(&model));
    let typed = fields.with_value(|fields| values(&model, fields, &trial.body().get_untracked()));
    let typed: Vec<RwSignal<String>> = typed.into_iter().map(RwSignal::new).collect();
    let wrong = RwSignal::new(None::<usize>);
    let inputs = typed.clone();
    let write = Callback::new(move |()| {
        let texts: Vec<String> = inputs.iter().map(|text| text.get_untracked()).collect();
        match fields.with_value(|fields| body(fields, &texts)) {
            Ok(made) => {
                // Each field follows this.
                if wrong.get_untracked().is_some() {
                    wrong.set(None);
                }
                trial.write(pretty(&made));
            }
            Err(nth) => wrong.set(Some(nth)),
        }
    });
    let submit = Callback::new(move |()| {
        // What is run is what stands in the form, and not the rest of an example.
        write.run(());
        match wrong.get_untracked() {
            None => trial.run(),
            Some(nth) => focus(nth),
        }
    });
    hand_in.set_value(Some(submit));
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        submit.run(());
    };
    let field = |(nth, (field, text)): (usize, (FormField, RwSignal<String>))| {
        let is_wrong = Signal::derive(move || wrong.get() == Some(nth));
        view! { <Field nth field text is_wrong write/> }
    };
    let all = fields.get_value().into_iter().zip(typed).enumerate().map(field).collect_view();
    view! {
        <form id="request-form" class="model-form" aria-label=t("Form") on:submit=on_submit novalidate>
            {all}
        </form>
    }
}

/// One field.
#[component]
fn Field(
    /// Its place in the form.
    nth: usize,
    /// What it is for.
    field: FormField,
    /// What is typed.
    text: RwSignal<String>,
    /// Whether that does not fit.
    #[prop(into)]
    is_wrong: Signal<bool>,
    /// Makes the body anew.
    write: Callback<()>,
) -> impl IntoView {
    let id = id(nth);
    let FormField { name, kind, control, part, required } = field;
    let label = if name.is_empty() { t("Input").to_owned() } else { name.clone() };
    let remark = match (part, required) {
        (Part::Param, _) => format!(" · {}", t("parameter")),
        (_, false) => format!(" · {}", t("optional")),
        (_, true) => String::new(),
    };
    let note = format!("{id}-wrong");
    let words = {
        let kind = kind.clone();
        move || match (is_wrong.get(), text.with(|text| text.trim().is_empty())) {
            (false, _) => String::new(),
            (true, true) => t("This is needed.").to_owned(),
            (true, false) => tf("This is no {0}.", &[&kind]),
        }
    };
    let set = move |value: String| {
        text.set(value);
        write.run(());
    };
    let invalid = move || is_wrong.get().then_some("true");
    let input = match control {
        Control::Boolean => view! {
            <select
                id=id.clone()
                class="input"
                aria-invalid=invalid
                aria-describedby=note.clone()
                prop:value=move || text.get()
                on:change=move |event| set(event_target_value(&event))
            >
                <option value="" selected=move || text.with(String::is_empty)>"–"</option>
                <option value="true" selected=move || text.with(|it| it == "true")>"true"</option>
                <option value="false" selected=move || text.with(|it| it == "false")>"false"</option>
            </select>
        }
        .into_any(),
        Control::Json => view! {
            <textarea
                id=id.clone()
                class="input"
                rows="4"
                spellcheck="false"
                aria-invalid=invalid
                aria-describedby=note.clone()
                prop:value=move || text.get()
                on:input=move |event| set(event_target_value(&event))
            ></textarea>
        }
        .into_any(),
        Control::Number | Control::Text | Control::Moment => view! {
            <input
                id=id.clone()
                class="input"
                type=if control == Control::Moment { "datetime-local" } else { "text" }
                step=(control == Control::Moment).then_some("0.001")
                inputmode=(control == Control::Number).then_some("decimal")
                autocomplete="off"
                spellcheck="false"
                aria-invalid=invalid
                aria-describedby=note.clone()
                prop:value=move || text.get()
                on:input=move |event| set(event_target_value(&event))
            />
        }
        .into_any(),
    };
    view! {
        <div class="field" class:wide=control == Control::Json>
            <label for=id title=name>
                <span class="clip">{label}</span>
                <span class="faint">{kind}{remark}</span>
            </label>
            {input}
            <p id=note class="bad complaint">{words}</p>
        </div>
    }
}

fn id(nth: usize) -> String {
    format!("form-field-{nth}")
}

fn focus(nth: usize) {
    use wasm_bindgen::JsCast;
    let field = document().get_element_by_id(&id(nth));
    if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        field.focus().ok();
    }
}
