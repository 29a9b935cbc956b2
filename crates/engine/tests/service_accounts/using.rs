//! What a service account does once it is there, and where its key is.

use std::path::{Path, PathBuf};

use gantry_domain::Permission;
use gantry_engine::connections::{self, KeyFileUse};
use gantry_engine::dto::activity::ActivityRequest;
use gantry_engine::dto::connections::{
    AddServiceAccount, ConnectRequest, ConnectionKind, ConnectionState, FindingState, StoredIn, UsePermissions,
};
use gantry_engine::dto::containers::SyncRequest;
use gantry_engine::dto::exports::{ExportRequest, ExportState};
use gantry_engine::dto::provisioning::ProvisionRequest;
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{ErrorCode, activity, commands, estate, exports, provisioning, quota};
use gantry_sandbox::practice;
use google_oauth::TokenStore;
use serde_json::json;

use crate::world::{World, by_reference, request};

#[tokio::test]
async fn a_stored_key_reads_reports_the_estate_and_exports_in_this_process_and_the_next() {
    let world = World::new().await;
    let key = world.key_file();
    let added = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    assert_eq!(
        (added.kind, added.stored_in, added.state, added.email.as_str()),
        (
            ConnectionKind::ServiceAccount,
            StoredIn::Keychain,
            ConnectionState::Ready,
            practice::SERVICE_ACCOUNT
        )
    );
    assert_eq!((added.oauth_client_id, added.key_file), (None, None));
    assert_eq!(added.allowed, [Permission::View].into());
    std::fs::remove_file(&key).unwrap();

    let next = world.another().await;
    for engine in [&world.engine, &next] {
        assert!(world.report(engine).await.unwrap() > 0);
        let reach = connections::accounts(engine, Some(practice::SERVICE_ACCOUNT))
            .await
            .unwrap();
        assert_eq!(reach.accounts.len(), 1);
    }
    assert_eq!(world.requests("/token").await, 1, "one token for both processes");
    let sync = SyncRequest::default();
    let sync = commands::run_job(&next, "estate.sync", |engine, job| async move {
        estate::sync(&engine, sync, &job).await
    });
    assert_eq!(sync.await.unwrap().failures.len(), 0);
    let export = ExportRequest {
        property: world.property(),
        dimensions: vec!["date".to_owned()],
        metrics: vec!["sessions".to_owned()],
        from: "7daysAgo".to_owned(),
        to: "yesterday".to_owned(),
        destination: format!("csv:{}", world.home.path().join("out.csv").display()),
        connection: None,
    };
    let export = commands::run_job(&next, "exports.run", |engine, job| async move {
        exports::run(&engine, export, &job).await
    });
    assert_eq!(export.await.unwrap().state, ExportState::Done);
    let quota = quota::status(&next).await.unwrap();
    assert!(quota.iter().all(|one| one.project == practice::PROJECT), "{quota:?}");

    // The key is in the keychain, and in no file of Gantry's.
    let stored = world.keychain.store.get(&added.id).await.unwrap().unwrap();
    let middle = &stored.expose()[stored.expose().len() / 2..][..64];
    for file in files(world.home.path()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(64).any(|window| window == middle), "{}", file.display());
        let pem = String::from_utf8_lossy(&bytes);
        assert!(
            !pem.contains("PRIVATE KEY") && !pem.contains("ya29."),
            "{}",
            file.display()
        );
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn a_key_that_stays_in_its_file_asks_no_keychain() {
    let world = World::new().await;
    let key = world.key_file();
    let added = connections::add_service_account(&world.engine, by_reference(&key))
        .await
        .unwrap();
    assert_eq!(added.stored_in, StoredIn::KeyFile);
    assert_eq!(added.key_file.as_deref(), key.to_str());
    let next = world.another().await;
    assert!(world.report(&next).await.unwrap() > 0);
    let check = connections::check(&next, ById { id: added.id.clone() }).await.unwrap();
    assert!(check.ok && check.findings[0].state == FindingState::Ok, "{check:?}");
    assert_eq!(
        connections::list(&next, Nothing {}).await.unwrap()[0].state,
        ConnectionState::Ready
    );
    connections::disconnect(&next, ById { id: added.id }).await.unwrap();
    assert!(key.exists(), "the file is the person's");
    assert_eq!(world.keychain.asked(), 0);
    assert_eq!(world.requests("/revoke").await, 0, "there is nothing to give back");
}

#[tokio::test]
async fn a_service_account_accepts_no_terms_and_signs_in_nowhere() {
    let world = World::new().await;
    let key = world.key_file();
    let all = AddServiceAccount {
        allow: [Permission::View, Permission::Configure].into(),
        ..request(&key)
    };
    let added = connections::add_service_account(&world.engine, all).await.unwrap();
    let form = ProvisionRequest {
        connection: None,
        account_name: "Bakery".to_owned(),
        property_name: "Website".to_owned(),
        website: "https://www.hafen.example".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        currency: "EUR".to_owned(),
        country: "DE".to_owned(),
        ..ProvisionRequest::default()
    };
    let refused = commands::run_job(&world.engine, "provisioning.start", |engine, job| async move {
        provisioning::start(&engine, form, &job).await
    });
    let refused = refused.await.unwrap_err();
    assert!(
        refused.message.contains("cannot accept Google's Terms of Service"),
        "{refused:?}"
    );
    let connect = ConnectRequest {
        allow: [Permission::View].into(),
        oauth_client_id: None,
        reconnect: Some(added.id),
        session_only: false,
    };
    let refused = commands::run_job(&world.engine, "connections.connect", |engine, job| async move {
        Box::pin(connections::connect(&engine, connect, &job)).await
    });
    assert!(refused.await.unwrap_err().message.contains("service account"));
    assert_eq!(provisioning::runs(&world.engine, Nothing {}).await.unwrap().len(), 0);
}

#[tokio::test]
async fn disconnecting_deletes_the_stored_key() {
    let world = World::new().await;
    let added = connections::add_service_account(&world.engine, request(&world.key_file()))
        .await
        .unwrap();
    assert!(world.keychain.store.get(&added.id).await.unwrap().is_some());
    connections::disconnect(&world.engine, ById { id: added.id.clone() })
        .await
        .unwrap();
    assert!(world.keychain.store.get(&added.id).await.unwrap().is_none());
    assert!(world.connections().await.is_empty());
    assert_eq!(world.requests("/revoke").await, 0);
}

#[tokio::test]
async fn a_key_file_for_one_command_makes_a_connection_once() {
    let world = World::new().await;
    let key = world.key_file();
    let key_file = |path: &Path| KeyFileUse {
        path: path.to_owned(),
        email: None,
        subject: None,
    };
    let first = connections::use_key_file(&world.engine, key_file(&key)).await.unwrap();
    let again = connections::use_key_file(&world.engine, key_file(&key)).await.unwrap();
    assert_eq!(first.id, again.id);
    assert_eq!(world.requests("/token").await, 1, "proved once");
    let moved = world.file("moved.json", &std::fs::read(&key).unwrap());
    let moved = connections::use_key_file(&world.engine, key_file(&moved))
        .await
        .unwrap();
    assert_eq!(moved.id, first.id);
    assert!(moved.key_file.unwrap().ends_with("moved.json"));
    assert_eq!(world.keychain.asked(), 0);

    connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    let stored = connections::use_key_file(&world.engine, key_file(&key))
        .await
        .unwrap_err();
    assert!(stored.remedy.contains("--connection"), "{stored:?}");
}

#[tokio::test]
async fn what_is_switched_off_here_is_not_asked_for_either() {
    let world = World::new().await;
    let both = AddServiceAccount {
        allow: [Permission::View, Permission::Configure].into(),
        ..by_reference(&world.key_file())
    };
    let added = connections::add_service_account(&world.engine, both).await.unwrap();
    assert!(world.report(&world.engine).await.is_ok());
    let only_configure = UsePermissions {
        id: added.id,
        allow: [Permission::Configure].into(),
    };
    connections::use_permissions(&world.engine, only_configure)
        .await
        .unwrap();
    let before = world.requests("/token").await;
    let reach = connections::accounts(&world.engine, None).await.unwrap();
    assert_eq!(reach.accounts.len(), 1);
    assert_eq!(
        world.requests("/token").await,
        before + 1,
        "a token that may configure, and no more"
    );
    let report = world.report(&world.engine).await.unwrap_err();
    assert_eq!(report.code, ErrorCode::PermissionMissing, "{report:?}");
}

#[tokio::test]
async fn u7_the_exchanges_of_a_service_account_are_on_record_without_its_key() {
    let world = World::new().await;
    let key = world.key_file();
    let added = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    world.service_account(json!({ "key_disabled": true })).await;
    let check = connections::check(&world.engine, ById { id: added.id.clone() })
        .await
        .unwrap();
    assert!(!check.ok);
    world.engine.store().flush().await.unwrap();
    let newest = ActivityRequest {
        limit: 100,
        ..ActivityRequest::default()
    };
    let rows = activity::list(&world.engine, newest).await.unwrap();
    let exchanges: Vec<_> = rows.iter().filter(|row| row.method == "oauth2.assertion").collect();
    let statuses: Vec<_> = exchanges.iter().map(|row| row.status).collect();
    assert_eq!(
        statuses,
        [Some(400), Some(200)],
        "the refusal, and the proof before it: {rows:?}"
    );
    let file = practice::service_account_json();
    let private_key = file["private_key"].as_str().unwrap().lines().nth(1).unwrap().to_owned();
    for row in exchanges {
        assert_eq!(row.api, "Sign-in");
        assert_eq!(row.connection_id.as_deref(), Some(added.id.as_str()));
        let detail = activity::show(&world.engine, ById { id: row.id.clone() })
            .await
            .unwrap();
        let told = serde_json::to_string(&detail).unwrap();
        assert!(told.contains("assertion=[redacted]"), "{told}");
        for secret in ["ya29.", "eyJ", "PRIVATE KEY", &private_key] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
    }
}
