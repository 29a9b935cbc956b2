//! ui/src/lib/bindings.ts, written from the engine's command table, and the check that it is not stale.
//!
//! Both are the engine's test `bindings`, so that xtask itself stays free of the engine and quick to build.

use crate::{failure::Failure, step::Program};

fn generator() -> Program {
    Program::cargo().args(["test", "--quiet", "--workspace", "--test", "bindings"])
}

pub fn check() -> Result<(), Failure> {
    generator().run("`cargo xtask bindings` writes them anew; commit the result.")
}

pub fn write() -> Result<(), Failure> {
    generator().env("GANTRY_BINDINGS", "write").run("")
}
