//! `cargo xtask check`: what can be said about the code without running it.

use crate::{
    bindings,
    failure::Failure,
    needs::{
        Installing, Purpose, cargo_tools,
        node::{self, Node},
        system,
    },
    paths::root,
    step::{Program, note, step},
};

pub fn check(installing: Installing, fix: bool) -> Result<(), Failure> {
    system(&[Purpose::Window], installing)?;
    cargo_tools::components(installing)?;
    cargo_tools::deny(installing)?;
    let node = node::ui_packages(installing)?;
    if fix {
        step("Formatting (cargo fmt)", || {
            Program::cargo().args(["fmt", "--all"]).run("")
        })?;
        step("TypeScript bindings", bindings::write)?;
    }
    checks(&node)
}

/// The checks alone, when everything they need is there. Quick ones first.
pub fn checks(node: &Node) -> Result<(), Failure> {
    step("Formatting (cargo fmt --check)", || {
        Program::cargo()
            .args(["fmt", "--all", "--check"])
            .run("`cargo fmt --all` formats everything.")
    })?;
    step("Dependency rules (cargo deny)", dependency_rules)?;
    step(
        "The command line needs no window (cargo tree)",
        command_line_is_headless,
    )?;
    step("UI types (svelte-check)", || {
        node.npm().args(["run", "--silent", "check"]).run("")
    })?;
    step("UI rules (eslint)", || {
        node.npm().args(["run", "--silent", "lint"]).run("")
    })?;
    // The window is compiled around ui/dist: without it the shell does not compile.
    node::build_ui(node)?;
    step("Rust lints (clippy)", || {
        // The journeys' target is left out of "all targets", since a plain `cargo test` must not run it.
        for targets in [["--all-targets"].as_slice(), ["--test", "journeys"].as_slice()] {
            Program::cargo()
                .args(["clippy", "--quiet", "--workspace"])
                .args(targets)
                .args(["--", "-D", "warnings"])
                .run("The lines above name each lint; an `#[expect(...)]` needs a reason.")?;
        }
        Ok(())
    })?;
    step("TypeScript bindings are what the engine says", bindings::check)
}

fn dependency_rules() -> Result<(), Failure> {
    let deny = |what: &[&str]| {
        Program::cargo()
            .args([
                "deny",
                "--workspace",
                "--log-level",
                "warn",
                "check",
                "--hide-inclusion-graph",
            ])
            .args(what)
            .run("deny.toml says which rule and why.")
    };
    deny(&["bans", "licenses", "sources"])?;
    if advisories_can_be_had() {
        deny(&["advisories"])
    } else {
        note("SKIPPED: advisories, because the RustSec database cannot be reached from here");
        Ok(())
    }
}

/// Whether the advisory database answers, so that a machine without it is told apart from an advisory.
fn advisories_can_be_had() -> bool {
    Program::new("git")
        .args(["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=10"])
        .args([
            "ls-remote",
            "--exit-code",
            "https://github.com/RustSec/advisory-db",
            "HEAD",
        ])
        .env("GIT_TERMINAL_PROMPT", "0")
        .answer()
        .is_some()
}

/// `gantry` runs on servers: nothing of a window may be among its dependencies, on any platform.
fn command_line_is_headless() -> Result<(), Failure> {
    const WINDOWED: [&str; 11] = [
        "gtk",
        "gdk",
        "webkit2gtk",
        "webkit2gtk-sys",
        "javascriptcore-rs",
        "soup3",
        "tauri",
        "tauri-runtime",
        "wry",
        "tao",
        "webview2-com",
    ];
    let tree = Program::cargo()
        .args([
            "tree",
            "--locked",
            "--package",
            "gantry-cli",
            "--edges",
            "normal,build",
            "--target",
            "all",
        ])
        .args(["--prefix", "none", "--format", "{p}"])
        .answer()
        .ok_or_else(|| {
            Failure::new(
                "`cargo tree` failed",
                "Is Cargo.lock up to date? `cargo check` updates it.",
            )
        })?;
    let mut names: Vec<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    names.sort_unstable();
    names.dedup();
    let found: Vec<&str> = names.iter().copied().filter(|name| WINDOWED.contains(name)).collect();
    if found.is_empty() {
        note(&format!(
            "{} packages, none of gtk, webkit2gtk, tauri, wry, tao",
            names.len()
        ));
        Ok(())
    } else {
        Err(Failure::new(
            format!("the command line depends on {}", found.join(", ")),
            format!(
                "`cargo tree -p gantry-cli -i {}` in {} shows through whom.",
                found[0],
                root().display()
            ),
        ))
    }
}
