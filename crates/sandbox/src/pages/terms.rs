//! The Terms of Service pages of Google Analytics. The ticket sits in the link's fragment, which no server sees: the page
//! at the link only carries it over to a path that works without scripts too.

use super::{escape, page};
use crate::world::User;

/// Served beside the fragment page, so that the page needs no inline script.
pub(crate) const FRAGMENT_SCRIPT: &str = r#""use strict";
(() => {
  const hash = decodeURIComponent(location.hash);
  const ga4 = /^#\/termsofservice\/([\w-]+)/.exec(hash);
  const v3 = /accountTicketId=([\w-]+)/.exec(hash);
  const ticket = (ga4 || v3 || [])[1];
  const user = new URLSearchParams(location.search).get("authuser");
  if (ticket) {
    const query = user && user.includes("@") ? "?authuser=" + encodeURIComponent(user) : "";
    location.replace("/analytics.google.com/_terms/" + ticket + query);
  } else {
    document.getElementById("state").textContent = "This link names no account ticket.";
  }
})();
"#;

/// The page at `analytics.google.com/analytics/web/`.
pub(crate) fn fragment_page() -> String {
    page(
        "Google Analytics",
        "<p id=\"state\">Loading the Terms of Service.</p>\n\
         <noscript><p>Without scripts, open <code>/analytics.google.com/_terms/TICKET</code> with the ticket of your link.</p></noscript>\n\
         <script src=\"/analytics.google.com/_terms.js\"></script>",
    )
}

/// The agreement for one ticket.
pub(crate) struct TermsPage<'a> {
    pub ticket: &'a str,
    pub account_name: &'a str,
    pub user: &'a User,
}

impl TermsPage<'_> {
    pub fn render(&self) -> String {
        let body = format!(
            "<p>Signed in as <bdi>{}</bdi> ({email}). \
             <a href=\"/analytics.google.com/_terms/{ticket}?authuser=\">Use another account</a></p>\n\
             <p>To create the account <strong><bdi>{}</bdi></strong> you must accept these practice terms: nothing is \
             measured here, and nobody is bound by anything.</p>\n\
             <form method=\"post\" action=\"/analytics.google.com/_terms/{ticket}\">\n\
             <input type=\"hidden\" name=\"account\" value=\"{email}\">\n\
             <div class=\"actions\">\n<button type=\"submit\" name=\"decision\" value=\"decline\">Decline</button>\n\
             <button type=\"submit\" name=\"decision\" value=\"accept\" class=\"first\">Accept</button>\n</div>\n</form>",
            escape(&self.user.name),
            escape(self.account_name),
            ticket = escape(self.ticket),
            email = escape(&self.user.email),
        );
        page("Google Analytics Terms of Service", &body)
    }
}

/// Asks which account is signed in, and comes back to `action` with `authuser`. `note` says why, where there is something
/// to say.
pub(crate) fn choose_account(action: &str, users: &[&User], note: Option<&str>) -> String {
    let note = note
        .map(|text| format!("<p role=\"alert\">{}</p>\n", escape(text)))
        .unwrap_or_default();
    let accounts = users
        .iter()
        .map(|user| {
            let email = escape(&user.email);
            format!(
                "<label><input type=\"radio\" name=\"authuser\" value=\"{email}\" required> <span><bdi>{}</bdi> ({email})</span></label>\n",
                escape(&user.name)
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let body = format!(
        "{note}<form method=\"get\" action=\"{}\">\n<fieldset>\n<legend>Choose an account</legend>\n\
         {accounts}</fieldset>\n<div class=\"actions\"><button type=\"submit\" class=\"first\">Continue</button></div>\n</form>",
        escape(action)
    );
    page("Sign in with Google", &body)
}

/// A page without a way on: a used or unknown ticket, or a set-up that ended here.
pub(crate) fn settled(title: &str, words: &str) -> String {
    page(title, &format!("<p>{}</p>", escape(words)))
}
