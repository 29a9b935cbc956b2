//! The first page: what is connected, what needs attention, the last runs. Everything comes from the store, so it is
//! there at once and offline.

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_store::ProvisioningState;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::dto::Nothing;
use crate::dto::app::{AttentionKind, AttentionView, KeychainView, OverviewView};
use crate::dto::connections::{ConnectionState, ConnectionView};
use crate::dto::exports::{ExportRunView, ExportState};
use crate::error::Result;
use crate::{Engine, connections, estate, exports, provisioning};

/// Exports on the first page.
const EXPORTS_SHOWN: usize = 5;
/// Runs looked at for failures that nobody has repaired.
const EXPORTS_CHECKED: u32 = 50;
/// Set-ups looked at for unfinished ones.
const SETUPS_CHECKED: u32 = 20;
/// How long before its known end a sign-in is told of.
const TOLD_BEFORE: SignedDuration = SignedDuration::from_hours(48);

pub async fn overview(engine: &Arc<Engine>, _: Nothing) -> Result<OverviewView> {
    let store = &engine.store;
    let connections = connections::list(engine, Nothing {}).await?;
    let accounts = store.analytics_accounts().await?;
    let properties_list = estate::properties(engine, Nothing {}).await?;
    let containers = store.containers().await?;
    let never_published = store
        .live_versions()
        .await?
        .iter()
        .filter(|live| live.version_id.is_none())
        .count();
    let last_sync = estate::last_sync(engine).await?;
    let mut last_exports = exports::last_runs(engine, EXPORTS_CHECKED).await?;

    let mut attention = Vec::new();
    attention.extend(keychain(engine.keychain.view()));
    attention.extend(connections.iter().filter_map(connection_needs));
    let now = engine.clock.now();
    attention.extend(
        connections
            .iter()
            .filter_map(|connection| sign_in_ends(connection, now)),
    );
    attention.extend(unfinished_setups(engine).await?);
    attention.extend(failed_exports(&last_exports));
    match &last_sync {
        None if connections
            .iter()
            .any(|connection| connection.state == ConnectionState::Ready) =>
        {
            attention.push(item(
                AttentionKind::NeverSynced,
                "Nothing is mirrored yet",
                "Sync reads accounts, containers and live versions, so that they can be browsed offline.",
                "containers",
                None,
            ));
        }
        Some(sync) if sync.failed > 0 => attention.push(item(
            AttentionKind::SyncIncomplete,
            "The last sync is incomplete",
            &format!(
                "{} could not be read; what was read before is still shown.",
                counted(sync.failed, "container")
            ),
            "containers",
            None,
        )),
        _ => {}
    }
    if never_published > 0 {
        attention.push(item(
            AttentionKind::NeverPublished,
            &format!("{} never published", counted(small(never_published), "container")),
            "A container without a live version does nothing on its site.",
            "containers",
            None,
        ));
    }
    last_exports.truncate(EXPORTS_SHOWN);
    Ok(OverviewView {
        connections: small(connections.len()),
        analytics_accounts: small(accounts.len()),
        properties: small(properties_list.len()),
        containers: small(containers.len()),
        containers_never_published: small(never_published),
        attention,
        properties_list,
        last_exports,
        last_sync,
    })
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn counted(count: u32, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

fn item(kind: AttentionKind, title: &str, detail: &str, page: &str, id: Option<&str>) -> AttentionView {
    AttentionView {
        kind,
        title: title.to_owned(),
        detail: detail.to_owned(),
        page: page.to_owned(),
        id: id.map(str::to_owned),
    }
}

fn keychain(view: KeychainView) -> Option<AttentionView> {
    match view {
        KeychainView::Available { .. } | KeychainView::Opening => None,
        KeychainView::Unavailable { reason, remedy, .. } => Some(item(
            AttentionKind::KeychainUnavailable,
            "Sign-ins cannot be kept on this computer",
            &format!("{reason} {remedy}"),
            "settings",
            None,
        )),
    }
}

fn connection_needs(connection: &ConnectionView) -> Option<AttentionView> {
    if connection.state == ConnectionState::NeedsSignIn {
        let why = connection
            .state_reason
            .as_deref()
            .unwrap_or("Google ended this connection's session.");
        let title = format!("{} needs a new sign-in", connection.email);
        return Some(item(
            AttentionKind::SignInAgain,
            &title,
            why,
            "connections",
            Some(&connection.id),
        ));
    }
    let missing: BTreeSet<&str> = connection
        .asked
        .difference(&connection.granted)
        .map(|permission| permission.name())
        .collect();
    (!missing.is_empty()).then(|| {
        let missing: Vec<&str> = missing.into_iter().collect();
        item(
            AttentionKind::PermissionMissing,
            &format!("{} was not given everything", connection.email),
            &format!(
                "Not allowed on Google's page: {}. Sign in again and tick it.",
                missing.join(", ")
            ),
            "connections",
            Some(&connection.id),
        )
    })
}

/// A sign-in that will end soon, while the person can still choose the moment to renew it.
fn sign_in_ends(connection: &ConnectionView, now: Timestamp) -> Option<AttentionView> {
    let end = connection
        .sign_in_ends_at
        .filter(|_| connection.state == ConnectionState::Ready)?;
    let left = end.duration_since(now);
    if left.is_negative() || left > TOLD_BEFORE {
        return None;
    }
    let day = end.to_zoned(TimeZone::system()).strftime("%A");
    Some(item(
        AttentionKind::SignInEnds,
        &format!("Sign-in of {} ends on {day}", connection.email),
        "Google ends sign-ins after 7 days while their OAuth client is in testing, and where access was given for a limited \
         time. Sign in again beforehand; publish the app in the Google Cloud console first to make sign-ins last.",
        "connections",
        Some(&connection.id),
    ))
}

async fn unfinished_setups(engine: &Engine) -> Result<Vec<AttentionView>> {
    let runs = engine.store.provisioning_runs(SETUPS_CHECKED).await?;
    let undone = provisioning::undone(engine).await?;
    let unfinished = runs.into_iter().filter(|run| !undone.contains(&run.id)).filter(|run| {
        matches!(
            run.state,
            ProvisioningState::Running | ProvisioningState::Waiting | ProvisioningState::Failed
        )
    });
    Ok(unfinished
        .map(|run| {
            let name = ["account_name", "accountName"]
                .iter()
                .find_map(|key| run.form.get(key))
                .and_then(|name| name.as_str());
            let title = name.map_or_else(
                || "A set-up is unfinished".to_owned(),
                |name| format!("The set-up of {name} is unfinished"),
            );
            let detail = "It can go on where it stopped; nothing that Google has made is made twice.";
            item(
                AttentionKind::SetupUnfinished,
                &title,
                detail,
                "provisioning",
                Some(&run.id),
            )
        })
        .collect())
}

/// The exports whose newest run failed: a later run that went well settles it.
fn failed_exports(newest_first: &[ExportRunView]) -> Vec<AttentionView> {
    let mut seen = BTreeSet::new();
    newest_first
        .iter()
        .filter(|run| seen.insert((&run.property_id, &run.destination)))
        .filter(|run| run.state == ExportState::Failed)
        .map(|run| {
            let name = run.property_name.as_deref().unwrap_or(&run.property_id);
            let detail = run.problem.as_deref().unwrap_or("Run it again.");
            item(
                AttentionKind::ExportFailed,
                &format!("The export of {name} failed"),
                detail,
                "exports",
                Some(&run.id),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str, destination: &str, state: ExportState) -> ExportRunView {
        ExportRunView {
            id: id.to_owned(),
            property_id: "1".to_owned(),
            property_name: None,
            destination: destination.to_owned(),
            dimensions: vec![],
            metrics: vec![],
            from: String::new(),
            to: String::new(),
            state,
            rows_read: 0,
            rows_written: 0,
            started_at: jiff::Timestamp::UNIX_EPOCH,
            finished_at: None,
            problem: None,
            notes: vec![],
        }
    }

    #[test]
    fn a_later_run_that_went_well_settles_a_failure() {
        let runs = [
            run("4", "a", ExportState::Done),
            run("3", "b", ExportState::Failed),
            run("2", "a", ExportState::Failed),
            run("1", "b", ExportState::Done),
        ];
        let ids: Vec<_> = failed_exports(&runs).into_iter().filter_map(|item| item.id).collect();
        assert_eq!(ids, ["3"]);
    }
}
