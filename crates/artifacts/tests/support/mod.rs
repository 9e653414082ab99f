//! A host without streams, and stores that answer from a script.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use artifacts::{Body, Error, Fetch, Upload};
use http::{Request, Response};

/// Bytes that pretend to be a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl Body for Bytes {
    async fn hold(self, limit: usize) -> Result<Option<Upload<Self>>, Error> {
        let length = self.0.len();
        let length = u64::try_from(length).ok().filter(|_| length <= limit);
        Ok(length.map(|length| Upload { body: Some(self), length: Some(length) }))
    }

    async fn piece(&mut self, size: usize) -> Result<Option<Upload<Self>>, Error> {
        let rest = self.0.split_off(size.min(self.0.len()));
        let piece = std::mem::replace(&mut self.0, rest);
        let length = u64::try_from(piece.len()).ok();
        Ok((!piece.is_empty()).then_some(Upload { body: Some(Self(piece)), length }))
    }

    async fn text(self, limit: usize) -> Result<String, Error> {
        assert!(self.0.len() <= limit);
        Ok(String::from_utf8(self.0).unwrap())
    }

    fn from_text(text: &str) -> Self {
        Self(text.into())
    }
}

/// A status, headers, a body.
type Scripted<'a> = (u16, &'a [(&'a str, &'a str)], &'a str);

/// What was asked, and what is answered next.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    asked: Rc<RefCell<Vec<String>>>,
    answers: Rc<RefCell<VecDeque<Response<Option<Bytes>>>>>,
}

impl Script {
    /// Answers with these, in order.
    pub(crate) fn new(answers: &[Scripted<'_>]) -> Self {
        let script = Self::default();
        for (status, headers, body) in answers {
            let mut answer = Response::builder().status(*status);
            for (name, value) in *headers {
                answer = answer.header(*name, *value);
            }
            let answer = answer.body(Some(Bytes((*body).into()))).unwrap();
            script.answers.borrow_mut().push_back(answer);
        }
        script
    }

    /// `VERB path?query body` of each request so far, with its range.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }
}

impl Fetch for Script {
    type Body = Bytes;

    async fn fetch(
        &self,
        request: Request<Upload<Bytes>>,
    ) -> Result<Response<Option<Bytes>>, Error> {
        let mut asked = format!("{} {}", request.method(), request.uri().path_and_query().unwrap());
        for name in ["range", "x-ms-range"] {
            if let Some(range) = request.headers().get(name) {
                asked.push_str(&format!(" [{}]", range.to_str().unwrap()));
            }
        }
        if let Some(Bytes(body)) = request.into_body().body {
            match body.len() {
                0..1000 => asked.push_str(&format!(" {}", String::from_utf8_lossy(&body))),
                long => asked.push_str(&format!(" {long} bytes")),
            }
        }
        self.asked.borrow_mut().push(asked);
        Ok(self.answers.borrow_mut().pop_front().expect("an answer more"))
    }

    fn now(&self) -> i64 {
        1_369_353_600
    }
}

/// The result of a future that never waits.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("it waits"),
    }
}
