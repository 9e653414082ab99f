//! Whether a request may be answered.

use std::borrow::Cow;
use std::collections::BTreeSet;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Method, Request, Uri};
use mlflow_api::{DEFAULT_WORKSPACE, ErrorCode, ReviewQueue, ReviewQueueType, tags};
use serde_json::Value as Json;

use super::caller::Caller;
use super::fields::{self, Fields};
use super::permission::{
    ASSESSMENT, EXPERIMENT, LOGGED_MODEL, Level, PROMPT, PROMPT_VERSION, REGISTERED_MODEL,
    REGISTERED_MODEL_VERSION, REVIEW_QUEUE, RUN, TRACE, canonical,
};
use super::refusal::Refusal;
use super::table::{LOGGED_MODEL_PART, Need, Part, QueueUse, RUN_PART, TRACE_PART, needs};
use super::{artifacts, roles, users};
use crate::fields::snake_case;
use crate::registry::uri::{self, ModelUri};
use crate::reviews::queues;
use crate::sql::Columns;
use crate::{Deployment, Error, Sql, evaluation, experiments, logged_models, runs};

/// The fields that name experiments.
const EXPERIMENTS: &[&str] = &["experiment_id", "experiment_ids"];

/// What goes with an experiment.
const WITHIN: [&str; 7] =
    [RUN, TRACE, LOGGED_MODEL, ASSESSMENT, REVIEW_QUEUE, "scorer", "scorer_version"];

/// The request as the caller may have it answered: a search of some experiments
/// leaves out those that they may not read. `path` begins with `/api/`.
pub(super) fn admit<'a>(
    sql: &dyn Sql,
    caller: &Caller,
    request: &'a Request<Bytes>,
    path: &str,
) -> Result<Cow<'a, Request<Bytes>>, Refusal> {
    if caller.user.is_admin {
        return Ok(Cow::Borrowed(request));
    }
    let (needs, in_path) =
        needs(request.method().as_str(), path).ok_or_else(|| Refusal::forbidden(caller))?;
    let fields = Fields::of(request, in_path)?;
    let deployment = request.extensions().get::<Deployment>().copied().unwrap_or_default();
    let access = Access { sql, caller, fields: &fields, deployment };
    for need in needs {
        if !access.has(*need)? {
            return Err(Refusal::forbidden(caller));
        }
    }
    let searched = needs.iter().find_map(|need| match need {
        Need::SearchIn(resource_type) => Some(*resource_type),
        _ => None,
    });
    Ok(match searched {
        Some(resource_type) => Cow::Owned(narrowed(caller, resource_type, request)?),
        None => Cow::Borrowed(request),
    })
}

/// What is asked of the store and of the grants for one request.
struct Access<'a> {
    sql: &'a dyn Sql,
    caller: &'a Caller,
    fields: &'a Fields,
    deployment: Deployment,
}

impl Access<'_> {
    fn has(&self, need: Need) -> Result<bool, Error> {
        let caller = self.caller;
        let everywhere = |names, check: &dyn Fn(&str) -> bool| {
            let ids = self.fields.some(names)?;
            Ok(ids.iter().all(|id| check(&canonical(EXPERIMENT, id))))
        };
        match need {
            Need::Admin => Ok(false),
            Need::Search => Ok(true),
            Need::SearchIn(_) => Ok(true),
            Need::Login => Ok(!caller.is_anonymous()),
            Need::Oneself => {
                Ok(!caller.is_anonymous() && self.fields.one("username")? == caller.user.username)
            }
            Need::SomeWorkspace => roles::manages_any(self.sql, caller),
            Need::ManageRole => roles::may_manage(self.sql, caller, self.fields),
            Need::SeeRole => roles::may_see(self.sql, caller, self.fields),
            Need::SeeRoles => roles::may_list(self.sql, caller, self.fields),
            Need::SeeUser => users::may_see(self.sql, caller, self.fields.one("username")?),
            Need::ManageThing => self.manages_thing(),
            Need::ManageModel => {
                let name = self.fields.one("name")?;
                Ok(caller.may(Level::Manage, &[(REGISTERED_MODEL, name)]))
            }
            Need::SeePermission => Ok(!caller.is_anonymous()
                && (self.fields.one("username")? == caller.user.username
                    || caller.manages_workspace())),
            Need::SeeWorkspace => {
                let name = self.fields.one("workspace_name")?;
                Ok(name == DEFAULT_WORKSPACE || roles::is_in(self.sql, caller, name)?)
            }
            Need::CreateExperiment => {
                // A place of one's own choice must not be somebody else's.
                let mut places = self.fields.all(&["artifact_location"]).into_iter();
                Ok(caller.may_create()
                    && caller.is_not_denied((EXPERIMENT, "*"))
                    && places.all(|place| match artifacts::path_of(place) {
                        Some(path) => artifacts::may(caller, &path, Level::Update),
                        None => !self.is_served(place) || caller.manages_workspace(),
                    }))
            }
            Need::CreateModel => {
                let name = self.fields.one("name")?;
                Ok(caller.may_create()
                    && [REGISTERED_MODEL, PROMPT].iter().all(|of| caller.is_not_denied((of, name))))
            }
            Need::Experiment(level) => {
                everywhere(EXPERIMENTS, &|id| caller.may(level, &[(EXPERIMENT, id)]))
            }
            Need::ExperimentIfAny(level) => {
                let ids = self.fields.all(&["experiment_id"]);
                Ok(ids
                    .iter()
                    .all(|id| caller.may(level, &[(EXPERIMENT, &canonical(EXPERIMENT, id))])))
            }
            Need::Experiments(level) => {
                everywhere(&["experiment_ids"], &|id| caller.may(level, &[(EXPERIMENT, id)]))
            }
            Need::ExperimentByName(level) => self.experiment_by_name(level),
            Need::WholeExperiment(level) => everywhere(EXPERIMENTS, &|id| {
                caller.may(level, &[(EXPERIMENT, id)])
                    && WITHIN.iter().all(|part| self.may_in(id, part, level))
            }),
            Need::CreateIn(resource_type) => everywhere(EXPERIMENTS, &|id| {
                caller.may(Level::Update, &[(EXPERIMENT, id)])
                    && caller.is_not_denied((resource_type, "*"))
            }),
            Need::Dataset(level) => {
                let ids = evaluation::experiments_of(self.sql, self.fields.one("dataset_id")?)?;
                // What is not there may not be dealt with, either.
                Ok(!ids.is_empty()
                    && ids
                        .iter()
                        .all(|id| caller.may(level, &[(EXPERIMENT, &canonical(EXPERIMENT, id))])))
            }
            Need::In(resource_type, level) => {
                everywhere(EXPERIMENTS, &|id| self.may_in(id, resource_type, level))
            }
            Need::Part(part, level) => {
                let ids = self.fields.some(part.fields)?;
                self.parts(part, level, &ids, false)
            }
            Need::PartIfAny(part, level) => {
                self.parts(part, level, &self.fields.all(part.fields), false)
            }
            Need::PartIfThere(part, level) => {
                self.parts(part, level, &self.fields.all(part.fields), true)
            }
            Need::Model(level) => {
                let name = self.fields.one("name")?;
                let of = kind_of(self.sql, name)?.unwrap_or(REGISTERED_MODEL);
                Ok(caller.may(level, &[(of, name)]))
            }
            Need::Queue(wanted) => {
                for id in self.fields.some(&["queue_id"])? {
                    // What is not there may not be dealt with, either.
                    let queue = queues::find_any(self.sql, id)?;
                    if !queue.is_some_and(|queue| self.may_queue(&queue, wanted)) {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Need::QueueByName(wanted) => {
                let experiment = experiments::parse_id(self.fields.one("experiment_id")?)?;
                let queue = queues::named(self.sql, experiment, self.fields.one("name")?)?;
                Ok(queue.is_some_and(|queue| self.may_queue(&queue, wanted)))
            }
            Need::Version(level) => self.version(self.fields.one("name")?, level),
            Need::CreateVersion => {
                let name = self.fields.one("name")?;
                let Some(of) = kind_of(self.sql, name)? else { return Ok(false) };
                Ok(caller.may(Level::Update, &[(of, name)])
                    && caller.is_not_denied((versions_of(of), "*")))
            }
            Need::Source => self.source(),
        }
    }

    /// Whether such things of an experiment may be dealt with.
    fn may_in(&self, experiment: &str, resource_type: &str, level: Level) -> bool {
        may_in(self.caller, experiment, resource_type, level)
    }

    fn parts(
        &self,
        part: &Part,
        level: Level,
        ids: &[&str],
        or_missing: bool,
    ) -> Result<bool, Error> {
        may_parts(self.sql, self.caller, part, level, ids, or_missing)
    }

    fn experiment_by_name(&self, level: Level) -> Result<bool, Error> {
        let name = self.fields.one("experiment_name")?;
        let rows = self.sql.query(
            "SELECT experiment_id FROM experiments WHERE name = ?1 AND workspace = 'default'",
            &[name.into()],
        )?;
        let id = rows.into_iter().next().map(|row| Columns::of(row).integer().to_string());
        // That there is none is what the answer says.
        Ok(id.is_none_or(|id| self.caller.may(level, &[(EXPERIMENT, &id)])))
    }

    /// Whether a review queue may be dealt with so. Who may change an experiment has
    /// the queues that they made; who reviews one may look into it, and nobody else
    /// may review.
    fn may_queue(&self, queue: &ReviewQueue, wanted: QueueUse) -> bool {
        let may = |level| self.may_in(&queue.experiment_id, REVIEW_QUEUE, level);
        let user = queues::user_of(&self.caller.user.username);
        let reviews = queue.users.contains(&user);
        let owner = queue.created_by.as_deref().map(queues::user_of);
        let owns = may(Level::Update) && owner.is_some_and(|owner| owner == user);
        match wanted {
            QueueUse::Open => may(Level::Read) && (may(Level::Manage) || reviews || owns),
            // Who owns a queue may not give it away.
            QueueUse::Change if !self.fields.all(&["new_owner"]).is_empty() => may(Level::Manage),
            QueueUse::Change => may(Level::Manage) || owns,
            QueueUse::Prune => {
                may(Level::Manage) || (owns && queue.queue_type == ReviewQueueType::Custom)
            }
            QueueUse::Review => may(Level::Update) && reviews,
        }
    }

    fn version(&self, name: &str, level: Level) -> Result<bool, Error> {
        let Some(of) = kind_of(self.sql, name)? else { return Ok(false) };
        let version = (versions_of(of), "*");
        Ok(self.caller.may(Level::Read, &[(of, name)])
            && match level {
                Level::Read => self.caller.is_not_denied(version),
                _ => self.caller.may(level, &[version, (of, name)]),
            })
    }

    fn manages_thing(&self) -> Result<bool, Error> {
        let resource_type = self.fields.one("resource_type")?;
        super::grants::check_type(resource_type)?;
        let id = canonical(resource_type, self.fields.one("resource_id")?);
        Ok(match id.as_str() {
            "*" => self.caller.manages_workspace(),
            id => self.caller.may(Level::Manage, &[(resource_type, id)]),
        })
    }

    /// What a version is made from has to be readable: else it would be a way
    /// to read it.
    fn source(&self) -> Result<bool, Error> {
        for source in self.fields.all(&["source"]) {
            let uri = uri::Uri::parse(source);
            let may = match (uri.scheme.as_str(), artifacts::path_of(source)) {
                ("models", _) => match ModelUri::parse(&uri.path) {
                    Some(ModelUri::Logged(id)) => {
                        self.parts(LOGGED_MODEL_PART, Level::Read, &[&id], false)?
                    }
                    Some(
                        ModelUri::Version { name, .. }
                        | ModelUri::Alias { name, .. }
                        | ModelUri::Newest { name, .. },
                    ) => self.version(&name, Level::Read)?,
                    // It names nothing.
                    None => true,
                },
                ("runs", _) => {
                    let run = uri.path.trim_start_matches('/').split('/').next();
                    self.parts(RUN_PART, Level::Read, &[run.unwrap_or_default()], false)?
                }
                (_, Some(path)) => artifacts::may(self.caller, &path, Level::Read),
                (_, None) => {
                    !self.is_served(source)
                        || self.caller.manages_workspace()
                        || self.is_of_parts(source)?
                }
            };
            if !may {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a place may be one of an object store that this server reads for
    /// whoever may see what names it.
    fn is_served(&self, place: &str) -> bool {
        const STORES: [&str; 4] = ["s3", "wasb", "wasbs", "abfss"];
        self.deployment.serves_named_places
            && STORES.contains(&uri::Uri::parse(place).scheme.as_str())
    }

    /// Whether a place is the run's or the logged model's that is named with it.
    fn is_of_parts(&self, place: &str) -> Result<bool, Error> {
        let is_within = |root: &str| {
            let below = place.strip_prefix(root.trim_end_matches('/'));
            !root.is_empty() && below.is_some_and(|path| path.is_empty() || path.starts_with('/'))
        };
        for id in self.fields.all(&["run_id"]) {
            let root = runs::find(self.sql, id)?.info.artifact_uri;
            if root.is_some_and(|root| is_within(&root)) {
                return Ok(true);
            }
        }
        for id in self.fields.all(&["model_id"]) {
            if is_within(&logged_models::find(self.sql, id)?.info.artifact_uri) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Refuses spans of traces that are there and that their sender may not change,
/// and to link them to such a run.
///
/// # Errors
/// When they may not.
pub(crate) fn check_spans(
    sql: &dyn Sql,
    caller: &Caller,
    traces: &BTreeSet<&str>,
    run: Option<&str>,
) -> Result<(), Error> {
    for trace in traces {
        if !may_parts(sql, caller, TRACE_PART, Level::Update, &[trace], true)? {
            return Err(denied(format!("you may not change the trace {trace}")));
        }
    }
    match run {
        Some(run) if !may_parts(sql, caller, RUN_PART, Level::Update, &[run], false)? => {
            Err(denied(format!("you may not change the run {run}")))
        }
        _ => Ok(()),
    }
}

fn denied(message: String) -> Error {
    Error::new(ErrorCode::PermissionDenied, message)
}

/// Whether such things of an experiment may be dealt with by somebody.
pub(super) fn may_in(caller: &Caller, experiment: &str, resource_type: &str, level: Level) -> bool {
    let experiment = (EXPERIMENT, experiment);
    caller.may(Level::Read, &[experiment]) && caller.may(level, &[(resource_type, "*"), experiment])
}

/// Whether these parts may all be dealt with by somebody. What is not there may
/// not, unless it is said so: nobody learns what is.
fn may_parts(
    sql: &dyn Sql,
    caller: &Caller,
    part: &Part,
    level: Level,
    ids: &[&str],
    or_missing: bool,
) -> Result<bool, Error> {
    for id in ids {
        let may = match experiment_of(sql, part, id)? {
            Some(experiment) => may_in(caller, &experiment, part.resource_type, level),
            None => or_missing,
        };
        if !may {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The experiment that something is a part of; `None` where it is not there.
pub(super) fn experiment_of(sql: &dyn Sql, part: &Part, id: &str) -> Result<Option<String>, Error> {
    let rows = sql.query(part.experiment, &[id.into()])?;
    Ok(rows.into_iter().next().map(|row| Columns::of(row).integer().to_string()))
}

/// Whether that is a registered model or a prompt; `None` where there is none.
pub(super) fn kind_of(sql: &dyn Sql, name: &str) -> Result<Option<&'static str>, Error> {
    let rows = sql.query(
        "SELECT EXISTS (SELECT * FROM registered_model_tags t WHERE t.workspace = m.workspace
             AND t.name = m.name AND t.key = ?2 AND lower(t.value) = 'true')
         FROM registered_models m WHERE m.workspace = 'default' AND m.name = ?1",
        &[name.into(), tags::IS_PROMPT.into()],
    )?;
    Ok(rows.into_iter().next().map(|row| match Columns::of(row).integer() {
        0 => REGISTERED_MODEL,
        _ => PROMPT,
    }))
}

/// The type of a model's or a prompt's versions.
pub(super) fn versions_of(resource_type: &str) -> &'static str {
    if resource_type == PROMPT { PROMPT_VERSION } else { REGISTERED_MODEL_VERSION }
}

/// The request without the experiments that may not be read.
fn narrowed(
    caller: &Caller,
    resource_type: &str,
    request: &Request<Bytes>,
) -> Result<Request<Bytes>, Error> {
    let may = |id: &str| may_in(caller, &canonical(EXPERIMENT, id), resource_type, Level::Read);
    let is_list = |name: &str| EXPERIMENTS.contains(&snake_case(name).as_str());
    let (mut parts, body) = request.clone().into_parts();
    if parts.method == Method::GET {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let kept = fields::query(request).filter(|(name, id)| !is_list(name) || may(id));
        query.extend_pairs(kept);
        let query = query.finish();
        parts.uri = format!("{}?{query}", parts.uri.path())
            .parse::<Uri>()
            .map_err(|_| Error::invalid("the query can't be read"))?;
        return Ok(Request::from_parts(parts, body));
    }
    let Some(mut body) = fields::body(request)? else {
        return Ok(Request::from_parts(parts, body));
    };
    for (name, ids) in &mut body {
        if is_list(name) {
            let listed = match ids.take() {
                Json::Array(ids) => ids,
                Json::Null => Vec::new(),
                one => vec![one],
            };
            let text = |id: &Json| id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            *ids = listed.into_iter().filter(|id| may(&text(id))).collect();
        }
    }
    let body = Bytes::from(Json::Object(body).to_string());
    parts.headers.remove(CONTENT_LENGTH);
    Ok(Request::from_parts(parts, body))
}
