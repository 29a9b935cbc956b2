//! Adding a key: what is refused, what is kept where.

use std::path::Path;

use gantry_domain::Permission;
use gantry_engine::connections::{self, KeyFileUse};
use gantry_engine::dto::ById;
use gantry_engine::dto::connections::{
    AddServiceAccount, ByPath, FindingState, FindingSubject, KeyFormat, StoredIn, UsePermissions,
};
use gantry_engine::{Error, ErrorCode};
use gantry_sandbox::practice;
use google_oauth::TokenStore;
use serde_json::{Value, json};

use crate::world::{World, by_reference, copied, mode, request};

#[tokio::test]
async fn s1_s2_s3_what_is_wrong_with_a_file_is_named_and_nothing_is_stored_or_sent() {
    let world = World::new().await;
    let changed = |field: &str, value: Value| {
        let mut file = practice::service_account_json();
        file[field] = value;
        file.to_string().into_bytes()
    };
    let encrypted = include_str!("../../../google-oauth/tests/service_accounts/keys/encrypted-pkcs8.pem");
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"{".to_vec(), "JSON"),
        (vec![b' '; 10 << 20], "64 KiB"),
        (
            practice::installed_client_json().to_string().into_bytes(),
            "OAuth client",
        ),
        (br#"{"type":"authorized_user"}"#.to_vec(), "type"),
        (changed("client_email", Value::Null), "client_email"),
        (changed("private_key_id", json!(7)), "private_key_id"),
        (changed("token_uri", json!("https://evil.example/token")), "token_uri"),
        (changed("private_key", json!("canary")), "private_key"),
        (changed("private_key", json!(encrypted)), "encrypted"),
    ];
    for (contents, named) in cases {
        let path = world.file("bad.json", &contents);
        for request in [request(&path), by_reference(&path)] {
            let error = connections::add_service_account(&world.engine, request)
                .await
                .unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRequest, "{error:?}");
            assert!(
                error.message.contains(named) && !error.remedy.is_empty(),
                "{named}: {error:?}"
            );
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
        let looked = connections::inspect_service_account(
            &world.engine,
            ByPath {
                path: path.display().to_string(),
            },
        );
        assert!(looked.await.unwrap_err().message.contains(named));
    }
    let missing = request(&world.home.path().join("nothing.json"));
    let missing = connections::add_service_account(&world.engine, missing)
        .await
        .unwrap_err();
    assert!(missing.message.contains("nothing.json"), "{missing:?}");
    assert_eq!(world.connections().await.len(), 0);
    assert_eq!(world.keychain.asked(), 0, "nothing was kept");
    assert_eq!(world.requests("/token").await, 0, "nothing was sent");
}

#[tokio::test]
async fn a_key_file_is_looked_at_before_it_is_added() {
    let world = World::new().await;
    let look = |path: &Path| {
        let path = path.display().to_string();
        connections::inspect_service_account(&world.engine, ByPath { path })
    };
    let key = world.key_file();
    let file = look(&key).await.unwrap();
    assert_eq!(
        (
            file.format,
            file.email.as_deref(),
            file.project_id.as_deref(),
            file.known
        ),
        (
            KeyFormat::Json,
            Some(practice::SERVICE_ACCOUNT),
            Some(practice::PROJECT),
            false
        )
    );
    assert!(file.remarks.is_empty(), "{:?}", file.remarks);
    connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    assert!(look(&key).await.unwrap().known);
    let p12 = world.file(
        "own.p12",
        include_bytes!("../../../google-oauth/tests/service_accounts/keys/own-password.p12"),
    );
    let file = look(&p12).await.unwrap();
    assert_eq!((file.format, file.email), (KeyFormat::P12, None));
    assert!(
        file.remarks.iter().any(|remark| remark.contains("password")),
        "{:?}",
        file.remarks
    );
}

#[cfg(unix)]
#[tokio::test]
async fn an_exposed_key_file_is_refused_with_the_command_that_closes_it() {
    let world = World::new().await;
    let key = world.key_file();
    mode(&key, 0o644);
    let command = format!("chmod 600 {}", key.display());
    let refused = |error: &Error| {
        assert!(error.remedy.contains(&command), "{error:?}");
        assert_eq!(copied(&error.offers), [command.as_str()]);
    };
    let error = connections::add_service_account(&world.engine, by_reference(&key))
        .await
        .unwrap_err();
    refused(&error);
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    mode(&key, 0o600);
    let added = connections::add_service_account(&world.engine, by_reference(&key))
        .await
        .unwrap();

    // Opened again later: each use looks.
    mode(&key, 0o640);
    let next = world.another().await;
    let check = connections::check(&next, ById { id: added.id }).await.unwrap();
    let failed = check
        .findings
        .iter()
        .find(|finding| finding.state == FindingState::Failed);
    let failed = failed.unwrap();
    assert!(failed.remedy.contains(&command), "{failed:?}");
    assert_eq!(copied(&failed.offers), [command.as_str()]);
    let report = world.report(&next).await.unwrap_err();
    assert_eq!(
        (report.code, report.code.exit_code()),
        (ErrorCode::ServiceAccountKey, 3)
    );
    assert!(
        report.remedy.contains(&command) && !report.message.contains("chmod"),
        "{report:?}"
    );
    mode(&key, 0o600);
    assert!(world.report(&next).await.unwrap() > 0, "nothing has to be added again");
}

#[tokio::test]
async fn offline_nothing_is_stored_and_the_network_is_named() {
    let world = World::new().await;
    let key = world.key_file();
    world
        .control(
            "faults",
            json!({ "match": { "path_contains": "/token" }, "times": 9, "drop": "before" }),
        )
        .await;
    let error = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Offline, "{error:?}");
    assert!(world.connections().await.is_empty());
    let stored = world.keychain.store.get("any").await.unwrap();
    assert!(stored.is_none());
    assert_eq!(world.keychain.asked(), 0);
}

#[tokio::test]
async fn acting_as_a_user_is_a_connection_of_its_own_and_says_what_an_administrator_enters() {
    let world = World::new().await;
    let key = world.key_file();
    connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    let as_owner = || AddServiceAccount {
        subject: Some(practice::OWNER.to_owned()),
        ..request(&key)
    };
    let refused = connections::add_service_account(&world.engine, as_owner())
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::NoPermission);
    assert!(refused.remedy.contains("108000000000000000001"), "{refused:?}");
    let scopes = Permission::View.scopes();
    assert!(
        scopes.iter().all(|scope| refused.remedy.contains(scope.as_str())),
        "{refused:?}"
    );
    assert_eq!(copied(&refused.offers).len(), 2);

    world.service_account(json!({ "delegated_scopes": scopes })).await;
    let added = connections::add_service_account(&world.engine, as_owner())
        .await
        .unwrap();
    assert_eq!(added.impersonated.as_deref(), Some(practice::OWNER));
    assert_eq!(world.connections().await.len(), 2);
    let check = connections::check(&world.engine, ById { id: added.id }).await.unwrap();
    let tag_manager = check
        .findings
        .iter()
        .find(|finding| finding.subject == FindingSubject::TagManager);
    assert_eq!(
        tag_manager.unwrap().state,
        FindingState::Ok,
        "what the owner reaches: {check:?}"
    );
}

#[tokio::test]
async fn a_p12_key_needs_its_owner_and_perhaps_a_password() {
    let world = World::new().await;
    let google = include_bytes!("../../../google-oauth/tests/service_accounts/keys/google.p12");
    let own = include_bytes!("../../../google-oauth/tests/service_accounts/keys/own-password.p12");
    let (google, own) = (world.file("google.p12", google), world.file("own.p12", own));
    let named = |path: &Path| AddServiceAccount {
        email: Some(practice::SERVICE_ACCOUNT.to_owned()),
        ..request(path)
    };
    let nobody = connections::add_service_account(&world.engine, request(&google))
        .await
        .unwrap_err();
    assert!(nobody.remedy.contains("--email"), "{nobody:?}");
    let closed = connections::add_service_account(&world.engine, named(&own))
        .await
        .unwrap_err();
    assert!(closed.remedy.contains("--password-fd"), "{closed:?}");
    let password = google_oauth::SecretString::new("correct horse");
    let added = connections::add_service_account_with_password(&world.engine, named(&own), Some(&password)).await;
    let added = added.unwrap();
    let there = AddServiceAccount {
        by_reference: true,
        ..named(&own)
    };
    let there = connections::add_service_account_with_password(&world.engine, there, Some(&password)).await;
    assert!(there.unwrap_err().message.contains("without a person"));
    // Google's default password needs nobody; the same account is the same connection.
    let there = AddServiceAccount {
        by_reference: true,
        ..named(&google)
    };
    let there = connections::add_service_account(&world.engine, there).await.unwrap();
    assert_eq!(
        (there.id.as_str(), there.stored_in),
        (added.id.as_str(), StoredIn::KeyFile)
    );
    assert!(
        world.keychain.store.get(&added.id).await.unwrap().is_none(),
        "it is in its file now"
    );
    let json = connections::add_service_account(&world.engine, request(&world.key_file()))
        .await
        .unwrap();
    assert_eq!((json.id, json.stored_in), (added.id, StoredIn::Keychain));
    assert!(world.report(&world.engine).await.unwrap() > 0);
}

#[tokio::test]
async fn what_is_switched_off_here_stays_off_when_the_key_is_added_again() {
    let world = World::new().await;
    let key = world.key_file();
    let both = AddServiceAccount {
        allow: [Permission::View, Permission::Configure].into(),
        ..by_reference(&key)
    };
    let added = connections::add_service_account(&world.engine, both.clone())
        .await
        .unwrap();
    let only = |allow: &[Permission]| UsePermissions {
        id: added.id.clone(),
        allow: allow.iter().copied().collect(),
    };
    connections::use_permissions(&world.engine, only(&[Permission::Configure]))
        .await
        .unwrap();
    let again = connections::add_service_account(&world.engine, both.clone())
        .await
        .unwrap();
    assert_eq!((&again.id, again.allowed), (&added.id, [Permission::Configure].into()));

    // The key file at another place, named for one command.
    let moved = world.file("moved.json", &std::fs::read(&key).unwrap());
    let moved = KeyFileUse {
        path: moved,
        email: None,
        subject: None,
    };
    connections::use_key_file(&world.engine, moved).await.unwrap();
    assert_eq!(world.connections().await[0].allowed, [Permission::Configure].into());

    // What it could not do before comes on, and nothing else.
    let more = AddServiceAccount {
        allow: [Permission::View, Permission::Configure, Permission::Edit].into(),
        ..by_reference(&key)
    };
    let more = connections::add_service_account(&world.engine, more).await.unwrap();
    assert_eq!(more.allowed, [Permission::Configure, Permission::Edit].into());

    // With everything switched off a new key can still be proved.
    connections::use_permissions(&world.engine, only(&[])).await.unwrap();
    let nothing = connections::add_service_account(&world.engine, both).await.unwrap();
    assert!(nothing.allowed.is_empty(), "{:?}", nothing.allowed);
}
