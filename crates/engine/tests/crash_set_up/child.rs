//! The process that is killed, and the one that goes on after it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use gantry_domain::{GoogleBase, SystemClock};
use gantry_engine::dto::Nothing;
use gantry_engine::dto::provisioning::{ContainerChoice, ProvisionRequest, ProvisionState, ResumeProvision};
use gantry_engine::host::Headless;
use gantry_engine::{Engine, EngineConfig, Keychain, Profile, commands, provisioning};
use google_oauth::{OpenedTokenStore, Persistence, SecretBytes, TokenStore, TokenStoreError};
use serde_json::Value;
use tokio::sync::mpsc;
use tracing_subscriber::layer::SubscriberExt as _;
use url::Url;

use crate::user_agent::AgentBrowser;

/// Tells a child what to do; the parent runs without it.
pub const ORDER: &str = "GANTRY_TEST_SET_UP";

/// A keychain in a folder, which outlives processes.
pub struct FileStore(PathBuf);

impl FileStore {
    pub fn in_home(home: &Path) -> Self {
        let folder = home.join("keychain");
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, key: &str) -> PathBuf {
        let name = key
            .bytes()
            .fold(String::new(), |name, byte| format!("{name}{byte:02x}"));
        self.0.join(name)
    }
}

#[async_trait]
impl TokenStore for FileStore {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        Ok(std::fs::read(self.path(key)).ok().map(SecretBytes::new))
    }

    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        std::fs::write(self.path(key), secret.expose()).map_err(|error| TokenStoreError::Unavailable(error.to_string()))
    }

    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        let _ = std::fs::remove_file(self.path(key));
        Ok(())
    }

    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

/// The engine of a home.
pub async fn engine(base: &str, home: &Path, opener: mpsc::UnboundedSender<Url>) -> Arc<Engine> {
    Engine::open(EngineConfig {
        profile: Profile::new(Some(home), GoogleBase::loopback(base).unwrap()).unwrap(),
        keychain: Keychain::at_start(OpenedTokenStore {
            name: "a test's".to_owned(),
            store: Arc::new(FileStore::in_home(home)),
        }),
        browser: Arc::new(AgentBrowser(opener)),
        clock: Arc::new(SystemClock),
        pause: Arc::new(gantry_engine::SystemPause),
        host: Arc::new(Headless),
        shipped_oauth_client: None,
    })
    .await
    .unwrap()
}

/// Counts the points and kills this process at one of them.
struct Killer {
    at: usize,
    seen: Arc<AtomicUsize>,
}

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Killer {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        let target = event.metadata().target();
        if target != "gantry_engine::set_up_journal" && target != "google_apis::sent" {
            return;
        }
        let point = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
        if point != self.at {
            return;
        }
        let mut kind = Message(String::new());
        event.record(&mut kind);
        say(&format!("killed {}", kind.0));
        let own = std::process::id().to_string();
        let _ = std::process::Command::new("kill").args(["-9", &own]).status();
        // Whatever is left of this moment is not used for the set-up.
        loop {
            std::thread::park();
        }
    }
}

struct Message(String);

impl tracing::field::Visit for Message {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "child: {what}").unwrap();
    out.flush().unwrap();
}

/// The form of one set-up; `name` tells its assets from those of others.
pub fn form(name: &str) -> ProvisionRequest {
    ProvisionRequest {
        account_name: format!("Bakery {name}"),
        property_name: "Website".to_owned(),
        website: format!("https://{name}.example"),
        time_zone: "Europe/Berlin".to_owned(),
        currency: "EUR".to_owned(),
        country: "DE".to_owned(),
        template: Some("shop".to_owned()),
        container: ContainerChoice::New { account_id: None },
        ..ProvisionRequest::default()
    }
}

/// Goes on with the set-up of its home, or starts it: what a person does who opens Gantry again.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the other test starts it, in processes of its own"]
async fn a_process_of_its_own() {
    let Ok(order) = std::env::var(ORDER) else { return };
    let order: Value = serde_json::from_str(&order).unwrap();
    let text = |name: &str| order[name].as_str().unwrap().to_owned();
    let seen = Arc::new(AtomicUsize::new(0));
    let killer = Killer {
        at: usize::try_from(order["kill_at"].as_u64().unwrap()).unwrap(),
        seen: Arc::clone(&seen),
    };
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(killer)).unwrap();
    let (opener, mut opened) = mpsc::unbounded_channel();
    let engine = engine(&text("base"), Path::new(&text("home")), opener).await;
    tokio::spawn(async move {
        while let Some(url) = opened.recv().await {
            say(&format!("open {url}"));
        }
    });
    let begun = provisioning::runs(&engine, Nothing {})
        .await
        .unwrap()
        .into_iter()
        .next();
    let run = match begun {
        Some(run) if run.state == ProvisionState::Done => run,
        Some(run) => {
            assert!(run.resumable, "{:?}", run.state);
            let run_id = run.id;
            let resumed = commands::run_job(&engine, "provisioning.resume", |engine, job| async move {
                Box::pin(provisioning::resume(
                    &engine,
                    ResumeProvision {
                        run_id,
                        ..ResumeProvision::default()
                    },
                    &job,
                ))
                .await
            });
            resumed.await.unwrap()
        }
        None => {
            let form = form(&text("name"));
            let started = commands::run_job(&engine, "provisioning.start", |engine, job| async move {
                Box::pin(provisioning::start(&engine, form, &job)).await
            });
            started.await.unwrap()
        }
    };
    assert_eq!(run.state, ProvisionState::Done);
    say(&format!("points {}", seen.load(Ordering::SeqCst)));
    say(&format!("done {}", serde_json::to_string(&run.result).unwrap()));
}
