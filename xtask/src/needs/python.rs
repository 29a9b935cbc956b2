//! The Python virtual environment in .venv, with Google's own clients, pinned.

use std::path::PathBuf;

use crate::{
    failure::Failure,
    needs::{Installing, Purpose, system, version},
    paths::{root, stamp_is_fresh, which, write_stamp},
    step::{Program, step},
};

const OLDEST: &str = "3.11";

fn folder() -> PathBuf {
    root().join(".venv")
}

/// The virtual environment's interpreter.
pub fn interpreter() -> PathBuf {
    if cfg!(windows) {
        folder().join("Scripts").join("python.exe")
    } else {
        folder().join("bin").join("python")
    }
}

/// The virtual environment as tests/judges/python/requirements.txt says.
pub fn environment(installing: Installing) -> Result<(), Failure> {
    let requirements = root()
        .join("tests")
        .join("judges")
        .join("python")
        .join("requirements.txt");
    let stamp = folder().join("installed-requirements.txt");
    if stamp_is_fresh(&stamp, &requirements) {
        return Ok(());
    }
    if installing == Installing::Refused {
        return Err(Failure::new(
            ".venv is missing or older than tests/judges/python/requirements.txt",
            "Nothing was installed (--no-install). To install it: python3 -m venv .venv && \
             .venv/bin/pip install -r tests/judges/python/requirements.txt",
        ));
    }
    system(&[Purpose::Judges], installing)?;
    let python = ["python3", "python"]
        .into_iter()
        .find(|name| which(name).is_some())
        .ok_or_else(|| {
            Failure::new(
                "Python is missing",
                format!("Install Python {OLDEST} or newer (https://www.python.org)."),
            )
        })?;
    let found = Program::new(python)
        .args(["-c", "import platform; print(platform.python_version())"])
        .answer();
    if found.as_deref().is_none_or(|found| version(found) < version(OLDEST)) {
        return Err(Failure::new(
            format!(
                "Python {OLDEST} or newer is needed, and `{python}` is {}",
                found.unwrap_or_default()
            ),
            "Install a newer one (https://www.python.org).",
        ));
    }
    step("Python environment (.venv)", || {
        if !interpreter().exists() {
            Program::new(python)
                .args(["-m", "venv"])
                .arg(folder())
                .run("`python3 -m venv .venv` by hand shows more.")?;
        }
        Program::new(interpreter())
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(&requirements)
            .run("Is the package index reachable? Delete .venv to begin anew.")?;
        write_stamp(&stamp, &requirements)
    })
}
