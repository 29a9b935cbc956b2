//! Who Gantry acts as: OAuth clients, connections, signing in, and the access tokens that everything else asks for.

mod accounts;
mod diagnosis;
mod list;
mod oauth_client_guide;
mod oauth_client_test;
mod oauth_clients;
mod other_account;
mod permissions;
pub(crate) mod reconcile;
mod refresh_lock;
mod refusals;
mod routing;
mod service_account_access;
mod service_account_refusals;
mod service_accounts;
mod session;
mod shipped_oauth_client;
mod sign_in;

pub use accounts::{AccountsInReach, AnalyticsAccountView, AnalyticsPropertyView, accounts};
pub use diagnosis::check;
pub(crate) use diagnosis::explain_failure;
pub use list::{disconnect, list};
pub use oauth_client_guide::guide as oauth_client_guide;
pub use oauth_client_test::test as test_oauth_client;
pub use oauth_clients::{
    add as add_oauth_client, inspect as inspect_oauth_client, list as list_oauth_clients,
    remove as remove_oauth_client, set_default as set_default_oauth_client, update as update_oauth_client,
};
pub use other_account::{OtherAccounts, adopt};
pub use permissions::use_permissions;
pub use refresh_lock::FileLock;
pub(crate) use routing::{Asset, Routes, choose};
pub use routing::{route, set_route};
pub(crate) use service_account_refusals::REPLACE_KEY;
pub(crate) use service_accounts::project as service_account_project;
pub use service_accounts::{
    KeyFileUse, add as add_service_account, add_with_password as add_service_account_with_password,
    inspect as inspect_service_account, use_key_file,
};
pub(crate) use session::allowed;
pub use session::{ConnectionFailure, ReadySessions, Session, Sessions};
pub use shipped_oauth_client::shipped as shipped_oauth_client;
pub use sign_in::connect;
pub(crate) use sign_in::connect_with;
