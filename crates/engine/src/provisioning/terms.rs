//! Ticket and Terms of Service: a redirect address of their own, the link, and the account that comes of it, by callback
//! or, where that is lost, by comparing the account list with the one from before the ticket.

use std::collections::BTreeSet;
use std::pin::{Pin, pin};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use gantry_store::StepState;
use google_apis::analytics_admin::{Account, AccountSummary, ProvisionAccountTicketRequest};
use google_apis::{AnalyticsAdmin, ApiError, ErrorKind};
use google_oauth::{
    AnswerPage, ListenError, LoopbackListener, OAuthClient, OAuthClientKind, OAuthError, RedirectQuery, Settlement,
    WaitError, loopback_redirects,
};
use jiff::SignedDuration;
use serde_json::json;
use tokio::time::Instant;
use url::Url;

use super::journal::Journal;
use super::steps::text;
use crate::connections::Session;
use crate::dto::events::{EngineEvent, LinkPurpose};
use crate::dto::provisioning::ProvisionStep;
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;

/// A ticket's life, as far as we use it.
const TIME_LIMIT: Duration = Duration::from_mins(15);
/// When the account list is looked at while the redirect is awaited, which may be lost or never sent: soon, then ever
/// less often, some fifty calls in all.
const FIRST_LOOK: Duration = Duration::from_secs(4);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// How long the address answers after the account list has told: Google's redirect may be on its way.
const LATE_ANSWER: Duration = Duration::from_secs(10);
/// For OAuth clients of kind `installed`, which can register nothing.
const INSTALLED: [&str; 3] = [
    "http://127.0.0.1:27490/terms",
    "http://127.0.0.1:27491/terms",
    "http://127.0.0.1:27492/terms",
];

/// What Google's page sent back.
enum Callback {
    Account(String),
    Refused(String),
}

/// The id of the account, once the person has accepted the Terms of Service for it.
pub(super) async fn accept(journal: &Journal<'_>, session: &Session, admin: &AnalyticsAdmin) -> Result<String> {
    // A ticket of an earlier attempt may have been accepted while nobody listened.
    if let Some(account_id) = accepted_before(journal, admin).await? {
        journal
            .made(ProvisionStep::Terms, json!({ "account_id": account_id }))
            .await?;
        return Ok(account_id);
    }
    // No ticket is asked for that could not be answered.
    journal.engine.close_answer_pages().await;
    let client = signatory(session)?;
    let listener = listen(client)?;
    let redirect_uri = listener.redirect_uri().to_owned();
    if journal.was_begun(ProvisionStep::Terms).await? {
        journal.plan_again(ProvisionStep::Terms).await?;
    }
    let before = account_ids(journal, admin).await?;
    let Ticket { id: ticket, redirects } = ticket(journal, client, admin, &redirect_uri, &before).await?;
    // Where Google sends the browser nowhere, the account list alone tells.
    let listener = redirects.then_some(listener);
    let redirect_uri = redirects.then_some(redirect_uri);

    journal
        .sending(
            ProvisionStep::Terms,
            json!({ "ticket_id": ticket, "redirect_uri": redirect_uri }),
        )
        .await?;
    journal.waiting(true).await?;
    let limit = SignedDuration::try_from(TIME_LIMIT).unwrap_or(SignedDuration::ZERO);
    let expires_at = journal
        .engine
        .clock()
        .now()
        .saturating_add(limit)
        .unwrap_or(jiff::Timestamp::MAX);
    let link = terms_link(&ticket, &session.connection.email)?;
    let link = journal.engine.profile().base().dial(&link);
    journal
        .engine
        .ask_to_open(
            journal.job,
            LinkPurpose::Terms,
            link,
            redirect_uri.as_deref(),
            expires_at,
        )
        .await?;

    let account_id = wait(journal, admin, listener, &ticket, &before).await?;
    journal.waiting(false).await?;
    journal
        .made(ProvisionStep::Terms, json!({ "account_id": account_id }))
        .await?;
    Ok(account_id)
}

/// The page that the person accepts on, signed in as the one who asked for the ticket.
fn terms_link(ticket: &str, email: &str) -> Result<Url> {
    let mut link =
        Url::parse("https://analytics.google.com/analytics/web/?provisioningSignup=false").map_err(|error| {
            Error::new(ErrorCode::Internal, "The link could not be made.", "Report this.").with_details(error)
        })?;
    link.query_pairs_mut().append_pair("authuser", email);
    link.set_fragment(Some(&format!("/termsofservice/{ticket}")));
    Ok(link)
}

/// The OAuth client of the person who can accept the Terms of Service. A service account is nobody, and cannot.
pub(super) fn signatory(session: &Session) -> Result<&OAuthClient> {
    session.oauth_client.as_deref().ok_or_else(|| {
        Error::new(
            ErrorCode::NoPermission,
            format!(
                "{} is a service account: it cannot accept Google's Terms of Service, a person has to.",
                session.connection.email
            ),
            "Set the site up with your own Google account (`gantry connect --allow set-up`), then give the service account \
             access to the new property.",
        )
    })
}

fn listen(client: &OAuthClient) -> Result<LoopbackListener> {
    let registered;
    let uris: &[&str] = match client.kind {
        OAuthClientKind::Installed => &INSTALLED,
        OAuthClientKind::Web => {
            let mut uris = loopback_redirects(&client.redirect_uris);
            uris.sort_by_key(|uri| !uri.contains("terms"));
            registered = uris;
            &registered
        }
    };
    LoopbackListener::bind_first(uris).map_err(|error| match error {
        ListenError::NoneRegistered => not_registered(),
        error => Error::from(OAuthError::Listen(error)),
    })
}

fn not_registered() -> Error {
    Error::new(
        ErrorCode::RedirectNotRegistered,
        "Google sends the browser back only to addresses that are registered with the OAuth client, and none of this computer is.",
        "In the Google Cloud console make an OAuth client of kind \"Web application\" with the redirect URI \
         http://127.0.0.1:27495/terms (and http://127.0.0.1:27496/sign-in to sign in), add its file in Settings, and sign in with it.",
    )
}

/// What was asked of Google.
struct Ticket {
    id: String,
    /// Whether Google sends the browser back.
    redirects: bool,
}

/// Asks for the ticket; the snapshot of accounts is on the disk before. Where Google does not take the address of an
/// OAuth client that can register none, once more without.
async fn ticket(
    journal: &Journal<'_>,
    client: &OAuthClient,
    admin: &AnalyticsAdmin,
    redirect_uri: &str,
    before: &BTreeSet<String>,
) -> Result<Ticket> {
    let refused = match ask(journal, admin, Some(redirect_uri), before).await? {
        Ok(id) => return Ok(Ticket { id, redirects: true }),
        Err(refused) => refused,
    };
    let installed = client.kind == OAuthClientKind::Installed;
    if installed && refused.kind == ErrorKind::InvalidArgument {
        match ask(journal, admin, None, before).await? {
            Ok(id) => return Ok(Ticket { id, redirects: false }),
            Err(again) if again.kind == ErrorKind::InvalidArgument => {}
            Err(other) => return Err(other.into()),
        }
    }
    // Another field may have been wrong.
    if !about_redirect(&refused) {
        return Err(refused.into());
    }
    let mut named = not_registered()
        .with_activity(Some(refused.activity_id.to_string()))
        .with_details(&refused);
    if installed {
        "Google did not take the redirect address of an OAuth client of kind \"Desktop app\"."
            .clone_into(&mut named.message);
    }
    Err(named)
}

fn about_redirect(error: &ApiError) -> bool {
    let names = |text: &str| text.to_ascii_lowercase().contains("redirect");
    error.kind == ErrorKind::InvalidArgument
        && (names(&error.message)
            || error
                .violations
                .iter()
                .any(|violation| names(&violation.field) || names(&violation.description)))
}

/// One request for a ticket: its id, or what Google said.
async fn ask(
    journal: &Journal<'_>,
    admin: &AnalyticsAdmin,
    redirect_uri: Option<&str>,
    before: &BTreeSet<String>,
) -> Result<Result<String, ApiError>> {
    journal
        .sending(
            ProvisionStep::Ticket,
            json!({ "redirect_uri": redirect_uri, "accounts_before": before }),
        )
        .await?;
    let form = &journal.form;
    let request = ProvisionAccountTicketRequest {
        account: Account {
            display_name: form.account_name.clone(),
            region_code: form.country.clone(),
            ..Account::default()
        },
        redirect_uri: redirect_uri.unwrap_or_default().to_owned(),
    };
    journal.spent();
    let answer = match admin.provision_account_ticket(&request).await {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(error)),
    };
    if answer.account_ticket_id.is_empty() {
        return Err(Error::new(
            ErrorCode::GoogleUnreadable,
            "Google's answer has no account ticket.",
            "Try again.",
        ));
    }
    journal
        .made(ProvisionStep::Ticket, json!({ "ticket_id": answer.account_ticket_id }))
        .await?;
    Ok(Ok(answer.account_ticket_id))
}

type Redirect = Pin<Box<dyn Future<Output = Result<Callback, WaitError>> + Send>>;

/// Completes with the redirect that names the ticket; without an address, when the time is over.
fn redirect(listener: Option<LoopbackListener>, deadline: Instant, ticket: &str, job: &Job) -> Redirect {
    let cancel = job.cancel_token().clone();
    let Some(listener) = listener else {
        return Box::pin(async move {
            tokio::select! {
                () = cancel.cancelled() => Err(WaitError::Cancelled),
                () = tokio::time::sleep_until(deadline) => Err(WaitError::TimedOut { strays: 0 }),
            }
        });
    };
    let (expected, strays) = (ticket.to_owned(), job.clone());
    let settle = move |query: &RedirectQuery| {
        let settlement = settle(query, &expected);
        if matches!(settlement, Settlement::Stray(_)) {
            strays.emit(EngineEvent::StrayAnswer {
                job: strays.id().clone(),
                message: "An answer for another set-up came in and was ignored.".to_owned(),
            });
        }
        settlement
    };
    Box::pin(async move { listener.wait(deadline, &cancel, settle).await })
}

/// Waits for the redirect that names the ticket, looking at the account list now and then.
async fn wait(
    journal: &Journal<'_>,
    admin: &AnalyticsAdmin,
    listener: Option<LoopbackListener>,
    ticket: &str,
    before: &BTreeSet<String>,
) -> Result<String> {
    let deadline = Instant::now() + TIME_LIMIT;
    let listens = listener.is_some();
    let mut redirect = redirect(listener, deadline, ticket, journal.job);
    let mut pause = FIRST_LOOK;
    loop {
        let ended = tokio::select! {
            ended = &mut redirect => ended,
            () = tokio::time::sleep(pause) => {
                pause = (pause * 3 / 2).min(LONGEST_PAUSE);
                match new_account(journal, admin, before).await {
                    Ok(Some(account_id)) => {
                        if listens {
                            let late = async move {
                                let _ = tokio::time::timeout(LATE_ANSWER, redirect).await;
                            };
                            journal.engine.serve_answer_page(late).await;
                        }
                        return Ok(account_id);
                    }
                    Ok(None) => continue,
                    Err(error) => {
                        tracing::debug!(%error, "the account list could not be read while waiting");
                        continue;
                    }
                }
            }
        };
        return match ended {
            Ok(Callback::Account(account_id)) => Ok(account_id),
            Ok(Callback::Refused(reason)) => Err(refused(&reason)),
            Err(WaitError::Cancelled) => Err(Error::cancelled()),
            Err(WaitError::TimedOut { .. }) => match new_account(journal, admin, before).await? {
                Some(account_id) => Ok(account_id),
                None => Err(Error::new(
                    ErrorCode::TermsTimedOut,
                    "The Terms of Service were not accepted within 15 minutes.",
                    "Resume the set-up: your entries are kept, and Google is asked for a new ticket.",
                )),
            },
        };
    }
}

/// The callback has no state: it is bound to the ticket. Google sends `accountTicketId` with an error, too.
fn settle(query: &RedirectQuery, ticket: &str) -> Settlement<Callback> {
    let stray = || Settlement::Stray(AnswerPage::OtherSetUp);
    if query.get("accountTicketId") != Some(ticket) {
        return stray();
    }
    let account = query
        .get("accountId")
        .filter(|id| !id.is_empty() && id.bytes().all(|digit| digit.is_ascii_digit()));
    match (query.get("error").filter(|error| !error.is_empty()), account) {
        (Some(error), _) => Settlement::Settled(Callback::Refused(error.to_owned()), AnswerPage::NoAccount),
        (None, Some(account)) => Settlement::Settled(Callback::Account(account.to_owned()), AnswerPage::TermsAccepted),
        (None, None) => stray(),
    }
}

fn refused(reason: &str) -> Error {
    let (code, message, remedy) = match reason {
        "user_cancel" => (
            ErrorCode::TermsDeclined,
            "You did not accept the Terms of Service, so no account was created.".to_owned(),
            "Resume the set-up to see them again. Your entries are kept.",
        ),
        "max_accounts_reached" => (
            ErrorCode::TermsMaxAccounts,
            "This Google account has as many Analytics accounts as Google allows (usually 100).".to_owned(),
            "Delete one it no longer needs in Google Analytics, or set the site up with another Google account. Your entries are kept.",
        ),
        "backend_error" => (
            ErrorCode::TermsBackendError,
            "Google had a fault of its own while creating the account.".to_owned(),
            "Resume the set-up in a few minutes. Gantry looks first whether the account was created after all.",
        ),
        other => (
            ErrorCode::GoogleRefused,
            format!("Google did not create the account ({other})."),
            "Resume the set-up to try again. Your entries are kept.",
        ),
    };
    Error::new(code, message, remedy)
}

/// The account that a ticket of an earlier attempt has led to, if it has.
async fn accepted_before(journal: &Journal<'_>, admin: &AnalyticsAdmin) -> Result<Option<String>> {
    let Some(step) = journal
        .read(ProvisionStep::Ticket)
        .await?
        .filter(|step| step.state != StepState::Planned)
    else {
        return Ok(None);
    };
    let before = step
        .request
        .as_ref()
        .and_then(|request| request.get("accounts_before"))
        .cloned();
    match before.and_then(|before| serde_json::from_value::<BTreeSet<String>>(before).ok()) {
        Some(before) if text(step.response.as_ref(), "ticket_id").is_some() => {
            Ok(new_account(journal, admin, &before).await?)
        }
        _ => Ok(None),
    }
}

async fn summaries(journal: &Journal<'_>, admin: &AnalyticsAdmin) -> Result<Vec<AccountSummary>, ApiError> {
    let mut pages = pin!(admin.account_summaries());
    let mut all = Vec::new();
    while let Some(page) = pages.try_next().await? {
        journal.spent();
        all.extend(page);
    }
    Ok(all)
}

async fn account_ids(journal: &Journal<'_>, admin: &AnalyticsAdmin) -> Result<BTreeSet<String>> {
    Ok(summaries(journal, admin)
        .await?
        .into_iter()
        .map(|summary| id(&summary))
        .collect())
}

/// The one account of this name that was not there before; `None` where there is none, or more than one.
async fn new_account(
    journal: &Journal<'_>,
    admin: &AnalyticsAdmin,
    before: &BTreeSet<String>,
) -> Result<Option<String>, ApiError> {
    let all = summaries(journal, admin).await?;
    let mut fresh = all
        .iter()
        .filter(|summary| summary.display_name == journal.form.account_name && !before.contains(&id(summary)));
    Ok(match (fresh.next(), fresh.next()) {
        (Some(one), None) => Some(id(one)),
        _ => None,
    })
}

fn id(summary: &AccountSummary) -> String {
    summary.account.trim_start_matches("accounts/").to_owned()
}
