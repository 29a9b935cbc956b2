//! The person's OAuth clients: facts in the database, secrets in the keychain.

use std::collections::HashMap;
use std::sync::Arc;

use gantry_store::{OAuthClientKind as StoredKind, OAuthClientRecord, PublishingStatus};
use google_oauth::{OAuthClient, OAuthClientError, OAuthClientKind, TokenStore, loopback_redirects};

use super::diagnosis::client_accepted;
use super::oauth_client_guide::{WEB_SIGN_IN_REDIRECT, WEB_TERMS_REDIRECT};
use crate::Engine;
use crate::dto::connections::{
    AddOAuthClient, ByPath, OAuthClientFile, OAuthClientKind as KindView, OAuthClientView, PublishingStatusName,
    UpdateOAuthClient,
};
use crate::dto::events::Topic;
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};

/// Larger than any real file; `OAuthClient::parse` says so.
const LARGEST_FILE: u64 = 1024 * 1024;

/// The person's OAuth clients, the default first, then the one that this build ships.
pub async fn list(engine: &Arc<Engine>, _: Nothing) -> Result<Vec<OAuthClientView>> {
    let mut used: HashMap<String, u32> = HashMap::new();
    for connection in engine.store.connections().await? {
        *used.entry(connection.oauth_client_id).or_default() += 1;
    }
    let records = engine.store.oauth_clients().await?;
    let uses = |id: &str| used.get(id).copied().unwrap_or(0);
    let shipped = engine
        .shipped_oauth_client
        .iter()
        .filter(|client| records.iter().all(|r| r.client_id != client.client_id));
    let shipped = shipped.map(|client| OAuthClientView {
        id: client.client_id.clone(),
        name: if engine.profile.base().is_google() {
            "Gantry's own"
        } else {
            "Sandbox"
        }
        .to_owned(),
        kind: kind_view(client.kind),
        project_id: client.project_id.clone(),
        redirect_uris: client.redirect_uris.clone(),
        is_default: records.is_empty(),
        shipped: true,
        connections: uses(&client.client_id),
        publishing_status: None,
    });
    let shipped: Vec<OAuthClientView> = shipped.collect();
    let own = records.into_iter().map(|record| OAuthClientView {
        connections: uses(&record.client_id),
        id: record.client_id,
        name: record.name,
        kind: kind_view(from_stored(record.kind)),
        project_id: record.project_id,
        redirect_uris: record.redirect_uris,
        is_default: record.is_default,
        shipped: false,
        publishing_status: record.publishing_status.map(status_view),
    });
    Ok(own.chain(shipped).collect())
}

/// Reads `client_secret_*.json`, keeps its secret in the keychain and its facts in the database.
pub async fn add(engine: &Arc<Engine>, request: AddOAuthClient) -> Result<OAuthClientView> {
    let client = read(&request.path).await?;
    let secrets = engine.secrets(request.session_only).await?;
    if let Some(secret) = &client.client_secret {
        secrets.set(&secret_key(&client.client_id), &secret.to_bytes()).await?;
    }
    let known = engine.store.oauth_client(&client.client_id).await?;
    let given = request
        .name
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty());
    let name = given
        .or_else(|| known.as_ref().map(|known| known.name.clone()))
        .or_else(|| client.project_id.clone())
        .unwrap_or_else(|| client.client_id.clone());
    let id = client.client_id.clone();
    engine
        .store
        .put_oauth_client(OAuthClientRecord {
            client_id: client.client_id,
            name,
            kind: match client.kind {
                OAuthClientKind::Installed => StoredKind::Installed,
                OAuthClientKind::Web => StoredKind::Web,
            },
            project_id: client.project_id,
            redirect_uris: client.redirect_uris,
            is_default: known.as_ref().is_some_and(|known| known.is_default),
            publishing_status: known.as_ref().and_then(|known| known.publishing_status),
            added_at: known.map_or_else(|| engine.clock.now(), |known| known.added_at),
        })
        .await?;
    engine.sessions.forget_client(&id).await;
    client_accepted(engine, &id).await?;
    engine.jobs.changed(Topic::OauthClients);
    list(engine, Nothing {})
        .await?
        .into_iter()
        .find(|view| view.id == id)
        .ok_or_else(|| unknown(&id))
}

/// Looks at a `client_secret_*.json` before it is added. Nothing is stored.
pub async fn inspect(engine: &Arc<Engine>, request: ByPath) -> Result<OAuthClientFile> {
    let client = read(&request.path).await?;
    let usable: Vec<String> = loopback_redirects(&client.redirect_uris)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut remarks = Vec::new();
    if client.kind == OAuthClientKind::Web && usable.is_empty() {
        remarks.push(format!(
            "It is of kind Web application and has no redirect URI on this computer: add {WEB_TERMS_REDIRECT} and \
             {WEB_SIGN_IN_REDIRECT} in the Google Cloud console and download the file again."
        ));
    }
    if client.client_secret.is_none() {
        remarks
            .push("It has no client secret; Google's token endpoint asks for one even from desktop apps.".to_owned());
    }
    let known = engine.store.oauth_client(&client.client_id).await?.is_some();
    if known {
        remarks.push("It was added before: adding it again replaces its secret.".to_owned());
    }
    Ok(OAuthClientFile {
        kind: kind_view(client.kind),
        client_id: client.client_id,
        project_id: client.project_id,
        redirect_uris: client.redirect_uris,
        usable_redirects: usable,
        known,
        remarks,
    })
}

/// Changes what the person calls an OAuth client, or what they said of its consent screen.
pub async fn update(engine: &Arc<Engine>, request: UpdateOAuthClient) -> Result<OAuthClientView> {
    let mut record = record(engine, &request.id).await?;
    if let Some(name) = request.name.as_deref().map(str::trim) {
        if name.is_empty() {
            return Err(Error::invalid(
                "An OAuth client needs a name.",
                "Enter one, for instance your company's.",
            ));
        }
        name.clone_into(&mut record.name);
    }
    if let Some(status) = request.publishing_status {
        record.publishing_status = Some(status_stored(status));
    }
    let id = record.client_id.clone();
    engine.store.put_oauth_client(record).await?;
    // When its sign-ins end may have changed with it.
    for topic in [Topic::OauthClients, Topic::Connections] {
        engine.jobs.changed(topic);
    }
    find(engine, &id).await
}

/// Forgets an OAuth client and its secret. One that connections were made with stays until they are disconnected.
pub async fn remove(engine: &Arc<Engine>, request: ById) -> Result<Nothing> {
    let view = find(engine, &request.id).await?;
    if view.shipped {
        return Err(Error::invalid(
            "This OAuth client came with Gantry and cannot be removed.",
            "Add your own and make it the default.",
        ));
    }
    if view.connections > 0 {
        return Err(Error::invalid(
            format!("{} connections were made with this OAuth client.", view.connections),
            "Disconnect them first: without the client their sign-ins no longer work.",
        ));
    }
    engine.store.remove_oauth_client(&view.id).await?;
    engine.session.delete(&secret_key(&view.id)).await?;
    if let Ok(store) = engine.keychain.store().await {
        store.delete(&secret_key(&view.id)).await?;
    }
    engine.jobs.changed(Topic::OauthClients);
    Ok(Nothing {})
}

/// Makes it the one that sign-ins use where none is named.
pub async fn set_default(engine: &Arc<Engine>, request: ById) -> Result<Nothing> {
    let mut record = record(engine, &request.id).await?;
    record.is_default = true;
    engine.store.put_oauth_client(record).await?;
    engine.jobs.changed(Topic::OauthClients);
    Ok(Nothing {})
}

/// One of the person's own, by its id or name.
async fn record(engine: &Engine, named: &str) -> Result<OAuthClientRecord> {
    let mut records = engine.store.oauth_clients().await?.into_iter();
    records
        .find(|record| record.client_id == named || record.name == named)
        .ok_or_else(|| unknown(named))
}

async fn find(engine: &Arc<Engine>, id: &str) -> Result<OAuthClientView> {
    let views = list(engine, Nothing {}).await?;
    views
        .into_iter()
        .find(|view| view.id == id || view.name == id)
        .ok_or_else(|| unknown(id))
}

async fn read(path: &str) -> Result<OAuthClient> {
    let unreadable = |error: std::io::Error| {
        Error::invalid(
            format!("{path} could not be read."),
            "Name the client_secret_*.json that you downloaded.",
        )
        .with_details(error)
    };
    let length = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    if length > LARGEST_FILE {
        return Err(not_a_client(&OAuthClientError::TooLarge(
            usize::try_from(length).unwrap_or(usize::MAX),
        )));
    }
    OAuthClient::parse(&tokio::fs::read(path).await.map_err(unreadable)?).map_err(|error| not_a_client(&error))
}

fn not_a_client(error: &OAuthClientError) -> Error {
    let remedy = match error {
        OAuthClientError::ServiceAccount => {
            "Add it as a service account: `gantry service-account add FILE`, or on the Connections page."
        }
        _ => {
            "In the Google Cloud console open APIs & Services, Credentials, your OAuth client, and press Download JSON."
        }
    };
    Error::invalid("This file is not an OAuth client.", remedy).with_details(error)
}

fn unknown(id: &str) -> Error {
    Error::new(
        ErrorCode::NotFound,
        format!("There is no OAuth client {id:?}."),
        "List them with `gantry oauth-client list`.",
    )
}

fn secret_key(client_id: &str) -> String {
    format!("oauth-client:{client_id}")
}

fn from_stored(kind: StoredKind) -> OAuthClientKind {
    match kind {
        StoredKind::Installed => OAuthClientKind::Installed,
        StoredKind::Web => OAuthClientKind::Web,
    }
}

fn status_view(status: PublishingStatus) -> PublishingStatusName {
    match status {
        PublishingStatus::Testing => PublishingStatusName::Testing,
        PublishingStatus::Production => PublishingStatusName::Production,
        PublishingStatus::Internal => PublishingStatusName::Internal,
    }
}

fn status_stored(status: PublishingStatusName) -> PublishingStatus {
    match status {
        PublishingStatusName::Testing => PublishingStatus::Testing,
        PublishingStatusName::Production => PublishingStatus::Production,
        PublishingStatusName::Internal => PublishingStatus::Internal,
    }
}

fn kind_view(kind: OAuthClientKind) -> KindView {
    match kind {
        OAuthClientKind::Installed => KindView::Installed,
        OAuthClientKind::Web => KindView::Web,
    }
}

impl Engine {
    /// Where secrets go: the keychain, or memory where the person chose "this session only".
    pub(super) async fn secrets(&self, session_only: bool) -> Result<Arc<dyn TokenStore>> {
        if session_only {
            return Ok(Arc::clone(&self.session) as Arc<dyn TokenStore>);
        }
        self.keychain.store().await
    }

    /// The OAuth client with its secret; the default one where none is named.
    pub(super) async fn oauth_client(&self, named: Option<&str>) -> Result<OAuthClient> {
        let (client, added) = self.known_oauth_client(named).await?;
        if !added {
            return Ok(client);
        }
        let key = secret_key(&client.client_id);
        let mut secret = self.session.get(&key).await?;
        if secret.is_none() {
            secret = self.keychain.store().await?.get(&key).await?;
        }
        Ok(OAuthClient {
            client_secret: secret.and_then(|secret| secret.to_text()),
            ..client
        })
    }

    /// What is known of an OAuth client without asking the keychain, and whether the person added it; the default one
    /// where none is named.
    pub(crate) async fn known_oauth_client(&self, named: Option<&str>) -> Result<(OAuthClient, bool)> {
        let records = self.store.oauth_clients().await?;
        let record = match named {
            Some(name) => records
                .into_iter()
                .find(|record| record.client_id == name || record.name == name),
            None => records.into_iter().find(|record| record.is_default),
        };
        if let Some(record) = record {
            let known = OAuthClient {
                kind: from_stored(record.kind),
                client_id: record.client_id,
                client_secret: None,
                project_id: record.project_id,
                redirect_uris: record.redirect_uris,
            };
            return Ok((known, true));
        }
        let shipped = self.shipped_oauth_client.as_ref();
        let shipped = shipped.filter(|client| named.is_none_or(|name| name == client.client_id));
        let client = shipped.cloned().ok_or_else(|| match named {
            Some(name) => unknown(name),
            None => Error::new(
                ErrorCode::NoOauthClient,
                "Gantry needs an OAuth client of your own to sign in with.",
                "Add client_secret_*.json in Settings, or with `gantry oauth-client add FILE`.",
            ),
        })?;
        Ok((client, false))
    }
}
