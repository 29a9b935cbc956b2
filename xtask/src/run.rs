//! `cargo xtask run`: from a fresh clone to the window.

use crate::{
    failure::Failure,
    needs::{Installing, Purpose, node, system},
    paths::built,
    step::{Program, step},
};

pub fn run(installing: Installing, release: bool, arguments: &[String]) -> Result<(), Failure> {
    system(&[Purpose::Window], installing)?;
    let node = node::ui_packages(installing)?;
    node::build_ui(&node)?;
    step("Gantry (cargo build)", || {
        let build = Program::cargo().args(["build", "--package", "gantry-desktop"]);
        if release { build.arg("--release") } else { build }.run("The lines above say which file is at fault.")
    })?;
    // Started straight, not through `cargo run`, so that no cargo holds the build lock while the window is open.
    let program = built(if release { "release" } else { "debug" }, "gantry-desktop");
    println!("\n==> {} {}", program.display(), arguments.join(" "));
    Program::new(program).args(arguments).run_as_us()
}
