//! Views of runs that stand in tags of an experiment, where everybody finds them:
//! MLflow's own, and ours in its form, so that its pages open them too.
//!
//! A tag `mlflow.sharedViewState.<id>` has `{"name", "createdAt", "updatedAt",
//! "state"}`; older ones have the state alone. The state is JSON with the names of
//! MLflow's addresses, or `deflate;` and the same packed. Ours says besides, under
//! `millrace`, the address of exactly the view, of which MLflow's pages have no
//! idea.

use serde_json::{Value, json};

use super::columns::{ColumnId, Layout};
use super::query::Query;
use super::runs_view::View;

/// What the key of such a tag begins with.
pub(crate) const PREFIX: &str = "mlflow.sharedViewState.";
/// What a packed state begins with.
pub(crate) const PACKED: &str = "deflate;";
/// How long the value of a tag of an experiment may be.
pub(crate) const MOST_LETTERS: usize = 20_000;
/// How many views of an experiment MLflow's pages allow.
pub(crate) const MOST_VIEWS: usize = 40;

/// A view in a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SharedView {
    /// The rest of the tag's key.
    pub(crate) id: String,
    /// What somebody called it; empty in older tags.
    pub(crate) name: String,
    /// When it was made, in milliseconds since 1970.
    pub(crate) created: i64,
    /// The state, which may be packed.
    pub(crate) state: String,
}

impl SharedView {
    /// The view that a tag holds, if it is one.
    pub(crate) fn of_tag(key: &str, value: &str) -> Option<SharedView> {
        let id = key.strip_prefix(PREFIX).filter(|id| !id.is_empty())?.to_owned();
        let read: Value = serde_json::from_slice(value.as_bytes()).unwrap_or_default();
        let text = |key| read.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(match (text("name"), text("state")) {
            (Some(name), Some(state)) => {
                let created = read.get("createdAt").and_then(Value::as_i64).unwrap_or_default();
                SharedView { id, name, created, state }
            }
            _ => SharedView { id, name: String::new(), created: 0, state: value.to_owned() },
        })
    }

    /// The key of its tag.
    pub(crate) fn key(&self) -> String {
        format!("{PREFIX}{}", self.id)
    }

    /// The value of its tag.
    pub(crate) fn value(&self) -> String {
        json!({
            "name": self.name,
            "createdAt": self.created,
            "updatedAt": self.created,
            "state": self.state,
        })
        .to_string()
    }
}

/// The state of a view: what MLflow's pages take of it, and the address of all.
pub(crate) fn state(view: &View, columns: &[ColumnId], address: &str) -> String {
    let mut query = Query::default();
    view.write(&mut query);
    let text = |key: &str, usual: &str| query.get(key).unwrap_or(usual).to_owned();
    let datasets: Vec<Value> = view
        .datasets
        .iter()
        .map(|(name, digest)| json!({"name": name, "digest": digest}))
        .collect();
    let columns: Vec<String> = columns.iter().filter_map(column_of_mlflow).collect();
    json!({
        "searchFilter": text("searchFilter", ""),
        "orderByKey": text("orderByKey", "attributes.start_time"),
        "orderByAsc": query.get("orderByAsc") == Some("true"),
        "startTime": text("startTime", "ALL"),
        "lifecycleFilter": text("lifecycleFilter", "Active"),
        "datasetsFilter": datasets,
        "modelVersionFilter": "All Runs",
        "selectedColumns": columns,
        "millrace": address,
    })
    .to_string()
}

/// What is in a state.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    /// The address of all of it, in ours.
    pub(crate) address: Option<String>,
    /// What is asked.
    pub(crate) view: View,
    /// The columns, where the state names some.
    pub(crate) columns: Option<Layout>,
    /// The runs that stay at the top.
    pub(crate) pinned: Vec<String>,
}

impl State {
    /// Reads one that is not packed; `None` if it is no state.
    pub(crate) fn parse(text: &str) -> Option<State> {
        let state: Value = serde_json::from_slice(text.as_bytes()).ok()?;
        state.as_object()?;
        let mut query = Query::default();
        for key in ["searchFilter", "orderByKey", "startTime", "lifecycleFilter"] {
            query.set(key, state.get(key).and_then(Value::as_str));
        }
        let ascending = state.get("orderByAsc").and_then(Value::as_bool).unwrap_or(false);
        query.set("orderByAsc", Some(if ascending { "true" } else { "false" }));
        let datasets = state.get("datasetsFilter").filter(|list| list.is_array());
        query.set("datasetsFilter", datasets.map(Value::to_string).as_deref());
        let texts = |key| -> Vec<String> {
            let list = state.get(key).and_then(Value::as_array);
            let texts = list.into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        };
        let named = texts("selectedColumns");
        let shown: Vec<String> =
            named.iter().filter_map(|name| of_mlflow(name)).map(|id| id.to_string()).collect();
        let columns =
            (!shown.is_empty()).then(|| Layout { shown: Some(shown), ..Layout::default() });
        Some(State {
            address: state.get("millrace").and_then(Value::as_str).map(str::to_owned),
            view: View::parse(&query),
            columns,
            pinned: texts("runsPinned"),
        })
    }
}

/// MLflow's names of the columns that have others here.
const NAMES: [(&str, &str); 9] = [
    ("Source", "tags.mlflow.source.name"),
    ("Version", "tags.mlflow.source.git.commit"),
    ("Description", "tags.mlflow.note.content"),
    ("Models", "attributes.models"),
    ("Dataset", "attributes.dataset"),
    ("Duration", "attributes.duration"),
    ("User", "attributes.user"),
    ("Status", "attributes.status"),
    ("Created", "attributes.start_time"),
];

/// The column that MLflow calls so: `` metrics.`loss` ``, `` attributes.`Source` ``.
fn of_mlflow(name: &str) -> Option<ColumnId> {
    let bare = name.strip_prefix("attributes.").map(|name| name.trim_matches('`'));
    let known = NAMES.iter().find(|(theirs, _)| Some(*theirs) == bare);
    match known {
        Some((_, ours)) => ColumnId::parse(ours),
        None => ColumnId::of_order_key(name),
    }
}

/// What MLflow calls a column; `None` where it has none such.
fn column_of_mlflow(id: &ColumnId) -> Option<String> {
    let ours = id.to_string();
    if let Some((theirs, _)) = NAMES.iter().find(|(_, known)| *known == ours) {
        return Some(format!("attributes.`{theirs}`"));
    }
    let kind = match id {
        ColumnId::Metric(_) => "metrics",
        ColumnId::Param(_) => "params",
        ColumnId::Tag(_) => "tags",
        _ => return None,
    };
    ours.split_once('.').map(|(_, key)| format!("{kind}.`{key}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "/experiments/7/runs?searchFilter=a";

    fn view(text: &str) -> View {
        View::parse(&Query::parse(text))
    }

    #[test]
    fn a_view_comes_back_from_its_tag() {
        let asked = view("searchFilter=a&orderByKey=metrics.%60loss%60&orderByAsc=true");
        let columns = [ColumnId::Metric("loss".into()), ColumnId::Tag("mlflow.source.name".into())];
        let shared = SharedView {
            id: "1-2".into(),
            name: "Mine".into(),
            created: 17,
            state: state(&asked, &columns, ADDRESS),
        };
        let read = SharedView::of_tag(&shared.key(), &shared.value()).unwrap();
        assert_eq!(read, shared);
        let state = State::parse(&read.state).unwrap();
        assert_eq!(state.address.as_deref(), Some(ADDRESS));
        assert_eq!(state.view, asked);
        let shown = state.columns.and_then(|columns| columns.shown);
        assert_eq!(shown.unwrap(), ["metrics.loss", "tags.mlflow.source.name"]);
    }

    #[test]
    fn what_mlflows_pages_wrote_is_understood() {
        let state = State::parse(
            r#"{"searchFilter": "metrics.loss < 1", "orderByKey": "attributes.start_time",
                "orderByAsc": false, "startTime": "LAST_7_DAYS", "lifecycleFilter": "Active",
                "datasetsFilter": [{"name": "n", "digest": "d"}], "modelVersionFilter": "All Runs",
                "selectedColumns": ["attributes.`Source`", "params.`a b`", "attributes.`Nope`"],
                "columnOrder": [], "runsHiddenMode": "FIRST_10_RUNS", "compareRunCharts": [],
                "groupBy": null}"#,
        )
        .unwrap();
        assert_eq!(state.view.filter, "metrics.loss < 1");
        assert_eq!(state.view.order_by(), ["attributes.start_time DESC"]);
        assert_eq!(state.view.datasets, [("n".to_owned(), "d".to_owned())]);
        let shown = state.columns.and_then(|columns| columns.shown);
        assert_eq!(shown.unwrap(), ["tags.mlflow.source.name", "params.a b"]);
        assert_eq!(state.address, None);
    }

    #[test]
    fn tags_of_all_kinds() {
        let old = SharedView::of_tag("mlflow.sharedViewState.a", "deflate;eJw=").unwrap();
        assert_eq!((&*old.name, &*old.state), ("", "deflate;eJw="));
        assert_eq!(SharedView::of_tag("mlflow.sharedViewState.", "{}"), None);
        assert_eq!(SharedView::of_tag("mlflow.note.content", "{}"), None);
        assert_eq!(State::parse("[1]"), None);
        assert_eq!(State::parse("deflate;"), None);
        assert_eq!(State::parse("{}"), Some(State::default()));
    }
}
