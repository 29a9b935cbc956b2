//! The mirror of the estate, and reports, over real sockets against the sandbox.

mod containers;
mod partial;
mod reports;
mod stage;
mod sync;
