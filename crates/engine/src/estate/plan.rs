//! What a sync would cost, told before it starts.

use std::collections::HashSet;
use std::sync::Arc;

use gantry_store::ConnectionKind;

use crate::connections::{REPLACE_KEY, ReadySessions, Session};
use crate::dto::containers::{SyncPlan, SyncRequest};
use crate::error::{Error, ErrorCode, Result};
use crate::{Engine, quota};

/// The calls of a sync as far as the mirror knows the estate, the time that the quota makes of them, and what is left
/// of the day. The scarcest project tells.
pub async fn plan(engine: &Arc<Engine>, request: SyncRequest) -> Result<SyncPlan> {
    let sessions = sessions(engine, &request).await?.sessions;
    let accounts = engine.store.tag_manager_accounts().await?;
    let containers = engine.store.containers().await?;
    let properties = engine.store.analytics_properties().await?;
    let (mut taken, mut asked) = (HashSet::new(), HashSet::new());
    let mut plan = SyncPlan {
        calls: 0,
        analytics_calls: 0,
        seconds: 0,
        quota_left_today: u32::MAX,
    };
    for session in &sessions {
        let id = &session.connection.id;
        let lists = 1 + accounts
            .iter()
            .filter(|account| account.connections.contains(id))
            .count();
        let versions = containers
            .iter()
            .filter(|container| container.connections.contains(id) && taken.insert(container.container_id.clone()))
            .count();
        let calls = u32::try_from(lists + versions).unwrap_or(u32::MAX);
        let forecast = quota::forecast(engine, &project(session), calls).await?;
        let streams = properties
            .iter()
            .filter(|property| property.connections.contains(id) && asked.insert(property.property_id.clone()))
            .count();
        plan.calls += calls;
        plan.analytics_calls += u32::try_from(1 + streams).unwrap_or(u32::MAX);
        plan.seconds = plan.seconds.saturating_add(forecast.seconds);
        plan.quota_left_today = plan.quota_left_today.min(forecast.left_today);
    }
    Ok(plan)
}

/// The connections that a sync is about: the one named, or all that can be used.
pub(super) async fn sessions(engine: &Arc<Engine>, request: &SyncRequest) -> Result<ReadySessions> {
    if request.connection.is_some() {
        return Ok(ReadySessions {
            sessions: vec![engine.session(request.connection.as_deref()).await?],
            failures: Vec::new(),
        });
    }
    let mut ready = engine.ready_sessions().await?;
    if ready.sessions.is_empty() && !ready.failures.is_empty() {
        return Err(ready.failures.swap_remove(0).error);
    }
    if ready.sessions.is_empty() {
        // Says that there is none, where there is none.
        let connection = match engine.connection(None).await {
            Err(error) if error.code == ErrorCode::NoConnection => return Err(error),
            other => other.ok(),
        };
        if let Some(robot) = connection
            .as_ref()
            .filter(|one| one.kind == ConnectionKind::ServiceAccount)
        {
            return Err(Error::new(
                ErrorCode::ServiceAccountKey,
                format!("The key of {} cannot be used, so nothing can be read.", robot.email),
                REPLACE_KEY,
            ));
        }
        let who = connection.map_or_else(|| "Every connection".to_owned(), |connection| connection.email);
        return Err(Error::new(
            ErrorCode::SignInNeeded,
            format!("{who} has to sign in again before anything can be read."),
            "Sign in again on the Connections page, or with `gantry connect`.",
        ));
    }
    Ok(ready)
}

/// Whose quota a session spends.
pub(super) fn project(session: &Session) -> String {
    session.project.clone()
}
