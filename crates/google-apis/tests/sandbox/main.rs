//! The clients over real sockets, against the bundled sandbox.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod activity;
mod analytics;
mod every_request;
mod faults;
mod reports;
mod stage;
mod tag_manager;
