//! Mirrors what connections reach, with the fewest calls: one `accountSummaries` page per 200 Analytics accounts, one
//! list of Tag Manager accounts, one list of containers an account, one `versions:live` a container. A container that
//! two connections reach is read once. What was read is kept, whatever happens next.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use gantry_store::TagManagerContainer;
use google_apis::tag_manager::Account;
use google_apis::{AnalyticsAdmin, ApiError, ErrorKind, TagManager};
use jiff::Timestamp;

use super::plan::{project, sessions};
use super::tally::Tally;
use super::{LAST_SYNC, shape};
use crate::Engine;
use crate::connections::{ReadySessions, Session};
use crate::dto::app::SyncRunView;
use crate::dto::containers::{SyncRequest, SyncResult};
use crate::dto::events::Topic;
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;

/// Calls in flight at once; the ledger paces them.
const IN_FLIGHT: usize = 8;
/// How often the time left is told while nothing else happens.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// Reads the estate of the connections that `request` means into the mirror.
pub async fn sync(engine: &Arc<Engine>, request: SyncRequest, job: &Job) -> Result<SyncResult> {
    let ReadySessions { sessions, failures } = sessions(engine, &request).await?;
    let started_at = engine.clock.now();
    let tally = Tally::default();
    for failure in &failures {
        tally.failed(&failure.connection, &failure.error);
    }
    write_down(engine, started_at, None, &tally).await?;
    let walk = Walk {
        engine,
        job,
        tally: &tally,
    };
    let mut taken = HashSet::new();
    let mut first_error = None;
    for session in &sessions {
        let outcome = tokio::select! {
            outcome = walk.connection(session, &mut taken) => outcome,
            () = walk.tell_the_time(session) => Ok(()),
            () = job.cancel_token().cancelled() => Err(Error::cancelled()),
        };
        if let Err(error) = outcome {
            if error.code == ErrorCode::Cancelled {
                write_down(engine, started_at, Some(engine.clock.now()), &tally).await?;
                return Err(error);
            }
            tally.failed(&session.connection.email, &error);
            first_error.get_or_insert(error);
        }
        walk.tell(session).await?;
    }
    write_down(engine, started_at, Some(engine.clock.now()), &tally).await?;
    match first_error {
        Some(error) if !tally.read_something() => Err(error),
        _ => Ok(tally.result()),
    }
}

async fn write_down(
    engine: &Engine,
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
    tally: &Tally,
) -> Result<()> {
    let result = tally.result();
    let run = SyncRunView {
        started_at,
        finished_at,
        calls: tally.calls(),
        containers: result.containers,
        failed: u32::try_from(result.failures.len()).unwrap_or(u32::MAX),
    };
    engine.store.set_setting(LAST_SYNC, &run).await?;
    Ok(())
}

/// Failures after which every further call of the connection would fail too.
fn ends_the_connection(error: &ApiError) -> bool {
    matches!(
        error.kind,
        ErrorKind::SignInNeeded
            | ErrorKind::Keychain
            | ErrorKind::OAuthClientRefused
            | ErrorKind::RefreshLock
            | ErrorKind::Unauthenticated
            | ErrorKind::ScopeMissing
            | ErrorKind::ApiDisabled
            | ErrorKind::QuotaExhausted
            | ErrorKind::Network
            | ErrorKind::QuotaLedger
    )
}

struct Walk<'a> {
    engine: &'a Arc<Engine>,
    job: &'a Job,
    tally: &'a Tally,
}

impl Walk<'_> {
    async fn tell(&self, session: &Session) -> Result<()> {
        self.tally.tell(self.engine, self.job, &project(session)).await
    }

    /// Tells the time left while the walk waits for quota. Never ends.
    async fn tell_the_time(&self, session: &Session) {
        loop {
            tokio::time::sleep(TELL_EVERY).await;
            if let Err(error) = self.tell(session).await {
                tracing::warn!(%error, "the time left is unknown");
            }
        }
    }

    /// Everything that one connection reaches; `taken` are the containers that another has read already.
    async fn connection(&self, session: &Session, taken: &mut HashSet<String>) -> Result<()> {
        session.require(gantry_domain::Permission::View)?;
        let analytics = self.analytics(session).await;
        let tag_manager = self.tag_manager(session, taken).await;
        // One product may be closed to a person who has the other.
        match (analytics, tag_manager) {
            (Ok(()), other) | (other, Ok(())) => other,
            (Err(first), Err(second)) => {
                self.tally
                    .failed(format!("{}, Analytics", session.connection.email), &first);
                Err(second)
            }
        }
    }

    async fn analytics(&self, session: &Session) -> Result<()> {
        self.tally.begin("Reading Analytics accounts", 1);
        self.tell(session).await?;
        let admin = AnalyticsAdmin::new(&session.transport.bulk());
        let summaries: Vec<_> = admin
            .account_summaries()
            .inspect(|_| self.tally.analytics_call())
            .try_concat()
            .await?;
        let now = self.engine.clock.now();
        let (accounts, properties) = shape::analytics(&summaries, now);
        self.tally.analytics(
            accounts.iter().map(|account| account.account_id.clone()),
            properties.iter().map(|property| property.property_id.clone()),
        );
        self.engine
            .store
            .swap_analytics(&session.connection.id, accounts, properties, now)
            .await?;
        self.engine.jobs.changed(Topic::Accounts);
        self.tally.step();
        Ok(())
    }

    async fn tag_manager(&self, session: &Session, taken: &mut HashSet<String>) -> Result<()> {
        let tag_manager = TagManager::new(&session.transport.bulk());
        self.tally.begin("Reading Tag Manager accounts", 1);
        self.tell(session).await?;
        let accounts: Vec<Account> = tag_manager
            .accounts()
            .inspect(|_| self.tally.tag_manager_call())
            .try_concat()
            .await?;
        let now = self.engine.clock.now();
        self.tally
            .accounts(accounts.iter().map(|account| account.account_id.clone()));
        let rows = accounts.iter().map(|account| shape::account(account, now)).collect();
        self.engine
            .store
            .swap_tag_manager_accounts(&session.connection.id, rows, now)
            .await?;
        self.tally.step();

        self.tally.begin("Reading containers", accounts.len());
        let ended: Result<()> = stream::iter(accounts.iter().map(Ok))
            .try_for_each_concurrent(IN_FLIGHT, |account| self.containers(session, &tag_manager, account))
            .await;
        self.engine.jobs.changed(Topic::Containers);
        ended?;

        let mut containers: Vec<TagManagerContainer> = self.engine.store.containers().await?;
        containers.retain(|container| {
            container.connections.contains(&session.connection.id) && taken.insert(container.container_id.clone())
        });
        // What was never read comes first, then the oldest: a sync that was stopped goes on where it ended.
        containers.sort_by_key(|container| container.live_fetched_at);
        self.tally.begin("Reading live versions", containers.len());
        self.tell(session).await?;
        let ended: Result<()> = stream::iter(containers.iter().map(Ok))
            .try_for_each_concurrent(IN_FLIGHT, |container| {
                self.live_version(session, &tag_manager, container)
            })
            .await;
        self.engine.jobs.changed(Topic::Containers);
        ended
    }

    async fn containers(&self, session: &Session, tag_manager: &TagManager, account: &Account) -> Result<()> {
        let path = format!("accounts/{}", account.account_id);
        let listed: Result<Vec<_>, ApiError> = tag_manager
            .containers(&path)
            .inspect(|_| self.tally.tag_manager_call())
            .try_concat()
            .await;
        match listed {
            Ok(containers) => {
                let now = self.engine.clock.now();
                self.tally
                    .containers(containers.iter().map(|container| container.container_id.clone()));
                let rows = containers
                    .iter()
                    .map(|container| shape::container(container, now))
                    .collect();
                self.engine
                    .store
                    .swap_containers(&session.connection.id, &account.account_id, rows, now)
                    .await?;
            }
            Err(error) if ends_the_connection(&error) => return Err(error.into()),
            Err(error) => self.tally.failed(&account.name, &error.into()),
        }
        self.tally.step();
        self.tell(session).await
    }

    async fn live_version(
        &self,
        session: &Session,
        tag_manager: &TagManager,
        container: &TagManagerContainer,
    ) -> Result<()> {
        let path = format!(
            "accounts/{}/containers/{}",
            container.account_id, container.container_id
        );
        let live = tag_manager.live_version(&path).await;
        self.tally.tag_manager_call();
        let now = self.engine.clock.now();
        match live {
            Ok(version) => {
                let (live, entities) = shape::version(&container.container_id, version, now);
                self.tally.version(entities.len());
                self.engine.store.swap_live_version(live, entities).await?;
            }
            // The container was listed a moment ago: what is not found is a published version.
            Err(error) if error.kind == ErrorKind::NotFound => {
                self.tally.never_published();
                let none = shape::never_published(&container.container_id, now);
                self.engine.store.swap_live_version(none, Vec::new()).await?;
            }
            Err(error) if ends_the_connection(&error) => return Err(error.into()),
            Err(error) => self
                .tally
                .failed(format!("{} ({})", container.name, container.public_id), &error.into()),
        }
        self.tally.step();
        self.tell(session).await
    }
}
