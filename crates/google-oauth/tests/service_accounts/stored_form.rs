//! The form in which a key is stored: what comes back is what went in, and it fits.

use google_oauth::{SecretBytes, ServiceAccountKey, TokenStoreError};
use proptest::prelude::*;
use serde_json::json;

use super::{key_file, practice_key};

/// `CRED_MAX_CREDENTIAL_BLOB_SIZE` of Windows, in bytes.
const WINDOWS: usize = 2560;

fn key_of(pem: &str) -> ServiceAccountKey {
    ServiceAccountKey::parse(&key_file(&[("private_key", json!(pem))])).unwrap()
}

#[test]
fn k4_an_rsa_4096_key_fits_into_windows_credential_manager_and_a_longer_one_is_named_before_it_is_stored() {
    let key = key_of(include_str!("keys/rsa-4096.pem"));
    let stored = key.to_stored().unwrap();
    assert!(stored.expose().len() <= WINDOWS, "{}", stored.expose().len());
    assert_eq!(ServiceAccountKey::from_stored(&stored).unwrap(), key);
    let longer = key_of(include_str!("keys/rsa-6144.pem"));
    assert_eq!(longer.to_stored(), Err(TokenStoreError::TooLong(2560)));
}

#[test]
fn the_usual_key_takes_far_less_than_its_json() {
    let (stored, json) = (practice_key().to_stored().unwrap(), key_file(&[]));
    assert!(
        stored.expose().len() * 10 < json.len() * 6,
        "{} of {} bytes",
        stored.expose().len(),
        json.len()
    );
    assert!(format!("{stored:?}").contains("redacted"));
}

proptest! {
    #[test]
    fn a_stored_key_comes_back_as_it_was(
        name in "[a-z][a-z0-9-]{5,29}", project in "[a-z][a-z0-9-]{5,29}", key_id in "[0-9a-f]{40}", client_id in "1[0-9]{20}",
        without in 0_u8..4,
    ) {
        let mut key = practice_key();
        key.email = format!("{name}@{project}.iam.gserviceaccount.com");
        key.key_id = (without != 1).then_some(key_id);
        key.project_id = (without != 2).then_some(project);
        key.client_id = (without != 3).then_some(client_id);
        let stored = key.to_stored().unwrap();
        prop_assert_eq!(ServiceAccountKey::from_stored(&stored), Ok(key));
    }

    #[test]
    fn k6_what_is_no_stored_key_is_unreadable_and_never_a_panic(
        garbage in prop::collection::vec(any::<u8>(), 0..1500), cut in 0_usize..1300,
    ) {
        let unreadable = |bytes: &[u8]| matches!(
            ServiceAccountKey::from_stored(&SecretBytes::new(bytes)),
            Err(TokenStoreError::Unreadable(_))
        );
        prop_assert!(unreadable(&garbage));
        let stored = practice_key().to_stored().unwrap();
        let cut = cut.min(stored.expose().len() - 1);
        prop_assert!(unreadable(&stored.expose()[..cut]));
        prop_assert!(unreadable(&[stored.expose(), b"x"].concat()));
    }
}
