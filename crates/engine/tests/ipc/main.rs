//! The boundary to a host: what may come in, what may go out, and what may be opened.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod fuzz;
mod opener;
mod secrets;
mod stage;
mod table;
