//! What the fuzz targets (`fuzz/`) feed: everything here that reads bytes of strangers. Not part of the crate's interface.

use gantry_domain::{Clock as _, SystemClock};

use crate::answer_page::AnswerPage;
use crate::answer_texts::Language;
use crate::authorization::AnswerCheck;
use crate::hand_over::{HandOver, Seal};
use crate::http_client;
use crate::id_token::Identity;
use crate::oauth_client::OAuthClient;
use crate::provider::Provider;
use crate::request_head::{RedirectQuery, RequestHead, head_end};
use crate::secret::{SecretBytes, SecretString};
use crate::service_account::ServiceAccountKey;
use crate::token_endpoint;

/// A request to the loopback listener: its head, its query, and the answer to it.
pub fn callback_request(bytes: &[u8]) {
    let head = head_end(bytes).map_or(bytes, |end| &bytes[..end]);
    let Ok(head) = RequestHead::parse(head) else { return };
    let language = Language::wanted(head.accept_language.as_deref());
    let page = AnswerPage::NothingHere.response("404 Not Found", language, head.method == "HEAD");
    assert!(page.starts_with(b"HTTP/1.1 404"));
    if let Some(query) = head.query.as_deref().and_then(RedirectQuery::parse) {
        // A state of 256 random bits is not guessed.
        assert!(!AnswerCheck::of("the state of a waiting sign-in", "https://accounts.google.com").settles(&query));
    }
}

/// An answer of a token endpoint, as success and as refusal.
pub fn token_response(bytes: &[u8]) {
    let _ = http_client::refusal(400, bytes);
    if let Some(normalised) = http_client::normalised(bytes) {
        token_endpoint::read(&normalised);
    }
    let now = SystemClock.now();
    if let Ok(token) = std::str::from_utf8(bytes) {
        let _ = Identity::from_id_token(token, &Provider::google(), "client", now);
    }
    let _ = Identity::from_userinfo(bytes);
}

/// A `client_secret_*.json`.
pub fn client_secret(bytes: &[u8]) {
    if let Ok(client) = OAuthClient::parse(bytes) {
        assert!(!client.client_id.is_empty());
    }
}

/// A service account's key in JSON.
pub fn service_account_json(bytes: &[u8]) {
    if let Ok(key) = ServiceAccountKey::parse(bytes) {
        assert!(key.email.ends_with("gserviceaccount.com"));
    }
}

/// A service account's key in PKCS#12, with Google's default password and with another.
pub fn service_account_p12(bytes: &[u8]) {
    let password = SecretString::new("correct horse");
    let _ = ServiceAccountKey::parse_p12(bytes, "robot@practice.iam.gserviceaccount.com", Some(&password));
}

/// The content of a lock file.
pub fn hand_over_note(bytes: &[u8]) {
    let Some(seal) = Seal::new("connection", &SecretBytes::new("secret")) else {
        return;
    };
    assert!(matches!(seal.open(bytes, SystemClock.now()), HandOver::Nothing));
}
