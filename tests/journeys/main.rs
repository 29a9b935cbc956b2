//! Whole-program tests, one binary, a module a journey. They need Linux, the built programs (`cargo build --workspace
//! --bins`) and what `cargo xtask doctor` lists; each brings its own desktop.

#![expect(clippy::unwrap_used, reason = "a journey that cannot go on says so and stops")]

mod command_line;
mod desktop;
mod keychain;
mod practice_pages;
mod proxy;
mod secrets;
mod service_account;
mod walls;
mod window;
