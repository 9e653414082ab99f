//! Runs by their ids, a hundred with one request.

use std::collections::HashMap;

use futures_util::future::join_all;
use mlflow_api::filter::string;
use mlflow_api::{Run, SearchRuns, ViewType};

use crate::{Client, Error, Transport};

/// How many ids one search names.
const BATCH: usize = 100;
/// How many runs are asked for one by one at the same time.
const AT_ONCE: usize = 6;

impl<T: Transport> Client<T> {
    /// Runs by their ids, deleted ones too, in the order of the ids. `experiments`
    /// are those in which they are looked for first, by search; what is not found
    /// there is asked for one by one. A run that the server does not have is left
    /// out.
    ///
    /// # Errors
    /// When the server does not answer, or not about runs.
    pub async fn runs_by_id(
        &self,
        ids: &[String],
        experiments: &[String],
    ) -> Result<Vec<Run>, Error> {
        let mut found: HashMap<String, Run> = HashMap::new();
        if ids.len() > 1 && !experiments.is_empty() {
            for batch in ids.chunks(BATCH) {
                // Servers that don't take this filter are asked otherwise below.
                for run in self.search_ids(batch, experiments).await.unwrap_or_default() {
                    found.insert(run.info.run_id.clone(), run);
                }
            }
        }
        let missing: Vec<&String> = ids.iter().filter(|id| !found.contains_key(*id)).collect();
        for batch in missing.chunks(AT_ONCE) {
            for answer in join_all(batch.iter().map(|id| self.get_run(id))).await {
                match answer {
                    Ok(run) => drop(found.insert(run.info.run_id.clone(), run)),
                    Err(error) if error.is_not_found() => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    async fn search_ids(&self, ids: &[String], experiments: &[String]) -> Result<Vec<Run>, Error> {
        let quoted: Vec<_> = ids.iter().filter_map(|id| string(id).ok()).collect();
        let search = SearchRuns {
            experiment_ids: experiments.to_vec(),
            filter: Some(format!("attributes.run_id IN ({})", quoted.join(", "))),
            run_view_type: Some(ViewType::All),
            max_results: BATCH as u32,
            ..SearchRuns::default()
        };
        Ok(self.search_runs(&search).await?.runs)
    }
}
