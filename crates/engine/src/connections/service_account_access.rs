//! What a service account reaches, and the way to be given access: nobody invites it, so that its e-mail has to be added by
//! hand to what it is to read.

use std::pin::pin;

use futures_util::TryStreamExt as _;
use gantry_domain::Permission;
use gantry_store::{ConnectionKind, ConnectionRecord};
use google_apis::{AnalyticsAdmin, ApiError, ErrorKind, TagManager};

use super::service_account_refusals::without_sign_in;
use super::session::Session;
use crate::dto::connections::{Finding, FindingState, FindingSubject, Offer};
use crate::error::Error;

/// What was looked at, and what was found or went wrong.
pub(super) type Looked = (FindingSubject, Result<Finding, Error>);

/// What a service account reaches, looked at after its key was proved: one call for Analytics, one for Tag Manager.
pub(super) async fn findings(session: &Session) -> Vec<Looked> {
    let allowed = session.allowed();
    let reads_analytics = allowed.contains(&Permission::View) || allowed.contains(&Permission::Configure);
    let mut findings = Vec::new();
    if reads_analytics {
        let subject = FindingSubject::AnalyticsAdmin;
        let found = analytics(session).await.map(|reach| match reach {
            (0, _) => no_access(session, subject, "Google Analytics", ADD_TO_ANALYTICS),
            (accounts, properties) => found(
                subject,
                format!(
                    "It reaches {} in {}",
                    counted(properties, "property", "properties"),
                    counted(accounts, "Analytics account", "Analytics accounts")
                ),
            ),
        });
        findings.push((subject, found.map_err(|error| explained(error, &session.connection))));
    }
    if allowed.contains(&Permission::View) {
        let subject = FindingSubject::TagManager;
        let pages = TagManager::new(&session.transport).accounts();
        let found = pages
            .try_collect::<Vec<_>>()
            .await
            .map(|pages| match pages.iter().map(Vec::len).sum() {
                0 => no_access(session, subject, "Google Tag Manager", ADD_TO_TAG_MANAGER),
                accounts => found(
                    subject,
                    format!(
                        "It reaches {}",
                        counted(accounts, "Tag Manager account", "Tag Manager accounts")
                    ),
                ),
            });
        findings.push((subject, found.map_err(|error| explained(error, &session.connection))));
    }
    findings
}

/// A refusal that a service account met, with the way to be given access. Of a person's connection it stays as it is.
pub(super) fn explained(error: ApiError, connection: &ConnectionRecord) -> Error {
    let lacks_access = matches!(error.kind, ErrorKind::PermissionDenied | ErrorKind::NotFound);
    let error = without_sign_in(connection, Error::from(error));
    if connection.kind != ConnectionKind::ServiceAccount || !lacks_access {
        return error;
    }
    Error {
        remedy: format!("Give {} access. {ADD_TO_ANALYTICS}", who(connection)),
        ..error
    }
    .offering(copy_email(connection))
}

const ADD_TO_ANALYTICS: &str = "In Google Analytics open Admin, Property access management (or Account access management for \
                                all of its properties), press +, Add users, paste the e-mail, choose Viewer or more, and \
                                press Add.";
const ADD_TO_TAG_MANAGER: &str = "In Google Tag Manager open Admin, User Management of the account, press +, Add users, paste \
                                  the e-mail, choose the containers, and press Invite.";

/// Accounts and properties in reach.
async fn analytics(session: &Session) -> Result<(usize, usize), ApiError> {
    let admin = AnalyticsAdmin::new(&session.transport);
    let mut pages = pin!(admin.account_summaries());
    let (mut accounts, mut properties) = (0, 0);
    while let Some(page) = pages.try_next().await? {
        accounts += page.len();
        properties += page
            .iter()
            .map(|account| account.property_summaries.len())
            .sum::<usize>();
    }
    Ok((accounts, properties))
}

fn found(subject: FindingSubject, title: String) -> Finding {
    Finding {
        subject,
        state: FindingState::Ok,
        title,
        explanation: String::new(),
        remedy: String::new(),
        offers: Vec::new(),
        activity_id: None,
    }
}

fn no_access(session: &Session, subject: FindingSubject, product: &str, steps: &str) -> Finding {
    let connection = &session.connection;
    Finding {
        state: FindingState::Warn,
        explanation: format!(
            "Google accepts the key, and nobody has given {} access to anything in {product}.",
            who(connection)
        ),
        remedy: steps.to_owned(),
        offers: vec![copy_email(connection)],
        ..found(subject, format!("It reaches nothing in {product} yet"))
    }
}

/// Whose access counts: the user's, where the service account acts as one.
fn who(connection: &ConnectionRecord) -> &str {
    connection.impersonated.as_deref().unwrap_or(&connection.email)
}

fn copy_email(connection: &ConnectionRecord) -> Offer {
    Offer::CopyText {
        label: "Copy the e-mail to add".to_owned(),
        text: who(connection).to_owned(),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
