//! The scopes that this Google knows, in its own words, and the spellings it treats as one.

use std::collections::BTreeSet;

const PREFIX: &str = "https://www.googleapis.com/auth/";

/// (short name, what the consent page says)
const KNOWN: [(&str, &str); 15] = [
    ("analytics.readonly", "See and download your Google Analytics data"),
    ("analytics", "View and manage your Google Analytics data"),
    ("analytics.edit", "Edit Google Analytics management entities"),
    (
        "analytics.manage.users",
        "Manage Google Analytics Account users by email address",
    ),
    (
        "analytics.manage.users.readonly",
        "View Google Analytics user permissions",
    ),
    (
        "analytics.provision",
        "Create a new Google Analytics account along with its default property and view",
    ),
    (
        "analytics.user.deletion",
        "Manage Google Analytics user deletion requests",
    ),
    (
        "tagmanager.readonly",
        "View your Google Tag Manager container and its subcomponents",
    ),
    (
        "tagmanager.edit.containers",
        "Manage your Google Tag Manager container and its subcomponents, excluding versioning and publishing",
    ),
    (
        "tagmanager.edit.containerversions",
        "Manage your Google Tag Manager container versions",
    ),
    (
        "tagmanager.publish",
        "Publish your Google Tag Manager container versions",
    ),
    (
        "tagmanager.delete.containers",
        "Delete your Google Tag Manager containers",
    ),
    (
        "tagmanager.manage.users",
        "Manage user permissions of your Google Tag Manager account and container",
    ),
    (
        "tagmanager.manage.accounts",
        "View and manage your Google Tag Manager accounts",
    ),
    (
        "cloud-platform",
        "See, edit, configure and delete your Google Cloud data",
    ),
];

/// One scope in the spelling that the token answer uses; `None` when Google does not know it.
pub(super) fn canonical(scope: &str) -> Option<String> {
    match scope {
        "openid" => Some("openid".to_owned()),
        "email" | "https://www.googleapis.com/auth/userinfo.email" => Some(format!("{PREFIX}userinfo.email")),
        "profile" | "https://www.googleapis.com/auth/userinfo.profile" => Some(format!("{PREFIX}userinfo.profile")),
        other => {
            let short = other.strip_prefix(PREFIX)?;
            KNOWN.iter().any(|(known, _)| *known == short).then(|| other.to_owned())
        }
    }
}

/// The scopes of a space-separated list, or the ones Google does not know.
pub(super) fn parse(list: &str) -> Result<BTreeSet<String>, Vec<String>> {
    let (known, unknown): (Vec<_>, Vec<_>) = list
        .split_whitespace()
        .map(|scope| canonical(scope).ok_or(scope))
        .partition(Result::is_ok);
    if unknown.is_empty() {
        Ok(known.into_iter().flatten().collect())
    } else {
        Err(unknown.into_iter().filter_map(Result::err).map(str::to_owned).collect())
    }
}

/// Identity scopes come with the account choice and cannot be unticked.
pub(super) fn is_identity(scope: &str) -> bool {
    scope == "openid" || scope.ends_with("/userinfo.email") || scope.ends_with("/userinfo.profile")
}

/// What the consent page says of a scope.
pub(super) fn description(scope: &str) -> &str {
    let short = scope.strip_prefix(PREFIX).unwrap_or(scope);
    KNOWN
        .iter()
        .find(|(known, _)| *known == short)
        .map_or(scope, |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_spellings_are_one_scope() {
        let short = parse("openid email https://www.googleapis.com/auth/analytics.edit").unwrap();
        let long = parse(
            "https://www.googleapis.com/auth/userinfo.email openid https://www.googleapis.com/auth/analytics.edit",
        );
        assert_eq!(short, long.unwrap());
    }

    #[test]
    fn unknown_scopes_are_named() {
        assert_eq!(
            parse("openid analytics.edit nonsense"),
            Err(vec!["analytics.edit".to_owned(), "nonsense".to_owned()])
        );
    }
}
