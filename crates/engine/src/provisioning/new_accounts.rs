//! Which account a ticket has led to, where no answer tells: the account list now, against the one from before the ticket.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use gantry_store::{ProvisioningRun, ProvisioningState, StepState};
use google_apis::analytics_admin::AccountSummary;
use google_apis::{Api, ApiError};
use jiff::SignedDuration;

use super::run_lock::RunLock;
use super::steps::{look_patiently, text};
use super::terms::Asking;
use crate::dto::provisioning::ProvisionStep;
use crate::error::{Error, Result};

/// How old the list of accounts from before a ticket may be, where many tickets are asked for.
const FRESH_ENOUGH: Duration = Duration::from_secs(30);
/// Set-ups that are looked through for others that wait.
const RUNS_LOOKED_AT: u32 = 1000;

/// When the account list is looked at while the redirect is awaited, which may be lost or never sent: soon, then ever
/// less often, some fifty calls in all.
pub(super) const FIRST_LOOK: Duration = Duration::from_secs(4);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// How long after one look at the account list the next comes.
pub(super) fn longer(pause: Duration) -> Duration {
    (pause * 3 / 2).min(LONGEST_PAUSE)
}

impl Asking<'_> {
    /// The account that an earlier attempt has led to, if it has.
    pub(super) async fn made_before(&self) -> Result<Option<String>> {
        let Some(step) = self
            .journal
            .read(ProvisionStep::Ticket)
            .await?
            .filter(|step| step.state != StepState::Planned)
        else {
            return Ok(None);
        };
        let asked = step.request.as_ref().and_then(|request| request.get("accounts_before"));
        let Some(before) = asked.and_then(|before| serde_json::from_value::<BTreeSet<String>>(before.clone()).ok())
        else {
            return Ok(None);
        };
        // Nobody can have accepted a ticket whose answer never came.
        if self.maker.asks_a_person() && text(step.response.as_ref(), "ticket_id").is_none() {
            return Ok(None);
        }
        // The call that needs no person may have made it a moment ago, in a process that was killed.
        let lately = !self.maker.asks_a_person() && self.journal.was_just_cut_off(ProvisionStep::Ticket).await?;
        let found = if lately {
            self.new_account_in_a_moment(&before).await
        } else {
            self.new_account(&before, Duration::ZERO).await
        };
        self.session.explained(self.journal.engine, "", found).await
    }

    /// As soon as the account list shows it.
    pub(super) async fn new_account_in_a_moment(&self, before: &BTreeSet<String>) -> Result<Option<String>, ApiError> {
        look_patiently(self.journal, || self.new_account(before, Duration::ZERO)).await
    }

    async fn summaries(&self) -> Result<Vec<AccountSummary>, ApiError> {
        let mut pages = std::pin::pin!(self.admin.account_summaries());
        let mut all = Vec::new();
        while let Some(page) = pages.try_next().await? {
            self.journal.spent(Api::AnalyticsAdmin);
            all.extend(page);
        }
        Ok(all)
    }

    /// As they were seen within `age`, by this set-up or another one.
    async fn accounts(&self, age: Duration) -> Result<Arc<Vec<AccountSummary>>, ApiError> {
        let engine = self.journal.engine;
        let age = SignedDuration::try_from(age).unwrap_or_default();
        let read = async { self.summaries().await.map(Arc::new) };
        let connection_id = &self.session.connection.id;
        let accounts = &engine.terms_desk.accounts;
        accounts
            .take(connection_id, engine.clock().now(), age, read, |_| true)
            .await
    }

    /// The accounts from before the ticket. The clients of one file share a list that is a moment old: an account that another
    /// of them has made since is known from its journal.
    pub(super) async fn account_ids(&self) -> Result<BTreeSet<String>> {
        let engine = self.journal.engine;
        let age = if self.journal.job.is_part() {
            FRESH_ENOUGH
        } else {
            Duration::ZERO
        };
        let seen = self.accounts(age).await;
        let seen = self.session.explained(engine, "", seen).await?;
        Ok(seen.iter().map(id).collect())
    }

    /// The one account of this name that was not there before and that no other set-up has; `None` where there is none, or
    /// more than one. `age` is how old a list may be that another set-up has read.
    pub(super) async fn new_account(
        &self,
        before: &BTreeSet<String>,
        age: Duration,
    ) -> Result<Option<String>, ApiError> {
        let all = self.accounts(age).await?;
        let named: Vec<String> = all
            .iter()
            .filter(|summary| summary.display_name == self.journal.form.account_name && !before.contains(&id(summary)))
            .map(id)
            .collect();
        if named.is_empty() {
            return Ok(None);
        }
        let others = async { Ok::<_, Error>((self.taken().await?, self.is_awaited_by_another().await?)) };
        let taken = match others.await {
            Ok((taken, false)) => taken,
            // The list cannot tell whose it is; the answer to its ticket can.
            Ok((_, true)) => return Ok(None),
            Err(error) => {
                tracing::warn!(%error, "other set-ups could not be read");
                return Ok(None);
            }
        };
        let mut fresh = named.into_iter().filter(|id| !taken.contains(id));
        Ok(match (fresh.next(), fresh.next()) {
            (Some(one), None) => Some(one),
            _ => None,
        })
    }
}

impl Asking<'_> {
    /// The accounts that other set-ups have made.
    pub(super) async fn taken(&self) -> Result<BTreeSet<String>> {
        let mut taken = BTreeSet::new();
        for step in [ProvisionStep::Ticket, ProvisionStep::Terms] {
            taken.extend(self.journal.made_elsewhere(step, "account_id").await?);
        }
        Ok(taken)
    }

    /// Whether another set-up that goes on waits for an account of this name.
    async fn is_awaited_by_another(&self) -> Result<bool> {
        let (engine, connection_id) = (self.journal.engine, &self.session.connection.id);
        let runs = engine.store().provisioning_runs(RUNS_LOOKED_AT).await?;
        let is_another = |run: &ProvisioningRun| {
            run.id != self.journal.run_id()
                && run.connection_id == *connection_id
                && run.state == ProvisioningState::Waiting
                && run.form["account_name"] == self.journal.form.account_name.as_str()
        };
        Ok(runs
            .iter()
            .filter(|run| is_another(run))
            .any(|run| RunLock::is_taken(engine, &run.connection_id, &run.form)))
    }
}

fn id(summary: &AccountSummary) -> String {
    summary.account.trim_start_matches("accounts/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::terms::TIME_LIMIT;
    use super::*;

    #[test]
    fn p5_the_account_list_is_looked_at_soon_and_then_ever_less_often() {
        let mut pauses = vec![FIRST_LOOK];
        let limit = Duration::try_from(TIME_LIMIT).unwrap();
        while pauses.iter().sum::<Duration>() < limit {
            pauses.push(longer(*pauses.last().unwrap()));
        }
        assert!(pauses[0] < Duration::from_secs(5) && pauses.is_sorted(), "{pauses:?}");
        assert!(pauses.iter().all(|pause| *pause <= LONGEST_PAUSE), "{pauses:?}");
        assert!((40..=50).contains(&pauses.len()), "{} looks", pauses.len());
    }
}
