//! Which columns the runs table has, and how they are asked for.

use std::collections::HashSet;

use mlflow_api::filter::{self, Entity};
use run_frame::{Attribute, Cell, Column, Direction, Frame, Goal, Group, SortKey};

use super::format::{duration, number};

/// How many metrics and parameters are shown at first, and how many come with
/// each "more": a table of thousands would stop the page.
pub(crate) const COLUMNS_STEP: usize = 30;

/// The columns of a table of runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Columns {
    /// Attributes but the name, which always comes first.
    pub(crate) attributes: Vec<Column>,
    /// Metrics in which the runs differ, the most varying first.
    pub(crate) metrics: Vec<Column>,
    /// Parameters in which the runs differ, the most varying first.
    pub(crate) params: Vec<Column>,
    /// How many metrics and parameters are left out.
    pub(crate) hidden: usize,
    /// What is the same in all runs: key and value.
    pub(crate) same: Vec<(String, String)>,
    /// Those that are read from their right edge: metrics, times, and
    /// parameters that are numbers.
    numeric: HashSet<Column>,
}

impl Columns {
    /// The columns of a frame, with at most `room` metrics and parameters.
    pub(crate) fn of(frame: &Frame, room: usize) -> Columns {
        let metrics = frame.layout(Group::Metric);
        let params = frame.layout(Group::Param);
        let mut attributes =
            vec![Column::Attribute(Attribute::StartTime), Column::Attribute(Attribute::Duration)];
        let mut same = Vec::new();
        let user = Column::Attribute(Attribute::User);
        let users = frame.summary(user);
        match (users.distinct, users.present == frame.len() && frame.len() > 1) {
            (0, _) => {}
            (1, true) => same.push(("user".to_owned(), text(frame.cell(user, 0)))),
            _ => attributes.push(user),
        }
        for column in metrics.same.into_iter().chain(params.same) {
            same.push((frame.name(column).to_owned(), text(frame.cell(column, 0))));
        }
        let total = metrics.varying.len() + params.varying.len();
        // Each group gets half of the room, and what the other does not need.
        let half = room / 2;
        let for_params =
            params.varying.len().min(half.max(room.saturating_sub(metrics.varying.len())));
        let for_metrics = metrics.varying.len().min(room - for_params);
        let mut columns = Columns {
            attributes,
            hidden: total - for_metrics - for_params,
            metrics: metrics.varying.into_iter().take(for_metrics).collect(),
            params: params.varying.into_iter().take(for_params).collect(),
            same,
            numeric: HashSet::new(),
        };
        columns.numeric = columns.iter().filter(|column| is_numeric(frame, *column)).collect();
        columns
    }

    /// Whether a column is read from its right edge.
    pub(crate) fn is_numeric(&self, column: Column) -> bool {
        self.numeric.contains(&column)
    }

    /// All of them after the name, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Column> + '_ {
        self.attributes.iter().chain(&self.metrics).chain(&self.params).copied()
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

fn is_numeric(frame: &Frame, column: Column) -> bool {
    match column {
        Column::Metric(_) => true,
        Column::Attribute(attribute) => {
            matches!(attribute, Attribute::StartTime | Attribute::Duration)
        }
        _ => frame.summary(column).min.is_some(),
    }
}

/// How wide a column is, in CSS pixels: by its heading, and never too narrow for
/// a number of four digits, such as -0.0001234: one that is cut reads as another.
pub(crate) fn width(frame: &Frame, column: Column) -> u32 {
    match column {
        Column::Attribute(Attribute::StartTime) => 100,
        Column::Attribute(Attribute::Duration) => 104,
        Column::Attribute(_) => 120,
        _ => {
            let letters = frame.name(column).chars().count().min(100) as u32;
            (letters * 13 / 2 + 38).clamp(100, 176)
        }
    }
}

/// What a column is called.
pub(crate) fn heading(frame: &Frame, column: Column) -> String {
    match column {
        Column::Attribute(Attribute::Name) => "Run".to_owned(),
        Column::Attribute(Attribute::StartTime) => "Started".to_owned(),
        Column::Attribute(Attribute::Duration) => "Duration".to_owned(),
        Column::Attribute(Attribute::User) => "User".to_owned(),
        column => frame.name(column).to_owned(),
    }
}

/// What MLflow sorts this column by: `orderByKey` in the address. `None` for
/// what no server can sort by.
pub(crate) fn order_key(frame: &Frame, column: Column) -> Option<String> {
    match column {
        Column::Attribute(Attribute::Name) => Some("attributes.run_name".to_owned()),
        Column::Attribute(Attribute::StartTime) => Some("attributes.start_time".to_owned()),
        Column::Attribute(Attribute::User) => Some("tags.`mlflow.user`".to_owned()),
        Column::Attribute(_) => None,
        Column::Metric(_) => filter::identifier(Entity::Metric, frame.name(column)).ok(),
        Column::Param(_) => filter::identifier(Entity::Param, frame.name(column)).ok(),
        Column::Tag(_) => filter::identifier(Entity::Tag, frame.name(column)).ok(),
    }
}

/// Which way a first click sorts: the best first where that is known, else the
/// newest, largest or alphabetically first.
pub(crate) fn first_direction(frame: &Frame, column: Column) -> Direction {
    match column {
        Column::Metric(_) => match Goal::from_name(frame.name(column)) {
            Some(Goal::Minimize) => Direction::Ascending,
            _ => Direction::Descending,
        },
        Column::Attribute(Attribute::StartTime) => Direction::Descending,
        _ => Direction::Ascending,
    }
}

/// How the table is sorted, as the address has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// The key, such as ``metrics.`loss` ``.
    pub(crate) key: String,
    /// Which way.
    pub(crate) direction: Direction,
}

impl Order {
    /// MLflow's own order, and the table's where the address has none.
    pub(crate) const NEWEST: &str = "attributes.start_time";

    /// Reads `orderByKey` and `orderByAsc`.
    pub(crate) fn parse(key: Option<&str>, ascending: Option<&str>) -> Order {
        let direction = match ascending {
            Some("true") => Direction::Ascending,
            _ => Direction::Descending,
        };
        Order { key: key.filter(|key| !key.is_empty()).unwrap_or(Order::NEWEST).into(), direction }
    }

    /// As `runs/search` takes it.
    pub(crate) fn clause(&self) -> String {
        let direction = match self.direction {
            Direction::Ascending => "ASC",
            Direction::Descending => "DESC",
        };
        format!("{} {direction}", self.key)
    }

    /// As the frame takes it; `None` where the order is by what is not shown.
    pub(crate) fn sort_key(&self, frame: &Frame, columns: &Columns) -> Option<SortKey> {
        let name = Column::Attribute(Attribute::Name);
        let column = std::iter::once(name)
            .chain(columns.iter())
            .find(|column| order_key(frame, *column).as_deref() == Some(&self.key))?;
        Some(SortKey { column, direction: self.direction })
    }
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

    #[test]
    fn what_is_the_same_in_all_runs_is_no_column() {
        let frame = frame();
        let columns = Columns::of(&frame, COLUMNS_STEP);
        let same: Vec<_> = columns.same.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(same, [("user", "ada"), ("epochs", "10")]);
        let names: Vec<_> = columns.iter().map(|column| heading(&frame, column)).collect();
        assert_eq!(names, ["Started", "Duration", "val loss", "lr", "net"]);
        assert_eq!(columns.hidden, 0);
        let numeric: Vec<_> = columns.iter().map(|column| columns.is_numeric(column)).collect();
        assert_eq!(numeric, [true, true, true, true, false]);
    }

    #[test]
    fn too_many_columns_are_shared_between_the_groups() {
        let keys = |prefix: &str, many: usize, value: &str| {
            let entry = |nth| format!(r#"{{"key": "{prefix}{nth}", "value": {value}}}"#);
            (0..many).map(entry).collect::<Vec<_>>().join(",")
        };
        let page: SearchRunsResponse = serde_json::from_str(&format!(
            r#"{{"runs": [{{"info": {{"run_id": "a"}}, "data":
               {{"metrics": [{}], "params": [{}]}}}}]}}"#,
            keys("m", 50, "1"),
            keys("p", 4, "\"x\"")
        ))
        .unwrap();
        let mut frame = Frame::new();
        frame.extend(&page.runs);
        let columns = Columns::of(&frame, COLUMNS_STEP);
        assert_eq!((columns.metrics.len(), columns.params.len(), columns.hidden), (26, 4, 24));
        assert_eq!(Columns::of(&frame, 60).hidden, 0);
    }

    #[test]
    fn the_order_in_the_address_is_the_servers() {
        let frame = frame();
        let columns = Columns::of(&frame, COLUMNS_STEP);
        let order = Order::parse(Some("metrics.`val loss`"), Some("true"));
        assert_eq!(order.clause(), "metrics.`val loss` ASC");
        let key = order.sort_key(&frame, &columns).unwrap();
        assert_eq!(frame.name(key.column), "val loss");
        assert_eq!(Order::parse(None, None).clause(), "attributes.start_time DESC");
        assert!(Order::parse(Some("params.gone"), None).sort_key(&frame, &columns).is_none());
    }

    #[test]
    fn a_first_click_brings_the_best_up() {
        let frame = frame();
        let loss = frame.find(Group::Metric, "val loss").unwrap();
        assert_eq!(first_direction(&frame, loss), Direction::Ascending);
        assert_eq!(order_key(&frame, loss).as_deref(), Some("metrics.`val loss`"));
        assert_eq!(order_key(&frame, Column::Attribute(Attribute::Duration)), None);
    }
}
