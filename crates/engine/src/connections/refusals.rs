//! What a failed sign-in or refresh means to a person: each cause its own sentence and remedy.

use google_oauth::{OAuthError, TokenStoreError};

use super::service_account_refusals::{delegation, key_file, off_by};
use crate::error::{Error, ErrorCode};
use crate::google_errors::network;

impl From<OAuthError> for Error {
    fn from(error: OAuthError) -> Self {
        use google_oauth::ListenError;
        let (code, message, remedy): (ErrorCode, String, &str) = match &error {
            OAuthError::Denied => (
                ErrorCode::SignInDenied,
                "You pressed Cancel or Deny on Google's page, so Gantry got no access.".to_owned(),
                "Start the sign-in again when you want to allow it. Nothing was changed.",
            ),
            OAuthError::AuthorizationRefused { error, .. } => (
                ErrorCode::GoogleRefused,
                format!("Google's sign-in page refused the request ({error})."),
                "Your organisation or the OAuth client's consent screen may not allow these scopes. Ask your administrator.",
            ),
            OAuthError::TimedOut => (
                ErrorCode::SignInTimedOut,
                "Nobody finished the sign-in in the browser, so Gantry stopped waiting.".to_owned(),
                "Start again. If Google showed an error page, it never tells Gantry: your administrator may block the app, \
                 the OAuth client may be limited to its organisation or to its test users, or a firewall may block 127.0.0.1.",
            ),
            OAuthError::StateMismatch => (
                ErrorCode::SignInTimedOut,
                "An answer came back that belongs to another sign-in, so it was ignored, and no right one followed."
                    .to_owned(),
                "Close old sign-in tabs and start again.",
            ),
            OAuthError::IssuerMismatch(_) => (
                ErrorCode::GoogleRefused,
                "The answer did not come from Google's sign-in, so it was not used.".to_owned(),
                "Start again. If this happens twice, something on this computer interferes with your browser.",
            ),
            OAuthError::Cancelled | OAuthError::Interrupted => return Self::cancelled(),
            OAuthError::CodeRefused(_) => (
                ErrorCode::GoogleRefused,
                "Google did not accept the code that its own page had sent.".to_owned(),
                "Start the sign-in again; codes work once, and for a few minutes.",
            ),
            OAuthError::SignInExpired(_) => (
                ErrorCode::SignInNeeded,
                "Google no longer accepts the saved sign-in.".to_owned(),
                "Sign in again. It was revoked, unused for six months, pushed out by newer sign-ins, or ended after 7 days \
                 because the OAuth client's consent screen is in Testing.",
            ),
            OAuthError::RenewalLost(_) => (
                ErrorCode::SignInNeeded,
                "Gantry was interrupted while it renewed this sign-in, and Google no longer accepts the old one."
                    .to_owned(),
                "Sign in again; nothing else is lost.",
            ),
            OAuthError::ReauthenticationRequired => (
                ErrorCode::SignInNeeded,
                "Your organisation's administrator asks you to sign in again.".to_owned(),
                "Sign in again.",
            ),
            OAuthError::NotSignedIn => (
                ErrorCode::SignInNeeded,
                "There is no saved sign-in for this connection on this computer.".to_owned(),
                "Sign in again.",
            ),
            OAuthError::NoRefreshToken => (
                ErrorCode::SignInNeeded,
                "Google signed you in for an hour only and gave nothing to keep.".to_owned(),
                "Remove Gantry's access at myaccount.google.com/connections, then sign in again.",
            ),
            OAuthError::AccountDeleted(_) => (
                ErrorCode::SignInNeeded,
                "Google says that this account has been deleted.".to_owned(),
                "Sign in with another account, or remove this connection.",
            ),
            OAuthError::ClientDeleted(_) => (
                ErrorCode::NoOauthClient,
                "Google knows no such OAuth client: it was deleted in the Google Cloud console.".to_owned(),
                "Add another OAuth client in Settings and connect the account with it.",
            ),
            OAuthError::ClientDisabled(_) => (
                ErrorCode::NoOauthClient,
                "The OAuth client is switched off in the Google Cloud console.".to_owned(),
                "Switch it on there, or add another OAuth client in Settings.",
            ),
            OAuthError::PolicyRefused { error, .. } => (
                ErrorCode::GoogleRefused,
                format!("A rule of the organisation or of the OAuth client's project does not allow this ({error})."),
                "Ask the organisation's administrator to allow the OAuth client, or use one that the organisation owns.",
            ),
            OAuthError::ClientRefused(_) => (
                ErrorCode::NoOauthClient,
                "Google does not accept this OAuth client: its secret was changed, as a rule.".to_owned(),
                "Download client_secret_*.json again from the Google Cloud console and add it in Settings.",
            ),
            OAuthError::RedirectMismatch(_) | OAuthError::Listen(ListenError::NoneRegistered) => (
                ErrorCode::RedirectNotRegistered,
                "The OAuth client is of kind \"web\" and has no redirect address on this computer that Gantry can use."
                    .to_owned(),
                "In the Google Cloud console, add http://127.0.0.1:27495/terms and http://127.0.0.1:27496/sign-in to its \
                 authorised redirect URIs and add the file again, or use an OAuth client of kind \"Desktop app\".",
            ),
            OAuthError::Listen(ListenError::NotPermitted { .. }) => (
                ErrorCode::ListenerUnavailable,
                "This computer does not let Gantry listen for the browser's answer.".to_owned(),
                "Allow Gantry in your security software, or try again after a restart: Windows reserves ports for a while.",
            ),
            OAuthError::Listen(ListenError::NoLoopback { .. }) => (
                ErrorCode::ListenerUnavailable,
                "This computer has neither 127.0.0.1 nor [::1], so no browser can answer Gantry.".to_owned(),
                "Switch the loopback network interface on, and try again.",
            ),
            OAuthError::Listen(_) => (
                ErrorCode::ListenerUnavailable,
                "Gantry could not open a port on this computer for the browser's answer.".to_owned(),
                "Close the program that uses the port, or another Gantry that is waiting, and try again.",
            ),
            OAuthError::KeyRefused(_) => (
                ErrorCode::ServiceAccountKey,
                "Google no longer accepts this service account's key: the key was disabled or deleted, or the whole account."
                    .to_owned(),
                "In the Google Cloud console open IAM & Admin, Service Accounts, the account, Keys: switch the key on again, or \
                 add a new one and add its file here.",
            ),
            OAuthError::KeyFile(error) => return key_file(ErrorCode::ServiceAccountKey, error),
            OAuthError::DelegationRefused {
                subject,
                client_id,
                scopes,
                ..
            } => return delegation(subject, client_id.as_deref(), scopes).with_details(&error),
            OAuthError::SubjectUnknown(user) => (
                ErrorCode::NotFound,
                format!("Google knows no user {user} for this service account to act as."),
                "Check the address, and that it is one of the organisation's own users.",
            ),
            OAuthError::ClockRefused { fast_by } => (
                ErrorCode::GoogleRefused,
                fast_by.map_or_else(
                    || "Google finds the time of this computer's request wrong.".to_owned(),
                    |fast_by| format!("This computer's clock is {}, so Google refuses its requests.", off_by(fast_by)),
                ),
                "Set this computer's clock, best by switching on automatic time, and try again.",
            ),
            OAuthError::Refused { error, .. } => (
                ErrorCode::GoogleRefused,
                format!("Google's sign-in refused the request ({error})."),
                "Try again; if it stays so, check the OAuth client in the Google Cloud console.",
            ),
            OAuthError::Unavailable { .. } => (
                ErrorCode::GoogleOutage,
                "Google's sign-in servers have a problem.".to_owned(),
                "Try again in a few minutes. Nothing was changed.",
            ),
            OAuthError::UnexpectedAnswer(_) => (
                ErrorCode::GoogleUnreadable,
                "Something other than Google's sign-in answered.".to_owned(),
                "Check whether your network asks you to log in (a hotel, a proxy), then try again.",
            ),
            OAuthError::Unreachable { kind, .. } => network(*kind),
            OAuthError::Identity(_) => (
                ErrorCode::GoogleRefused,
                "Google's answer does not prove who signed in, so nothing was saved.".to_owned(),
                "Check that this computer's clock is right, then sign in again.",
            ),
            OAuthError::NotRevoked(_) => (
                ErrorCode::PartlyDone,
                "It was removed from this computer, but Google could not be told: what the keychain held cannot be read."
                    .to_owned(),
                "Remove Gantry's access at myaccount.google.com/connections as well.",
            ),
            OAuthError::Store(_) => return keychain(&error),
            OAuthError::Lock(_) => (
                ErrorCode::Storage,
                "Another Gantry is using this connection's sign-in and does not let go.".to_owned(),
                "Wait a minute and try again, or close the other Gantry.",
            ),
        };
        Self::new(code, message, remedy).with_details(error)
    }
}

impl From<TokenStoreError> for Error {
    fn from(error: TokenStoreError) -> Self {
        keychain(&OAuthError::Store(error))
    }
}

fn keychain(error: &OAuthError) -> Error {
    let code = match error {
        // Nothing is wrong with the keychain: a new sign-in replaces what is in it.
        OAuthError::Store(TokenStoreError::Unreadable(_)) => ErrorCode::SignInNeeded,
        OAuthError::Store(TokenStoreError::Refused(why)) => {
            return Error::new(ErrorCode::KeychainUnavailable, &why.reason, &why.remedy).with_details(error);
        }
        _ => ErrorCode::KeychainUnavailable,
    };
    let (message, remedy) = match error {
        OAuthError::Store(TokenStoreError::Locked(_)) => (
            "The keychain is locked, or its prompt was dismissed.",
            "Unlock the keychain and try again.",
        ),
        OAuthError::Store(TokenStoreError::TimedOut(_)) => (
            "The keychain did not answer.",
            "Look for a keychain prompt behind other windows, then try again.",
        ),
        OAuthError::Store(TokenStoreError::TooLong(_)) => (
            "It is too long for a keychain.",
            "Sign in for this session only in Gantry's window; leave a service account's key in its file (--key-file).",
        ),
        OAuthError::Store(TokenStoreError::Unreadable(_)) => (
            "What the keychain holds for this connection cannot be read.",
            "Sign in again.",
        ),
        _ => (
            "This computer's keychain is not available.",
            "Start your keychain, or sign in for this session only in Gantry's window.",
        ),
    };
    Error::new(code, message, remedy).with_details(error)
}
