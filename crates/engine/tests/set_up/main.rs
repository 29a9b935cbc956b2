//! Signing in and setting up a site, over real sockets against the sandbox, with a scripted user agent.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod activity;
mod asking;
mod corrected;
mod grants;
mod keychain;
mod lagging;
mod oauth_clients;
mod planned_calls;
mod provisioning;
mod quota;
#[path = "../recorded/mod.rs"]
mod recorded;
mod side_by_side;
mod sign_in;
mod tag_manager;
mod undo;
mod user_agent;
mod whole_plan;
mod world;
