//! Account tickets and the Terms of Service: `analytics.google.com/analytics/web/#/termsofservice/TICKET`, and the redirect
//! with which Google answers. Scripted agents use `analytics.google.com/_terms/TICKET` directly.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rand::Rng as _;
use url::Url;

use crate::{
    google::Google,
    http::{ApiReply, ApiRequest},
    oauth::{self, ACCOUNT_COOKIE, ClientKind, OAuthClient},
    pages::{self, TermsPage},
    rpc_error,
    settings::{InstalledTermsRedirect, TermsAcceptor, TermsOutcome},
    world::{Parent, Role},
};

/// Google's limit of accounts for one user.
const MAX_ACCOUNTS: usize = 100;

/// How long a ticket is good, by the sandbox's clock.
const LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// Which dialect asked, and with it what the callback carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Admin API: `accountTicketId` and `accountId`.
    Ga4,
    /// Management API v3: `webPropertyId` and `profileId` besides.
    V3,
}

/// A request for an account that waits for its terms to be accepted.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub dialect: Dialect,
    pub display_name: String,
    pub region_code: Option<String>,
    pub redirect_uri: String,
    /// Who asked. Only this user may accept, unless control says otherwise.
    pub email: String,
    pub asked_at: Timestamp,
    /// Control has ended it before its time.
    pub expired: bool,
    pub settled: bool,
    /// Create the account, but never redirect.
    pub silent: bool,
}

impl Ticket {
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expired || now.duration_since(self.asked_at) >= LIFETIME
    }
}

/// All tickets, by id.
#[derive(Debug, Default)]
pub(crate) struct Tickets(BTreeMap<String, Ticket>);

impl Tickets {
    /// Keeps a ticket and returns its id.
    pub fn add(&mut self, ticket: Ticket) -> String {
        use base64::Engine as _;
        let bytes: [u8; 24] = rand::rng().random();
        let id = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        self.0.insert(id.clone(), ticket);
        id
    }

    pub fn get(&self, id: &str) -> Option<&Ticket> {
        self.0.get(id)
    }

    /// The oldest first.
    pub fn in_order(&self) -> Vec<(&String, &Ticket)> {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_by_key(|(_, ticket)| ticket.asked_at);
        all
    }

    /// Lets one ticket, or all that are open, expire; how many there were.
    pub fn expire(&mut self, only: Option<&str>) -> usize {
        let chosen = self
            .0
            .iter_mut()
            .filter(|(id, ticket)| only.map_or(!ticket.settled, |only| only == id.as_str()));
        chosen.map(|(_, ticket)| ticket.expired = true).count()
    }
}

/// Whether the client may have the terms redirect to `redirect_uri`: `Ok(silent)`, or what Google would say.
pub(crate) fn check_redirect(
    google: &Google,
    client: Option<&OAuthClient>,
    redirect_uri: &str,
) -> Result<bool, &'static str> {
    if Url::parse(redirect_uri).is_err() {
        return Err("redirect_uri must be an absolute URL.");
    }
    // A service account has no client of its own: nothing can be registered for it.
    let Some(client) = client.filter(|client| client.allows_redirect(redirect_uri)) else {
        return Err("The redirect_uri is not configured as a redirect URI of the OAuth client.");
    };
    match (client.kind, google.settings().installed_terms_redirect) {
        (ClientKind::Installed, InstalledTermsRedirect::Refuse) => {
            Err("The redirect_uri is not configured as a redirect URI of the OAuth client.")
        }
        (ClientKind::Installed, InstalledTermsRedirect::Silent) => Ok(true),
        _ => Ok(false),
    }
}

/// Whether the client's ticket may name no redirect at all: where none of its addresses would be taken.
pub(crate) fn may_do_without_redirect(google: &Google, client: Option<&OAuthClient>) -> bool {
    let refused = google.settings().installed_terms_redirect == InstalledTermsRedirect::Refuse;
    refused && client.is_some_and(|client| client.kind == ClientKind::Installed)
}

pub(crate) fn handle(google: &Google, request: &ApiRequest) -> ApiReply {
    let get = request.method == http::Method::GET;
    match request.path.as_str() {
        "/analytics/web/" | "/analytics/web" if get => ApiReply::html(200, pages::fragment_page()),
        "/_terms.js" if get => ApiReply::text(200, "text/javascript; charset=utf-8", pages::FRAGMENT_SCRIPT),
        path => match path.strip_prefix("/_terms/").filter(|ticket| !ticket.is_empty()) {
            Some(ticket) if get => show(google, request, ticket),
            Some(ticket) if request.method == http::Method::POST => decide(google, request, ticket),
            _ => rpc_error::html_not_found(&request.path),
        },
    }
}

fn unknown_ticket() -> ApiReply {
    ApiReply::html(
        404,
        pages::settled(
            "This link does not work",
            "The account ticket is unknown or has expired.",
        ),
    )
}

fn expired_ticket() -> ApiReply {
    let words = "The account ticket has expired. Return to the app and begin again.";
    ApiReply::html(410, pages::settled("This link has expired", words))
}

fn used_ticket() -> ApiReply {
    ApiReply::html(
        410,
        pages::settled(
            "This link was used",
            "The account ticket has been accepted or declined already.",
        ),
    )
}

fn show(google: &Google, request: &ApiRequest, id: &str) -> ApiReply {
    let Some(ticket) = google.tickets().get(id).cloned() else {
        return unknown_ticket();
    };
    if ticket.settled {
        return used_ticket();
    }
    if ticket.has_expired(google.now()) {
        return expired_ticket();
    }
    let anyone = google.settings().terms_acceptor == TermsAcceptor::Anyone;
    let action = format!("/analytics.google.com/_terms/{id}");
    let chosen = request
        .param("authuser")
        .map(str::to_owned)
        .or_else(|| oauth::cookie_account(request));
    let world = google.world();
    let users: Vec<_> = world.users.values().collect();
    match chosen.and_then(|email| world.users.get(&email.to_ascii_lowercase())) {
        None => ApiReply::html(200, pages::choose_account(&action, &users, None)),
        Some(user) if user.email != ticket.email && !anyone => {
            let note = format!(
                "This link was made for another account. You are signed in as {}.",
                user.email
            );
            ApiReply::html(403, pages::choose_account(&action, &users, Some(&note)))
        }
        Some(user) => {
            let page = TermsPage {
                ticket: id,
                account_name: &ticket.display_name,
                user,
            };
            signed_in(ApiReply::html(200, page.render()), &user.email)
        }
    }
}

/// With the cookie by which every page of the sandbox knows who uses this browser.
pub(crate) fn signed_in(reply: ApiReply, email: &str) -> ApiReply {
    let cookie: String = url::form_urlencoded::byte_serialize(email.as_bytes()).collect();
    reply.with_header(
        "set-cookie",
        &format!("{ACCOUNT_COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax"),
    )
}

/// The form: `decision=accept|decline`, and `account=E-MAIL` where no cookie says who accepts.
fn decide(google: &Google, request: &ApiRequest, id: &str) -> ApiReply {
    let form = request.form();
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let who = field("account")
        .or_else(|| oauth::cookie_account(request))
        .unwrap_or_default()
        .to_ascii_lowercase();
    let accept = match field("decision").as_deref() {
        Some("accept") => true,
        Some("decline") => false,
        _ => {
            return ApiReply::html(
                400,
                pages::settled("Nothing was chosen", "The form names no decision: accept or decline."),
            );
        }
    };
    let now = google.now();
    let anyone = google.settings().terms_acceptor == TermsAcceptor::Anyone && google.world().users.contains_key(&who);
    let ticket = {
        let mut tickets = google.tickets();
        let Some(ticket) = tickets.0.get_mut(id) else {
            return unknown_ticket();
        };
        if ticket.settled {
            return used_ticket();
        }
        if ticket.has_expired(now) {
            return expired_ticket();
        }
        if ticket.email != who && !anyone {
            let words = "This link was made for another account: sign in as the user who asked for the account.";
            return ApiReply::html(403, pages::settled("Wrong account", words));
        }
        ticket.settled = true;
        ticket.clone()
    };
    let answer = if accept {
        create(google, &ticket, &who)
    } else {
        vec![("error", "user_cancel".to_owned())]
    };
    if ticket.silent {
        return ApiReply::html(
            200,
            pages::settled("Done", "You can close this page and return to the app."),
        );
    }
    let Ok(mut back) = Url::parse(&ticket.redirect_uri) else {
        return unknown_ticket();
    };
    back.query_pairs_mut()
        .append_pair("accountTicketId", id)
        .extend_pairs(answer);
    ApiReply::redirect(back.as_str())
}

/// Makes the account for `email`, or says why not; the answer is what the redirect carries.
fn create(google: &Google, ticket: &Ticket, email: &str) -> Vec<(&'static str, String)> {
    let outcome = google.settings().terms_outcome;
    let now = google.now();
    let mut world = google.world_mut();
    let full = world.users.get(email).is_some_and(|user| user.at_account_limit)
        || world.administered_accounts(email) >= MAX_ACCOUNTS;
    match outcome {
        TermsOutcome::BackendError => return vec![("error", "backend_error".to_owned())],
        TermsOutcome::MaxAccountsReached => return vec![("error", "max_accounts_reached".to_owned())],
        TermsOutcome::Created if full => return vec![("error", "max_accounts_reached".to_owned())],
        TermsOutcome::Created => {}
    }
    let analytics = &mut world.analytics;
    let account = analytics.add_account(&ticket.display_name, ticket.region_code.as_deref(), now);
    analytics.bind(Parent::Account(account), email, Role::Admin);
    let mut answer = vec![("accountId", account.to_string())];
    if ticket.dialect == Dialect::V3 {
        answer.push(("webPropertyId", format!("UA-{account}-1")));
        answer.push(("profileId", analytics.next_id().to_string()));
    }
    answer
}
