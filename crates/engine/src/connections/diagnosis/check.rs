//! Looks at one connection from the keychain to each API that it uses, and says of each what it found. A failure on the way
//! is a finding, not an error: only a connection that does not exist is one.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use gantry_domain::Permission;
use gantry_domain::clock_skew::skew_in_words;
use gantry_store::{ConnectionKind, ConnectionRecord, ConnectionState};
use google_apis::{AnalyticsAdmin, AnalyticsData, ApiError, TagManager};
use jiff::SignedDuration;

use super::{Endings, offering_sign_in, renewal_unsaved, signing_in_again, trouble_of};
use crate::Engine;
use crate::connections::list::one;
use crate::connections::session::{allowed, granted};
use crate::connections::{Session, service_account_access};
use crate::dto::ById;
use crate::dto::connections::{ConnectionCheck, Finding, FindingState, FindingSubject, Offer, SignInCause};
use crate::dto::events::Topic;
use crate::error::{Error, ErrorCode, Result};

/// A clock that is off by more is told of.
const CLOCK_WARNS: SignedDuration = SignedDuration::from_mins(2);

/// What a check has found so far.
#[derive(Default)]
struct Findings {
    list: Vec<Finding>,
    /// Of the first failure.
    code: Option<ErrorCode>,
}

impl Findings {
    fn push(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    fn fail(&mut self, subject: FindingSubject, title: &str, error: &Error) {
        self.code.get_or_insert(error.code);
        self.push(Finding {
            explanation: error.message.clone(),
            remedy: error.remedy.clone(),
            offers: error.offers.to_vec(),
            activity_id: error.activity_id.clone(),
            ..finding(subject, FindingState::Failed, title)
        });
    }
}

fn finding(subject: FindingSubject, state: FindingState, title: &str) -> Finding {
    Finding {
        subject,
        state,
        title: title.to_owned(),
        explanation: String::new(),
        remedy: String::new(),
        offers: Vec::new(),
        activity_id: None,
    }
}

fn skipped(subject: FindingSubject, title: &str, why: &str) -> Finding {
    Finding {
        explanation: why.to_owned(),
        ..finding(subject, FindingState::Skipped, title)
    }
}

/// Looks at everything that a connection needs. One that works again is usable again; one that Google refuses is noted.
pub async fn check(engine: &Arc<Engine>, request: ById) -> Result<ConnectionCheck> {
    let record = engine.connection(Some(&request.id)).await?;
    let mut findings = Findings::default();
    let stored = keychain(engine, &record, &mut findings).await;
    let session = if stored {
        sign_in(engine, &record, &mut findings).await?
    } else {
        let why = "There is no saved sign-in to use.";
        findings.push(skipped(FindingSubject::SignIn, "Google was not asked", why));
        None
    };
    if engine.sessions.unsaved(&record.id) {
        // Instead of what the keychain holds: that is the sign-in of before.
        findings.list.retain(|one| one.subject != FindingSubject::Keychain);
        let trouble = renewal_unsaved();
        let subject = FindingSubject::Keychain;
        findings.push(Finding {
            explanation: trouble.explanation,
            remedy: trouble.remedy,
            offers: vec![Offer::RetryKeychain],
            ..finding(subject, FindingState::Warn, &trouble.title)
        });
    }
    let clock_place = findings.list.len();
    permissions(&record, &mut findings);
    match &session {
        Some(session) if record.kind == ConnectionKind::ServiceAccount => {
            service_account(engine, session, &mut findings).await;
        }
        Some(session) => apis(engine, session, &mut findings).await,
        None => {
            for (subject, name) in API_SUBJECTS {
                let why = "Without a sign-in it cannot be asked.";
                findings.push(skipped(subject, &format!("The {name} was not asked"), why));
            }
        }
    }
    // Google's answers tell its time.
    let skew = session
        .as_ref()
        .and_then(|session| session.transport.clock_skew().known());
    let view = one(engine, &record.id).await?;
    let clock_broke = view
        .trouble
        .as_ref()
        .is_some_and(|trouble| trouble.cause == SignInCause::Clock);
    findings.list.insert(clock_place, clock(skew, clock_broke));
    Ok(ConnectionCheck {
        ok: findings
            .list
            .iter()
            .all(|finding| finding.state != FindingState::Failed),
        message: outcome(&findings.list),
        findings: findings.list,
        code: findings.code,
        connection: view,
    })
}

const API_SUBJECTS: [(FindingSubject, &str); 3] = [
    (FindingSubject::AnalyticsAdmin, "Google Analytics Admin API"),
    (FindingSubject::AnalyticsData, "Google Analytics Data API"),
    (FindingSubject::TagManager, "Tag Manager API"),
];

/// The outcome in a sentence or two.
fn outcome(findings: &[Finding]) -> String {
    if let Some(failed) = findings.iter().find(|finding| finding.state == FindingState::Failed) {
        return format!("{}. {} {}", failed.title, failed.explanation, failed.remedy)
            .trim_end()
            .to_owned();
    }
    let remarks: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.state == FindingState::Warn)
        .map(|finding| finding.title.as_str())
        .collect();
    if remarks.is_empty() {
        "Google accepts this sign-in, and everything that it is used for answers.".to_owned()
    } else {
        format!("Google accepts this sign-in. To look at: {}.", remarks.join("; "))
    }
}

/// Whether the secret is where it should be.
async fn keychain(engine: &Engine, record: &ConnectionRecord, findings: &mut Findings) -> bool {
    let subject = FindingSubject::Keychain;
    if let Some(path) = &record.key_file {
        if tokio::fs::try_exists(path).await.unwrap_or(false) {
            findings.push(finding(
                subject,
                FindingState::Ok,
                &format!("The key file {path} is there"),
            ));
            return true;
        }
        let error = Error::new(
            ErrorCode::ServiceAccountKey,
            format!("{path} cannot be found."),
            "Put the file back, or replace the key.",
        );
        findings.fail(subject, "The key file is not there", &error);
        return false;
    }
    let secrets = match engine.secrets(record.session_only).await {
        Ok(secrets) => secrets,
        Err(error) => {
            let error = error.offering(Offer::RetryKeychain);
            findings.fail(subject, "The keychain is not available", &error);
            return false;
        }
    };
    match secrets.get(&record.id).await {
        Ok(Some(_)) if record.session_only => {
            let title = "The sign-in is kept for this session only";
            findings.push(finding(subject, FindingState::Ok, title));
            true
        }
        Ok(Some(_)) => {
            findings.push(finding(subject, FindingState::Ok, "The keychain holds the sign-in"));
            true
        }
        Ok(None) => {
            let why = if record.session_only {
                "It was kept for one session only, and that session is over, or is another program's."
            } else {
                "The keychain works and holds nothing for this connection."
            };
            let error = signing_in_again(record, Error::new(ErrorCode::SignInNeeded, why, "Sign in again."));
            // The process that made a sign-in for one session may still have it.
            if !record.session_only {
                let gone = google_oauth::OAuthError::NotSignedIn;
                Endings::of(engine).note(record, &gone, None).await;
            }
            findings.fail(subject, missing(record), &error);
            false
        }
        Err(error) => {
            let error = google_oauth::OAuthError::Store(error);
            let ended = Endings::of(engine).note(record, &error, None).await;
            let error = Error::from(error);
            let error = if ended {
                signing_in_again(record, error)
            } else {
                error.offering(Offer::RetryKeychain)
            };
            findings.fail(subject, "The saved sign-in could not be read", &error);
            false
        }
    }
}

fn missing(record: &ConnectionRecord) -> &'static str {
    match record.kind {
        ConnectionKind::User => "No sign-in is saved",
        ConnectionKind::ServiceAccount => "No key is saved",
    }
}

/// Renews the access, whatever is in memory; the session where Google allows it.
async fn sign_in(engine: &Engine, record: &ConnectionRecord, findings: &mut Findings) -> Result<Option<Session>> {
    let subject = FindingSubject::SignIn;
    let session = match engine.session_of(record.clone()).await {
        Ok(session) => session,
        Err(error) => {
            findings.fail(subject, "Gantry could not ask Google", &error);
            return Ok(None);
        }
    };
    let Err(error) = session.credential.check().await else {
        if record.state != ConnectionState::Ready {
            engine.store.revive_connection(&record.id).await?;
            engine.jobs.changed(Topic::Connections);
        }
        findings.push(finding(subject, FindingState::Ok, "Google accepts this sign-in"));
        return Ok(Some(session));
    };
    let skew = session.transport.clock_skew().known();
    if !Endings::of(engine).note(record, &error, skew).await {
        // Not an answer about the connection: offline, an outage, a locked keychain.
        findings.fail(subject, "Gantry could not ask Google", &Error::from(error));
        return Ok(None);
    }
    let now = engine.store.connection(&record.id).await?;
    let trouble = match &now {
        Some(now) => trouble_of(engine, now).await?,
        None => None,
    };
    let code = Error::from(error).code;
    match trouble {
        Some(trouble) => {
            let error = Error::new(code, trouble.explanation, trouble.remedy);
            findings.fail(subject, &trouble.title, &offering_sign_in(record, error));
        }
        None => findings.fail(
            subject,
            "Google refuses this sign-in",
            &signing_in_again(record, Error::new(code, "", "Sign in again.")),
        ),
    }
    Ok(None)
}

fn clock(skew: Option<SignedDuration>, broke: bool) -> Finding {
    let subject = FindingSubject::Clock;
    let Some(skew) = skew else {
        return skipped(
            subject,
            "Google's time is not known",
            "Only an answer of Google's tells it.",
        );
    };
    if skew.abs() <= CLOCK_WARNS {
        return finding(subject, FindingState::Ok, "This computer's clock is right");
    }
    let state = if broke {
        FindingState::Failed
    } else {
        FindingState::Warn
    };
    Finding {
        explanation: "Google may refuse what comes at the wrong time, and ages that Gantry shows are wrong.".to_owned(),
        remedy: "Set the clock to the right time, best automatically.".to_owned(),
        ..finding(
            subject,
            state,
            &format!("This computer's clock is {}", skew_in_words(skew)),
        )
    }
}

fn names(permissions: &BTreeSet<Permission>) -> String {
    let names: Vec<&str> = permissions.iter().map(|permission| permission.name()).collect();
    names.join(", ")
}

fn permissions(record: &ConnectionRecord, findings: &mut Findings) {
    let subject = FindingSubject::Permissions;
    let granted = granted(record);
    let asked: BTreeSet<Permission> = record.permissions.iter().copied().collect();
    let missing: BTreeSet<Permission> = asked.difference(&granted).copied().collect();
    let off: BTreeSet<Permission> = record
        .dropped
        .iter()
        .copied()
        .filter(|one| granted.contains(one))
        .collect();
    let connection_id = || record.id.clone();
    let mut explanation = Vec::new();
    if !missing.is_empty() {
        explanation.push(format!("Not allowed on Google's page: {}.", names(&missing)));
    }
    if !off.is_empty() {
        explanation.push(format!("Switched off here: {}.", names(&off)));
    }
    let grants = missing.iter().map(|permission| Offer::Grant {
        connection_id: connection_id(),
        permission: *permission,
    });
    let again = off.iter().map(|permission| Offer::UseAgain {
        connection_id: connection_id(),
        permission: *permission,
    });
    let offers = grants.chain(again).collect();
    let (state, title, remedy) = if missing.is_empty() {
        let may = names(&allowed(record));
        let title = if may.is_empty() {
            "Gantry may do nothing with it".to_owned()
        } else {
            format!("Gantry may: {may}")
        };
        (FindingState::Ok, title, "")
    } else {
        let title = "Not everything that was asked for is allowed".to_owned();
        let remedy = "Sign in again and tick the boxes that are missing.";
        (FindingState::Warn, title, remedy)
    };
    findings.push(Finding {
        explanation: explanation.join(" "),
        remedy: remedy.to_owned(),
        offers,
        ..finding(subject, state, &title)
    });
}

/// What a service account reaches, where it has to be added, and whether reports answer.
async fn service_account(engine: &Arc<Engine>, session: &Session, findings: &mut Findings) {
    for (subject, looked) in service_account_access::findings(session).await {
        if subject == FindingSubject::TagManager {
            data(engine, session, None, findings).await;
        }
        match looked {
            Ok(found) => findings.push(found),
            Err(error) => {
                let name = API_SUBJECTS
                    .iter()
                    .find(|one| one.0 == subject)
                    .map_or("API", |one| one.1);
                findings.fail(subject, &format!("The {name} does not answer"), &error);
            }
        }
    }
}

/// One cheap call to each API that the allowed permissions use.
async fn apis(engine: &Arc<Engine>, session: &Session, findings: &mut Findings) {
    let allowed = session.allowed();
    let may = |wanted: &[Permission]| wanted.iter().any(|permission| allowed.contains(permission));
    let mut property = None;
    let (subject, name) = API_SUBJECTS[0];
    if may(&[Permission::View, Permission::Configure]) {
        let first = AnalyticsAdmin::new(&session.transport).first_account_summary().await;
        let found = first.as_ref().is_ok_and(Option::is_some);
        property = first.as_ref().ok().and_then(|first| {
            let account = first.as_ref()?;
            account.property_summaries.first().map(|one| one.property.clone())
        });
        answered(engine, session, findings, API_SUBJECTS[0], found, first).await;
    } else {
        findings.push(not_used(subject, name, "view or configure"));
    }
    data(engine, session, property, findings).await;
    let (subject, name) = API_SUBJECTS[2];
    if may(&[Permission::View, Permission::Edit, Permission::Manage]) {
        let mut pages = pin!(TagManager::new(&session.transport).accounts());
        let first = pages.try_next().await;
        let found = first
            .as_ref()
            .is_ok_and(|page| page.as_ref().is_some_and(|page| !page.is_empty()));
        answered(engine, session, findings, API_SUBJECTS[2], found, first).await;
    } else {
        findings.push(not_used(subject, name, "view, edit or manage"));
    }
}

/// `property` is one that the connection is known to reach.
async fn data(engine: &Arc<Engine>, session: &Session, property: Option<String>, findings: &mut Findings) {
    let (subject, name) = API_SUBJECTS[1];
    if !session.allowed().contains(&Permission::View) {
        findings.push(not_used(subject, name, "view"));
        return;
    }
    let Some(property) = known_property(engine, session).await.or(property) else {
        findings.push(skipped(
            subject,
            &format!("The {name} was not asked"),
            "It answers about a property, and none is known that this connection reaches.",
        ));
        return;
    };
    let answer = AnalyticsData::new(&session.transport).metadata(&property).await;
    answered(engine, session, findings, API_SUBJECTS[1], true, answer).await;
}

fn not_used(subject: FindingSubject, name: &str, permission: &str) -> Finding {
    let why = format!("Nothing that Gantry may do with this connection uses it (that takes {permission}).");
    skipped(subject, &format!("The {name} is not used"), &why)
}

/// A property that the connection reaches, as far as the last sync saw.
async fn known_property(engine: &Engine, session: &Session) -> Option<String> {
    let known = engine.store.analytics_properties().await.ok()?;
    let mine = known
        .into_iter()
        .find(|one| one.connections.contains(&session.connection.id))?;
    Some(format!("properties/{}", mine.property_id))
}

async fn answered<T>(
    engine: &Engine,
    session: &Session,
    findings: &mut Findings,
    (subject, name): (FindingSubject, &str),
    found: bool,
    answer: std::result::Result<T, ApiError>,
) {
    match answer {
        Ok(_) if found => findings.push(finding(subject, FindingState::Ok, &format!("The {name} answers"))),
        Ok(_) => findings.push(nothing_reached(&session.connection, subject, name)),
        Err(error) => {
            let error = session.explain(engine, "", error).await;
            findings.fail(subject, &format!("The {name} does not answer"), &error);
        }
    }
}

fn nothing_reached(record: &ConnectionRecord, subject: FindingSubject, name: &str) -> Finding {
    let (what, place) = match subject {
        FindingSubject::TagManager => ("no Tag Manager account", "Tag Manager, under User Management"),
        _ => ("no Analytics account", "Analytics, under Admin, Access management"),
    };
    let mut offers = Vec::new();
    if record.kind == ConnectionKind::ServiceAccount {
        offers.push(Offer::CopyText {
            label: "Copy the e-mail address".to_owned(),
            text: record.email.clone(),
        });
    }
    Finding {
        explanation: format!("The {name} answers, and {} reaches {what}.", record.email),
        remedy: format!("Ask an administrator to add {} in {place}.", record.email),
        offers,
        ..finding(subject, FindingState::Warn, &format!("It reaches {what}"))
    }
}
