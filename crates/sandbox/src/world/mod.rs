//! What exists in the fake Google: its users and the Analytics estate, and who may see which part of it.

mod analytics;

use std::collections::BTreeMap;

pub use analytics::{
    AccessBinding, Account, Analytics, CustomDimension, DataRetentionSettings, DataStream, DataStreamKind,
    DefaultValue, EnhancedMeasurementSettings, GoogleAdsLink, KeyEvent, Parent, Property, WebStreamData,
};

use crate::seeds::Seed;

/// A Google account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub email: String,
    /// The OpenID subject: decimal digits, stable.
    pub sub: String,
    pub name: String,
    /// BCP 47.
    pub locale: String,
    /// Whether a new account is refused as if the user had 100 of them.
    pub at_account_limit: bool,
    /// The organisation demands a new sign-in of everybody who signed in up to here (`invalid_rapt`).
    pub sign_in_again_after: Option<jiff::Timestamp>,
}

/// A predefined role of Analytics, in growing order of rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Viewer,
    Analyst,
    Editor,
    Admin,
}

impl Role {
    /// From `predefinedRoles/viewer` and so on; data restrictions are no role.
    pub fn from_resource_name(name: &str) -> Option<Self> {
        match name.strip_prefix("predefinedRoles/")? {
            "viewer" => Some(Self::Viewer),
            "analyst" => Some(Self::Analyst),
            "editor" => Some(Self::Editor),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }

    pub fn resource_name(self) -> &'static str {
        match self {
            Self::Viewer => "predefinedRoles/viewer",
            Self::Analyst => "predefinedRoles/analyst",
            Self::Editor => "predefinedRoles/editor",
            Self::Admin => "predefinedRoles/admin",
        }
    }
}

/// Google as it stands.
#[derive(Clone, Debug)]
pub struct World {
    pub seed: Seed,
    /// By e-mail, lower case. Service accounts are not users.
    pub users: BTreeMap<String, User>,
    pub analytics: Analytics,
}

impl World {
    /// The strongest role that `email` has on the account itself.
    pub fn account_role(&self, email: &str, account: u64) -> Option<Role> {
        self.analytics.role(email, Parent::Account(account))
    }

    /// The strongest role on the property: its own or its account's. Properties in the trash still count.
    pub fn property_role(&self, email: &str, property: u64) -> Option<Role> {
        let account = self.analytics.properties.get(&property)?.account_id;
        let own = self.analytics.role(email, Parent::Property(property));
        own.max(self.account_role(email, account))
    }

    /// Whether reports of the property may be read: any role, and the property is not in the trash.
    pub fn can_read_property(&self, email: &str, property: u64) -> bool {
        self.analytics
            .properties
            .get(&property)
            .is_some_and(|found| found.delete_time.is_none())
            && self.property_role(email, property).is_some()
    }

    /// Whether the account shows at all: a role on it or on one of its properties.
    pub fn can_see_account(&self, email: &str, account: u64) -> bool {
        self.account_role(email, account).is_some()
            || self
                .analytics
                .properties_of(account)
                .any(|property| self.property_role(email, property.id).is_some())
    }

    /// Accounts on which the user is an administrator: what counts towards Google's limit of 100.
    pub fn administered_accounts(&self, email: &str) -> usize {
        self.analytics
            .accounts
            .keys()
            .filter(|id| self.account_role(email, **id) == Some(Role::Admin))
            .count()
    }
}
