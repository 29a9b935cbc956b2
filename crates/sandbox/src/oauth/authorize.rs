//! `accounts.google.com/o/oauth2/v2/auth`: refuses bad requests with a page, never with a redirect, and asks a person otherwise.

use std::collections::BTreeSet;

use rand::Rng as _;
use url::Url;

use super::{
    ClientKind, OAuthClient, PendingCode, find_client, scopes,
    tokens::{ACCESS_LIFE, Grant},
};
use crate::{
    google::Google,
    http::{ApiReply, ApiRequest},
    pages::{self, ConsentPage},
    settings::{ClientState, Consent},
};

/// The cookie by which the fake Google's pages know who is signed in to this browser.
pub(crate) const ACCOUNT_COOKIE: &str = "GANTRY_SANDBOX_ACCOUNT";

/// A request that may be put to a person.
struct Asked {
    client: OAuthClient,
    redirect_uri: String,
    scopes: BTreeSet<String>,
    state: Option<String>,
    code_challenge: Option<String>,
    nonce: Option<String>,
    offline: bool,
    prompt: BTreeSet<String>,
    login_hint: Option<String>,
}

/// The page Google shows instead of redirecting: `Error 400: code`.
struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

fn refusal(code: &'static str, message: &str) -> Refusal {
    let status = if matches!(code, "invalid_client" | "deleted_client" | "disabled_client") {
        401
    } else {
        400
    };
    Refusal {
        status,
        code,
        message: message.to_owned(),
    }
}

fn validate(google: &Google, request: &ApiRequest) -> Result<Asked, Refusal> {
    let required = |name: &str| {
        request
            .param(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| refusal("invalid_request", &format!("Required parameter is missing: {name}")))
    };
    for name in [
        "client_id",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "code_challenge",
    ] {
        if request.params(name).count() > 1 {
            return Err(refusal(
                "invalid_request",
                &format!("OAuth 2 parameters can only have a single value: {name}"),
            ));
        }
    }
    let client_id = required("client_id")?;
    let client =
        find_client(google, client_id).ok_or_else(|| refusal("invalid_client", "The OAuth client was not found."))?;
    match google.settings().rules_of(&client.id).state {
        ClientState::Active => {}
        ClientState::Disabled => return Err(refusal("disabled_client", "The OAuth client was disabled.")),
        ClientState::Deleted => return Err(refusal("deleted_client", "The OAuth client was deleted.")),
    }
    let redirect_uri = required("redirect_uri")?.to_owned();
    if !client.allows_redirect(&redirect_uri) {
        let message = format!(
            "You can't sign in to this app because it doesn't comply with Google's OAuth 2.0 policy: the redirect URI \
             {redirect_uri} is not registered for this OAuth client."
        );
        return Err(refusal("redirect_uri_mismatch", &message));
    }
    if required("response_type")? != "code" {
        return Err(refusal(
            "unsupported_response_type",
            "Only response_type=code is supported.",
        ));
    }
    let scopes = scopes::parse(required("scope")?).map_err(|unknown| {
        refusal(
            "invalid_scope",
            &format!(
                "Some requested scopes were invalid. {{invalid=[{}]}}",
                unknown.join(", ")
            ),
        )
    })?;
    let code_challenge = request
        .param("code_challenge")
        .filter(|value| !value.is_empty())
        .map(str::to_owned);
    match (&code_challenge, request.param("code_challenge_method")) {
        (None, Some(_)) => {
            return Err(refusal(
                "invalid_request",
                "code_challenge_method needs a code_challenge.",
            ));
        }
        (None, None) if client.kind == ClientKind::Installed => {
            return Err(refusal(
                "invalid_request",
                "Parameter not allowed to be missing for this app: code_challenge",
            ));
        }
        (Some(challenge), Some("S256")) if is_challenge(challenge) => {}
        (Some(_), Some("S256")) => return Err(refusal("invalid_request", "The code_challenge is no S256 challenge.")),
        (Some(_), _) => {
            return Err(refusal(
                "invalid_request",
                "Only code_challenge_method=S256 is taken here.",
            ));
        }
        (None, None) => {}
    }
    Ok(Asked {
        client,
        redirect_uri,
        scopes,
        state: request.param("state").map(str::to_owned),
        code_challenge,
        nonce: request.param("nonce").map(str::to_owned),
        offline: request.param("access_type") == Some("offline"),
        prompt: request
            .param("prompt")
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        login_hint: request.param("login_hint").map(str::to_owned),
    })
}

/// RFC 7636 section 4.2: 43 characters of base64url.
fn is_challenge(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn refuse(refusal: &Refusal) -> ApiReply {
    ApiReply::html(
        refusal.status,
        pages::refused(refusal.status, refusal.code, &refusal.message),
    )
}

pub(super) fn page(google: &Google, request: &ApiRequest) -> ApiReply {
    let asked = match validate(google, request) {
        Ok(asked) => asked,
        Err(refusal) => return refuse(&refusal),
    };
    if asked.prompt.contains("none") {
        return back(&asked, &[("error", "interaction_required")]);
    }
    let consent = google.settings().consent.clone();
    match consent {
        Consent::Deny => back(&asked, &[("error", "access_denied")]),
        Consent::Allow { account, scopes } => {
            let first = || google.world().users.keys().next().cloned();
            let account = account
                .or_else(|| asked.login_hint.clone())
                .or_else(first)
                .unwrap_or_default();
            let ticked = scopes.unwrap_or_else(|| asked.scopes.clone());
            allow(google, &asked, &account, &ticked)
        }
        Consent::Ask => {
            let world = google.world();
            let chosen = asked
                .login_hint
                .as_deref()
                .and_then(|hint| {
                    world
                        .users
                        .values()
                        .find(|user| user.email.eq_ignore_ascii_case(hint) || user.sub == hint)
                })
                .map(|user| user.email.clone())
                .or_else(|| cookie_account(request).filter(|email| world.users.contains_key(email)));
            let consent = ConsentPage {
                action: form_action(request),
                app: &asked.client.project,
                users: world.users.values().collect(),
                chosen,
                identity: asked.scopes.iter().any(|scope| scopes::is_identity(scope)),
                scopes: asked
                    .scopes
                    .iter()
                    .filter(|scope| !scopes::is_identity(scope))
                    .map(|scope| (scope.as_str(), scopes::description(scope)))
                    .collect(),
            };
            ApiReply::html(200, consent.render())
        }
    }
}

/// The form of the consent page: `decision=allow|deny`, `account=E-MAIL`, `scope=URL` once for every ticked scope.
pub(super) fn decide(google: &Google, request: &ApiRequest) -> ApiReply {
    let asked = match validate(google, request) {
        Ok(asked) => asked,
        Err(refusal) => return refuse(&refusal),
    };
    let form = request.form();
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    match field("decision") {
        Some("deny") => back(&asked, &[("error", "access_denied")]),
        Some("allow") => {
            let account = field("account").unwrap_or_default().to_ascii_lowercase();
            let ticked = form
                .iter()
                .filter(|(key, _)| key == "scope")
                .filter_map(|(_, scope)| scopes::canonical(scope));
            allow(google, &asked, &account, &ticked.collect())
        }
        _ => refuse(&refusal(
            "invalid_request",
            "The form names no decision: allow or deny.",
        )),
    }
}

fn allow(google: &Google, asked: &Asked, account: &str, ticked: &BTreeSet<String>) -> ApiReply {
    if !google.world().users.contains_key(account) {
        return refuse(&refusal(
            "invalid_request",
            "Choose one of the accounts of this sandbox.",
        ));
    }
    let granted: BTreeSet<String> = asked
        .scopes
        .iter()
        .filter(|scope| scopes::is_identity(scope) || ticked.contains(*scope))
        .cloned()
        .collect();
    if granted.is_empty() {
        return back(asked, &[("error", "access_denied")]);
    }
    let now = google.now();
    let mut grants = google.grants();
    let issued = grants.stamp(now);
    let first = grants
        .consents
        .insert((account.to_owned(), asked.client.project.clone()));
    let code = random_code("4/0practice-");
    let pending = PendingCode {
        grant: Grant {
            email: account.to_owned(),
            client_id: asked.client.id.clone(),
            project: asked.client.project.clone(),
            scopes: granted.clone(),
            service_account: false,
            issued,
            expires: now.checked_add(ACCESS_LIFE).ok(),
        },
        redirect_uri: asked.redirect_uri.clone(),
        code_challenge: asked.code_challenge.clone(),
        nonce: asked.nonce.clone(),
        offline: asked.offline && (first || asked.prompt.contains("consent")),
        issued: now,
        used: false,
    };
    grants.codes.insert(code.clone(), pending);
    drop(grants);
    let granted = granted.into_iter().collect::<Vec<_>>().join(" ");
    let answer = [
        ("code", code.as_str()),
        ("scope", granted.as_str()),
        ("authuser", "0"),
        ("prompt", "consent"),
    ];
    let cookie = format!(
        "{ACCOUNT_COOKIE}={}; Path=/; HttpOnly; SameSite=Lax",
        cookie_value(account)
    );
    back(asked, &answer).with_header("set-cookie", &cookie)
}

/// To the redirect URI, with `state` and the issuer (RFC 9207).
fn back(asked: &Asked, answer: &[(&str, &str)]) -> ApiReply {
    let Ok(mut url) = Url::parse(&asked.redirect_uri) else {
        return refuse(&refusal("redirect_uri_mismatch", "The redirect URI is no URL."));
    };
    {
        let mut query = url.query_pairs_mut();
        if let Some(state) = &asked.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", "https://accounts.google.com");
        query.extend_pairs(answer);
    }
    ApiReply::redirect(url.as_str())
}

/// 32 random bytes in base64url behind `prefix`.
pub(super) fn random_code(prefix: &str) -> String {
    use base64::Engine as _;
    let bytes: [u8; 32] = rand::rng().random();
    format!(
        "{prefix}{}",
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    )
}

/// Where the form posts to: this page with its own query, relative to the base.
fn form_action(request: &ApiRequest) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&request.query)
        .finish();
    format!("/{}{}?{query}", request.host, request.path)
}

fn cookie_value(account: &str) -> String {
    url::form_urlencoded::byte_serialize(account.as_bytes()).collect()
}

/// Who is signed in to the browser that sent this.
pub(crate) fn cookie_account(request: &ApiRequest) -> Option<String> {
    let cookies = request
        .headers
        .get_all("cookie")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let value = cookies
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(ACCOUNT_COOKIE)?.strip_prefix('='))?;
    url::form_urlencoded::parse(format!("={value}").as_bytes())
        .next()
        .map(|(_, account)| account.into_owned())
}
