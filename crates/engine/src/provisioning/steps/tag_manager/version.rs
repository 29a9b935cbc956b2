//! The version that is made of the workspace, and its publication.

use google_apis::tag_manager::{ContainerVersion, CreateVersionResponse, VersionOptions};
use google_apis::{ApiError, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::{incomplete, text};
use super::Work;
use super::container::Container;
use super::tags::lost_workspace;
use super::workspace::{self, Space, number};
use crate::dto::provisioning::ProvisionStep;
use crate::error::{Error, ErrorCode, Result};

/// What was sent, as the journal has it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Sent {
    workspace: String,
    /// Versions of ours that Tag Manager could not compile: they are not gone on with.
    refused: Vec<String>,
}

/// The id of the version; `None` where the person left it out. Where nothing was missing, it is the one that is live.
pub(super) async fn make(work: &Work<'_>, container: &Container, space: &Space) -> Result<Option<String>> {
    let (journal, step) = (work.journal, ProvisionStep::Version);
    if let Some(id) = text(journal.done(step).await?.as_ref(), "version_id") {
        return Ok(Some(id));
    }
    if !journal.has(step) || !journal.has(ProvisionStep::Tags) {
        return Ok(None);
    }
    let Some(workspace) = &space.workspace else {
        if let Some(live) = &space.live {
            journal.made(step, json!({ "version_id": live })).await?;
        }
        return Ok(space.live.clone());
    };
    let known = journal.read(step).await?.and_then(|known| known.request);
    let sent: Sent = known
        .and_then(|request| serde_json::from_value(request).ok())
        .unwrap_or_default();
    let sent = Sent {
        workspace: workspace.clone(),
        ..sent
    };
    let begun_before = journal.was_begun(step).await?;
    journal.sending(step, json!(sent)).await?;
    let found = if begun_before {
        let found = ours(work, container, space, &sent).await;
        work.explained(&container.path(), found).await?
    } else {
        None
    };
    let id = match found {
        Some(id) => id,
        None => create(work, container, space, sent).await?,
    };
    journal.made(step, json!({ "version_id": id })).await?;
    Ok(Some(id))
}

async fn create(work: &Work<'_>, container: &Container, space: &Space, sent: Sent) -> Result<String> {
    let options = VersionOptions {
        name: work.label(),
        notes: work.notes(),
    };
    work.spent();
    let failed = match work.api.create_version(&sent.workspace, &options).await {
        Ok(answer) => return checked(work, container, space, sent, answer).await,
        Err(failed) => failed,
    };
    // The workspace goes with the version that is made of it, so that a lost answer shows as a workspace that is gone.
    let gone = failed.kind == ErrorKind::NotFound;
    if failed.outcome_unknown || gone {
        match ours(work, container, space, &sent).await {
            Ok(Some(id)) => return Ok(id),
            Ok(None) if gone => return Err(lost_workspace(work, container).await?),
            _ => {}
        }
    }
    work.explained(&sent.workspace, Err(failed)).await
}

/// HTTP 200 is not success yet.
async fn checked(
    work: &Work<'_>,
    container: &Container,
    space: &Space,
    mut sent: Sent,
    answer: CreateVersionResponse,
) -> Result<String> {
    let made = answer
        .container_version
        .map(|version| version.container_version_id)
        .filter(|id| !id.is_empty());
    if answer.compiler_error {
        if let Some(id) = made {
            sent.refused.push(id);
            work.journal.sending(ProvisionStep::Version, json!(sent)).await?;
        }
        return Err(does_not_compile(work, container, &space.page));
    }
    if answer.sync_status.merge_conflict || answer.sync_status.sync_error {
        let what = if answer.sync_status.merge_conflict {
            "somebody changed the same things in the container meanwhile"
        } else {
            "Tag Manager could not bring the workspace up to the newest version"
        };
        let error = Error::new(
            ErrorCode::Conflict,
            format!(
                "No version of {} ({}) was made: {what}. Nothing was published.",
                container.name, container.public_id
            ),
            "Open the workspace in Tag Manager, update it and resolve the conflicts, then resume the set-up.",
        );
        return Err(work.with_page(error, "Open the workspace in Tag Manager", &space.page));
    }
    made.ok_or_else(|| incomplete("container version"))
}

fn does_not_compile(work: &Work<'_>, container: &Container, page: &str) -> Error {
    let error = Error::new(
        ErrorCode::GoogleRefused,
        format!(
            "Tag Manager cannot compile {} ({}): it reports a compiler error. Nothing was published.",
            container.name, container.public_id
        ),
        "Open the workspace in Tag Manager: its preview names the tag, trigger or variable at fault. Correct it, then resume \
         the set-up.",
    );
    work.with_page(error, "Open the workspace in Tag Manager", page)
}

/// The version that a lost answer has made: only this run calls one so, and it is newer than what was there. One call.
async fn ours(work: &Work<'_>, container: &Container, space: &Space, sent: &Sent) -> Result<Option<String>, ApiError> {
    let label = work.label();
    let all = work.all(work.api.version_headers(&container.path())).await?;
    let mut ids: Vec<String> = all
        .into_iter()
        .filter(|header| header.name == label && !header.deleted && number(&header.container_version_id) > space.base)
        .map(|header| header.container_version_id)
        .filter(|id| !sent.refused.contains(id))
        .collect();
    ids.sort_by_key(|id| number(id));
    Ok(ids.pop())
}

/// Whether the version is on the site now.
pub(super) async fn publish(work: &Work<'_>, container: &Container, space: &Space, version: &str) -> Result<bool> {
    let (journal, step) = (work.journal, ProvisionStep::Publish);
    if journal.done(step).await?.is_some() {
        return Ok(true);
    }
    if !journal.has(step) {
        return Ok(false);
    }
    let made = json!({ "version_id": version });
    if space.workspace.is_none() {
        journal.made(step, made).await?;
        return Ok(true);
    }
    let begun_before = journal.was_begun(step).await?;
    let path = container.path();
    journal.sending(step, json!({ "version": version })).await?;
    // Nobody else is in a container that this run has just made.
    if container.existing || begun_before {
        let live = workspace::live(work, &path).await;
        let live = work.explained(&path, live).await?;
        let live_id = live.as_ref().map(|live| live.container_version_id.as_str());
        if live_id == Some(version) {
            journal.made(step, made).await?;
            return Ok(true);
        }
        if live_id != space.live.as_deref() {
            return Err(live_changed(work, container, live.unwrap_or_default(), version).await?);
        }
    }
    send(work, container, space, version).await?;
    journal.made(step, made).await?;
    Ok(true)
}

async fn send(work: &Work<'_>, container: &Container, space: &Space, version: &str) -> Result<()> {
    let path = container.path();
    work.spent();
    let answer = work.api.publish(&format!("{path}/versions/{version}"), None).await;
    match answer {
        Ok(answer) if answer.compiler_error => Err(does_not_compile(work, container, &space.page)),
        Ok(_) => Ok(()),
        Err(lost) if lost.outcome_unknown => match workspace::live(work, &path).await {
            Ok(Some(live)) if live.container_version_id == version => Ok(()),
            _ => work.explained(&path, Err(lost)).await,
        },
        Err(refused) => work.explained(&path, Err(refused)).await,
    }
}

/// Somebody else published. What they did is not taken off the site: the run begins again on top of it when the person says so.
async fn live_changed(work: &Work<'_>, container: &Container, live: ContainerVersion, ours: &str) -> Result<Error> {
    for step in [
        ProvisionStep::Workspace,
        ProvisionStep::Tags,
        ProvisionStep::Version,
        ProvisionStep::Publish,
    ] {
        work.journal.plan_again(step).await?;
    }
    let now = match live.container_version_id.as_str() {
        "" => "nothing is live any more".to_owned(),
        id => format!("version {id} is live now"),
    };
    let error = Error::new(
        ErrorCode::Conflict,
        format!(
            "Somebody published {} ({}) while this set-up was at work: {now}. The set-up's version {ours} was made and is not \
             published.",
            container.name, container.public_id
        ),
        "Look at what is live in Tag Manager, then resume the set-up: it adds its tags on top of that and publishes.",
    );
    Ok(work.with_page(error, "Open what is live in Tag Manager", &live.tag_manager_url))
}
