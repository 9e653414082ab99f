//! The edge: one Cloudflare Worker that serves models at `/invocations`, the
//! dashboard's static files, and MLflow's REST API: from a workspace of its own,
//! or, where one is configured, from one MLflow server through a same-origin
//! proxy.
//!
//! [`route`] decides what a request is for and [`config`] what there is; both
//! are plain functions. The rest hands bytes over: a model's requests go to
//! the scoring module (a second wasm, instantiated at the first of them), the
//! others to a binding, as streams that never enter this module's memory.

mod artifacts;
mod assets;
mod body;
mod config;
mod cors;
mod models;
mod origin;
mod outside;
mod proxy;
mod reply;
mod route;
mod webhooks;
mod workspace;

use std::sync::OnceLock;

use worker::{Context, Env, Request, Response, Result, event};

use crate::config::Config;
use crate::cors::Cors;
use crate::models::Asked;
use crate::origin::Asker;
use crate::route::Route;

/// The variables of a deployment don't change while an instance lives.
static CONFIG: OnceLock<std::result::Result<Config, String>> = OnceLock::new();

fn config(env: &Env) -> &'static std::result::Result<Config, String> {
    CONFIG.get_or_init(|| Config::from_env(env))
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    let config = match config(&env) {
        Ok(config) => config,
        Err(message) => return reply::error(500, "INTERNAL_ERROR", message),
    };
    let url = request.url()?;
    let host = url.host_str().unwrap_or_default();
    if !config.allows_host(host, url.port()) || workspace::is_inside(&url) {
        let message = format!("Invalid Host header: this deployment does not answer to '{host}'");
        return reply::error(403, "PERMISSION_DENIED", &message);
    }
    if url.path().starts_with("//") {
        // As MLflow's server does, and some of its clients rely on.
        let mut single = url.clone();
        single.set_path(&format!("/{}", url.path().trim_start_matches('/')));
        return Response::redirect_with_status(single, 308);
    }
    // As the address is understood: what it says in other words must not be one
    // thing here and another further on.
    let path = url.path().to_owned();
    match route::route(&path, config) {
        Route::Model { model, path } => {
            let asked = Asked { name: &model.name, source: &model.source, path };
            models::answer(&request, &env, &context, config, &asked).await
        }
        Route::Registered { name, source, path } => {
            let asked = Asked { name: &name, source: &source, path };
            models::answer(&request, &env, &context, config, &asked).await
        }
        Route::NoSuchModel { name } => reply::error(
            404,
            "RESOURCE_DOES_NOT_EXIST",
            &format!("no model is served as '{name}'; {}", config.served()),
        ),
        Route::NoModels => reply::error(
            404,
            "RESOURCE_DOES_NOT_EXIST",
            "no model is served here; start with --model, or set MILLRACE_MODELS",
        ),
        route @ (Route::Tracking { .. } | Route::Artifacts | Route::Workspace) => {
            track(request, &env, config, route).await
        }
        Route::Settings => reply::json(200, &config.settings()),
        Route::Asset => assets::serve(&request, &env, &path).await,
    }
}

/// Answers a request to the tracking API, for the pages that may use it.
async fn track(
    request: Request,
    env: &Env,
    config: &'static Config,
    route: Route<'_>,
) -> Result<Response> {
    let origin = match origin::look(&request, &config.tracking_cors)? {
        Asker::Told(answer) => return Ok(answer),
        Asker::Heard(origin) => origin,
    };
    let destination = request.headers().get("sec-fetch-dest")?;
    let answer = match route {
        Route::Tracking { base } => proxy::forward(request, env, config, base).await?,
        Route::Artifacts => artifacts::serve(request, env, config).await?,
        _ => {
            if origin.is_none() && destination.is_none() && config.tracking_cors == Cors::None {
                workspace::send_straight(&request, env)?;
            }
            workspace::forward(request, env, config).await?
        }
    };
    // A page asks who is there by its own form. Before a challenge the browser
    // would ask, too, and the page would not hear of the refusal until then.
    let challenges = destination.as_deref() == Some("empty") && answer.status_code() == 401;
    if config.tracking_cors == Cors::None && !challenges {
        return Ok(answer);
    }
    // The headers of an answer that came from elsewhere can't be changed.
    let headers = answer.headers().clone();
    if challenges {
        headers.delete("www-authenticate")?;
    }
    let answer = answer.with_headers(headers);
    if config.tracking_cors != Cors::None {
        config.tracking_cors.open(origin.as_deref(), &answer, &cors::TRACKING)?;
    }
    Ok(answer)
}
