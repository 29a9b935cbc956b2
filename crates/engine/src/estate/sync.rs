//! Mirrors what connections reach, with the fewest calls: one `accountSummaries` page per 200 Analytics accounts, one list
//! of data streams a property, one list of Tag Manager accounts, one list of containers an account, one `versions:live` a container. A container that
//! two connections reach is read once. What was read is kept and shown at once, whatever happens next: account by
//! account what was never read, then the rest from the oldest on.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use gantry_store::TagManagerContainer;
use google_apis::tag_manager::Account;
use google_apis::{AnalyticsAdmin, ApiError, ErrorKind, TagManager};
use jiff::Timestamp;

use super::lock::SyncLock;
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
pub(super) const IN_FLIGHT: usize = 8;
/// Few, so that the first accounts are whole early.
const ACCOUNTS_AT_ONCE: usize = 2;
/// Live versions read again before the pages are told.
const TOLD_AT_ONCE: usize = 24;
/// How often the time left is told while nothing else happens.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// Reads the estate of the connections that `request` means into the mirror.
pub async fn sync(engine: &Arc<Engine>, request: SyncRequest, job: &Job) -> Result<SyncResult> {
    let ReadySessions { sessions, failures } = sessions(engine, &request).await?;
    let _lock = SyncLock::take(engine).await?;
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
        taken: Mutex::default(),
        asked: Mutex::default(),
    };
    let mut first_error = None;
    let mut spent = None;
    for session in &sessions {
        let outcome = tokio::select! {
            outcome = walk.connection(session) => outcome,
            () = walk.tell_the_time(session) => Ok(()),
            () = job.cancel_token().cancelled() => Err(Error::cancelled()),
        };
        if let Err(error) = outcome {
            if error.code == ErrorCode::Cancelled {
                write_down(engine, started_at, Some(engine.clock.now()), &tally).await?;
                return Err(error);
            }
            tally.failed(&session.connection.email, &error);
            if error.code == ErrorCode::QuotaExhausted {
                spent.get_or_insert(error);
            } else {
                first_error.get_or_insert(error);
            }
        }
        walk.tell(session).await?;
    }
    write_down(engine, started_at, Some(engine.clock.now()), &tally).await?;
    match (spent, first_error) {
        (Some(error), _) => Err(until_the_quota_is_back(error, &tally)),
        (None, Some(error)) if !tally.read_something() => Err(error),
        _ => Ok(tally.result()),
    }
}

/// The sync has stopped for today.
fn until_the_quota_is_back(error: Error, tally: &Tally) -> Error {
    Error {
        message: format!(
            "{} {} live versions were read and are kept.",
            error.message,
            tally.versions()
        ),
        remedy: format!(
            "Sync again when the quota is back: it goes on with what is missing or oldest. {}",
            error.remedy
        ),
        ..error
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
    engine.jobs.changed(Topic::Quota);
    Ok(())
}

/// Failures after which every further call of the connection would fail too.
pub(super) fn ends_the_connection(error: &ApiError) -> bool {
    matches!(
        error.kind,
        ErrorKind::SignInNeeded
            | ErrorKind::Keychain
            | ErrorKind::OAuthClientRefused
            | ErrorKind::RefreshLock
            | ErrorKind::ServiceAccount
            | ErrorKind::Unauthenticated
            | ErrorKind::ScopeMissing
            | ErrorKind::ApiDisabled
            | ErrorKind::QuotaExhausted
            | ErrorKind::Network
            | ErrorKind::QuotaLedger
    )
}

/// Google says the same of a missing id, of no access and of a container that was never published, but for the words.
fn is_never_published(error: &ApiError) -> bool {
    const WORDS: &str = "published container version not found";
    error.kind == ErrorKind::NotFound && error.message.to_lowercase().contains(WORDS)
}

pub(super) struct Walk<'a> {
    pub(super) engine: &'a Arc<Engine>,
    job: &'a Job,
    pub(super) tally: &'a Tally,
    /// Containers whose live version this sync has read.
    taken: Mutex<HashSet<String>>,
    /// Properties whose data streams this sync has read.
    pub(super) asked: Mutex<HashSet<String>>,
}

impl Walk<'_> {
    pub(super) async fn tell(&self, session: &Session) -> Result<()> {
        self.tally.tell(self.engine, self.job, &project(session)).await
    }

    /// Tells the time left while the walk waits for quota. Never ends.
    async fn tell_the_time(&self, session: &Session) {
        loop {
            tokio::time::sleep(TELL_EVERY).await;
            self.engine.jobs.changed(Topic::Quota);
            if let Err(error) = self.tell(session).await {
                tracing::warn!(%error, "the time left is unknown");
            }
        }
    }

    /// Everything that one connection reaches, but for the containers that another has read already.
    async fn connection(&self, session: &Session) -> Result<()> {
        session.require(gantry_domain::Permission::View)?;
        let analytics = self.analytics(session).await;
        let tag_manager = self.tag_manager(session).await;
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
        let listed = admin
            .account_summaries()
            .inspect(|_| self.tally.analytics_call())
            .try_concat()
            .await;
        let summaries: Vec<_> = session.explained(self.engine, "", listed).await?;
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
        self.all_data_streams(session, &admin).await
    }

    async fn tag_manager(&self, session: &Session) -> Result<()> {
        let tag_manager = TagManager::new(&session.transport.bulk());
        self.tally.begin("Reading Tag Manager accounts", 1);
        self.tell(session).await?;
        let listed = tag_manager
            .accounts()
            .inspect(|_| self.tally.tag_manager_call())
            .try_concat()
            .await;
        let mut accounts: Vec<Account> = session.explained(self.engine, "", listed).await?;
        let now = self.engine.clock.now();
        self.tally
            .accounts(accounts.iter().map(|account| account.account_id.clone()));
        let rows = accounts.iter().map(|account| shape::account(account, now)).collect();
        self.engine
            .store
            .swap_tag_manager_accounts(&session.connection.id, rows, now)
            .await?;
        self.engine.jobs.changed(Topic::Containers);
        self.tally.step();

        let known = self.to_read(session).await?;
        let of = |account: &Account| {
            let id = account.account_id.clone();
            known.iter().filter(move |container| container.account_id == id)
        };
        // What was never read comes first, then the oldest: a sync that was stopped goes on where it ended.
        accounts.sort_by_cached_key(|account| of(account).map(|container| container.live_fetched_at).min().flatten());
        self.tally.begin("Reading containers", accounts.len() + known.len());
        self.tell(session).await?;
        stream::iter(accounts.iter().map(Ok))
            .try_for_each_concurrent(ACCOUNTS_AT_ONCE, |account| {
                self.account(session, &tag_manager, account, of(account).count())
            })
            .await?;

        // All that there is can be seen; now what may have changed since it was read.
        let mut rest = self.to_read(session).await?;
        rest.retain(|container| container.live_fetched_at.is_some());
        rest.sort_by_key(|container| container.live_fetched_at);
        for some in rest.chunks(TOLD_AT_ONCE) {
            self.live_versions(session, &tag_manager, some, IN_FLIGHT).await?;
        }
        Ok(())
    }

    /// The containers of this connection that neither it nor a connection before it has read.
    async fn to_read(&self, session: &Session) -> Result<Vec<TagManagerContainer>> {
        let mut containers = self.engine.store.containers().await?;
        containers.retain(|container| {
            container.connections.contains(&session.connection.id) && !self.is_taken(&container.container_id)
        });
        Ok(containers)
    }

    /// One account: its containers, then the live versions that were never read.
    async fn account(
        &self,
        session: &Session,
        tag_manager: &TagManager,
        account: &Account,
        known: usize,
    ) -> Result<()> {
        self.containers(session, tag_manager, account, known).await?;
        self.engine.jobs.changed(Topic::Containers);
        let mut unread = self.to_read(session).await?;
        unread.retain(|container| container.account_id == account.account_id && container.live_fetched_at.is_none());
        self.live_versions(session, tag_manager, &unread, IN_FLIGHT / ACCOUNTS_AT_ONCE)
            .await
    }

    async fn containers(
        &self,
        session: &Session,
        tag_manager: &TagManager,
        account: &Account,
        known: usize,
    ) -> Result<()> {
        let path = format!("accounts/{}", account.account_id);
        let listed: Result<Vec<_>, ApiError> = tag_manager
            .containers(&path)
            .inspect(|_| self.tally.tag_manager_call())
            .try_concat()
            .await;
        match listed {
            Ok(containers) => {
                let now = self.engine.clock.now();
                let ids = || containers.iter().map(|container| container.container_id.clone());
                self.tally.containers(ids());
                self.tally
                    .relisted(ids().filter(|id| !self.is_taken(id)).count(), known);
                let rows = containers
                    .iter()
                    .map(|container| shape::container(container, now))
                    .collect();
                self.engine
                    .store
                    .swap_containers(&session.connection.id, &account.account_id, rows, now)
                    .await?;
            }
            Err(error) if ends_the_connection(&error) => {
                return Err(session.explain(self.engine, &path, error).await);
            }
            Err(error) => {
                let error = session.explain(self.engine, &path, error).await;
                self.tally.failed(&account.name, &error);
            }
        }
        self.tally.step();
        self.tell(session).await
    }

    async fn live_versions(
        &self,
        session: &Session,
        tag_manager: &TagManager,
        containers: &[TagManagerContainer],
        at_once: usize,
    ) -> Result<()> {
        if containers.is_empty() {
            return Ok(());
        }
        self.tally.now("Reading live versions");
        let ended: Result<()> = stream::iter(containers.iter().map(Ok))
            .try_for_each_concurrent(at_once, |container| self.live_version(session, tag_manager, container))
            .await;
        self.engine.jobs.changed(Topic::Containers);
        ended
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
                let count = entities.len();
                // A container that left the mirror meanwhile is nobody's failure.
                if self.engine.store.swap_live_version(live, entities).await? {
                    self.tally.version(count);
                    self.take(&container.container_id);
                }
            }
            Err(error) if is_never_published(&error) => {
                let none = shape::never_published(&container.container_id, now);
                if self.engine.store.swap_live_version(none, Vec::new()).await? {
                    self.tally.never_published();
                    self.take(&container.container_id);
                }
            }
            Err(error) if ends_the_connection(&error) => {
                return Err(session.explain(self.engine, &path, error).await);
            }
            Err(error) => {
                let error = session.explain(self.engine, &path, error).await;
                self.tally
                    .failed(format!("{} ({})", container.name, container.public_id), &error);
            }
        }
        self.tally.step();
        self.tell(session).await
    }

    fn is_taken(&self, container_id: &str) -> bool {
        self.taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(container_id)
    }

    fn take(&self, container_id: &str) {
        self.taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(container_id.to_owned());
    }
}
