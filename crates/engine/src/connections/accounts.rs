//! The Analytics accounts that connections reach, asked of Google itself: one call a connection for the cheapest inventory.

use std::pin::pin;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use gantry_domain::Permission;
use google_apis::AnalyticsAdmin;
use serde::Serialize;

use super::session::{ConnectionFailure, ReadySessions, Session};
use crate::Engine;
use crate::clients::Marks;
use crate::dto::clients::ClientMark;
use crate::error::Result;

/// An account, as one connection sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnalyticsAccountView {
    /// Digits only.
    pub account_id: String,
    pub display_name: String,
    /// The e-mail of the connection that reaches it.
    pub connection: String,
    pub properties: Vec<AnalyticsPropertyView>,
}

/// A property of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnalyticsPropertyView {
    /// Digits only.
    pub property_id: String,
    pub display_name: String,
    /// The agency's client that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientMark>,
}

/// What the connections reach, and which of them could not be asked.
#[derive(Debug, Default)]
pub struct AccountsInReach {
    pub accounts: Vec<AnalyticsAccountView>,
    pub failures: Vec<ConnectionFailure>,
}

/// All accounts with their properties, of one connection or of all that can be used. An error where no connection
/// answered; where some did, the others are named in the answer.
pub async fn accounts(engine: &Arc<Engine>, connection: Option<&str>) -> Result<AccountsInReach> {
    let mut ready = match connection {
        Some(_) => ReadySessions::default(),
        None => engine.ready_sessions().await?,
    };
    if ready.sessions.is_empty() && ready.failures.is_empty() {
        // The one that is named; or none works: the same answer as everywhere else.
        ready.sessions.push(engine.session(connection).await?);
    }
    let mut reach = AccountsInReach {
        failures: ready.failures,
        ..AccountsInReach::default()
    };
    let marks = Marks::read(engine).await?;
    let mut answered = false;
    for session in ready.sessions {
        match accounts_of(engine, &session, &marks).await {
            Ok(accounts) => {
                answered = true;
                reach.accounts.extend(accounts);
            }
            Err(error) => reach.failures.push(ConnectionFailure {
                connection: session.connection.email,
                error,
            }),
        }
    }
    if !answered && !reach.failures.is_empty() {
        return Err(reach.failures.swap_remove(0).error);
    }
    Ok(reach)
}

async fn accounts_of(engine: &Engine, session: &Session, marks: &Marks) -> Result<Vec<AnalyticsAccountView>> {
    // Configure lets an account be read as well.
    if !session.allowed().contains(&Permission::Configure) {
        session.require(Permission::View)?;
    }
    let admin = AnalyticsAdmin::new(&session.transport);
    let mut pages = pin!(admin.account_summaries());
    let mut accounts = Vec::new();
    while let Some(page) = session.explained(engine, "", pages.try_next().await).await? {
        accounts.extend(page.into_iter().map(|summary| {
            AnalyticsAccountView {
                account_id: summary.account.trim_start_matches("accounts/").to_owned(),
                display_name: summary.display_name,
                connection: session.connection.email.clone(),
                properties: summary
                    .property_summaries
                    .into_iter()
                    .map(|property| AnalyticsPropertyView {
                        client: marks.of(&property.property),
                        property_id: property.property.trim_start_matches("properties/").to_owned(),
                        display_name: property.display_name,
                    })
                    .collect(),
            }
        }));
    }
    Ok(accounts)
}
