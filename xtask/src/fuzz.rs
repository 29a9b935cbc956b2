//! `cargo xtask test --fuzz`: every fuzz target, compiled and run for some seconds. Outside the usual run, since it finds
//! new things at its own pace; what it finds becomes a test beside the code.

use crate::{
    failure::Failure,
    needs::{Installing, cargo_tools},
    paths::root,
    step::{Program, step},
};

/// How long each target runs.
const SECONDS: u32 = 20;

pub fn fuzz(installing: Installing) -> Result<(), Failure> {
    cargo_tools::fuzz(installing)?;
    let folder = root().join("fuzz");
    let targets = cargo(&["list"]).in_dir(&folder).answer().ok_or_else(|| {
        Failure::new(
            "cargo-fuzz finds no targets in fuzz/",
            "cargo fuzz list, in fuzz/, shows why.",
        )
    })?;
    for target in targets.lines().map(str::trim).filter(|target| !target.is_empty()) {
        step(&format!("Fuzzing {target} for {SECONDS} s"), || {
            cargo(&["run", "--sanitizer", "none", target, "--"])
                .in_dir(&folder)
                .arg(format!("-max_total_time={SECONDS}"))
                .run("The input that did it is in fuzz/artifacts: make it a test beside the code.")
        })?;
    }
    Ok(())
}

/// libFuzzer's counters come from flags that stable Rust has, under names that only nightly admits to.
fn cargo(arguments: &[&str]) -> Program {
    Program::cargo().arg("fuzz").args(arguments).env("RUSTC_BOOTSTRAP", "1")
}
