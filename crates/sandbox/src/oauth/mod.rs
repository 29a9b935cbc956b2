//! Google's OAuth: consent page, token endpoint, revocation, identity. Tokens are self-contained, so that a connection made
//! before a restart of the sandbox still works after it; codes, consents and revocations are held in memory.

mod assertion;
mod authorize;
mod clients;
mod identity;
mod scopes;
mod token_endpoint;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

pub(crate) use authorize::{ACCOUNT_COOKIE, cookie_account};
pub(crate) use clients::{ClientKind, OAuthClient, find as find_client};
use tokens::{Grant, TokenKind};

use crate::{
    google::Google,
    http::{ApiReply, ApiRequest, Caller},
    rpc_error,
};

/// How long an authorization code may wait for its exchange.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// What a code stands for until it is exchanged.
#[derive(Clone, Debug)]
struct PendingCode {
    grant: Grant,
    redirect_uri: String,
    code_challenge: Option<String>,
    nonce: Option<String>,
    offline: bool,
    issued: Timestamp,
    used: bool,
}

/// Codes, consents and revocations.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    codes: BTreeMap<String, PendingCode>,
    /// (e-mail, project) that consented before: no refresh token without `prompt=consent`.
    consents: BTreeSet<(String, String)>,
    /// Everything issued to (e-mail, project) up to this serial and time is dead.
    revoked: BTreeMap<(String, String), Timestamp>,
    /// The time of the last token, so that two tokens never share one.
    last_issued: Option<Timestamp>,
}

impl Grants {
    /// Whom an access token speaks for; `None` when it is malformed, expired or revoked.
    pub fn caller_of(&self, token: &str, now: Timestamp) -> Option<Caller> {
        let grant = tokens::open(token, TokenKind::Access)?;
        let live = grant.expires.is_none_or(|end| now < end) && !self.is_revoked(&grant);
        live.then_some(Caller {
            email: grant.email,
            service_account: grant.service_account,
            scopes: grant.scopes,
            client_id: grant.client_id,
            project: grant.project,
        })
    }

    /// The grant behind a refresh token that still lives.
    fn refresh_grant(&self, token: &str) -> Option<Grant> {
        tokens::open(token, TokenKind::Refresh).filter(|grant| !self.is_revoked(grant))
    }

    fn is_revoked(&self, grant: &Grant) -> bool {
        let key = (grant.email.clone(), grant.project.clone());
        self.revoked.get(&key).is_some_and(|until| grant.issued <= *until)
    }

    /// Kills everything that the user granted to the project, as Google does when any one token is revoked.
    pub fn revoke_project(&mut self, email: &str, project: &str, now: Timestamp) {
        let key = (email.to_owned(), project.to_owned());
        let until = self.last_issued.map_or(now, |last| last.max(now));
        self.consents.remove(&key);
        self.revoked.insert(key, until);
    }

    /// A time for a new token, later than that of every token before.
    fn stamp(&mut self, now: Timestamp) -> Timestamp {
        let next = match self.last_issued {
            Some(last) if last >= now => last.saturating_add(SignedDuration::from_micros(1)).unwrap_or(last),
            _ => now,
        };
        self.last_issued = Some(next);
        next
    }

    /// A pair of tokens for a grant made outside the consent page: (access token, refresh token).
    pub fn issue_directly(
        &mut self,
        email: &str,
        client: &OAuthClient,
        scopes: BTreeSet<String>,
        now: Timestamp,
    ) -> (String, String) {
        let mut grant = Grant {
            email: email.to_owned(),
            client_id: client.id.clone(),
            project: client.project.clone(),
            scopes,
            service_account: false,
            issued: self.stamp(now),
            expires: None,
        };
        let refresh = tokens::seal(&grant, TokenKind::Refresh);
        grant.expires = now.checked_add(tokens::ACCESS_LIFE).ok();
        (tokens::seal(&grant, TokenKind::Access), refresh)
    }
}

pub(crate) fn handle(google: &Google, request: &ApiRequest) -> ApiReply {
    let get = request.method == http::Method::GET;
    let post = request.method == http::Method::POST;
    match (request.host.as_str(), request.path.as_str()) {
        ("accounts.google.com", "/o/oauth2/v2/auth" | "/o/oauth2/auth") if get => authorize::page(google, request),
        ("accounts.google.com", "/o/oauth2/v2/auth" | "/o/oauth2/auth") if post => authorize::decide(google, request),
        ("accounts.google.com", "/.well-known/openid-configuration") if get => identity::discovery(),
        ("oauth2.googleapis.com", "/token") if post => token_endpoint::handle(google, request),
        ("oauth2.googleapis.com", "/revoke") if post || get => token_endpoint::revoke(google, request),
        ("openidconnect.googleapis.com", "/v1/userinfo") if get || post => identity::userinfo(google, request),
        ("www.googleapis.com", "/oauth2/v3/userinfo") if get => identity::userinfo(google, request),
        ("www.googleapis.com", "/oauth2/v3/certs") if get => identity::json_web_keys(),
        ("www.googleapis.com", "/oauth2/v1/certs") if get => identity::certificates(),
        _ => rpc_error::html_not_found(&request.path),
    }
}
