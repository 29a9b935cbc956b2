//! Quota is money: the ledger that every call to Google is booked in, shared by all Gantry processes of the profile.
//!
//! Tag Manager's quota belongs to the Google Cloud project of the OAuth client (25 calls in 100 seconds, 10,000 a
//! Pacific day by default). Of each window a fifth stays free for clicks while a job runs. The Analytics APIs allow so
//! much more that only their pace per minute is kept; a property's report tokens are counted by Google alone.

mod ledger;
mod set_ups;

use std::sync::Arc;
use std::time::Duration;

use gantry_store::{ConnectionKind, ConnectionRecord, QuotaKey, QuotaLimits};
use google_apis::Api;

use crate::Engine;
use crate::dto::app::{QuotaView, SettingsView};
use crate::error::Result;
use crate::{connections, settings};

pub use ledger::Ledger;
pub use set_ups::{SetUpForecast, SetUpPace, SetUpWork, forecast_set_ups};

/// Tag Manager's sliding window.
const TAG_MANAGER_WINDOW: Duration = Duration::from_secs(100);
/// The part of a window that jobs leave to clicks: 5 of 25.
const KEPT_FREE: u32 = 5;

/// What `api` admits under these settings; `None` where nothing is booked.
fn limits(api: Api, settings: &SettingsView) -> Option<QuotaLimits> {
    match api {
        Api::TagManager => Some(QuotaLimits {
            window: TAG_MANAGER_WINDOW,
            per_window: settings.tag_manager_calls_per_window,
            per_day: settings.tag_manager_calls_per_day,
            keep_free: 0,
        }),
        Api::AnalyticsAdmin => Some(QuotaLimits {
            window: Duration::from_mins(1),
            per_window: settings.admin_calls_per_minute,
            per_day: u32::MAX,
            keep_free: 0,
        }),
        Api::AnalyticsData | Api::ProvisioningV3 => None,
    }
}

/// The quota of the Admin API's writes, which are counted among all its calls as well.
fn admin_writes(project: &str, settings: &SettingsView) -> (QuotaKey, QuotaLimits) {
    let key = QuotaKey {
        project: project.to_owned(),
        quota: format!("{} writes", Api::AnalyticsAdmin.name()),
    };
    let limits = QuotaLimits {
        window: Duration::from_mins(1),
        per_window: settings.admin_writes_per_minute,
        per_day: u32::MAX,
        keep_free: 0,
    };
    (key, limits)
}

/// The quotas that a call is counted against.
fn quotas_of(project: &str, api: Api, writes: bool, settings: &SettingsView) -> Vec<(QuotaKey, QuotaLimits)> {
    let all = limits(api, settings).map(|limits| (key(project, api), limits));
    let writes = (writes && api == Api::AnalyticsAdmin).then(|| admin_writes(project, settings));
    all.into_iter().chain(writes).collect()
}

/// Calls of a window that jobs leave alone, of `per_window`.
fn kept_free(per_window: u32) -> u32 {
    per_window / KEPT_FREE
}

fn key(project: &str, api: Api) -> QuotaKey {
    QuotaKey {
        project: project.to_owned(),
        quota: api.name().to_owned(),
    }
}

/// The Google Cloud project whose quota a connection spends.
pub(crate) async fn project_of(engine: &Engine, connection: &ConnectionRecord) -> Result<String> {
    if connection.kind == ConnectionKind::ServiceAccount {
        return Ok(connections::service_account_project(connection));
    }
    let shipped = engine
        .shipped_oauth_client
        .as_ref()
        .filter(|client| client.client_id == connection.oauth_client_id);
    let own = engine.store.oauth_client(&connection.oauth_client_id).await?;
    // As in `Session`: the client stands for its project where the file names none.
    let project = own
        .and_then(|client| client.project_id)
        .or(shipped.and_then(|client| client.project_id.clone()));
    Ok(project.unwrap_or_else(|| connection.oauth_client_id.clone()))
}

/// What was spent of Tag Manager's quota, for the project of each OAuth client in use.
pub async fn status(engine: &Arc<Engine>) -> Result<Vec<QuotaView>> {
    let store = engine.store();
    let settings = settings::read(store).await?;
    let now = engine.clock().now();
    let mut projects: Vec<String> = Vec::new();
    for connection in store.connections().await? {
        projects.push(project_of(engine, &connection).await?);
    }
    for used in store.quotas_in_use(now).await? {
        if used.quota == Api::TagManager.name() {
            projects.push(used.project);
        }
    }
    projects.sort();
    projects.dedup();
    let mut views = Vec::new();
    if let Some(limits) = limits(Api::TagManager, &settings) {
        for project in projects {
            let used = store.quota_use(&key(&project, Api::TagManager), limits, now).await?;
            views.push(QuotaView {
                project,
                api: "Tag Manager".to_owned(),
                window_seconds: u32::try_from(limits.window.as_secs()).unwrap_or(u32::MAX),
                window_used: used.window_spent,
                window_limit: used.window_limit,
                day_used: used.day_spent,
                day_limit: used.day_limit,
                day_resets_at: used.day_resets_at,
            });
        }
    }
    Ok(views)
}

/// What a bulk job of so many Tag Manager calls would meet, for plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// How long the calls take at the pace that the quota leaves to jobs.
    pub seconds: u32,
    /// Calls left of the Pacific day before the job.
    pub left_today: u32,
    /// Calls per 100 seconds that a job may use.
    pub per_window: u32,
    /// When the window admits a job's next call; `None` where it does now.
    pub waits_until: Option<jiff::Timestamp>,
}

/// Tells how long `calls` Tag Manager calls of a job take on `project`, starting now.
pub async fn forecast(engine: &Engine, project: &str, calls: u32) -> Result<Forecast> {
    let settings = settings::read(&engine.store).await?;
    match limits(Api::TagManager, &settings) {
        Some(limits) => pace(engine, &key(project, Api::TagManager), limits, calls).await,
        None => Ok(Forecast {
            seconds: 0,
            left_today: u32::MAX,
            per_window: u32::MAX,
            waits_until: None,
        }),
    }
}

async fn pace(engine: &Engine, key: &QuotaKey, limits: QuotaLimits, calls: u32) -> Result<Forecast> {
    let now = engine.clock.now();
    let used = engine.store.quota_use(key, limits, now).await?;
    let per_window = (limits.per_window - kept_free(limits.per_window)).max(1);
    let free_now = per_window.saturating_sub(used.window_spent);
    // Windows that have to pass before the last call is admitted.
    let windows = calls.saturating_sub(free_now).div_ceil(per_window);
    let waits_until = used.window_eases_at.filter(|_| free_now == 0);
    // The first of them has begun where a job has to wait already.
    let begun = waits_until
        .and_then(|at| Duration::try_from(at.duration_since(now)).ok())
        .map_or(Duration::ZERO, |left| limits.window.saturating_sub(left));
    let seconds = (limits.window * windows).saturating_sub(begun).as_secs();
    Ok(Forecast {
        seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
        left_today: used.day_limit.saturating_sub(used.day_spent),
        per_window,
        waits_until,
    })
}

/// A ledger for the transport of one OAuth client's project.
pub(crate) fn ledger(engine: &Engine, project: &str) -> Arc<Ledger> {
    Arc::new(Ledger::new(
        engine.store.clone(),
        Arc::clone(&engine.clock),
        project.to_owned(),
    ))
}
