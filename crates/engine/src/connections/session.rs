//! A connection in use: its access tokens and its transport to Google's APIs.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};

use async_trait::async_trait;
use gantry_domain::{ClockSkew, Permission};
use gantry_store::{ConnectionKind, ConnectionRecord, ConnectionState};
use google_apis::{
    AccessToken, AccessTokenSource, HttpClient, RetryPolicy, TokenUnavailable, TokenUnavailableKind, Transport,
    TransportConfig,
};
use google_oauth::{
    Credential, OAuthClient, OAuthError, Provider, RefreshLock, SecretString, TokenEndpoint, TokenStore,
    TokenStoreError, UserCredential,
};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::diagnosis::Endings;
use super::refresh_lock::FileLock;
use super::service_account_refusals::without_sign_in;
use super::service_accounts;
use crate::dto::connections::Offer;
use crate::dto::events::Topic;
use crate::error::{Error, ErrorCode, Result};
use crate::{Engine, activity, quota};

/// One connection, ready to call Google. Cheap to clone.
#[derive(Clone)]
pub struct Session {
    pub connection: ConnectionRecord,
    pub transport: Transport,
    /// `None` for a service account, which has none.
    pub(crate) oauth_client: Option<Arc<OAuthClient>>,
    /// The Google Cloud project whose quota it spends.
    pub(crate) project: String,
    pub(super) credential: Credential,
}

/// The connections that can be used, and those that failed before anything was sent.
#[derive(Default)]
pub struct ReadySessions {
    pub sessions: Vec<Session>,
    pub failures: Vec<ConnectionFailure>,
}

/// One connection of several that could not do its part.
#[derive(Debug)]
pub struct ConnectionFailure {
    /// Its e-mail.
    pub connection: String,
    pub error: Error,
}

/// The sessions of one engine, so that all calls of a connection share its access token.
#[derive(Default)]
pub struct Sessions {
    open: Mutex<HashMap<String, Session>>,
    /// Those of the sessions: asked without a wait for a session that is being opened, which may prompt for the keychain.
    credentials: std::sync::Mutex<HashMap<String, Credential>>,
}

impl Sessions {
    /// The connection was signed in again or disconnected.
    pub(super) async fn forget(&self, connection_id: &str) {
        self.open.lock().await.remove(connection_id);
        self.credentials().remove(connection_id);
    }

    /// Whether this process alone has the connection's secret: Google renewed it and the keychain did not take it.
    pub(super) fn unsaved(&self, connection_id: &str) -> bool {
        self.credentials().get(connection_id).is_some_and(Credential::unsaved)
    }

    fn credentials(&self) -> MutexGuard<'_, HashMap<String, Credential>> {
        self.credentials.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The OAuth client's file was added again.
    pub(super) async fn forget_client(&self, client_id: &str) {
        self.open.lock().await.retain(|id, session| {
            let stays = session.connection.oauth_client_id != client_id;
            if !stays {
                self.credentials().remove(id);
            }
            stays
        });
    }
}

impl Session {
    /// What Gantry may do with it: granted by Google and not switched off here.
    pub fn allowed(&self) -> BTreeSet<Permission> {
        allowed(&self.connection)
    }

    /// An error that names the permission, where it was not granted.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.allowed().contains(&permission) {
            return Ok(());
        }
        let connection_id = self.connection.id.clone();
        if granted(&self.connection).contains(&permission) {
            return Err(Error::new(
                ErrorCode::PermissionMissing,
                format!(
                    "You switched \"{}\" off for {}, so Gantry may not {} with it.",
                    permission.name(),
                    self.connection.email,
                    doing(permission)
                ),
                format!("Use \"{}\" again, or choose another connection.", permission.name()),
            )
            .offering(Offer::UseAgain {
                connection_id,
                permission,
            }));
        }
        if self.connection.kind == ConnectionKind::ServiceAccount {
            return Err(Error::new(
                ErrorCode::PermissionMissing,
                format!("{} was not added to {}.", self.connection.email, doing(permission)),
                format!("Add its key again with \"{}\" among what it may do.", permission.name()),
            ));
        }
        Err(Error::new(
            ErrorCode::PermissionMissing,
            format!(
                "{} has not allowed Gantry to {}.",
                self.connection.email,
                doing(permission)
            ),
            format!(
                "Sign in again and allow \"{}\": tick all its boxes on Google's page.",
                permission.name()
            ),
        )
        .offering(Offer::Grant {
            connection_id,
            permission,
        }))
    }
}

/// What is granted and not switched off here.
pub(crate) fn allowed(connection: &ConnectionRecord) -> BTreeSet<Permission> {
    let mut allowed = granted(connection);
    allowed.retain(|permission| !connection.dropped.contains(permission));
    allowed
}

pub(super) fn granted(connection: &ConnectionRecord) -> BTreeSet<Permission> {
    Permission::granted_by(connection.granted_scopes.iter().map(String::as_str))
}

pub(super) fn doing(permission: Permission) -> &'static str {
    match permission {
        Permission::View => "look at Analytics and Tag Manager",
        Permission::Configure => "set up Analytics",
        Permission::Edit => "edit Tag Manager containers",
        Permission::Publish => "publish Tag Manager containers",
        Permission::Manage => "manage people and accounts",
    }
}

impl Engine {
    /// The connection that a request names by id or e-mail; the only one where none is named.
    pub async fn connection(&self, named: Option<&str>) -> Result<ConnectionRecord> {
        let all = self.store.connections().await?;
        let Some(name) = named.map(str::trim).filter(|name| !name.is_empty()) else {
            let mut all = all;
            return match all.len() {
                0 => Err(Error::new(
                    ErrorCode::NoConnection,
                    "No Google account is connected yet.",
                    "Sign in first: press Sign in with Google, or run `gantry connect`.",
                )),
                1 => Ok(all.remove(0)),
                _ => Err(ambiguous("Several Google accounts are connected.", &all)),
            };
        };
        let fitting: Vec<ConnectionRecord> = all
            .into_iter()
            .filter(|one| one.id == name || one.email.eq_ignore_ascii_case(name))
            .collect();
        match <[ConnectionRecord; 1]>::try_from(fitting) {
            Ok([one]) => Ok(one),
            Err(none) if none.is_empty() => Err(Error::new(
                ErrorCode::NoConnection,
                format!("No connection is called {name:?}."),
                "List them with `gantry connections list`.",
            )),
            Err(several) => Err(ambiguous("Several connections have this e-mail.", &several)),
        }
    }

    /// The session of the connection that a request names; see [`Engine::connection`].
    pub async fn session(&self, named: Option<&str>) -> Result<Session> {
        let connection = self.connection(named).await?;
        self.session_of(connection).await
    }

    /// The sessions of all connections that can be used, oldest first; one that is broken does not hold up the others.
    pub async fn ready_sessions(&self) -> Result<ReadySessions> {
        let mut ready = ReadySessions::default();
        for connection in self.store.connections().await? {
            if !self.is_usable(&connection).await? {
                continue;
            }
            let email = connection.email.clone();
            match self.session_of(connection).await {
                Ok(session) => ready.sessions.push(session),
                Err(error) => ready.failures.push(ConnectionFailure {
                    connection: email,
                    error,
                }),
            }
        }
        Ok(ready)
    }

    /// Whether this process can use the connection: a sign-in for one session is known to the process that made it alone.
    pub(crate) async fn is_usable(&self, connection: &ConnectionRecord) -> Result<bool> {
        Ok(connection.state == ConnectionState::Ready
            && (!connection.session_only || self.session.get(&connection.id).await?.is_some()))
    }

    /// The session of this connection. Nothing is sent yet.
    pub async fn session_of(&self, connection: ConnectionRecord) -> Result<Session> {
        let mut sessions = self.sessions.open.lock().await;
        let known = sessions.get(&connection.id);
        // Another process may have signed in again meanwhile: the access token in memory would not have what was granted.
        if let Some(known) = known.filter(|known| same_grant(&known.connection, &connection)) {
            return Ok(Session {
                connection,
                ..known.clone()
            });
        }
        let (oauth_client, project, credential) = match connection.kind {
            ConnectionKind::User => {
                let client = self.oauth_client(Some(&connection.oauth_client_id)).await?;
                let project = client.project_id.clone().unwrap_or_else(|| client.client_id.clone());
                let credential = self.user_credential(&connection, client.clone()).await?;
                (Some(Arc::new(client)), project, credential.credential().clone())
            }
            ConnectionKind::ServiceAccount => (
                None,
                service_accounts::project(&connection),
                service_accounts::credential(self, &connection).await?,
            ),
        };
        // Each connection has connections to Google of its own: no request ever shares one with another's token.
        let http = HttpClient::new(self.profile.base()).map_err(|error| {
            Error::new(
                ErrorCode::Internal,
                "This computer cannot make secure connections.",
                "Update its certificates.",
            )
            .with_details(error)
        })?;
        let tokens = Arc::new(ConnectionTokens {
            connection: connection.clone(),
            credential: credential.clone(),
            endings: Endings::of(self),
            worked: AtomicBool::new(false),
            unsaved: AtomicBool::new(false),
            clock_skew: self.clock_skew.clone(),
            refusals: std::sync::Mutex::default(),
        });
        let transport = Transport::new(TransportConfig {
            http,
            base: self.profile.base().clone(),
            tokens: Arc::clone(&tokens) as _,
            quota: quota::ledger(self, &project),
            activity: activity::recorder(self, &connection.id),
            clock: Arc::clone(&self.clock),
            pause: Arc::clone(self.pause()),
            retry: RetryPolicy::default(),
            quota_project: None,
            clock_skew: self.clock_skew.clone(),
        });
        let session = Session {
            connection,
            transport,
            oauth_client,
            project,
            credential,
        };
        let credential = session.credential.clone();
        self.sessions
            .credentials()
            .insert(session.connection.id.clone(), credential);
        sessions.insert(session.connection.id.clone(), session.clone());
        drop(sessions);
        Ok(session)
    }

    /// Google's token endpoint for this OAuth client; what is exchanged goes on record under the connection.
    pub(super) fn token_endpoint(&self, client: OAuthClient, connection_id: Option<&str>) -> Result<TokenEndpoint> {
        Ok(
            TokenEndpoint::new(Provider::google(), self.profile.base().clone(), client)?
                .with_clock(Arc::clone(&self.clock))
                .with_clock_skew(self.clock_skew.clone())
                .with_observer(activity::exchange_recorder(self, connection_id)),
        )
    }

    pub(super) async fn user_credential(
        &self,
        connection: &ConnectionRecord,
        client: OAuthClient,
    ) -> Result<UserCredential> {
        let secrets: Arc<dyn TokenStore> = self.secrets(connection.session_only).await?;
        let endpoint = self.token_endpoint(client, Some(&connection.id))?;
        Ok(
            UserCredential::new(&connection.id, endpoint, secrets, self.refresh_lock())
                .with_clock(Arc::clone(&self.clock)),
        )
    }

    pub(super) fn refresh_lock(&self) -> Arc<dyn RefreshLock> {
        Arc::new(FileLock::new(self.profile.locks_directory()))
    }
}

fn same_grant(known: &ConnectionRecord, now: &ConnectionRecord) -> bool {
    known.signed_in_at == now.signed_in_at
        && known.session_only == now.session_only
        && known.oauth_client_id == now.oauth_client_id
        && known.granted_scopes == now.granted_scopes
        && known.dropped == now.dropped
        && known.key_file == now.key_file
}

fn ambiguous(message: &str, connections: &[ConnectionRecord]) -> Error {
    let names: Vec<String> = connections
        .iter()
        .map(|one| format!("{} ({})", one.email, one.id))
        .collect();
    Error::new(
        ErrorCode::ConnectionAmbiguous,
        message,
        format!("Name one with --connection: {}.", names.join(", ")),
    )
}

/// A token that is refused so soon after it was renewed was never any good.
const JUST_RENEWED: SignedDuration = SignedDuration::from_mins(1);

/// What Google refused (401), and what was given out instead.
#[derive(Default)]
struct Refusals {
    last: Option<(SecretString, Timestamp)>,
    /// The token that came in its place.
    successor: Option<SecretString>,
}

impl Refusals {
    fn gave(&mut self, token: &SecretString) {
        if self.last.as_ref().is_some_and(|(refused, _)| refused != token) {
            self.successor.get_or_insert_with(|| token.clone());
        }
    }

    /// Whether this is the second refusal in a row: of the token that had just come in place of a refused one.
    fn again(&mut self, token: &SecretString, now: Timestamp) -> bool {
        let again = match &self.last {
            // Another call that was under way with it.
            Some((refused, _)) if refused == token => return false,
            Some((_, at)) => self.successor.as_ref() == Some(token) && now.duration_since(*at) <= JUST_RENEWED,
            None => false,
        };
        self.last = Some((token.clone(), now));
        self.successor = None;
        again
    }
}

/// Access tokens for the transport; a dead sign-in is noted with the connection.
struct ConnectionTokens {
    connection: ConnectionRecord,
    credential: Credential,
    endings: Endings,
    /// It gave out a token since this process began.
    worked: AtomicBool,
    /// As it was told last: the keychain did not take a renewed secret.
    unsaved: AtomicBool,
    clock_skew: ClockSkew,
    refusals: std::sync::Mutex<Refusals>,
}

impl ConnectionTokens {
    fn refusals(&self) -> MutexGuard<'_, Refusals> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last use is the last success: an old one tells later why Google ended the sign-in.
    async fn used(&self) {
        if self.worked.swap(true, Ordering::Relaxed) {
            return;
        }
        let Endings { store, clock, .. } = &self.endings;
        if let Err(error) = store.touch_connection(&self.connection.id, clock.now()).await {
            tracing::warn!(%error, "the connection's use was not written");
        }
    }
}

#[async_trait]
impl AccessTokenSource for ConnectionTokens {
    async fn access_token(&self) -> Result<AccessToken, TokenUnavailable> {
        match self.credential.access_token().await {
            Ok(token) => {
                self.used().await;
                self.refusals().gave(&token);
                let unsaved = self.credential.unsaved();
                if self.unsaved.swap(unsaved, Ordering::Relaxed) != unsaved {
                    self.endings.jobs.changed(Topic::Connections);
                }
                Ok(AccessToken::new(token.expose()))
            }
            Err(error) => {
                let skew = self.clock_skew.known();
                self.endings.note(&self.connection, &error, skew).await;
                let is_service_account = self.connection.kind == ConnectionKind::ServiceAccount;
                let kind = match &error {
                    OAuthError::KeyRefused(_) => TokenUnavailableKind::ServiceAccount,
                    // Its key is gone from the keychain, or damaged.
                    OAuthError::NotSignedIn | OAuthError::Store(TokenStoreError::Unreadable(_))
                        if is_service_account =>
                    {
                        TokenUnavailableKind::ServiceAccount
                    }
                    error if error.needs_sign_in() => TokenUnavailableKind::SignInNeeded,
                    OAuthError::Store(_) => TokenUnavailableKind::Keychain,
                    OAuthError::KeyFile(_)
                    | OAuthError::DelegationRefused { .. }
                    | OAuthError::SubjectUnknown(_)
                    | OAuthError::ClockRefused { .. } => TokenUnavailableKind::ServiceAccount,
                    OAuthError::ClientRefused(_) | OAuthError::ClientDeleted(_) | OAuthError::ClientDisabled(_) => {
                        TokenUnavailableKind::OAuthClientRefused
                    }
                    OAuthError::Lock(_) => TokenUnavailableKind::RefreshLock,
                    OAuthError::Unreachable { kind, .. } => TokenUnavailableKind::Fault(*kind),
                    error if error.is_temporary() => TokenUnavailableKind::Network,
                    _ => TokenUnavailableKind::Other,
                };
                let error = without_sign_in(&self.connection, Error::from(error));
                Err(TokenUnavailable {
                    kind,
                    message: error.message,
                    // Each of its failures has a remedy of its own.
                    remedy: (kind == TokenUnavailableKind::ServiceAccount).then_some(error.remedy),
                })
            }
        }
    }

    async fn invalidate(&self, token: &AccessToken) {
        let token = SecretString::new(token.expose());
        self.credential.invalidate(&token).await;
        let again = self.refusals().again(&token, self.endings.clock.now());
        if again {
            // Renewing works and helps nothing: only a new sign-in can.
            let said = "Google refuses the access that it has just renewed (HTTP 401)".to_owned();
            let end = match self.connection.kind {
                ConnectionKind::User => OAuthError::SignInExpired(said),
                ConnectionKind::ServiceAccount => OAuthError::KeyRefused(said),
            };
            self.endings.note(&self.connection, &end, self.clock_skew.known()).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r11_only_a_token_that_was_just_renewed_is_the_second_refusal() {
        let token = SecretString::new;
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut refusals = Refusals::default();
        refusals.gave(&token("one"));
        assert!(!refusals.again(&token("one"), at(0)));
        assert!(!refusals.again(&token("one"), at(1)), "another call had it too");
        refusals.gave(&token("two"));
        assert!(refusals.again(&token("two"), at(2)));
        // One that worked for a while is renewed first.
        refusals.gave(&token("three"));
        assert!(!refusals.again(&token("three"), at(2000)));
        refusals.gave(&token("four"));
        assert!(!refusals.again(&token("from before"), at(2001)));
        refusals.gave(&token("five"));
        assert!(refusals.again(&token("five"), at(2002)));
    }
}
