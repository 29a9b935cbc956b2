//! `gantry report`: Analytics reports on the terminal.

use std::process::ExitCode;

use gantry_engine::dto::reports::{
    Badge, FieldView, MetadataRequest, RealtimeRequest, RealtimeView, ReportRequest, ReportTable,
};
use gantry_engine::{Error, ErrorCode, Result, reports};

use crate::composition::Session;
use crate::{output, route};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Ask a property a question.
    ///
    /// Example: gantry report run --property 123 --dimensions date,country --metrics activeUsers,sessions
    /// --from 28daysAgo --to yesterday --totals --csv
    Run(Run),
    /// Who is on the site now: the last 30 minutes.
    Realtime(Property),
    /// The dimensions and metrics that a property's reports may use.
    Metadata(Property),
}

#[derive(Debug, clap::Args)]
pub struct Run {
    /// The property's number.
    #[arg(long)]
    property: String,
    /// Names of dimensions, separated by commas. Old ga: names are translated.
    #[arg(long, value_delimiter = ',')]
    dimensions: Vec<String>,
    /// Names of metrics, separated by commas. Old ga: names are translated.
    #[arg(long, value_delimiter = ',', required = true)]
    metrics: Vec<String>,
    /// First day: YYYY-MM-DD, today, yesterday or 28daysAgo, in the property's time zone.
    #[arg(long, default_value = "28daysAgo")]
    from: String,
    /// Last day.
    #[arg(long, default_value = "yesterday")]
    to: String,
    /// Add Google's totals over all rows.
    #[arg(long)]
    totals: bool,
    /// At most so many rows (Google's default is 10,000, its most 250,000).
    #[arg(long)]
    limit: Option<u32>,
    /// Skip so many rows.
    #[arg(long)]
    offset: Option<u32>,
    /// Order by these fields: activeUsers:desc,date.
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    order_by: Vec<String>,
    /// Print CSV: a head line, the rows, and with --totals a last line that begins with "total".
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

#[derive(Debug, clap::Args)]
pub struct Property {
    /// The property's number; 0 with `metadata` for the fields that all properties have.
    #[arg(long)]
    property: String,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let connection = session.connection.clone();
    match command {
        Command::Run(run) => {
            let csv = run.csv;
            route::tell(session, &run.property).await?;
            let table = reports::run(&session.engine, run.request(connection)).await?;
            for line in table.notes.iter().cloned().chain(table.badges.iter().map(warning)) {
                session.output.note(&line);
            }
            if csv {
                output::print(as_csv(&table)?.trim_end_matches('\n'))?;
                return Ok(ExitCode::SUCCESS);
            }
            session.output.result(&table, as_table)
        }
        Command::Realtime(Property { property }) => {
            let now = reports::realtime(&session.engine, RealtimeRequest { property, connection }).await?;
            session.output.result(&now, realtime)
        }
        Command::Metadata(Property { property }) => {
            let fields = reports::metadata(&session.engine, MetadataRequest { property, connection }).await?;
            session.output.result(&fields, |fields| metadata(fields))
        }
    }
}

impl Run {
    fn request(self, connection: Option<String>) -> ReportRequest {
        ReportRequest {
            property: self.property,
            dimensions: self.dimensions,
            metrics: self.metrics,
            from: self.from,
            to: self.to,
            totals: self.totals,
            limit: self.limit,
            offset: self.offset,
            order_by: self.order_by,
            connection,
        }
    }
}

fn warning(badge: &Badge) -> String {
    format!("{}. {}", badge.label, badge.explanation)
}

fn head(table: &ReportTable) -> Vec<&str> {
    let metrics = table.metrics.iter().map(|metric| metric.metric.as_str());
    table.dimensions.iter().map(String::as_str).chain(metrics).collect()
}

/// The totals as a row: the word in the first dimension's column, where there is one.
fn totals_row(table: &ReportTable) -> Option<Vec<String>> {
    let totals = table.totals.as_ref()?;
    let mut row = vec![String::new(); table.dimensions.len()];
    if let Some(first) = row.first_mut() {
        "total".clone_into(first);
    }
    row.extend(totals.iter().cloned());
    Some(row)
}

fn as_table(table: &ReportTable) -> String {
    let mut rows = table.rows.clone();
    rows.extend(totals_row(table));
    let text = output::table(&head(table), &rows);
    format!("{text}\n{} of {} rows.", table.rows.len(), table.row_count)
}

fn as_csv(table: &ReportTable) -> Result<String> {
    let unwritable = |error: &dyn std::fmt::Display| {
        Error::new(
            ErrorCode::Internal,
            "The report could not be written as CSV.",
            "Report this.",
        )
        .with_details(error)
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(head(table)).map_err(|error| unwritable(&error))?;
    for row in table.rows.iter().chain(totals_row(table).as_ref()) {
        writer.write_record(row).map_err(|error| unwritable(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| unwritable(&error))?;
    String::from_utf8(bytes).map_err(|error| unwritable(&error))
}

fn realtime(now: &RealtimeView) -> String {
    let minutes: Vec<String> = now.per_minute.iter().map(u32::to_string).collect();
    format!(
        "{} active users in the last {} minutes.\nMinute by minute, this one first: {}",
        now.active_users,
        now.per_minute.len(),
        minutes.join(" ")
    )
}

fn metadata(fields: &[FieldView]) -> String {
    let rows: Vec<Vec<String>> = fields
        .iter()
        .map(|field| {
            let kind = if field.is_metric { "metric" } else { "dimension" };
            vec![
                field.api_name.clone(),
                kind.to_owned(),
                field.ui_name.clone(),
                field.category.clone(),
            ]
        })
        .collect();
    output::table(&["NAME", "KIND", "LABEL", "CATEGORY"], &rows)
}
