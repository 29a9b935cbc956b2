//! Service accounts through the engine, over real sockets against the sandbox: what is refused, what is kept where, what
//! works, and what a person is told.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod adding;
mod checking;
mod crashes;
mod using;
mod world;
