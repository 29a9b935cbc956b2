//! A world with a signed-in agency, a file of clients, and a person who answers Google's pages.

use std::fmt::Write as _;
use std::sync::Arc;

use gantry_domain::Permission;
use gantry_engine::dto::Nothing;
use gantry_engine::dto::batches::{BatchDefaults, BatchRequest, BatchRowState, BatchView, ExportBatch, TermsInBatch};
use gantry_engine::dto::containers::SyncRequest;
use gantry_engine::dto::provisioning::ContainerChoice;
use gantry_engine::{ErrorCode, Result, batches, commands, connections, estate};
use gantry_sandbox::practice::NEWCOMER;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

use crate::user_agent::{get, terms};
use crate::world::{World, allow};

/// The redirect ports are fixed and few: one batch at a time in this binary.
static PORTS: Mutex<()> = Mutex::const_new(());

pub struct Stage {
    _ports: MutexGuard<'static, ()>,
    pub world: World,
    account: &'static str,
}

impl Stage {
    pub async fn new() -> Self {
        Self::of(NEWCOMER).await
    }

    /// With this account signed in, and everything allowed.
    pub async fn of(account: &'static str) -> Self {
        let ports = PORTS.lock().await;
        let mut world = World::new().await;
        let everything = [
            Permission::View,
            Permission::Configure,
            Permission::Edit,
            Permission::Publish,
        ];
        world
            .connect(allow(everything), |url| async move {
                crate::user_agent::consent(&url, account, "allow", |_| true).await;
            })
            .await
            .unwrap();
        Self {
            _ports: ports,
            world,
            account,
        }
    }

    /// A file with these lines below its headings.
    pub fn file(&self, lines: &[&str]) -> BatchRequest {
        let mut text = "Client;Website;Group\r\n".to_owned();
        for line in lines {
            write!(text, "{line}\r\n").unwrap();
        }
        self.file_of("clients.csv", text.as_bytes())
    }

    /// A file of this name with these bytes.
    pub fn file_of(&self, name: &str, bytes: &[u8]) -> BatchRequest {
        let path = self.world.home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        BatchRequest {
            path: path.display().to_string(),
            mapping: std::collections::BTreeMap::default(),
            connection: None,
            template: None,
            defaults: BatchDefaults {
                time_zone: Some("Europe/Berlin".to_owned()),
                currency: Some("EUR".to_owned()),
                country: Some("DE".to_owned()),
                wait_for_consent: None,
            },
            container: ContainerChoice::None,
            people: Vec::new(),
            skip: std::collections::BTreeSet::default(),
            terms: TermsInBatch::InTurn,
            leave_out_wrong_rows: false,
            anyway: std::collections::BTreeSet::default(),
            seen: None,
        }
    }

    /// Begins the batch and stops it at its first page, which nobody answers; its id.
    pub async fn begun(&mut self, request: BatchRequest) -> String {
        let engine = Arc::clone(&self.world.engine);
        let job = tokio::spawn(async move {
            commands::run_job(&engine, "batches.start", |engine, job| async move {
                Box::pin(batches::start(&engine, request, &job)).await
            })
            .await
        });
        self.world.opened.recv().await.unwrap();
        self.world.engine.jobs().cancel_all();
        assert_eq!(job.await.unwrap().unwrap_err().code, ErrorCode::Cancelled);
        let known = batches::list(&self.world.engine, Nothing {}).await.unwrap();
        known.into_iter().next().unwrap().id
    }

    /// Starts the batch while a person declines the clients of `declined` and accepts all others.
    pub async fn start(&mut self, request: BatchRequest, declined: &'static [&'static str]) -> Result<BatchView> {
        let engine = Arc::clone(&self.world.engine);
        let job = commands::run_job(&engine, "batches.start", |engine, job| async move {
            Box::pin(batches::start(&engine, request, &job)).await
        });
        let (opened, account) = (&mut self.world.opened, self.account);
        let person = async move {
            while let Some(url) = opened.recv().await {
                answer_as(account, &url, declined).await;
            }
        };
        tokio::select! {
            done = job => done,
            () = person => unreachable!("the engine has a browser as long as it lives"),
        }
    }

    /// The names of the accounts that are there, each with how many properties it has.
    pub async fn accounts(&self) -> Vec<(String, usize)> {
        let accounts = connections::accounts(&self.world.engine, None).await.unwrap().accounts;
        let mut accounts: Vec<_> = accounts
            .into_iter()
            .map(|account| (account.display_name, account.properties.len()))
            .collect();
        accounts.sort();
        accounts
    }

    /// Copies what Google has.
    pub async fn sync(&self) {
        let engine = &self.world.engine;
        let synced = commands::run_job(engine, "estate.sync", |engine, job| async move {
            estate::sync(&engine, SyncRequest::default(), &job).await
        });
        synced.await.unwrap();
    }

    /// What the batch's CSV file says.
    pub async fn exported(&self, id: &str) -> String {
        let path = self.world.home.path().join("made.csv").display().to_string();
        let request = ExportBatch {
            id: id.to_owned(),
            path: path.clone(),
        };
        batches::export(&self.world.engine, request).await.unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    /// Google refuses the next request like this.
    pub async fn refused(&self, method: &str, path: &str) {
        let body = json!({ "error": { "code": 400, "message": "Not this one.", "status": "INVALID_ARGUMENT" } });
        let fault = json!({
            "match": { "host": "analyticsadmin.googleapis.com", "method": method, "path_contains": path },
            "times": 1, "status": 400, "body": body,
        });
        self.world.control("faults", fault).await;
    }

    pub async fn tickets(&self) -> usize {
        self.world.requests("POST", "accounts:provisionAccountTicket").await
    }
}

/// Reads whom the page is for, and presses a button.
pub async fn answer(url: &Url, declined: &[&str]) {
    answer_as(NEWCOMER, url, declined).await;
}

async fn answer_as(account: &str, url: &Url, declined: &[&str]) {
    let ticket = url.fragment().unwrap().rsplit('/').next().unwrap();
    let page = get(&url
        .join(&format!("/analytics.google.com/_terms/{ticket}?authuser={account}"))
        .unwrap())
    .await;
    // Not anywhere on the page: a ticket may hold any three letters.
    let is_for = |name: &&str| page.body.contains(&format!("<bdi>{name}"));
    let decision = if declined.iter().any(is_for) {
        "decline"
    } else {
        "accept"
    };
    terms(url, account, decision).await;
}

pub fn states(batch: &BatchView) -> Vec<BatchRowState> {
    batch.rows.iter().map(|row| row.state).collect()
}

pub fn state_of(value: &Value, name: &str) -> Option<String> {
    let rows = value["rows"].as_array()?;
    let row = rows.iter().find(|row| row["name"] == name)?;
    Some(row["state"].as_str()?.to_owned())
}
