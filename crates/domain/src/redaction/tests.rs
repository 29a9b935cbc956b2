//! No canary survives, whatever it stands in and wherever that is cut; what is no secret comes back as it was.

use proptest::prelude::*;
use serde_json::{Map, Value, json as document};

use super::*;
use crate::http_trace::TracedBody;

/// Each secret of these tests is made of these letters, which nothing else here contains four of in a row.
const CANARY: &str = "QzxJqvKQzxJqvKQzxJqvK";

fn has_canary(text: &str) -> bool {
    let letters = text.as_bytes();
    letters
        .windows(4)
        .any(|window| CANARY.as_bytes().windows(4).any(|piece| piece == window))
}

#[test]
fn the_expressions_compile() {
    assert!(SECRET_SHAPES.is_some() && NAMED_SECRETS.is_some() && ADDRESSES.is_some() && USERS.is_some());
}

#[test]
fn secrets_go_and_the_rest_stays() {
    assert_eq!(header("Authorization", "Bearer ya29.canary"), "Bearer [redacted]");
    assert_eq!(header("authorization", "canary"), REDACTED);
    assert_eq!(header("Set-Cookie", "canary"), REDACTED);
    assert_eq!(header("X-Goog-Api-Key", "canary"), REDACTED);
    assert_eq!(header("Content-Type", "application/json"), "application/json");
    assert_eq!(
        header("Location", "/done?code=canary&x=1"),
        "/done?code=redacted&x=1",
        "relative addresses too"
    );
    assert_eq!(
        url("https://h.example/p?fields=a(b,c)&access_token=canary#id_token=canary&x=y"),
        "https://h.example/p?fields=a(b,c)&access_token=redacted#id_token=redacted&x=y"
    );
    assert_eq!(url("https://maya:canary@h.example/p"), "https://redacted@h.example/p");
    assert_eq!(
        form("grant_type=refresh_token&refresh_token=1%2F%2Fcanary&client%5Fsecret=canary"),
        "grant_type=refresh_token&refresh_token=[redacted]&client%5Fsecret=[redacted]"
    );
    assert_eq!(
        json(r#"{"error":{"code":403},"parameter":[{"key":"html","value":"x"}],"refresh_token":"canary"}"#),
        r#"{"error":{"code":403},"parameter":[{"key":"html","value":"x"}],"refresh_token":"[redacted]"}"#
    );
    assert_eq!(
        json(r#"{"parameter":[{"type":"template","key":"api_secret","value":"canary"},{"key":"a","value":"b"}]}"#),
        r#"{"parameter":[{"type":"template","key":"api_secret","value":"[redacted]"},{"key":"a","value":"b"}]}"#
    );
    assert_eq!(
        json(r#"{ "token" : {"x": ["canary", "}"]}, "secretValue": 12, "id_token": null, "n": 1.50 }"#),
        r#"{ "token" : "[redacted]", "secretValue": "[redacted]", "id_token": null, "n": 1.50 }"#
    );
    assert_eq!(
        text("got ya29.canary-1 and 1//0canarycanary; client_secret = canary, {\\\"refresh_token\\\":\\\"canary\\\"}"),
        "got [redacted] and [redacted]; client_secret = [redacted], {\\\"refresh_token\\\":[redacted]}"
    );
    assert_eq!(
        text("The token has expired: sign in."),
        "The token has expired: sign in."
    );
}

#[test]
fn a_document_in_a_string_is_redacted_as_what_it_is() {
    let inner = document!({ "refresh_token": "canary", "ok": 1 }).to_string();
    let shown = json(&document!({ "details": inner, "next": "https://h.example/?state=canary&a=b" }).to_string());
    assert!(!shown.contains("canary"), "{shown}");
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["next"], "https://h.example/?state=redacted&a=b");
}

#[test]
fn a_name_written_with_escapes_is_still_a_secrets_name() {
    assert_eq!(
        json(r#"{"refresh\u005ftoken":"canary"}"#),
        r#"{"refresh\u005ftoken":"[redacted]"}"#
    );
}

/// An answer may be made to nest addresses or documents until a stack is full.
#[test]
fn nesting_without_end_is_survived() {
    let small_stack = std::thread::Builder::new().stack_size(512 << 10).spawn(|| {
        let addresses =
            ["https://a/", "https://a/?u=", "https://a/#", "{\"a\":\"https://a/?b="].map(|part| part.repeat(3000));
        for nested in addresses {
            for shown in [
                text(&nested),
                url(&nested),
                form(&nested),
                json(&nested),
                header("Location", &nested),
            ] {
                assert!(!shown.is_empty());
            }
        }
        let mut document = format!("[\"{CANARY}\"]");
        for _ in 0..9 {
            document = document!({ "refresh_token": CANARY, "inner": document }).to_string();
        }
        assert!(!has_canary(&json(&document)));
        assert!(serde_json::from_str::<Value>(&json(&document)).is_ok());
    });
    small_stack.unwrap().join().unwrap();
}

/// A secret in one of its shapes, as it would stand in any text.
fn shaped() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        format!("ya29.{CANARY}"),
        format!("1//{CANARY}"),
        format!("4/0A{CANARY}"),
        format!("GOCSPX-{CANARY}"),
        format!("AIza{CANARY}"),
        format!("eyJ{CANARY}.{CANARY}.{CANARY}"),
        format!("Bearer {CANARY}"),
        format!("-----BEGIN PRIVATE KEY-----\n{CANARY}\n{CANARY}\n-----END PRIVATE KEY-----\n"),
        format!("https://{CANARY}@h.example/"),
        format!("https://h.example/?code={CANARY}&x=1"),
        format!("{{\"access_token\": \"{CANARY}\"}}"),
    ])
}

fn secret_name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "access_token",
        "refresh_token",
        "id_token",
        "client_secret",
        "clientSecret",
        "code_verifier",
        "private_key",
        "assertion",
        "password",
        "api_secret",
        "secretValue",
        "token",
        "Authorization",
        "refresh-token",
    ])
    .prop_map(str::to_owned)
}

/// Words without a canary: of all alphabets, with everything that has to be escaped.
fn word() -> impl Strategy<Value = String> {
    "[a-pA-P0-9 \"\\\\\n/äß漢🌿<>&%=,.]{0,12}"
}

fn plain_name() -> impl Strategy<Value = String> {
    "[a-p]{1,6}"
}

/// Documents with secrets at secret names (of any kind) and in secret shapes (in any text).
fn tainted() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        word().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (word(), shaped(), word())
            .prop_map(|(before, secret, after)| Value::from(format!("{before} {secret} {after}"))),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let secret = prop_oneof![
            Just(Value::from(CANARY)),
            Just(Value::from(format!("\"{CANARY}\\\"{CANARY}"))),
            Just(document!([CANARY, { "x": CANARY }])),
            inner.clone(),
        ];
        let fields = prop::collection::vec(
            prop_oneof![(plain_name(), inner.clone()), (secret_name(), secret)],
            0..4,
        );
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::Array),
            fields.prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Documents that hold no secret.
fn innocent() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1.0e9..1.0e9).prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let name = prop_oneof![
            plain_name(),
            Just("code".to_owned()),
            Just("key".to_owned()),
            Just("nextPageToken".to_owned())
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((name, inner), 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// The first `share` of a text, to the byte.
fn beginning(text: &str, share: f64) -> &[u8] {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let end = (text.len() as f64 * share) as usize;
    &text.as_bytes()[..end.min(text.len())]
}

fn kept(content_type: &str, body: &[u8], cut: bool) -> String {
    TracedBody::beginning(Some(content_type), body, cut).map_or_else(String::new, |body| body.text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_canary_survives_in_json(document in tainted(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&document).unwrap() } else { document.to_string() };
        let shown = json(&text);
        prop_assert!(!has_canary(&shown), "{shown}");
        prop_assert!(serde_json::from_str::<Value>(&shown).is_ok(), "{shown}");
        prop_assert_eq!(json(&shown), shown, "redacted twice");
    }

    #[test]
    fn no_canary_survives_in_json_that_is_cut_anywhere(document in tainted(), share in 0.0..1.0) {
        let text = document.to_string();
        let shown = kept("application/json", beginning(&text, share), true);
        prop_assert!(!has_canary(&shown), "{shown}");
    }

    #[test]
    fn no_canary_survives_in_a_form_or_an_address(
        fields in prop::collection::vec(prop_oneof![
            (plain_name(), word()),
            (secret_name(), Just(CANARY.to_owned())),
            (plain_name(), shaped()),
        ], 0..5),
        share in 0.0..1.0,
    ) {
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        for whole in [form(&encoded), url(&format!("https://h.example/p?{encoded}#{encoded}")), header("Location", &format!("/p?{encoded}"))] {
            prop_assert!(!has_canary(&whole), "{whole}");
        }
        let shown = kept("application/x-www-form-urlencoded", beginning(&encoded, share), true);
        prop_assert!(!has_canary(&shown), "{shown}");
    }

    #[test]
    fn no_canary_survives_in_a_header_or_a_text(
        name in secret_name(), before in word(), secret in shaped(), after in word(), share in 0.0..1.0,
    ) {
        prop_assert!(!has_canary(&header(&name, CANARY)));
        let text = format!("{before} {secret} {after}");
        let shown = super::text(&text);
        prop_assert!(!has_canary(&shown), "{shown}");
        prop_assert!(!has_canary(&header("X-Anything", &secret)));
        let shown = kept("text/plain", beginning(&text, share), true);
        prop_assert!(!has_canary(&shown), "{shown}");
    }

    #[test]
    fn a_document_without_secrets_survives_unchanged(document in innocent(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&document).unwrap() } else { document.to_string() };
        let shown = json(&text);
        prop_assert_eq!(shown, text, "to the byte, and so as a document");
    }

    #[test]
    fn a_form_and_an_address_without_secrets_survive_unchanged(fields in prop::collection::vec((plain_name(), word()), 0..5)) {
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        prop_assert_eq!(form(&encoded), encoded.clone());
        let address = format!("https://tagmanager.googleapis.com/tagmanager/v2/accounts/1:x?{encoded}");
        prop_assert_eq!(url(&address), address);
    }

    #[test]
    fn any_text_at_all_is_survived(text: String) {
        for shown in [json(&text), form(&text), url(&text), super::text(&text), header("x", &text)] {
            prop_assert!(!has_canary(&shown));
        }
    }
}
