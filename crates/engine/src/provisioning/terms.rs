//! Ticket and Terms of Service: a redirect address of their own, the link, and the account that comes of it, by callback
//! or, where that is lost, by comparing the account list with the one from before the ticket.

use std::collections::BTreeSet;
use std::time::Duration;

use google_apis::{AnalyticsAdmin, ApiError, ErrorKind};
use google_oauth::{ListenError, OAuthClient, OAuthClientKind, OAuthError};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::account_maker::{self, AccountMaker, Asked};
use super::choices::SUGGESTED;
use super::journal::Journal;
use super::new_accounts::{FIRST_LOOK, longer};
use super::steps::text;
use super::terms_desk::{Callback, Expected, Place, terms_redirects};
use crate::connections::Session;
use crate::dto::events::LinkPurpose;
use crate::dto::provisioning::ProvisionStep;
use crate::error::{Error, ErrorCode, Result};

/// A ticket's life, as far as we use it.
pub(super) const TIME_LIMIT: SignedDuration = SignedDuration::from_mins(15);
/// How often the clock is looked at: a computer that slept finds the time over as soon as it wakes.
const TICK: Duration = Duration::from_secs(1);
/// How long the address answers after the account list has told: Google's redirect may be on its way.
const LATE_ANSWER: Duration = Duration::from_secs(10);

/// The id of the account, once it is made: for the usual ticket, once the person has accepted the Terms of Service.
pub(super) async fn account(journal: &Journal<'_>, session: &Session, admin: &AnalyticsAdmin) -> Result<String> {
    let maker = account_maker::of(journal.form.dialect, &session.transport);
    let last = if maker.asks_a_person() {
        ProvisionStep::Terms
    } else {
        ProvisionStep::Ticket
    };
    if let Some(account_id) = text(journal.done(last).await?.as_ref(), "account_id") {
        return Ok(account_id);
    }
    let asking = Asking {
        journal,
        session,
        admin,
        maker: &*maker,
    };
    // An earlier attempt may have been accepted while nobody listened.
    if let Some(account_id) = asking.made_before().await? {
        journal.made(last, json!({ "account_id": account_id })).await?;
        return Ok(account_id);
    }
    if maker.asks_a_person() {
        asking.accepted().await
    } else {
        asking.tree().await
    }
}

/// The OAuth client of the person who can accept the Terms of Service. A service account is nobody, and cannot.
pub(super) fn signatory(session: &Session) -> Result<&OAuthClient> {
    session
        .oauth_client
        .as_deref()
        .ok_or_else(|| nobody(&session.connection.email))
}

pub(super) fn nobody(email: &str) -> Error {
    Error::new(
        ErrorCode::NoPermission,
        format!("{email} is a service account: it cannot accept Google's Terms of Service, a person has to."),
        "Set the site up with your own Google account (`gantry connect --allow set-up`), then give the service account \
         access to the new property.",
    )
}

fn not_registered() -> Error {
    let [terms, sign_in] = SUGGESTED;
    Error::new(
        ErrorCode::RedirectNotRegistered,
        "Google sends the browser back only to addresses that are registered with the OAuth client, and none of this computer is.",
        format!(
            "In the Google Cloud console make an OAuth client of kind \"Web application\" with the redirect URI {terms} (and \
             {sign_in} to sign in), add its file in Settings, and sign in with it."
        ),
    )
}

/// What was asked of Google.
struct Ticket {
    id: String,
    /// Whether Google sends the browser back.
    redirects: bool,
}

pub(super) struct Asking<'a> {
    pub(super) journal: &'a Journal<'a>,
    pub(super) session: &'a Session,
    pub(super) admin: &'a AnalyticsAdmin,
    pub(super) maker: &'a dyn AccountMaker,
}

impl Asking<'_> {
    /// Ticket, page, answer.
    async fn accepted(&self) -> Result<String> {
        let journal = self.journal;
        let client = signatory(self.session)?;
        // No ticket is asked for that could not be answered.
        let place = self.place(client).await?;
        if journal.was_begun(ProvisionStep::Terms).await? {
            journal.plan_again(ProvisionStep::Terms).await?;
        }
        let before = self.account_ids().await?;
        let ticket = self.ticket(client, place.redirect_uri(), &before).await?;
        // Where Google sends the browser nowhere, the account list alone tells.
        let place = ticket.redirects.then_some(place);
        let expected = place
            .as_ref()
            .map(|place| place.expect(&ticket.id, &before, journal.job));
        let redirect_uri = place.as_ref().map(|place| place.redirect_uri().to_owned());
        journal
            .sending(
                ProvisionStep::Terms,
                json!({ "ticket_id": ticket.id, "redirect_uri": redirect_uri }),
            )
            .await?;
        journal.waiting(true).await?;
        let expires_at = journal
            .engine
            .clock()
            .now()
            .saturating_add(TIME_LIMIT)
            .unwrap_or(Timestamp::MAX);
        self.tell(&ticket.id, redirect_uri.as_deref(), expires_at).await?;
        let made = self.wait(place, expected, expires_at, &before).await?;
        journal.waiting(false).await?;
        let account_id = text(Some(&made), "account_id").unwrap_or_default();
        journal.made(ProvisionStep::Terms, made).await?;
        Ok(account_id)
    }

    async fn place(&self, client: &OAuthClient) -> Result<Place> {
        self.journal
            .engine
            .terms_desk
            .place(&terms_redirects(client))
            .await
            .map_err(|error| match error {
                ListenError::NoneRegistered => not_registered(),
                error => Error::from(OAuthError::Listen(error)),
            })
    }

    /// Tells which page to open, and opens it.
    async fn tell(&self, ticket: &str, redirect_uri: Option<&str>, expires_at: Timestamp) -> Result<()> {
        let (journal, purpose) = (self.journal, LinkPurpose::Terms);
        let account = self.session.connection.email.as_str();
        let link = self.maker.terms_link(ticket, account)?;
        let link = journal.engine.profile().base().dial(&link);
        journal
            .engine
            .ask_to_open(journal.job, purpose, Some(account), link, redirect_uri, expires_at)
            .await
    }

    /// Asks for the ticket; the snapshot of accounts is on the disk before. Where Google does not take the address of an
    /// OAuth client that can register none, once more without.
    async fn ticket(&self, client: &OAuthClient, redirect_uri: &str, before: &BTreeSet<String>) -> Result<Ticket> {
        let refused = match self.ask(Some(redirect_uri), before).await? {
            Ok(asked) => {
                return Ok(Ticket {
                    id: ticket_of(asked)?,
                    redirects: true,
                });
            }
            Err(refused) => refused,
        };
        let installed = client.kind == OAuthClientKind::Installed;
        if installed && refused.kind == ErrorKind::InvalidArgument && self.maker.does_without_redirect() {
            match self.ask(None, before).await? {
                Ok(asked) => {
                    return Ok(Ticket {
                        id: ticket_of(asked)?,
                        redirects: false,
                    });
                }
                Err(again) if again.kind == ErrorKind::InvalidArgument => {}
                Err(other) => return Err(self.explained(other).await),
            }
        }
        // Another field may have been wrong.
        if !about_redirect(&refused) {
            return Err(self.explained(refused).await);
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

    async fn explained(&self, error: ApiError) -> Error {
        self.session.explain(self.journal.engine, "", error).await
    }

    /// One request: what came of it, or what Google said.
    async fn ask(&self, redirect_uri: Option<&str>, before: &BTreeSet<String>) -> Result<Result<Asked, ApiError>> {
        let request = json!({ "redirect_uri": redirect_uri, "accounts_before": before });
        self.journal.sending(ProvisionStep::Ticket, request).await?;
        self.journal.spent(self.maker.api());
        let asked = match self.maker.ask(&self.journal.form, redirect_uri).await {
            Ok(asked) => asked,
            Err(error) => return Ok(Err(error)),
        };
        let made = match &asked {
            Asked::Ticket(id) => json!({ "ticket_id": id }),
            Asked::Account {
                account_id,
                web_property_id,
                profile_id,
            } => json!({ "account_id": account_id, "web_property_id": web_property_id, "profile_id": profile_id }),
        };
        if text(Some(&made), "ticket_id")
            .or(text(Some(&made), "account_id"))
            .is_none_or(|id| id.is_empty())
        {
            return Err(unreadable());
        }
        self.journal.made(ProvisionStep::Ticket, made).await?;
        Ok(Ok(asked))
    }

    /// The account by the call that needs no person.
    async fn tree(&self) -> Result<String> {
        let before = self.account_ids().await?;
        match self.ask(None, &before).await? {
            Ok(Asked::Account { account_id, .. }) => Ok(account_id),
            Ok(Asked::Ticket(_)) => Err(unreadable()),
            Err(error) if error.outcome_unknown => match self.new_account_in_a_moment(&before).await {
                Ok(Some(account_id)) => {
                    self.journal
                        .made(ProvisionStep::Ticket, json!({ "account_id": account_id }))
                        .await?;
                    Ok(account_id)
                }
                _ => Err(self.explained(error).await),
            },
            Err(error) => Err(self.explained(error).await),
        }
    }

    /// Waits for the redirect that names the ticket, looking at the account list now and then. What the step made.
    async fn wait(
        &self,
        place: Option<Place>,
        mut expected: Option<Expected>,
        expires_at: Timestamp,
        before: &BTreeSet<String>,
    ) -> Result<Value> {
        let engine = self.journal.engine;
        let mut pause = FIRST_LOOK;
        let mut next_look = Instant::now() + pause;
        loop {
            let answer = async {
                match &mut expected {
                    Some(expected) => expected.answer().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                answer = answer => {
                    drop((expected, place));
                    engine.terms_desk.freed().await;
                    return match answer {
                        Callback::Account { account_id, web_property_id, profile_id } => {
                            if self.taken().await?.contains(&account_id) {
                                return Err(another_ones(&account_id));
                            }
                            Ok(json!({
                                "account_id": account_id, "web_property_id": web_property_id, "profile_id": profile_id,
                            }))
                        }
                        Callback::Refused(reason) => Err(refused(&reason)),
                    };
                }
                () = self.journal.job.cancel_token().cancelled() => return Err(Error::cancelled()),
                () = tokio::time::sleep(TICK) => {}
            }
            let over = engine.clock().now() >= expires_at;
            if !over && Instant::now() < next_look {
                continue;
            }
            match self
                .new_account(before, if over { Duration::ZERO } else { pause / 2 })
                .await
            {
                Ok(Some(account_id)) => {
                    if let (Some(place), Some(expected)) = (place, expected) {
                        answer_late(engine, place, expected).await;
                    }
                    return Ok(json!({ "account_id": account_id }));
                }
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "the account list could not be read while waiting"),
            }
            if over {
                return Err(self.timed_out());
            }
            pause = longer(pause);
            next_look = Instant::now() + pause;
        }
    }

    fn timed_out(&self) -> Error {
        Error::new(
            ErrorCode::TermsTimedOut,
            format!(
                "The Terms of Service were not accepted within 15 minutes as {}.",
                self.session.connection.email
            ),
            "Resume the set-up: your entries are kept, and Google is asked for a new ticket. If the page said that its link was \
             made for another account, sign in there as the one named here.",
        )
    }
}

fn ticket_of(asked: Asked) -> Result<String> {
    match asked {
        Asked::Ticket(id) => Ok(id),
        Asked::Account { .. } => Err(unreadable()),
    }
}

/// Two set-ups in one account would each take the other's property for its own.
fn another_ones(account_id: &str) -> Error {
    Error::new(
        ErrorCode::Conflict,
        format!("The account that was made ({account_id}) is another set-up's by now: both have the same name."),
        "Look at that set-up. Resume this one to ask for an account of its own.",
    )
}

fn unreadable() -> Error {
    Error::new(
        ErrorCode::GoogleUnreadable,
        "Google's answer has no account ticket.",
        "Try again.",
    )
}

/// Goes on answering for some seconds in the background, so that a redirect on its way finds its page.
async fn answer_late(engine: &std::sync::Arc<crate::Engine>, place: Place, mut expected: Expected) {
    let desk = std::sync::Arc::clone(&engine.terms_desk);
    let late = async move {
        let _ = tokio::time::timeout(LATE_ANSWER, expected.answer()).await;
        drop((expected, place));
        desk.freed().await;
    };
    engine.serve_answer_page(late).await;
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
