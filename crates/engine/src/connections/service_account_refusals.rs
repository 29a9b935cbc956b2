//! What is wrong with a service account's key, to a person: which field, and what to do about it.

use std::path::Path;

use gantry_store::{ConnectionKind, ConnectionRecord};
use google_oauth::{KeyFileError, PrivateKeyProblem, ServiceAccountKeyError};

use crate::dto::connections::Offer;
use crate::error::{Error, ErrorCode};

const MAKE_ONE: &str = "In the Google Cloud console open IAM & Admin, Service Accounts, the account, Keys, and add a key of \
                        type JSON.";

/// What settles it where a person would sign in again: nobody signs in as a service account.
pub(crate) const REPLACE_KEY: &str = "Replace its key: press Add service account on the Connections page and choose the new \
                                      key's file, or run `gantry service-account add FILE`.";

/// An error that asks to sign in, as it is of a service account: a new key is what helps. Others stay as they are.
pub(super) fn without_sign_in(connection: &ConnectionRecord, error: Error) -> Error {
    if connection.kind == ConnectionKind::User || error.code != ErrorCode::SignInNeeded {
        return error;
    }
    Error {
        code: ErrorCode::ServiceAccountKey,
        remedy: REPLACE_KEY.to_owned(),
        ..error
    }
}

/// A file that is no key. Nothing was stored.
pub(super) fn not_a_key(error: &ServiceAccountKeyError) -> Error {
    use ServiceAccountKeyError as Problem;
    let remedy = match error {
        Problem::OAuthClient => {
            "Add it as an OAuth client, in Settings or with `gantry oauth-client add FILE`, and sign in with it."
        }
        Problem::OtherType(kind) => match kind.as_str() {
            "authorized_user" => {
                "It is a person's own sign-in, as gcloud saves it. Connect that person with `gantry connect`, or use a \
                 service account's key."
            }
            "external_account" => {
                "It is for workload identity federation, which holds no key. Use a service account's key of type JSON."
            }
            _ => MAKE_ONE,
        },
        Problem::BareKey => "Use the whole JSON file that the Google Cloud console downloaded.",
        Problem::Foreign { .. } => {
            "Do not use this file: whoever made it wants Google's keys to be sent elsewhere. Download the key again from the \
             Google Cloud console."
        }
        Problem::PrivateKey(PrivateKeyProblem::Encrypted) => {
            "Use the JSON file as the Google Cloud console downloaded it, or add a new key there."
        }
        Problem::EmailNeeded => {
            "Name it with --email ADDRESS; the Google Cloud console shows it under IAM & Admin, Service Accounts."
        }
        Problem::NotAServiceAccount(_) => {
            "Name the service account's own address; the Google Cloud console shows it under IAM & Admin, Service Accounts."
        }
        Problem::PasswordNeeded => {
            "`gantry service-account add FILE --email ADDRESS` asks for it; with --password-fd N it is read from a file \
             descriptor."
        }
        Problem::WrongPassword => "Try again with the password that the file was made with.",
        Problem::NotP12(_)
        | Problem::TooLarge(_)
        | Problem::NotJson(_)
        | Problem::Missing(_)
        | Problem::Wrong { .. }
        | Problem::PrivateKey(_) => MAKE_ONE,
    };
    let message = match error {
        Problem::EmailNeeded | Problem::NotAServiceAccount(_) | Problem::PasswordNeeded | Problem::WrongPassword => {
            sentence(&error.to_string())
        }
        _ => format!("This file is not a service account's key that can be used: {error}."),
    };
    Error::invalid(message, remedy)
}

/// A key that stays in its file and cannot be used now.
pub(super) fn key_file(code: ErrorCode, error: &KeyFileError) -> Error {
    match error {
        KeyFileError::Unreadable { path, reason } => Error::new(
            code,
            format!("The key file {} could not be read: {reason}.", path.display()),
            "Check the path, and that Gantry may read the file.",
        ),
        KeyFileError::Exposed { path, .. } => {
            let command = format!("chmod 600 {}", quoted(path));
            Error::new(
                code,
                format!(
                    "Others on this computer can read or change the key file {}.",
                    path.display()
                ),
                format!("Close it and try again: {command}"),
            )
            .with_details(error)
            .offering(Offer::CopyText {
                label: "Copy the command".to_owned(),
                text: command,
            })
        }
        KeyFileError::Unusable { path, error } => {
            let problem = not_a_key(error);
            let told = Error::new(code, problem.message, problem.remedy);
            told.with_details(path.display())
        }
        KeyFileError::OtherAccount { .. } => Error::new(
            code,
            sentence(&error.to_string()),
            "Put the right file back, or add this one: `gantry service-account add --key-file FILE`.",
        ),
    }
}

/// `unauthorized_client` for a user to act as.
pub(super) fn delegation(subject: &str, client_id: Option<&str>, scopes: &[String]) -> Error {
    let scopes = scopes.join(",");
    let client = client_id.map_or_else(
        || "the service account's Unique ID (in the Google Cloud console, under its Details)".to_owned(),
        |id| format!("the client ID {id}"),
    );
    let error = Error::new(
        ErrorCode::NoPermission,
        format!("This service account is not allowed to act as {subject} with these permissions."),
        format!(
            "An administrator of that organisation opens admin.google.com, Security, Access and data control, API controls, \
             Manage domain-wide delegation, and adds {client} with the scopes {scopes}"
        ),
    );
    let copy = |label: &str, text: &str| Offer::CopyText {
        label: label.to_owned(),
        text: text.to_owned(),
    };
    let error = match client_id {
        Some(id) => error.offering(copy("Copy the client ID", id)),
        None => error,
    };
    error.offering(copy("Copy the scopes", &scopes))
}

/// How far a clock is off, as people say it: "26 hours fast".
pub(super) fn off_by(fast_by: jiff::SignedDuration) -> String {
    let minutes = (fast_by.as_secs().unsigned_abs() + 30) / 60;
    let (count, unit) = match minutes {
        0..=119 => (minutes.max(1), "minute"),
        120..=2879 => ((minutes + 30) / 60, "hour"),
        _ => ((minutes + 720) / 1440, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    let direction = if fast_by.is_negative() { "slow" } else { "fast" };
    format!("{count} {unit}{plural} {direction}")
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+@:,".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_quoted_for_the_shell_where_it_must_be() {
        assert_eq!(quoted(Path::new("/srv/keys/exporter.json")), "/srv/keys/exporter.json");
        assert_eq!(
            quoted(Path::new("/srv/my keys/it's.json")),
            r"'/srv/my keys/it'\''s.json'"
        );
    }

    #[test]
    fn a_clock_is_off_in_the_words_of_people() {
        let said = |seconds| off_by(jiff::SignedDuration::from_secs(seconds));
        assert_eq!(said(26 * 3600), "26 hours fast");
        assert_eq!(said(26 * 3600 - 1), "26 hours fast");
        assert_eq!(said(-61), "1 minute slow");
        assert_eq!(said(-3 * 86_400), "3 days slow");
    }

    #[test]
    fn s1_s2_s3_each_problem_has_a_sentence_and_a_remedy() {
        use ServiceAccountKeyError as Problem;
        for problem in [
            Problem::TooLarge(10 << 20),
            Problem::NotJson("line 1, column 1".to_owned()),
            Problem::BareKey,
            Problem::OAuthClient,
            Problem::OtherType("authorized_user".to_owned()),
            Problem::Missing("client_email"),
            Problem::Wrong {
                field: "client_email",
                problem: "is no text",
            },
            Problem::Foreign {
                field: "token_uri",
                value: "https://evil.example/token".to_owned(),
            },
            Problem::PrivateKey(PrivateKeyProblem::Encrypted),
            Problem::EmailNeeded,
            Problem::PasswordNeeded,
            Problem::WrongPassword,
        ] {
            let error = not_a_key(&problem);
            assert_eq!(error.code, ErrorCode::InvalidRequest);
            assert!(error.message.ends_with('.') && !error.remedy.is_empty(), "{error:?}");
        }
        let missing = not_a_key(&Problem::Missing("client_email"));
        assert!(missing.message.contains("client_email"));
    }
}
