//! A password for one command: typed at a prompt that does not show it, or read from a file descriptor. Never an argument:
//! every process of the computer can read those.

use std::io::{IsTerminal, Read};

use gantry_engine::{Error, Result};
use google_oauth::SecretString;

/// Longer than any password.
const LONGEST: u64 = 4096;

/// The first line of file descriptor `number`; 0 is standard input.
pub fn from_descriptor(number: u32) -> Result<SecretString> {
    let unreadable = |error: std::io::Error| {
        Error::invalid(
            format!("File descriptor {number} could not be read."),
            "Open it for reading, for instance with `3< FILE` and --password-fd 3, or use 0 for standard input.",
        )
        .with_details(error)
    };
    let source: Box<dyn Read> = match number {
        0 => Box::new(std::io::stdin()),
        number => Box::new(open(number).map_err(unreadable)?),
    };
    let mut text = String::new();
    source.take(LONGEST).read_to_string(&mut text).map_err(unreadable)?;
    Ok(SecretString::new(text.lines().next().unwrap_or_default()))
}

#[cfg(unix)]
fn open(number: u32) -> std::io::Result<std::fs::File> {
    std::fs::File::open(format!("/dev/fd/{number}"))
}

#[cfg(not(unix))]
fn open(_: u32) -> std::io::Result<std::fs::File> {
    Err(std::io::Error::new(
        std::io::ErrorKind::Unsupported,
        "this system hands on standard input alone",
    ))
}

/// Asks the person; `None` where there is nobody at a terminal.
pub fn from_prompt(question: &str) -> Result<Option<SecretString>> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(None);
    }
    let typed = rpassword::prompt_password(question);
    let typed = typed.map_err(|error| {
        Error::invalid("The password could not be read.", "Use --password-fd instead.").with_details(error)
    })?;
    Ok(Some(SecretString::new(typed)))
}
