//! What a connection may do: a set of permissions, and the OAuth scopes that each one asks for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One permission. A connection has a set of them; none includes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    View,
    Configure,
    Edit,
    Publish,
    Manage,
}

const ANALYTICS: &str = "https://www.googleapis.com/auth/analytics";
const TAG_MANAGER: &str = "https://www.googleapis.com/auth/tagmanager";

/// `https://www.googleapis.com/auth/analytics.provision`, for the v3 dialect alone.
pub const ANALYTICS_PROVISION: &str = "https://www.googleapis.com/auth/analytics.provision";

impl Permission {
    pub const ALL: [Self; 5] = [Self::View, Self::Configure, Self::Edit, Self::Publish, Self::Manage];

    /// The OAuth scopes that this permission asks for, as full scope URLs.
    pub fn scopes(self) -> Vec<String> {
        let (family, names): (&[&str], &[&str]) = match self {
            Self::View => (&["readonly"], &["readonly"]),
            Self::Configure => (&["edit"], &[]),
            Self::Edit => (&[], &["edit.containers", "edit.containerversions"]),
            Self::Publish => (&[], &["publish"]),
            Self::Manage => (
                &["manage.users"],
                &["delete.containers", "manage.users", "manage.accounts"],
            ),
        };
        let analytics = family.iter().map(|name| format!("{ANALYTICS}.{name}"));
        let tag_manager = names.iter().map(|name| format!("{TAG_MANAGER}.{name}"));
        analytics.chain(tag_manager).collect()
    }

    /// The word used on the command line and in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Configure => "configure",
            Self::Edit => "edit",
            Self::Publish => "publish",
            Self::Manage => "manage",
        }
    }

    /// The permissions whose scopes were all granted.
    pub fn granted_by<'a>(scopes: impl IntoIterator<Item = &'a str>) -> BTreeSet<Self> {
        let scopes: BTreeSet<&str> = scopes.into_iter().collect();
        Self::ALL
            .into_iter()
            .filter(|permission| permission.scopes().iter().all(|scope| scopes.contains(scope.as_str())))
            .collect()
    }
}

impl std::str::FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.name() == word.trim().to_ascii_lowercase())
            .ok_or_else(|| UnknownPermission(word.to_owned()))
    }
}

/// A word that names no permission.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a permission: use view, configure, edit, publish or manage")]
pub struct UnknownPermission(pub String);

/// The scopes to ask for: those of `permissions` plus `openid email`, in a stable order, without repeats.
pub fn scopes_to_request(permissions: &BTreeSet<Permission>) -> Vec<String> {
    let mut scopes = vec!["openid".to_owned(), "email".to_owned()];
    scopes.extend(permissions.iter().flat_map(|permission| permission.scopes()));
    scopes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_granted_only_with_all_its_scopes() {
        let one = ["https://www.googleapis.com/auth/analytics.readonly"];
        assert!(Permission::granted_by(one).is_empty());
        let both = [
            "https://www.googleapis.com/auth/analytics.readonly",
            "https://www.googleapis.com/auth/tagmanager.readonly",
        ];
        assert_eq!(Permission::granted_by(both), BTreeSet::from([Permission::View]));
    }

    #[test]
    fn requested_scopes_name_the_person_and_are_unique() {
        let scopes = scopes_to_request(&Permission::ALL.into_iter().collect());
        assert_eq!(&scopes[..2], ["openid", "email"]);
        assert_eq!(scopes.iter().collect::<BTreeSet<_>>().len(), scopes.len());
    }
}
