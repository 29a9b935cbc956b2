//! Where things are in the repository.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The repository's root: the folder above xtask's own.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

pub fn ui() -> PathBuf {
    root().join("ui")
}

/// Cargo's target directory, wherever `CARGO_TARGET_DIR` or a config file has put it.
pub fn target() -> PathBuf {
    // xtask itself runs from TARGET/PROFILE/xtask.
    std::env::current_exe()
        .ok()
        .and_then(|exe| Some(exe.parent()?.parent()?.to_path_buf()))
        .unwrap_or_else(|| root().join("target"))
}

/// A program that cargo has built, for instance `target/debug/gantry`.
pub fn built(profile: &str, name: &str) -> PathBuf {
    target()
        .join(profile)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The file called `name` in one of the folders of `PATH`.
pub fn which(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}

/// Whether `stamp` holds exactly what `source` holds: the stamp is a copy made when `source` was last acted upon.
pub fn stamp_is_fresh(stamp: &Path, source: &Path) -> bool {
    matches!((std::fs::read(stamp), std::fs::read(source)), (Ok(then), Ok(now)) if then == now)
}

pub fn write_stamp(stamp: &Path, source: &Path) -> Result<(), Failure> {
    std::fs::copy(source, stamp)
        .map(drop)
        .map_err(|error| Failure::io("writing", stamp, &error))
}
