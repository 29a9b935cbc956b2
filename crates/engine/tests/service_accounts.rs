//! Service accounts through the engine, over real sockets against the sandbox: what is refused, what is kept where, what
//! works, and what a person is told.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use gantry_domain::{Clock, GoogleBase, Permission, SystemClock};
use gantry_engine::connections::{self, KeyFileUse};
use gantry_engine::dto::activity::ActivityRequest;
use gantry_engine::dto::connections::{
    AddServiceAccount, ByPath, ConnectRequest, ConnectionKind, ConnectionState, ConnectionView, FindingState,
    FindingSubject, KeyFormat, Offer, StoredIn, TroubleAction, UsePermissions,
};
use gantry_engine::dto::containers::SyncRequest;
use gantry_engine::dto::exports::{ExportRequest, ExportState};
use gantry_engine::dto::provisioning::ProvisionRequest;
use gantry_engine::dto::reports::ReportRequest;
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::host::Headless;
use gantry_engine::{
    Engine, EngineConfig, Error, ErrorCode, Keychain, Profile, Result, activity, commands, estate, exports, keychain,
    provisioning, quota, reports,
};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, practice};
use gantry_store::PendingStep;
use google_oauth::{
    Browser, BrowserError, OpenedTokenStore, Persistence, SecretBytes, SessionTokenStore, TokenStore, TokenStoreError,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;

struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _: &url::Url) -> Result<(), BrowserError> {
        Err(BrowserError("none in this test".to_owned()))
    }
}

/// A keychain that outlives engines, and counts how often it is asked for anything.
#[derive(Clone, Default)]
struct CountingKeychain {
    store: Arc<SessionTokenStore>,
    asked: Arc<AtomicUsize>,
}

impl CountingKeychain {
    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl TokenStore for CountingKeychain {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.store.get(key).await
    }
    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.store.set(key, secret).await
    }
    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.store.delete(key).await
    }
    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

/// This computer's clock, off by so much.
#[derive(Debug)]
struct Off(SignedDuration);

impl Clock for Off {
    fn now(&self) -> Timestamp {
        SystemClock.now() + self.0
    }
}

struct World {
    sandbox: RunningSandbox,
    home: tempfile::TempDir,
    keychain: CountingKeychain,
    engine: Arc<Engine>,
}

impl World {
    async fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock)).await
    }

    async fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let keychain = CountingKeychain::default();
        let engine = engine(sandbox.base(), home.path(), Arc::new(keychain.clone()), clock).await;
        Self {
            sandbox,
            home,
            keychain,
            engine,
        }
    }

    /// Another process of the same profile.
    async fn another(&self) -> Arc<Engine> {
        engine(
            self.sandbox.base(),
            self.home.path(),
            Arc::new(self.keychain.clone()),
            Arc::new(SystemClock),
        )
        .await
    }

    /// A file beside the profile that only its owner may read.
    fn file(&self, name: &str, contents: &[u8]) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, contents).unwrap();
        mode(&path, 0o600);
        path
    }

    fn key_file(&self) -> PathBuf {
        self.file("exporter.json", practice::service_account_json().to_string().as_bytes())
    }

    async fn control(&self, path: &str, body: Value) -> Value {
        let address = self.sandbox.address;
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let (method, body) = match body {
            Value::Null => ("GET", String::new()),
            body => ("POST", body.to_string()),
        };
        let request = format!(
            "{method} /_control/{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    }

    async fn service_account(&self, mut order: Value) {
        order["email"] = json!(practice::SERVICE_ACCOUNT);
        self.control("service-accounts", order).await;
    }

    /// How many requests to this path the sandbox has seen.
    async fn requests(&self, path: &str) -> usize {
        let log = self.control("log", Value::Null).await;
        let requests = log["requests"].as_array().unwrap();
        requests.iter().filter(|one| one["path"] == path).count()
    }

    async fn connections(&self) -> Vec<ConnectionView> {
        connections::list(&self.engine, Nothing {}).await.unwrap()
    }

    fn property(&self) -> String {
        let world = self.sandbox.google().world();
        world.analytics.properties.keys().next().unwrap().to_string()
    }

    async fn report(&self, engine: &Arc<Engine>) -> Result<u32> {
        let request = ReportRequest {
            property: self.property(),
            dimensions: vec!["country".to_owned()],
            metrics: vec!["sessions".to_owned()],
            from: "7daysAgo".to_owned(),
            to: "yesterday".to_owned(),
            totals: false,
            limit: None,
            offset: None,
            order_by: Vec::new(),
            connection: None,
        };
        reports::run(engine, request).await.map(|table| table.row_count)
    }
}

async fn engine(base: &str, home: &Path, store: Arc<dyn TokenStore>, clock: Arc<dyn Clock>) -> Arc<Engine> {
    Engine::open(EngineConfig {
        profile: Profile::new(Some(home), GoogleBase::loopback(base).unwrap()).unwrap(),
        keychain: Keychain::at_start(OpenedTokenStore {
            name: "a test's".to_owned(),
            store,
        }),
        browser: Arc::new(NoBrowser),
        clock,
        pause: Arc::new(gantry_engine::SystemPause),
        host: Arc::new(Headless),
        shipped_oauth_client: None,
    })
    .await
    .unwrap()
}

#[cfg(unix)]
fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_: &Path, _: u32) {}

fn request(path: &Path) -> AddServiceAccount {
    AddServiceAccount {
        path: path.display().to_string(),
        email: None,
        name: None,
        allow: [Permission::View].into(),
        subject: None,
        by_reference: false,
        session_only: false,
    }
}

fn by_reference(path: &Path) -> AddServiceAccount {
    AddServiceAccount {
        by_reference: true,
        ..request(path)
    }
}

fn copied(offers: &[Offer]) -> Vec<&str> {
    let texts = offers.iter().filter_map(|offer| match offer {
        Offer::CopyText { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

#[tokio::test]
async fn s1_s2_s3_what_is_wrong_with_a_file_is_named_and_nothing_is_stored_or_sent() {
    let world = World::new().await;
    let changed = |field: &str, value: Value| {
        let mut file = practice::service_account_json();
        file[field] = value;
        file.to_string().into_bytes()
    };
    let encrypted = include_str!("../../google-oauth/tests/service_accounts/keys/encrypted-pkcs8.pem");
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
        include_bytes!("../../google-oauth/tests/service_accounts/keys/own-password.p12"),
    );
    let file = look(&p12).await.unwrap();
    assert_eq!((file.format, file.email), (KeyFormat::P12, None));
    assert!(
        file.remarks.iter().any(|remark| remark.contains("password")),
        "{:?}",
        file.remarks
    );
}

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
async fn s4_a_clock_that_is_26_hours_off_is_no_obstacle_and_named_where_it_is() {
    let world = World::with_clock(Arc::new(Off(SignedDuration::from_hours(26)))).await;
    let key = world.key_file();
    connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    assert_eq!(world.requests("/token").await, 2, "signed again once");
    let refusal = json!({
        "error": "invalid_grant",
        "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
    });
    let fault = json!({ "match": { "path_contains": "/token" }, "times": 5, "status": 400, "body": refusal });
    world.control("faults", fault).await;
    let named = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap_err();
    assert!(named.message.contains("26 hours fast"), "{named:?}");
    assert_eq!(world.requests("/token").await, 4, "and not a third time");
}

#[tokio::test]
async fn s5_a_disabled_key_asks_for_another_and_a_new_one_revives_the_connection() {
    let world = World::new().await;
    let key = world.key_file();
    let added = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    world.service_account(json!({ "key_disabled": true })).await;
    let check = connections::check(&world.engine, ById { id: added.id.clone() })
        .await
        .unwrap();
    assert!(!check.ok && check.message.contains("key"), "{check:?}");
    assert_eq!(check.connection.state, ConnectionState::NeedsSignIn);
    assert!(check.connection.state_reason.unwrap().contains("key"));
    let order = json!({ "email": practice::SERVICE_ACCOUNT });
    world.control("tokens/revoke", order).await; // an access token outlives its key by an hour at most
    let report = world.report(&world.engine).await.unwrap_err();
    assert_eq!(report.code, ErrorCode::ServiceAccountKey);
    assert!(report.message.contains("disabled or deleted"), "{report:?}");
    assert!(report.remedy.contains("IAM & Admin"), "{report:?}");
    let refused = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::ServiceAccountKey);

    world.service_account(json!({ "key_disabled": false })).await;
    let again = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    assert_eq!((again.id, again.state), (added.id, ConnectionState::Ready));
    assert!(world.report(&world.engine).await.unwrap() > 0);
}

#[tokio::test]
async fn s6_without_access_the_e_mail_to_add_is_offered() {
    let world = World::new().await;
    let file = practice::service_account_without_access_json().to_string();
    let key = world.file("newcomer.json", file.as_bytes());
    let added = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    let check = connections::check(&world.engine, ById { id: added.id }).await.unwrap();
    assert!(check.ok, "the key itself works");
    for subject in [FindingSubject::AnalyticsAdmin, FindingSubject::TagManager] {
        let finding = check
            .findings
            .iter()
            .find(|finding| finding.subject == subject)
            .unwrap();
        assert_eq!(finding.state, FindingState::Warn, "{finding:?}");
        assert_eq!(copied(&finding.offers), [practice::SERVICE_ACCOUNT_WITHOUT_ACCESS]);
        assert!(finding.remedy.contains("paste the e-mail"), "{finding:?}");
    }
    let report = world.report(&world.engine).await.unwrap_err();
    assert_eq!(report.code, ErrorCode::NoPermission);
    assert_eq!(copied(&report.offers), [practice::SERVICE_ACCOUNT_WITHOUT_ACCESS]);
    assert!(report.remedy.contains("Property access management"), "{report:?}");
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
    let google = include_bytes!("../../google-oauth/tests/service_accounts/keys/google.p12");
    let own = include_bytes!("../../google-oauth/tests/service_accounts/keys/own-password.p12");
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

#[tokio::test]
async fn a_check_that_meets_no_refusal_of_access_ends_with_the_code_of_what_it_met() {
    let world = World::new().await;
    let added = connections::add_service_account(&world.engine, by_reference(&world.key_file()))
        .await
        .unwrap();
    let quota = json!({ "error": {
        "code": 403, "message": "Daily Limit Exceeded", "errors": [{ "reason": "dailyLimitExceeded", "domain": "usageLimits" }],
    } });
    for (fault, code) in [
        (json!({ "status": 200, "html": "<html>Welcome to our hotel</html>" }), 6),
        (json!({ "status": 403, "body": quota }), 5),
    ] {
        for path in ["/accountSummaries", "/tagmanager/v2/accounts"] {
            let mut fault = fault.clone();
            fault["match"] = json!({ "path_contains": path });
            world.control("faults", fault).await;
            let check = connections::check(&world.engine, ById { id: added.id.clone() })
                .await
                .unwrap();
            assert!(!check.ok, "{check:?}");
            assert_eq!(check.code.map(ErrorCode::exit_code), Some(code), "{path}: {check:?}");
            let failed = check
                .findings
                .iter()
                .find(|one| one.state == FindingState::Failed)
                .unwrap();
            assert!(
                !failed.explanation.is_empty() && failed.activity_id.is_some(),
                "{failed:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_service_account_is_never_offered_to_sign_in_again() {
    let world = World::new().await;
    let added = connections::add_service_account(&world.engine, request(&world.key_file()))
        .await
        .unwrap();
    let failed_check = async || {
        let check = connections::check(&world.engine, ById { id: added.id.clone() })
            .await
            .unwrap();
        let mut failed = check
            .findings
            .into_iter()
            .filter(|one| one.state == FindingState::Failed);
        let first = failed.next().unwrap();
        assert_eq!(check.code, Some(ErrorCode::ServiceAccountKey));
        (first, check.connection.trouble)
    };
    let replaces = |remedy: &str| remedy.contains("gantry service-account add FILE");
    let signs_in = |offers: &[Offer]| {
        let signs_in = |offer: &Offer| matches!(offer, Offer::SignInAgain { .. } | Offer::Grant { .. });
        offers.iter().any(signs_in)
    };

    // Google refuses the key.
    world.service_account(json!({ "key_disabled": true })).await;
    let (refused, _) = failed_check().await;
    assert!(!signs_in(&refused.offers) && replaces(&refused.remedy), "{refused:?}");
    world.service_account(json!({ "key_disabled": false })).await;
    let well = connections::check(&world.engine, ById { id: added.id.clone() })
        .await
        .unwrap();
    assert!(well.ok, "{well:?}");

    // Google refuses each token, again and again.
    let refusal = json!({ "match": { "path_contains": "/accountSummaries" }, "times": 9, "status": 401 });
    world.control("faults", refusal).await;
    let report = connections::accounts(&world.engine, None).await.unwrap_err();
    assert_eq!(report.code, ErrorCode::ServiceAccountKey);
    assert!(!signs_in(&report.offers) && replaces(&report.remedy), "{report:?}");

    // The key is gone from the keychain.
    world.keychain.store.delete(&added.id).await.unwrap();
    let (gone, trouble) = failed_check().await;
    assert_eq!(gone.subject, FindingSubject::Keychain);
    assert!(!signs_in(&gone.offers) && replaces(&gone.remedy), "{gone:?}");
    let report = world.another().await;
    let report = connections::accounts(&report, Some(&added.id)).await.unwrap_err();
    assert_eq!(report.code, ErrorCode::ServiceAccountKey);
    assert!(!signs_in(&report.offers) && replaces(&report.remedy), "{report:?}");
    let trouble = trouble.unwrap();
    assert_eq!(trouble.action, TroubleAction::ReplaceKey);
    assert!(replaces(&trouble.remedy), "{trouble:?}");
}

#[tokio::test]
async fn what_keeps_a_service_account_from_a_token_is_told_with_its_own_remedy_apart_from_the_message() {
    let world = World::new().await;
    let scopes = Permission::View.scopes();
    world.service_account(json!({ "delegated_scopes": scopes })).await;
    let as_owner = AddServiceAccount {
        subject: Some(practice::OWNER.to_owned()),
        ..by_reference(&world.key_file())
    };
    let added = connections::add_service_account(&world.engine, as_owner).await.unwrap();
    let next = world.another().await;
    for email in [practice::SERVICE_ACCOUNT, practice::OWNER] {
        world.control("tokens/revoke", json!({ "email": email })).await;
    }
    world.service_account(json!({ "delegated_scopes": [] })).await;
    let error = connections::accounts(&next, Some(&added.id)).await.unwrap_err();
    assert_eq!((error.code, error.code.exit_code()), (ErrorCode::ServiceAccountKey, 3));
    assert!(error.message.contains("not allowed to act as"), "{error:?}");
    assert!(!error.message.contains("admin.google.com"), "{error:?}");
    assert!(error.remedy.contains("domain-wide delegation"), "{error:?}");
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

/// Where a keychain stops for ever, as a killed process would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    BeforeSet,
    AfterSet,
}

struct Stopping {
    keychain: CountingKeychain,
    stop: Stop,
    reached: Arc<Notify>,
}

impl Stopping {
    async fn at(&self, stop: Stop) {
        if self.stop == stop {
            self.reached.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl TokenStore for Stopping {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        self.keychain.get(key).await
    }
    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        self.at(Stop::BeforeSet).await;
        self.keychain.set(key, secret).await?;
        self.at(Stop::AfterSet).await;
        Ok(())
    }
    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        self.keychain.delete(key).await
    }
    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

/// Adds a key in a runtime of its own, with a keychain that stops at `stop`, and ends that runtime there with all that goes
/// on in it, as a killed process would.
async fn killed_while_adding(world: &World, stop: Stop, request: AddServiceAccount) {
    let stopping = Arc::new(Stopping {
        keychain: world.keychain.clone(),
        stop,
        reached: Arc::default(),
    });
    let (base, home) = (world.sandbox.base().to_owned(), world.home.path().to_owned());
    let process = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let engine = engine(&base, &home, Arc::clone(&stopping) as _, Arc::new(SystemClock)).await;
            tokio::select! {
                done = connections::add_service_account(&engine, request) => panic!("{stop:?}: {done:?}"),
                () = stopping.reached.notified() => {}
            }
            let begun = engine
                .store()
                .half_done_connections(PendingStep::Storing)
                .await
                .unwrap();
            assert_eq!(begun.len(), 1, "{stop:?}: it is marked");
        });
    };
    tokio::task::spawn_blocking(process).await.unwrap();
}

/// Starts again, as the person would; returns when all that was half done is settled.
async fn start_again(world: &World) -> Arc<Engine> {
    let engine = world.another().await;
    keychain::settled(&engine).await.unwrap();
    let store = engine.store();
    while !store
        .half_done_connections(PendingStep::Storing)
        .await
        .unwrap()
        .is_empty()
    {
        tokio::task::yield_now().await;
    }
    engine
}

#[tokio::test]
async fn k8_a_crash_before_a_key_is_stored_leaves_no_connection() {
    let world = World::new().await;
    let key = world.key_file();
    killed_while_adding(&world, Stop::BeforeSet, request(&key)).await;
    let engine = start_again(&world).await;
    assert!(connections::list(&engine, Nothing {}).await.unwrap().is_empty());
    // The next time is an ordinary one.
    connections::add_service_account(&engine, request(&key)).await.unwrap();
    assert!(world.report(&engine).await.unwrap() > 0);
}

#[tokio::test]
async fn k8_a_crash_after_a_key_is_stored_leaves_a_connection_that_works() {
    let world = World::new().await;
    killed_while_adding(&world, Stop::AfterSet, request(&world.key_file())).await;
    let engine = start_again(&world).await;
    let list = connections::list(&engine, Nothing {}).await.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(
        (list[0].email.as_str(), list[0].state, list[0].stored_in),
        (practice::SERVICE_ACCOUNT, ConnectionState::Ready, StoredIn::Keychain)
    );
    assert_eq!(list[0].allowed, [Permission::View].into());
    assert!(world.report(&engine).await.unwrap() > 0);
}

#[tokio::test]
async fn k8_a_crash_while_a_key_is_replaced_keeps_the_connection_of_before() {
    for stop in [Stop::BeforeSet, Stop::AfterSet] {
        let world = World::new().await;
        let key = world.key_file();
        let before = connections::add_service_account(&world.engine, request(&key))
            .await
            .unwrap();
        let more = AddServiceAccount {
            allow: [Permission::View, Permission::Configure].into(),
            ..request(&key)
        };
        killed_while_adding(&world, stop, more).await;
        let engine = start_again(&world).await;
        let list = connections::list(&engine, Nothing {}).await.unwrap();
        let ids: Vec<&str> = list.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, [before.id.as_str()], "{stop:?}");
        // It claims no more than it is sure of, and works.
        assert_eq!(
            (list[0].state, &list[0].granted),
            (ConnectionState::Ready, &before.granted)
        );
        let check = connections::check(&engine, ById { id: before.id }).await.unwrap();
        assert!(check.ok, "{stop:?}: {}", check.message);
    }
}
