//! A transport that answers from a script.

use std::cell::RefCell;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use mlflow_client::{Auth, Client, Transport, TransportError};

pub(crate) type Answer = Result<Response<Bytes>, TransportError>;

/// Answers each request by a function, and remembers what was asked.
pub(crate) struct Script<F> {
    answer: F,
    opaque: Option<bool>,
    pub(crate) asked: RefCell<Vec<Request<Bytes>>>,
    pub(crate) slept: RefCell<Vec<Duration>>,
}

impl<F: Fn(&Request<Bytes>, usize) -> Answer> Script<F> {
    /// `answer` is given the request and how many came before it.
    pub(crate) fn new(answer: F) -> Self {
        Self { answer, opaque: None, asked: RefCell::default(), slept: RefCell::default() }
    }

    /// What a `no-cors` request would find.
    pub(crate) fn with_opaque(self, opaque: bool) -> Self {
        Self { opaque: Some(opaque), ..self }
    }

    pub(crate) fn client(self) -> Client<Self> {
        Client::connect(self, "http://host:5000", Auth::None).unwrap()
    }
}

impl<F: Fn(&Request<Bytes>, usize) -> Answer> Transport for Script<F> {
    async fn send(&self, request: Request<Bytes>) -> Answer {
        let before = self.asked.borrow().len();
        let answer = (self.answer)(&request, before);
        self.asked.borrow_mut().push(request);
        answer
    }

    async fn sleep(&self, duration: Duration) {
        self.slept.borrow_mut().push(duration);
    }

    async fn reachable_opaque(&self, _: &str) -> Option<bool> {
        self.opaque
    }
}

/// Runs a future that never waits.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("a script answers at once")
}

/// An answer with a status, a content type and a body.
pub(crate) fn answer(status: u16, content_type: &str, body: &str) -> Answer {
    let response = Response::builder().status(status).header("content-type", content_type);
    Ok(response.body(Bytes::copy_from_slice(body.as_bytes())).unwrap())
}

/// A 200 with JSON.
pub(crate) fn json(body: &str) -> Answer {
    answer(200, "application/json", body)
}
