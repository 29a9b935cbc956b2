//! The person's browser: `$BROWSER` where it is set, else what the system opens pages with.

use std::process::{Command, Stdio};

use google_oauth::{Browser, BrowserError};
use url::Url;

/// Opens pages as the person's system does. `$BROWSER` is run by Gantry itself: a colon-separated list of commands,
/// of which the first that starts is taken; `%s` in a command stands for the address, which else comes last.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemBrowser;

impl Browser for SystemBrowser {
    fn open(&self, url: &Url) -> Result<(), BrowserError> {
        match std::env::var("BROWSER") {
            Ok(commands) if !commands.trim().is_empty() => open_with(&commands, url),
            _ => open::that_detached(url.as_str()).map_err(|error| BrowserError(error.to_string())),
        }
    }
}

fn open_with(commands: &str, url: &Url) -> Result<(), BrowserError> {
    let mut failures = Vec::new();
    for command in commands
        .split(LIST_SEPARATOR)
        .filter(|command| !command.trim().is_empty())
    {
        let Some((program, arguments)) = command_line(command, url) else {
            continue;
        };
        let started = Command::new(&program)
            .args(&arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match started {
            Ok(mut child) => {
                // Waits for the child's end off the main path, so that no zombie is left.
                std::thread::spawn(move || child.wait());
                return Ok(());
            }
            Err(error) => failures.push(format!("{program}: {error}")),
        }
    }
    Err(BrowserError(failures.join("; ")))
}

const LIST_SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };

fn command_line(command: &str, url: &Url) -> Option<(String, Vec<String>)> {
    let mut words = command.split_whitespace().map(|word| word.replace("%s", url.as_str()));
    let program = words.next()?;
    let mut arguments: Vec<String> = words.collect();
    if !command.contains("%s") {
        arguments.push(url.to_string());
    }
    Some((program, arguments))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_comes_last_or_where_it_is_asked_for() {
        let url = Url::parse("https://a.example/?x=1").unwrap();
        assert_eq!(
            command_line("firefox --new-tab", &url).unwrap().1,
            ["--new-tab", url.as_str()]
        );
        assert_eq!(
            command_line("open-it --url=%s --quiet", &url).unwrap().1,
            [&format!("--url={url}"), "--quiet"]
        );
        assert!(command_line("  ", &url).is_none());
    }

    #[test]
    fn a_browser_that_is_not_there_is_named() {
        let url = Url::parse("https://a.example/").unwrap();
        let error = open_with("/nonexistent-browser", &url).unwrap_err();
        assert!(error.0.contains("/nonexistent-browser"));
    }
}
