//! The Analytics accounts that connections reach, asked of Google itself: one call a connection for the cheapest inventory.

use std::pin::pin;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use gantry_domain::Permission;
use google_apis::AnalyticsAdmin;
use serde::Serialize;

use crate::Engine;
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
}

/// All accounts with their properties, of one connection or of all that can be used.
pub async fn accounts(engine: &Arc<Engine>, connection: Option<&str>) -> Result<Vec<AnalyticsAccountView>> {
    let mut sessions = if connection.is_some() {
        Vec::new()
    } else {
        engine.ready_sessions().await?
    };
    if sessions.is_empty() {
        // The one that is named; or none works: the same answer as everywhere else.
        sessions.push(engine.session(connection).await?);
    }
    let mut accounts = Vec::new();
    for session in sessions {
        // Configure lets an account be read as well.
        if !session.granted().contains(&Permission::Configure) {
            session.require(Permission::View)?;
        }
        let admin = AnalyticsAdmin::new(&session.transport);
        let mut pages = pin!(admin.account_summaries());
        while let Some(page) = pages.try_next().await? {
            accounts.extend(page.into_iter().map(|summary| {
                AnalyticsAccountView {
                    account_id: summary.account.trim_start_matches("accounts/").to_owned(),
                    display_name: summary.display_name,
                    connection: session.connection.email.clone(),
                    properties: summary
                        .property_summaries
                        .into_iter()
                        .map(|property| AnalyticsPropertyView {
                            property_id: property.property.trim_start_matches("properties/").to_owned(),
                            display_name: property.display_name,
                        })
                        .collect(),
                }
            }));
        }
    }
    Ok(accounts)
}
