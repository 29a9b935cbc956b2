//! An engine that is offline: its Google is a port that counts who comes, its browser a list of what was opened.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use gantry_domain::{GoogleBase, Permission, SystemClock};
use gantry_engine::host::Headless;
use gantry_engine::{Engine, EngineConfig, Keychain, Profile};
use gantry_sandbox::practice;
use gantry_store::ConnectionRecord;
use google_oauth::{Browser, BrowserError, OAuthClient, OpenedTokenStore, SessionTokenStore};
use url::Url;

/// Notes what it is asked to open.
#[derive(Clone, Default)]
pub struct Opened(Arc<Mutex<Vec<Url>>>);

impl Opened {
    pub fn take(&self) -> Vec<Url> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Browser for Opened {
    fn open(&self, url: &Url) -> Result<(), BrowserError> {
        self.0.lock().unwrap().push(url.clone());
        Ok(())
    }
}

pub struct Stage {
    pub engine: Arc<Engine>,
    pub opened: Opened,
    /// How many connections came to where Google is dialled.
    dialled: Arc<AtomicUsize>,
    _home: tempfile::TempDir,
}

/// The one connection; its sign-in is not in the keychain.
pub const CONNECTION: &str = "somebody@agency.example";

impl Stage {
    /// An engine with an OAuth client.
    pub async fn open() -> Self {
        let home = tempfile::tempdir().unwrap();
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let dialled = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&dialled);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        let opened = Opened::default();
        let engine = Engine::open(EngineConfig {
            profile: Profile::new(Some(home.path()), GoogleBase::loopback(&base).unwrap()).unwrap(),
            keychain: Keychain::at_start(OpenedTokenStore {
                name: "memory".to_owned(),
                store: Arc::new(SessionTokenStore::new()),
            }),
            browser: Arc::new(opened.clone()),
            clock: Arc::new(SystemClock),
            pause: Arc::new(gantry_engine::SystemPause),
            host: Arc::new(Headless),
            shipped_oauth_client: Some(
                OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).unwrap(),
            ),
        })
        .await
        .unwrap();
        Self {
            engine,
            opened,
            dialled,
            _home: home,
        }
    }

    /// Puts the connection in place, whatever has become of it.
    pub async fn put_connection(&self) {
        let permissions = vec![Permission::View, Permission::Configure];
        let connection = ConnectionRecord {
            granted_scopes: permissions.iter().flat_map(|permission| permission.scopes()).collect(),
            permissions,
            ..ConnectionRecord::new(
                CONNECTION,
                "1",
                CONNECTION,
                practice::INSTALLED_CLIENT_ID,
                jiff::Timestamp::now(),
            )
        };
        self.engine.store().put_connection(connection).await.unwrap();
    }

    pub fn dialled(&self) -> usize {
        self.dialled.load(Ordering::SeqCst)
    }
}
