//! `tagmanager.google.com`: the page at which a person makes a Tag Manager account, since no method of the API can. Whatever
//! stands in the link's fragment, the page is the same. A script posts its form: `POST
//! tagmanager.google.com/_accounts` with `account` (an e-mail; not needed where the consent page's cookie says it), `name`
//! and `terms=accept`.

use crate::{
    google::Google,
    http::{ApiReply, ApiRequest},
    oauth,
    pages::{self, AccountsPage},
    rpc_error, terms,
};

pub(crate) fn handle(google: &Google, request: &ApiRequest) -> ApiReply {
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/" | "/_accounts") => show(google, request, None),
        ("POST", "/_accounts") => create(google, request),
        _ => rpc_error::html_not_found(&request.path),
    }
}

fn show(google: &Google, request: &ApiRequest, refused: Option<&str>) -> ApiReply {
    let form = request.form();
    let posted = form
        .into_iter()
        .find(|(key, _)| key == "account")
        .map(|(_, email)| email);
    let chosen = posted
        .or_else(|| request.param("authuser").map(str::to_owned))
        .or_else(|| oauth::cookie_account(request));
    let world = google.world();
    let Some(user) = chosen.and_then(|email| world.users.get(&email.to_ascii_lowercase())) else {
        let users: Vec<_> = world.users.values().collect();
        return ApiReply::html(200, pages::choose_account("/tagmanager.google.com/", &users, None));
    };
    let accounts = google.tag_manager().account_names(&user.email);
    let page = AccountsPage {
        user,
        accounts: &accounts,
        made: request.param("made").is_some(),
        refused,
    };
    let status = if refused.is_some() { 400 } else { 200 };
    terms::signed_in(ApiReply::html(status, page.render()), &user.email)
}

fn create(google: &Google, request: &ApiRequest) -> ApiReply {
    let form = request.form();
    let field = |name: &str| {
        let found = form.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let email = Some(field("account"))
        .filter(|email| !email.is_empty())
        .or_else(|| oauth::cookie_account(request))
        .unwrap_or_default()
        .to_ascii_lowercase();
    if !google.world().users.contains_key(&email) {
        return show(google, request, None);
    }
    let name = field("name");
    if name.is_empty() {
        return show(google, request, Some("The account needs a name."));
    }
    if field("terms") != "accept" {
        return show(
            google,
            request,
            Some("The account is created when you accept the terms."),
        );
    }
    let now = google.now();
    let id = google.tag_manager().add_account(&email, &name, now);
    // A reload must not make another one.
    let who: String = url::form_urlencoded::byte_serialize(email.as_bytes()).collect();
    ApiReply::redirect(&format!("/tagmanager.google.com/?authuser={who}&made={id}"))
}
