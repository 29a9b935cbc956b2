//! From a failed call of Google's to an error that a person can act on. One table, so that the same failure reads the
//! same everywhere.

use google_apis::{ApiError, ErrorKind, NetworkFault};

use crate::error::{Error, ErrorCode};

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        let (code, message, remedy) = plain(&error);
        let mut details = vec![format!("{} ({})", error.message, error.api_method)];
        details.extend(error.network.map(|fault| fault.code().to_owned()));
        details.extend(error.status.map(|status| format!("HTTP {status}")));
        details.extend(error.reason.clone());
        details.extend(error.violations.iter().map(|violation| {
            if violation.field.is_empty() {
                violation.description.clone()
            } else {
                format!("{}: {}", violation.field, violation.description)
            }
        }));
        if error.retries > 0 {
            details.push(format!(
                "tried {} times in {} s",
                error.retries + 1,
                error.elapsed.as_secs()
            ));
        }
        Self::new(code, message, remedy)
            .with_details(details.join("; "))
            .with_activity(Some(error.activity_id.to_string()))
    }
}

fn plain(error: &ApiError) -> (ErrorCode, String, String) {
    let said = format!("Google said: {}", full_stop(&error.message));
    let (code, message, remedy) = match error.kind {
        ErrorKind::SignInNeeded | ErrorKind::Unauthenticated => (
            ErrorCode::SignInNeeded,
            "Google ended this connection's session.".to_owned(),
            "Sign in again; nothing else is lost.",
        ),
        ErrorKind::Keychain => (
            ErrorCode::KeychainUnavailable,
            format!(
                "The sign-in could not be read from the keychain. {}",
                full_stop(&error.message)
            ),
            "Unlock the keychain and try again.",
        ),
        ErrorKind::OAuthClientRefused => (
            ErrorCode::NoOauthClient,
            full_stop(&error.message),
            "Download client_secret_*.json again from the Google Cloud console and add it in Settings.",
        ),
        ErrorKind::RefreshLock => (
            ErrorCode::Storage,
            full_stop(&error.message),
            "Wait a minute and try again, or close the other Gantry.",
        ),
        ErrorKind::ServiceAccount => (
            ErrorCode::ServiceAccountKey,
            full_stop(&error.message),
            error
                .remedy
                .as_deref()
                .unwrap_or("Check the connection on the Connections page, or with `gantry connections check`."),
        ),
        ErrorKind::ScopeMissing => (
            ErrorCode::PermissionMissing,
            "This connection was not given the permission that this needs.".to_owned(),
            "Sign in again and tick the permission on Google's page.",
        ),
        ErrorKind::PermissionDenied => (
            ErrorCode::NoPermission,
            format!("Google does not let this connection do that. {said}"),
            "Ask an administrator of the account for access, or use another connection.",
        ),
        ErrorKind::ApiDisabled => (
            ErrorCode::NoPermission,
            format!("The API is switched off in the OAuth client's Google Cloud project. {said}"),
            "Switch the API on in the Google Cloud console, under APIs & Services, and try again.",
        ),
        ErrorKind::NotFound => (
            ErrorCode::NotFound,
            format!("Google finds nothing there, or does not show it to this connection. {said}"),
            "Check the id, and which connection has access.",
        ),
        ErrorKind::InvalidArgument => (
            ErrorCode::GoogleRefused,
            format!("Google refused the request. {said}"),
            "Change the request as Google says.",
        ),
        ErrorKind::Conflict => (
            ErrorCode::Conflict,
            format!("It was changed by somebody else meanwhile. {said}"),
            "Read it again, look at the change, and decide.",
        ),
        ErrorKind::RateLimited => (
            ErrorCode::QuotaWait,
            format!("Google asks for a pause: too many requests in a short time. {said}"),
            "Wait a minute and try again.",
        ),
        ErrorKind::QuotaExhausted => (
            ErrorCode::QuotaExhausted,
            format!("A quota of Google's is used up. {}", full_stop(&error.message)),
            "Wait for the quota to come back, or ask Google for a higher one in the Cloud console.",
        ),
        ErrorKind::Unavailable => (
            ErrorCode::GoogleOutage,
            "Google's service has a fault at the moment.".to_owned(),
            "Try again in a few minutes. Data that was read before stays on screen.",
        ),
        ErrorKind::Network => match error.network {
            Some(fault) => network(fault),
            None => (
                ErrorCode::Offline,
                full_stop(&error.message),
                "Check the network connection, a proxy or a firewall, and try again.",
            ),
        },
        ErrorKind::UnexpectedAnswer => (
            ErrorCode::GoogleUnreadable,
            full_stop(&error.message),
            "Check for a proxy or a sign-in page of your network; if there is none, try again later.",
        ),
        ErrorKind::QuotaLedger => (
            ErrorCode::Storage,
            format!(
                "Gantry's record of spent quota could not be used. {}",
                full_stop(&error.message)
            ),
            "Close other Gantry windows and try again.",
        ),
    };
    let message = if error.outcome_unknown {
        format!("{message} Google may have carried the request out all the same.")
    } else {
        message
    };
    (code, message, remedy.to_owned())
}

/// What the network's fault means to a person. The sign-in is good in every case, and no remedy is to sign in again.
pub(crate) fn network(fault: NetworkFault) -> (ErrorCode, String, &'static str) {
    let (message, remedy) = match fault {
        NetworkFault::Offline => (
            "Google could not be reached: this computer is offline, or no name server knows Google's address.",
            "Check the network connection and try again. Data that was read before stays on screen.",
        ),
        NetworkFault::Refused => (
            "Google could not be reached: the connection was refused.",
            "A firewall on this computer or in its network may block Gantry; allow it to connect to googleapis.com.",
        ),
        NetworkFault::TimedOut => (
            "Google did not answer in time.",
            "Check the network connection, a proxy or a firewall, and try again.",
        ),
        NetworkFault::CertificateNotTrusted => (
            "The certificate that was shown in Google's name is not one that this computer trusts, so nothing was sent.",
            "In a company's network a proxy may read along: ask for its root certificate and install it in this computer's \
             certificate store. Elsewhere, use another network.",
        ),
        NetworkFault::CertificateOutOfDate => (
            "Google's certificate has expired or is not valid yet, by this computer's clock, so nothing was sent.",
            "Set the computer's date, time and time zone right, and try again.",
        ),
        NetworkFault::ProxyRefused => (
            "The proxy could not be reached, or did not let the request through.",
            "Check the proxy in the system's settings or in HTTPS_PROXY, with its user name and password; NO_PROXY names what \
             goes past it.",
        ),
        NetworkFault::CaptivePortal => (
            "Your network answered with a page of its own in Google's place.",
            "Open any page in a browser and sign in to the network (a hotel, an airport, a proxy), then try again.",
        ),
        _ => (
            "The connection to Google broke off.",
            "Check the network connection, a proxy or a firewall, and try again.",
        ),
    };
    (ErrorCode::Offline, message.to_owned(), remedy)
}

fn full_stop(sentence: &str) -> String {
    let sentence = sentence.trim();
    if sentence.ends_with(['.', '!', '?']) {
        sentence.to_owned()
    } else {
        format!("{sentence}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r8_no_fault_of_the_network_asks_for_a_new_sign_in() {
        for fault in [
            NetworkFault::Offline,
            NetworkFault::Refused,
            NetworkFault::TimedOut,
            NetworkFault::CertificateNotTrusted,
            NetworkFault::CertificateOutOfDate,
            NetworkFault::ProxyRefused,
            NetworkFault::CaptivePortal,
            NetworkFault::BrokenOff,
        ] {
            let (code, message, remedy) = network(fault);
            assert_eq!((code, code.exit_code()), (ErrorCode::Offline, 6));
            for words in [message.as_str(), remedy] {
                assert!(!words.to_lowercase().contains("reconnect"), "{words}");
                assert!(!words.contains("Sign in again"), "{words}");
                assert!(words.ends_with('.'), "{words}");
            }
        }
    }
}
