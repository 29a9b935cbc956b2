//! One owner with one Tag Manager account, signed in with everything that a container needs.

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_domain::Permission;
use gantry_engine::dto::Nothing;
use gantry_engine::dto::provisioning::{
    ContainerChoice, ProvisionRequest, ProvisionRunView, ProvisionStep, ResumeProvision, StepState,
};
use gantry_engine::{Result, commands, provisioning};
use gantry_sandbox::practice;
use serde_json::{Value, json};
use tokio::sync::MutexGuard;
use url::Url;

use crate::provisioning::PORTS;
use crate::user_agent::{self, consent, terms};
use crate::world::{World, allow, form};

pub const HOST: &str = "www.hafen.example";

pub struct Stage {
    pub world: World,
    pub account: &'static str,
    token: String,
    _ports: MutexGuard<'static, ()>,
}

impl Stage {
    /// The bakery's owner: one Tag Manager account with one published container.
    pub async fn owner() -> Self {
        use Permission::{Configure, Edit, Publish, View};
        Self::signed_in(practice::OWNER, [View, Configure, Edit, Publish]).await
    }

    pub async fn signed_in<const N: usize>(account: &'static str, permissions: [Permission; N]) -> Self {
        let ports = PORTS.lock().await;
        let mut world = World::new().await;
        let signed_in = world.connect(allow(permissions), |url| async move {
            assert_eq!(consent(&url, account, "allow", |_| true).await.status, 200);
        });
        signed_in.await.unwrap();
        // The pace is another matter.
        world.unhurried().await;
        let scopes = [
            "tagmanager.readonly",
            "tagmanager.edit.containers",
            "tagmanager.delete.containers",
            "tagmanager.edit.containerversions",
            "tagmanager.publish",
        ];
        let scopes = scopes.map(|scope| format!("https://www.googleapis.com/auth/{scope}"));
        let issued = world
            .control("tokens/issue", json!({ "email": account, "scopes": scopes }))
            .await;
        Self {
            world,
            account,
            token: issued["access_token"].as_str().unwrap().to_owned(),
            _ports: ports,
        }
    }

    /// Starts the set-up; the person accepts the terms.
    pub async fn set_up(&mut self, request: ProvisionRequest) -> Result<ProvisionRunView> {
        let engine = Arc::clone(&self.world.engine);
        let job = commands::run_job(&engine, "provisioning.start", |engine, job| async move {
            Box::pin(provisioning::start(&engine, request, &job)).await
        });
        let mut job = std::pin::pin!(job);
        let account = self.account;
        tokio::select! {
            done = &mut job => done,
            () = async {
                let url = self.world.opened.recv().await.unwrap();
                terms(&url, account, "accept").await;
                std::future::pending::<()>().await;
            } => unreachable!(),
        }
    }

    /// Goes on with the newest set-up.
    pub async fn resume(&self) -> Result<ProvisionRunView> {
        self.resume_with(ResumeProvision::default()).await
    }

    /// The same with what `request` says besides the run's id.
    pub async fn resume_with(&self, request: ResumeProvision) -> Result<ProvisionRunView> {
        let run_id = self.newest().await.id;
        let request = ResumeProvision { run_id, ..request };
        commands::run_job(&self.world.engine, "provisioning.resume", |engine, job| async move {
            Box::pin(provisioning::resume(&engine, request, &job)).await
        })
        .await
    }

    pub async fn newest(&self) -> ProvisionRunView {
        let runs = provisioning::runs(&self.world.engine, Nothing {}).await.unwrap();
        runs.into_iter().next().unwrap()
    }

    /// Orders a fault for the next request to Tag Manager of this method and path (a part of it).
    pub async fn fault(&self, method: &str, path: &str, fault: Value) {
        let mut order = fault;
        order["match"] = json!({ "host": "tagmanager.googleapis.com", "method": method, "path_contains": path });
        self.world.control("faults", order).await;
    }

    /// What Google says, asked past Gantry. `path` is what follows `/tagmanager/v2/`.
    pub async fn google(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!(
            "{}/tagmanager.googleapis.com/tagmanager/v2/{path}?access_token={}",
            self.world.sandbox.base(),
            self.token
        );
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let reply = user_agent::request(method, &Url::parse(&url).unwrap(), "application/json", &body).await;
        assert!((200..300).contains(&reply.status), "{path}: {}", reply.body);
        serde_json::from_str(&reply.body).unwrap_or_default()
    }

    /// Path of the only Tag Manager account.
    pub async fn account_path(&self) -> String {
        let accounts = self.google("GET", "accounts", Value::Null).await;
        assert_eq!(accounts["account"].as_array().unwrap().len(), 1);
        accounts["account"][0]["path"].as_str().unwrap().to_owned()
    }

    pub async fn containers(&self) -> Vec<Value> {
        let path = format!("{}/containers", self.account_path().await);
        let all = self.google("GET", &path, Value::Null).await;
        all["container"].as_array().unwrap().clone()
    }

    /// The container of this name; there is exactly one.
    pub async fn container(&self, name: &str) -> Value {
        let mut found = self.containers().await;
        found.retain(|container| container["name"] == name);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    pub async fn live(&self, container: &Value) -> Value {
        let path = format!("{}/versions:live", container["path"].as_str().unwrap());
        self.google("GET", &path, Value::Null).await
    }

    /// How many versions a container has.
    pub async fn versions(&self, container: &Value) -> usize {
        let path = format!("{}/version_headers", container["path"].as_str().unwrap());
        let all = self.google("GET", &path, Value::Null).await;
        all["containerVersionHeader"].as_array().map_or(0, Vec::len)
    }

    /// How many requests of Gantry's went to Tag Manager with this method and path (a part of it).
    pub async fn requests(&self, method: &str, path: &str) -> usize {
        let log = self.world.control("log", Value::Null).await;
        let seen = log["requests"].as_array().unwrap().iter();
        seen.filter(|one| one["host"] == "tagmanager.googleapis.com" && one["method"] == method)
            .filter(|one| one["path"].as_str().unwrap().contains(path))
            .filter(|one| !one["query"].to_string().contains("access_token"))
            .count()
    }
}

/// A shop with a new container.
pub fn shop() -> ProvisionRequest {
    ProvisionRequest {
        container: ContainerChoice::New { account_id: None },
        template: Some("shop".to_owned()),
        ..form()
    }
}

pub fn state_of(run: &ProvisionRunView, step: ProvisionStep) -> StepState {
    run.steps.iter().find(|view| view.step == step).unwrap().state
}

/// Names of what a version holds, each with its kind; none comes twice.
pub fn names(version: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for kind in ["tag", "trigger", "variable", "folder"] {
        for entity in version[kind].as_array().into_iter().flatten() {
            let name = format!("{kind} {}", entity["name"].as_str().unwrap());
            assert!(names.insert(name.clone()), "{name} is there twice");
        }
    }
    names
}
