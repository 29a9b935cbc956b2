//! The consent page: which account, which scopes, Allow or Deny, on one form.

use super::{escape, page};
use crate::world::User;

/// What the page shows.
pub(crate) struct ConsentPage<'a> {
    /// Where the form posts to.
    pub action: String,
    /// The app's name.
    pub app: &'a str,
    pub users: Vec<&'a User>,
    /// The account ticked beforehand.
    pub chosen: Option<String>,
    /// Whether the app also learns who the user is.
    pub identity: bool,
    /// (scope, what it allows): each can be unticked.
    pub scopes: Vec<(&'a str, &'a str)>,
}

impl ConsentPage<'_> {
    pub fn render(&self) -> String {
        let first = self.users.first().map(|user| user.email.as_str());
        let chosen = self.chosen.as_deref().or(first).unwrap_or_default();
        let accounts = self
            .users
            .iter()
            .map(|user| {
                let email = escape(&user.email);
                let checked = if user.email == chosen { " checked" } else { "" };
                format!(
                    "<label><input type=\"radio\" name=\"account\" value=\"{email}\" required{checked}> \
                     <span><bdi>{}</bdi> ({email})</span></label>\n",
                    escape(&user.name)
                )
            })
            .collect::<Vec<_>>()
            .concat();
        let scopes = self
            .scopes
            .iter()
            .map(|(scope, words)| {
                format!(
                    "<label><input type=\"checkbox\" name=\"scope\" value=\"{}\" checked> <span>{}</span></label>\n",
                    escape(scope),
                    escape(words)
                )
            })
            .collect::<Vec<_>>()
            .concat();
        let identity = if self.identity {
            "<p>It will also learn your e-mail address.</p>\n"
        } else {
            ""
        };
        let scopes = if scopes.is_empty() {
            String::new()
        } else {
            format!("<fieldset>\n<legend>What it may do</legend>\n{scopes}</fieldset>\n")
        };
        let body = format!(
            "<form method=\"post\" action=\"{}\">\n<p><strong>{}</strong> wants access to your Google Account.</p>\n\
             <fieldset>\n<legend>Choose an account</legend>\n{accounts}</fieldset>\n{scopes}{identity}\
             <div class=\"actions\">\n<button type=\"submit\" name=\"decision\" value=\"deny\">Deny</button>\n\
             <button type=\"submit\" name=\"decision\" value=\"allow\" class=\"first\">Allow</button>\n</div>\n</form>",
            escape(&self.action),
            escape(self.app)
        );
        page("Sign in with Google", &body)
    }
}
