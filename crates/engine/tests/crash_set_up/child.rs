//! The process that is killed, and the one that goes on after it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use gantry_domain::{GoogleBase, SystemClock};
use gantry_engine::dto::batches::BatchRequest;
use gantry_engine::dto::provisioning::{ProvisionRequest, ProvisionState, ResumeProvision, TrashAsset, TrashRequest};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::host::Headless;
use gantry_engine::{Engine, EngineConfig, Keychain, Profile, batches, clients, commands, provisioning};
use google_oauth::{OpenedTokenStore, Persistence, SecretBytes, TokenStore, TokenStoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
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
        pause: Arc::new(crate::hurried::Hurried),
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

/// What a child does; it is told so in its environment.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    pub base: String,
    pub home: PathBuf,
    /// At which point it ends; 0 for at none.
    pub kill_at: usize,
    pub task: Task,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Task {
    SetUp(Box<ProvisionRequest>),
    Batch(Box<BatchRequest>),
    /// Begins it; Google refuses something.
    Refused(Box<ProvisionRequest>),
    /// Goes on with it under a form that was put right.
    Corrected(Box<ProvisionRequest>),
    /// Goes on with what was begun last, as its form is.
    GoneOnWith,
    /// Moves all that the set-up made to the trash.
    Undo,
}

/// What a child says when it is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ended {
    /// How many points it passed.
    pub points: usize,
    /// What the run says of itself; of a batch what each run says.
    pub result: Value,
    /// Ids of the agency's clients, as far as Gantry has made any.
    pub clients: Vec<String>,
}

/// Goes on with what its home has begun, or begins it: what a person does who opens Gantry again.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the other tests start it, in processes of its own"]
async fn a_process_of_its_own() {
    let Ok(order) = std::env::var(ORDER) else { return };
    let order: Order = serde_json::from_str(&order).unwrap();
    let seen = Arc::new(AtomicUsize::new(0));
    let killer = Killer {
        at: order.kill_at,
        seen: Arc::clone(&seen),
    };
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(killer)).unwrap();
    let (opener, mut opened) = mpsc::unbounded_channel();
    let engine = engine(&order.base, &order.home, opener).await;
    tokio::spawn(async move {
        while let Some(url) = opened.recv().await {
            say(&format!("open {url}"));
        }
    });
    let result = match order.task {
        Task::SetUp(form) => set_up(&engine, *form).await,
        Task::Batch(request) => batch(&engine, *request).await,
        Task::Refused(form) => refused(&engine, *form).await,
        Task::Corrected(form) => gone_on_with(&engine, Some(*form)).await,
        Task::GoneOnWith => gone_on_with(&engine, None).await,
        Task::Undo => undo(&engine).await,
    };
    let points = seen.load(Ordering::SeqCst);
    let clients = clients::list(&engine, Nothing {}).await.unwrap().clients;
    let ended = Ended {
        points,
        result,
        clients: clients.into_iter().map(|client| client.id).collect(),
    };
    say(&format!("done {}", serde_json::to_string(&ended).unwrap()));
}

async fn set_up(engine: &Arc<Engine>, form: ProvisionRequest) -> Value {
    let runs = provisioning::runs(engine, Nothing {}).await.unwrap();
    let run = match runs.into_iter().next() {
        Some(run) if run.state == ProvisionState::Done => run,
        Some(run) => {
            assert!(run.resumable, "{:?}", run.state);
            let resume = ResumeProvision {
                run_id: run.id,
                ..ResumeProvision::default()
            };
            let resumed = commands::run_job(engine, "provisioning.resume", |engine, job| async move {
                Box::pin(provisioning::resume(&engine, resume, &job)).await
            });
            resumed.await.unwrap()
        }
        None => {
            let started = commands::run_job(engine, "provisioning.start", |engine, job| async move {
                Box::pin(provisioning::start(&engine, form, &job)).await
            });
            started.await.unwrap()
        }
    };
    assert_eq!(run.state, ProvisionState::Done);
    json!(run.result)
}

/// The same command, whether it was given before or not.
async fn batch(engine: &Arc<Engine>, request: BatchRequest) -> Value {
    let started = commands::run_job(engine, "batches.start", |engine, job| async move {
        Box::pin(batches::start(&engine, request, &job)).await
    });
    let batch = started.await.unwrap();
    assert!(batch.finished, "{:?}", batch.rows);
    batch.rows.into_iter().map(|row| json!(row.result)).collect()
}

async fn refused(engine: &Arc<Engine>, form: ProvisionRequest) -> Value {
    let started = commands::run_job(engine, "provisioning.start", |engine, job| async move {
        Box::pin(provisioning::start(&engine, form, &job)).await
    });
    json!(started.await.unwrap_err().message)
}

/// The run with its form, as it ended.
async fn gone_on_with(engine: &Arc<Engine>, corrected: Option<ProvisionRequest>) -> Value {
    let newest = provisioning::runs(engine, Nothing {}).await.unwrap().remove(0);
    let resume = ResumeProvision {
        run_id: newest.id,
        corrected,
        ..ResumeProvision::default()
    };
    let resumed = commands::run_job(engine, "provisioning.resume", |engine, job| async move {
        Box::pin(provisioning::resume(&engine, resume, &job)).await
    });
    json!(resumed.await.unwrap())
}

/// What the undo says, and what is listed afterwards.
async fn undo(engine: &Arc<Engine>) -> Value {
    let run = provisioning::runs(engine, Nothing {}).await.unwrap().remove(0);
    let made = provisioning::made(engine, ById { id: run.id.clone() }).await.unwrap();
    let assets = made.into_iter().map(|one| TrashAsset {
        asset: one.asset,
        name: one.name,
    });
    let request = TrashRequest {
        run_id: run.id.clone(),
        assets: assets.collect(),
    };
    let result = provisioning::trash(engine, request).await.unwrap();
    let told = provisioning::runs(engine, Nothing {}).await.unwrap().remove(0);
    json!({ "result": result, "in_trash": told.in_trash })
}
