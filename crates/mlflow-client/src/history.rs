//! The whole history of a metric, a page at a time.

use mlflow_api::{GetMetricHistory, GetMetricHistoryResponse, limits};

use crate::{Client, Error, Transport};

/// One logged value of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricPoint {
    /// The x axis that the user chose.
    pub step: i64,
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// May be NaN or infinite.
    pub value: f64,
}

/// A page of a metric's history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricHistoryPage {
    /// In the server's order, which need not be by step. At most
    /// [`limits::METRIC_HISTORY_PAGE`] on servers that page.
    pub points: Vec<MetricPoint>,
    /// What the next page is asked for with; `None` on the last page.
    pub next_page_token: Option<String>,
}

impl From<GetMetricHistoryResponse> for MetricHistoryPage {
    fn from(response: GetMetricHistoryResponse) -> Self {
        let points = response
            .metrics
            .into_iter()
            .map(|m| MetricPoint { step: m.step, timestamp: m.timestamp, value: m.value })
            .collect();
        let next_page_token = response.next_page_token.filter(|token| !token.is_empty());
        Self { points, next_page_token }
    }
}

/// A metric's history, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricHistory {
    /// In the server's order, which need not be by step.
    pub points: Vec<MetricPoint>,
    /// Whether this is all that the server has.
    pub complete: bool,
}

impl<T: Transport> Client<T> {
    /// A page of a metric's history; the first one without a token. A metric
    /// that the run does not have has an empty history.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn metric_history(
        &self,
        run_id: &str,
        key: &str,
        page_token: Option<&str>,
    ) -> Result<MetricHistoryPage, Error> {
        let request = GetMetricHistory {
            run_id: run_id.to_owned(),
            metric_key: key.to_owned(),
            page_token: page_token.map(str::to_owned),
            max_results: Some(limits::METRIC_HISTORY_PAGE),
        };
        self.call(&request).await.map(MetricHistoryPage::from)
    }

    /// A metric's history to its end, or to `max_points` of it.
    ///
    /// `on_page` is given the new points of each page as it arrives. Drop the
    /// future to stop in between.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind); what arrived before was given to
    /// `on_page`.
    pub async fn metric_history_all(
        &self,
        run_id: &str,
        key: &str,
        max_points: usize,
        mut on_page: impl FnMut(&[MetricPoint]),
    ) -> Result<MetricHistory, Error> {
        let mut points = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let mut page = self.metric_history(run_id, key, token.as_deref()).await?;
            let room = max_points.saturating_sub(points.len());
            let cut = page.points.len() > room;
            page.points.truncate(room);
            on_page(&page.points);
            // A page without points, or with its own token, would never end.
            let stuck = page.points.is_empty() || page.next_page_token == token;
            points.append(&mut page.points);
            token = page.next_page_token;
            if token.is_none() || cut || stuck || points.len() >= max_points {
                return Ok(MetricHistory { points, complete: token.is_none() && !cut });
            }
        }
    }
}
