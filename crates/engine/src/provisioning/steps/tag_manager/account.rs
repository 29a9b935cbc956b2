//! The Tag Manager account that a container goes to. Google's API cannot make one.

use google_apis::ApiError;
use google_apis::tag_manager;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Work, wait};
use crate::dto::provisioning::{ContainerChoice, ProvisionStep};
use crate::error::{Error, Result};

/// How old the list may be that the clients of one file share: people seldom make accounts, and each call is one of the few that
/// Tag Manager has for a day.
const AS_GOOD_AS_NEW: SignedDuration = SignedDuration::from_mins(10);

/// The account, as the journal has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Account {
    /// Digits.
    pub account_id: String,
    /// Its name; its id where the person chose it by that.
    pub outcome: String,
}

impl Account {
    /// One of which only the id is known.
    pub(super) fn of(account_id: &str) -> Self {
        Self {
            account_id: account_id.to_owned(),
            outcome: account_id.to_owned(),
        }
    }

    pub(super) fn path(&self) -> String {
        format!("accounts/{}", self.account_id)
    }
}

impl From<tag_manager::Account> for Account {
    fn from(account: tag_manager::Account) -> Self {
        Self {
            account_id: account.account_id,
            outcome: account.name,
        }
    }
}

/// The account, where it is known without a person: the one that was chosen (no call), or the only one (one call).
pub(super) async fn beforehand(work: &Work<'_>) -> Result<Option<Account>> {
    let ContainerChoice::New { account_id } = &work.journal.form.container else {
        return Ok(None);
    };
    if let Some(known) = work.done(ProvisionStep::TagManagerAccount).await? {
        return Ok(Some(known));
    }
    if let Some(chosen) = account_id.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
        Ok(Some(Account::of(chosen.trim_start_matches("accounts/"))))
    } else {
        let age = if work.journal.job.is_part() {
            AS_GOOD_AS_NEW
        } else {
            SignedDuration::ZERO
        };
        only_one(seen(work, age).await?)
    }
}

/// Every account that the connection sees, as a set-up has read it within `age`. Only one is worth keeping for others: without
/// any, or with several, the person is asked for something, and does it.
pub(super) async fn seen(work: &Work<'_>, age: SignedDuration) -> Result<Vec<tag_manager::Account>> {
    // It may wait for its turn under the quota, or for another set-up that does.
    let listed = tokio::select! {
        () = work.journal.job.cancel_token().cancelled() => return Err(Error::cancelled()),
        listed = look(work, age) => listed,
    };
    work.explained("accounts", listed).await
}

/// The same, with Google's own error.
pub(super) async fn look(work: &Work<'_>, age: SignedDuration) -> Result<Vec<tag_manager::Account>, ApiError> {
    let engine = work.journal.engine;
    let accounts = &engine.tag_manager_desk.accounts;
    let (connection_id, now) = (&work.session.connection.id, engine.clock().now());
    let read = Box::pin(list(work));
    accounts
        .take(connection_id, now, age, read, |found| found.len() == 1)
        .await
}

/// The account, however long it takes the person to make it. `known` is what was found beforehand.
pub(super) async fn find(work: &Work<'_>, known: Option<Account>) -> Result<Account> {
    if let Some(done) = work.done(ProvisionStep::TagManagerAccount).await? {
        return Ok(done);
    }
    let account = match known {
        Some(account) => account,
        None => Box::pin(wait::for_account(work)).await?,
    };
    work.journal
        .made(ProvisionStep::TagManagerAccount, json!(account))
        .await?;
    Ok(account)
}

/// Every account that the connection sees.
async fn list(work: &Work<'_>) -> Result<Vec<tag_manager::Account>, ApiError> {
    work.all(work.api.accounts()).await
}

/// The only account; `None` where there is none, an error where a person has to choose.
pub(super) fn only_one(accounts: Vec<tag_manager::Account>) -> Result<Option<Account>> {
    if accounts.len() < 2 {
        return Ok(accounts.into_iter().next().map(Account::from));
    }
    let mut named: Vec<String> = accounts
        .iter()
        .map(|account| format!("{} ({})", account.name, account.account_id))
        .collect();
    named.sort();
    Err(Error::invalid(
        format!(
            "There are {} Tag Manager accounts, and the set-up names none: {}.",
            named.len(),
            named.join(", ")
        ),
        "Choose the one that the container goes to, and resume the set-up.",
    ))
}
