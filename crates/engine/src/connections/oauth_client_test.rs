//! A test sign-in: does Google let somebody in with this OAuth client? It asks for the e-mail address alone and keeps
//! nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use google_oauth::{AuthorizationRequest, Grant, TokenEndpoint};

use super::sign_in::{TIME_LIMIT, step, through_the_browser};
use crate::Engine;
use crate::dto::ById;
use crate::dto::connections::OAuthClientTest;
use crate::error::{ErrorCode, Result};
use crate::jobs::Job;

/// Signs in with `openid email`, says what came back, and gives the token back.
pub async fn test(engine: &Arc<Engine>, request: ById, job: &Job) -> Result<OAuthClientTest> {
    let client = engine.oauth_client(Some(&request.id)).await?;
    let endpoint = engine.token_endpoint(client, None)?;
    let authorization = AuthorizationRequest {
        scopes: vec!["openid".to_owned(), "email".to_owned()],
        login_hint: None,
        time_limit: TIME_LIMIT,
    };
    match through_the_browser(engine, &endpoint, authorization, job).await {
        Ok(grant) => {
            job.progress(step("Signed in", 3));
            let kept = give_back(engine, &endpoint, &grant).await?;
            Ok(OAuthClientTest {
                ok: true,
                message: format!(
                    "Google signed {} in with this OAuth client. {kept}",
                    grant.identity.email
                ),
                email: Some(grant.identity.email),
                code: None,
            })
        }
        // A person who stops learns nothing about the OAuth client.
        Err(error) if error.code == ErrorCode::Cancelled => Err(error),
        Err(error) => Ok(OAuthClientTest {
            ok: false,
            message: format!("{} {}", error.message, error.remedy),
            email: None,
            code: Some(error.code),
        }),
    }
}

/// Revokes what the test was given; says what became of it. Google revokes all that the person gave to the project with
/// it: where connections depend on that, the token is dropped here and left to expire.
async fn give_back(engine: &Engine, endpoint: &TokenEndpoint, grant: &Grant) -> Result<&'static str> {
    let client = endpoint.client();
    let client_id = &client.client_id;
    let mut clients = engine.store.oauth_clients().await?;
    clients.retain(|known| known.project_id.is_some() && known.project_id == client.project_id);
    let shipped = engine.shipped_oauth_client.iter();
    let shipped = shipped.filter(|known| known.project_id.is_some() && known.project_id == client.project_id);
    let same_project: BTreeSet<&str> = clients
        .iter()
        .map(|known| known.client_id.as_str())
        .chain(shipped.map(|known| known.client_id.as_str()))
        .chain([client_id.as_str()])
        .collect();
    let connections = engine.store.connections().await?;
    let in_use = connections
        .iter()
        .any(|one| one.subject == grant.identity.sub && same_project.contains(one.oauth_client_id.as_str()));
    if in_use {
        // Google counts it, so we do.
        if grant.refresh_token.is_some() {
            let issuer = endpoint.provider().issuer;
            engine
                .store
                .record_sign_in(issuer, &grant.identity.sub, client_id, engine.clock.now())
                .await?;
        }
        return Ok("Nothing of the test was kept here.");
    }
    let token = grant
        .refresh_token
        .as_ref()
        .unwrap_or_else(|| grant.access_token.secret());
    Ok(match endpoint.revoke(token).await {
        Ok(()) => "Nothing was kept, and the access was given back.",
        Err(_) => {
            "Nothing was kept here. Google could not be told; remove the access at myaccount.google.com/connections."
        }
    })
}
