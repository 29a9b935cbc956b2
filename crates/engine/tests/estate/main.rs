//! The mirror of the estate, and reports, over real sockets against the sandbox.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod activity;
mod clients;
mod containers;
mod isolation;
mod partial;
#[path = "../recorded/mod.rs"]
mod recorded;
mod reports;
mod routing;
mod stage;
mod streams;
mod sync;
mod templates;
