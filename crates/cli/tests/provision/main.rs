//! `gantry provision` and what follows it as processes of their own, over the sandbox: a script in the browser's place presses
//! Accept or Decline.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod after;
mod clients;
mod from_file;
mod one_site;
mod world;
