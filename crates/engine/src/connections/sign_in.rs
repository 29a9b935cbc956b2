//! Signing in: opens Google's page in the browser, waits for its answer, keeps what was granted.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use gantry_domain::Permission;
use gantry_domain::permissions::{ANALYTICS_PROVISION, scopes_to_request};
use gantry_store::{ConnectionKind, ConnectionRecord};
use google_oauth::{AuthorizationRequest, Grant, OAuthClient, Provider, TokenEndpoint};
use jiff::SignedDuration;

use super::diagnosis::signs_off;
use super::list::one;
use super::other_account::OtherAccount;
use super::reconcile;
use crate::Engine;
use crate::dto::connections::{ConnectRequest, ConnectionView, Offer};
use crate::dto::events::{EngineEvent, LinkPurpose, Progress, Topic};
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;

/// How long a person may take on Google's page.
pub(super) const TIME_LIMIT: Duration = Duration::from_mins(10);

/// Signs in, or signs in again; done when the connection is stored.
pub async fn connect(engine: &Arc<Engine>, request: ConnectRequest, job: &Job) -> Result<ConnectionView> {
    connect_with(engine, request, None, job).await
}

/// The same, asking for a scope besides those of the permissions: the old Provisioning API's, which no permission holds.
pub(crate) async fn connect_with(
    engine: &Arc<Engine>,
    request: ConnectRequest,
    scope: Option<&str>,
    job: &Job,
) -> Result<ConnectionView> {
    let before = match &request.reconnect {
        Some(id) => Some(engine.connection(Some(id)).await?),
        None => None,
    };
    if let Some(record) = before
        .as_ref()
        .filter(|record| record.kind == ConnectionKind::ServiceAccount)
    {
        return Err(Error::invalid(
            format!("{} is a service account: it has no sign-in, but a key.", record.email),
            "Add its key again, or a new one: `gantry service-account add FILE`.",
        ));
    }
    // Installed apps have no incremental authorization: what was allowed before is asked for again.
    let mut allow = request.allow.clone();
    allow.extend(before.iter().flat_map(|record| record.permissions.iter().copied()));
    if allow.is_empty() {
        return Err(Error::invalid(
            "Nothing to allow was chosen.",
            "Choose at least one permission, for instance View.",
        ));
    }
    // Before a browser opens: where would the sign-in be kept?
    let was_session_only = before.as_ref().is_some_and(|record| record.session_only);
    let session_only = request.session_only || (was_session_only && engine.keychain.store().await.is_err());
    engine.secrets(session_only).await?;
    let named = request
        .oauth_client_id
        .as_deref()
        .or(before.as_ref().map(|record| record.oauth_client_id.as_str()));
    let client = engine.oauth_client(named).await?;
    if let Some(known) = before
        .as_ref()
        .filter(|known| known.oauth_client_id != client.client_id)
    {
        // Another OAuth client's grant is another connection: it must not take the place of one that works.
        return Err(Error::invalid(
            format!("{} was connected with another OAuth client.", known.email),
            "Sign it in again with the OAuth client that it has, or connect the account anew with the other one.",
        ));
    }

    let endpoint = engine.token_endpoint(client.clone(), before.as_ref().map(|record| record.id.as_str()))?;
    let mut scopes = scopes_to_request(&allow);
    let had = before
        .as_ref()
        .is_some_and(|record| record.granted_scopes.iter().any(|scope| scope == ANALYTICS_PROVISION));
    scopes.extend(scope.or(had.then_some(ANALYTICS_PROVISION)).map(str::to_owned));
    let authorization = AuthorizationRequest {
        scopes,
        login_hint: before.as_ref().map(|record| record.email.clone()),
        time_limit: TIME_LIMIT,
    };
    let grant = through_the_browser(engine, &endpoint, authorization, job).await?;
    if grant.refresh_token.is_some() {
        // Google counts every one, whatever becomes of it here.
        let (issuer, person) = (endpoint.provider().issuer, &grant.identity.sub);
        let now = engine.clock.now();
        engine
            .store
            .record_sign_in(issuer, person, &client.client_id, now)
            .await?;
    }
    if let Some(wanted) = before.as_ref().filter(|wanted| wanted.subject != grant.identity.sub) {
        return Err(wrong_account(engine, wanted, client, session_only, allow, grant));
    }
    let stored = keep(engine, client, session_only, before, &allow, &grant).await?;
    job.progress(step("Signed in", 3));
    for topic in [Topic::Connections, Topic::OauthClients] {
        engine.jobs.changed(topic);
    }
    one(engine, &stored.id).await
}

/// Opens the page, waits for its answer and trades it for tokens.
pub(super) async fn through_the_browser(
    engine: &Engine,
    endpoint: &TokenEndpoint,
    authorization: AuthorizationRequest,
    job: &Job,
) -> Result<Grant> {
    // An OAuth client may have but one registered address for all its answers.
    engine.close_answer_pages().await;
    let pending = authorization.begin(endpoint)?;
    engine
        .ask_to_open(
            job,
            LinkPurpose::SignIn,
            None,
            pending.url.clone(),
            Some(&pending.redirect_uri),
            pending.expires_at,
        )
        .await?;
    job.progress(step("Waiting for you in the browser", 1));

    let strays = job.clone();
    let code = pending
        .wait(job.cancel_token(), move || {
            strays.emit(EngineEvent::StrayAnswer {
                job: strays.id().clone(),
                message: "An answer of another sign-in came in and was ignored. Use the newest sign-in tab.".to_owned(),
            });
        })
        .await?;
    job.progress(step("Finishing the sign-in with Google", 2));
    Ok(endpoint.exchange(code).await?)
}

/// Another account answered: nothing is overwritten, and the person may keep the other one as well.
fn wrong_account(
    engine: &Engine,
    wanted: &ConnectionRecord,
    client: OAuthClient,
    session_only: bool,
    allow: BTreeSet<Permission>,
    grant: Grant,
) -> Error {
    let email = grant.identity.email.clone();
    let pending = engine.other_accounts.keep(OtherAccount {
        client,
        session_only,
        allow,
        grant,
        since: engine.clock.now(),
    });
    Error::new(
        ErrorCode::WrongAccount,
        format!("You signed in as {email}, but this connection is {}.", wanted.email),
        "Nothing was changed. Try again and choose the right account, or add the other one as a new connection.",
    )
    .offering(Offer::AdoptAccount { pending, email })
}

/// Stores what was granted, as the connection that it is: (issuer, person, OAuth client) decides, however it was asked for.
pub(super) async fn keep(
    engine: &Engine,
    client: OAuthClient,
    session_only: bool,
    before: Option<ConnectionRecord>,
    allow: &BTreeSet<Permission>,
    grant: &Grant,
) -> Result<ConnectionRecord> {
    let identity = &grant.identity;
    let granted = Permission::granted_by(grant.scopes.iter().map(String::as_str));
    if granted.is_disjoint(allow) {
        let names: Vec<&str> = allow.iter().map(|permission| permission.name()).collect();
        return Err(Error::new(
            ErrorCode::PermissionMissing,
            format!(
                "{} signed in, but the boxes for {} were not all ticked on Google's page.",
                identity.email,
                names.join(", ")
            ),
            "Sign in again and tick the boxes of what Gantry may do.",
        ));
    }
    let issuer = Provider::google().issuer;
    let known = engine
        .store
        .connection_by_key(issuer, &identity.sub, &client.client_id)
        .await?;
    let reconnect = before.is_some();
    let known = known.or(before);
    let mut dropped = known.as_ref().map_or_else(Vec::new, |record| record.dropped.clone());
    let mut asked = allow.clone();
    if let Some(known) = &known {
        // Switched off stays off, save where this sign-in brought what was not there before, or was asked for by name.
        let held = super::session::granted(known);
        dropped.retain(|permission| held.contains(permission) && (reconnect || !allow.contains(permission)));
        asked.extend(&known.permissions);
        // Installed apps have no incremental authorization: this grant holds no more than what was asked for now. Where the
        // connection has more, and works, it keeps the grant that it has.
        let narrower = !reconnect && granted.is_subset(&held) && granted != held && known.session_only == session_only;
        if narrower
            && engine
                .user_credential(known, client.clone())
                .await?
                .credential()
                .check()
                .await
                .is_ok()
        {
            engine.store.set_dropped(&known.id, &dropped).await?;
            engine.store.revive_connection(&known.id).await?;
            return engine.connection(Some(&known.id)).await;
        }
    }
    let id = known
        .as_ref()
        .map_or_else(|| uuid::Uuid::new_v4().to_string(), |record| record.id.clone());
    let now = engine.clock.now();
    let status = engine.store.oauth_client(&client.client_id).await?;
    let mut record = ConnectionRecord {
        display_name: identity.name.clone(),
        permissions: asked.into_iter().collect(),
        granted_scopes: grant.scopes.iter().cloned().collect(),
        session_only,
        last_used_at: Some(now),
        signed_in_at: Some(now),
        dropped,
        ..ConnectionRecord::new(&id, &identity.sub, &identity.email, &client.client_id, now)
    };
    // What was given while the OAuth client is in testing ends, even if it is published afterwards.
    record.sign_in_ends_at = grant
        .refresh_token_lifetime
        .and_then(|lifetime| now.checked_add(SignedDuration::try_from(lifetime).ok()?).ok());
    record.sign_in_ends_at = signs_off(&record, status.and_then(|known| known.publishing_status));
    store(engine, record, client, grant).await
}

/// The row is marked, the token goes into the keychain, and the whole row clears the mark: see [`reconcile`].
async fn store(
    engine: &Engine,
    record: ConnectionRecord,
    client: OAuthClient,
    grant: &Grant,
) -> Result<ConnectionRecord> {
    let (record, marked) = reconcile::storing(engine, record).await?;
    let stored = async {
        let credential = engine.user_credential(&record, client).await?;
        let (access_token, refresh_token) = (grant.access_token.clone(), grant.refresh_token.as_ref());
        Ok(credential.accept(access_token, refresh_token).await?)
    };
    if let Err(error) = stored.await {
        marked.undo(engine, &record).await?;
        return Err(error);
    }
    engine.sessions.forget(&record.id).await;
    Ok(engine.store.put_connection(record).await?)
}

pub(super) fn step(what: &str, done: u32) -> Progress {
    Progress {
        what: what.to_owned(),
        done,
        total: 3,
        calls: 0,
        eta_seconds: None,
        waiting_until: None,
    }
}

impl Engine {
    /// Issues the link, asks the browser to open it, and tells hosts that somebody has to do something there: as `account`,
    /// where it must be a certain one.
    pub(crate) async fn ask_to_open(
        &self,
        job: &Job,
        purpose: LinkPurpose,
        account: Option<&str>,
        url: url::Url,
        redirect_uri: Option<&str>,
        expires_at: jiff::Timestamp,
    ) -> Result<()> {
        // Nothing is opened that is not a link of ours.
        self.links.issue(url.clone())?;
        let browser = Arc::clone(&self.browser);
        let page = url.clone();
        let opened = job.opens_pages() && {
            // An opener that hangs must not hold up the link to copy.
            let opening = tokio::task::spawn_blocking(move || browser.open(&page));
            let opened = tokio::time::timeout(Duration::from_secs(3), opening).await;
            matches!(opened, Ok(Ok(Ok(()))))
        };
        let text = url.to_string();
        let link = self.links.issue(url)?;
        let listening_on = redirect_uri
            .and_then(|uri| url::Url::parse(uri).ok())
            .map(|uri| uri[url::Position::BeforeHost..url::Position::AfterPort].to_owned());
        job.emit(EngineEvent::OpenUrl {
            job: job.id().clone(),
            purpose,
            link,
            url: text,
            listening_on,
            expires_at,
            opened,
            account: account.map(str::to_owned),
        });
        Ok(())
    }
}
