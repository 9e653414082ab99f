//! Secrets at rest, as MLflow keeps them: sealed as Fernet does, under the key of
//! `MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY`. So its server reads ours, and we its.

use aes::Aes128;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

const VERSION: u8 = 0x80;
/// Version, seconds, initialization vector.
const HEADER: usize = 1 + 8 + 16;
const MAC: usize = 32;

/// What secrets are sealed with.
#[derive(Clone)]
pub struct Key {
    signing: [u8; 16],
    encryption: [u8; 16],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// Reads 32 bytes of URL-safe base64.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE.decode(text.trim()).ok()?;
        let (signing, encryption) = bytes.split_at_checked(16)?;
        Some(Self { signing: signing.try_into().ok()?, encryption: encryption.try_into().ok()? })
    }

    pub(super) fn seal(&self, now: i64, text: &str) -> Option<String> {
        // 122 random bits of 128: nobody can tell the next.
        self.seal_with(now, text, Uuid::new_v4().into_bytes())
    }

    fn seal_with(&self, now: i64, text: &str, iv: [u8; 16]) -> Option<String> {
        let cipher = cbc::Encryptor::<Aes128>::new(&self.encryption.into(), &iv.into());
        let mut room = vec![0; text.len() + 16];
        let sealed = cipher.encrypt_padded_b2b::<Pkcs7>(text.as_bytes(), &mut room).ok()?;
        let mut token = vec![VERSION];
        token.extend((now / 1000).to_be_bytes());
        token.extend(iv);
        token.extend_from_slice(sealed);
        let mac = self.mac(&token)?.finalize().into_bytes();
        token.extend_from_slice(&mac);
        Some(URL_SAFE.encode(token))
    }

    /// `None` for what was sealed with another key.
    pub(super) fn open(&self, token: &str) -> Option<String> {
        let token = URL_SAFE.decode(token).ok()?;
        let (signed, mac) = token.split_at_checked(token.len().checked_sub(MAC)?)?;
        let (header, sealed) = signed.split_at_checked(HEADER)?;
        self.mac(signed)?.verify_slice(mac).ok()?;
        let iv: [u8; 16] = header.get(9..)?.try_into().ok()?;
        let cipher = cbc::Decryptor::<Aes128>::new(&self.encryption.into(), &iv.into());
        let mut room = vec![0; sealed.len()];
        let text = cipher.decrypt_padded_b2b::<Pkcs7>(sealed, &mut room).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }

    fn mac(&self, bytes: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.signing).ok()?;
        mac.update(bytes);
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_fernet_s_own_vectors() {
        let key = Key::parse("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=").unwrap();
        let iv = std::array::from_fn(|at| at as u8);
        let token = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
        assert_eq!(key.seal_with(499_162_800_000, "hello", iv).as_deref(), Some(token));
        assert_eq!(key.open(token).as_deref(), Some("hello"));
        assert_eq!(key.open(&key.seal(1, "é").unwrap()).as_deref(), Some("é"));
    }

    #[test]
    fn what_is_not_ours_is_not_opened() {
        let key = Key::parse("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=").unwrap();
        let other = Key::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
        let token = key.seal(1, "secret").unwrap();
        assert_eq!(other.open(&token), None);
        for broken in ["", "gAAA", &token[..token.len() - 8], &token.replace('A', "B")] {
            assert_eq!(key.open(broken), None, "{broken}");
        }
        assert!(Key::parse("short").is_none() && Key::parse("").is_none());
    }
}
