//! What a running sync has done, what it has left, and how long that takes: told after every call.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::dto::containers::{SyncFailure, SyncResult};
use crate::dto::events::Progress;
use crate::error::{Error, Result};
use crate::jobs::Job;
use crate::{Engine, quota};

/// The running numbers of one sync.
#[derive(Default)]
pub(super) struct Tally(Mutex<Numbers>);

#[derive(Default)]
struct Numbers {
    what: &'static str,
    done: u32,
    total: u32,
    /// Of the calls that are left, those that Tag Manager's quota does not pace.
    analytics_ahead: u32,
    tag_manager_calls: u32,
    analytics_calls: u32,
    analytics_accounts: HashSet<String>,
    properties: HashSet<String>,
    data_streams: u32,
    accounts: HashSet<String>,
    containers: HashSet<String>,
    versions: u32,
    never_published: u32,
    entities: u32,
    failures: Vec<SyncFailure>,
}

impl Tally {
    fn with<T>(&self, change: impl FnOnce(&mut Numbers) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Another part of the work begins, with `calls` calls known so far.
    pub fn begin(&self, what: &'static str, calls: usize) {
        self.with(|numbers| {
            numbers.what = what;
            numbers.total += count(calls);
        });
    }

    /// As [`Tally::begin`], with calls to Analytics.
    pub fn begin_analytics(&self, what: &'static str, calls: usize) {
        self.begin(what, calls);
        self.with(|numbers| numbers.analytics_ahead += count(calls));
    }

    /// A list turned out to have `listed` containers to read where `known` were expected.
    pub fn relisted(&self, listed: usize, known: usize) {
        self.with(|numbers| {
            numbers.total = (numbers.total + count(listed))
                .saturating_sub(count(known))
                .max(numbers.done);
        });
    }

    pub fn analytics_call(&self) {
        self.with(|numbers| numbers.analytics_calls += 1);
    }

    pub fn tag_manager_call(&self) {
        self.with(|numbers| numbers.tag_manager_calls += 1);
    }

    /// The work goes on to another part of the calls that are known.
    pub fn now(&self, what: &'static str) {
        self.with(|numbers| numbers.what = what);
    }

    /// One of the known calls is settled.
    pub fn step(&self) {
        self.with(|numbers| numbers.done += 1);
    }

    /// One of the known calls to Analytics is settled.
    pub fn analytics_step(&self) {
        self.step();
        self.with(|numbers| numbers.analytics_ahead = numbers.analytics_ahead.saturating_sub(1));
    }

    /// The known calls to Analytics that will not be sent any more.
    pub fn drop_analytics(&self) {
        self.with(|numbers| {
            numbers.total = numbers.total.saturating_sub(numbers.analytics_ahead).max(numbers.done);
            numbers.analytics_ahead = 0;
        });
    }

    pub fn data_streams(&self, streams: usize) {
        self.with(|numbers| numbers.data_streams += count(streams));
    }

    pub fn analytics(&self, accounts: impl Iterator<Item = String>, properties: impl Iterator<Item = String>) {
        self.with(|numbers| {
            numbers.analytics_accounts.extend(accounts);
            numbers.properties.extend(properties);
        });
    }

    pub fn accounts(&self, accounts: impl Iterator<Item = String>) {
        self.with(|numbers| numbers.accounts.extend(accounts));
    }

    pub fn containers(&self, containers: impl Iterator<Item = String>) {
        self.with(|numbers| numbers.containers.extend(containers));
    }

    pub fn version(&self, entities: usize) {
        self.with(|numbers| {
            numbers.versions += 1;
            numbers.entities += count(entities);
        });
    }

    pub fn never_published(&self) {
        self.with(|numbers| {
            numbers.versions += 1;
            numbers.never_published += 1;
        });
    }

    pub fn failed(&self, what: impl Into<String>, error: &Error) {
        let view = error.view();
        let code = serde_json::to_value(view.code)
            .ok()
            .and_then(|code| code.as_str().map(str::to_owned));
        let failure = SyncFailure {
            what: what.into(),
            code: code.unwrap_or_default(),
            message: format!("{} {}", view.message, view.remedy),
        };
        self.with(|numbers| numbers.failures.push(failure));
    }

    pub fn calls(&self) -> u32 {
        self.with(|numbers| numbers.tag_manager_calls + numbers.analytics_calls)
    }

    /// Live versions that were read, empty ones included.
    pub fn versions(&self) -> u32 {
        self.with(|numbers| numbers.versions)
    }

    /// Whether anything was read at all.
    pub fn read_something(&self) -> bool {
        self.with(|numbers| !(numbers.analytics_accounts.is_empty() && numbers.accounts.is_empty()))
    }

    /// Tells how far the sync is. The rest takes as long as `project`'s quota makes it.
    pub async fn tell(&self, engine: &Engine, job: &Job, project: &str) -> Result<()> {
        let (mut progress, left) = self.with(|numbers| {
            let progress = Progress {
                what: numbers.what.to_owned(),
                done: numbers.done,
                total: numbers.total,
                calls: numbers.tag_manager_calls + numbers.analytics_calls,
                eta_seconds: None,
                waiting_until: None,
            };
            let left = numbers.total.saturating_sub(numbers.done);
            (progress, left.saturating_sub(numbers.analytics_ahead))
        });
        let forecast = quota::forecast(engine, project, left).await?;
        progress.eta_seconds = Some(forecast.seconds);
        progress.waiting_until = if left > 0 { forecast.waits_until } else { None };
        job.progress(progress);
        Ok(())
    }

    pub fn result(&self) -> SyncResult {
        self.with(|numbers| SyncResult {
            analytics_accounts: count(numbers.analytics_accounts.len()),
            properties: count(numbers.properties.len()),
            data_streams: numbers.data_streams,
            tag_manager_accounts: count(numbers.accounts.len()),
            containers: count(numbers.containers.len()),
            never_published: numbers.never_published,
            entities: numbers.entities,
            tag_manager_calls: numbers.tag_manager_calls,
            analytics_calls: numbers.analytics_calls,
            failures: numbers.failures.clone(),
        })
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
