//! The client against a scripted server, whose answers were recorded from
//! `mlflow server` 3.17, with and without the basic-auth app.
#![cfg(test)]

mod calls;
mod errors;
mod probe;
mod runs;
mod support;
