//! JSON keys: what is wrong is named by its field, before anything is kept or sent.

use google_oauth::{PrivateKeyProblem, ServiceAccountKey, ServiceAccountKeyError as Problem};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{key_file, practice_key, refused};

#[test]
fn s1_a_byte_order_mark_is_tolerated_and_debug_output_holds_no_key() {
    let mut file = b"\xef\xbb\xbf".to_vec();
    file.extend(key_file(&[]));
    let key = ServiceAccountKey::parse(&file).unwrap();
    assert_eq!(key.email, "exporter@gantry-practice.iam.gserviceaccount.com");
    assert_eq!(key.key_id.as_deref(), Some("gantrypracticekey1"));
    assert_eq!(key.project_id.as_deref(), Some("gantry-practice"));
    assert_eq!(key, practice_key());
    let shown = format!("{key:?}");
    assert!(
        shown.contains("RsaPrivateKey(redacted)") && shown.len() < 400,
        "{shown}"
    );
}

#[test]
fn s1_a_malformed_or_oversized_file_is_named_without_its_contents() {
    let parse = |file: &[u8]| ServiceAccountKey::parse(file).unwrap_err();
    let place = parse(b"{\"private_key\": canary}");
    assert!(
        matches!(&place, Problem::NotJson(place) if place == "line 1, column 17"),
        "{place:?}"
    );
    assert!(matches!(parse(b""), Problem::NotJson(_)));
    assert!(matches!(parse(b"[1, 2]"), Problem::NotJson(_)));
    assert!(matches!(parse(b"{\"type\": \"service_account\""), Problem::NotJson(_)));
    assert_eq!(parse(&vec![b' '; 10 << 20]), Problem::TooLarge(10 << 20));
    let pem = include_bytes!("keys/pkcs1.pem");
    assert_eq!(parse(pem), Problem::BareKey);
}

#[test]
fn s1_a_file_of_another_type_is_named_as_what_it_is() {
    let parse = |file: Value| ServiceAccountKey::parse(file.to_string().as_bytes()).unwrap_err();
    for kind in ["authorized_user", "external_account", "impersonated_service_account"] {
        assert_eq!(parse(json!({ "type": kind })), Problem::OtherType(kind.to_owned()));
    }
    assert_eq!(
        parse(json!({ "installed": { "client_id": "x" } })),
        Problem::OAuthClient
    );
    assert_eq!(parse(json!({ "web": {} })), Problem::OAuthClient);
    assert_eq!(parse(json!({})), Problem::Missing("type"));
    assert_eq!(
        parse(json!({ "type": "service_account" })),
        Problem::Missing("token_uri")
    );
}

#[test]
fn s1_each_missing_or_wrong_field_is_named() {
    for field in ["client_email", "private_key_id", "private_key", "token_uri", "type"] {
        assert_eq!(refused(&[(field, Value::Null)]), Problem::Missing(field));
        assert_eq!(refused(&[(field, json!(" "))]), Problem::Missing(field));
        let number = refused(&[(field, json!(7))]);
        assert!(
            matches!(number, Problem::Wrong { field: named, .. } if named == field),
            "{number:?}"
        );
    }
    for email in [
        "nobody",
        "a@b@c.gserviceaccount.com",
        "@x.gserviceaccount.com",
        "me@gmail.com",
        "a b@gserviceaccount.com",
    ] {
        let wrong = refused(&[("client_email", json!(email))]);
        assert!(
            matches!(
                wrong,
                Problem::Wrong {
                    field: "client_email",
                    ..
                }
            ),
            "{email}: {wrong:?}"
        );
    }
    let long = refused(&[("project_id", json!("p".repeat(300)))]);
    assert!(matches!(
        long,
        Problem::Wrong {
            field: "project_id",
            ..
        }
    ));
    // Old files name no project and no client id.
    let old = ServiceAccountKey::parse(&key_file(&[("project_id", Value::Null), ("client_id", Value::Null)])).unwrap();
    assert_eq!((old.project_id, old.client_id), (None, None));
}

#[test]
fn s2_a_foreign_token_uri_is_refused_and_old_spellings_of_googles_are_not() {
    for old in [
        "https://accounts.google.com/o/oauth2/token",
        "https://www.googleapis.com/oauth2/v4/token",
    ] {
        assert!(
            ServiceAccountKey::parse(&key_file(&[("token_uri", json!(old))])).is_ok(),
            "{old}"
        );
    }
    for foreign in [
        "https://evil.example/token",
        "http://oauth2.googleapis.com/token",
        "https://oauth2.googleapis.com/token?to=evil.example",
        "https://oauth2.googleapis.com.evil.example/token",
        "https://oauth2.googleapis.com@evil.example/token",
        "file:///etc/passwd",
    ] {
        let refused = refused(&[("token_uri", json!(foreign))]);
        assert!(
            matches!(&refused, Problem::Foreign { field: "token_uri", value } if value == foreign),
            "{refused:?}"
        );
    }
    let long = refused(&[(
        "token_uri",
        json!(format!("https://evil.example/\u{1b}[2J{}", "x".repeat(5000))),
    )]);
    assert!(
        long.to_string().len() < 300 && !long.to_string().contains('\u{1b}'),
        "{long}"
    );
    let universe = refused(&[("universe_domain", json!("evil.example"))]);
    assert!(matches!(
        universe,
        Problem::Foreign {
            field: "universe_domain",
            ..
        }
    ));
}

#[test]
fn s3_each_bad_private_key_is_named() {
    let problem = |pem: &str| match refused(&[("private_key", json!(pem))]) {
        Problem::PrivateKey(problem) => problem,
        other => panic!("{other:?}"),
    };
    assert_eq!(problem("canary"), PrivateKeyProblem::NotPem);
    assert_eq!(
        problem(include_str!("keys/encrypted-pkcs8.pem")),
        PrivateKeyProblem::Encrypted
    );
    assert_eq!(
        problem(include_str!("keys/encrypted-pkcs1.pem")),
        PrivateKeyProblem::Encrypted
    );
    assert_eq!(problem(include_str!("keys/ec.pem")), PrivateKeyProblem::NotRsa);
    assert_eq!(problem(include_str!("keys/rsa-1024.pem")), PrivateKeyProblem::TooSmall);
    let public = include_str!("../../../sandbox/keys/service-account.pub.pem");
    assert_eq!(problem(public), PrivateKeyProblem::NotPrivate);
    // One number of the key changed: its form is right, its parts do not belong together.
    let whole = include_str!("keys/pkcs1.pem");
    let mut damaged: Vec<&str> = whole.lines().collect();
    damaged.swap(10, 11);
    assert_eq!(problem(&damaged.join("\n")), PrivateKeyProblem::Damaged);
    let cut: Vec<&str> = whole.lines().filter(|line| !line.contains("END")).collect();
    assert_eq!(problem(&cut.join("\n")), PrivateKeyProblem::NotPem);
    assert_eq!(
        problem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        PrivateKeyProblem::Damaged
    );
}

#[test]
fn both_forms_of_a_pem_text_are_one_key() {
    let pkcs1 = key_file(&[("private_key", json!(include_str!("keys/pkcs1.pem")))]);
    assert_eq!(ServiceAccountKey::parse(&pkcs1).unwrap(), practice_key());
}

proptest! {
    #[test]
    fn s1_no_file_makes_the_reader_panic(file in prop::collection::vec(any::<u8>(), 0..2000), at in 0_usize..2500, byte: u8) {
        let _ = ServiceAccountKey::parse(&file);
        let _ = ServiceAccountKey::parse_any(&file, Some("a@b.gserviceaccount.com"), None);
        let mut changed = key_file(&[]);
        if let Some(place) = changed.get_mut(at) {
            *place = byte;
        }
        let _ = ServiceAccountKey::parse(&changed);
    }
}
