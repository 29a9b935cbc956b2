//! A process that is killed while a key is stored.

use std::sync::Arc;

use async_trait::async_trait;
use gantry_domain::{Permission, SystemClock};
use gantry_engine::connections;
use gantry_engine::dto::connections::{AddServiceAccount, ConnectionState, StoredIn};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{Engine, Result, keychain};
use gantry_sandbox::practice;
use gantry_store::PendingStep;
use google_oauth::{Persistence, SecretBytes, TokenStore, TokenStoreError};
use tokio::sync::Notify;

use crate::world::{CountingKeychain, World, engine, request};

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
