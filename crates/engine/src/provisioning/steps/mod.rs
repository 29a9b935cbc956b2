//! The steps of a set-up, in order, from wherever its journal stands.

mod analytics;
mod client;
mod tag_manager;

use std::time::Duration;

use google_apis::{AnalyticsAdmin, ApiError};
use serde_json::Value;

use super::journal::Journal;
use crate::connections::Session;
use crate::dto::provisioning::{ProvisionResult, ProvisionStep};
use crate::error::{Error, ErrorCode, Result};

/// The whole set-up.
pub(super) async fn run(journal: &Journal<'_>, session: &Session) -> Result<ProvisionResult> {
    let admin = AnalyticsAdmin::new(&session.transport);
    let known = tag_manager::beforehand(journal, session).await?;
    let made = analytics::run(journal, session, &admin).await?;
    let container = tag_manager::run(journal, session, &made.measurement_id, known).await?;
    let (snippet, noscript) = match &container {
        // An app has nothing to paste.
        _ if !journal.has(ProvisionStep::Snippet) => (String::new(), None),
        Some(container) => tag_manager::snippet(journal, session, container).await?,
        None => {
            let snippet =
                analytics::google_tag_snippet(journal, session, &admin, &made.property_id, &made.data_stream_id);
            (snippet.await?, None)
        }
    };
    let client_id = client::assign(journal, &made.property_id, container.as_ref()).await?;
    Ok(ProvisionResult {
        account_id: made.account_id,
        property_id: made.property_id,
        data_stream_id: made.data_stream_id,
        measurement_id: made.measurement_id,
        app_streams: made.app_streams,
        container,
        snippet,
        noscript,
        client_id,
        analytics_calls: journal.analytics_calls(),
        tag_manager_calls: journal.tag_manager_calls(),
    })
}

pub(super) fn text(value: Option<&Value>, field: &str) -> Option<String> {
    value?.get(field)?.as_str().map(str::to_owned)
}

/// Google's answer lacks what it must have.
fn incomplete(what: &str) -> Error {
    Error::new(
        ErrorCode::GoogleUnreadable,
        format!("Google's answer has no {what}."),
        "Resume the set-up to try again.",
    )
}

/// Between two looks for what a lost answer has made: Google's lists may show it some seconds late, and a create that is sent
/// again makes a second one.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// The answer to a create was lost: what it made is adopted. Where Google refused, or made nothing, the error stands.
async fn adopt<T, F>(journal: &Journal<'_>, error: ApiError, look: impl Fn() -> F) -> Result<T, ApiError>
where
    F: Future<Output = Result<Option<T>, ApiError>>,
{
    if !error.outcome_unknown {
        return Err(error);
    }
    match look_patiently(journal, look).await {
        Ok(Some(made)) => Ok(made),
        _ => Err(error),
    }
}

/// What an earlier process has asked for, if it is there. `patiently` where that was moments ago.
async fn left_behind<T, F>(journal: &Journal<'_>, patiently: bool, look: impl Fn() -> F) -> Result<Option<T>, ApiError>
where
    F: Future<Output = Result<Option<T>, ApiError>>,
{
    if patiently {
        look_patiently(journal, look).await
    } else {
        look().await
    }
}

/// Several looks, until it is seen or some seconds are over.
pub(super) async fn look_patiently<T, F>(journal: &Journal<'_>, look: impl Fn() -> F) -> Result<Option<T>, ApiError>
where
    F: Future<Output = Result<Option<T>, ApiError>>,
{
    if let Some(made) = look().await? {
        return Ok(Some(made));
    }
    for pause in PAUSES {
        tokio::select! {
            biased;
            () = journal.job.cancel_token().cancelled() => break,
            () = journal.engine.pause().sleep(pause) => {}
        }
        if let Some(made) = look().await? {
            return Ok(Some(made));
        }
    }
    Ok(None)
}
