//! Google's OAuth: consent page, token endpoint, revocation, identity. Tokens are self-contained, so that a connection made
//! before a restart of the sandbox still works after it; codes, consents and revocations are held in memory.

mod assertion;
mod authorize;
mod clients;
mod identity;
mod scopes;
mod token_endpoint;
mod tokens;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

pub(crate) use authorize::{ACCOUNT_COOKIE, cookie_account};
pub(crate) use clients::{ClientKind, OAuthClient, find as find_client};
use tokens::{Grant, TokenKind};

use crate::{
    google::Google,
    http::{ApiReply, ApiRequest, Caller},
    rpc_error,
    settings::ClientRules,
};

/// How long an authorization code may wait for its exchange.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// How long a refresh token lives while its OAuth client's consent screen is in testing: seven days.
const TESTING_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

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
    /// Refresh tokens that count against the limit of (e-mail, OAuth client), by their time, the oldest first.
    counted: BTreeMap<(String, String), VecDeque<Timestamp>>,
    /// The times of those that newer ones pushed out.
    pushed_out: BTreeSet<Timestamp>,
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
    fn refresh_grant(&self, token: &str, now: Timestamp) -> Option<Grant> {
        tokens::open(token, TokenKind::Refresh).filter(|grant| {
            !self.is_revoked(grant)
                && !self.pushed_out.contains(&grant.issued)
                && grant.expires.is_none_or(|end| now < end)
        })
    }

    /// A refresh token for the grant. It counts: where the client's limit is passed, the account's oldest one dies.
    fn seal_refresh(&mut self, grant: &Grant, rules: ClientRules, now: Timestamp) -> String {
        let key = (grant.email.clone(), grant.client_id.clone());
        let live = self.counted.entry(key).or_default();
        live.push_back(grant.issued);
        while live.len() > rules.max_refresh_tokens {
            self.pushed_out.extend(live.pop_front());
        }
        let expires = rules.testing.then(|| now.checked_add(TESTING_LIFE).ok()).flatten();
        let grant = Grant {
            expires,
            ..grant.clone()
        };
        tokens::seal(&grant, TokenKind::Refresh)
    }

    fn is_revoked(&self, grant: &Grant) -> bool {
        let key = (grant.email.clone(), grant.project.clone());
        self.revoked.get(&key).is_some_and(|until| grant.issued <= *until)
    }

    /// Kills everything that the user granted to the project, as Google does when any one token is revoked.
    pub fn revoke_project(&mut self, email: &str, project: &str, now: Timestamp) {
        let key = (email.to_owned(), project.to_owned());
        let until = self.last_moment(now);
        self.consents.remove(&key);
        self.revoked.insert(key, until);
    }

    /// The time of the last token, or `now` where that is later.
    pub fn last_moment(&self, now: Timestamp) -> Timestamp {
        self.last_issued.map_or(now, |last| last.max(now))
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
        rules: ClientRules,
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
        let refresh = self.seal_refresh(&grant, rules, now);
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
