//! Why did it stop working? Ends of sign-ins with their causes, checks, and explained failures, over real sockets against
//! the sandbox.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod checks;
mod ends;
mod explained;
mod stage;
