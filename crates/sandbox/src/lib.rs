//! A fake Google: practice mode for people, test double for Gantry's tests. It shares no code with the clients, so that a bug
//! cannot cancel itself out. Every `https://HOST/PATH` of Google's is served at `BASE/HOST/PATH`.
//!
//! See the crate's README for the practice identities, the pages' form fields and the control endpoint.

mod admin;
pub mod analytics_data;
pub mod clock;
mod control;
pub mod faults;
mod google;
pub mod http;
mod oauth;
mod pages;
pub mod practice;
mod practice_site;
mod provisioning_v3;
pub mod quota;
mod request_log;
mod rpc_error;
mod seeds;
mod server;
pub mod settings;
pub mod tag_manager;
mod tag_manager_pages;
mod terms;
pub mod world;

mod serve;

pub use google::Google;
pub use request_log::LoggedRequest;
pub use seeds::{Seed, UnknownSeed};
pub use serve::{ServeArgs, serve};
pub use server::{RunningSandbox, Sandbox, SandboxConfig, StartError};
