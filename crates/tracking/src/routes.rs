//! Which function answers which request.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use mlflow_api::{
    CreateExperiment, CreateRun, Endpoint, ErrorCode, GetExperiment, GetExperimentByName,
    GetMetricHistory, GetRun, GetServerInfo, HEALTH_PATH, LogBatch, LogMetric, LogParam,
    SearchExperiments, SearchRuns, ServerInfo, SetTag, UpdateRun, VERSION_PATH,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{ArtifactServing, Error, MLFLOW_VERSION, Sql, call, experiments, metrics, runs};

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
    let api = path.strip_prefix("/ajax-api/").map(|rest| format!("/api/{rest}"));
    let ask = Ask { sql, request, path: api.as_deref().unwrap_or(path) };

    ask.read(|_: GetServerInfo| Ok(server_info(request.extensions().get())))
        .or_else(|| ask.write(|r: CreateExperiment| experiments::create(sql, now, &r)))
        .or_else(|| ask.read(|r: GetExperiment| experiments::get(sql, &r)))
        .or_else(|| ask.read(|r: GetExperimentByName| experiments::get_by_name(sql, &r)))
        .or_else(|| ask.read(|r: SearchExperiments| experiments::search(sql, &r)))
        .or_else(|| ask.write(|r: CreateRun| runs::create(sql, now, &r)))
        .or_else(|| ask.read(|r: GetRun| runs::get(sql, &r)))
        .or_else(|| ask.write(|r: UpdateRun| runs::update(sql, &r)))
        .or_else(|| ask.read(|r: SearchRuns| runs::search(sql, &r)))
        .or_else(|| ask.write(|r: LogBatch| runs::log_batch(sql, &r)))
        .or_else(|| ask.write(|r: LogMetric| runs::log_metric(sql, &r)))
        .or_else(|| ask.write(|r: LogParam| runs::log_param(sql, &r)))
        .or_else(|| ask.write(|r: SetTag| runs::set_tag(sql, &r)))
        .or_else(|| ask.read(|r: GetMetricHistory| metrics::history(sql, &r)))
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

fn server_info(artifacts: Option<&ArtifactServing>) -> ServerInfo {
    ServerInfo {
        store_type: Some("SqlStore".into()),
        artifact_serving_enabled: Some(artifacts.is_some()),
        multipart_uploads_enabled: artifacts.is_some_and(|serving| serving.uploads_in_parts),
        multipart_downloads_enabled: artifacts.is_some_and(|serving| serving.presigned_reads),
        ..ServerInfo::default()
    }
}
