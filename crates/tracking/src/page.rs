//! Pages: MLflow's tokens are the offset of the next one, as JSON in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::Error;

#[derive(Serialize, Deserialize)]
struct Token {
    offset: u64,
}

/// One page of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    offset: i64,
    size: i64,
}

impl Page {
    /// The page of a search, which may have at most `limit` results.
    pub(crate) fn of_search(
        token: Option<&str>,
        max_results: u32,
        limit: u32,
    ) -> Result<Self, Error> {
        let bound = match max_results {
            0 => "a positive integer".to_owned(),
            more if more > limit => format!("at most {limit}"),
            _ => return Self::new(token, max_results),
        };
        Err(Error::invalid(format!(
            "Invalid value {max_results} for parameter 'max_results' supplied. It must be {bound}"
        )))
    }

    /// The page that a token names; the first without one.
    pub(crate) fn new(token: Option<&str>, size: u32) -> Result<Self, Error> {
        let offset = match token.filter(|token| !token.is_empty()) {
            None => 0,
            Some(token) => STANDARD
                .decode(token)
                .ok()
                .and_then(|json| serde_json::from_slice::<Token>(&json).ok())
                .and_then(|token| i64::try_from(token.offset).ok())
                .ok_or_else(|| {
                    Error::invalid("Invalid page token, could not base64-decode it to an offset")
                })?,
        };
        Ok(Self { offset, size: i64::from(size) })
    }

    /// What to ask the store for: one more than the page has, to know whether
    /// another follows; and the offset.
    pub(crate) fn limit_and_offset(self) -> (i64, i64) {
        (self.size + 1, self.offset)
    }

    /// Cuts the rows to the page, and gives the token of the next one.
    pub(crate) fn cut<T>(self, rows: &mut Vec<T>) -> Option<String> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        if rows.len() <= size {
            return None;
        }
        rows.truncate(size);
        // As Python's json.dumps writes it.
        Some(STANDARD.encode(format!("{{\"offset\": {}}}", self.next())))
    }

    /// The offset of the next page.
    pub(crate) fn next(self) -> u64 {
        u64::try_from(self.offset.saturating_add(self.size)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_the_one_that_mlflow_makes() {
        let mut rows = vec![1, 2, 3];
        let token = Page::new(None, 2).unwrap().cut(&mut rows);
        // base64.b64encode(json.dumps({"offset": 2}))
        assert_eq!(token.as_deref(), Some("eyJvZmZzZXQiOiAyfQ=="));
        assert_eq!(rows, [1, 2]);
        let next = Page::new(token.as_deref(), 2).unwrap();
        assert_eq!(next.limit_and_offset(), (3, 2));
        assert_eq!(next.cut(&mut vec![3]), None);
    }

    #[test]
    fn a_foreign_token_is_refused() {
        for token in ["x", "e30=", "eyJvZmZzZXQiOiAtMX0="] {
            assert!(Page::new(Some(token), 1).is_err(), "{token}");
        }
    }
}
