//! MLflow's errors: a code, a message, an HTTP status.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal;)*) => {
        /// The `error_code` of MLflow's error bodies.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
            /// A code that this crate does not know, kept as it came.
            Other(String),
        }

        impl ErrorCode {
            /// The codes that have a variant of their own.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The code as MLflow spells it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(code) => code,
                }
            }

            /// The HTTP status that MLflow answers with: 500 for a code that
            /// it has no status for.
            pub const fn status(&self) -> u16 {
                match self {
                    $(Self::$variant => $status,)*
                    Self::Other(_) => 500,
                }
            }
        }

        impl From<&str> for ErrorCode {
            fn from(code: &str) -> Self {
                match code {
                    $($text => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

error_codes! {
    /// The request is malformed.
    BadRequest = "BAD_REQUEST", 400;
    /// A field's value is not allowed.
    InvalidParameterValue = "INVALID_PARAMETER_VALUE", 400;
    /// The name is taken.
    ResourceAlreadyExists = "RESOURCE_ALREADY_EXISTS", 400;
    /// Not signed in (Databricks).
    CustomerUnauthorized = "CUSTOMER_UNAUTHORIZED", 401;
    /// Not signed in.
    Unauthenticated = "UNAUTHENTICATED", 401;
    /// Signed in, and not allowed.
    PermissionDenied = "PERMISSION_DENIED", 403;
    /// No such experiment, run or model.
    ResourceDoesNotExist = "RESOURCE_DOES_NOT_EXIST", 404;
    /// No such thing.
    NotFound = "NOT_FOUND", 404;
    /// The server has no such endpoint.
    EndpointNotFound = "ENDPOINT_NOT_FOUND", 404;
    /// Somebody else changed it at the same time.
    Aborted = "ABORTED", 409;
    /// Somebody else changed it at the same time.
    ResourceConflict = "RESOURCE_CONFLICT", 409;
    /// The name is taken.
    AlreadyExists = "ALREADY_EXISTS", 409;
    /// Too many requests.
    RequestLimitExceeded = "REQUEST_LIMIT_EXCEEDED", 429;
    /// A quota is used up.
    ResourceExhausted = "RESOURCE_EXHAUSTED", 429;
    /// The caller went away.
    Cancelled = "CANCELLED", 499;
    /// The server failed.
    InternalError = "INTERNAL_ERROR", 500;
    /// The object is in a state that does not allow this.
    InvalidState = "INVALID_STATE", 500;
    /// Data was lost.
    DataLoss = "DATA_LOSS", 500;
    /// The server does not do this.
    NotImplemented = "NOT_IMPLEMENTED", 501;
    /// Try again later.
    TemporarilyUnavailable = "TEMPORARILY_UNAVAILABLE", 503;
    /// The server gave up on time.
    DeadlineExceeded = "DEADLINE_EXCEEDED", 504;
}

impl ErrorCode {
    /// The SQL state and the class of errors of this code; nothing for those that
    /// MLflow leaves without.
    const fn classification(&self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::BadRequest | Self::InvalidParameterValue => ("KAM00", "INVALID_PARAMETER_VALUE"),
            Self::CustomerUnauthorized | Self::PermissionDenied => ("KAM00", "PERMISSION_DENIED"),
            Self::ResourceAlreadyExists => ("KAM00", "RESOURCE_ALREADY_EXISTS"),
            Self::ResourceDoesNotExist | Self::NotFound | Self::EndpointNotFound => {
                ("KAM00", "RESOURCE_NOT_FOUND")
            }
            Self::InternalError | Self::InvalidState | Self::TemporarilyUnavailable => {
                ("XXM00", "CLIENT_INTERNAL_ERROR")
            }
            _ => return None,
        })
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(String::deserialize(deserializer)?.as_str()))
    }
}

/// The JSON body of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// What kind.
    pub error_code: ErrorCode,
    /// What happened, for people; may be empty.
    #[serde(default, deserialize_with = "crate::json::or_default")]
    pub message: String,
    /// A SQL state; absent on older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    /// A finer kind; absent on older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_class: Option<String>,
}

impl ErrorBody {
    /// An error of a kind, with a message for people, classified as MLflow
    /// classifies it (`error_classification.py`: what it derives of the code).
    pub fn new(error_code: ErrorCode, message: impl Into<String>) -> Self {
        let (sqlstate, error_class) = error_code.classification().unzip();
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            error_code,
            message: message.into(),
            sqlstate: owned(sqlstate),
            error_class: owned(error_class),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_reference_s_names_and_statuses() {
        assert_eq!(ErrorCode::KNOWN.len(), 21);
        for code in ErrorCode::KNOWN {
            assert_eq!(ErrorCode::from(code.as_str()), *code);
        }
        assert_eq!(ErrorCode::ResourceDoesNotExist.status(), 404);
        assert_eq!(ErrorCode::ResourceAlreadyExists.status(), 400);
        assert_eq!(ErrorCode::Cancelled.status(), 499);
    }

    #[test]
    fn an_unknown_code_is_kept() {
        let body = r#"{"error_code":"FEATURE_DISABLED","message":null}"#;
        let error: ErrorBody = serde_json::from_str(body).unwrap();
        assert_eq!(error.error_code, ErrorCode::Other("FEATURE_DISABLED".into()));
        assert_eq!(error.error_code.status(), 500);
        assert_eq!(error.error_code.to_string(), "FEATURE_DISABLED");
        assert!(serde_json::from_str::<ErrorBody>(r#"{"detail":"Not Found"}"#).is_err());
    }
}
