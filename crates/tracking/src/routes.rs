//! Which function answers which request.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use mlflow_api::{
    CreateExperiment, CreateRun, DeleteExperiment, DeleteExperimentTag, DeleteRun, DeleteTag,
    Endpoint, ErrorCode, GetExperiment, GetExperimentByName, GetMetricHistory,
    GetMetricHistoryBulk, GetMetricHistoryBulkInterval, GetRun, GetServerInfo, HEALTH_PATH,
    LogBatch, LogInputs, LogMetric, LogModel, LogOutputs, LogParam, RestoreExperiment, RestoreRun,
    SearchDatasets, SearchExperiments, SearchRuns, ServerInfo, SetExperimentTag, SetTag,
    UpdateExperiment, UpdateRun, VERSION_PATH,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, MLFLOW_VERSION, Sql, call, experiments, metrics, runs};

/// A request on its way through the table.
struct Ask<'a> {
    sql: &'a dyn Sql,
    request: &'a Request<Bytes>,
    path: &'a str,
}

/// Finds the endpoint and calls it.
pub(crate) fn route(
    sql: &dyn Sql,
    now: i64,
    request: &Request<Bytes>,
) -> Result<Response<Bytes>, Error> {
    let path = request.uri().path();
    match path {
        VERSION_PATH => return Ok(call::text(MLFLOW_VERSION)),
        HEALTH_PATH => return Ok(call::text("OK")),
        _ => {}
    }
    // MLflow has every endpoint twice: for clients, and for its own pages.
    // One path lacks a slash in MLflow's protobufs.
    let api = path
        .strip_prefix("/ajax-api/")
        .or_else(|| path.strip_prefix("/api/").filter(|rest| rest.starts_with("2.0mlflow/")))
        .map(|rest| format!("/api/{}", rest.replacen("2.0mlflow/", "2.0/mlflow/", 1)));
    let ask = Ask { sql, request, path: api.as_deref().unwrap_or(path) };

    ask.read(|_: GetServerInfo| Ok(server_info()))
        .or_else(|| ask.write(|r: CreateExperiment| experiments::create(sql, now, &r)))
        .or_else(|| ask.read(|r: GetExperiment| experiments::get(sql, &r)))
        .or_else(|| ask.read(|r: GetExperimentByName| experiments::get_by_name(sql, &r)))
        .or_else(|| ask.read(|r: SearchExperiments| experiments::search(sql, &r)))
        .or_else(|| ask.write(|r: UpdateExperiment| experiments::rename(sql, now, &r)))
        .or_else(|| ask.write(|r: DeleteExperiment| experiments::delete(sql, now, &r)))
        .or_else(|| ask.write(|r: RestoreExperiment| experiments::restore(sql, now, &r)))
        .or_else(|| ask.write(|r: SetExperimentTag| experiments::set_tag(sql, &r)))
        .or_else(|| ask.write(|r: DeleteExperimentTag| experiments::delete_tag(sql, &r)))
        .or_else(|| ask.read(|r: SearchDatasets| runs::search_datasets(sql, &r)))
        .or_else(|| ask.write(|r: CreateRun| runs::create(sql, &r)))
        .or_else(|| ask.read(|r: GetRun| runs::get(sql, &r)))
        .or_else(|| ask.write(|r: UpdateRun| runs::update(sql, &r)))
        .or_else(|| ask.write(|r: DeleteRun| runs::delete(sql, now, &r)))
        .or_else(|| ask.write(|r: RestoreRun| runs::restore(sql, &r)))
        .or_else(|| ask.read(|r: SearchRuns| runs::search(sql, &r)))
        .or_else(|| ask.write(|r: LogBatch| runs::log_batch(sql, &r)))
        .or_else(|| ask.write(|r: LogMetric| runs::log_metric(sql, &r)))
        .or_else(|| ask.write(|r: LogParam| runs::log_param(sql, &r)))
        .or_else(|| ask.write(|r: SetTag| runs::set_tag(sql, &r)))
        .or_else(|| ask.write(|r: DeleteTag| runs::delete_tag(sql, &r)))
        .or_else(|| ask.write(|r: LogInputs| runs::log_inputs(sql, &r)))
        .or_else(|| ask.write(|r: LogOutputs| runs::log_outputs(sql, &r)))
        .or_else(|| ask.write(|r: LogModel| runs::log_model(sql, &r)))
        .or_else(|| ask.read(|r: GetMetricHistory| metrics::history(sql, &r)))
        .or_else(|| ask.read(|r: GetMetricHistoryBulk| metrics::bulk(sql, &r)))
        .or_else(|| ask.read(|r: GetMetricHistoryBulkInterval| metrics::interval(sql, &r)))
        .unwrap_or_else(|| {
            Err(Error::new(
                ErrorCode::NotImplemented,
                format!("this server does not have {} {path}", request.method()),
            ))
        })
}

impl Ask<'_> {
    fn is<E: Endpoint>(&self) -> bool {
        let method = self.request.method();
        // MLflow's searches of experiments answer a GET as well.
        let verb = method.as_str() == E::METHOD.as_str()
            || (E::PATH == SearchExperiments::PATH && method == Method::GET);
        verb && self.path == E::PATH
    }

    /// Answers with `work` if this is its endpoint, which only reads.
    fn read<E, A>(
        &self,
        work: impl FnOnce(E) -> Result<A, Error>,
    ) -> Option<Result<Response<Bytes>, Error>>
    where
        E: Endpoint + DeserializeOwned,
        A: Serialize,
    {
        self.is::<E>().then(|| {
            let answer = work(call::read(self.request)?)?;
            Ok(call::json(StatusCode::OK, &answer))
        })
    }

    /// Answers with `work` if this is its endpoint, as one transaction.
    fn write<E, A>(
        &self,
        work: impl FnOnce(E) -> Result<A, Error>,
    ) -> Option<Result<Response<Bytes>, Error>>
    where
        E: Endpoint + DeserializeOwned,
        A: Serialize,
    {
        self.read(|asked| {
            let mut work = Some(|| work(asked));
            let mut answer = None;
            self.sql.transaction(&mut || {
                answer = work.take().map(|work| work()).transpose()?;
                Ok(())
            })?;
            answer.ok_or_else(|| Error::new(ErrorCode::InternalError, "the store ran nothing"))
        })
    }
}

fn server_info() -> ServerInfo {
    ServerInfo {
        store_type: Some("SqlStore".into()),
        artifact_serving_enabled: Some(false),
        ..ServerInfo::default()
    }
}
