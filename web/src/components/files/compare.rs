//! The files of several runs side by side: which of them has what, and the same
//! file of each.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{Run, tags};
use mlflow_client::{Error, FileRoot};

use crate::components::empty::Empty;
use crate::components::failure::Failure;
use crate::components::files::listings::{Found, Listing, Listings};
use crate::components::files::preview::{Ways, show};
use crate::components::files::reading::{Opened, PART, Reader};
use crate::components::files::{Beside, Path, named};
use crate::components::icon::{Glyph, Icon};
use crate::components::line_diff::line_diff;
use crate::components::long_list::LongList;
use crate::state::board::runs::run_colour;
use crate::state::files::kind::{View, views};
use crate::state::files::paths;
use crate::state::files::union::{Agreement, Row, Side, rows};
use crate::state::format::bytes;
use crate::state::language::{t, tf};
use crate::state::route::Route;
use crate::state::session::Mlflow;

/// A run whose files are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ComparedRun {
    id: String,
    experiment: String,
    name: String,
    colour: String,
}

impl From<&Run> for ComparedRun {
    fn from(run: &Run) -> ComparedRun {
        ComparedRun {
            id: run.info.run_id.clone(),
            experiment: run.info.experiment_id.clone(),
            name: run.name().to_owned(),
            colour: run_colour(&run.info.run_id, run.tag(tags::RUN_COLOR)).to_owned(),
        }
    }
}

/// A run and what is known of its files.
#[derive(Clone)]
struct Column {
    run: ComparedRun,
    listings: Listings,
}

impl Column {
    /// The run's name, which leads to the path on its own page.
    fn head(&self, path: &str) -> AnyView {
        let ComparedRun { id, experiment, name, colour } = self.run.clone();
        let tab = match path {
            "" => "artifacts".to_owned(),
            path => format!("artifactPath/{path}"),
        };
        let href = Route::Run { experiment, run: id, tab }.href();
        view! {
            <span class="run-colour" style:background=colour aria-hidden="true"></span>
            <a class="link clip" href=href title=name.clone()>{name.clone()}</a>
        }
        .into_any()
    }
}

/// All runs. A copyable handle.
type Columns = StoredValue<Vec<Column>>;

/// The files of several runs.
#[component]
pub(crate) fn CompareFiles(
    /// The client of the server in use.
    client: Mlflow,
    /// The runs.
    runs: Vec<ComparedRun>,
    /// The path of the file or folder in the address, if there is one.
    chosen: Signal<Option<String>>,
    /// The address of the page that shows a path; of an empty one, none chosen.
    href: Callback<String, String>,
) -> impl IntoView {
    let column = |run: ComparedRun| {
        let root = FileRoot::Run { run_id: run.id.clone() };
        Column { run, listings: Listings::new(client.clone(), root, String::new()) }
    };
    let columns: Columns = StoredValue::new(runs.into_iter().map(column).collect());
    let path = Memo::new(move |_| chosen.get().unwrap_or_default());
    // Only folders that a run has are asked for: of others, servers say errors.
    Effect::new(move || {
        path.with(|path| {
            let way: Vec<&str> =
                paths::ancestors(path).into_iter().chain([path.as_str()]).collect();
            columns.with_value(|columns| {
                for column in columns {
                    for folder in &way {
                        if column.listings.has_folder(folder) {
                            column.listings.want(folder);
                        }
                    }
                }
            });
        });
    });
    let found = Memo::new(move |_| path.with(|path| kind(columns, path)));
    let content = move || {
        let path = path.get();
        match found.get() {
            Found::Waiting => view! { <span class="bone w5"></span> }.into_any(),
            Found::Root | Found::Folder => view! { <Folder columns path href/> }.into_any(),
            Found::File(_) => view! { <File columns path/> }.into_any(),
        }
    };
    view! {
        <div class="files-view">
            <Path path href/>
            {content}
        </div>
    }
}

/// What a path leads to in the runs together.
fn kind(columns: Columns, path: &str) -> Found {
    let all = columns.with_value(|columns| {
        let there = columns.iter().filter(|column| !column.listings.lacks(path));
        there.map(|column| column.listings.find(path)).collect::<Vec<_>>()
    });
    if all.contains(&Found::Waiting) {
        return Found::Waiting;
    }
    let folder = all.into_iter().find(|found| matches!(found, Found::Root | Found::Folder));
    folder.unwrap_or(Found::File(None))
}

/// A folder: each path once, and what each run has there.
#[component]
fn Folder(
    /// The runs.
    columns: Columns,
    /// The folder's path.
    path: String,
    /// The address of a path.
    href: Callback<String, String>,
) -> impl IntoView {
    let path = StoredValue::new(path);
    let listings = Memo::new(move |_| {
        columns.with_value(|columns| {
            let listing = |column: &Column| {
                let there = path.with_value(|path| column.listings.has_folder(path));
                there.then(|| path.with_value(|path| column.listings.get(path)))
            };
            columns.iter().map(listing).collect::<Vec<Option<Listing>>>()
        })
    });
    let failed = move || {
        columns.with_value(|columns| {
            let failure = |(column, listing): (&Column, Option<Listing>)| match listing {
                Some(Listing::Failed(error)) => {
                    let (name, listings) = (column.run.name.clone(), column.listings);
                    let retry = Callback::new(move |()| listings.load(path.get_value()));
                    Some(view! { <p>{name}</p> <Failure error retry/> })
                }
                _ => None,
            };
            columns.iter().zip(listings.get()).filter_map(failure).collect_view()
        })
    };
    let table = move || {
        let listings = listings.get();
        if listings.contains(&Some(Listing::Waiting)) {
            return view! { <span class="bone w5"></span> }.into_any();
        }
        let files: Vec<_> = listings
            .iter()
            .map(|listing| match listing {
                Some(Listing::Known(files)) => Some(&**files),
                _ => None,
            })
            .collect();
        table(columns, &path.get_value(), rows(&files), href)
    };
    view! {
        {failed}
        {table}
    }
}

fn table(columns: Columns, path: &str, rows: Vec<Row>, href: Callback<String, String>) -> AnyView {
    if rows.is_empty() {
        return view! {
            <Empty
                title=t("No files to compare")
                words=t("None of these runs has logged a file.")
            />
        }
        .into_any();
    }
    let heads = columns.with_value(|columns| {
        let head = |column: &Column| {
            view! { <th scope="col"><span class="compared-run">{column.head(path)}</span></th> }
        };
        columns.iter().map(head).collect_view()
    });
    let row = move |row: &Row| {
        let glyph = row.is_folder.then(|| view! { <Icon glyph=Glyph::Folder/> });
        let side = |side: &Side| match side {
            Side::Missing => view! { <td class="number faint">{t("not there")}</td> }.into_any(),
            Side::There => view! { <td class="number faint">{t("there")}</td> }.into_any(),
            Side::Bytes(size) => view! { <td class="number">{bytes(*size)}</td> }.into_any(),
        };
        let (class, words) = match row.agreement() {
            Agreement::Partly => ("agreement partly", t("not in all")),
            Agreement::Differs => ("agreement differs", t("differs in size")),
            Agreement::SameSize => ("agreement", t("same size")),
            Agreement::Everywhere => ("agreement", t("in all")),
        };
        view! {
            <tr>
                <th scope="row">
                    <a class="link file-row" href=href.run(row.path.clone())>
                        {glyph}
                        {paths::name(&row.path).to_owned()}
                    </a>
                </th>
                {row.sides.iter().map(side).collect_view()}
                <td><span class=class>{words}</span></td>
            </tr>
        }
    };
    let list = LongList::of(rows.len());
    let rows = list.list(move |nth| rows.get(nth).map(row).into_any());
    view! {
        <div class="compared-table">
            <table class="files-folder">
                <thead>
                    <tr>
                        <th scope="col">{t("Name")}</th>
                        {heads}
                        <th scope="col">{t("Comparison")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {list.foot()}
    }
    .into_any()
}

/// What the beginning of a file was, of each run that has it.
type Heads = Vec<(usize, Result<Opened, Error>)>;

/// One path: the file of each run.
#[component]
fn File(
    /// The runs.
    columns: Columns,
    /// The file's path.
    path: String,
) -> impl IntoView {
    let readers = columns.with_value(|columns| {
        let reader = |column: &Column| match untrack(|| column.listings.find(&path)) {
            Found::File(size) if !untrack(|| column.listings.lacks(&path)) => {
                Some((column.listings.reader(path.clone()), size))
            }
            _ => None,
        };
        columns.iter().map(reader).collect::<Vec<_>>()
    });
    let heads: RwSignal<Option<Heads>> = RwSignal::new(None);
    let asked = StoredValue::new(readers.clone());
    let load = move || {
        heads.set(None);
        spawn_local(async move {
            let mut read = Vec::new();
            for (nth, side) in asked.get_value().into_iter().enumerate() {
                let Some((reader, size)) = side else { continue };
                let part = reader.read(0..PART).await;
                read.push((nth, part.map(|part| Opened::new(part, size))));
            }
            heads.try_set(Some(read));
        });
    };
    load();
    let readers = readers.into_iter().map(|side| side.map(|(reader, _)| reader)).collect();
    let readers: StoredValue<Vec<Option<Reader>>> = StoredValue::new(readers);
    let retry = Callback::new(move |()| load());
    let path = StoredValue::new(path);
    move || match heads.get() {
        None => view! { <span class="bone w5"></span> }.into_any(),
        Some(heads) => opened(columns, path, readers, heads, retry),
    }
}

fn opened(
    columns: Columns,
    path: StoredValue<String>,
    readers: StoredValue<Vec<Option<Reader>>>,
    heads: Heads,
    retry: Callback<()>,
) -> AnyView {
    let read: Vec<&Opened> = heads.iter().filter_map(|(_, head)| head.as_ref().ok()).collect();
    let ways = match read.first() {
        Some(first) => path.with_value(|path| views(path, &first.bytes)),
        None => vec![View::Bytes],
    };
    let chosen = RwSignal::new(ways.first().copied().unwrap_or(View::Bytes));
    let lines = RwSignal::new(false);
    let can_differ =
        read.len() > 1 && ways.contains(&View::Text) && read.iter().all(|head| head.is_whole());
    let verdict = (read.len() > 1).then(|| verdict(&read));
    let lines_button = move || {
        can_differ.then(|| {
            view! {
                <button
                    type="button"
                    class="button"
                    aria-pressed=move || lines.get().to_string()
                    on:click=move |_| lines.update(|lines| *lines = !*lines)
                >
                    {t("Differences")}
                </button>
            }
        })
    };
    let heads = StoredValue::new(heads);
    let column = move |nth: usize, whose: &str, head: AnyView| {
        let whose = whose.to_owned();
        let body = move || {
            provide_context(Beside(whose.clone()));
            content(nth, readers, heads, chosen, lines, retry)
        };
        view! {
            <section class="compared-file">
                <h2 class="compared-run">{head}</h2>
                {body}
            </section>
        }
    };
    let all = columns.with_value(|columns| {
        let all = columns.iter().enumerate();
        let one = |(nth, side): (usize, &Column)| {
            column(nth, &side.run.name, path.with_value(|path| side.head(path)))
        };
        all.map(one).collect_view()
    });
    view! {
        <div class="files-foot">
            <Ways ways chosen more=lines_button/>
            {verdict.map(|words| view! { <span class="faint" role="status">{words}</span> })}
        </div>
        <div class="compared-files">{all}</div>
    }
    .into_any()
}

/// The file of one run, or what it has else than the first.
fn content(
    nth: usize,
    readers: StoredValue<Vec<Option<Reader>>>,
    heads: StoredValue<Heads>,
    chosen: RwSignal<View>,
    lines: RwSignal<bool>,
    retry: Callback<()>,
) -> AnyView {
    let reader = readers.with_value(|readers| readers.get(nth).cloned().flatten());
    let head = heads.with_value(|heads| heads.iter().find(|(at, _)| *at == nth).cloned());
    match (reader, head) {
        (_, Some((_, Err(error)))) => view! { <Failure error retry/> }.into_any(),
        (Some(_), Some((_, Ok(head)))) if lines.get() => {
            let first = heads.with_value(|heads| {
                heads.iter().find_map(|(at, head)| Some((*at, head.clone().ok()?)))
            });
            let old = match first {
                Some((at, first)) if at != nth => first,
                _ => head.clone(),
            };
            let label = named(t("Differences, line by line"));
            line_diff(
                &String::from_utf8_lossy(&old.bytes),
                &String::from_utf8_lossy(&head.bytes),
                label,
            )
        }
        (Some(reader), Some((_, Ok(head)))) => show(chosen.get(), reader, head),
        _ => view! { <p class="faint">{t("This run has no such file.")}</p> }.into_any(),
    }
}

/// Whether the files are the same.
fn verdict(read: &[&Opened]) -> String {
    let sizes: BTreeSet<u64> = read.iter().map(|head| head.total).collect();
    let begin_alike = read.windows(2).all(|two| match two {
        [a, b] => a.bytes == b.bytes,
        _ => true,
    });
    match (sizes.len(), begin_alike) {
        (1, true) if read.iter().all(|head| head.is_whole()) => t("All are the same.").to_owned(),
        (1, true) => {
            let known = read.first().map_or(0, |head| head.bytes.len() as u64);
            tf("All have one size, and the first {0} are the same.", &[&bytes(known)])
        }
        _ => t("They differ.").to_owned(),
    }
}
