//! The data folder: what is where in it, and who uses it.

use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::error::{Context as _, Error, Result};
use crate::paths::root;

/// The folder when none is named.
pub(crate) fn default() -> PathBuf {
    root().join(".millrace")
}

/// Where runs and models have their files when no other place is named.
pub(crate) fn artifacts(data: &Path) -> PathBuf {
    data.join("artifacts")
}

/// Where the workspaces are kept: one SQLite file for each.
pub(crate) fn workspaces(data: &Path) -> PathBuf {
    data.join("workspaces")
}

/// The variable with the key that secrets of webhooks are kept under.
pub(crate) const WEBHOOK_KEY: &str = "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY";

/// That key: the environment's, or one that is made once and kept in the folder,
/// for its owner alone.
pub(crate) fn webhook_key(data: &Path) -> Result<String> {
    if let Some(key) = std::env::var(WEBHOOK_KEY).ok().filter(|key| !key.is_empty()) {
        return Ok(key);
    }
    let file = data.join("webhooks.key");
    if let Ok(key) = fs::read_to_string(&file) {
        return Ok(key.trim().to_owned());
    }
    let mut bytes = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .context(|| "reading /dev/urandom".to_owned())?;
    let key = URL_SAFE.encode(bytes);
    let made = File::options().write(true).create_new(true).mode(0o600).open(&file);
    made.and_then(|mut file| file.write_all(key.as_bytes()))
        .context(|| format!("writing {}", file.display()))?;
    Ok(key)
}

/// What workerd's namespace of workspaces is told from others by.
pub(crate) const WORKSPACES_KEY: &str = "workspace";

/// The SQLite file of the workspace of that name.
pub(crate) fn workspace_file(data: &Path, name: &str) -> Result<PathBuf> {
    let id = object_id(WORKSPACES_KEY, name)?;
    let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(workspaces(data).join(WORKSPACES_KEY).join(id).with_extension("sqlite"))
}

/// The id that workerd makes of a name: half of a code that is the namespace's for
/// the name, then half of the one for that half.
fn object_id(namespace: &str, name: &str) -> Result<Vec<u8>> {
    let key = Sha256::digest(namespace);
    let half = |of: &[u8]| -> Result<Vec<u8>> {
        let mut code = Hmac::<Sha256>::new_from_slice(&key).context(|| "hashing".to_owned())?;
        code.update(of);
        Ok(code.finalize().into_bytes().into_iter().take(16).collect())
    };
    let first = half(name.as_bytes())?;
    let second = half(&first)?;
    Ok([first, second].concat())
}

/// A data folder that is in use, for as long as this is kept.
#[derive(Debug)]
pub(crate) struct InUse {
    _lock: File,
}

/// Uses the folder, as others may at the same time.
pub(crate) fn use_it(data: &Path) -> Result<InUse> {
    lock(data, File::try_lock_shared, "an import into it is running")
}

/// Uses the folder alone.
pub(crate) fn use_alone(data: &Path) -> Result<InUse> {
    lock(data, File::try_lock, "it is being served; stop `cargo xtask serve` first")
}

/// The lock is on the folder itself. It is gone with the process that has it.
fn lock(
    data: &Path,
    lock: impl Fn(&File) -> std::result::Result<(), TryLockError>,
    refusal: &str,
) -> Result<InUse> {
    fs::create_dir_all(data).context(|| format!("creating {}", data.display()))?;
    let folder = File::open(data).context(|| format!("opening {}", data.display()))?;
    match lock(&folder) {
        // Some network drives have no locks; SQLite then has to see to it.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(InUse { _lock: folder }),
        Err(TryLockError::WouldBlock) => {
            Err(Error::new(format!("the data folder {} is in use: {refusal}", data.display())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_s_file_is_where_workerd_looks_for_it() {
        let file = workspace_file(Path::new("data"), "default").unwrap();
        assert_eq!(
            file,
            Path::new(
                "data/workspaces/workspace/d10dee4ac35de9d52363675739199b450a7e6cbe991ea811851a4f722b46511f.sqlite"
            )
        );
        assert_ne!(workspace_file(Path::new("data"), "team").unwrap(), file);
    }

    #[test]
    fn a_folder_is_used_by_many_or_by_one() {
        let folder = std::env::temp_dir().join(format!("xtask-data-{}", std::process::id()));
        let first = use_it(&folder).unwrap();
        let second = use_it(&folder).unwrap();
        let error = use_alone(&folder).unwrap_err().to_string();
        assert!(error.contains("stop `cargo xtask serve`"), "{error}");
        drop((first, second));
        let alone = use_alone(&folder).unwrap();
        assert!(use_it(&folder).unwrap_err().to_string().contains("import"));
        drop(alone);
        assert!(use_it(&folder).is_ok());
        fs::remove_dir(&folder).unwrap();
    }
}
