//! What carries requests to a server.

/// The browser's `fetch`.
#[cfg(target_arch = "wasm32")]
pub(crate) type PageTransport = mlflow_client::FetchTransport;

/// Outside of a browser only plain functions run, in tests: nothing is sent.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) type PageTransport = nowhere::Nowhere;

#[cfg(not(target_arch = "wasm32"))]
mod nowhere {
    use std::time::Duration;

    use bytes::Bytes;
    use http::{Request, Response};
    use mlflow_client::{Transport, TransportError};

    /// A transport that never gets an answer.
    #[derive(Clone, Copy, Debug, Default)]
    pub(crate) struct Nowhere;

    impl Transport for Nowhere {
        async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
            Err(TransportError::Network("there is no browser".to_owned()))
        }

        async fn sleep(&self, _: Duration) {}
    }
}
