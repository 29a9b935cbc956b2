//! `gantry quota`: what was spent of Google's quotas.

use std::process::ExitCode;

use gantry_engine::dto::app::QuotaView;
use gantry_engine::{Result, quota};

use crate::composition::Session;
use crate::output;

pub async fn run(session: &Session<'_>) -> Result<ExitCode> {
    let quotas = quota::status(&session.engine).await?;
    session.output.result(&quotas, |quotas| list(quotas))
}

fn list(quotas: &[QuotaView]) -> String {
    if quotas.is_empty() {
        return "No Google Cloud project is in use yet.".to_owned();
    }
    let rows: Vec<Vec<String>> = quotas
        .iter()
        .map(|quota| {
            vec![
                quota.api.clone(),
                quota.project.clone(),
                format!(
                    "{} of {} in {} s",
                    quota.window_used, quota.window_limit, quota.window_seconds
                ),
                format!("{} of {}", quota.day_used, quota.day_limit),
                format!("{:.0}", quota.day_resets_at),
            ]
        })
        .collect();
    output::table(&["API", "PROJECT", "NOW", "TODAY", "RESETS AT"], &rows)
}
