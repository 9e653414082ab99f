//! What is asked of a table of runs: everything that its address says.

use run_frame::Direction;
use serde_json::Value;

use super::columns::ColumnId;
use super::language::t;
use super::query::Query;
use super::runs_link::{BRUSH, MODE};

/// How far back runs are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Since {
    /// All of them.
    #[default]
    Always,
    /// Those of the last hour; so on.
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Since {
    /// All of them, the shortest but one first.
    pub(crate) const ALL: [Since; 6] =
        [Since::Always, Since::Hour, Since::Day, Since::Week, Since::Month, Since::Year];

    /// As MLflow's addresses have it, and its milliseconds.
    const fn facts(self) -> (&'static str, i64) {
        const HOUR: i64 = 3_600_000;
        match self {
            Since::Always => ("ALL", 0),
            Since::Hour => ("LAST_HOUR", HOUR),
            Since::Day => ("LAST_24_HOURS", 24 * HOUR),
            Since::Week => ("LAST_7_DAYS", 7 * 24 * HOUR),
            Since::Month => ("LAST_30_DAYS", 30 * 24 * HOUR),
            Since::Year => ("LAST_YEAR", 365 * 24 * HOUR),
        }
    }

    /// What it is called.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Since::Always => t("All time"),
            Since::Hour => t("Last hour"),
            Since::Day => t("Last 24 hours"),
            Since::Week => t("Last 7 days"),
            Since::Month => t("Last 30 days"),
            Since::Year => t("Last year"),
        }
    }

    /// The first moment that is shown, if it is `now`.
    pub(crate) fn moment(self, now: i64) -> Option<i64> {
        (self != Since::Always).then(|| now - self.facts().1)
    }
}

/// What stands beside what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The table alone.
    Table,
    /// Table left, charts right.
    #[default]
    Split,
    /// The charts alone.
    Charts,
}

/// Which number of a group's runs is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Aggregation {
    #[default]
    Mean,
    Min,
    Max,
}

/// A column that is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SortBy {
    /// As `orderByKey` has it.
    pub(crate) key: String,
    /// Which way.
    pub(crate) direction: Direction,
}

impl SortBy {
    /// What MLflow sorts by unless told otherwise.
    const NEWEST: &'static str = "attributes.start_time";

    fn of(key: &str, ascending: bool) -> SortBy {
        let direction = if ascending { Direction::Ascending } else { Direction::Descending };
        SortBy { key: key.to_owned(), direction }
    }

    /// As `runs/search` takes it; `None` where no server can.
    pub(crate) fn clause(&self) -> Option<String> {
        let key = ColumnId::of_order_key(&self.key)?.server_key()?;
        let direction = match self.direction {
            Direction::Ascending => "ASC",
            Direction::Descending => "DESC",
        };
        Some(format!("{key} {direction}"))
    }
}

/// What is asked of a table of runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct View {
    /// What stands in the filter box.
    pub(crate) filter: String,
    /// The columns that are sorted by; none is the newest first.
    pub(crate) sort: Vec<SortBy>,
    /// How far back.
    pub(crate) since: Since,
    /// Whether deleted runs are shown instead of the others.
    pub(crate) deleted: bool,
    /// Name and digest of the datasets of which a run has to have read one.
    pub(crate) datasets: Vec<(String, String)>,
    /// The columns whose values make groups.
    pub(crate) group_by: Vec<String>,
    /// What is shown of a group's numbers.
    pub(crate) aggregation: Aggregation,
    /// What is brushed in its charts: see [`super::brush`].
    pub(crate) brush: String,
    /// What stands beside what; `None` is for the page to decide.
    pub(crate) mode: Option<Mode>,
}

impl View {
    /// Reads what an address asks for.
    pub(crate) fn parse(query: &Query) -> View {
        let text = |key| query.get(key).filter(|text| !text.is_empty());
        let mut sort = Vec::new();
        if let Some(key) = text("orderByKey") {
            sort.push(SortBy::of(key, text("orderByAsc") == Some("true")));
            let more = text("orderByMore").unwrap_or_default();
            let more: Vec<(String, bool)> =
                serde_json::from_slice(more.as_bytes()).unwrap_or_default();
            sort.extend(more.iter().map(|(key, ascending)| SortBy::of(key, *ascending)));
        }
        let since = Since::ALL.into_iter().find(|s| text("startTime") == Some(s.facts().0));
        View {
            filter: query.get("searchFilter").unwrap_or_default().to_owned(),
            sort,
            since: since.unwrap_or_default(),
            deleted: text("lifecycleFilter").is_some_and(|l| l.eq_ignore_ascii_case("deleted")),
            datasets: datasets(text("datasetsFilter").unwrap_or_default()),
            group_by: query.list("groupBy"),
            aggregation: match text("aggregate") {
                Some("min") => Aggregation::Min,
                Some("max") => Aggregation::Max,
                _ => Aggregation::Mean,
            },
            brush: text(BRUSH).unwrap_or_default().to_owned(),
            mode: match text(MODE) {
                Some("TABLE") => Some(Mode::Table),
                Some("SPLIT") => Some(Mode::Split),
                Some("CHART") => Some(Mode::Charts),
                _ => None,
            },
        }
    }

    /// Writes it into an address; what is as usual is left out.
    pub(crate) fn write(&self, query: &mut Query) {
        let mut set = |key: &str, value: Option<String>| query.set(key, value.as_deref());
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        set("searchFilter", filled(&self.filter));
        let first = self.sort.first();
        set("orderByKey", first.map(|sort| sort.key.clone()));
        set("orderByAsc", first.map(|sort| ascends(sort).to_string()));
        let more: Vec<Value> = self
            .sort
            .iter()
            .skip(1)
            .map(|s| (s.key.as_str(), ascends(s)))
            .map(|(key, ascends)| Value::from(vec![Value::from(key), Value::from(ascends)]))
            .collect();
        set("orderByMore", (!more.is_empty()).then(|| Value::from(more).to_string()));
        let since = (self.since != Since::Always).then(|| self.since.facts().0.to_owned());
        set("startTime", since);
        set("lifecycleFilter", self.deleted.then(|| "Deleted".to_owned()));
        let datasets = self
            .datasets
            .iter()
            .map(|(name, digest)| serde_json::json!({ "name": name, "digest": digest }));
        let datasets: Vec<Value> = datasets.collect();
        set("datasetsFilter", (!datasets.is_empty()).then(|| Value::from(datasets).to_string()));
        let groups =
            (!self.group_by.is_empty()).then(|| Value::from(self.group_by.clone()).to_string());
        set("groupBy", groups);
        set(
            "aggregate",
            match self.aggregation {
                Aggregation::Mean => None,
                Aggregation::Min => Some("min".to_owned()),
                Aggregation::Max => Some("max".to_owned()),
            },
        );
        set(BRUSH, filled(&self.brush));
        set(
            MODE,
            self.mode.map(|mode| match mode {
                Mode::Table => "TABLE".to_owned(),
                Mode::Split => "SPLIT".to_owned(),
                Mode::Charts => "CHART".to_owned(),
            }),
        );
    }

    /// The order as a server takes it: what it cannot sort by is left out.
    pub(crate) fn order_by(&self) -> Vec<String> {
        let clauses: Vec<String> = self.sort.iter().filter_map(SortBy::clause).collect();
        if clauses.is_empty() { vec![format!("{} DESC", SortBy::NEWEST)] } else { clauses }
    }

    /// Whether the table is sorted by something that no server can sort by.
    pub(crate) fn sorts_locally(&self) -> bool {
        self.sort.iter().any(|sort| sort.clause().is_none())
    }

    /// Which way a column is sorted, and as which one.
    pub(crate) fn sorted(&self, id: &ColumnId) -> Option<(usize, Direction)> {
        let key = id.order_key();
        let all = || self.sort.iter().enumerate();
        let found = all().find(|(_, sort)| {
            sort.key == key || ColumnId::of_order_key(&sort.key).as_ref() == Some(id)
        });
        found.map(|(nth, sort)| (nth, sort.direction))
    }

    /// Sorts by a column, after the others if `also` says so: first its own
    /// way, then the other way, and then no more.
    pub(crate) fn sort_by(&mut self, id: &ColumnId, first: Direction, also: bool) {
        let now = self.sorted(id);
        let opposite = match first {
            Direction::Ascending => Direction::Descending,
            Direction::Descending => Direction::Ascending,
        };
        let next = match now {
            None => Some(first),
            Some((_, direction)) if direction == first => Some(opposite),
            Some(_) => None,
        };
        if !also {
            self.sort.retain(|sort| ColumnId::of_order_key(&sort.key).as_ref() == Some(id));
        }
        let at = self.sorted(id).map(|(nth, _)| nth);
        match (at.and_then(|at| self.sort.get_mut(at)), next) {
            (Some(sort), Some(direction)) => sort.direction = direction,
            (None, Some(direction)) => self.sort.push(SortBy { key: id.order_key(), direction }),
            (_, None) => self.sort.retain(|s| ColumnId::of_order_key(&s.key).as_ref() != Some(id)),
        }
    }

    /// Whether runs are left out by anything but the filter box.
    pub(crate) fn is_narrowed(&self) -> bool {
        !self.filter.trim().is_empty() || self.since != Since::Always || !self.datasets.is_empty()
    }
}

fn ascends(sort: &SortBy) -> bool {
    sort.direction == Direction::Ascending
}

/// MLflow writes each dataset as an object, or as the text of one.
fn datasets(text: &str) -> Vec<(String, String)> {
    let list: Vec<Value> = serde_json::from_slice(text.as_bytes()).unwrap_or_default();
    let one = |value: Value| {
        let value = match &value {
            Value::String(text) => serde_json::from_slice(text.as_bytes()).ok()?,
            _ => value,
        };
        let field = |key| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Some((field("name")?, field("digest").unwrap_or_default()))
    };
    list.into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use run_frame::Attribute;

    fn view(text: &str) -> View {
        View::parse(&Query::parse(text))
    }

    #[test]
    fn what_is_asked_stands_in_the_address() {
        let text = "searchFilter=a%20b&orderByKey=metrics.%60loss%60&orderByAsc=true\
                    &orderByMore=%5B%5B%22params.%60lr%60%22%2Cfalse%5D%5D&startTime=LAST_7_DAYS\
                    &lifecycleFilter=Deleted&datasetsFilter=%5B%7B%22digest%22%3A%22d%22%2C%22name%22%3A%22n%22%7D%5D\
                    &groupBy=%5B%22params.lr%22%5D&aggregate=max\
                    &brush=%5B%5B%22metrics.loss%22%2C0.5%2C1.0%5D%5D&compareRunsMode=TABLE";
        let read = view(text);
        assert_eq!(read.order_by(), ["metrics.`loss` ASC", "params.`lr` DESC"]);
        assert_eq!(read.datasets, [("n".to_owned(), "d".to_owned())]);
        let mut query = Query::default();
        read.write(&mut query);
        assert_eq!(view(&query.to_string()), read);
        assert_eq!(query.to_string(), text.replace(' ', ""));
        View::default().write(&mut query);
        assert!(query.is_empty());
    }

    #[test]
    fn mlflows_own_addresses_are_understood() {
        let read = view(
            "orderByKey=attributes.start_time&orderByAsc=false&startTime=ALL&lifecycleFilter=Active&datasetsFilter=W10%3D&modelVersionFilter=All%20Runs",
        );
        assert_eq!(read.order_by(), ["attributes.start_time DESC"]);
        assert!(!read.deleted && !read.is_narrowed());
        assert_eq!(view("").order_by(), ["attributes.start_time DESC"]);
        assert!(view("orderByKey=attributes.duration").sorts_locally());
    }

    #[test]
    fn a_click_sorts_and_shift_sorts_within() {
        let (loss, lr) = (ColumnId::Metric("loss".into()), ColumnId::Param("lr".into()));
        let mut view = View::default();
        let order = |view: &View| view.order_by().join(", ");
        view.sort_by(&loss, Direction::Ascending, false);
        view.sort_by(&lr, Direction::Descending, true);
        assert_eq!(order(&view), "metrics.`loss` ASC, params.`lr` DESC");
        assert_eq!(view.sorted(&lr), Some((1, Direction::Descending)));
        view.sort_by(&loss, Direction::Ascending, true);
        assert_eq!(order(&view), "metrics.`loss` DESC, params.`lr` DESC");
        view.sort_by(&lr, Direction::Descending, false);
        assert_eq!(order(&view), "params.`lr` ASC");
        view.sort_by(&lr, Direction::Descending, false);
        assert_eq!(order(&view), "attributes.start_time DESC");
        assert_eq!(view.sorted(&ColumnId::Attribute(Attribute::Name)), None);
    }

    #[test]
    fn since_when() {
        assert_eq!(Since::Hour.moment(3_600_001), Some(1));
        assert_eq!(Since::Always.moment(5), None);
    }
}
