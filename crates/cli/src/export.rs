//! `gantry export`: reports into files.
//!
//! `--to` says where rows go (`sqlite:FILE`, `csv:FILE`) and, as in `gantry report`, which day is the last one. Both
//! forms work at once, since a destination begins with its kind; `--until` says the day without a second `--to`.

use std::process::ExitCode;

use gantry_engine::dto::Nothing;
use gantry_engine::dto::exports::{ExportRequest, ExportRunView, ExportState};
use gantry_engine::{Error, Result, exports};

use crate::composition::Session;
use crate::{output, route};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Read a report of any size into a SQLite table or a CSV file.
    ///
    /// Rows of a SQLite table are found again by their dimensions: running an export again adds what is new, updates
    /// what has changed and leaves the rest alone.
    ///
    /// Example: gantry export run --property 123 --dimensions date,country --metrics activeUsers,sessions
    /// --from 28daysAgo --until yesterday --to sqlite:site.db?table=daily
    Run(Run),
    /// The exports that were run, newest first.
    Runs,
}

#[derive(Debug, clap::Args)]
pub struct Run {
    /// The property's number.
    #[arg(long)]
    property: String,
    /// Names of dimensions, separated by commas; they are the table's key.
    #[arg(long, value_delimiter = ',', required = true)]
    dimensions: Vec<String>,
    /// Names of metrics, separated by commas.
    #[arg(long, value_delimiter = ',', required = true)]
    metrics: Vec<String>,
    /// First day: YYYY-MM-DD, today, yesterday or 28daysAgo, in the property's time zone.
    #[arg(long, default_value = "28daysAgo")]
    from: String,
    /// Where rows go: sqlite:FILE, sqlite:FILE?table=NAME or csv:FILE. Given once more, the last day.
    #[arg(long, required = true, value_name = "DESTINATION OR DAY")]
    to: Vec<String>,
    /// Last day; yesterday where neither this nor a day with --to is given.
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    match command {
        Command::Run(run) => {
            let request = run.request(session.connection.clone())?;
            route::tell(session, &request.property).await?;
            let done = session
                .run_job("exports.run", |engine, job| async move {
                    exports::run(&engine, request, &job).await
                })
                .await?;
            session.output.done(&done, for_people)
        }
        Command::Runs => {
            let runs = exports::runs(&session.engine, Nothing {}).await?;
            session.output.result(&runs, |runs| list(runs))
        }
    }
}

impl Run {
    fn request(self, connection: Option<String>) -> Result<ExportRequest> {
        let (destination, to) = parted(self.to, self.until)?;
        Ok(ExportRequest {
            property: self.property,
            dimensions: self.dimensions,
            metrics: self.metrics,
            from: self.from,
            to,
            destination,
            connection,
        })
    }
}

/// The destination and the last day, of what `--to` and `--until` said.
fn parted(to: Vec<String>, until: Option<String>) -> Result<(String, String)> {
    let (mut destinations, mut days): (Vec<String>, Vec<String>) =
        to.into_iter().partition(|text| exports::is_destination(text));
    days.extend(until);
    let remedy = "Write --to sqlite:FILE (or csv:FILE) for the destination, and --until DAY for the last day.";
    let (Some(destination), true) = (destinations.pop(), destinations.is_empty()) else {
        return Err(Error::invalid("An export needs exactly one destination.", remedy));
    };
    let day = days.pop();
    if !days.is_empty() {
        return Err(Error::invalid("An export has one last day.", remedy));
    }
    Ok((destination, day.unwrap_or_else(|| "yesterday".to_owned())))
}

fn for_people(run: &ExportRunView) -> String {
    let rest = run.rows_read - run.rows_written.min(run.rows_read);
    let mut text = format!(
        "{} rows of {} to {} read into {}: {} new or changed, {rest} as they were.",
        run.rows_read, run.from, run.to, run.destination, run.rows_written
    );
    for note in &run.notes {
        text.push('\n');
        text.push_str(note);
    }
    text
}

fn list(runs: &[ExportRunView]) -> String {
    if runs.is_empty() {
        return "No export was run yet.".to_owned();
    }
    let rows: Vec<Vec<String>> = runs
        .iter()
        .map(|run| {
            vec![
                format!("{:.0}", run.started_at),
                match run.state {
                    ExportState::Running => "running",
                    ExportState::Done => "done",
                    ExportState::Failed => "failed",
                    ExportState::Cancelled => "stopped",
                }
                .to_owned(),
                run.property_name.clone().unwrap_or_else(|| run.property_id.clone()),
                format!("{} to {}", run.from, run.to),
                run.rows_read.to_string(),
                run.rows_written.to_string(),
                run.destination.clone(),
                run.problem.clone().unwrap_or_default(),
            ]
        })
        .collect();
    output::table(
        &[
            "STARTED",
            "STATE",
            "PROPERTY",
            "DAYS",
            "ROWS",
            "WRITTEN",
            "DESTINATION",
            "PROBLEM",
        ],
        &rows,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(to: &[&str], until: Option<&str>) -> Result<(String, String)> {
        parted(
            to.iter().map(|text| (*text).to_owned()).collect(),
            until.map(str::to_owned),
        )
    }

    #[test]
    fn both_meanings_of_to_are_told_apart() {
        let both = ("sqlite:a.db".to_owned(), "2026-01-31".to_owned());
        assert_eq!(parts(&["2026-01-31", "sqlite:a.db"], None).unwrap(), both);
        assert_eq!(parts(&["sqlite:a.db", "2026-01-31"], None).unwrap(), both);
        assert_eq!(parts(&["sqlite:a.db"], Some("2026-01-31")).unwrap(), both);
        assert_eq!(
            parts(&["csv:a.csv"], None).unwrap(),
            ("csv:a.csv".to_owned(), "yesterday".to_owned())
        );
        assert!(parts(&["yesterday"], None).is_err());
        assert!(parts(&["csv:a", "sqlite:b"], None).is_err());
        assert!(parts(&["csv:a", "today"], Some("today")).is_err());
    }
}
