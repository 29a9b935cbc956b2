//! The steps of a set-up, in order, from wherever its journal stands.

mod analytics;
mod tag_manager;

pub(super) use tag_manager::STEPS as TAG_MANAGER;

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
    Ok(ProvisionResult {
        account_id: made.account_id,
        property_id: made.property_id,
        data_stream_id: made.data_stream_id,
        measurement_id: made.measurement_id,
        app_streams: made.app_streams,
        container,
        snippet,
        noscript,
        // Clients cannot be given assets yet: see `outline::client`.
        client_id: None,
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

/// The answer to a create was lost: what it made is adopted. Where Google refused, or made nothing, the error stands.
async fn adopt<T>(error: ApiError, look: impl Future<Output = Result<Option<T>, ApiError>>) -> Result<T, ApiError> {
    if !error.outcome_unknown {
        return Err(error);
    }
    match look.await {
        Ok(Some(made)) => Ok(made),
        _ => Err(error),
    }
}
