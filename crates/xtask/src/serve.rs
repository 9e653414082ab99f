//! `cargo xtask serve`: dashboard and edge in real workerd.

use std::ffi::OsString;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use lexopt::Arg::{Long, Short};
use lexopt::ValueExt as _;
use mlmodel::MlModel;
use model_source::{Folder, Source, Stores};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::build::{self, Level};
use crate::data;
use crate::error::{Context as _, Error, Result};
use crate::paths::demo_model;
use crate::run::step;
use crate::watch;
use crate::workerd::{ARTIFACT_ROOTS, Place, Setup, TrackingUri, Workerd, auth_mode, reachable};

const HELP: &str = "\
cargo xtask serve [OPTIONS]

  --host ADDRESS       listen on this address (default 127.0.0.1); one that others reach takes
                       MILLRACE_AUTH=basic or read-only, or --insecure (docs/auth.md)
  --port N             listen on this port (default 8787; 0 takes any free port)
  --insecure           let everybody who reaches --host read and change everything
  --data DIR           where state lives (default .millrace)
  --artifacts DIR|URI  where the files of runs and models are kept (default: artifacts in --data);
                       a folder, s3://bucket/prefix,
                       wasbs://container@account.blob.core.windows.net/prefix
  --tracking-uri URL   the MLflow server that the dashboard shows, through a same-origin proxy
  --model DIR|URI      a model to serve; repeatable, the first answers at /invocations (default:
                       the demo model). A folder with MLmodel, or models:/name@alias,
                       models:/name/1, runs:/id/model, mlflow-artifacts:/path, s3://bucket/prefix,
                       wasbs://container@account.blob.core.windows.net/prefix, https://host/folder/
  --dev                build quickly, and again whenever a source file changes

Ctrl-C stops everything.";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let mut host = IpAddr::from(Ipv4Addr::LOCALHOST);
    let mut port = 8787;
    let mut is_insecure = false;
    let mut data = data::default();
    let mut artifacts = None;
    let mut tracking = None;
    let mut given: Vec<OsString> = Vec::new();
    let mut level = Level::Optimised;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("host") => host = parse_host(&arguments.value()?.string()?)?,
            Long("insecure") => is_insecure = true,
            Long("port") => port = arguments.value()?.parse()?,
            Long("data") => data = arguments.value()?.into(),
            Long("artifacts") => artifacts = Some(arguments.value()?),
            Long("tracking-uri") => {
                tracking = Some(TrackingUri::parse(&arguments.value()?.string()?)?);
            }
            Long("model") => given.push(arguments.value()?),
            Long("dev") => level = Level::Dev,
            Long("help") | Short('h') => {
                println!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    // Everything that can be wrong with the arguments, before a long build.
    check_host(host, is_insecure, auth_mode().as_deref(), tracking.is_some())?;
    check_port(host, port)?;
    let models = name_models(&given)?;
    for (_, place) in &models {
        match place {
            Place::Folder(folder) => check_model(folder)?,
            Place::Source(source) => check_source(source)?,
        }
    }
    let artifacts = match artifacts {
        Some(given) => artifacts_place(&given)?,
        None => Place::Folder(data::artifacts(&data)),
    };
    let roots = Folder::parse_roots(&std::env::var(ARTIFACT_ROOTS).unwrap_or_default())
        .context(|| ARTIFACT_ROOTS.to_owned())?;
    let stores = stores(tracking.as_ref())?;
    let _in_use = data::use_it(&data)?;
    let stop = stop_signal()?;
    let built = watch::newest_change();
    // The tests serve what is built already, several times.
    if std::env::var_os("MILLRACE_NO_BUILD").is_none() {
        build::build(level)?;
    }
    serve(
        Setup { host, port, data, artifacts, roots, tracking, models, stores },
        level,
        built,
        &stop,
    )
}

/// Serves until told to stop; in the loop, builds again after changes.
///
/// `built` is the newest change that the build has seen.
fn serve(mut setup: Setup, level: Level, mut built: SystemTime, stop: &AtomicBool) -> Result<()> {
    let mut workerd = start(&setup)?;
    setup.port = workerd.port;
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(100));
        if workerd.has_stopped() {
            return Err(Error::new("workerd stopped by itself; its message is above"));
        }
        if level != Level::Dev {
            continue;
        }
        let newest = watch::newest_change();
        if newest <= built {
            continue;
        }
        built = newest;
        match build::build(level) {
            Ok(()) => {
                drop(workerd);
                workerd = start(&setup)?;
            }
            Err(error) => eprintln!("xtask: {error}; still serving the last build"),
        }
    }
    eprintln!("stopped");
    Ok(())
}

/// Starts workerd and has it load every model, so that what is wrong with one
/// is said now.
fn start(setup: &Setup) -> Result<Workerd> {
    let workerd = Workerd::start(setup)?;
    for (name, place) in &setup.models {
        let start = Instant::now();
        step(&format!("loading the model '{name}' ({place})"), || {
            match workerd.get(&format!("/models/{name}/ping"))? {
                (200, _) => Ok(()),
                (_, body) => Err(Error::new(message(&body).unwrap_or(body))),
            }
        })?;
        eprintln!("    loaded in {} ms", start.elapsed().as_millis());
    }
    println!("listening on http://{}", SocketAddr::new(reachable(setup.host), workerd.port));
    Ok(workerd)
}

/// The message of MLflow's error object.
fn message(body: &str) -> Option<String> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    body.get("message")?.as_str().map(str::to_owned)
}

fn parse_host(host: &str) -> Result<IpAddr> {
    match host {
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        _ => host.parse().map_err(|_| {
            Error::new(format!("--host {host}: an address is needed, such as 127.0.0.1 or 0.0.0.0"))
        }),
    }
}

/// Refuses to be open to others by accident.
fn check_host(host: IpAddr, is_insecure: bool, auth: Option<&str>, is_proxy: bool) -> Result<()> {
    let is_guarded = !is_proxy && auth.is_some_and(|mode| mode != "none");
    if host.is_loopback() || is_insecure || is_guarded {
        return Ok(());
    }
    let mend = if is_proxy {
        "as the MLflow server behind it lets them; add --insecure if that is meant"
    } else {
        "set MILLRACE_AUTH=basic with MILLRACE_ADMIN_PASSWORD, or MILLRACE_AUTH=read-only \
         (docs/auth.md), or add --insecure if that is meant"
    };
    Err(Error::new(format!(
        "--host {host}: everybody who reaches it could read and change everything; {mend}"
    )))
}

fn check_port(host: IpAddr, port: u16) -> Result<()> {
    TcpListener::bind((host, port)).map(drop).map_err(|e| match e.kind() {
        std::io::ErrorKind::AddrInUse => Error::new(format!(
            "port {port} is in use; stop what uses it, or choose another with --port N (0 for any)"
        )),
        _ => Error::new(format!("port {port} can't be used: {e}")),
    })
}

/// Gives each model a name for `/models/<name>/invocations`.
fn name_models(given: &[OsString]) -> Result<Vec<(String, Place)>> {
    if given.is_empty() {
        return Ok(vec![("demo".to_owned(), Place::Folder(demo_model()))]);
    }
    let mut models: Vec<(String, Place)> = Vec::new();
    for given in given {
        let (base, place) = match given.to_str().filter(|text| is_uri(text)) {
            Some(uri) => {
                let source = Source::parse(uri).context(|| "--model".to_owned())?;
                (source.slug(), Place::Source(source))
            }
            None => {
                let folder = Path::new(given);
                let path =
                    folder.canonicalize().context(|| format!("--model {}", folder.display()))?;
                (slug(&path), Place::Folder(path))
            }
        };
        let taken = |name: &str| models.iter().any(|(known, _)| known == name);
        let name = std::iter::once(base.clone())
            .chain((2..).map(|n| format!("{base}-{n}")))
            .find(|name| !taken(name))
            .unwrap_or(base);
        models.push((name, place));
    }
    Ok(models)
}

/// Where artifacts are to be kept.
fn artifacts_place(given: &OsString) -> Result<Place> {
    match given.to_str().filter(|text| is_uri(text)) {
        None => Ok(Place::Folder(given.into())),
        Some(uri) => match Source::parse(uri).context(|| "--artifacts".to_owned())? {
            source @ Source::Folder(Folder::S3 { .. } | Folder::Azure { .. }) => {
                Ok(Place::Source(source))
            }
            source => Err(Error::new(format!(
                "--artifacts {source}: nothing can be written there; give a folder, an s3:// or a wasbs:// URI"
            ))),
        },
    }
}

/// Whether this is a URI, and no path: it begins with a scheme and a slash.
fn is_uri(text: &str) -> bool {
    text.split_once(":/").is_some_and(|(scheme, _)| {
        scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}

/// Whether a source is one that can be read from here. Without an MLflow server
/// elsewhere, registered models and runs are the workspace's own.
fn check_source(source: &Source) -> Result<()> {
    if let Source::Folder(Folder::R2 { .. }) = source {
        return Err(Error::new(format!(
            "--model {source}: R2's buckets are on Cloudflare; here, give a folder or another store"
        )));
    }
    Ok(())
}

/// The stores' addresses, from the environment.
fn stores(tracking: Option<&TrackingUri>) -> Result<Stores> {
    Stores::from_variables(|name| match name {
        "MILLRACE_TRACKING_URI" => tracking.map(|tracking| tracking.uri.clone()),
        name => std::env::var(name).ok(),
    })
    .map_err(|e| Error::new(e.to_string()))
}

/// A folder's name in the characters that a path segment needs no escape for.
fn slug(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let keep = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let slug: String = name.chars().map(keep).collect();
    if slug.trim_matches('.').is_empty() { "model".to_owned() } else { slug }
}

/// Whether a folder is one that the edge can serve.
fn check_model(folder: &Path) -> Result<()> {
    let shown = folder.display();
    let mlmodel = fs::read(folder.join("MLmodel")).map_err(|_| {
        Error::new(format!(
            "{shown} is no MLflow model: it has no file MLmodel; give the folder that has one"
        ))
    })?;
    let model = MlModel::parse(&mlmodel).context(|| format!("{shown}/MLmodel"))?;
    let flavor = model.onnx_flavor().context(|| format!("{shown}/MLmodel"))?;
    let onnx = folder.join(&flavor.data);
    if onnx.is_file() {
        Ok(())
    } else {
        Err(Error::new(format!("{shown}/MLmodel names {}, which is missing", flavor.data)))
    }
}

/// Becomes true at Ctrl-C, and when asked to end.
fn stop_signal() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // A second signal during a long build ends at once.
        signal_hook::flag::register_conditional_shutdown(signal, 130, stop.clone())
            .and_then(|_| signal_hook::flag::register(signal, stop.clone()))
            .context(|| "listening for signals".to_owned())?;
    }
    Ok(stop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::root;

    #[test]
    fn names_are_fit_for_a_path_and_never_double() {
        assert_eq!(slug(Path::new("/a/my model@2")), "my-model-2");
        assert_eq!(slug(Path::new("/")), "model");
        let here = root();
        let given: Vec<OsString> = vec![
            here.join("web").into(),
            here.join("worker").into(),
            here.join("web").into(),
            "models:/credit risk@champion".into(),
            "s3://bucket/a/web/".into(),
        ];
        let models = name_models(&given);
        let names: Vec<String> = models.unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["web", "worker", "web-2", "credit-risk", "web-3"]);
    }

    #[test]
    fn a_uri_is_told_from_a_path() {
        assert!(is_uri("models:/a@b") && is_uri("https://h/a") && is_uri("mlflow-artifacts:/a"));
        assert!(!is_uri("C:/a") && !is_uri("a/b:/c") && !is_uri("model"));
        assert!(check_source(&Source::parse("models:/a/1").unwrap()).is_ok());
        assert!(check_source(&Source::parse("r2://B/a").unwrap()).is_err());
    }

    #[test]
    fn artifacts_are_kept_in_folders_and_stores() {
        let place = |given: &str| artifacts_place(&given.into());
        assert!(matches!(place("a/b"), Ok(Place::Folder(folder)) if folder == Path::new("a/b")));
        assert!(matches!(place("s3://b/p"), Ok(Place::Source(_))));
        for uri in ["models:/a/1", "https://h/a", "r2://B/a", "ftp://h"] {
            assert!(place(uri).unwrap_err().to_string().contains("--artifacts"), "{uri}");
        }
    }

    #[test]
    fn a_folder_that_is_no_model_is_named() {
        let error = check_model(&root().join("web")).unwrap_err().to_string();
        assert!(error.contains("web") && error.contains("no file MLmodel"), "{error}");
    }

    #[test]
    fn nothing_is_open_to_others_by_accident() {
        let check = |host, insecure, auth, proxy| {
            check_host(parse_host(host).unwrap(), insecure, auth, proxy)
        };
        for host in ["127.0.0.1", "::1", "localhost"] {
            assert!(check(host, false, None, false).is_ok(), "{host}");
        }
        for auth in [None, Some("none")] {
            let error = check("0.0.0.0", false, auth, false).unwrap_err().to_string();
            assert!(error.contains("MILLRACE_AUTH") && error.contains("--insecure"), "{error}");
        }
        assert!(check("0.0.0.0", false, Some("basic"), false).is_ok());
        assert!(check("::", true, None, false).is_ok());
        assert!(check("10.0.0.1", false, Some("basic"), true).is_err());
        assert!(parse_host("lab.example").is_err());
    }

    #[test]
    fn a_port_in_use_is_told() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = check_port(Ipv4Addr::LOCALHOST.into(), port).unwrap_err().to_string();
        assert!(error.contains(&format!("port {port} is in use")), "{error}");
    }
}
