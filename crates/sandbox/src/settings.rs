//! The switches of the control endpoint: how the fake Google's pages and rules behave for the next caller.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// How the consent page decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "mode")]
pub enum Consent {
    /// Shows the page and waits for a person.
    #[default]
    Ask,
    /// Redirects at once as if `account` had pressed Allow; `scopes` limits what was ticked.
    Allow {
        account: Option<String>,
        scopes: Option<BTreeSet<String>>,
    },
    /// Redirects at once as if Deny had been pressed.
    Deny,
}

/// Whether a Terms of Service redirect to loopback is taken from an OAuth client of kind `installed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstalledTermsRedirect {
    #[default]
    Accept,
    /// The ticket is refused with 400; one that names no redirect is given, and the page never redirects.
    Refuse,
    /// The ticket is given, the account is made, and the page never redirects.
    Silent,
}

/// What pressing Accept on the Terms of Service leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermsOutcome {
    #[default]
    Created,
    MaxAccountsReached,
    BackendError,
}

/// Who may accept the terms of somebody's ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermsAcceptor {
    /// The user whose token asked for the ticket.
    #[default]
    Requester,
    /// Whoever is signed in; the account is theirs then, and the user who asked does not see it.
    Anyone,
}

/// What was done to a service account in its Google Cloud project and in a customer's Workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServiceAccountSettings {
    /// Its key was disabled or deleted.
    pub key_disabled: bool,
    /// It was deleted itself.
    pub deleted: bool,
    /// The scopes with which it may act as any user (domain-wide delegation).
    pub delegated_scopes: BTreeSet<String>,
}

/// Whether Google still knows an OAuth client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientState {
    #[default]
    Active,
    Disabled,
    Deleted,
}

/// What Google's console would say of one OAuth client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientRules {
    /// The consent screen is external and in testing: refresh tokens live for seven days.
    pub testing: bool,
    pub state: ClientState,
    /// Live refresh tokens per account; a further one kills the oldest.
    pub max_refresh_tokens: usize,
}

impl Default for ClientRules {
    fn default() -> Self {
        Self {
            testing: false,
            state: ClientState::Active,
            max_refresh_tokens: 100,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    pub consent: Consent,
    pub installed_terms_redirect: InstalledTermsRedirect,
    pub terms_outcome: TermsOutcome,
    pub terms_acceptor: TermsAcceptor,
    /// Google Cloud projects that may call createAccountTree.
    pub approved_partners: BTreeSet<String>,
    /// By e-mail; as they were made where there is none.
    pub service_accounts: BTreeMap<String, ServiceAccountSettings>,
    /// OAuth clients registered by control, beside the practice ones: the JSON of their files by client id.
    #[serde(skip)]
    pub oauth_clients: BTreeMap<String, serde_json::Value>,
    /// By client id; what is not here has Google's usual rules.
    pub client_rules: BTreeMap<String, ClientRules>,
    /// Project, and host of an API that is switched off in it.
    pub disabled_services: BTreeSet<(String, String)>,
}

impl Settings {
    pub fn rules_of(&self, client_id: &str) -> ClientRules {
        self.client_rules.get(client_id).copied().unwrap_or_default()
    }
}
