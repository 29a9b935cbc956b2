//! `cargo xtask shots`: a photograph of every screen, for a person to look at.

use crate::{
    failure::Failure,
    needs::{Installing, Purpose, node, system},
    paths::{built, root},
    step::{Program, step},
    test,
};

pub fn shots(installing: Installing) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::new(
            "the window can be photographed on Linux only",
            "WebKitWebDriver exists nowhere else.",
        ));
    }
    system(&[Purpose::Window, Purpose::Journeys], installing)?;
    let node = node::ui_packages(installing)?;
    node::build_ui(&node)?;
    test::build_everything()?;
    step("Screens, in both themes and two sizes", || {
        test::with_programs(Program::new(built("debug", "shots")).arg(root().join("shots"))).run("")
    })
}
