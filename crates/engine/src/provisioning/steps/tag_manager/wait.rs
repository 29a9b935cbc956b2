//! Google's API cannot make a Tag Manager account, so the person does, and the set-up goes on by itself once it is there.

use std::time::Duration;

use google_apis::{ErrorKind, tag_manager};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Work;
use super::account::{self, Account};
use crate::dto::events::{EngineEvent, LinkPurpose};
use crate::dto::provisioning::ProvisionStep;
use crate::error::{Error, ErrorCode, Result};
use crate::provisioning::choices::MAKE_TAG_MANAGER_ACCOUNT;
use crate::provisioning::tag_manager_desk::{Asking, Turn, heard};

const TIME_LIMIT: Duration = Duration::from_mins(15);
/// Soon, then ever less often: some 35 calls in all, of the day's ten thousand.
const FIRST_LOOK: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The account that the person makes while this waits. Of several set-ups that wait one asks, and all go on with what it hears.
/// Several new accounts are the person's to choose from.
pub(super) async fn for_account(work: &Work<'_>) -> Result<Account> {
    let journal = work.journal;
    let known = journal.read(ProvisionStep::TagManagerAccount).await?;
    let asked_before = known
        .and_then(|known| known.request)
        .is_some_and(|request| request["asked"] == true);
    journal
        .sending(ProvisionStep::TagManagerAccount, json!({ "asked": true }))
        .await?;
    journal.waiting(true).await?;
    let desk = &journal.engine.tag_manager_desk;
    let account = loop {
        match desk.turn(&work.session.connection.id) {
            Turn::Asks(asking) => break asked(work, &asking, asked_before).await?,
            Turn::Hears(mut others) => {
                let answer = tokio::select! {
                    () = journal.job.cancel_token().cancelled() => return Err(Error::cancelled()),
                    answer = heard(&mut others) => answer,
                };
                if let Some(account) = answer.transpose()?.map(account::only_one).transpose()?.flatten() {
                    break account;
                }
            }
        }
    };
    journal.waiting(false).await?;
    Ok(account)
}

/// Asks the person, and tells the others what comes of it.
async fn asked(work: &Work<'_>, asking: &Asking, asked_before: bool) -> Result<Account> {
    let engine = work.journal.engine;
    let limit = SignedDuration::try_from(TIME_LIMIT).unwrap_or(SignedDuration::ZERO);
    let expires_at = engine.clock().now().saturating_add(limit).unwrap_or(Timestamp::MAX);
    // It may have been made since this set-up looked, for another one.
    let mut found = account::seen(work, SignedDuration::from_secs(5)).await;
    if found.as_ref().is_ok_and(Vec::is_empty) {
        ask(work, asked_before, expires_at).await?;
        found = watch(work, expires_at).await;
    }
    if !found.as_ref().is_err_and(|error| error.code == ErrorCode::Cancelled) {
        asking.tell(found.clone());
    }
    let account = account::only_one(found?)?;
    account.ok_or_else(|| nobody_made_one(work))
}

/// The browser is opened once; a run that goes on only shows the link.
async fn ask(work: &Work<'_>, asked_before: bool, expires_at: Timestamp) -> Result<()> {
    let (engine, job) = (work.journal.engine, work.journal.job);
    let page = url::Url::parse(MAKE_TAG_MANAGER_ACCOUNT).map_err(|error| {
        Error::new(ErrorCode::Internal, "The link could not be made.", "Report this.").with_details(error)
    })?;
    let page = engine.profile().base().dial(&page);
    let purpose = LinkPurpose::TagManagerAccount;
    let account = Some(work.session.connection.email.as_str());
    if !asked_before {
        return engine.ask_to_open(job, purpose, account, page, None, expires_at).await;
    }
    let link = engine.link(page)?;
    job.emit(EngineEvent::OpenUrl {
        job: job.id().clone(),
        purpose,
        url: link.url.clone(),
        link,
        listening_on: None,
        expires_at,
        opened: false,
        account: account.map(str::to_owned),
    });
    Ok(())
}

/// Until `expires_at` by the engine's clock, which is what the person was told: a computer that slept has not waited less.
async fn watch(work: &Work<'_>, expires_at: Timestamp) -> Result<Vec<tag_manager::Account>> {
    let cancel = work.journal.job.cancel_token();
    let mut pause = FIRST_LOOK;
    loop {
        tokio::select! {
            () = cancel.cancelled() => return Err(Error::cancelled()),
            () = work.journal.engine.pause().sleep(pause) => pause = (pause * 3 / 2).min(LONGEST_PAUSE),
        }
        // The list may itself wait, for its turn under the quota.
        let listed = tokio::select! {
            () = cancel.cancelled() => return Err(Error::cancelled()),
            listed = account::look(work, SignedDuration::ZERO) => listed,
        };
        match listed {
            Ok(accounts) if accounts.is_empty() => {}
            Ok(accounts) => return Ok(accounts),
            Err(error) if passes(error.kind) => {
                tracing::debug!(%error, "the account list could not be read while waiting");
            }
            Err(error) => return work.explained("accounts", Err(error)).await,
        }
        if work.journal.engine.clock().now() >= expires_at {
            return Err(nobody_made_one(work));
        }
    }
}

fn nobody_made_one(work: &Work<'_>) -> Error {
    let error = Error::new(
        ErrorCode::NoTagManagerAccount,
        "There was no Tag Manager account within 15 minutes.",
        "Make one at tagmanager.google.com, then resume the set-up: it goes on with the container.",
    );
    work.with_page(error, "Make a Tag Manager account", MAKE_TAG_MANAGER_ACCOUNT)
}

/// The next look may see more.
fn passes(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Network | ErrorKind::Unavailable | ErrorKind::RateLimited | ErrorKind::UnexpectedAnswer
    )
}
