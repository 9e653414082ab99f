//! The history of metrics: of one run page by page, and of several at once.

mod bulk;

pub(crate) use bulk::{bulk, interval};

use mlflow_api::{GetMetricHistory, GetMetricHistoryResponse, Metric};

use crate::call::required;
use crate::page::Page;
use crate::sql::Columns;
use crate::{Error, Row, Sql};

pub(crate) fn history(
    sql: &dyn Sql,
    asked: &GetMetricHistory,
) -> Result<GetMetricHistoryResponse, Error> {
    let run_id = required(&asked.run_id, "run_id")?;
    let key = required(&asked.metric_key, "metric_key")?;
    if asked.max_results == Some(0) {
        return Err(Error::invalid(
            "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer.",
        ));
    }
    let page = Page::new(asked.page_token.as_deref(), asked.max_results.unwrap_or(u32::MAX))?;
    let (limit, offset) = page.limit_and_offset();
    let mut rows = sql.query(
        "SELECT key, value, is_nan, timestamp, step FROM metrics WHERE run_uuid = ?1 AND key = ?2
         ORDER BY timestamp, step, value LIMIT ?3 OFFSET ?4",
        &[run_id.into(), key.into(), limit.into(), offset.into()],
    )?;
    let next_page_token = page.cut(&mut rows);
    Ok(GetMetricHistoryResponse {
        metrics: rows.into_iter().map(metric).collect(),
        next_page_token,
    })
}

/// A row of key, value, `is_nan`, timestamp and step.
fn metric(row: Row) -> Metric {
    let mut columns = Columns::of(row);
    let (key, value, is_nan) = (columns.text(), columns.real(), columns.integer() != 0);
    Metric {
        key,
        value: if is_nan { f64::NAN } else { value },
        timestamp: columns.integer(),
        step: columns.integer(),
        ..Metric::default()
    }
}
