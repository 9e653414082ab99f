//! Where the artifacts of a run or a model are: a URI that MLflow keeps.

use mlflow_api::{ErrorCode, kept_path};

use crate::{Error, Stores, path};

/// A path of a store.
pub(crate) enum Place<'a, S> {
    /// Of the one that keeps what clients send here.
    Kept(&'a S, String),
    /// Of one that a URI names.
    Named(S, String),
}

impl<S> Place<'_, S> {
    /// The store.
    pub(crate) fn store(&self) -> &S {
        match self {
            Self::Kept(store, _) => store,
            Self::Named(store, _) => store,
        }
    }

    /// What is at a path below this one, which is safe.
    pub(crate) fn join(&self, path: &str) -> String {
        let (Self::Kept(_, root) | Self::Named(_, root)) = self;
        path::join(root, path)
    }
}

/// The place that a URI names.
pub(crate) fn place<'a, T: Stores>(stores: &'a T, uri: &str) -> Result<Place<'a, T::Store>, Error> {
    if let Some(inside) = kept_path(uri) {
        return Ok(Place::Kept(stores.kept()?, path::safe(inside)?));
    }
    if let Some((store, root)) = stores.named(uri)? {
        return Ok(Place::Named(store, root));
    }
    Err(Error::new(
        ErrorCode::NotImplemented,
        format!(
            "the artifacts are at {uri}, which is none of the places that this server was told to serve: clients reach it by themselves"
        ),
    ))
}
