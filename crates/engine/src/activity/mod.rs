//! The record of requests: every call to Google and every exchange with its token endpoint, with what it cost, what was
//! sent and answered, and why it failed.

mod bundle;
mod curl;
mod exchanges;
mod explanation;
mod follow;
mod methods;
mod recorder;

use std::collections::HashMap;
use std::sync::Arc;

use gantry_domain::TracedBody;
use gantry_store::{ActivityEntry, ActivityFilter};
use jiff::tz::TimeZone;

use crate::Engine;
use crate::dto::activity::{
    ActivityDetail, ActivityOnly, ActivityRequest, ActivitySummary, ActivityView, AttemptView, BodyView, HeaderView,
    MessageView,
};
use crate::dto::events::Topic;
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};

pub use bundle::export;
pub use follow::Follower;
pub use recorder::Recorder;
pub(crate) use recorder::{Announcer, exchange_recorder, recorder};

/// Requests that one question answers at most.
const MOST: u32 = 1_000;

/// The newest requests, newest first.
pub async fn list(engine: &Arc<Engine>, request: ActivityRequest) -> Result<Vec<ActivityView>> {
    let limit = request.limit.clamp(1, MOST);
    let filter = filter(engine, request).await?;
    let emails = emails(engine).await?;
    let entries = engine.store.activity(filter, limit).await?;
    Ok(entries.into_iter().map(|entry| view(entry, &emails)).collect())
}

async fn filter(engine: &Engine, request: ActivityRequest) -> Result<ActivityFilter> {
    let connection_id = match request.connection.as_deref().map(str::trim) {
        None | Some("") => None,
        named => Some(engine.connection(named).await?.id),
    };
    Ok(ActivityFilter {
        connection_id,
        errors_only: request.only == Some(ActivityOnly::Failed),
        writes_only: request.only == Some(ActivityOnly::Writes),
        text: request
            .text
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty()),
        before: request.before,
        after: request.after,
    })
}

async fn emails(engine: &Engine) -> Result<HashMap<String, String>> {
    let known = engine.store.connections().await?.into_iter();
    Ok(known.map(|known| (known.id, known.email)).collect())
}

fn view(entry: ActivityEntry, emails: &HashMap<String, String>) -> ActivityView {
    let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    ActivityView {
        id: entry.id,
        at: entry.at,
        // A connection that is gone is still named by its id.
        connection: entry
            .connection_id
            .clone()
            .map(|id| emails.get(&id).cloned().unwrap_or(id)),
        connection_id: entry.connection_id,
        api: methods::api(&entry.api_method).to_owned(),
        method: entry.api_method,
        http_method: entry.http_method,
        url: entry.url,
        status: entry.status,
        latency_ms: small(entry.latency_ms),
        retries: entry.retries,
        bytes: small(entry.bytes_received),
        bytes_sent: small(entry.bytes_sent),
        quota_cost: entry.quota_cost,
        writes: entry.writes,
        error: entry.error_message.or_else(|| entry.error_code.clone()),
        error_code: entry.error_code,
    }
}

/// One request in full.
pub async fn show(engine: &Arc<Engine>, request: ById) -> Result<ActivityDetail> {
    let entry = engine.store.activity_entry(&request.id).await?.ok_or_else(|| {
        Error::new(
            ErrorCode::NotFound,
            format!("Activity holds no request {:?}.", request.id),
            "Requests are forgotten after 30 days, and the oldest before that where there are very many.",
        )
    })?;
    let trace = engine.store.activity_trace(&request.id).await?;
    let explanation = explanation::of(engine, &entry).await?;
    let curl = curl::command(&entry, trace.as_ref());
    let last = AttemptView {
        status: entry.status,
        error_code: entry.error_code.clone(),
    };
    let earlier = entry.earlier.iter().map(|attempt| AttemptView {
        status: attempt.status,
        error_code: Some(attempt.error_code.clone()),
    });
    let (sent, answered) = trace.map_or((None, None), |trace| {
        (
            message(trace.request_headers, trace.request_body),
            message(trace.response_headers, trace.response_body),
        )
    });
    Ok(ActivityDetail {
        explanation,
        reason: entry.failure.as_ref().and_then(|failure| failure.reason.clone()),
        attempts: earlier.chain([last]).collect(),
        request: sent,
        response: answered,
        curl,
        view: view(entry, &emails(engine).await?),
    })
}

fn message(headers: Vec<(String, String)>, body: Option<TracedBody>) -> Option<MessageView> {
    if headers.is_empty() && body.is_none() {
        return None;
    }
    let headers = headers.into_iter().map(|(name, value)| HeaderView { name, value });
    Some(MessageView {
        headers: headers.collect(),
        body: body.map(|body| BodyView {
            text: body.text,
            cut: body.cut,
        }),
    })
}

/// What was asked of Google since midnight, in this computer's time zone.
pub async fn summary(engine: &Arc<Engine>, _: Nothing) -> Result<ActivitySummary> {
    let now = engine.clock.now().to_zoned(TimeZone::system());
    let midnight = now
        .start_of_day()
        .map_or_else(|_| now.timestamp(), |start| start.timestamp());
    let counted = engine.store.activity_count(midnight).await?;
    let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    Ok(ActivitySummary {
        today: small(counted.all),
        writes_today: small(counted.writes),
        failed_today: small(counted.failed),
    })
}

/// Forgets all requests.
pub async fn clear(engine: &Arc<Engine>, _: Nothing) -> Result<Nothing> {
    engine.store.clear_activity().await?;
    engine.jobs.changed(Topic::Activity);
    Ok(Nothing {})
}
