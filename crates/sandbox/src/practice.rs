//! The practice identities: users, OAuth clients and the service account that every sandbox knows. None of them exists at Google.

use serde_json::{Value, json};

/// The Google Cloud project of the practice clients; quotas are counted against it.
pub const PROJECT: &str = "gantry-practice";

/// The practice OAuth client of kind `installed`.
pub const INSTALLED_CLIENT_ID: &str = "gantry-practice.apps.googleusercontent.com";
/// The practice OAuth client of kind `web`.
pub const WEB_CLIENT_ID: &str = "gantry-practice-web.apps.googleusercontent.com";
/// The practice clients' secret; as with Google's installed apps, no secret at all.
pub const CLIENT_SECRET: &str = "GOCSPX-gantry-practice-client";
/// Registered with the web client for the Terms of Service.
pub const WEB_TERMS_REDIRECT: &str = "http://127.0.0.1:27495/terms";
/// Registered with the web client for signing in.
pub const WEB_SIGN_IN_REDIRECT: &str = "http://127.0.0.1:27496/sign-in";

/// The owner of the `owner` seed: one business, one GA account, one GTM account.
pub const OWNER: &str = "maria.santos@harbour-bakery.example";
/// In both seeds: sees nothing at first, and may create accounts.
pub const NEWCOMER: &str = "noor.haddad@newcomer.example";

/// The `agency` seed's first user: administrator of accounts 1 to 20.
pub const AGENCY_ADMIN: &str = "ana.keller@northlight.example";
/// Editor of accounts 11 to 30.
pub const AGENCY_EDITOR: &str = "ben.okafor@northlight.example";
/// Analyst on accounts 21 to 40.
pub const AGENCY_ANALYST: &str = "chiyo.tanaka@northlight.example";
/// Viewer of every sixth property, and of no account.
pub const AGENCY_VIEWER: &str = "dario.rossi@northlight.example";
/// Administrator of accounts 31 to 40 and viewer of the first five.
pub const AGENCY_PARTNER: &str = "elif.yilmaz@partner.example";

/// The practice service account: it reads the bakery's property, or the agency's first three accounts.
pub const SERVICE_ACCOUNT: &str = "exporter@gantry-practice.iam.gserviceaccount.com";
/// `private_key_id` of the practice service account's key.
pub const SERVICE_ACCOUNT_KEY_ID: &str = "gantrypracticekey1";
/// A service account that nobody has given access to anything.
pub const SERVICE_ACCOUNT_WITHOUT_ACCESS: &str = "newcomer@gantry-practice.iam.gserviceaccount.com";

/// A service account that this Google knows, with its one key.
pub(crate) struct ServiceAccount {
    pub email: &'static str,
    pub key_id: &'static str,
    pub client_id: &'static str,
    pub private_key: &'static str,
    pub public_key: &'static str,
}

pub(crate) const SERVICE_ACCOUNTS: [ServiceAccount; 2] = [
    ServiceAccount {
        email: SERVICE_ACCOUNT,
        key_id: SERVICE_ACCOUNT_KEY_ID,
        client_id: "108000000000000000001",
        private_key: include_str!("../keys/service-account.pem"),
        public_key: include_str!("../keys/service-account.pub.pem"),
    },
    ServiceAccount {
        email: SERVICE_ACCOUNT_WITHOUT_ACCESS,
        key_id: "gantrypracticekey2",
        client_id: "108000000000000000002",
        private_key: include_str!("../keys/service-account-without-access.pem"),
        public_key: include_str!("../keys/service-account-without-access.pub.pem"),
    },
];

/// `client_secret_*.json` of the installed client, as the Cloud console would download it.
pub fn installed_client_json() -> Value {
    json!({"installed": {
        "client_id": INSTALLED_CLIENT_ID,
        "project_id": PROJECT,
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_secret": CLIENT_SECRET,
        "redirect_uris": ["http://localhost"],
    }})
}

/// `client_secret_*.json` of the web client.
pub fn web_client_json() -> Value {
    json!({"web": {
        "client_id": WEB_CLIENT_ID,
        "project_id": PROJECT,
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_secret": CLIENT_SECRET,
        "redirect_uris": [WEB_TERMS_REDIRECT, WEB_SIGN_IN_REDIRECT],
    }})
}

/// The practice service account's key file, as the Cloud console would download it.
pub fn service_account_json() -> Value {
    key_file(&SERVICE_ACCOUNTS[0])
}

/// The key file of the service account that has no access to anything.
pub fn service_account_without_access_json() -> Value {
    key_file(&SERVICE_ACCOUNTS[1])
}

fn key_file(account: &ServiceAccount) -> Value {
    let certificates = "https://www.googleapis.com/robot/v1/metadata/x509/";
    json!({
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": account.key_id,
        "private_key": account.private_key,
        "client_email": account.email,
        "client_id": account.client_id,
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_x509_cert_url": format!("{certificates}{}", account.email.replace('@', "%40")),
        "universe_domain": "googleapis.com",
    })
}
