//! `cargo xtask test`: everything that continuous integration runs, from a fresh clone.

use std::path::PathBuf;

use crate::{
    check,
    failure::Failure,
    needs::{Installing, Purpose, cargo_tools, node, python, system},
    paths::{built, root, target, ui},
    step::{Program, note, step},
};

pub fn test(installing: Installing) -> Result<(), Failure> {
    system(&[Purpose::Window, Purpose::Journeys, Purpose::Judges], installing)?;
    cargo_tools::components(installing)?;
    cargo_tools::deny(installing)?;
    let node = node::ui_packages(installing)?;
    node::judge_packages(&node, installing)?;
    python::environment(installing)?;

    check::checks(&node)?;
    step("UI tests (vitest)", || {
        node.npm().args(["run", "--silent", "test"]).run("")
    })?;
    build_everything()?;
    step("Unit and crate tests (cargo test)", || {
        forget_recorded_requests()?;
        Program::cargo()
            .args(["test", "--workspace"])
            // google-oauth's tests sign in at an OpenID provider that is not ours.
            .env("GANTRY_NODE", node.interpreter())
            .run("`cargo test -p CRATE NAME` runs one of them again.")
    })?;
    step("Judges: Google's own Python clients", judges)?;
    journeys()
}

/// Every binary and every test with one set of features, so that what follows compiles nothing twice.
pub fn build_everything() -> Result<(), Failure> {
    step("Everything (cargo build)", || {
        for targets in [["--all-targets"].as_slice(), ["--test", "journeys"].as_slice()] {
            Program::cargo()
                .args(["build", "--quiet", "--workspace"])
                .args(targets)
                .run("The lines above say which file is at fault.")?;
        }
        Ok(())
    })
}

/// Where the crate tests keep the requests that the judges compare with Google's discovery documents.
fn recorded() -> PathBuf {
    target().join("tmp")
}

/// Removes what an earlier run recorded, so that the judges see this run's requests or none.
fn forget_recorded_requests() -> Result<(), Failure> {
    let Ok(files) = std::fs::read_dir(recorded()) else {
        return Ok(()); // nothing was ever recorded
    };
    for file in files.flatten().map(|file| file.path()) {
        if file.to_string_lossy().ends_with("-requests.jsonl") {
            std::fs::remove_file(&file).map_err(|error| Failure::io("removing", &file, &error))?;
        }
    }
    Ok(())
}

fn judges() -> Result<(), Failure> {
    Program::new(python::interpreter())
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .arg(root().join("tests").join("judges").join("python"))
        .env("GANTRY_BIN", built("debug", "gantry"))
        .env("GANTRY_ASSERTION", built("debug/examples", "assertion"))
        // Written by the crate tests before: what our clients and our engine send, as the sandbox received it.
        .env("GANTRY_OUR_REQUESTS", recorded())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .run("`GANTRY_BIN=target/debug/gantry GANTRY_ASSERTION=target/debug/examples/assertion .venv/bin/python -m pytest \
             tests/judges/python -k NAME` runs one again.")
}

fn journeys() -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        note("SKIPPED: journeys, because WebDriver for the window exists for Linux only (WebKitWebDriver)");
        return Ok(());
    }
    step(
        "Journeys: the command line, the real window, a real browser, a real keyring",
        || {
            with_programs(Program::cargo().args([
                "test",
                "--workspace",
                "--test",
                "journeys",
                "--",
                "--test-threads",
                "1",
            ]))
            .run("`cargo test --workspace --test journeys NAME` runs one of them again.")
        },
    )
}

/// Tells the journeys which programs to drive.
pub fn with_programs(program: Program) -> Program {
    program
        .env("GANTRY_BIN", built("debug", "gantry"))
        .env("GANTRY_DESKTOP_BIN", built("debug", "gantry-desktop"))
        .env(
            "GANTRY_AXE",
            ui().join("node_modules").join("axe-core").join("axe.min.js"),
        )
}
