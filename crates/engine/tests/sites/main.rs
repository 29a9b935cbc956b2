//! The person's own website, over the sandbox's practice sites: looked at, given a snippet, proven.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../recorded/mod.rs"]
mod recorded;

mod inspect;
mod proof;
mod snippet;
mod stage;
