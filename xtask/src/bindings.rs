//! ui/src/lib/bindings.ts, written from the engine's command table, and the check that it is not stale.

use crate::{failure::Failure, step::Program};

fn generator() -> Program {
    // The test is both: it compares, or with GANTRY_BINDINGS=write it writes. No feature set of its own to build.
    Program::cargo().args(["test", "--quiet", "--workspace", "--lib", "bindings"])
}

pub fn check() -> Result<(), Failure> {
    generator().run("`cargo xtask check --fix` writes the bindings anew; commit them.")
}

pub fn write() -> Result<(), Failure> {
    generator().env("GANTRY_BINDINGS", "write").run("")
}
