//! `gantry sync`: mirrors what connections reach.

use std::fmt::Write;
use std::process::ExitCode;

use gantry_engine::dto::containers::{SyncPlan, SyncRequest, SyncResult};
use gantry_engine::{ErrorCode, Result, estate};

use crate::composition::Session;

/// Reads accounts, properties, containers and live versions into the local mirror: one call a container.
///
/// What was read is kept when a sync is stopped; the next one goes on with what is missing or oldest.
#[derive(Debug, clap::Args)]
pub struct Command {
    /// Only tell how many Tag Manager calls it would take, and how long.
    #[arg(long)]
    plan: bool,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let request = SyncRequest {
        connection: session.connection.clone(),
    };
    if command.plan {
        let plan = estate::plan(&session.engine, request).await?;
        return session.output.result(&plan, planned);
    }
    let done = session
        .run_job("estate.sync", |engine, job| async move {
            estate::sync(&engine, request, &job).await
        })
        .await?;
    let code = session.output.done(&done, synced)?;
    Ok(if done.failures.is_empty() {
        code
    } else {
        ExitCode::from(ErrorCode::PartlyDone.exit_code())
    })
}

fn planned(plan: &SyncPlan) -> String {
    format!(
        "At least {} Tag Manager calls, about {} s at the pace of the quota; {} calls are left today. And {} Analytics calls.",
        plan.calls, plan.seconds, plan.quota_left_today, plan.analytics_calls
    )
}

fn synced(result: &SyncResult) -> String {
    let mut text = format!(
        "Read {} Analytics accounts with {} properties, {} Tag Manager accounts with {} containers and {} entities, in {} Tag Manager and {} Analytics calls.",
        result.analytics_accounts,
        result.properties,
        result.tag_manager_accounts,
        result.containers,
        result.entities,
        result.tag_manager_calls,
        result.analytics_calls
    );
    // Writing into a String cannot fail.
    if result.never_published > 0 {
        let _ = write!(text, "\n{} containers were never published.", result.never_published);
    }
    for failure in &result.failures {
        let _ = write!(text, "\nNot read: {}. {}", failure.what, failure.message);
    }
    text
}
