//! The mirror of the estate, and reports, over real sockets against the sandbox.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod activity;
mod containers;
mod partial;
#[path = "../recorded/mod.rs"]
mod recorded;
mod reports;
mod stage;
mod sync;
