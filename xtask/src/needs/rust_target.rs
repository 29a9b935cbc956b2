//! A Rust compiler with the standard library of another platform.
//!
//! The compiler that builds everything else is the one to ask: rustup adds a platform to it with one download. Where
//! rustup is missing or cannot be reached, Debian's own compiler builds that library from its source.

use std::path::Path;

use crate::{
    failure::Failure,
    needs::{Installing, system::apt_install},
    paths::which,
    step::{Program, note, step},
};

/// Debian's browser toolchain: newer than its ordinary one, and packaged with the library's source.
const DEBIAN: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// Who compiles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compiler {
    /// The one that runs us.
    Ours,
    Debian,
}

impl Compiler {
    /// Cargo of this compiler with its subcommand.
    pub fn cargo(self, subcommand: &str) -> Program {
        match self {
            Compiler::Ours => Program::cargo().arg(subcommand),
            Compiler::Debian => Program::new("/usr/bin/cargo")
                .args([subcommand, "-Zbuild-std=std,panic_abort,panic_unwind"])
                .env("RUSTC", "/usr/bin/rustc")
                // Building the library is not a feature of a stable compiler's cargo unless asked this way.
                .env("RUSTC_BOOTSTRAP", "1"),
        }
    }

    pub fn name(self) -> String {
        match self {
            Compiler::Ours => Program::new("rustc").arg("--version").answer(),
            Compiler::Debian => Program::new("/usr/bin/rustc").arg("--version").answer(),
        }
        .unwrap_or_default()
    }
}

/// Whether our own compiler has the library of `target`.
fn ours_has(target: &str) -> bool {
    Program::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .answer()
        .is_some_and(|folder| Path::new(&folder).is_dir())
}

fn debian_is_there() -> bool {
    let Some(sysroot) = Program::new("/usr/bin/rustc").args(["--print", "sysroot"]).answer() else {
        return false;
    };
    let source = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std");
    source.is_dir() && Path::new("/usr/bin/cargo").is_file()
}

/// A compiler for `target`, fetched if need be.
pub fn compiler(target: &str, installing: Installing) -> Result<Compiler, Failure> {
    if ours_has(target) {
        return Ok(Compiler::Ours);
    }
    let by_hand = format!("rustup target add {target}");
    if installing == Installing::Allowed && which("rustup").is_some() {
        let added = step(&format!("Rust's library for {target}"), || {
            Program::new("rustup").args(["target", "add", target]).run("")
        });
        if added.is_ok() && ours_has(target) {
            return Ok(Compiler::Ours);
        }
        note("rustup has not brought it; trying Debian's compiler");
    }
    if debian_is_there() {
        return Ok(Compiler::Debian);
    }
    if installing == Installing::Refused {
        return Err(Failure::new(
            format!("Rust's library for {target} is missing"),
            format!("Nothing was installed (--no-install). To install it: {by_hand}"),
        ));
    }
    if which("apt-get").is_none() {
        return Err(Failure::new(
            format!("Rust's library for {target} is missing"),
            format!("Install it, then run this again: {by_hand}"),
        ));
    }
    apt_install(&DEBIAN)?;
    if debian_is_there() {
        Ok(Compiler::Debian)
    } else {
        Err(Failure::new(
            "Debian's compiler came without the library's source",
            format!("Install Rust's library another way: {by_hand}"),
        ))
    }
}

/// One line for `doctor`.
pub fn doctor(target: &str, what: &str) {
    if ours_has(target) {
        note(&format!("ok       Rust's library {what}"));
    } else if debian_is_there() {
        note(&format!("ok       Rust's library {what}, built by Debian's compiler"));
    } else {
        note(&format!("missing  Rust's library {what}: rustup target add {target}"));
    }
}
