//! `gantry activity`: the record of requests to Google: a list, one of them in full, as they come, or all as a bundle.

use std::path::PathBuf;
use std::process::ExitCode;

use gantry_engine::activity::{self, Follower};
use gantry_engine::dto::ById;
use gantry_engine::dto::activity::{
    ActivityDetail, ActivityOnly, ActivityRequest, ActivityView, ExportActivity, MessageView,
};
use gantry_engine::{Error, ErrorCode, Result};

use serde_json::json;

use crate::composition::{Session, asked_to_stop};
use crate::output;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Command {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    list: List,
}

/// Which requests; `--connection` shows only those of one connection.
#[derive(Debug, clap::Args)]
struct List {
    /// How many, newest first.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Only those that failed.
    #[arg(long)]
    failed: bool,
    /// Only those that were to change something at Google's.
    #[arg(long, conflicts_with = "failed")]
    writes: bool,
    /// Only those whose address, account, status or error contains this.
    #[arg(long)]
    text: Option<String>,
    /// Go on with the requests of all Gantry processes as they come, until Ctrl-C; with --json one a line.
    #[arg(long)]
    follow: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// One request in full: why it failed, what was sent and answered.
    Show {
        id: String,
        /// Only the request, as a command for a shell, with the token as $TOKEN.
        #[arg(long)]
        curl: bool,
    },
    /// Write a support bundle (ZIP) without secrets.
    Export {
        file: PathBuf,
        /// Put numbers in the place of e-mail addresses, and leave people's names out.
        #[arg(long)]
        without_emails: bool,
        /// How many requests to put in, newest first.
        #[arg(long, default_value_t = 1000)]
        requests: u32,
    },
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    match command.action {
        None if command.list.follow => follow(request(command.list, session), session).await,
        None => {
            let requests = activity::list(&session.engine, request(command.list, session)).await?;
            session.output.result(&requests, |requests| list(requests))
        }
        Some(Action::Show { id, curl }) => {
            let detail = activity::show(&session.engine, ById { id }).await?;
            session.output.result(
                &detail,
                |detail| if curl { detail.curl.clone() } else { in_full(detail) },
            )
        }
        Some(Action::Export {
            file,
            without_emails,
            requests,
        }) => export(&file, without_emails, requests, session).await,
    }
}

fn request(list: List, session: &Session<'_>) -> ActivityRequest {
    ActivityRequest {
        limit: list.limit,
        connection: session.connection.clone(),
        only: match (list.writes, list.failed) {
            (true, _) => Some(ActivityOnly::Writes),
            (_, true) => Some(ActivityOnly::Failed),
            _ => None,
        },
        text: list.text,
        before: None,
        after: None,
    }
}

/// Prints requests as they come. Ends well when it is asked to stop, and when nobody reads any more.
async fn follow(request: ActivityRequest, session: &Session<'_>) -> Result<ExitCode> {
    let mut follower = Follower::new(&session.engine, request);
    let mut stop = std::pin::pin!(asked_to_stop());
    let mut rows = follower.so_far().await?;
    loop {
        for row in &rows {
            let line = if session.output.json() {
                serde_json::to_string(&json!({ "event": "request", "request": row })).map_err(output::unprintable)?
            } else {
                line(row)
            };
            if !output::print_if_read(&line)? {
                return Ok(ExitCode::SUCCESS);
            }
        }
        tokio::select! {
            () = &mut stop => return Ok(ExitCode::SUCCESS),
            next = follower.next() => rows = next?,
        }
    }
}

async fn export(
    file: &std::path::Path,
    without_emails: bool,
    requests: u32,
    session: &Session<'_>,
) -> Result<ExitCode> {
    let path = std::path::absolute(file)
        .ok()
        .and_then(|path| path.to_str().map(str::to_owned))
        .ok_or_else(|| {
            Error::new(
                ErrorCode::InvalidRequest,
                "This is no file's name.",
                "Name a file that ends in .zip.",
            )
        })?;
    let request = ExportActivity {
        path,
        include_emails: !without_emails,
        requests: Some(requests),
    };
    let done = activity::export(&session.engine, request).await?;
    session.output.result(&done, |done| {
        format!(
            "{} holds {} requests ({} bytes), without secrets.",
            done.path, done.requests, done.bytes
        )
    })
}

fn status(request: &ActivityView) -> String {
    request
        .status
        .map_or_else(|| "-".to_owned(), |status| status.to_string())
}

fn list(requests: &[ActivityView]) -> String {
    if requests.is_empty() {
        return "No request to Google is written down here.".to_owned();
    }
    let rows: Vec<Vec<String>> = requests
        .iter()
        .map(|request| {
            vec![
                format!("{:.0}", request.at),
                status(request),
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

fn line(request: &ActivityView) -> String {
    let error = request.error.as_deref().unwrap_or_default();
    format!(
        "{:.0}  {:>3}  {:>6} ms  {}  {}  {}  {error}",
        request.at,
        status(request),
        request.latency_ms,
        request.method,
        request.connection.as_deref().unwrap_or("-"),
        request.id,
    )
    .trim_end()
    .to_owned()
}

fn in_full(detail: &ActivityDetail) -> String {
    let view = &detail.view;
    let attempts: Vec<String> = detail
        .attempts
        .iter()
        .map(|attempt| {
            attempt
                .status
                .map_or_else(|| "no answer".to_owned(), |status| status.to_string())
        })
        .collect();
    let mut text = vec![
        detail.explanation.title.clone(),
        detail.explanation.text.clone(),
        detail.explanation.remedy.clone(),
        String::new(),
        format!("Request    {} {}", view.http_method, view.url),
        format!("Method     {} ({})", view.method, view.api),
        format!("At         {:.3}, took {} ms", view.at, view.latency_ms),
        format!("Connection {}", view.connection.as_deref().unwrap_or("-")),
        format!("Attempts   {}", attempts.join(", ")),
        format!("Reason     {}", detail.reason.as_deref().unwrap_or("-")),
        format!("Bytes      {} sent, {} received", view.bytes_sent, view.bytes),
        String::new(),
        detail.curl.clone(),
    ];
    for (name, message) in [("Sent", &detail.request), ("Answered", &detail.response)] {
        if let Some(message) = message {
            text.push(String::new());
            text.push(name.to_owned());
            text.push(of_message(message));
        }
    }
    text.join("\n")
}

fn of_message(message: &MessageView) -> String {
    let mut lines: Vec<String> = message
        .headers
        .iter()
        .map(|header| format!("  {}: {}", header.name, header.value))
        .collect();
    if let Some(body) = &message.body {
        lines.push(String::new());
        lines.extend(body.text.lines().map(|line| format!("  {line}")));
        if body.cut {
            lines.push("  (the rest is not kept)".to_owned());
        }
    }
    lines.join("\n")
}
