//! `cargo xtask bench`: ratios against the plain alternatives, measured side by side in one run.

use std::path::Path;

use clap::ValueEnum;

use crate::{
    failure::Failure,
    needs::{Installing, Purpose, node, python, system},
    paths::{built, root, target},
    step::{Program, step},
};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Benchmark {
    /// 250,000 rows of a report into SQLite, against Google's Python client and against `curl | gunzip`.
    Load,
    /// Cold start to the first painted screen, and idle memory, against a bare Tauri window.
    Startup,
    /// The redirect's way among idle sockets, one refresh for two hundred tasks in five processes, and a whole sign-in
    /// against Google's Python library.
    SignIn,
    /// 50 clients set up from a file, against Google's Python client with one call per object; the calls of one client; and the
    /// time told at the start against the time taken, under the documented quotas.
    SetUp,
}

pub fn bench(installing: Installing, only: Option<Benchmark>) -> Result<(), Failure> {
    let wanted = |one| only.is_none_or(|only| only == one);
    if wanted(Benchmark::Load) {
        load(installing)?;
    }
    if wanted(Benchmark::SetUp) {
        set_up(installing)?;
    }
    if wanted(Benchmark::SignIn) {
        sign_in(installing)?;
    }
    if wanted(Benchmark::Startup) {
        startup(installing)?;
    }
    Ok(())
}

fn sign_in(installing: Installing) -> Result<(), Failure> {
    python::environment(installing)?;
    step("The benchmark of signing in, optimised", || {
        Program::cargo()
            .args(["build", "--release", "--quiet", "--package", "gantry-engine"])
            .args(["--example", "sign-in-bench"])
            .run("")
    })?;
    let bench = root().join("bench");
    step("Signing in", || {
        with_room_for_sockets(&built("release/examples", "sign-in-bench"))
            .arg(bench.join("results"))
            .arg(python::interpreter())
            .arg(bench.join("sign-in").join("installed_app_flow.py"))
            .run("")
    })
}

/// A thousand idle sockets are more files than many systems let a program open unless it asks.
fn with_room_for_sockets(program: &Path) -> Program {
    if cfg!(unix) {
        Program::new("sh")
            .args(["-c", "ulimit -n 4096 && exec \"$0\" \"$@\""])
            .arg(program)
    } else {
        Program::new(program)
    }
}

fn load(installing: Installing) -> Result<(), Failure> {
    system(&[Purpose::Bench, Purpose::Journeys], installing)?;
    python::environment(installing)?;
    step("Gantry's command line, optimised", || {
        Program::cargo()
            .args(["build", "--release", "--quiet", "--package", "gantry-cli"])
            .run("")
    })?;
    step("First load of 250,000 rows", || {
        Program::new(python::interpreter())
            .arg(root().join("bench").join("load").join("run.py"))
            .env("GANTRY_BIN", built("release", "gantry"))
            .run("")
    })
}

fn set_up(installing: Installing) -> Result<(), Failure> {
    system(&[Purpose::Bench, Purpose::Journeys], installing)?;
    python::environment(installing)?;
    step("Gantry's command line, optimised", || {
        Program::cargo()
            .args(["build", "--release", "--quiet", "--package", "gantry-cli"])
            .run("")
    })?;
    step("50 clients with the template shop", || {
        Program::new(python::interpreter())
            .arg(root().join("bench").join("set-up").join("run.py"))
            .env("GANTRY_BIN", built("release", "gantry"))
            .run("")
    })?;
    step("The pace of a batch, optimised", || {
        Program::cargo()
            .args(["build", "--release", "--quiet", "--package", "gantry-engine"])
            .args(["--example", "set-up-pace"])
            .run("")
    })?;
    step("Told and taken under the documented quotas", || {
        Program::new(built("release/examples", "set-up-pace"))
            .arg(root().join("bench").join("results"))
            .run("")
    })
}

fn startup(installing: Installing) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::new(
            "this benchmark reads /proc and starts Xvfb: Linux only",
            "",
        ));
    }
    system(&[Purpose::Window, Purpose::Journeys], installing)?;
    let node = node::ui_packages(installing)?;
    node::build_ui(&node)?;
    let bare = target().join("bare");
    step("Gantry and the bare window, optimised", || {
        Program::cargo()
            .args([
                "build",
                "--release",
                "--quiet",
                "--package",
                "gantry-desktop",
                "--package",
                "journeys",
                "--bins",
            ])
            .run("")?;
        Program::cargo()
            .args(["build", "--release", "--quiet", "--manifest-path"])
            .arg(root().join("bench").join("bare-tauri").join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", &bare)
            .run("")
    })?;
    step("Cold start and idle memory", || {
        Program::new(built("release", "startup-bench"))
            .arg(root().join("bench").join("results"))
            .env("GANTRY_DESKTOP_BIN", built("release", "gantry-desktop"))
            .env("GANTRY_BARE_BIN", bare.join("release").join("bare-tauri"))
            .run("")
    })
}
