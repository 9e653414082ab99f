//! An ONNX model: what it takes, gives and is made of, and whether it runs here.

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::Error;

use crate::components::failure::Failure;
use crate::components::files::preview::problem;
use crate::components::files::reading::{Opened, Reader};
use crate::components::icon::{Glyph, Icon};
use crate::components::long_list::LongList;
use crate::state::engine::Engine;
use crate::state::files::onnx::{Step, Summary, Walk};
use crate::state::files::paths;
use crate::state::format::{bytes, count};
use crate::state::language::{t, tf};

/// How much is read at once behind the first part.
const WINDOW: u64 = 64 << 10;
/// The most that is read, and how often.
const MOST: u64 = 32 << 20;
const MOST_READS: usize = 1_000;
/// The largest model that is loaded to see whether it runs.
const MOST_RUN: u64 = 256 << 20;

/// A summary, how much was read for it, and whether that was enough.
type Walked = (Summary, u64, bool);

/// A file of an ONNX model.
#[component]
pub(super) fn OnnxView(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    let walked: RwSignal<Option<Result<Result<Walked, &'static str>, Error>>> = RwSignal::new(None);
    let parts = StoredValue::new((reader, head));
    let load = move || {
        walked.set(None);
        spawn_local(async move {
            let (reader, head) = parts.get_value();
            let answer = walk(&reader, &head).await;
            walked.try_set(Some(answer));
        });
    };
    load();
    move || match walked.get() {
        None => view! { <span class="bone w5"></span> }.into_any(),
        Some(Err(error)) => {
            view! { <Failure error retry=Callback::new(move |()| load())/> }.into_any()
        }
        Some(Ok(Err(why))) => problem(tf("This is no ONNX model that can be read: {0}.", &[&why])),
        Some(Ok(Ok(walked))) => {
            let (reader, head) = parts.get_value();
            let external = walked.0.external.iter().cloned().collect();
            view! {
                {described(&walked, head.total)}
                <Check reader total=head.total external/>
            }
            .into_any()
        }
    }
}

/// Reads what a model says of itself.
async fn walk(reader: &Reader, head: &Opened) -> Result<Result<Walked, &'static str>, Error> {
    let mut walk = Walk::new(head.total);
    let (mut part, mut start) = (head.bytes.clone(), 0);
    let mut read = part.len() as u64;
    for _ in 0..MOST_READS {
        match walk.step(&part, start) {
            Err(why) => return Ok(Err(why)),
            Ok(Step::Done) => return Ok(Ok((walk.summary, read, true))),
            Ok(Step::Need { .. }) if read > MOST => break,
            Ok(Step::Need { start: from, least }) => {
                let end = from.saturating_add(least.max(WINDOW)).min(head.total);
                part = reader.read(from..end).await?.bytes;
                if (part.len() as u64) < least {
                    return Ok(Err("it is cut short"));
                }
                start = from;
                read += part.len() as u64;
            }
        }
    }
    Ok(Ok((walk.summary, read, false)))
}

fn described(walked: &Walked, total: u64) -> AnyView {
    let (summary, read, whole) = walked;
    let fact = |name: &'static str, value: String| {
        (!value.is_empty()).then(|| view! { <dt>{name}</dt> <dd>{value}</dd> })
    };
    let domain = |domain: &str| if domain.is_empty() { "ai.onnx" } else { domain }.to_owned();
    let opsets: Vec<String> = summary
        .opsets
        .iter()
        .map(|(name, version)| format!("{} {version}", domain(name)))
        .collect();
    let nodes: usize = summary.operators.values().sum();
    let parameters = usize::try_from(summary.parameters).unwrap_or(usize::MAX);
    let external: Vec<&str> = summary.external.iter().map(String::as_str).collect();
    let mut operators: Vec<_> = summary.operators.iter().collect();
    operators.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let operators = operators
        .into_iter()
        .map(|((of, name), many)| vec![name.clone(), domain(of), count(*many)]);
    let pairs = |pairs: &[(String, String)]| {
        pairs.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect::<Vec<_>>()
    };
    let partly = (!whole).then(|| {
        let words =
            tf("Only {0} of {1} were read; there is more in it.", &[&bytes(*read), &bytes(total)]);
        problem(words)
    });
    let (name, kind) = (t("Name"), t("Type"));
    view! {
        <dl class="file-facts">
            {fact(t("Written by"), format!("{} {}", summary.producer, summary.producer_version).trim().to_owned())}
            {fact(t("Graph"), summary.graph.clone())}
            {fact(t("Operator sets"), opsets.join(", "))}
            {fact(t("IR version"), summary.ir_version.to_string())}
            {fact(t("Nodes"), count(nodes))}
            {fact(t("Parameters"), count(parameters))}
            {fact(t("Tensors"), count(summary.tensors))}
            {fact(t("External data"), external.join(", "))}
        </dl>
        {partly}
        <p class="faint">{tf("{0} of {1} were read for this.", &[&bytes(*read), &bytes(total)])}</p>
        {table(t("Inputs"), &[name, kind], pairs(&summary.inputs))}
        {table(t("Outputs"), &[name, kind], pairs(&summary.outputs))}
        {table(t("Operators"), &[name, t("Domain"), t("Count")], operators.collect())}
        {table(t("Metadata"), &[t("Key"), t("Value")], pairs(&summary.metadata))}
    }
    .into_any()
}

/// A table with a title; nothing where it has no rows.
fn table(title: &'static str, heads: &[&'static str], rows: Vec<Vec<String>>) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let heads = heads.iter().map(|head| view! { <th scope="col">{*head}</th> }).collect_view();
    let row = |row: Vec<String>| {
        let cells = row.into_iter().map(|cell| view! { <td class="mono">{cell}</td> });
        view! { <tr>{cells.collect_view()}</tr> }
    };
    let page = LongList::of(rows.len());
    let rows = page.list(move |nth| rows.get(nth).cloned().map(row).into_any());
    let table = view! {
        <section class="onnx-part">
            <h3>{title}</h3>
            <table class="files-folder">
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {page.foot()}
        </section>
    };
    Some(table.into_any())
}

/// Loads the model into the engine when asked to, which is what tells whether it
/// runs here; the engine's words name what is missing and the node that needs it.
#[component]
fn Check(
    /// Reads the model.
    reader: Reader,
    /// How many bytes it has.
    total: u64,
    /// The files beside it that it needs.
    external: Vec<String>,
) -> impl IntoView {
    if total > MOST_RUN || !reader.has_all(total) {
        return ().into_any();
    }
    let parts = StoredValue::new((reader, external));
    let waiting = RwSignal::new(false);
    let answer: RwSignal<Option<Result<(), String>>> = RwSignal::new(None);
    let check = move |_| {
        if waiting.get_untracked() {
            return;
        }
        waiting.set(true);
        answer.set(None);
        spawn_local(async move {
            let (reader, external) = parts.get_value();
            let found = try_load(&reader, &external).await;
            waiting.try_set(false);
            answer.try_set(Some(found));
        });
    };
    let said = move || match (waiting.get(), answer.get()) {
        (true, _) => view! { <span class="faint">{t("Loading the model…")}</span> }.into_any(),
        (_, None) => {
            view! { <span class="faint">{tf("Downloads {0}.", &[&bytes(total)])}</span> }.into_any()
        }
        (_, Some(Ok(()))) => {
            view! { <span class="runs-here"><Icon glyph=Glyph::Tick/> {t("It runs here.")}</span> }
                .into_any()
        }
        (_, Some(Err(why))) => {
            let words = tf("It does not run here: {0}", &[&why]);
            view! { <span class="field-error">{words}</span> }.into_any()
        }
    };
    view! {
        <div class="files-foot">
            <button
                type="button"
                class="button"
                aria-disabled=move || waiting.get().to_string()
                on:click=check
            >
                {t("See whether it runs here")}
            </button>
            <span role="status">{said}</span>
        </div>
    }
    .into_any()
}

async fn try_load(reader: &Reader, external: &[String]) -> Result<(), String> {
    if reader.is_within() && !external.is_empty() {
        let words =
            t("its tensors lie in other files of the archive; download it to try the model");
        return Err(words.to_owned());
    }
    let words = |error: Error| error.to_string();
    let buffer = |bytes: &[u8]| js_sys::Uint8Array::from(bytes).buffer();
    // The engine takes models in folders of MLflow's: this is the least one.
    let mlmodel = b"flavors: {onnx: {data: model.onnx}}\n";
    let model = reader.whole().await.map_err(words)?;
    let mut files =
        vec![("MLmodel".to_owned(), buffer(mlmodel)), ("model.onnx".to_owned(), buffer(&model))];
    let folder = paths::parent(reader.path()).to_owned();
    for file in external {
        let beside = reader.beside(paths::join(&folder, file)).whole().await.map_err(words)?;
        files.push((file.clone(), buffer(&beside)));
    }
    let engine = Engine::start(|_| ())?;
    engine.load(files).await.map(|_| ())
}
