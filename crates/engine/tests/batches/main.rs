//! Many set-ups at once, over real sockets against the sandbox, with a scripted user agent.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)] // a test may; the stage is shared

mod absent;
mod clock;
mod files;
mod goes_on;
#[path = "../hurried/mod.rs"]
mod hurried;
mod proven;
mod quota_day;
mod same_rows;
mod stage;
mod there_already;
mod together;
mod twice;
#[path = "../set_up/user_agent.rs"]
mod user_agent;
#[path = "../set_up/world.rs"]
mod world;
