//! Google's API cannot make a Tag Manager account, so the person does, and the set-up goes on by itself once it is there.

use std::time::Duration;

use google_apis::ErrorKind;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Work;
use super::account::{self, Account};
use crate::dto::events::{EngineEvent, LinkPurpose};
use crate::dto::provisioning::ProvisionStep;
use crate::error::{Error, ErrorCode, Result};

/// Where a person makes an account.
const PAGE: &str = "https://tagmanager.google.com/#/admin/accounts/create";
const TIME_LIMIT: Duration = Duration::from_mins(15);
/// Soon, then ever less often: some 35 calls in all, of the day's ten thousand.
const FIRST_LOOK: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The account that the person makes while this waits. Several new ones are the person's to choose from.
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
    let limit = SignedDuration::try_from(TIME_LIMIT).unwrap_or(SignedDuration::ZERO);
    let now = journal.engine.clock().now();
    let expires_at = now.saturating_add(limit).unwrap_or(Timestamp::MAX);
    ask(work, asked_before, expires_at).await?;
    let account = watch(work, expires_at).await?;
    journal.waiting(false).await?;
    Ok(account)
}

/// The browser is opened once; a run that goes on only shows the link.
async fn ask(work: &Work<'_>, asked_before: bool, expires_at: Timestamp) -> Result<()> {
    let (engine, job) = (work.journal.engine, work.journal.job);
    let page = url::Url::parse(PAGE).map_err(|error| {
        Error::new(ErrorCode::Internal, "The link could not be made.", "Report this.").with_details(error)
    })?;
    let page = engine.profile().base().dial(&page);
    let purpose = LinkPurpose::TagManagerAccount;
    if !asked_before {
        return engine.ask_to_open(job, purpose, page, None, expires_at).await;
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
    });
    Ok(())
}

/// Until `expires_at` by the engine's clock, which is what the person was told: a computer that slept has not waited less.
async fn watch(work: &Work<'_>, expires_at: Timestamp) -> Result<Account> {
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
            listed = account::list(work) => listed,
        };
        match listed {
            Ok(accounts) => {
                if let Some(account) = account::only_one(accounts)? {
                    return Ok(account);
                }
            }
            Err(error) if passes(error.kind) => {
                tracing::debug!(%error, "the account list could not be read while waiting");
            }
            Err(error) => return work.explained("accounts", Err(error)).await,
        }
        if work.journal.engine.clock().now() >= expires_at {
            let error = Error::new(
                ErrorCode::NotFound,
                "There was no Tag Manager account within 15 minutes.",
                "Make one at tagmanager.google.com, then resume the set-up: it goes on with the container.",
            );
            return Err(work.with_page(error, "Make a Tag Manager account", PAGE));
        }
    }
}

/// The next look may see more.
fn passes(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Network | ErrorKind::Unavailable | ErrorKind::RateLimited | ErrorKind::UnexpectedAnswer
    )
}
