//! The record of requests: every call to Google, with what it cost and why it failed.

use std::sync::Arc;

use gantry_store::{ActivityEntry, ActivityFilter, Store};
use google_apis::{ActivityRecorder, RecordedCall};

use crate::Engine;
use crate::dto::app::{ActivityRequest, ActivityView};
use crate::error::Result;

/// Requests that one question answers at most.
const MOST: u32 = 1_000;

/// Takes down the calls of one connection. Recording happens in the background and never fails a call.
#[derive(Debug)]
pub struct Recorder {
    store: Store,
    connection_id: Option<String>,
}

impl Recorder {
    pub fn new(store: Store, connection_id: Option<String>) -> Self {
        Self { store, connection_id }
    }
}

/// A recorder for the transport of one connection.
pub(crate) fn recorder(engine: &Engine, connection_id: &str) -> Arc<Recorder> {
    Arc::new(Recorder::new(engine.store.clone(), Some(connection_id.to_owned())))
}

impl ActivityRecorder for Recorder {
    fn record(&self, call: RecordedCall) {
        let (error_code, error_message) = call
            .error
            .map_or((None, None), |error| (Some(error.code.to_owned()), Some(error.message)));
        self.store.record_activity(ActivityEntry {
            id: call.id.to_string(),
            at: call.started_at,
            connection_id: self.connection_id.clone(),
            api_method: call.api_method.to_owned(),
            http_method: call.http_method,
            url: call.url,
            status: call.status,
            latency_ms: u64::try_from(call.latency.as_millis()).unwrap_or(u64::MAX),
            retries: call.retries,
            bytes_sent: call.request_bytes,
            bytes_received: call.response_bytes,
            quota_cost: call.quota_cost,
            error_code,
            error_message,
        });
    }
}

/// The newest requests, newest first.
pub async fn list(engine: &Arc<Engine>, request: ActivityRequest) -> Result<Vec<ActivityView>> {
    let limit = request.limit.clamp(1, MOST);
    let emails: std::collections::HashMap<String, String> = engine
        .store
        .connections()
        .await?
        .into_iter()
        .map(|known| (known.id, known.email))
        .collect();
    let entries = engine.store.activity(ActivityFilter::default(), limit).await?;
    let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    Ok(entries
        .into_iter()
        .map(|entry| ActivityView {
            id: entry.id,
            at: entry.at,
            // A connection that is gone is still named by its id.
            connection: entry.connection_id.map(|id| emails.get(&id).cloned().unwrap_or(id)),
            method: entry.api_method,
            http_method: entry.http_method,
            url: entry.url,
            status: entry.status,
            latency_ms: small(entry.latency_ms),
            retries: entry.retries,
            bytes: small(entry.bytes_received),
            quota_cost: entry.quota_cost,
            error: entry.error_message.or(entry.error_code),
        })
        .collect())
}
