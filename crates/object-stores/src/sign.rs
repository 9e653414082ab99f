//! What the signatures of S3 and Azure share.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::Error;

pub(crate) fn hmac_sha256(key: &[u8], text: &[u8]) -> Result<[u8; 32], Error> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).map_err(|_| Error::new("the key can't be used"))?;
    mac.update(text);
    Ok(mac.finalize().into_bytes().into())
}

pub(crate) fn sha256_hex(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A moment, as the stores write it.
pub(crate) struct Moment(OffsetDateTime);

impl Moment {
    /// `now` in seconds since 1970.
    pub(crate) fn at(now: i64) -> Result<Self, Error> {
        OffsetDateTime::from_unix_timestamp(now)
            .map(Self)
            .map_err(|_| Error::new("the clock is set to no year that can be written down"))
    }

    /// `20130524`
    pub(crate) fn day(&self) -> String {
        let t = &self.0;
        format!("{:04}{:02}{:02}", t.year(), u8::from(t.month()), t.day())
    }

    /// `20130524T000000Z`
    pub(crate) fn basic(&self) -> String {
        let t = &self.0;
        format!("{}T{:02}{:02}{:02}Z", self.day(), t.hour(), t.minute(), t.second())
    }

    /// `2013-05-24T00:00:00Z`
    pub(crate) fn extended(&self) -> String {
        let t = &self.0;
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            t.year(),
            u8::from(t.month()),
            t.day(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }

    /// `Fri, 24 May 2013 00:00:00 GMT`
    pub(crate) fn http_date(&self) -> String {
        let t = &self.0;
        let (day, month) = (t.weekday().to_string(), t.month().to_string());
        format!(
            "{:.3}, {:02} {:.3} {:04} {:02}:{:02}:{:02} GMT",
            day,
            t.day(),
            month,
            t.year(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }
}
