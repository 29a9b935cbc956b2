//! Keys that stay in their files: read again for each use, and only where nobody else can read them.

use std::path::{Path, PathBuf};

use gantry_sandbox::practice;
use google_oauth::{KeyFileError, KeySource, OAuthError, ServiceAccountKeyError, read_key_file, read_private_key_file};
use serde_json::json;

use super::{key_file, practice_key};

fn private(path: &Path, contents: &[u8]) {
    std::fs::write(path, contents).unwrap();
    mode(path, 0o600);
}

#[cfg(unix)]
fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_: &Path, _: u32) {}

fn source(path: PathBuf) -> KeySource {
    KeySource::File {
        path,
        email: practice::SERVICE_ACCOUNT.to_owned(),
    }
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused_with_its_mode() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.json");
    private(&path, &key_file(&[]));
    assert!(read_private_key_file(&path).is_ok());
    mode(&path, 0o400);
    assert!(read_private_key_file(&path).is_ok());
    for exposed in [0o640, 0o604, 0o644, 0o660, 0o620, 0o777] {
        mode(&path, exposed);
        let refused = read_private_key_file(&path).unwrap_err();
        assert_eq!(
            refused,
            KeyFileError::Exposed {
                path: path.clone(),
                mode: exposed
            }
        );
        assert!(
            read_key_file(&path).is_ok(),
            "a file that is only read once, to be stored"
        );
    }
}

#[tokio::test]
async fn each_use_reads_the_file_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.json");
    let source = source(path.clone());
    let gone = source.key().await.unwrap_err();
    assert!(
        matches!(&gone, OAuthError::KeyFile(KeyFileError::Unreadable { .. })) && !gone.needs_sign_in(),
        "{gone:?}"
    );
    private(&path, &key_file(&[]));
    assert_eq!(source.key().await.unwrap(), practice_key());
    private(&path, &key_file(&[("private_key_id", json!("rotated"))]));
    assert_eq!(source.key().await.unwrap().key_id.as_deref(), Some("rotated"));
    private(
        &path,
        &practice::service_account_without_access_json().to_string().into_bytes(),
    );
    let other = source.key().await.unwrap_err();
    assert!(
        matches!(&other, OAuthError::KeyFile(KeyFileError::OtherAccount { found, .. })
            if found == practice::SERVICE_ACCOUNT_WITHOUT_ACCESS),
        "{other:?}"
    );
    private(&path, b"{}");
    assert!(matches!(
        source.key().await,
        Err(OAuthError::KeyFile(KeyFileError::Unusable {
            error: ServiceAccountKeyError::Missing("type"),
            ..
        }))
    ));
}

#[tokio::test]
async fn a_p12_file_is_the_key_of_whom_the_connection_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.p12");
    private(&path, include_bytes!("keys/google.p12"));
    assert_eq!(source(path).key().await.unwrap().email, practice::SERVICE_ACCOUNT);
}

#[test]
fn s1_ten_megabytes_or_a_folder_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.json");
    private(&path, &vec![b' '; 10 << 20]);
    assert!(matches!(
        read_key_file(&path),
        Err(KeyFileError::Unusable {
            error: ServiceAccountKeyError::TooLarge(length),
            ..
        }) if length == 10 << 20
    ));
    assert!(matches!(
        read_key_file(folder.path()),
        Err(KeyFileError::Unreadable { .. })
    ));
}
