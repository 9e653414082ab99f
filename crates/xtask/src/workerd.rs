//! workerd: its configuration and its process.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use model_source::{Folder, Source, Stores, VARIABLES};
use serde::Deserialize;

use crate::data::{self, WORKSPACES_KEY};
use crate::error::{Context as _, Error, Result};
use crate::npm;
use crate::paths;

/// What workerd is to serve.
#[derive(Debug)]
pub(crate) struct Setup {
    /// The address to listen on.
    pub(crate) host: IpAddr,
    /// The port; 0 takes any that is free.
    pub(crate) port: u16,
    /// Where the configuration and state are kept.
    pub(crate) data: PathBuf,
    /// Where artifacts are kept.
    pub(crate) artifacts: Place,
    /// The places of stores that runs and models may name.
    pub(crate) roots: Vec<Folder>,
    /// The MLflow server behind the proxy.
    pub(crate) tracking: Option<TrackingUri>,
    /// Names and places of models; the first answers at `/invocations`.
    pub(crate) models: Vec<(String, Place)>,
    /// The addresses that reading them takes.
    pub(crate) stores: Stores,
}

/// Where a model is.
#[derive(Debug)]
pub(crate) enum Place {
    /// In a folder of this machine.
    Folder(PathBuf),
    /// Where the edge reads it itself.
    Source(Source),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
            Self::Source(source) => source.fmt(f),
        }
    }
}

/// The variables of the environment that the edge gets as they are, besides
/// those of the stores.
const PASSED_ON: [&str; 20] = [
    ARTIFACT_ROOTS,
    "MILLRACE_MAX_BODY_BYTES",
    "MILLRACE_SCORING",
    "MILLRACE_MAX_MEMORY_BYTES",
    "MILLRACE_REFRESH_SECONDS",
    "MILLRACE_CORS_ORIGINS",
    "MILLRACE_SERVE_REGISTERED",
    "MILLRACE_ADMIN_USERNAME",
    "MILLRACE_ADMIN_PASSWORD",
    "MILLRACE_ADMIN_TOKEN",
    "MILLRACE_DEFAULT_PERMISSION",
    "MILLRACE_WORKSPACES",
    "MLFLOW_AUTH_ADMIN_USERNAME",
    "MLFLOW_AUTH_ADMIN_PASSWORD",
    "MLFLOW_ENABLE_WORKSPACES",
    "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS",
    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES",
    PRIVATE_WEBHOOKS,
    "MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES",
    "MLFLOW_WEBHOOK_REQUEST_TIMEOUT",
];

/// The places of stores that runs and models may name.
pub(crate) const ARTIFACT_ROOTS: &str = "MILLRACE_ARTIFACT_ROOTS";

/// Whether webhooks may be on this machine and its own network.
const PRIVATE_WEBHOOKS: &str = "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS";

/// The variables with names that the edge answers to besides its addresses.
const HOSTS: [&str; 2] = ["MILLRACE_ALLOWED_HOSTS", "MLFLOW_SERVER_ALLOWED_HOSTS"];

/// The address of an MLflow server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrackingUri {
    pub(crate) uri: String,
    /// Host and port.
    address: String,
    is_https: bool,
}

impl TrackingUri {
    pub(crate) fn parse(uri: &str) -> Result<Self> {
        let wrong = |why: &str| Error::new(format!("--tracking-uri {uri}: {why}"));
        let (scheme, rest) = uri
            .split_once("://")
            .ok_or_else(|| wrong("an http:// or https:// address is needed"))?;
        let is_https = match scheme {
            "http" => false,
            "https" => true,
            _ => return Err(wrong("an http:// or https:// address is needed")),
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if host.is_empty() {
            return Err(wrong("the host is missing"));
        }
        if host.contains('@') {
            return Err(Error::new(
                "--tracking-uri takes no password in the address; sign in on the page instead",
            ));
        }
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let default_port = if is_https { 443 } else { 80 };
        let address = if has_port { host.to_owned() } else { format!("{host}:{default_port}") };
        Ok(Self { uri: uri.trim_end_matches('/').to_owned(), address, is_https })
    }
}

/// A running workerd, stopped when dropped.
#[derive(Debug)]
pub(crate) struct Workerd {
    child: Child,
    /// The address that it can be reached at from here.
    host: IpAddr,
    /// The port that it listens on.
    pub(crate) port: u16,
}

/// A line of workerd's control stream.
#[derive(Deserialize)]
struct Event {
    event: String,
    #[serde(default)]
    port: u16,
}

impl Workerd {
    /// Writes the configuration, starts workerd, and waits until it listens.
    pub(crate) fn start(setup: &Setup) -> Result<Self> {
        let binary = npm::workerd()?;
        fs::create_dir_all(&setup.data).context(|| format!("creating {}", setup.data.display()))?;
        let data = absolute(&setup.data)?;
        let config = data.join("workerd.capnp");
        fs::write(&config, configuration(setup, &data)?)
            .context(|| format!("writing {}", config.display()))?;
        let mut child = Command::new(binary)
            .env(data::WEBHOOK_KEY, data::webhook_key(&data)?)
            // Events on standard output; messages stay on standard error.
            .args(["serve", "--control-fd=1"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // A terminal's Ctrl-C is for us; we stop workerd.
            .process_group(0)
            .spawn()
            .context(|| "starting workerd".to_owned())?;
        let events = child.stdout.take().map(BufReader::new);
        let listening = events
            .into_iter()
            .flat_map(|events| events.lines().map_while(std::result::Result::ok))
            .filter_map(|line| serde_json::from_str::<Event>(&line).ok())
            .find(|event| event.event == "listen");
        if let Some(Event { port, .. }) = listening {
            Ok(Self { child, host: reachable(setup.host), port })
        } else {
            child.wait().ok();
            Err(Error::new("workerd stopped before it listened; its message is above"))
        }
    }

    /// Whether it has stopped by itself.
    pub(crate) fn has_stopped(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// The status and body of a GET.
    pub(crate) fn get(&self, path: &str) -> Result<(u16, String)> {
        let fail = || format!("asking the edge for {path}");
        let mut stream = TcpStream::connect((self.host, self.port)).context(fail)?;
        stream.set_read_timeout(Some(Duration::from_secs(120))).context(fail)?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            SocketAddr::new(self.host, self.port)
        );
        stream.write_all(request.as_bytes()).context(fail)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).context(fail)?;
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        Ok((status, body.to_owned()))
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Who may do what, where the environment says so.
pub(crate) fn auth_mode() -> Option<String> {
    std::env::var("MILLRACE_AUTH").ok().filter(|mode| !mode.is_empty())
}

/// The address by which this machine reaches one that it listens on.
pub(crate) fn reachable(host: IpAddr) -> IpAddr {
    match host {
        IpAddr::V4(host) if host.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(host) if host.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        host => host,
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    path.canonicalize().context(|| format!("{}", path.display()))
}

/// workerd's configuration, in Cap'n Proto's text form.
fn configuration(setup: &Setup, data: &Path) -> Result<String> {
    let (site, worker) =
        (absolute(&paths::dist().join("site"))?, absolute(&paths::dist().join("worker"))?);
    let mut services = format!("    (name = \"site\", disk = (path = {})),\n", text(&site));
    let mut bindings = String::from("    (name = \"ASSETS\", service = \"site\"),\n");
    let workspaces = data::workspaces(data);
    fs::create_dir_all(&workspaces).context(|| format!("creating {}", workspaces.display()))?;
    let path = text(&workspaces);
    writeln!(services, "    (name = \"workspaces\", disk = (path = {path}, writable = true)),")
        .ok();
    bindings.push_str("    (name = \"WORKSPACE\", durableObjectNamespace = \"Workspace\"),\n");
    let artifacts = match &setup.artifacts {
        Place::Folder(folder) => {
            fs::create_dir_all(folder).context(|| format!("creating {}", folder.display()))?;
            let path = text(&absolute(folder)?);
            // Logged folders may have names that begin with a dot.
            let disk = format!("(path = {path}, writable = true, allowDotfiles = true)");
            writeln!(services, "    (name = \"artifacts\", disk = {disk}),").ok();
            writeln!(bindings, "    (name = \"ARTIFACTS\", service = \"artifacts\"),").ok();
            "binding:ARTIFACTS".to_owned()
        }
        Place::Source(source) => source.to_string(),
    };
    let artifacts = quoted(&artifacts);
    writeln!(bindings, "    (name = \"MILLRACE_ARTIFACTS\", text = {artifacts}),").ok();
    // A foreign name that leads here is none of ours.
    let named = HOSTS.iter().filter_map(|name| std::env::var(name).ok());
    let hosts: Vec<String> = std::iter::once("localhost".to_owned()).chain(named).collect();
    let hosts = quoted(&hosts.join(","));
    writeln!(bindings, "    (name = \"MILLRACE_ALLOWED_HOSTS\", text = {hosts}),").ok();
    // Without the variable, the edge only lets itself be read.
    let auth = quoted(&auth_mode().unwrap_or_else(|| "none".to_owned()));
    if setup.tracking.is_none() {
        writeln!(bindings, "    (name = \"MILLRACE_AUTH\", text = {auth}),").ok();
    }
    let mut models = Vec::new();
    for (index, (name, place)) in setup.models.iter().enumerate() {
        let folder = match place {
            Place::Folder(folder) => folder,
            Place::Source(source) => {
                models.push(serde_json::json!({"name": name, "uri": source.to_string()}));
                continue;
            }
        };
        let folder = text(&absolute(folder)?);
        writeln!(services, "    (name = \"model-{index}\", disk = (path = {folder})),").ok();
        writeln!(bindings, "    (name = \"MODEL_{index}\", service = \"model-{index}\"),").ok();
        models.push(serde_json::json!({"name": name, "binding": format!("MODEL_{index}")}));
    }
    let models = quoted(&serde_json::Value::from(models).to_string());
    writeln!(bindings, "    (name = \"MILLRACE_MODELS\", text = {models}),").ok();
    if let Some(tracking) = &setup.tracking {
        writeln!(services, "    (name = \"tracking\", {}),", external(tracking)).ok();
        writeln!(bindings, "    (name = \"TRACKING\", service = \"tracking\"),").ok();
        let uri = quoted(&tracking.uri);
        writeln!(bindings, "    (name = \"MILLRACE_TRACKING_URI\", text = {uri}),").ok();
    }
    // Out to where the models and the artifacts are, and to nowhere else.
    let mut outbound = BTreeMap::new();
    for (index, origin) in origins(setup).into_iter().enumerate() {
        let service = external(&TrackingUri::parse(&origin)?);
        writeln!(services, "    (name = \"outside-{index}\", {service}),").ok();
        writeln!(bindings, "    (name = \"OUTSIDE_{index}\", service = \"outside-{index}\"),").ok();
        outbound.insert(origin, format!("OUTSIDE_{index}"));
    }
    let outbound = quoted(&serde_json::json!(outbound).to_string());
    writeln!(bindings, "    (name = \"MILLRACE_OUTBOUND\", text = {outbound}),").ok();
    // From the environment, so that no secret is written down.
    for name in PASSED_ON.into_iter().chain(VARIABLES) {
        if std::env::var_os(name).is_some() {
            let name = quoted(name);
            writeln!(bindings, "    (name = {name}, fromEnvironment = {name}),").ok();
        }
    }
    let key = quoted(data::WEBHOOK_KEY);
    writeln!(bindings, "    (name = {key}, fromEnvironment = {key}),").ok();
    bindings.push_str("    (name = \"WEBHOOKS\", service = \"webhooks\"),\n");
    let is_on = |value: String| ["true", "1"].contains(&value.to_ascii_lowercase().as_str());
    let networks = match std::env::var(PRIVATE_WEBHOOKS).is_ok_and(is_on) {
        true => "\"public\", \"private\", \"local\"",
        false => "\"public\"",
    };
    let mut modules = String::new();
    for (name, path) in modules_of(&worker) {
        let kind = if name.ends_with(".wasm") { "wasm" } else { "esModule" };
        let embedded = text(&paths::relative(data, &path));
        writeln!(modules, "    (name = {}, {kind} = embed {embedded}),", quoted(&name)).ok();
    }
    let address = SocketAddr::new(setup.host, setup.port);
    Ok(format!(
        "# Written by `cargo xtask serve`.
using Workerd = import \"/workerd/workerd.capnp\";

const config :Workerd.Config = (
  services = [
    (name = \"main\", worker = .edge),
    # Nothing but the services named here is ever reached.
    (name = \"nowhere\", network = (allow = [])),
    # Webhooks: looked at by the address that is connected to, whatever its name.
    (name = \"webhooks\", network = (allow = [{networks}], tlsOptions = (trustBrowserCas = true))),
{services}  ],
  sockets = [(name = \"http\", address = \"{address}\", http = (), service = \"main\")],
);

const edge :Workerd.Worker = (
  compatibilityDate = \"2026-09-01\",
  globalOutbound = \"nowhere\",
  durableObjectNamespaces = [
    (className = \"Workspace\", uniqueKey = \"{WORKSPACES_KEY}\", enableSql = true),
  ],
  durableObjectStorage = (localDisk = \"workspaces\"),
  bindings = [
{bindings}  ],
  modules = [
{modules}  ],
);
"
    ))
}

/// The origins that the models are read from, and that artifacts are kept at.
fn origins(setup: &Setup) -> Vec<String> {
    let models = setup.models.iter().map(|(_, place)| place);
    let mut origins: Vec<String> = models
        .chain([&setup.artifacts])
        .filter_map(|place| match place {
            Place::Folder(_) => None,
            Place::Source(source) => Some(setup.stores.origins(source)),
        })
        .flatten()
        .collect();
    origins.extend(setup.roots.iter().flat_map(|root| setup.stores.origins(&root.clone().into())));
    if std::env::var("MILLRACE_SERVE_REGISTERED").is_ok_and(|names| !names.trim().is_empty()) {
        origins.extend(setup.stores.registry_origins());
    }
    origins.sort();
    origins.dedup();
    origins
}

/// A service that leads to one host.
fn external(server: &TrackingUri) -> String {
    let protocol = if server.is_https {
        "https = (options = (), tlsOptions = (trustBrowserCas = true))"
    } else {
        "http = ()"
    };
    format!("external = (address = {}, {protocol})", quoted(&server.address))
}

/// The worker's modules by name, its entry first.
fn modules_of(worker: &Path) -> Vec<(String, PathBuf)> {
    let mut modules: Vec<(String, PathBuf)> = paths::files_under(worker)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "js" || e == "wasm"))
        .filter_map(|path| {
            let name = path.strip_prefix(worker).ok()?.to_str()?.to_owned();
            Some((name, path))
        })
        .collect();
    modules.sort_by_key(|(name, _)| (name != "worker.js", name.clone()));
    modules
}

fn text(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// A Cap'n Proto string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tracking_address_gets_its_scheme_s_port() {
        let parse = |uri| TrackingUri::parse(uri).unwrap();
        assert_eq!(parse("http://127.0.0.1:5000/").uri, "http://127.0.0.1:5000");
        assert_eq!(parse("http://h/x/").address, "h:80");
        assert_eq!(parse("https://h").address, "h:443");
        assert_eq!(parse("http://[::1]:5000").address, "[::1]:5000");
        assert_eq!(parse("http://[::1]").address, "[::1]:80");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for uri in ["127.0.0.1:5000", "ftp://h", "http://", "http:///x"] {
            let error = TrackingUri::parse(uri).unwrap_err().to_string();
            assert!(error.contains(uri), "{error}");
        }
        let error = TrackingUri::parse("http://user:secret@h").unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn strings_can_not_leave_their_quotes() {
        assert_eq!(quoted("a\"b\\c\n"), r#""a\"b\\c\n""#);
    }
}
