//! What may be chosen for a set-up: the accounts that are there, and the redirect addresses that Google may use.

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use gantry_store::ConnectionKind;
use google_apis::analytics_admin::PropertySummary;
use google_apis::{AnalyticsAdmin, TagManager};
use google_oauth::{LoopbackListener, OAuthClient, OAuthClientKind};
use url::Url;

use super::terms_desk::INSTALLED;
use super::terms_desk::terms_redirects;
use crate::Engine;
use crate::dto::provisioning::{
    AnalyticsAccountChoice, Choices, ChoicesRequest, ContainerOption, PropertyChoice, RedirectUri, RedirectsView,
    TagManagerAccountChoice,
};
use crate::error::{Error, ErrorCode, Result};

/// Where a person makes a Tag Manager account: Google's API cannot.
pub(super) const MAKE_TAG_MANAGER_ACCOUNT: &str = "https://tagmanager.google.com/#/admin/accounts/create";

/// What to register with an OAuth client of kind `web`: one for the Terms of Service, one to sign in.
pub(super) const SUGGESTED: [&str; 2] = ["http://127.0.0.1:27495/terms", "http://127.0.0.1:27496/sign-in"];

/// Two calls, where neither list has a second page.
pub async fn choices(engine: &Arc<Engine>, request: ChoicesRequest) -> Result<Choices> {
    let session = engine.session(request.connection.as_deref()).await?;
    let tag_manager = TagManager::new(&session.transport);
    let summaries = AnalyticsAdmin::new(&session.transport).account_summaries();
    let (summaries, accounts) = tokio::join!(summaries.try_concat(), tag_manager.accounts().try_concat());
    let summaries = session.explained(engine, "", summaries).await?;
    let (accounts, tag_manager_problem) = match session.explained(engine, "", accounts).await {
        Ok(accounts) => (accounts, None),
        Err(error) => (Vec::new(), Some(format!("{} {}", error.message, error.remedy))),
    };
    let containers = engine.store().containers().await?;
    let containers_of = |account_id: &str| {
        containers
            .iter()
            .filter(|container| container.account_id == account_id)
            .map(|container| ContainerOption {
                container_id: container.container_id.clone(),
                public_id: container.public_id.clone(),
                name: container.name.clone(),
            })
            .collect()
    };
    Ok(Choices {
        analytics_accounts: summaries
            .into_iter()
            .map(|summary| AnalyticsAccountChoice {
                account_id: digits(&summary.account, "accounts/"),
                name: summary.display_name,
                properties: summary.property_summaries.into_iter().map(property).collect(),
            })
            .collect(),
        tag_manager_accounts: accounts
            .into_iter()
            .map(|account| TagManagerAccountChoice {
                containers: containers_of(&account.account_id),
                account_id: account.account_id,
                name: account.name,
            })
            .collect(),
        tag_manager_problem,
        make_tag_manager_account: engine.link(engine.profile().base().dial(&constant(MAKE_TAG_MANAGER_ACCOUNT)?))?,
    })
}

fn property(summary: PropertySummary) -> PropertyChoice {
    // Where Google does not say, a refusal will.
    let can_edit = summary.extra.get("canEdit").and_then(serde_json::Value::as_bool);
    PropertyChoice {
        property_id: digits(&summary.property, "properties/"),
        name: summary.display_name,
        can_edit: can_edit.unwrap_or(true),
    }
}

fn digits(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_owned()
}

pub(super) fn constant(url: &str) -> Result<Url> {
    Url::parse(url).map_err(|error| {
        Error::new(ErrorCode::Internal, "The link could not be made.", "Report this.").with_details(error)
    })
}

/// Whether Google can send the browser back after the Terms of Service, and what to register where it cannot. No call.
pub async fn redirects(engine: &Arc<Engine>, request: ChoicesRequest) -> Result<RedirectsView> {
    let client = match engine.connection(request.connection.as_deref()).await {
        Ok(connection) if connection.kind == ConnectionKind::ServiceAccount => {
            return Err(super::terms::nobody(&connection.email));
        }
        Ok(connection) => engine.known_oauth_client(Some(&connection.oauth_client_id)).await?.0,
        Err(error) if error.code == ErrorCode::NoConnection && request.connection.is_none() => {
            engine.known_oauth_client(None).await?.0
        }
        Err(error) => return Err(error),
    };
    let registered = terms_redirects(&client);
    let seen: Vec<RedirectUri> = registered
        .iter()
        .map(|uri| RedirectUri {
            uri: (*uri).to_owned(),
            free: engine.terms_desk.serves(uri) || LoopbackListener::bind_first(&[*uri]).is_ok(),
        })
        .collect();
    let usable = seen.iter().any(|uri| uri.free);
    Ok(RedirectsView {
        message: message(&client, &seen, usable),
        oauth_client: client.client_id,
        registered: match client.kind {
            OAuthClientKind::Installed => Vec::new(),
            OAuthClientKind::Web => seen,
        },
        suggested: SUGGESTED.map(str::to_owned).to_vec(),
        usable,
    })
}

fn message(client: &OAuthClient, seen: &[RedirectUri], usable: bool) -> String {
    match (client.kind, usable, seen.is_empty()) {
        (OAuthClientKind::Installed, true, _) => {
            "An OAuth client of kind \"Desktop app\" registers no address: nothing is to be done.".to_owned()
        }
        (OAuthClientKind::Installed, false, _) => format!(
            "Other programs use {}. Close them: Google sends the browser back to one of these addresses.",
            INSTALLED.join(", ")
        ),
        (OAuthClientKind::Web, true, _) => "Google sends the browser back to an address that is registered.".to_owned(),
        (OAuthClientKind::Web, false, true) => format!(
            "None of the OAuth client's redirect addresses is one of this computer's. Register {} with it in the Google Cloud \
             console, download its file again and add it in Settings.",
            SUGGESTED[0]
        ),
        (OAuthClientKind::Web, false, false) => {
            "Other programs use every registered address. Close them, or register another one.".to_owned()
        }
    }
}
