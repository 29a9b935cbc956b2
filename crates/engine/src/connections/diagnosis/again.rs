//! What settles an end: a person signs in again, a service account gets a new key. Nobody can sign in as a service account,
//! so that is never offered for one.

use gantry_store::{ConnectionKind, ConnectionRecord};

use crate::connections::service_account_refusals::without_sign_in;
use crate::dto::connections::Offer;
use crate::error::Error;

/// Offers a person's connection to sign in again. The remedy stays as it is.
pub(super) fn offering_sign_in(record: &ConnectionRecord, error: Error) -> Error {
    match record.kind {
        ConnectionKind::User => error.offering(Offer::SignInAgain {
            connection_id: record.id.clone(),
        }),
        ConnectionKind::ServiceAccount => {
            let remedy = error.remedy.clone();
            Error {
                remedy,
                ..without_sign_in(record, error)
            }
        }
    }
}

/// The same of an error whose remedy is to sign in again, which for a service account is to replace its key.
pub(super) fn signing_in_again(record: &ConnectionRecord, error: Error) -> Error {
    match record.kind {
        ConnectionKind::User => offering_sign_in(record, error),
        ConnectionKind::ServiceAccount => without_sign_in(record, error),
    }
}
