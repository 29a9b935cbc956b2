//! The Google tag, consent and events: all of it in one call.

use google_apis::ErrorKind;
use google_apis::tag_manager::WorkspaceStatus;
use serde_json::{Value, json};

use super::Work;
use super::container::Container;
use super::entities::Present;
use super::workspace::Space;
use crate::dto::provisioning::ProvisionStep;
use crate::error::{Error, ErrorCode, Result};
use crate::templates;

/// What the template makes in a container, for this property and as the form has it.
pub(super) fn wanted(work: &Work<'_>, measurement_id: &str) -> Vec<Value> {
    let (form, template) = (&work.journal.form, work.journal.template.clone());
    let template = templates::adjusted(template, form.enhanced_measurement, form.wait_for_consent);
    templates::tag_manager_entities(&template, measurement_id)
}

pub(super) async fn write(work: &Work<'_>, container: &Container, space: &Space, measurement_id: &str) -> Result<()> {
    let (journal, step) = (work.journal, ProvisionStep::Tags);
    if !journal.has(step) || journal.done(step).await?.is_some() {
        return Ok(());
    }
    let entities = space.missing.clone().unwrap_or_else(|| wanted(work, measurement_id));
    let Some(workspace) = space.workspace.as_deref().filter(|_| !entities.is_empty()) else {
        let outcome = told(space, "Nothing was missing".to_owned());
        return journal.made(step, json!({ "outcome": outcome })).await;
    };
    let begun_before = journal.was_begun(step).await?;
    let names = Present::names(&entities);
    let request = json!({ "workspace": workspace, "entities": names });
    journal.sending(step, request).await?;
    let count = entities.len();
    let left = if begun_before || space.reused {
        let status = status(work, workspace).await;
        match status {
            Err(gone) if gone.kind == ErrorKind::NotFound => return Err(lost_workspace(work, container).await?),
            status => {
                let there = Present::of_changes(&work.explained(workspace, status).await?);
                if space.reused && there.has_more_than(&names) {
                    return Err(outdated(work, container, space).await?);
                }
                there.missing(entities)?
            }
        }
    } else {
        entities
    };
    if !left.is_empty() {
        send(work, container, workspace, left).await?;
    }
    let outcome = match count {
        1 => "1 entity".to_owned(),
        count => format!("{count} entities"),
    };
    journal.made(step, json!({ "outcome": told(space, outcome) })).await
}

fn told(space: &Space, outcome: String) -> String {
    match &space.left_out {
        Some(left_out) => format!("{outcome}, {left_out}"),
        None => outcome,
    }
}

/// One call, and after a lost answer a read, and where only a part has arrived one more call.
async fn send(work: &Work<'_>, container: &Container, workspace: &str, entities: Vec<Value>) -> Result<()> {
    work.spent();
    let lost = match work.api.bulk_update(workspace, &entities).await {
        Ok(_) => return Ok(()),
        Err(gone) if gone.kind == ErrorKind::NotFound => return Err(lost_workspace(work, container).await?),
        Err(lost) if lost.outcome_unknown => lost,
        Err(refused) => return work.explained(workspace, Err(refused)).await,
    };
    let Ok(status) = status(work, workspace).await else {
        return work.explained(workspace, Err(lost)).await;
    };
    let left = Present::of_changes(&status).missing(entities.clone())?;
    if left.is_empty() {
        return Ok(());
    }
    if left.len() == entities.len() {
        // Nothing has arrived: that Google cannot be reached is the news, not that it should be tried again.
        return work.explained(workspace, Err(lost)).await;
    }
    work.spent();
    let answer = work.api.bulk_update(workspace, &left).await;
    work.explained(workspace, answer).await.map(drop)
}

async fn status(work: &Work<'_>, workspace: &str) -> Result<WorkspaceStatus, google_apis::ApiError> {
    work.spent();
    work.api.workspace_status(workspace).await
}

/// What was written before is there by now from somebody else: with both, events would be counted twice.
async fn outdated(work: &Work<'_>, container: &Container, space: &Space) -> Result<Error> {
    for step in [ProvisionStep::Workspace, ProvisionStep::Tags] {
        work.journal.plan_again(step).await?;
    }
    let error = Error::new(
        ErrorCode::Conflict,
        format!(
            "The workspace \"{}\" in {} ({}) holds tags that the container has had from somebody else since.",
            space.outcome, container.name, container.public_id
        ),
        "Delete that workspace in Tag Manager, then resume the set-up: it opens another and adds what is missing.",
    );
    Ok(work.with_page(error, "Open the workspace in Tag Manager", &space.page))
}

/// Somebody deleted the workspace, or made a version of it: the run opens another when it goes on.
pub(super) async fn lost_workspace(work: &Work<'_>, container: &Container) -> Result<Error> {
    for step in [ProvisionStep::Workspace, ProvisionStep::Tags, ProvisionStep::Version] {
        if work.journal.has(step) {
            work.journal.plan_again(step).await?;
        }
    }
    Ok(Error::new(
        ErrorCode::Conflict,
        format!(
            "The workspace of this set-up in {} ({}) is gone: somebody deleted it or made a version of it.",
            container.name, container.public_id
        ),
        "Resume the set-up: it looks at what is there now and adds what is missing.",
    ))
}
