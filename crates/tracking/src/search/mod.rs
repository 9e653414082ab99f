//! Searches: from the clauses of a filter to a statement with parameters.
//!
//! A search is one `SELECT`. Its [`Source`] says where the keys of a filter are
//! in the schema; a [`Search`] collects conditions, orders and parameters:
//!
//! ```ignore
//! let mut search = Search::of(&RUNS);
//! let experiments = search.bind(ids_as_json);
//! search.also(format!("r.experiment_id IN (SELECT value FROM json_each({experiments}))"));
//! search.filter(&mlflow_api::search::parse(Subject::Runs, filter)?)?;
//! search.order(&mlflow_api::search::order_by(Subject::Runs, order_by)?)?;
//! search.then("r.run_uuid");
//! let (rows, next_page_token) = search.page(sql, "r.run_uuid", COLUMNS, page)?;
//! ```

mod like;

use mlflow_api::filter::Entity;
use mlflow_api::search::{Clause, Comparator, OrderBy, Value as Operand};

use crate::page::Page;
use crate::{Error, Row, Sql, Value};

/// How many parameters a Durable Object takes.
const MAX_PARAMETERS: usize = 100;
/// How many comparisons a filter may have. Each needs two parameters, but for
/// long patterns.
const MAX_CLAUSES: usize = 40;
/// How many keys results may be ordered by; each may be one more join.
pub(crate) const MAX_ORDERS: usize = 10;

/// Where a search finds what a filter names.
pub(crate) struct Source {
    /// The table with its alias, such as `runs r`.
    pub(crate) table: &'static str,
    /// The SQL of each attribute, by its name.
    pub(crate) attributes: &'static [(&'static str, &'static str)],
    /// What has keys: metrics, parameters, tags.
    pub(crate) keyed: &'static [(Entity, Keyed)],
}

/// A table of keys and values, in which an owner has a key at most once.
#[derive(Clone, Copy)]
pub(crate) struct Keyed {
    pub(crate) table: &'static str,
    pub(crate) key: &'static str,
    pub(crate) value: &'static str,
    /// Its columns that name the owner, each with the owner's own.
    pub(crate) owner: &'static [(&'static str, &'static str)],
    /// Whether it has a column `is_nan`, whose rows have a value that is none.
    pub(crate) has_nan: bool,
}

impl Keyed {
    /// The condition that a row is the owner's.
    fn is_owned(&self, alias: &str) -> String {
        let equal = self.owner.iter().map(|(theirs, ours)| format!("{alias}.{theirs} = {ours}"));
        equal.collect::<Vec<_>>().join(" AND ")
    }
}

/// A search on its way to become a statement.
#[derive(Clone)]
pub(crate) struct Search {
    source: &'static Source,
    joins: String,
    conditions: Vec<String>,
    orders: Vec<String>,
    parameters: Vec<Value>,
}

impl Search {
    pub(crate) fn of(source: &'static Source) -> Self {
        Self {
            source,
            joins: String::new(),
            conditions: Vec::new(),
            orders: Vec::new(),
            parameters: Vec::new(),
        }
    }

    /// Takes a parameter and gives its name, such as `?3`.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.parameters.push(value.into());
        format!("?{}", self.parameters.len())
    }

    /// Adds a condition, which has to hold with all others.
    pub(crate) fn also(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    /// Adds what results are ordered by where all before it are equal.
    pub(crate) fn then(&mut self, order: impl Into<String>) {
        self.orders.push(order.into());
    }

    /// Refuses a filter that is too long for one statement.
    pub(crate) fn check(clauses: &[Clause]) -> Result<(), Error> {
        if clauses.len() <= MAX_CLAUSES {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "the filter has {} comparisons; at most {MAX_CLAUSES} are taken",
            clauses.len()
        )))
    }

    /// Looks only at the first so many that `began` finds, from which this search
    /// was cloned.
    pub(crate) fn within(&mut self, began: &Self, id: &str, order: &str, count: i64) {
        let Source { table, .. } = began.source;
        let conditions = began.conditions.join(" AND ");
        let count = self.bind(count);
        self.also(format!(
            "{id} IN (SELECT {id} FROM {table} WHERE {conditions} ORDER BY {order} LIMIT {count})"
        ));
    }

    /// Adds the clauses of a filter.
    pub(crate) fn filter(&mut self, clauses: &[Clause]) -> Result<(), Error> {
        Self::check(clauses)?;
        for clause in clauses {
            let condition = match clause.entity {
                Entity::Attribute => {
                    let column = self.attribute(&clause.key)?;
                    self.compare(column, clause)
                }
                entity => {
                    let keyed = self.keyed(entity)?;
                    self.keyed_condition(keyed, clause)
                }
            };
            self.also(condition);
        }
        Ok(())
    }

    /// Adds what a request is ordered by. What is missing comes last in both
    /// directions (NULL is SQLite's smallest value), and NaN before it.
    pub(crate) fn order(&mut self, orders: &[OrderBy]) -> Result<(), Error> {
        if orders.len() > MAX_ORDERS {
            return Err(Error::invalid(format!(
                "results are ordered by {} keys; at most {MAX_ORDERS} are taken",
                orders.len()
            )));
        }
        for order in orders {
            let direction = if order.ascending { "ASC NULLS LAST" } else { "DESC" };
            if order.entity == Entity::Attribute {
                let column = self.attribute(&order.key)?;
                self.then(format!("{column} {direction}"));
                continue;
            }
            let keyed = self.keyed(order.entity)?;
            let Keyed { table, key, value, has_nan, .. } = keyed;
            let alias = format!("o{}", self.orders.len());
            let is_owned = keyed.is_owned(&alias);
            let bound = self.bind(order.key.as_str());
            self.joins.push_str(&format!(
                " LEFT JOIN {table} {alias} ON {is_owned} AND {alias}.{key} = {bound}"
            ));
            if has_nan {
                self.then(format!("ifnull({alias}.is_nan, 2)"));
            }
            self.then(format!("{alias}.{value} {direction}"));
        }
        Ok(())
    }

    /// Runs the search and gives a page of rows and the token of the next one.
    ///
    /// `id` tells rows apart. What `columns` gather is gathered for the rows of
    /// this page only, which SQLite would not do in a statement that sorts.
    pub(crate) fn page(
        self,
        sql: &dyn Sql,
        id: &str,
        columns: &str,
        page: Page,
    ) -> Result<(Vec<Row>, Option<String>), Error> {
        let Source { table, .. } = self.source;
        let mut ids = self.rows(sql, id, page)?;
        let next_page_token = page.cut(&mut ids);
        let ids: Vec<serde_json::Value> = ids.into_iter().flatten().map(Value::into_json).collect();
        let statement = format!(
            "SELECT {columns} FROM json_each(?1) page JOIN {table} ON {id} = page.value
             ORDER BY page.key"
        );
        let rows = sql.query(&statement, &[serde_json::json!(ids).to_string().into()])?;
        Ok((rows, next_page_token))
    }

    /// The conditions so far.
    pub(crate) fn conditions(&self) -> String {
        self.conditions.join(" AND ")
    }

    /// Runs a statement of another form, with the parameters so far.
    pub(crate) fn run(self, sql: &dyn Sql, statement: &str) -> Result<Vec<Row>, Error> {
        if self.parameters.len() > MAX_PARAMETERS {
            return Err(Error::invalid("the filter has too many comparisons with long patterns"));
        }
        Ok(sql.query(statement, &self.parameters)?)
    }

    /// Runs the search and gives a page of rows, and one more if there is one.
    pub(crate) fn rows(
        mut self,
        sql: &dyn Sql,
        columns: &str,
        page: Page,
    ) -> Result<Vec<Row>, Error> {
        let (limit, offset) = page.limit_and_offset();
        let (limit, offset) = (self.bind(limit), self.bind(offset));
        let Self { source: Source { table, .. }, joins, orders, .. } = &self;
        let (conditions, orders) = (self.conditions(), orders.join(", "));
        let statement = format!(
            "SELECT {columns} FROM {table}{joins} WHERE {conditions} ORDER BY {orders}
             LIMIT {limit} OFFSET {offset}"
        );
        self.run(sql, &statement)
    }

    pub(crate) fn attribute(&self, name: &str) -> Result<&'static str, Error> {
        let known = self.source.attributes.iter().find(|(known, _)| *known == name);
        known
            .map(|(_, column)| *column)
            .ok_or_else(|| Error::invalid(format!("'{name}' can't be searched for here")))
    }

    fn keyed(&self, entity: Entity) -> Result<Keyed, Error> {
        let known = self.source.keyed.iter().find(|(known, _)| *known == entity);
        known.map(|(_, keyed)| *keyed).ok_or_else(|| {
            Error::invalid(format!("a {} can't be searched for here", entity.noun()))
        })
    }

    /// Whether the owner has the key with such a value.
    pub(crate) fn keyed_condition(&mut self, keyed: Keyed, clause: &Clause) -> String {
        let Keyed { table, key, value, has_nan, .. } = keyed;
        let is_owned = keyed.is_owned("k");
        let bound = self.bind(clause.key.as_str());
        let has = format!("SELECT 1 FROM {table} k WHERE {is_owned} AND k.{key} = {bound}");
        match clause.comparator {
            Comparator::IsNull => return format!("NOT EXISTS ({has})"),
            Comparator::IsNotNull => return format!("EXISTS ({has})"),
            _ => {}
        }
        let compared = self.compare(&format!("k.{value}"), clause);
        // NaN is unequal to every number, and in no order with any.
        match (has_nan, clause.comparator) {
            (false, _) => format!("EXISTS ({has} AND {compared})"),
            (true, Comparator::NotEqual) => format!("EXISTS ({has} AND ({compared} OR k.is_nan))"),
            (true, _) => format!("EXISTS ({has} AND {compared} AND k.is_nan = 0)"),
        }
    }

    /// The comparison of a column with the value of a clause.
    pub(crate) fn compare(&mut self, column: &str, clause: &Clause) -> String {
        let comparator = clause.comparator;
        match (comparator, &clause.value) {
            (Comparator::IsNull | Comparator::IsNotNull, _) | (_, Operand::Missing) => {
                format!("{column} {comparator}")
            }
            (Comparator::Like, Operand::Text(pattern)) => self.like(column, pattern),
            (Comparator::Ilike, Operand::Text(pattern)) => {
                self.like(&format!("lower({column})"), &pattern.to_ascii_lowercase())
            }
            (_, Operand::List(texts)) => {
                let list = self.bind(serde_json::json!(texts).to_string());
                format!("{column} {comparator} (SELECT value FROM json_each({list}))")
            }
            (_, operand) => {
                let value = self.bind(match operand {
                    Operand::Integer(value) => Value::from(*value),
                    Operand::Real(value) => Value::from(*value),
                    Operand::Text(text) => Value::from(text.as_str()),
                    Operand::Missing | Operand::List(_) => Value::Null,
                });
                format!("{column} {comparator} {value}")
            }
        }
    }
}
