//! Changes on their way to the server.

use std::future::Future;
use std::pin::Pin;

use mlflow_client::Error;

/// A change on its way: what edits something shows that it waits, and keeps what
/// was typed when it failed.
pub(crate) type Saving = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

/// Something that is read, or why it could not be, in words.
pub(crate) type Reading<T> = Pin<Box<dyn Future<Output = Result<T, String>>>>;
