//! The connections as a person sees them, and ending them.

use std::sync::Arc;

use gantry_store::{AnalyticsProperty, ConnectionKind as StoredKind, ConnectionRecord, TagManagerContainer};
use google_oauth::{OAuthClient, OAuthClientKind, OAuthError};

use super::diagnosis::{renewal_unsaved, signs_off, tokens_obtained, trouble_of};
use super::session::{allowed, granted};
use super::{reconcile, service_accounts};
use crate::Engine;
use crate::dto::connections::{ConnectionKind, ConnectionState, ConnectionView, StoredIn};
use crate::dto::events::Topic;
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};

/// All connections, oldest first.
pub async fn list(engine: &Arc<Engine>, _: Nothing) -> Result<Vec<ConnectionView>> {
    let properties = engine.store.analytics_properties().await?;
    let containers = engine.store.containers().await?;
    let mut views = Vec::new();
    for record in engine.store.connections().await? {
        views.push(view(engine, record, &properties, &containers).await?);
    }
    Ok(views)
}

pub(super) async fn one(engine: &Arc<Engine>, id: &str) -> Result<ConnectionView> {
    let record = engine.connection(Some(id)).await?;
    view(
        engine,
        record,
        &engine.store.analytics_properties().await?,
        &engine.store.containers().await?,
    )
    .await
}

async fn view(
    engine: &Arc<Engine>,
    record: ConnectionRecord,
    properties: &[AnalyticsProperty],
    containers: &[TagManagerContainer],
) -> Result<ConnectionView> {
    let trouble = trouble_of(engine, &record).await?;
    let client = engine.store.oauth_client(&record.oauth_client_id).await?;
    let status = client.and_then(|client| client.publishing_status);
    let count = |lists: usize| u32::try_from(lists).unwrap_or(u32::MAX);
    Ok(ConnectionView {
        asked: record.permissions.iter().copied().collect(),
        granted: granted(&record),
        dropped: record.dropped.iter().copied().collect(),
        allowed: allowed(&record),
        kind: match record.kind {
            StoredKind::User => ConnectionKind::User,
            StoredKind::ServiceAccount => ConnectionKind::ServiceAccount,
        },
        state: if trouble.is_none() {
            ConnectionState::Ready
        } else {
            ConnectionState::NeedsSignIn
        },
        state_reason: trouble
            .as_ref()
            .map(|trouble| format!("{}. {}", trouble.title, trouble.explanation)),
        // It works, but not for long: that is to be known before Gantry quits.
        trouble: trouble.or_else(|| engine.sessions.unsaved(&record.id).then(renewal_unsaved)),
        tokens_obtained: tokens_obtained(&engine.store, &record, engine.clock.now()).await?,
        signed_in_at: record.signed_in_at,
        sign_in_ends_at: signs_off(&record, status),
        stored_in: if record.key_file.is_some() {
            StoredIn::KeyFile
        } else if record.session_only {
            StoredIn::Session
        } else {
            StoredIn::Keychain
        },
        properties: count(
            properties
                .iter()
                .filter(|property| property.connections.contains(&record.id))
                .count(),
        ),
        containers: count(
            containers
                .iter()
                .filter(|container| container.connections.contains(&record.id))
                .count(),
        ),
        id: record.id,
        email: record.email,
        display_name: record.display_name,
        oauth_client_id: (record.kind == StoredKind::User).then_some(record.oauth_client_id),
        key_file: record.key_file,
        impersonated: record.impersonated,
        connected_at: record.created_at,
        last_used_at: record.last_used_at,
    })
}

/// Forgets a connection here and gives its token back to Google. Of a service account the key that is stored here is
/// deleted: at Google it goes on working until somebody deletes it there.
pub async fn disconnect(engine: &Arc<Engine>, request: ById) -> Result<Nothing> {
    let record = engine.connection(Some(&request.id)).await?;
    let marked = reconcile::removing(engine, &record).await?;
    let revoked = match forget(engine, &record).await {
        Ok(revoked) => revoked,
        Err(error) => {
            marked.undo(engine, &record).await?;
            return Err(error);
        }
    };
    revoked.map(|()| Nothing {}).map_err(|error| {
        Error::new(
            ErrorCode::PartlyDone,
            format!(
                "{} was removed from this computer, but Google could not be told.",
                record.email
            ),
            "Remove Gantry's access at myaccount.google.com/connections as well.",
        )
        .with_details(error)
    })
}

/// Deletes the connection's secret, then its row; says whether Google could be told. Nothing is told of a service account.
pub(super) async fn forget(engine: &Engine, record: &ConnectionRecord) -> Result<Result<(), OAuthError>> {
    if record.kind == StoredKind::ServiceAccount {
        service_accounts::forget(engine, record).await?;
        removed(engine, &record.id).await?;
        return Ok(Ok(()));
    }
    // Revoking needs the token alone: it works even where the OAuth client is gone.
    let client = OAuthClient {
        kind: OAuthClientKind::Installed,
        client_id: record.oauth_client_id.clone(),
        client_secret: None,
        project_id: None,
        redirect_uris: Vec::new(),
    };
    let revoked = engine.user_credential(record, client).await?.disconnect().await;
    if let Err(error @ (OAuthError::Store(_) | OAuthError::Lock(_))) = revoked {
        // The token is still in the keychain: the connection must stay visible, or it would be forgotten there.
        return Err(error.into());
    }
    removed(engine, &record.id).await?;
    Ok(revoked)
}

async fn removed(engine: &Engine, id: &str) -> Result<()> {
    engine.sessions.forget(id).await;
    engine.store.remove_connection(id).await?;
    for topic in [Topic::Connections, Topic::Accounts, Topic::Containers] {
        engine.jobs.changed(topic);
    }
    Ok(())
}
