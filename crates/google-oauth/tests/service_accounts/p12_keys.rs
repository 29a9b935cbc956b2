//! P12 keys: Google's, ones with a password of their own, and files that are none.

use gantry_sandbox::practice;
use google_oauth::{KeyFileFormat, SecretString, ServiceAccountKey, ServiceAccountKeyError as Problem};

use super::practice_key;

const GOOGLE: &[u8] = include_bytes!("keys/google.p12");
const OWN_PASSWORD: &[u8] = include_bytes!("keys/own-password.p12");
const MODERN: &[u8] = include_bytes!("keys/modern.p12");

#[test]
fn googles_own_and_modern_files_open_with_the_default_password() {
    for file in [GOOGLE, MODERN] {
        assert_eq!(KeyFileFormat::of(file), KeyFileFormat::P12);
        assert!(ServiceAccountKey::p12_opens_by_default(file).unwrap());
        let key = ServiceAccountKey::parse_p12(file, practice::SERVICE_ACCOUNT, None).unwrap();
        assert_eq!(
            (key.key_id.as_ref(), key.email.as_str()),
            (None, practice::SERVICE_ACCOUNT)
        );
        // It signs as the JSON key does, but for the key's id, which the file does not hold.
        let mut json = practice_key();
        (json.key_id, json.project_id, json.client_id) = (None, None, None);
        assert_eq!(key, json);
    }
}

#[test]
fn a_password_of_its_own_is_asked_for_and_a_wrong_one_is_named() {
    assert!(!ServiceAccountKey::p12_opens_by_default(OWN_PASSWORD).unwrap());
    let parse = |password: Option<&str>| {
        let password = password.map(SecretString::new);
        ServiceAccountKey::parse_p12(OWN_PASSWORD, practice::SERVICE_ACCOUNT, password.as_ref())
    };
    assert_eq!(parse(None), Err(Problem::PasswordNeeded));
    assert_eq!(parse(Some("wrong")), Err(Problem::WrongPassword));
    assert!(parse(Some("correct horse")).is_ok());
}

#[test]
fn s1_what_is_no_p12_key_is_named() {
    let parse = |file: &[u8], email: &str| ServiceAccountKey::parse_p12(file, email, None).unwrap_err();
    assert!(matches!(
        parse(b"canary", practice::SERVICE_ACCOUNT),
        Problem::NotP12(_)
    ));
    assert!(matches!(
        parse(&GOOGLE[..200], practice::SERVICE_ACCOUNT),
        Problem::NotP12(_)
    ));
    assert_eq!(
        parse(&vec![0x30; 10 << 20], practice::SERVICE_ACCOUNT),
        Problem::TooLarge(10 << 20)
    );
    let certificate_alone = parse(include_bytes!("keys/no-key.p12"), practice::SERVICE_ACCOUNT);
    assert!(matches!(&certificate_alone, Problem::NotP12(why) if why.contains("no private key")));
    assert_eq!(parse(GOOGLE, " "), Problem::EmailNeeded);
    assert_eq!(
        parse(GOOGLE, "maria@harbour-bakery.example"),
        Problem::NotAServiceAccount("maria@harbour-bakery.example".to_owned())
    );
    assert_eq!(
        ServiceAccountKey::parse_any(GOOGLE, None, None),
        Err(Problem::EmailNeeded)
    );
}

/// A file may not keep this computer busy: the rounds of a key's derivation are counted before they are run.
#[test]
fn s1_a_p12_made_to_be_slow_is_refused() {
    // MacData ends the file (RFC 7292, appendix A) with the number of its rounds: 2048, as INTEGER.
    let (file, rounds) = GOOGLE.split_last_chunk::<4>().unwrap();
    assert_eq!(rounds, &[0x02, 0x02, 0x08, 0x00]);
    // The same length with the largest number of rounds that fits: under a million is run, and finds the checksum wrong.
    let parse = |file: &[u8]| ServiceAccountKey::parse_p12(file, practice::SERVICE_ACCOUNT, None).unwrap_err();
    assert_eq!(
        parse(&[file, &[0x02, 0x02, 0x08, 0x01]].concat()),
        Problem::PasswordNeeded
    );
    // Two bytes more: each length around it grows by as many.
    let slow = longer(&[file, &[0x02, 0x04, 0x7f, 0xff, 0xff, 0xff]].concat());
    assert!(matches!(parse(&slow), Problem::NotP12(_)), "{:?}", parse(&slow));
    let mut long = GOOGLE.to_vec();
    long.resize(17 << 10, 0);
    assert!(matches!(parse(&long), Problem::NotP12(why) if why.contains("bytes long")));
}

/// Adds two to the lengths of the file and of its `MacData`, the last thing in it.
fn longer(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let total = u16::from_be_bytes([file[2], file[3]]) + 2;
    assert_eq!((file[1], usize::from(total) + 4), (0x82, file.len()));
    file[2..4].copy_from_slice(&total.to_be_bytes());
    let length = (0..file.len() - 2)
        .rev()
        .find(|&at| file[at] == 0x30 && at + 2 + usize::from(file[at + 1]) + 2 == file.len())
        .unwrap();
    file[length + 1] += 2;
    file
}
