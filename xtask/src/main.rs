//! `cargo xtask`: the one door to everything a person or a machine does with this repository.
//!
//! A file a command. Each command first makes sure that what it needs is there (`needs/`), then does its work in
//! steps that print a heading and how long they took (`step.rs`).

mod bench;
mod bindings;
mod check;
mod doctor;
mod failure;
mod fuzz;
mod macos;
mod needs;
mod package;
mod paths;
mod run;
mod shots;
mod step;
mod test;
mod windows;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use failure::Failure;
use needs::Installing;

/// Builds, runs, tests and packages Gantry.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    /// Install nothing on this machine: stop and list what is missing.
    #[arg(long, global = true)]
    no_install: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build Gantry and open its window; what follows `--` goes to the program, for instance `-- --sandbox`.
    Run {
        /// Build with optimisations, as a person would get it.
        #[arg(long)]
        release: bool,
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Everything that continuous integration runs: check, unit and crate tests, Python judges, journeys.
    Test {
        /// Only the fuzz targets, each for some seconds: not part of the usual run.
        #[arg(long)]
        fuzz: bool,
    },
    /// Formatting, lints, types, dependency rules and stale bindings; no tests.
    Check {
        /// Write what can be written instead of complaining: formatting and TypeScript bindings.
        #[arg(long)]
        fix: bool,
    },
    /// Write ui/src/lib/bindings.ts anew from the engine's command table.
    Bindings,
    /// Measure Gantry against the plain alternatives, side by side, and compare with the last run.
    Bench {
        /// Only this benchmark: `load`, `sign-in` or `startup`.
        only: Option<bench::Benchmark>,
    },
    /// Photograph every screen in both themes and two sizes, from the real window over the sandbox, into shots/.
    Shots,
    /// Build this platform's installer into target/release/bundle/.
    Package,
    /// From Linux: build everything for Windows, run the crates' tests and the credential store's under Wine.
    Windows,
    /// From Linux: type-check everything for macOS.
    Macos,
    /// Say what is here, what is missing and how to get it; changes nothing.
    Doctor,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let installing = if arguments.no_install {
        Installing::Refused
    } else {
        Installing::Allowed
    };
    let outcome = match arguments.command {
        Command::Run { release, arguments } => run::run(installing, release, &arguments),
        Command::Test { fuzz: true } => fuzz::fuzz(installing),
        Command::Test { fuzz: false } => test::test(installing),
        Command::Check { fix } => check::check(installing, fix),
        Command::Bindings => bindings::write(),
        Command::Bench { only } => bench::bench(installing, only),
        Command::Shots => shots::shots(installing),
        Command::Package => package::package(installing),
        Command::Windows => windows::windows(installing),
        Command::Macos => macos::macos(installing),
        Command::Doctor => doctor::doctor(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure);
            ExitCode::from(failure.exit_code)
        }
    }
}

fn report(failure: &Failure) {
    eprintln!("\nxtask: {}", failure.what);
    if !failure.remedy.is_empty() {
        eprintln!("{}", failure.remedy);
    }
}
