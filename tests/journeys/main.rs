//! Whole-program tests, one binary, a module a journey. They need Linux, the built programs (`cargo build --workspace
//! --bins`) and what `cargo xtask doctor` lists; each brings its own desktop.

mod desktop;
