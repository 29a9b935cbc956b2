//! The container: a new one, named after the site, or one that is there.

use google_apis::tag_manager::{Container as Googles, NewContainer, TagId};
use google_apis::{ApiError, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::incomplete;
use super::account::{self, Account};
use super::{Beforehand, Work};
use crate::dto::provisioning::{ContainerChoice, ContainerMade, ProvisionStep};
use crate::error::{Error, ErrorCode, Result};
use crate::provisioning::website;

/// The container, as the journal has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(clippy::struct_field_names)] // Google's names
pub(super) struct Container {
    pub account_id: String,
    pub container_id: String,
    /// `GTM-...`
    pub public_id: String,
    pub name: String,
    /// It was there before: other people may be at work in it.
    pub existing: bool,
    /// It was made by a call whose answer was lost, as far as can be told.
    #[serde(default)]
    pub adopted: bool,
}

impl Container {
    fn of(found: Googles, existing: bool) -> Result<Self> {
        if found.container_id.is_empty() || found.public_id.is_empty() {
            return Err(incomplete("container id"));
        }
        Ok(Self {
            account_id: found.account_id,
            container_id: found.container_id,
            public_id: found.public_id,
            name: found.name,
            existing,
            adopted: false,
        })
    }

    pub fn path(&self) -> String {
        format!("accounts/{}/containers/{}", self.account_id, self.container_id)
    }

    /// Whether other people may be at work in it.
    pub fn others(&self) -> bool {
        self.existing || self.adopted
    }

    /// What a result says of it before there is a version.
    pub fn made(self) -> ContainerMade {
        ContainerMade {
            account_id: self.account_id,
            container_id: self.container_id,
            public_id: self.public_id,
            name: self.name,
            version_id: None,
            published: false,
            existing: self.existing,
        }
    }
}

pub(super) async fn found_or_made(work: &Work<'_>, known: Beforehand) -> Result<Container> {
    let (journal, step) = (work.journal, ProvisionStep::Container);
    if let Some(done) = work.done(step).await? {
        return Ok(done);
    }
    let container = if let ContainerChoice::Existing { container } = &journal.form.container {
        let container = match known.container {
            Some(container) => container,
            None => existing(work, container).await?,
        };
        if journal.has(ProvisionStep::TagManagerAccount) {
            let account = Account::of(&container.account_id);
            journal.made(ProvisionStep::TagManagerAccount, json!(account)).await?;
        }
        container
    } else {
        let account = account::find(work, known.account).await?;
        new(work, &account).await?
    };
    journal.made(step, json!(container)).await?;
    Ok(container)
}

/// One call: by its address where that is known, else by its public id.
pub(super) async fn existing(work: &Work<'_>, chosen: &str) -> Result<Container> {
    let chosen = chosen.trim();
    work.spent();
    let found = if chosen.starts_with("accounts/") {
        work.api.container(chosen).await
    } else {
        work.api.lookup(&TagId::Container(chosen.to_ascii_uppercase())).await
    };
    let found = match found {
        Err(missing) if missing.kind == ErrorKind::NotFound => {
            let told = work.explained(chosen, Err(missing)).await;
            return told.map_err(|told| Error {
                message: format!(
                    "Tag Manager says \"Not found or permission denied\" about the container {chosen}, as {}.",
                    work.session.connection.email
                ),
                ..told
            });
        }
        found => work.explained(chosen, found).await?,
    };
    if !found.usage_context.iter().any(|usage| usage == "web") {
        return Err(Error::invalid(
            format!(
                "The container {} ({}) is not for websites.",
                found.name, found.public_id
            ),
            "Choose a web container, or have a new one made.",
        ));
    }
    Container::of(found, true)
}

async fn new(work: &Work<'_>, account: &Account) -> Result<Container> {
    // The container is named after it.
    let host = website::host(&work.journal.form.website).ok_or_else(|| {
        Error::invalid(
            "The set-up has no website that a container could be named after.",
            "Fill in the website, or leave the container out.",
        )
    })?;
    let mut wanted = NewContainer {
        name: host.clone(),
        usage_context: vec!["web".to_owned()],
        domain_name: vec![host],
    };
    let begun_before = work.journal.was_begun(ProvisionStep::Container).await?;
    let account_path = account.path();
    let request = json!({ "account": account_path, "container": wanted });
    work.journal.sending(ProvisionStep::Container, request).await?;
    if begun_before {
        let left = left_behind(work, &account_path, &wanted.name).await;
        if let Some(found) = work.explained(&account_path, left).await? {
            return adopted(found);
        }
    }
    let refused = match create(work, &account_path, &wanted).await? {
        Ok(made) => return Ok(made),
        Err(refused) => refused,
    };
    // Tag Manager's page for a new account asks for a container, which people call as we do. That one is gone on with; a name
    // that is in use is left alone.
    if refused.kind != ErrorKind::InvalidArgument
        || !matches!(named(work, &account_path, &wanted.name).await, Ok(Some(_)))
    {
        return work.explained(&account_path, Err(refused)).await;
    }
    let left = left_behind(work, &account_path, &wanted.name).await;
    if let Some(found) = work.explained(&account_path, left).await? {
        return adopted(found);
    }
    wanted.name.push_str(" (Gantry)");
    let refused = match create(work, &account_path, &wanted).await? {
        Ok(made) => return Ok(made),
        Err(refused) => refused,
    };
    if refused.kind == ErrorKind::InvalidArgument
        && let Ok(Some(found)) = left_behind(work, &account_path, &wanted.name).await
    {
        return adopted(found);
    }
    // Google's words for a name that is taken may change: the list tells.
    if refused.kind == ErrorKind::InvalidArgument
        && let Ok(Some(taken)) = named(work, &account_path, &wanted.name).await
    {
        return Err(Error::new(
            ErrorCode::Conflict,
            format!(
                "The Tag Manager account {} already has a container called {} ({}).",
                account.outcome, taken.name, taken.public_id
            ),
            "Choose this container as an existing one and resume the set-up, or rename it in Tag Manager and resume.",
        )
        .with_activity(Some(refused.activity_id.to_string())));
    }
    work.explained(&account_path, Err(refused)).await
}

/// One call; what a lost answer made is adopted. A refusal is handed back to be looked at.
async fn create(work: &Work<'_>, account: &str, wanted: &NewContainer) -> Result<Result<Container, ApiError>> {
    work.spent();
    match work.api.create_container(account, wanted).await {
        Ok(made) => Container::of(made, false).map(Ok),
        Err(lost) if lost.outcome_unknown => match left_behind(work, account, &wanted.name).await {
            Ok(Some(found)) => adopted(found).map(Ok),
            _ => work.explained(account, Err(lost)).await,
        },
        Err(refused) => Ok(Err(refused)),
    }
}

fn adopted(found: Googles) -> Result<Container> {
    Ok(Container {
        adopted: true,
        ..Container::of(found, false)?
    })
}

async fn named(work: &Work<'_>, account: &str, name: &str) -> Result<Option<Googles>, ApiError> {
    let all = work.all(work.api.containers(account)).await?;
    Ok(all.into_iter().find(|container| container.name == name))
}

/// What a create left behind whose answer was lost, or what a person made on the way to this set-up: the web container of our name
/// (names are unique in an account), as long as nothing was ever versioned in it and no other set-up made it. One with
/// versions was somebody's before.
async fn left_behind(work: &Work<'_>, account: &str, name: &str) -> Result<Option<Googles>, ApiError> {
    let Some(found) = named(work, account, name).await? else {
        return Ok(None);
    };
    let elsewhere = work
        .journal
        .made_elsewhere(ProvisionStep::Container, "container_id")
        .await;
    // Where the journal cannot be read, nothing is taken.
    let others = elsewhere.map_or(true, |made| made.contains(&found.container_id));
    if others || !found.usage_context.iter().any(|usage| usage == "web") {
        return Ok(None);
    }
    work.spent();
    let empty = match work.api.latest_version_header(&found.path).await {
        Ok(header) => matches!(header.container_version_id.as_str(), "" | "0"),
        Err(error) if error.kind == ErrorKind::NotFound => true,
        Err(error) => return Err(error),
    };
    Ok(empty.then_some(found))
}
