//! What cargo brings along (clippy, rustfmt) and what is added to it (cargo-deny, cargo-fuzz).

use crate::{
    failure::Failure,
    needs::Installing,
    paths::which,
    step::{Program, note, step},
};

/// The cargo-deny that deny.toml is written for.
const CARGO_DENY: &str = "0.20.2";

/// The cargo-fuzz that fuzz/ was last run with.
const CARGO_FUZZ: &str = "0.13.2";

/// rustfmt and clippy, added through rustup where they are missing.
pub fn components(installing: Installing) -> Result<(), Failure> {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if Program::cargo().args([command, "--version"]).answer().is_some() {
            continue;
        }
        let remedy = format!("Install it: rustup component add {component}");
        if installing == Installing::Refused || which("rustup").is_none() {
            return Err(Failure::new(format!("{component} is missing"), remedy));
        }
        step(&format!("Rust component {component}"), || {
            Program::new("rustup")
                .args(["component", "add", component])
                .run(&remedy)
        })?;
    }
    Ok(())
}

fn installed_deny() -> Option<String> {
    let answer = Program::cargo().args(["deny", "--version"]).answer()?;
    answer.strip_prefix("cargo-deny ").map(str::to_owned)
}

/// cargo-deny, built from its source where it is missing.
pub fn deny(installing: Installing) -> Result<(), Failure> {
    if installed_deny().is_some_and(|found| super::version(&found) >= super::version(CARGO_DENY)) {
        return Ok(());
    }
    let remedy = format!("Install it: cargo install --locked cargo-deny --version {CARGO_DENY}");
    if installing == Installing::Refused {
        return Err(Failure::new(format!("cargo-deny {CARGO_DENY} is missing"), remedy));
    }
    step(&format!("cargo-deny {CARGO_DENY}"), || {
        // It runs for a second and is built for a minute: not optimising it saves several.
        Program::cargo()
            .args(["install", "--locked", "--quiet", "cargo-deny", "--version", CARGO_DENY])
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256")
            .run(&remedy)
    })
}

fn installed_fuzz() -> Option<String> {
    let answer = Program::cargo().args(["fuzz", "--version"]).answer()?;
    answer.strip_prefix("cargo-fuzz ").map(str::to_owned)
}

/// cargo-fuzz, built from its source where it is missing.
pub fn fuzz(installing: Installing) -> Result<(), Failure> {
    if installed_fuzz().is_some_and(|found| super::version(&found) >= super::version(CARGO_FUZZ)) {
        return Ok(());
    }
    let remedy = format!("Install it: cargo install --locked cargo-fuzz --version {CARGO_FUZZ}");
    if installing == Installing::Refused {
        return Err(Failure::new(format!("cargo-fuzz {CARGO_FUZZ} is missing"), remedy));
    }
    step(&format!("cargo-fuzz {CARGO_FUZZ}"), || {
        Program::cargo()
            .args(["install", "--locked", "--quiet", "cargo-fuzz", "--version", CARGO_FUZZ])
            .run(&remedy)
    })
}

pub fn doctor() {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        match Program::cargo().args([command, "--version"]).answer() {
            Some(found) => note(&format!("ok       {found}")),
            None => note(&format!("missing  {component}: rustup component add {component}")),
        }
    }
    match installed_deny() {
        Some(found) => note(&format!("ok       cargo-deny {found}")),
        None => note(&format!(
            "missing  cargo-deny: `cargo xtask check` installs {CARGO_DENY}"
        )),
    }
    match installed_fuzz() {
        Some(found) => note(&format!("ok       cargo-fuzz {found}")),
        None => note(&format!(
            "missing  cargo-fuzz: `cargo xtask test --fuzz` installs {CARGO_FUZZ}"
        )),
    }
}
