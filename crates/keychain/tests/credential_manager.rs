//! Windows' own Credential Manager, through our `Keychain`: on a Windows machine, or under Wine (`cargo xtask windows`).

#![cfg(windows)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::process::Command;
use std::sync::Arc;

use gantry_keychain::KeychainOpener;
use google_oauth::{Persistence, SecretBytes, TokenStore, TokenStoreError, TokenStoreOpener as _};

/// What the Credential Manager takes for one secret, in bytes (CRED_MAX_CREDENTIAL_BLOB_SIZE).
const LIMIT: usize = 5 * 512;
/// Tells the second process which service to read.
const SERVICE: &str = "GANTRY_TEST_KEYCHAIN_SERVICE";
/// Not text, not UTF-16, with zeroes: what comes back must be the same bytes.
const SECRET: &[u8] = b"1//refresh-token\0\xff\xfe\xd8 \xc3\xa9";

/// A service that no other run uses.
async fn keychain(test: &str) -> (Arc<dyn TokenStore>, String) {
    let service = format!("app.gantry.test.{test}.{}", std::process::id());
    (open(&service).await, service)
}

async fn open(service: &str) -> Arc<dyn TokenStore> {
    KeychainOpener::new(service).open().await.unwrap().store
}

async fn held(keychain: &Arc<dyn TokenStore>, key: &str) -> Option<Vec<u8>> {
    let secret = keychain.get(key).await.unwrap();
    secret.map(|secret| secret.expose().to_vec())
}

#[tokio::test]
async fn what_is_set_is_read_replaced_and_deleted() {
    let (keychain, _) = keychain("round-trip").await;
    assert_eq!(keychain.persistence(), Persistence::Keychain);
    assert_eq!(held(&keychain, "one").await, None);
    keychain.set("one", &SecretBytes::new(SECRET)).await.unwrap();
    keychain.set("two", &SecretBytes::new(*b"other")).await.unwrap();
    assert_eq!(held(&keychain, "one").await.as_deref(), Some(SECRET));

    keychain.set("one", &SecretBytes::new(*b"rotated")).await.unwrap();
    assert_eq!(held(&keychain, "one").await.as_deref(), Some(b"rotated".as_slice()));

    keychain.delete("one").await.unwrap();
    keychain
        .delete("one")
        .await
        .expect("deleting what is not there is a success");
    assert_eq!(held(&keychain, "one").await, None);
    assert_eq!(held(&keychain, "two").await.as_deref(), Some(b"other".as_slice()));
    keychain.delete("two").await.unwrap();
}

/// The size is the system's; a secret that does not fit leaves the one before it as it was.
#[tokio::test]
async fn k4_a_secret_that_windows_cannot_hold_is_named() {
    let (keychain, _) = keychain("limit").await;
    let full = vec![b'x'; LIMIT];
    keychain.set("key", &SecretBytes::new(full.clone())).await.unwrap();
    let refused = keychain.set("key", &SecretBytes::new(vec![b'y'; LIMIT + 1])).await;
    assert_eq!(refused, Err(TokenStoreError::TooLong(2560)));
    assert_eq!(held(&keychain, "key").await, Some(full));
    keychain.delete("key").await.unwrap();
}

#[tokio::test]
async fn another_process_reads_what_this_one_kept_and_another_profile_does_not() {
    let (keychain, service) = keychain("processes").await;
    keychain.set("key", &SecretBytes::new(SECRET)).await.unwrap();
    let (elsewhere, _) = self::keychain("another-profile").await;
    assert_eq!(held(&elsewhere, "key").await, None);

    let second = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_second_process", "--ignored"])
        .env(SERVICE, &service)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&second.stdout);
    assert!(second.status.success() && said.contains("1 passed"), "{said}");
    // It deleted what it found.
    assert_eq!(held(&keychain, "key").await, None);
}

#[tokio::test]
#[ignore = "started by another_process_reads_what_this_one_kept_and_another_profile_does_not"]
async fn the_second_process() {
    let keychain = open(&std::env::var(SERVICE).unwrap()).await;
    assert_eq!(held(&keychain, "key").await.as_deref(), Some(SECRET));
    keychain.delete("key").await.unwrap();
}
