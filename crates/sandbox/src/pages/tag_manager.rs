//! Tag Manager's own page, as far as a set-up needs a person there: the accounts, and the form that makes one more.

use super::{escape, page};
use crate::world::User;

/// What the page shows.
pub(crate) struct AccountsPage<'a> {
    pub user: &'a User,
    /// Names of the accounts that the user sees.
    pub accounts: &'a [String],
    /// Whether the last of them has just been made.
    pub made: bool,
    /// Why the form was not taken.
    pub refused: Option<&'a str>,
}

impl AccountsPage<'_> {
    pub fn render(&self) -> String {
        let email = escape(&self.user.email);
        let note = match (self.refused, self.made.then(|| self.accounts.last()).flatten()) {
            (Some(words), _) => format!("<p role=\"alert\">{}</p>\n", escape(words)),
            (None, Some(name)) => format!(
                "<p role=\"status\">The account <strong><bdi>{}</bdi></strong> was created. You can close this page and return \
                 to the app.</p>\n",
                escape(name)
            ),
            (None, None) => String::new(),
        };
        let accounts = if self.accounts.is_empty() {
            "<p>You have no Tag Manager account yet.</p>\n".to_owned()
        } else {
            let rows = self
                .accounts
                .iter()
                .map(|name| format!("<li><bdi>{}</bdi></li>\n", escape(name)))
                .collect::<Vec<_>>()
                .concat();
            format!("<h2>Your accounts</h2>\n<ul>\n{rows}</ul>\n")
        };
        let body = format!(
            "{note}<p>Signed in as <bdi>{}</bdi> ({email}).</p>\n{accounts}\
             <form method=\"post\" action=\"/tagmanager.google.com/_accounts\">\n\
             <input type=\"hidden\" name=\"account\" value=\"{email}\">\n\
             <fieldset>\n<legend>Create an account</legend>\n\
             <label><span>Account name</span> <input type=\"text\" name=\"name\" required maxlength=\"255\"></label>\n\
             <label><input type=\"checkbox\" name=\"terms\" value=\"accept\" required> <span>I accept these practice terms: \
             nobody is bound by anything.</span></label>\n</fieldset>\n\
             <div class=\"actions\"><button type=\"submit\" name=\"decision\" value=\"create\" class=\"first\">Create</button></div>\n</form>",
            escape(&self.user.name),
        );
        page("Tag Manager", &body)
    }
}
