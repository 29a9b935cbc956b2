//! `cargo xtask package`: this platform's installer.

use crate::{
    failure::Failure,
    needs::{Installing, Purpose, node, system},
    paths::target,
    step::{Program, note, step},
};

/// The formats that can be built without downloading anything more.
const FORMAT: &str = if cfg!(target_os = "macos") {
    "dmg"
} else if cfg!(windows) {
    "nsis"
} else {
    "deb"
};

pub fn package(installing: Installing) -> Result<(), Failure> {
    system(&[Purpose::Window, Purpose::Package], installing)?;
    let node = node::ui_packages(installing)?;
    step(&format!("Installer ({FORMAT})"), || {
        // The configuration's beforeBuildCommand builds the UI.
        Program::run(
            node.npx().args(["tauri", "build", "--bundles", FORMAT]),
            "The lines above say which step failed.",
        )
    })?;
    note(&format!(
        "in {}",
        target().join("release").join("bundle").join(FORMAT).display()
    ));
    Ok(())
}
