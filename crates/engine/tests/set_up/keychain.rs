//! The keychain's troubles, as the engine lives through them: locked, hung, late, unreadable, and a crash between
//! keychain and database. The platforms' own troubles are judged in `gantry-keychain` and by the journeys.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use gantry_domain::Permission;
use gantry_engine::dto::app::{KeychainProblem, KeychainView};
use gantry_engine::dto::connections::{ConnectRequest, ConnectionState, Offer};
use gantry_engine::dto::events::{EngineEvent, Topic};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{Engine, ErrorCode, Keychain, app, commands, connections, containers, keychain};
use gantry_sandbox::practice::{self, OWNER};
use gantry_store::PendingStep;
use google_oauth::{
    NoTokenStore, OpenedTokenStore, Persistence, SecretBytes, StoreProblem, TokenStore, TokenStoreError,
    TokenStoreOpener,
};
use serde_json::json;
use tokio::sync::{Notify, broadcast, mpsc};

use crate::user_agent::consent;
use crate::world::{TestKeychain, World, allow, engine_at, engine_with};

/// Answers what the test says, when the test says.
#[derive(Clone)]
struct Scripted(Arc<Script>);

struct Script {
    keychain: TestKeychain,
    locked: Mutex<bool>,
    /// Opening waits for this many permits.
    hangs: tokio::sync::Semaphore,
    opened: AtomicUsize,
}

impl Scripted {
    fn new(keychain: &TestKeychain) -> Self {
        Self(Arc::new(Script {
            keychain: keychain.clone(),
            locked: Mutex::new(false),
            hangs: tokio::sync::Semaphore::new(0),
            opened: AtomicUsize::new(0),
        }))
    }

    /// The same, answering at once.
    fn prompt(self) -> Self {
        self.0.hangs.close();
        self
    }
}

#[async_trait]
impl TokenStoreOpener for Scripted {
    async fn open(&self) -> Result<OpenedTokenStore, NoTokenStore> {
        self.0.opened.fetch_add(1, Ordering::SeqCst);
        let _ = self.0.hangs.acquire().await;
        if *self.0.locked.lock().unwrap() {
            return Err(NoTokenStore {
                problem: StoreProblem::Locked,
                reason: "The test's keychain is locked.".to_owned(),
                remedy: "Unlock it and try again.".to_owned(),
                details: None,
            });
        }
        Ok(OpenedTokenStore {
            name: "a test's".to_owned(),
            store: Arc::new(self.0.keychain.clone()),
        })
    }
}

async fn keychain_changes(events: &mut broadcast::Receiver<EngineEvent>) {
    loop {
        if let EngineEvent::Changed { topic: Topic::Keychain } = events.recv().await.unwrap() {
            return;
        }
    }
}

async fn retry(engine: &Arc<Engine>) -> serde_json::Value {
    commands::dispatch(engine, "keychain.retry", json!({})).await.unwrap()
}

#[tokio::test]
async fn k3_while_the_keychain_hangs_the_rest_answers_and_a_late_answer_is_welcome() {
    let mut world = World::new().await;
    let opener = Scripted::new(&world.keychain);
    let patient = Keychain::at_start(opener.clone()).with_patience(Duration::from_hours(1));
    let (engine, _opened) = engine_with(&world.sandbox, &world.home, patient).await;
    let status = app::status(&engine, Nothing {}).await.unwrap();
    assert!(matches!(status.keychain, KeychainView::Opening));

    let impatient = Keychain::at_start(opener.clone()).with_patience(Duration::from_millis(1));
    let (engine, opened) = engine_with(&world.sandbox, &world.home, impatient).await;
    (world.engine, world.opened) = (engine, opened);
    let engine = Arc::clone(&world.engine);
    let KeychainView::Unavailable { problem, .. } = keychain::settled(&engine).await.unwrap() else {
        panic!("it hangs");
    };
    assert_eq!(problem, KeychainProblem::Hung);
    for command in [
        "app.status",
        "app.overview",
        "connections.list",
        "containers.tree",
        "jobs.list",
    ] {
        commands::dispatch(&engine, command, json!({})).await.unwrap();
    }
    // Asking again waits for the call that hangs instead of making another.
    let asked = opener.0.opened.load(Ordering::SeqCst);
    assert_eq!(retry(&engine).await["problem"], "hung");
    assert_eq!(opener.0.opened.load(Ordering::SeqCst), asked);
    // What needs a secret says so, before a browser opens.
    let refused = world.connect(allow([Permission::View]), |_| async { panic!("a browser opened") });
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::KeychainUnavailable);
    assert!(refused.offers.contains(&Offer::RetryKeychain));
    // "This session only" is there meanwhile.
    world.add_client(&practice::installed_client_json(), true).await;

    let mut events = engine.subscribe();
    opener.0.hangs.close();
    keychain_changes(&mut events).await;
    assert!(matches!(
        app::status(&engine, Nothing {}).await.unwrap().keychain,
        KeychainView::Available { .. }
    ));
    world.sign_in(OWNER).await;
}

#[tokio::test]
async fn k1_a_locked_keychain_works_in_the_same_process_once_it_is_unlocked_and_asked_again() {
    let mut world = World::new().await;
    let opener = Scripted::new(&world.keychain).prompt();
    *opener.0.locked.lock().unwrap() = true;
    let keychain = Keychain::at_start(opener.clone());
    (world.engine, world.opened) = engine_with(&world.sandbox, &world.home, keychain).await;
    let engine = Arc::clone(&world.engine);

    let refused = world.connect(allow([Permission::View]), |_| async { panic!("a browser opened") });
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.code.exit_code(), 9);
    assert_eq!(refused.remedy, "Unlock it and try again.");
    assert_eq!(retry(&engine).await["problem"], "locked");

    *opener.0.locked.lock().unwrap() = false;
    let mut events = engine.subscribe();
    let found = retry(&engine).await;
    assert_eq!(found["state"], "available", "{found}");
    keychain_changes(&mut events).await;
    world.sign_in(OWNER).await;
}

#[tokio::test]
async fn what_needs_no_secret_does_not_ask_the_keychain_of_a_command_line() {
    let world = World::new().await;
    let opener = Scripted::new(&world.keychain).prompt();
    let lazy = Keychain::when_needed(Arc::new(opener.clone()), Duration::from_mins(1));
    let (engine, _opened) = engine_with(&world.sandbox, &world.home, lazy).await;
    connections::list(&engine, Nothing {}).await.unwrap();
    connections::list_oauth_clients(&engine, Nothing {}).await.unwrap();
    containers::tree(&engine, Nothing {}).await.unwrap();
    assert_eq!(opener.0.opened.load(Ordering::SeqCst), 0);
    assert!(matches!(
        keychain::settled(&engine).await.unwrap(),
        KeychainView::Available { .. }
    ));
    assert_eq!(opener.0.opened.load(Ordering::SeqCst), 1);
}

/// Where a keychain stops for ever, as a killed process would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    BeforeSet,
    AfterSet,
    BeforeDelete,
    AfterDelete,
}

#[derive(Clone)]
struct Stopping {
    keychain: TestKeychain,
    stop: Stop,
    reached: Arc<Notify>,
    go_on: Arc<Notify>,
}

impl Stopping {
    fn new(keychain: &TestKeychain, stop: Stop) -> Self {
        Self {
            keychain: keychain.clone(),
            stop,
            reached: Arc::default(),
            go_on: Arc::default(),
        }
    }

    fn opened(&self) -> Keychain {
        Keychain::at_start(OpenedTokenStore {
            name: "a test's".to_owned(),
            store: Arc::new(self.clone()),
        })
    }

    async fn at(&self, stop: Stop) {
        if self.stop == stop {
            self.reached.notify_one();
            self.go_on.notified().await;
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
        self.at(Stop::BeforeDelete).await;
        self.keychain.delete(key).await?;
        self.at(Stop::AfterDelete).await;
        Ok(())
    }
    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

/// Signs in, with a keychain that stops at `stop`; returns as that process would have been killed there.
async fn killed_while_signing_in(world: &mut World, stop: Stop, request: ConnectRequest) {
    let stopping = Stopping::new(&world.keychain, stop);
    (world.engine, world.opened) = engine_with(&world.sandbox, &world.home, stopping.opened()).await;
    keychain::settled(&world.engine).await.unwrap();
    let sign_in = world.connect(request, |url| async move {
        consent(&url, OWNER, "allow", |_| true).await;
    });
    tokio::select! {
        done = sign_in => panic!("it was to stop at {stop:?}: {done:?}"),
        () = stopping.reached.notified() => {}
    }
}

/// Starts again, as the person would; returns when all that was half done is settled.
async fn start_again(world: &mut World) {
    world.restart().await;
    keychain::settled(&world.engine).await.unwrap();
    for step in [PendingStep::Storing, PendingStep::Removing] {
        while !world
            .engine
            .store()
            .half_done_connections(step)
            .await
            .unwrap()
            .is_empty()
        {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn k8_a_crash_before_the_token_is_stored_leaves_no_connection() {
    let mut world = World::new().await;
    killed_while_signing_in(&mut world, Stop::BeforeSet, allow([Permission::View])).await;
    start_again(&mut world).await;
    assert!(connections::list(&world.engine, Nothing {}).await.unwrap().is_empty());
    // The next sign-in is an ordinary one.
    world.sign_in(OWNER).await;
}

#[tokio::test]
async fn k8_a_crash_after_the_token_is_stored_leaves_a_connection_that_works() {
    let mut world = World::new().await;
    killed_while_signing_in(&mut world, Stop::AfterSet, allow([Permission::View])).await;
    start_again(&mut world).await;
    let list = connections::list(&world.engine, Nothing {}).await.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].email.as_str(), list[0].state), (OWNER, ConnectionState::Ready));
    assert!(list[0].granted.contains(&Permission::View));
    let reach = connections::accounts(&world.engine, None).await.unwrap();
    assert!(!reach.accounts.is_empty());
}

#[tokio::test]
async fn k8_a_crash_while_signing_in_again_keeps_the_connection_of_before() {
    for stop in [Stop::BeforeSet, Stop::AfterSet] {
        let mut world = World::new().await;
        let before = world.sign_in(OWNER).await;
        let mut again = allow([Permission::Edit]);
        again.reconnect = Some(before.id.clone());
        killed_while_signing_in(&mut world, stop, again).await;
        start_again(&mut world).await;
        let list = connections::list(&world.engine, Nothing {}).await.unwrap();
        let ids: Vec<&str> = list.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, [before.id.as_str()], "{stop:?}");
        assert_eq!(list[0].state, ConnectionState::Ready);
        // It claims no more than it is sure of, and works.
        assert_eq!(list[0].granted, before.granted);
        let check = connections::check(&world.engine, ById { id: before.id }).await.unwrap();
        assert!(check.ok, "{stop:?}: {}", check.message);
    }
}

/// Disconnects in a runtime of its own, with a keychain that stops at `stop`, and ends that runtime there with all that
/// goes on in it, as a killed process would.
async fn killed_while_disconnecting(world: &World, stop: Stop, id: String) {
    let stopping = Stopping::new(&world.keychain, stop);
    let (base, home) = (world.sandbox.base().to_owned(), world.home.path().to_owned());
    let process = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let browser = mpsc::unbounded_channel().0;
            let engine = engine_at(&base, &home, stopping.opened(), browser).await;
            tokio::select! {
                done = connections::disconnect(&engine, ById { id }) => panic!("{stop:?}: {done:?}"),
                () = stopping.reached.notified() => {}
            }
            // From the moment the person asked for it, it is gone.
            assert!(
                connections::list(&engine, Nothing {}).await.unwrap().is_empty(),
                "{stop:?}"
            );
        });
    };
    tokio::task::spawn_blocking(process).await.unwrap();
}

#[tokio::test]
async fn k8_a_crash_while_disconnecting_is_finished_at_the_next_start() {
    for stop in [Stop::BeforeDelete, Stop::AfterDelete] {
        let mut world = World::new().await;
        let owner = world.sign_in(OWNER).await;
        killed_while_disconnecting(&world, stop, owner.id.clone()).await;
        start_again(&mut world).await;
        assert!(connections::list(&world.engine, Nothing {}).await.unwrap().is_empty());
        assert_eq!(world.engine.store().connection(&owner.id).await.unwrap(), None);
        assert_eq!(world.keychain.get(&owner.id).await.unwrap(), None, "{stop:?}");
        // A token that was still there is given back to Google.
        let given_back = usize::from(stop == Stop::BeforeDelete);
        assert_eq!(world.requests("POST", "/revoke").await, given_back, "{stop:?}");
    }
}

#[tokio::test]
async fn k8_another_process_leaves_a_sign_in_alone_that_is_still_at_work() {
    let mut world = World::new().await;
    let stopping = Stopping::new(&world.keychain, Stop::BeforeSet);
    (world.engine, world.opened) = engine_with(&world.sandbox, &world.home, stopping.opened()).await;
    let (sandbox_base, home) = (world.sandbox.base().to_owned(), world.home.path().to_owned());
    let (other_keychain, go_on) = (world.keychain.clone(), Arc::clone(&stopping.go_on));
    let reached = Arc::clone(&stopping.reached);
    let other = async move {
        reached.notified().await;
        let other_keychain = Keychain::at_start(OpenedTokenStore {
            name: "a test's".to_owned(),
            store: Arc::new(other_keychain),
        });
        let browser = mpsc::unbounded_channel().0;
        let other = engine_at(&sandbox_base, &home, other_keychain, browser).await;
        keychain::settled(&other).await.unwrap();
        let begun = other.store().half_done_connections(PendingStep::Storing).await.unwrap();
        assert_eq!(begun.len(), 1, "it is not touched");
        go_on.notify_one();
    };
    let sign_in = world.connect(allow([Permission::View]), |url| async move {
        consent(&url, OWNER, "allow", |_| true).await;
    });
    let (connected, ()) = tokio::join!(sign_in, other);
    assert_eq!(connected.unwrap().state, ConnectionState::Ready);
}

/// Fails as a keychain does whose entry is ambiguous, or holds bytes that are no token.
#[derive(Clone)]
struct Unreadable(TestKeychain, Arc<Mutex<Option<TokenStoreError>>>);

#[async_trait]
impl TokenStore for Unreadable {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        match &*self.1.lock().unwrap() {
            Some(TokenStoreError::Unreadable(why)) if !key.starts_with("oauth-client:") => {
                return Err(TokenStoreError::Unreadable(why.clone()));
            }
            _ => {}
        }
        self.0.get(key).await
    }
    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        match self.1.lock().unwrap().take() {
            // What is stored now replaces what could not be read.
            Some(TokenStoreError::Unreadable(_)) | None => {}
            Some(other) => return Err(other),
        }
        self.0.set(key, secret).await
    }
    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        self.0.delete(key).await
    }
    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

async fn with_failing_store(world: &mut World) -> Arc<Mutex<Option<TokenStoreError>>> {
    let failure = Arc::default();
    let store = Unreadable(world.keychain.clone(), Arc::clone(&failure));
    let keychain = Keychain::at_start(OpenedTokenStore {
        name: "a test's".to_owned(),
        store: Arc::new(store),
    });
    (world.engine, world.opened) = engine_with(&world.sandbox, &world.home, keychain).await;
    failure
}

#[tokio::test]
async fn k6_an_entry_that_cannot_be_read_asks_for_a_new_sign_in_which_replaces_it() {
    let mut world = World::new().await;
    let owner = world.sign_in(OWNER).await;
    let failure = with_failing_store(&mut world).await;
    *failure.lock().unwrap() = Some(TokenStoreError::Unreadable("2 entries have this name".to_owned()));
    let refused = connections::accounts(&world.engine, Some(OWNER)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::SignInNeeded);
    let list = connections::list(&world.engine, Nothing {}).await.unwrap();
    assert_eq!(list[0].state, ConnectionState::NeedsSignIn);

    let again = ConnectRequest {
        reconnect: Some(owner.id),
        ..allow([Permission::View])
    };
    let again = world.connect(again, |url| async move {
        consent(&url, OWNER, "allow", |_| true).await;
    });
    assert_eq!(again.await.unwrap().state, ConnectionState::Ready);
    assert!(connections::accounts(&world.engine, None).await.is_ok());
}

#[tokio::test]
async fn k4_a_token_that_the_keychain_refuses_is_named_and_nothing_is_half_kept() {
    let mut world = World::new().await;
    let failure = with_failing_store(&mut world).await;
    *failure.lock().unwrap() = Some(TokenStoreError::TooLong(2560));
    let refused = world.connect(allow([Permission::View]), |url| async move {
        consent(&url, OWNER, "allow", |_| true).await;
    });
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::KeychainUnavailable);
    assert!(refused.message.contains("too long"), "{refused}");
    assert!(connections::list(&world.engine, Nothing {}).await.unwrap().is_empty());
    assert!(
        world
            .engine
            .store()
            .half_done_connections(PendingStep::Storing)
            .await
            .unwrap()
            .is_empty()
    );
}
