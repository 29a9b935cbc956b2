//! The steps at Tag Manager: account, container, workspace, tags, version, publish, snippet.
//!
//! A new container costs six calls, seven where its account is not named. What may have been made by a lost answer is
//! looked for before it is asked for again, by names that only this run gives; reads that only make sure are left to
//! the ways that need them: a run that goes on, and a container that other people work in.

mod account;
mod container;
mod entities;
mod snippet;
mod tags;
mod version;
mod wait;
mod workspace;

use std::pin::pin;

use futures_util::{Stream, TryStreamExt as _};
use gantry_domain::Permission;
use google_apis::{Api, ApiError, TagManager};
use serde::de::DeserializeOwned;

use super::super::journal::Journal;
use crate::connections::Session;
use crate::dto::connections::Offer;
use crate::dto::provisioning::{ContainerChoice, ContainerMade, ProvisionStep};
use crate::error::{Error, Result};

use account::Account;
use container::Container;
pub(super) use snippet::snippet;

/// What stands between the container and the site, in order.
pub(in super::super) const STEPS: [ProvisionStep; 6] = [
    ProvisionStep::TagManagerAccount,
    ProvisionStep::Container,
    ProvisionStep::Workspace,
    ProvisionStep::Tags,
    ProvisionStep::Version,
    ProvisionStep::Publish,
];

/// One run at Tag Manager.
struct Work<'a> {
    journal: &'a Journal<'a>,
    session: &'a Session,
    api: TagManager,
}

/// Whether the person wants a container, and did not leave it out.
fn wanted(journal: &Journal<'_>) -> bool {
    journal.form.container != ContainerChoice::None && journal.has(ProvisionStep::Container)
}

/// What is known of Tag Manager before anything is made at Analytics.
#[derive(Debug, Default)]
pub(super) struct Beforehand {
    /// Where a new container goes; `None` where the person has yet to make one.
    account: Option<Account>,
    /// The one that the person chose.
    container: Option<Container>,
}

/// Looks, before anything is made at Analytics, whether the container can be: the permissions, and which account it goes to or that
/// it is there. These reads are only made earlier, not twice. An account that the person has yet to make is waited for when
/// its turn comes.
pub(super) async fn beforehand(journal: &Journal<'_>, session: &Session) -> Result<Beforehand> {
    let work = Work::new(journal, session);
    if !wanted(journal) || work.journal.done(ProvisionStep::Container).await?.is_some() {
        return Ok(Beforehand::default());
    }
    work.permitted()?;
    Ok(match &journal.form.container {
        ContainerChoice::Existing { container } => Beforehand {
            container: Some(container::existing(&work, container).await?),
            account: None,
        },
        _ => Beforehand {
            account: account::beforehand(&work).await?,
            container: None,
        },
    })
}

/// The container that sends to `measurement_id`, published; `None` where the set-up has none.
pub(super) async fn run(
    journal: &Journal<'_>,
    session: &Session,
    measurement_id: &str,
    known: Beforehand,
) -> Result<Option<ContainerMade>> {
    let work = Work::new(journal, session);
    if !wanted(journal) || measurement_id.is_empty() {
        work.leave_out_the_rest().await?;
        return Ok(None);
    }
    work.permitted()?;
    let container = container::found_or_made(&work, known).await?;
    let space = workspace::open(&work, &container, measurement_id).await?;
    if let Some(space) = &space {
        tags::write(&work, &container, space, measurement_id).await?;
    }
    let version = match &space {
        Some(space) => version::make(&work, &container, space).await?,
        None => None,
    };
    let published = match (&space, &version) {
        (Some(space), Some(version)) => version::publish(&work, &container, space, version).await?,
        _ => false,
    };
    work.leave_out_the_rest().await?;
    Ok(Some(ContainerMade {
        version_id: version,
        published,
        ..container.made()
    }))
}

impl<'a> Work<'a> {
    fn new(journal: &'a Journal<'a>, session: &'a Session) -> Self {
        Self {
            journal,
            session,
            api: TagManager::new(&session.transport),
        }
    }

    /// A call was spent.
    fn spent(&self) {
        self.journal.spent(Api::TagManager);
    }

    /// Before anything is sent: a set-up that stops for a permission at its last step helps nobody.
    fn permitted(&self) -> Result<()> {
        if [
            ProvisionStep::Container,
            ProvisionStep::Workspace,
            ProvisionStep::Tags,
            ProvisionStep::Version,
        ]
        .iter()
        .any(|step| self.journal.has(*step))
        {
            self.session.require(Permission::View)?;
            self.session.require(Permission::Edit)?;
        }
        if self.journal.has(ProvisionStep::Publish) && self.journal.has(ProvisionStep::Version) {
            self.session.require(Permission::Publish)?;
        }
        Ok(())
    }

    /// What only this run calls its workspace and its version, so that they are found again: lists of versions have names and
    /// no notes.
    fn label(&self) -> String {
        let id = self.journal.run_id();
        // The end of the id is random; its beginning is the time.
        let short = id.get(id.len().saturating_sub(8)..).unwrap_or(id);
        format!("Gantry set-up {short}")
    }

    /// What goes into the notes of what is made.
    fn notes(&self) -> String {
        format!("Made by Gantry, set-up {}.", self.journal.run_id())
    }

    /// What a finished step wrote down.
    async fn done<T: DeserializeOwned>(&self, step: ProvisionStep) -> Result<Option<T>> {
        let Some(response) = self.journal.done(step).await? else {
            return Ok(None);
        };
        serde_json::from_value(response)
            .map(Some)
            .map_err(crate::provisioning::unwritable)
    }

    async fn explained<T>(&self, asset: &str, outcome: Result<T, ApiError>) -> Result<T> {
        self.session.explained(self.journal.engine, asset, outcome).await
    }

    /// All pages of a list.
    async fn all<T>(&self, pages: impl Stream<Item = Result<Vec<T>, ApiError>>) -> Result<Vec<T>, ApiError> {
        let mut pages = pin!(pages);
        let mut all = Vec::new();
        while let Some(page) = pages.try_next().await? {
            self.spent();
            all.extend(page);
        }
        Ok(all)
    }

    /// What was not done, because the person left it out or what it needs, is shown as such.
    async fn leave_out_the_rest(&self) -> Result<()> {
        for step in STEPS {
            self.journal.leave_out(step).await?;
        }
        Ok(())
    }

    /// The error with a button that opens a page of Tag Manager's, where Google named one.
    fn with_page(&self, error: Error, label: &str, page: &str) -> Error {
        let engine = self.journal.engine;
        let link = url::Url::parse(page)
            .ok()
            .and_then(|page| engine.link(engine.profile().base().dial(&page)).ok());
        match link {
            Some(link) => error.offering(Offer::OpenLink {
                label: label.to_owned(),
                link,
            }),
            None => error,
        }
    }
}
