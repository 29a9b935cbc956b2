//! What a Linux machine needs to build for Windows and to type-check for macOS.

use super::system::{
    Need, Probe,
    Purpose::{Macos, Windows},
    need,
};

/// Beside the Rust target, which `rust_target.rs` finds.
pub const OTHER_PLATFORMS: &[Need] = &[
    need(
        Windows,
        Probe::Program(&["x86_64-w64-mingw32-gcc-posix", "x86_64-w64-mingw32-gcc"]),
        "gcc-mingw-w64-x86-64-posix",
        None,
        "mingw64-gcc",
        "mingw-w64-gcc",
    ),
    need(
        Windows,
        Probe::Program(&["wine"]),
        "wine wine64",
        None,
        "wine-core",
        "wine",
    ),
    need(Macos, Probe::Program(&["clang"]), "clang", None, "clang", "clang"),
    need(Macos, Probe::Program(&["llvm-ar"]), "llvm", None, "llvm", "llvm"),
];
