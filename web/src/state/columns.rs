//! The columns of the runs table: which there are, what they are called, and
//! how somebody has laid them out.

use std::collections::BTreeMap;
use std::fmt;

use mlflow_api::filter::{self, Entity};
use mlflow_api::tags;
use run_frame::{Attribute, Cell, Column, Direction, Frame, Goal, Group, Stat};
use serde::{Deserialize, Serialize};

use super::format::{duration, number};
use super::language::t;

/// How many metrics and parameters are shown unless somebody asks for more.
const MOST_AT_FIRST: usize = 40;

/// MLflow's own tags that are columns under names of their own.
const NAMED_TAGS: [&str; 4] =
    [tags::SOURCE_NAME, tags::SOURCE_GIT_COMMIT, tags::SOURCE_GIT_BRANCH, tags::NOTE];

/// What a tag's column is called.
fn tag_heading(key: &str) -> &str {
    match key {
        tags::SOURCE_NAME => t("Source"),
        tags::SOURCE_GIT_COMMIT => t("Commit"),
        tags::SOURCE_GIT_BRANCH => t("Branch"),
        tags::NOTE => t("Description"),
        key => key,
    }
}

/// A column, whatever runs are loaded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ColumnId {
    /// A field that every run has.
    Attribute(Attribute),
    /// The latest value of a metric.
    Metric(String),
    /// A parameter.
    Param(String),
    /// A tag.
    Tag(String),
    /// What a metric's history says.
    Stat(Stat, String),
    /// A metric's history as a small line.
    Sparkline(String),
}

impl fmt::Display for ColumnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ColumnId::Attribute(attribute) => write!(f, "attributes.{}", attribute.as_str()),
            ColumnId::Metric(key) => write!(f, "metrics.{key}"),
            ColumnId::Param(key) => write!(f, "params.{key}"),
            ColumnId::Tag(key) => write!(f, "tags.{key}"),
            ColumnId::Stat(stat, key) => write!(f, "{}.{key}", stat.as_str()),
            ColumnId::Sparkline(key) => write!(f, "sparkline.{key}"),
        }
    }
}

impl ColumnId {
    /// The column that is written so.
    pub(crate) fn parse(text: &str) -> Option<ColumnId> {
        let (prefix, key) = text.split_once('.')?;
        let owned = || key.to_owned();
        Some(match prefix {
            "attributes" => {
                let mut all = Attribute::ALL.iter();
                ColumnId::Attribute(*all.find(|attribute| attribute.as_str() == key)?)
            }
            "metrics" => ColumnId::Metric(owned()),
            "params" => ColumnId::Param(owned()),
            "tags" => ColumnId::Tag(owned()),
            "sparkline" => ColumnId::Sparkline(owned()),
            stat => {
                let stat = Stat::ALL.iter().find(|known| known.as_str() == stat)?;
                ColumnId::Stat(*stat, owned())
            }
        })
    }

    /// The column of a frame's column.
    pub(crate) fn of(frame: &Frame, column: Column) -> ColumnId {
        let key = || frame.name(column).to_owned();
        match column {
            Column::Attribute(attribute) => ColumnId::Attribute(attribute),
            Column::Metric(_) => ColumnId::Metric(key()),
            Column::Param(_) => ColumnId::Param(key()),
            Column::Tag(_) => ColumnId::Tag(key()),
            Column::Stat(_, stat) => ColumnId::Stat(stat, key()),
        }
    }

    /// Where the frame keeps it; `None` while no loaded run has it.
    pub(crate) fn find(&self, frame: &Frame) -> Option<Column> {
        match self {
            ColumnId::Attribute(attribute) => Some(Column::Attribute(*attribute)),
            ColumnId::Metric(key) | ColumnId::Sparkline(key) => frame.find(Group::Metric, key),
            ColumnId::Param(key) => frame.find(Group::Param, key),
            ColumnId::Tag(key) => frame.find(Group::Tag, key),
            ColumnId::Stat(stat, key) => match frame.find(Group::Metric, key)? {
                Column::Metric(id) => Some(Column::Stat(id, *stat)),
                _ => None,
            },
        }
    }

    /// The metric that it is about.
    pub(crate) fn metric(&self) -> Option<&str> {
        match self {
            ColumnId::Metric(key) | ColumnId::Stat(_, key) | ColumnId::Sparkline(key) => Some(key),
            _ => None,
        }
    }

    /// Which heading it stands under.
    pub(crate) fn group(&self) -> Group {
        match self {
            ColumnId::Attribute(_) => Group::Attribute,
            ColumnId::Metric(_) | ColumnId::Stat(..) | ColumnId::Sparkline(_) => Group::Metric,
            ColumnId::Param(_) => Group::Param,
            ColumnId::Tag(key) if tags::is_system(key) => Group::Attribute,
            ColumnId::Tag(_) => Group::Tag,
        }
    }

    /// What it is called.
    pub(crate) fn heading(&self) -> String {
        match self {
            ColumnId::Attribute(attribute) => attribute_heading(*attribute).to_owned(),
            ColumnId::Metric(key) | ColumnId::Param(key) => key.clone(),
            ColumnId::Tag(key) => tag_heading(key).to_owned(),
            ColumnId::Stat(stat, key) => format!("{} {key}", stat_heading(*stat)),
            ColumnId::Sparkline(key) => key.clone(),
        }
    }

    /// What a server sorts this column by, which is `orderByKey` in MLflow's
    /// addresses. `None` for what no server can sort by.
    pub(crate) fn server_key(&self) -> Option<String> {
        match self {
            ColumnId::Attribute(Attribute::Name) => Some("attributes.run_name".to_owned()),
            ColumnId::Attribute(
                attribute @ (Attribute::StartTime
                | Attribute::EndTime
                | Attribute::Status
                | Attribute::RunId),
            ) => Some(format!("attributes.{}", attribute.as_str())),
            ColumnId::Attribute(Attribute::User) => Some("tags.`mlflow.user`".to_owned()),
            ColumnId::Attribute(_) | ColumnId::Stat(..) | ColumnId::Sparkline(_) => None,
            ColumnId::Metric(key) => filter::identifier(Entity::Metric, key).ok(),
            ColumnId::Param(key) => filter::identifier(Entity::Param, key).ok(),
            ColumnId::Tag(key) => filter::identifier(Entity::Tag, key).ok(),
        }
    }

    /// How it is written as `orderByKey`.
    pub(crate) fn order_key(&self) -> String {
        self.server_key().unwrap_or_else(|| self.to_string())
    }

    /// The column of an `orderByKey`.
    pub(crate) fn of_order_key(key: &str) -> Option<ColumnId> {
        let (prefix, rest) = key.split_once('.')?;
        let bare = ['`', '"']
            .iter()
            .find_map(|quote| rest.strip_prefix(*quote).and_then(|rest| rest.strip_suffix(*quote)));
        let bare = bare.unwrap_or(rest);
        match (prefix, bare) {
            ("tags", "mlflow.user") => Some(ColumnId::Attribute(Attribute::User)),
            ("tags", "mlflow.runName") => Some(ColumnId::Attribute(Attribute::Name)),
            _ => ColumnId::parse(&format!("{prefix}.{bare}")),
        }
    }

    /// Which way a first click sorts: the best first where that is known, else
    /// the newest or the largest, and texts from A to Z.
    pub(crate) fn first_direction(&self, numeric: bool) -> Direction {
        match (self, self.metric().and_then(Goal::from_name)) {
            (_, Some(Goal::Minimize)) => Direction::Ascending,
            (ColumnId::Attribute(Attribute::StartTime | Attribute::EndTime), _) => {
                Direction::Descending
            }
            (_, Some(Goal::Maximize)) => Direction::Descending,
            _ if numeric => Direction::Descending,
            _ => Direction::Ascending,
        }
    }

    /// How wide it is unless somebody made it otherwise, in CSS pixels: by its
    /// heading, and never too narrow for a number of four digits, such as
    /// -0.0001234: one that is cut reads as another.
    pub(crate) fn width(&self) -> u32 {
        match self {
            ColumnId::Attribute(Attribute::StartTime | Attribute::EndTime) => 112,
            ColumnId::Attribute(Attribute::Duration) => 104,
            ColumnId::Attribute(Attribute::Status) => 104,
            ColumnId::Attribute(Attribute::RunId | Attribute::ParentRunId) => 240,
            ColumnId::Sparkline(_) => 132,
            other => {
                let letters = other.heading().chars().count().min(100) as u32;
                (letters * 13 / 2 + 46).clamp(104, 188)
            }
        }
    }

    /// Whether it is read from its right edge.
    pub(crate) fn is_numeric(&self, frame: &Frame) -> bool {
        match self {
            ColumnId::Metric(_) | ColumnId::Stat(..) => true,
            ColumnId::Sparkline(_) => false,
            ColumnId::Attribute(attribute) => matches!(
                attribute,
                Attribute::StartTime | Attribute::EndTime | Attribute::Duration | Attribute::Models
            ),
            ColumnId::Param(_) | ColumnId::Tag(_) => {
                self.find(frame).is_some_and(|column| frame.summary(column).min.is_some())
            }
        }
    }
}

/// What a frame's column is called.
pub(crate) fn heading(frame: &Frame, column: Column) -> String {
    ColumnId::of(frame, column).heading()
}

fn attribute_heading(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::Name => t("Run"),
        Attribute::Status => t("Status"),
        Attribute::StartTime => t("Started"),
        Attribute::EndTime => t("Ended"),
        Attribute::Duration => t("Duration"),
        Attribute::User => t("User"),
        Attribute::ExperimentId => t("Experiment"),
        Attribute::RunId => t("Run id"),
        Attribute::ParentRunId => t("Parent run"),
        Attribute::Dataset => t("Dataset"),
        Attribute::Models => t("Models"),
    }
}

/// What a statistic of a history is called.
pub(crate) fn stat_heading(stat: Stat) -> &'static str {
    match stat {
        Stat::Min => t("min"),
        Stat::Max => t("max"),
        Stat::First => t("first"),
        Stat::Last => t("last"),
        Stat::BestStep => t("best step of"),
    }
}

/// A cell as the table shows it.
pub(crate) fn text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Number(value) => number(value),
        Cell::Text(text) => text.to_owned(),
        Cell::Time(milliseconds) => milliseconds.to_string(),
        Cell::Duration(milliseconds) => duration(milliseconds),
        Cell::Status(status) => status.as_str().to_owned(),
    }
}

/// How a column's cells are coloured by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Shade {
    /// The smallest is the strongest.
    Low,
    /// The largest is the strongest.
    High,
}

/// How somebody has laid the columns out. Columns are written as text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Layout {
    /// The columns in their order; `None` is those that vary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shown: Option<Vec<String>>,
    /// Those that stay at the left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) pinned: Vec<String>,
    /// Widths in CSS pixels that somebody chose.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) widths: BTreeMap<String, u32>,
    /// Those whose cells are coloured.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) shades: BTreeMap<String, Shade>,
}

impl Layout {
    /// How wide a column is.
    pub(crate) fn width(&self, id: &ColumnId) -> u32 {
        self.widths.get(&id.to_string()).copied().unwrap_or_else(|| id.width())
    }

    /// The columns that are shown, those at the left first; `defaults` where
    /// nobody has chosen any.
    pub(crate) fn columns(&self, defaults: &Defaults) -> Vec<ColumnId> {
        let chosen = self
            .shown
            .as_ref()
            .map(|shown| shown.iter().filter_map(|text| ColumnId::parse(text)).collect::<Vec<_>>());
        let mut all = chosen.unwrap_or_else(|| defaults.shown.clone());
        // Stable: the pinned ones in their order, then the rest.
        all.sort_by_key(|id| !self.is_pinned(id));
        all
    }

    /// Whether a column stays at the left.
    pub(crate) fn is_pinned(&self, id: &ColumnId) -> bool {
        let text = id.to_string();
        self.pinned.contains(&text)
    }

    /// Pins a column, or lets it go.
    pub(crate) fn pin(&mut self, id: &ColumnId) {
        let text = id.to_string();
        match self.pinned.iter().position(|pinned| *pinned == text) {
            Some(at) => drop(self.pinned.remove(at)),
            None => self.pinned.push(text),
        }
    }

    /// Shows some columns, or hides them. `now` is what is shown now.
    pub(crate) fn show(&mut self, now: &[ColumnId], ids: &[ColumnId], on: bool) {
        let mut shown: Vec<String> = now.iter().map(ColumnId::to_string).collect();
        for id in ids {
            let text = id.to_string();
            shown.retain(|shown| *shown != text || on);
            if on && !shown.contains(&text) {
                // After the last one of its group, so that groups stay together.
                let last = now.iter().rposition(|other| other.group() == id.group());
                let at = last.map_or(shown.len(), |last| {
                    let last = now.get(last).map(ColumnId::to_string).unwrap_or_default();
                    shown.iter().position(|s| *s == last).map_or(shown.len(), |at| at + 1)
                });
                shown.insert(at, text);
            }
        }
        self.shown = Some(shown);
    }

    /// Shows a column right after another.
    pub(crate) fn show_after(&mut self, now: &[ColumnId], id: &ColumnId, after: &ColumnId) {
        let mut shown: Vec<String> = now.iter().map(ColumnId::to_string).collect();
        let (text, after) = (id.to_string(), after.to_string());
        if !shown.contains(&text) {
            let at =
                shown.iter().position(|shown| *shown == after).map_or(shown.len(), |at| at + 1);
            shown.insert(at, text);
        }
        self.shown = Some(shown);
    }

    /// Moves a column to the place of another.
    pub(crate) fn move_to(&mut self, now: &[ColumnId], from: usize, to: usize) {
        let mut shown: Vec<String> = now.iter().map(ColumnId::to_string).collect();
        if from < shown.len() && to < shown.len() {
            let moved = shown.remove(from);
            shown.insert(to, moved);
            self.shown = Some(shown);
        }
    }
}

/// What is shown where nobody has chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Defaults {
    /// The columns, in their order.
    pub(crate) shown: Vec<ColumnId>,
    /// What is the same in all runs: key and value.
    pub(crate) same: Vec<(String, String)>,
}

impl Defaults {
    /// Attributes, and all metrics and parameters that vary, the most varying
    /// first. What was shown `before` stays where it is, so that nothing moves
    /// while more runs arrive.
    pub(crate) fn of(frame: &Frame, before: &Defaults, several: bool) -> Defaults {
        let metrics = frame.layout(Group::Metric);
        let params = frame.layout(Group::Param);
        let attribute = ColumnId::Attribute;
        let mut same = Vec::new();
        let mut shown = vec![attribute(Attribute::StartTime), attribute(Attribute::Duration)];
        if several {
            shown.insert(0, attribute(Attribute::ExperimentId));
        }
        let mut behind = Vec::new();
        for (id, key) in [(Attribute::User, t("user")), (Attribute::Dataset, t("dataset"))] {
            let summary = frame.summary(Column::Attribute(id));
            match (summary.distinct, summary.present == frame.len() && frame.len() > 1) {
                (0, _) => {}
                (1, true) => {
                    same.push((key.to_owned(), text(frame.cell(Column::Attribute(id), 0))));
                }
                _ => behind.push(attribute(id)),
            }
        }
        for column in metrics.same.into_iter().chain(params.same) {
            same.push((frame.name(column).to_owned(), text(frame.cell(column, 0))));
        }
        // Each group gets half of the room, and what the other does not need.
        let (many_metrics, many_params) = (metrics.varying.len(), params.varying.len());
        let half = MOST_AT_FIRST / 2;
        let for_params = many_params.min(half.max(MOST_AT_FIRST.saturating_sub(many_metrics)));
        let for_metrics = many_metrics.min(MOST_AT_FIRST - for_params);
        let chosen = metrics.varying.into_iter().take(for_metrics);
        let chosen = chosen.chain(params.varying.into_iter().take(for_params));
        shown.extend(chosen.map(|column| ColumnId::of(frame, column)));
        shown.append(&mut behind);
        Defaults { shown: settle(&before.shown, shown), same }
    }
}

/// The columns of before in their places, and the new ones after the last of
/// their group.
fn settle(before: &[ColumnId], now: Vec<ColumnId>) -> Vec<ColumnId> {
    if before.is_empty() {
        return now;
    }
    let mut settled = before.to_vec();
    for id in now {
        if !settled.contains(&id) {
            let last = settled.iter().rposition(|other| other.group() == id.group());
            let before_next = || settled.iter().position(|other| other.group() > id.group());
            let at = last.map(|last| last + 1).or_else(before_next).unwrap_or(settled.len());
            settled.insert(at, id);
        }
    }
    settled
}

/// Every column that the loaded runs could have in a group of the columns
/// panel, by name.
pub(crate) fn known_columns(frame: &Frame, group: Group) -> Vec<ColumnId> {
    let mut all: Vec<ColumnId> = match group {
        Group::Attribute => {
            let attributes = Attribute::ALL.iter().filter(|one| **one != Attribute::Name);
            let named = NAMED_TAGS.iter().filter(|key| frame.find(Group::Tag, key).is_some());
            let named = named.map(|key| ColumnId::Tag((*key).to_owned()));
            return attributes.map(|one| ColumnId::Attribute(*one)).chain(named).collect();
        }
        group => frame
            .columns(group)
            .filter(|column| group != Group::Tag || !frame.is_system(*column))
            .map(|column| ColumnId::of(frame, column))
            .collect(),
    };
    all.sort_by_cached_key(|id| id.heading().to_lowercase());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlflow_api::SearchRunsResponse;

    fn frame() -> Frame {
        let page: SearchRunsResponse = serde_json::from_str(
            r#"{"runs": [
            {"info": {"run_id": "a", "user_id": "ada"}, "data": {
                "metrics": [{"key": "val loss", "value": 0.5}, {"key": "epochs", "value": 10}],
                "params": [{"key": "lr", "value": "0.01"}, {"key": "net", "value": "mlp"}]}},
            {"info": {"run_id": "b", "user_id": "ada"}, "data": {
                "metrics": [{"key": "val loss", "value": 0.25}, {"key": "epochs", "value": 10}],
                "params": [{"key": "lr", "value": "0.1"}, {"key": "net", "value": "cnn"}]}}]}"#,
        )
        .unwrap();
        let mut frame = Frame::new();
        frame.extend(&page.runs);
        frame
    }

    fn texts(ids: &[ColumnId]) -> Vec<String> {
        ids.iter().map(ColumnId::to_string).collect()
    }

    #[test]
    fn what_is_the_same_in_all_runs_is_no_column() {
        let defaults = Defaults::of(&frame(), &Defaults::default(), false);
        let same: Vec<_> = defaults.same.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(same, [("user", "ada"), ("epochs", "10")]);
        assert_eq!(
            texts(&defaults.shown),
            [
                "attributes.start_time",
                "attributes.duration",
                "metrics.val loss",
                "params.lr",
                "params.net"
            ]
        );
    }

    #[test]
    fn columns_stay_in_their_places_while_more_come() {
        let mut frame = frame();
        let first = Defaults::of(&frame, &Defaults::default(), false);
        let more: SearchRunsResponse = serde_json::from_str(
            r#"{"runs": [{"info": {"run_id": "c", "user_id": "bob"}, "data": {
                "metrics": [{"key": "epochs", "value": 11}, {"key": "acc", "value": 1}],
                "params": [{"key": "net", "value": "x"}]}}]}"#,
        )
        .unwrap();
        frame.extend(&more.runs);
        let then = Defaults::of(&frame, &first, false);
        assert_eq!(
            texts(&then.shown),
            [
                "attributes.start_time",
                "attributes.duration",
                "attributes.user",
                "metrics.val loss",
                "metrics.epochs",
                "metrics.acc",
                "params.lr",
                "params.net",
            ]
        );
        assert!(then.same.is_empty());
    }

    #[test]
    fn columns_read_back_as_they_are_written() {
        for id in [
            ColumnId::Attribute(Attribute::Duration),
            ColumnId::Metric("a.b c".into()),
            ColumnId::Param("lr".into()),
            ColumnId::Tag("mlflow.note.content".into()),
            ColumnId::Stat(Stat::BestStep, "loss".into()),
            ColumnId::Sparkline("loss".into()),
        ] {
            assert_eq!(ColumnId::parse(&id.to_string()), Some(id.clone()));
            assert_eq!(ColumnId::of_order_key(&id.order_key()), Some(id));
        }
        let user = ColumnId::Attribute(Attribute::User);
        assert_eq!(ColumnId::of_order_key("tags.`mlflow.user`"), Some(user));
        let loss = ColumnId::Metric("val loss".into());
        assert_eq!(loss.server_key().as_deref(), Some("metrics.`val loss`"));
        assert_eq!(loss.first_direction(true), Direction::Ascending);
    }

    #[test]
    fn a_layout_is_changed_a_column_at_a_time() {
        let now = Defaults::of(&frame(), &Defaults::default(), false).shown;
        let defaults = Defaults { shown: now.clone(), same: Vec::new() };
        let mut layout = Layout::default();
        layout.show(&now, &[ColumnId::Metric("epochs".into())], true);
        layout.show(&layout.columns(&defaults), &[ColumnId::Param("net".into())], false);
        let shown = layout.columns(&defaults);
        assert_eq!(
            texts(&shown),
            [
                "attributes.start_time",
                "attributes.duration",
                "metrics.val loss",
                "metrics.epochs",
                "params.lr"
            ]
        );
        layout.move_to(&shown, 4, 0);
        layout.pin(&ColumnId::Metric("epochs".into()));
        assert_eq!(
            texts(&layout.columns(&defaults)),
            [
                "metrics.epochs",
                "params.lr",
                "attributes.start_time",
                "attributes.duration",
                "metrics.val loss"
            ]
        );
        let kept: Layout = serde_json::from_str(&serde_json::to_string(&layout).unwrap()).unwrap();
        assert_eq!(kept, layout);
    }
}
