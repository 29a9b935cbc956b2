//! The version that is made of the workspace, and its publication.

use google_apis::tag_manager::{ContainerVersion, CreateVersionResponse, VersionOptions};
use google_apis::{ApiError, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::{incomplete, left_behind, look_patiently, text};
use super::Work;
use super::container::Container;
use super::tags::lost_workspace;
use super::workspace::{self, Space, number};
use crate::dto::provisioning::ProvisionStep;
use crate::error::{Error, ErrorCode, Result};

/// What was sent, as the journal has it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    workspace: String,
    /// Versions of ours that Tag Manager could not compile: they are not gone on with.
    pub refused: Vec<String>,
    /// Versions of ours that somebody else's came before: they may still be published once that one is live.
    pub given_up: Vec<String>,
}

impl Sent {
    /// What this run has sent so far.
    pub async fn so_far(work: &Work<'_>) -> Result<Self> {
        let known = work.journal.read(ProvisionStep::Version).await?;
        let request = known.and_then(|known| known.request);
        Ok(request
            .and_then(|request| serde_json::from_value(request).ok())
            .unwrap_or_default())
    }

    /// Whether this run made the version and did not go on with it.
    pub fn left(&self, version: &str) -> bool {
        let mut left = self.refused.iter().chain(&self.given_up);
        left.any(|known| known == version)
    }
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
        let there = space.made.as_ref().or(space.live.as_ref());
        if let Some(there) = there {
            journal.made(step, json!({ "version_id": there })).await?;
        }
        return Ok(there.cloned());
    };
    let sent = Sent {
        workspace: workspace.clone(),
        ..Sent::so_far(work).await?
    };
    let begun_before = journal.was_begun(step).await?;
    let lately = journal.was_just_cut_off(step).await?;
    journal.sending(step, json!(sent)).await?;
    let found = if begun_before {
        let found = left_behind(journal, lately, || ours(work, container, space, &sent)).await;
        let found = work.explained(&container.path(), found).await?;
        journal.job.check_cancelled()?;
        found
    } else {
        None
    };
    let id = if let Some(id) = found {
        id
    } else {
        if container.others() {
            unchanged(work, container, space, &sent).await?;
        }
        create(work, container, space, sent).await?
    };
    journal.made(step, json!({ "version_id": id })).await?;
    Ok(Some(id))
}

/// A version that somebody made since would go live with ours, unseen: the run looks again at what there is then. One call.
async fn unchanged(work: &Work<'_>, container: &Container, space: &Space, sent: &Sent) -> Result<()> {
    let path = container.path();
    work.spent();
    let newest = match work.api.latest_version_header(&path).await {
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(()),
        answer => work.explained(&path, answer).await?.container_version_id,
    };
    if number(&newest) <= space.base || sent.left(&newest) {
        return Ok(());
    }
    for step in [ProvisionStep::Workspace, ProvisionStep::Tags, ProvisionStep::Version] {
        work.journal.plan_again(step).await?;
    }
    let error = Error::new(
        ErrorCode::Conflict,
        format!(
            "Somebody made version {newest} of {} ({}) while this set-up was at work. Nothing was published.",
            container.name, container.public_id
        ),
        "Look at that version in Tag Manager, then resume the set-up: it looks again at what is there.",
    );
    Err(work.with_page(
        error,
        "Open the versions in Tag Manager",
        &workspace::versions_page(&path),
    ))
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
        match look_patiently(work.journal, || ours(work, container, space, &sent)).await {
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
        .filter(|id| !sent.left(id))
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
    if space.workspace.is_none() && space.made.is_none() {
        journal.made(step, made).await?;
        return Ok(true);
    }
    let begun_before = journal.was_begun(step).await?;
    let path = container.path();
    journal.sending(step, json!({ "version": version })).await?;
    // Nobody else is in a container that this run has just made.
    if container.others() || begun_before {
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
    if let Some(rival) = between(work, container, space, version).await? {
        return Err(overtaken(work, container, &rival, version).await?);
    }
    send(work, container, version).await?;
    journal.made(step, made).await?;
    Ok(true)
}

/// The newest version between the one that ours was to follow and ours that is not this run's: ours holds what it holds.
/// Versions are counted up, so that there is no call where ours is the next one.
async fn between(work: &Work<'_>, container: &Container, space: &Space, ours: &str) -> Result<Option<String>> {
    if number(ours) <= space.base + 1 {
        return Ok(None);
    }
    let sent = Sent::so_far(work).await?;
    let path = container.path();
    let listed = work.all(work.api.version_headers(&path)).await;
    let headers = work.explained(&path, listed).await?;
    Ok(headers
        .into_iter()
        .map(|header| header.container_version_id)
        .filter(|id| number(id) > space.base && number(id) < number(ours) && !sent.left(id))
        .max_by_key(|id| number(id)))
}

async fn send(work: &Work<'_>, container: &Container, version: &str) -> Result<()> {
    let path = container.path();
    work.spent();
    let answer = work.api.publish(&format!("{path}/versions/{version}"), None).await;
    match answer {
        Ok(answer) if answer.compiler_error => Err(refused(work, container, version).await?),
        Ok(_) => Ok(()),
        Err(lost) if lost.outcome_unknown => match workspace::live(work, &path).await {
            Ok(Some(live)) if live.container_version_id == version => Ok(()),
            _ => work.explained(&path, Err(lost)).await,
        },
        Err(refused) => work.explained(&path, Err(refused)).await,
    }
}

/// The run makes another version when it goes on: this one, and the workspace that it was made of, help no more.
async fn refused(work: &Work<'_>, container: &Container, ours: &str) -> Result<Error> {
    let mut sent = Sent::so_far(work).await?;
    sent.refused.push(ours.to_owned());
    begin_again(work, &sent).await?;
    let error = Error::new(
        ErrorCode::GoogleRefused,
        format!(
            "Tag Manager cannot compile version {ours} of {} ({}): it reports a compiler error. It is not published.",
            container.name, container.public_id
        ),
        "Open the container in Tag Manager: its preview names the tag, trigger or variable at fault. Correct it and publish it \
         there, then resume the set-up. Where nothing is at fault, resume at once: it makes another version.",
    );
    Ok(work.with_page(
        error,
        "Open the versions in Tag Manager",
        &workspace::versions_page(&container.path()),
    ))
}

/// Somebody's version came between, and is not live: publishing ours would publish it, too.
async fn overtaken(work: &Work<'_>, container: &Container, rival: &str, ours: &str) -> Result<Error> {
    let mut sent = Sent::so_far(work).await?;
    sent.given_up.push(ours.to_owned());
    begin_again(work, &sent).await?;
    let error = Error::new(
        ErrorCode::Conflict,
        format!(
            "Somebody made version {rival} of {} ({}) while this set-up was at work, and the set-up's version {ours} holds it, \
             too. Nothing was published.",
            container.name, container.public_id
        ),
        "Publish or delete that version in Tag Manager, then resume the set-up.",
    );
    Ok(work.with_page(
        error,
        "Open the versions in Tag Manager",
        &workspace::versions_page(&container.path()),
    ))
}

/// What this run made is remembered first, so that it is not taken for somebody's.
async fn begin_again(work: &Work<'_>, sent: &Sent) -> Result<()> {
    work.journal.sending(ProvisionStep::Version, json!(sent)).await?;
    for step in [
        ProvisionStep::Workspace,
        ProvisionStep::Tags,
        ProvisionStep::Version,
        ProvisionStep::Publish,
    ] {
        work.journal.plan_again(step).await?;
    }
    Ok(())
}

/// Somebody else published. What they did is not taken off the site: the run begins again on top of it when the person says so.
async fn live_changed(work: &Work<'_>, container: &Container, live: ContainerVersion, ours: &str) -> Result<Error> {
    let mut sent = Sent::so_far(work).await?;
    sent.given_up.push(ours.to_owned());
    begin_again(work, &sent).await?;
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
