//! The person's own website, over the sandbox's practice sites: looked at, given a snippet, proven.

#[path = "../recorded/mod.rs"]
mod recorded;

mod inspect;
mod proof;
mod snippet;
mod stage;
