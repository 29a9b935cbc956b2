//! `gantry activity`: the record of requests to Google.

use std::process::ExitCode;

use gantry_engine::dto::app::{ActivityRequest, ActivityView};
use gantry_engine::{Result, activity};

use crate::composition::Session;
use crate::output;

#[derive(Debug, clap::Args)]
pub struct Command {
    /// How many, newest first.
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let requests = activity::list(&session.engine, ActivityRequest { limit: command.limit }).await?;
    session.output.result(&requests, |requests| list(requests))
}

fn list(requests: &[ActivityView]) -> String {
    if requests.is_empty() {
        return "Nothing was sent to Google yet.".to_owned();
    }
    let rows: Vec<Vec<String>> = requests
        .iter()
        .map(|request| {
            vec![
                format!("{:.0}", request.at),
                request
                    .status
                    .map_or_else(|| "-".to_owned(), |status| status.to_string()),
                format!("{} ms", request.latency_ms),
                request.retries.to_string(),
                request.method.clone(),
                request.connection.clone().unwrap_or_default(),
                request.id.clone(),
                request.error.clone().unwrap_or_default(),
            ]
        })
        .collect();
    output::table(
        &["AT", "STATUS", "TIME", "RETRIES", "METHOD", "CONNECTION", "ID", "ERROR"],
        &rows,
    )
}
