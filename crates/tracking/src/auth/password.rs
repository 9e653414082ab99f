//! Passwords, kept as Argon2id hashes.
//!
//! The parameters are the smallest of OWASP's recommendations in memory, 7 MiB:
//! an isolate has 128 MB for everything. The work of five passes takes about as
//! long as the other choices there.
//!
//! A hash is kept in the usual format, but for its dollars: with those, MLflow's
//! server takes it for one of a method that it knows, and ends.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use mlflow_api::ErrorCode;
use uuid::Uuid;

use crate::Error;

const MEMORY_KIB: u32 = 7 * 1024;
const PASSES: u32 = 5;

/// Characters in a password, at least.
const SHORTEST: usize = 12;

/// The longest password that is looked at, in bytes.
pub(super) const LONGEST: usize = 1024;

/// Refuses a password that is too short, or too long to be looked at.
pub(super) fn check(password: &str) -> Result<(), Error> {
    if password.chars().count() < SHORTEST {
        return Err(Error::invalid(format!("Password must be at least {SHORTEST} characters.")));
    }
    if password.len() > LONGEST {
        return Err(Error::invalid(format!("Password must be at most {LONGEST} bytes.")));
    }
    Ok(())
}

/// The hash to keep, with its salt and parameters.
pub(super) fn hash(password: &str) -> Result<String, Error> {
    let failed = || Error::new(ErrorCode::InternalError, "the password can't be hashed");
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|_| failed())?;
    let salt = Uuid::new_v4();
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password.as_bytes(), salt.as_bytes())
        .map_err(|_| failed())?;
    Ok(hash.to_string().trim_start_matches('$').replace('$', ":"))
}

/// Whether it is the password of that hash. The comparison takes as long
/// wherever they differ.
pub(super) fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(&format!("${}", hash.replace(':', "$")))
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let hash = hash("correct horse").unwrap();
        assert!(hash.starts_with("argon2id:v=19:m=7168,t=5,p=1:") && !hash.contains('$'), "{hash}");
        assert!(verify("correct horse", &hash));
        assert!(!verify("correct hors", &hash) && !verify("", &hash));
        assert!(!verify("correct horse", "") && !verify("correct horse", "scrypt:32768:8:1$a$b"));
        assert_ne!(hash, super::hash("correct horse").unwrap());
    }

    #[test]
    fn lengths_are_bounded() {
        assert!(check("elevenchars").is_err() && check("twelve chars").is_ok());
        assert!(check(&"x".repeat(LONGEST + 1)).is_err());
    }
}
