//! What a keychain's refusal means: each cause its own error, its own sentence and its own remedy. No secret is in any of
//! them: some of keyring's errors carry the bytes that they are about.

use google_oauth::{NoTokenStore, StoreProblem, TokenStoreError};
use keyring::Error;

const SESSION_ONLY: &str = "or sign in for this session only in Gantry's window";

/// A call's error.
pub(crate) fn named(error: &Error) -> TokenStoreError {
    match error {
        Error::NoStorageAccess(cause) if is_variant(&**cause, "NoResult") => {
            TokenStoreError::Absent("the Secret Service has no default keyring yet".to_owned())
        }
        Error::NoStorageAccess(cause) => TokenStoreError::Locked(cause.to_string()),
        Error::TooLong(_, limit) => TokenStoreError::TooLong(*limit),
        Error::BadEncoding(_) => TokenStoreError::Unreadable("it is not text".to_owned()),
        Error::BadDataFormat(_, cause) => TokenStoreError::Unreadable(cause.to_string()),
        Error::Ambiguous(entries) => TokenStoreError::Unreadable(format!("{} entries have this name", entries.len())),
        Error::PlatformFailure(cause) => {
            apple(&**cause).unwrap_or_else(|| TokenStoreError::Unavailable(cause.to_string()))
        }
        Error::NoDefaultStore => TokenStoreError::Absent("this system has none that is running".to_owned()),
        other => TokenStoreError::Unavailable(other.to_string()),
    }
}

/// The error of connecting: nothing is there to connect to.
pub(crate) fn not_there(error: &Error) -> TokenStoreError {
    match error {
        Error::PlatformFailure(cause) => TokenStoreError::Absent(cause.to_string()),
        other => named(other),
    }
}

/// secret-service's errors are known by the names of their variants: their type is not ours to name.
fn is_variant(cause: &(dyn std::error::Error + Send + Sync), name: &str) -> bool {
    format!("{cause:?}") == name
}

/// The status codes of Apple's Security framework (`SecBase.h`) that a person can do something about.
fn apple(cause: &(dyn std::error::Error + Send + Sync)) -> Option<TokenStoreError> {
    let refused = |problem, reason: &str, remedy: &str| {
        TokenStoreError::Refused(NoTokenStore {
            problem,
            reason: reason.to_owned(),
            remedy: remedy.to_owned(),
            details: Some(cause.to_string()),
        })
    };
    match os_status(cause)? {
        // errSecInteractionNotAllowed
        -25308 => Some(refused(
            StoreProblem::Locked,
            "macOS does not let Gantry ask for the keychain's password in this session (-25308).",
            "Start Gantry from the desktop, or run `security unlock-keychain` in this session first.",
        )),
        // errSecMissingEntitlement
        -34018 => Some(refused(
            StoreProblem::Broken,
            "macOS does not let this copy of Gantry use the keychain (-34018): its signature is missing or broken.",
            "Install Gantry again from its signed package; a build of your own must be signed with `codesign` first.",
        )),
        // userCanceled, errSecAuthFailed
        code @ (-128 | -25293) => Some(TokenStoreError::Locked(format!("its prompt was dismissed ({code})"))),
        // errSecNoDefaultKeychain
        -25307 => Some(TokenStoreError::Absent(
            "this user has no default keychain (-25307)".to_owned(),
        )),
        _ => None,
    }
}

/// The code in `security_framework::base::Error`, which its `Debug` begins with on every system: `Error { code: -25308, ...`.
fn os_status(cause: &(dyn std::error::Error + Send + Sync)) -> Option<i32> {
    let shown = format!("{cause:?}");
    let code = shown.strip_prefix("Error { code: ")?;
    let end = code.find(|end: char| end != '-' && !end.is_ascii_digit())?;
    code[..end].parse().ok()
}

/// Why the keychain called `name` is not to be had.
pub(crate) fn problem(name: &str, error: &TokenStoreError) -> NoTokenStore {
    let details = Some(error.to_string());
    let (problem, reason, remedy) = match error {
        TokenStoreError::Locked(_) => (
            StoreProblem::Locked,
            format!("{} is locked, or its prompt was dismissed.", capitalised(name)),
            format!("{}, {SESSION_ONLY}.", unlock()),
        ),
        TokenStoreError::Absent(_) => (
            StoreProblem::Absent,
            format!("This computer has no keychain that is running: {name} is not there."),
            format!(
                "{}, {SESSION_ONLY}. On a server, `gantry --secrets-file FILE` keeps sign-ins in an encrypted file.",
                start()
            ),
        ),
        TokenStoreError::TimedOut(seconds) => return hung(name, *seconds),
        TokenStoreError::Refused(named) => return named.clone(),
        TokenStoreError::TooLong(_) | TokenStoreError::Unreadable(_) | TokenStoreError::Unavailable(_) => (
            StoreProblem::Broken,
            format!("{} answers with a failure.", capitalised(name)),
            format!("{}, {SESSION_ONLY}.", start()),
        ),
    };
    NoTokenStore {
        problem,
        reason,
        remedy,
        details,
    }
}

fn hung(name: &str, seconds: u64) -> NoTokenStore {
    NoTokenStore {
        problem: StoreProblem::Hung,
        reason: format!("{} did not answer.", capitalised(name)),
        remedy: format!("Look for its prompt behind other windows and try again, {SESSION_ONLY}."),
        details: Some(format!("it was given {seconds} s")),
    }
}

/// The self-test read back something else than it had written.
pub(crate) fn does_not_keep(name: &str) -> NoTokenStore {
    NoTokenStore {
        problem: StoreProblem::Broken,
        reason: format!("{} does not keep what it is given.", capitalised(name)),
        remedy: format!("{}, {SESSION_ONLY}.", start()),
        details: None,
    }
}

/// A store in memory calls itself a keychain.
pub(crate) fn only_pretends(vendor: &str) -> NoTokenStore {
    NoTokenStore {
        problem: StoreProblem::Mock,
        reason: "This copy of Gantry was built with a keychain for tests, which keeps nothing.".to_owned(),
        remedy: "Install Gantry from its own package.".to_owned(),
        details: Some(vendor.to_owned()),
    }
}

fn unlock() -> &'static str {
    if cfg!(target_os = "macos") {
        "Unlock the login keychain and try again"
    } else if cfg!(windows) {
        "Sign in to Windows as the user that Gantry runs as and try again"
    } else {
        "Unlock your keyring and try again"
    }
}

fn start() -> &'static str {
    if cfg!(target_os = "macos") {
        "Open Keychain Access and check that there is a login keychain"
    } else if cfg!(windows) {
        "Check that the Credential Manager service runs"
    } else {
        "Start a keyring such as GNOME Keyring or KWallet and create its default keyring"
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `security_framework::base::Error` shows itself; the real one exists on Apple's systems alone.
    struct AppleError(i32, &'static str);

    impl std::fmt::Debug for AppleError {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.debug_struct("Error")
                .field("code", &self.0)
                .field("message", &self.1)
                .finish()
        }
    }

    impl std::fmt::Display for AppleError {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.1)
        }
    }

    impl std::error::Error for AppleError {}

    fn from_apple(code: i32, message: &'static str) -> TokenStoreError {
        named(&Error::PlatformFailure(Box::new(AppleError(code, message))))
    }

    #[test]
    fn errors_carry_no_secret_bytes() {
        for error in [
            Error::BadEncoding(b"canary".to_vec()),
            Error::BadDataFormat(b"canary".to_vec(), "format".into()),
            Error::TooLong("canary".to_owned(), 2560),
        ] {
            let named = named(&error);
            let shown = format!("{named:?} {named} {:?}", problem("it", &named));
            assert!(!shown.contains("canary"), "{shown}");
        }
    }

    /// Injected as keyring's error: only Windows has the limit (`CRED_MAX_CREDENTIAL_BLOB_SIZE`, 5 * 512 bytes).
    #[test]
    fn k4_a_secret_over_windows_limit_is_named_with_the_limit() {
        assert_eq!(
            named(&Error::TooLong("secret".to_owned(), 2560)),
            TokenStoreError::TooLong(2560)
        );
    }

    /// Injected as the platform's failure: only macOS has these codes.
    #[test]
    fn k5_interaction_not_allowed_and_missing_entitlement_have_their_own_remedies() {
        let not_allowed = from_apple(-25308, "User interaction is not allowed.");
        let shown = problem("the macOS Keychain", &not_allowed);
        assert_eq!(shown.problem, StoreProblem::Locked);
        assert!(shown.remedy.contains("security unlock-keychain"), "{shown:?}");

        let unsigned = from_apple(-34018, "A required entitlement isn't present.");
        let shown = problem("the macOS Keychain", &unsigned);
        assert_eq!(shown.problem, StoreProblem::Broken);
        assert!(
            shown.remedy.contains("signed") && shown.reason.contains("-34018"),
            "{shown:?}"
        );

        assert!(matches!(from_apple(-128, "cancelled"), TokenStoreError::Locked(_)));
        assert!(matches!(from_apple(-25307, "no default"), TokenStoreError::Absent(_)));
        assert!(matches!(from_apple(-1, "other"), TokenStoreError::Unavailable(_)));
    }

    #[test]
    fn k6_what_cannot_be_read_is_told_apart_from_a_keychain_that_fails() {
        for error in [
            Error::Ambiguous(Vec::new()),
            Error::BadEncoding(vec![0xff]),
            Error::BadDataFormat(vec![0xff], "format".into()),
        ] {
            assert!(matches!(named(&error), TokenStoreError::Unreadable(_)), "{error:?}");
        }
    }

    #[test]
    fn every_problem_says_what_happened_and_what_helps() {
        for error in [
            TokenStoreError::Locked("prompt".to_owned()),
            TokenStoreError::Absent("bus".to_owned()),
            TokenStoreError::TimedOut(60),
            TokenStoreError::Unavailable("failure".to_owned()),
        ] {
            let shown = problem("the Secret Service", &error);
            assert!(shown.reason.ends_with('.') && shown.remedy.ends_with('.'), "{shown:?}");
            assert!(shown.remedy.contains("this session only"), "{shown:?}");
        }
    }
}
