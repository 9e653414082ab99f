//! Why somebody gets no answer.

use bytes::Bytes;
use http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use mlflow_api::ErrorCode;

use super::caller::Caller;
use crate::{Error, call};

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It does not say who asks, or not so that we believe it.
    Unknown,
    /// The caller may not do that.
    Forbidden,
    /// Nobody may who did not sign in.
    ReadOnly,
    /// Too many could not sign in; others may try again after so many seconds.
    Busy {
        /// From 1.
        seconds: i64,
    },
    /// The request itself is wrong.
    Error(Error),
}

impl Refusal {
    pub(super) fn forbidden(caller: &Caller) -> Self {
        if caller.is_anonymous() { Self::ReadOnly } else { Self::Forbidden }
    }

    /// The answer that says so: a text, as MLflow's.
    pub fn into_response(self) -> Response<Bytes> {
        match self {
            Self::Unknown => {
                let mut response = call::text(
                    "You are not authenticated. Sign in with a username and password, or with a token.",
                );
                *response.status_mut() = StatusCode::UNAUTHORIZED;
                response
                    .headers_mut()
                    .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"mlflow\""));
                response
            }
            Self::Forbidden => {
                let mut response = call::text("Permission denied");
                *response.status_mut() = StatusCode::FORBIDDEN;
                response
            }
            Self::ReadOnly => Error::new(
                ErrorCode::PermissionDenied,
                "this server is read-only for those who are not signed in",
            )
            .into_response(),
            Self::Busy { seconds } => {
                let message = "too many sign-ins failed; try again in a few seconds";
                let mut response =
                    Error::new(ErrorCode::RequestLimitExceeded, message).into_response();
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
                response
            }
            Self::Error(error) => error.into_response(),
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<crate::SqlError> for Refusal {
    fn from(error: crate::SqlError) -> Self {
        Self::Error(error.into())
    }
}
