//! Where the programs under test and their drivers are.

use std::path::{Path, PathBuf};

/// `gantry`, the command line: `$GANTRY_BIN`, else beside the folder that this test runs from.
pub fn gantry() -> PathBuf {
    built("GANTRY_BIN", "gantry")
}

/// The window: `$GANTRY_DESKTOP_BIN`, else beside the folder that this test runs from.
pub fn gantry_desktop() -> PathBuf {
    built("GANTRY_DESKTOP_BIN", "gantry-desktop")
}

/// What `$BROWSER` is set to: hands the address on to the Chromium under test (`bin/show-in-browser.rs`).
pub fn show_in_browser() -> PathBuf {
    built("GANTRY_SHOW_IN_BROWSER", "show-in-browser")
}

/// Python with the judges' packages: `$GANTRY_PYTHON`, else the virtual environment that `cargo xtask test` makes.
pub fn python() -> PathBuf {
    std::env::var_os("GANTRY_PYTHON").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/python"),
        PathBuf::from,
    )
}

/// axe-core's script: `$GANTRY_AXE`, else where npm has put it.
pub fn axe() -> PathBuf {
    std::env::var_os("GANTRY_AXE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js"),
        PathBuf::from,
    )
}

fn built(variable: &str, name: &str) -> PathBuf {
    let path = std::env::var_os(variable).map_or_else(|| beside_us(name), PathBuf::from);
    assert!(
        path.is_file(),
        "{} is not there: build it first (`cargo build --workspace --bins`)",
        path.display()
    );
    path
}

fn beside_us(name: &str) -> PathBuf {
    // A test runs from target/PROFILE/deps, a program from target/PROFILE.
    let ours = std::env::current_exe().expect("our own path");
    let folder = ours.parent().expect("a folder");
    let folder = if folder.ends_with("deps") {
        folder.parent().expect("a profile's folder")
    } else {
        folder
    };
    folder.join(name)
}

/// The first of these programs that is in `PATH`.
pub fn in_path(names: &[&str]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("none of {names:?} is in PATH: `cargo xtask doctor` says what to install"))
}
