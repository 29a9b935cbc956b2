//! What goes to stdout and stderr: documents for programs, sentences for people.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use gantry_engine::dto::connections::Offer;
use gantry_engine::{Error, ErrorCode, Result};
use serde::Serialize;
use serde_json::json;

/// Results go to stdout, notes and progress to stderr.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    json: bool,
}

impl Output {
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    pub fn json(self) -> bool {
        self.json
    }

    /// Prints a result: the JSON document with `--json`, else what `for_people` makes of it.
    pub fn result<T: Serialize>(self, value: &T, for_people: impl FnOnce(&T) -> String) -> Result<ExitCode> {
        let text = if self.json {
            serde_json::to_string(value).map_err(unprintable)?
        } else {
            for_people(value)
        };
        print(text.trim_end_matches('\n'))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Prints the last line of a command that waits or streams: `{"event":"done","result":...}`.
    pub fn done<T: Serialize>(self, value: &T, for_people: impl FnOnce(&T) -> String) -> Result<ExitCode> {
        if self.json {
            self.result(&json!({ "event": "done", "result": value }), |_| String::new())
        } else {
            self.result(value, for_people)
        }
    }

    /// Tells a failure: `{"error":...}` on stdout with `--json`, else sentences on stderr.
    pub fn error(self, error: &Error) {
        let view = error.view();
        if self.json {
            let _ = print(&json!({ "error": view }).to_string());
            return;
        }
        eprintln!("{}", view.message);
        if !view.remedy.is_empty() {
            eprintln!("{}", view.remedy);
        }
        if let Some(details) = view.details {
            eprintln!("  Details: {details}");
        }
        for line in offers(&view.offers) {
            eprintln!("{line}");
        }
        if let Some(id) = view.activity_id {
            eprintln!("  Request {id}: see `gantry activity show {id}`");
        }
    }

    /// A note for people, on stderr.
    pub fn note(self, text: &str) {
        if !self.json {
            eprintln!("{text}");
        }
    }
}

/// Writes a line to stdout. A reader that has gone away (`gantry ... | head`) hears no more; the work goes on to its end,
/// so that no half-done job is left behind.
pub fn print(text: &str) -> Result<()> {
    print_if_read(text).map(|_| ())
}

/// The same for what goes on without end; `false` once the reader has gone away.
pub fn print_if_read(text: &str) -> Result<bool> {
    let mut stdout = std::io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::new(
            ErrorCode::Destination,
            "Standard output refused what was written to it.",
            "Check where it leads.",
        )
        .with_details(error)),
    }
}

/// Tells a wrong command line: help and version go to stdout; `--json`, wherever it stands, asks for the error as JSON.
pub fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() || !std::env::args_os().any(|argument| argument == "--json") {
        let _ = error.print();
        return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
    }
    let told = error.to_string();
    let message = told
        .lines()
        .next()
        .unwrap_or("The command line is not understood.")
        .trim_start_matches("error: ");
    let error = Error::invalid(message, "See `gantry --help`.");
    Output::new(true).error(&error);
    ExitCode::from(error.code.exit_code())
}

pub fn stderr_takes_colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

pub fn unprintable(error: serde_json::Error) -> Error {
    Error::new(
        ErrorCode::Internal,
        "The answer could not be written as JSON.",
        "Report this.",
    )
    .with_details(error)
}

/// What can be done about an error or a finding, as lines for people: a command to run, a page to open.
pub fn offers(offers: &[Offer]) -> Vec<String> {
    let others: Vec<&str> = offers
        .iter()
        .filter_map(|offer| match offer {
            Offer::UseConnection { email, .. } => Some(email.as_str()),
            _ => None,
        })
        .collect();
    let mut lines = Vec::new();
    if !others.is_empty() {
        lines.push(format!(
            "Other connections that reach it: {}. Name one with --connection.",
            others.join(", ")
        ));
    }
    lines.extend(offers.iter().filter_map(|offer| {
        Some(match offer {
            Offer::UseConnection { .. } => return None,
            Offer::SignInAgain { connection_id } => {
                format!("To sign in again: gantry connect --reconnect {connection_id}")
            }
            Offer::Grant {
                connection_id,
                permission,
            } => format!(
                "To allow it: gantry connect --reconnect {connection_id} --allow {}",
                permission.name()
            ),
            Offer::UseAgain {
                connection_id,
                permission,
            } => format!(
                "To use {} again, name it beside the others: gantry connections use {connection_id} PERMISSION,...",
                permission.name()
            ),
            Offer::AdoptAccount { email, .. } => {
                format!("To keep {email} as well: sign in again with `gantry connect --reconnect ... --adopt-other` and choose it.")
            }
            Offer::OpenLink { label, link } => format!("{label}: {}", link.url),
            Offer::CopyText { label, text } => format!("{label}: {text}"),
            Offer::RetryKeychain => "Unlock the keychain and run this again.".to_owned(),
        })
    }));
    lines
}

/// A plain table for people: columns padded to their widest cell.
pub fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        cells
            .chain(heads.get(column).map(|head| head.chars().count()))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(heads.to_vec())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_lines_and_other_connections_share_one() {
        let other = |email: &str| Offer::UseConnection {
            connection_id: "x".to_owned(),
            email: email.to_owned(),
        };
        let again = Offer::SignInAgain {
            connection_id: "c1".to_owned(),
        };
        assert_eq!(
            offers(&[other("ana@a.example"), again, other("ben@a.example")]),
            [
                "Other connections that reach it: ana@a.example, ben@a.example. Name one with --connection.",
                "To sign in again: gantry connect --reconnect c1"
            ]
        );
        assert!(offers(&[]).is_empty());
    }
}
