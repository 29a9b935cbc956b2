//! `cargo xtask doctor`: what is here, what is missing, how to get it. Changes nothing.

use crate::{
    failure::Failure,
    macos,
    needs::{Purpose, cargo_tools, node, python, rust_target, system::missing_command},
    step::{Program, note},
    windows,
};

pub fn doctor() -> Result<(), Failure> {
    println!("\n==> Build tools");
    match Program::new("rustc").arg("--version").answer() {
        Some(found) => note(&format!("ok       {found}")),
        None => note("missing  rustc: https://rustup.rs"),
    }
    cargo_tools::doctor();
    node::doctor();
    println!("\n==> System packages");
    let mut complete = true;
    for (purpose, what) in [
        (Purpose::Window, "to build and run the window (run, check)"),
        (Purpose::Journeys, "for the journeys (test, shots, bench)"),
        (Purpose::Judges, "for the Python judges (test, bench)"),
        (Purpose::Package, "for installers (package)"),
    ] {
        match missing_command(&[purpose]) {
            None => note(&format!("ok       {what}")),
            Some(command) => {
                complete = false;
                note(&format!("missing  {what}: {command}"));
            }
        }
    }
    println!("\n==> Python environment");
    if python::interpreter().exists() {
        note("ok       .venv");
    } else {
        note("missing  .venv: `cargo xtask test` makes it");
    }
    if cfg!(target_os = "linux") {
        other_platforms();
    }
    if complete {
        return Ok(());
    }
    Err(Failure::new(
        "system packages are missing",
        "The commands above install them; `run` and `test` do it by themselves.",
    ))
}

/// What only `windows` and `macos` need: nobody has to have it.
fn other_platforms() {
    println!("\n==> Other platforms from here");
    for (purpose, what, target) in [
        (Purpose::Windows, "for Windows (windows)", windows::TARGET),
        (Purpose::Macos, "for macOS (macos)", macos::TARGET),
    ] {
        match missing_command(&[purpose]) {
            None => note(&format!("ok       system packages {what}")),
            Some(command) => note(&format!("missing  {what}: {command}")),
        }
        rust_target::doctor(target, what);
    }
}
