//! `cargo xtask macos`: from Linux, whether the whole app type-checks for macOS.
//!
//! Rust needs nothing of Apple's to check types. Some crates compile C in their build scripts though, and that does need
//! Apple's headers: a stand-in compiler answers what they ask and writes empty objects, which nothing ever links.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    failure::Failure,
    needs::{Installing, Purpose, node, rust_target, system},
    paths::target,
    step::{step, verdict},
};

/// Apple's own processors.
pub const TARGET: &str = "aarch64-apple-darwin";

/// A compilation leaves an empty file; everything else, such as `--version` or `-E`, is a question for clang.
const STAND_IN_COMPILER: &str = r#"#!/bin/sh
compiles=
object=
before=
for argument in "$@"; do
    [ "$argument" != -c ] || compiles=yes
    [ "$before" != -o ] || object=$argument
    before=$argument
done
if [ "$compiles" ] && [ "$object" ]; then
    exec touch "$object"
fi
exec clang -target arm64-apple-macosx "$@"
"#;

pub fn macos(installing: Installing) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::new(
            "this checks for macOS from a Linux machine",
            "On a Mac, `cargo xtask test` builds and tests.",
        ));
    }
    system(&[Purpose::Macos], installing)?;
    let node = node::ui_packages(installing)?;
    let compiler = rust_target::compiler(TARGET, installing)?;
    // The window is compiled around ui/dist.
    node::build_ui(&node)?;
    let folder = target().join("macos");
    let (stand_in, kit) = write_stand_ins(&folder)?;
    step(&format!("Everything type-checks for {TARGET} (cargo check)"), || {
        compiler
            .cargo("check")
            .args([
                "--locked",
                "--quiet",
                "--target",
                TARGET,
                "--workspace",
                "--all-targets",
            ])
            .env("CARGO_TARGET_DIR", &folder)
            .env("CC_aarch64_apple_darwin", &stand_in)
            .env("CXX_aarch64_apple_darwin", &stand_in)
            .env("AR_aarch64_apple_darwin", "llvm-ar")
            .env("SDKROOT", &kit)
            .run("The lines above say which file is at fault.")
    })?;
    verdict(
        &[format!(
            "the window, the command line, the crates and their tests type-check for {TARGET} with {}",
            compiler.name()
        )],
        &[
            "C sources (SQLite, AWS-LC, Objective-C exceptions) were not compiled, and nothing was linked",
            "nothing ran: Keychain Services, the web view, the installer and signing need a Mac",
        ],
    );
    Ok(())
}

/// The stand-in compiler, and an empty folder in the place of Apple's SDK so that nobody asks Xcode for one.
fn write_stand_ins(folder: &Path) -> Result<(PathBuf, PathBuf), Failure> {
    let kit = folder.join("MacOSX.sdk");
    fs::create_dir_all(&kit).map_err(|error| Failure::io("making", &kit, &error))?;
    let script = folder.join("stand-in-cc");
    fs::write(&script, STAND_IN_COMPILER).map_err(|error| Failure::io("writing", &script, &error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))
            .map_err(|error| Failure::io("making runnable", &script, &error))?;
    }
    Ok((script, kit))
}
