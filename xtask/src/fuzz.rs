//! `cargo xtask test --fuzz`: every fuzz target, compiled and run for some seconds. Outside the usual run, since it finds
//! new things at its own pace; what it finds becomes a test beside the code.

use std::path::{Path, PathBuf};

use crate::{
    failure::Failure,
    needs::{Installing, cargo_tools},
    paths::root,
    step::{Program, step},
};

/// How long each target runs.
const SECONDS: u32 = 20;

/// How long one input may take, in seconds: a P12 file may ask for a million rounds of its key's derivation.
const LONGEST: u32 = 60;

pub fn fuzz(installing: Installing) -> Result<(), Failure> {
    cargo_tools::fuzz(installing)?;
    let folder = root().join("fuzz");
    let targets = cargo(&["list"]).in_dir(&folder).answer();
    let targets = targets.filter(|targets| !targets.is_empty()).ok_or_else(|| {
        Failure::new(
            "cargo-fuzz finds no targets in fuzz/",
            "cargo fuzz list, in fuzz/, shows why.",
        )
    })?;
    for target in targets.lines().map(str::trim) {
        step(&format!("Fuzzing {target} for {SECONDS} s"), || {
            // libFuzzer adds what it finds to the first folder, and only reads the others.
            let found = folder.join("corpus").join(target);
            std::fs::create_dir_all(&found).map_err(|error| Failure::io("making", &found, &error))?;
            cargo(&["run", "--sanitizer", "none", target])
                .arg(&found)
                .args(seeds(&folder, target))
                .arg("--")
                .arg(format!("-max_total_time={SECONDS}"))
                .arg(format!("-timeout={LONGEST}"))
                // A line for each new path through the code would be thousands.
                .args(["-verbosity=0", "-print_final_stats=1"])
                .in_dir(&folder)
                .run("The input that did it is in fuzz/artifacts: make it a test beside the code.")
        })?;
    }
    Ok(())
}

/// Inputs to begin with, so that what lies behind a parser is reached in seconds.
fn seeds(folder: &Path, target: &str) -> Vec<PathBuf> {
    let mut seeds = vec![folder.join("seeds").join(target)];
    if target == "service_account_p12" {
        let tests = root().join("crates").join("google-oauth").join("tests");
        seeds.push(tests.join("service_accounts").join("keys"));
    }
    seeds.into_iter().filter(|folder| folder.is_dir()).collect()
}

/// libFuzzer's counters come from flags that stable Rust has, under names that only nightly admits to.
fn cargo(arguments: &[&str]) -> Program {
    Program::cargo().arg("fuzz").args(arguments).env("RUSTC_BOOTSTRAP", "1")
}
