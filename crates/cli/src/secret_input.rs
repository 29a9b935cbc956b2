//! A password for one command: typed at a prompt that does not show it, or read from a file descriptor. Never an argument
//! and never the environment: every process of the computer can read those.

use std::io::{BufRead, BufReader, Error as IoError, ErrorKind, IsTerminal};

use gantry_engine::{Error, Result};
use google_oauth::SecretString;

/// Longer than any password, in bytes.
const LONGEST: u64 = 4096;

/// The first line of file descriptor `number`, without its end; 0 is standard input.
pub fn from_descriptor(number: u32) -> std::io::Result<SecretString> {
    match number {
        // What comes after its first line is for the command.
        0 => first_line(std::io::stdin().lock()),
        number => first_line(BufReader::new(open(number)?)),
    }
}

fn first_line(source: impl BufRead) -> std::io::Result<SecretString> {
    let mut line = Vec::new();
    source.take(LONGEST).read_until(b'\n', &mut line)?;
    while matches!(line.last(), Some(b'\n' | b'\r')) {
        line.pop();
    }
    match String::from_utf8(line) {
        Ok(line) if !line.is_empty() => Ok(SecretString::new(line)),
        Ok(_) => Err(IoError::new(ErrorKind::UnexpectedEof, "nothing was in its first line")),
        Err(_) => Err(IoError::new(ErrorKind::InvalidData, "it is not UTF-8")),
    }
}

/// The descriptor that the caller opened, by the name that the system gives it.
#[cfg(unix)]
fn open(number: u32) -> std::io::Result<std::fs::File> {
    std::fs::File::open(format!("/dev/fd/{number}"))
}

/// Windows hands down standard input alone.
#[cfg(not(unix))]
fn open(_: u32) -> std::io::Result<std::fs::File> {
    Err(IoError::new(
        ErrorKind::Unsupported,
        "on this system only 0 (standard input) can be read",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_the_first_line_without_its_end() {
        let read = |bytes: &[u8]| first_line(bytes).map(|line| line.expose().to_owned());
        assert_eq!(read(b"correct horse\nmore").unwrap(), "correct horse");
        assert_eq!(read(b" battery\r\n").unwrap(), " battery");
        assert_eq!(read("h\u{e4}user".as_bytes()).unwrap(), "h\u{e4}user");
        for nothing in [b"".as_slice(), b"\n", b"\r\n", b"\xff\n"] {
            read(nothing).unwrap_err();
        }
    }
}
