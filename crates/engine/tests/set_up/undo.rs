//! Undoing a set-up: what it made itself goes to the trash, and nothing else does.

use std::sync::Arc;

use gantry_domain::Permission::{self, Configure, Edit, Manage, Publish, View};
use gantry_engine::dto::provisioning::{
    AnalyticsChoice, ContainerChoice, MadeAsset, MadeKind, ProvisionRequest, ProvisionRunView, ResumeProvision,
    TrashAsset, TrashRequest, TrashResult,
};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{ErrorCode, Result, clients, commands, connections, overview, provisioning};
use gantry_sandbox::practice::OWNER;
use serde_json::{Value, json};
use tokio::sync::MutexGuard;
use url::Url;

use crate::provisioning::PORTS;
use crate::user_agent::{self, consent, terms};
use crate::world::{World, allow, form};

struct Stage {
    world: World,
    _ports: MutexGuard<'static, ()>,
}

impl Stage {
    async fn allowed<const N: usize>(permissions: [Permission; N]) -> Self {
        let ports = PORTS.lock().await;
        let mut world = World::new().await;
        let signed_in = world.connect(allow(permissions), |url| async move {
            assert_eq!(consent(&url, OWNER, "allow", |_| true).await.status, 200);
        });
        signed_in.await.unwrap();
        Self { world, _ports: ports }
    }

    async fn set_up(&mut self, request: ProvisionRequest) -> Result<ProvisionRunView> {
        let engine = Arc::clone(&self.world.engine);
        let job = commands::run_job(&engine, "provisioning.start", |engine, job| async move {
            Box::pin(provisioning::start(&engine, request, &job)).await
        });
        let mut job = std::pin::pin!(job);
        tokio::select! {
            done = &mut job => done,
            () = async {
                let url = self.world.opened.recv().await.unwrap();
                terms(&url, OWNER, "accept").await;
                std::future::pending::<()>().await;
            } => unreachable!(),
        }
    }

    async fn made(&self, run: &ProvisionRunView) -> Vec<MadeAsset> {
        provisioning::made(&self.world.engine, ById { id: run.id.clone() })
            .await
            .unwrap()
    }

    async fn trash(&self, run: &ProvisionRunView, assets: &[MadeAsset]) -> Result<TrashResult> {
        let assets = assets.iter().map(|one| TrashAsset {
            asset: one.asset.clone(),
            name: one.name.clone(),
        });
        let request = TrashRequest {
            run_id: run.id.clone(),
            assets: assets.collect(),
        };
        provisioning::trash(&self.world.engine, request).await
    }

    /// What Google says, asked past Gantry.
    async fn google(&self, method: &str, address: &str, body: Value) -> Value {
        let scopes = ["analytics.edit", "tagmanager.readonly"];
        let scopes = scopes.map(|scope| format!("https://www.googleapis.com/auth/{scope}"));
        let issued = self
            .world
            .control("tokens/issue", json!({ "email": OWNER, "scopes": scopes }))
            .await;
        let mut url = Url::parse(&format!("{}/{address}", self.world.sandbox.base())).unwrap();
        url.query_pairs_mut()
            .append_pair("access_token", issued["access_token"].as_str().unwrap());
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let reply = user_agent::request(method, &url, "application/json", &body).await;
        serde_json::from_str(&reply.body).unwrap_or_default()
    }

    async fn admin(&self, method: &str, name: &str, body: Value) -> Value {
        self.google(method, &format!("analyticsadmin.googleapis.com/v1beta/{name}"), body)
            .await
    }

    async fn containers(&self) -> usize {
        let at = "tagmanager.googleapis.com/tagmanager/v2";
        let accounts = self.google("GET", &format!("{at}/accounts"), Value::Null).await;
        let path = accounts["account"][0]["path"].as_str().unwrap();
        let all = self
            .google("GET", &format!("{at}/{path}/containers"), Value::Null)
            .await;
        all["container"].as_array().unwrap().len()
    }

    async fn newest(&self) -> ProvisionRunView {
        provisioning::runs(&self.world.engine, Nothing {})
            .await
            .unwrap()
            .remove(0)
    }
}

fn with_container() -> ProvisionRequest {
    ProvisionRequest {
        container: ContainerChoice::New { account_id: None },
        ..form()
    }
}

fn kinds(made: &[MadeAsset]) -> Vec<MadeKind> {
    made.iter().map(|one| one.kind).collect()
}

#[tokio::test]
async fn a_whole_set_up_goes_to_the_trash_and_nothing_else_does() {
    let mut stage = Stage::allowed([View, Configure, Edit, Publish, Manage]).await;
    let before = stage.containers().await;
    let run = stage.set_up(with_container()).await.unwrap();
    assert_eq!(stage.containers().await, before + 1);

    let calls = stage.world.requests("GET", "/v1beta/").await + stage.world.requests("GET", "/tagmanager/v2/").await;
    let made = stage.made(&run).await;
    let after = stage.world.requests("GET", "/v1beta/").await + stage.world.requests("GET", "/tagmanager/v2/").await;
    assert_eq!(
        after - calls,
        4,
        "the container, its newest version, the account, the account's properties"
    );
    assert_eq!(
        kinds(&made),
        [MadeKind::Container, MadeKind::Property, MadeKind::AnalyticsAccount]
    );
    for one in &made {
        assert_eq!(
            (one.why_not.as_deref(), one.trashed, one.connection.as_str()),
            (None, false, OWNER)
        );
        assert!(!one.account_name.is_empty() && !one.consequence.is_empty());
    }
    assert_eq!(
        (made[1].name.as_str(), made[1].account_name.as_str()),
        ("Website", "Bäckerei am Hafen")
    );

    let result = stage.trash(&run, &made).await.unwrap();
    assert!(result.failures.is_empty(), "{:?}", result.failures);
    assert_eq!(kinds(&result.trashed), kinds(&made));
    assert!(result.trashed.iter().all(|one| one.trashed));
    assert_eq!(stage.containers().await, before);
    assert_eq!(stage.admin("GET", &made[2].asset, Value::Null).await["deleted"], true);
    let accounts = connections::accounts(&stage.world.engine, None).await.unwrap().accounts;
    assert!(
        accounts
            .iter()
            .all(|account| account.display_name != "Bäckerei am Hafen")
    );
    assert!(!accounts.is_empty(), "the owner's own account is there");

    // Told, and asked without a call: it is in the trash.
    let told = stage.newest().await.in_trash.unwrap();
    assert_eq!(told.len(), 3);
    let deletes = stage.world.requests("DELETE", "").await;
    assert!(
        stage
            .made(&run)
            .await
            .iter()
            .all(|one| one.trashed && one.why_not.is_none())
    );
    let again = stage.trash(&run, &made).await.unwrap();
    assert_eq!(
        (again.trashed.len(), again.failures.len()),
        (3, 0),
        "a second time changes nothing"
    );
    assert_eq!(stage.world.requests("DELETE", "").await, deletes);

    let going_on = commands::run_job(&stage.world.engine, "provisioning.resume", |engine, job| async move {
        Box::pin(provisioning::resume(
            &engine,
            ResumeProvision {
                run_id: run.id,
                ..ResumeProvision::default()
            },
            &job,
        ))
        .await
    });
    let refused = going_on.await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(refused.message.contains("trash") && !refused.remedy.is_empty());
}

#[tokio::test]
async fn what_was_there_before_is_never_listed() {
    let mut stage = Stage::allowed([View, Configure]).await;
    let accounts = connections::accounts(&stage.world.engine, None).await.unwrap().accounts;
    let account_id = accounts[0].account_id.clone();
    let request = ProvisionRequest {
        analytics: AnalyticsChoice::Account { account_id },
        ..form()
    };
    let run = stage.set_up(request).await.unwrap();
    let made = stage.made(&run).await;
    assert!(
        made.iter().all(|one| one.kind != MadeKind::AnalyticsAccount),
        "{made:?}"
    );
    assert!(made.iter().any(|one| one.kind == MadeKind::Property), "{made:?}");
}

#[tokio::test]
async fn a_missing_permission_is_named_and_the_rest_goes() {
    let mut stage = Stage::allowed([View, Configure, Edit, Publish]).await;
    let run = stage.set_up(with_container()).await.unwrap();
    let made = stage.made(&run).await;
    let why_not = made[0].why_not.as_deref().unwrap();
    assert!(why_not.contains("manage"), "{why_not}");
    assert!(made[1].why_not.is_none() && made[2].why_not.is_none());
    let result = stage.trash(&run, &made).await.unwrap();
    assert_eq!(kinds(&result.trashed), [MadeKind::Property, MadeKind::AnalyticsAccount]);
    assert_eq!(result.failures.len(), 1);
    assert_eq!(
        (result.failures[0].code.as_str(), result.failures[0].asset.as_str()),
        ("permission_missing", made[0].asset.as_str())
    );
}

#[tokio::test]
async fn an_asset_of_another_name_is_left_alone_and_so_is_its_account() {
    let mut stage = Stage::allowed([View, Configure]).await;
    let run = stage.set_up(form()).await.unwrap();
    let made = stage.made(&run).await;
    let property = format!("{}?updateMask=display_name", made[0].asset);
    stage
        .admin("PATCH", &property, json!({ "displayName": "The new shop" }))
        .await;
    let result = stage.trash(&run, &made).await.unwrap();
    assert!(result.trashed.is_empty());
    let codes: Vec<_> = result.failures.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["conflict", "conflict"], "{:?}", result.failures);
    assert!(result.failures[0].message.contains("The new shop"));
    assert_eq!(stage.world.requests("DELETE", "").await, 0);
    assert_eq!(stage.newest().await.in_trash, None);

    // Asked again under its name, it goes.
    let made = stage.made(&run).await;
    let result = stage.trash(&run, &made).await.unwrap();
    assert_eq!((result.trashed.len(), result.failures.len()), (2, 0));
}

#[tokio::test]
async fn an_account_that_holds_more_is_left_alone() {
    let mut stage = Stage::allowed([View, Configure]).await;
    let run = stage.set_up(form()).await.unwrap();
    let made = stage.made(&run).await;
    let body = json!({ "parent": made[1].asset, "displayName": "Made by hand", "timeZone": "Europe/Berlin" });
    stage.admin("POST", "properties", body).await;
    let now = stage.made(&run).await;
    assert!(now[1].why_not.as_deref().unwrap().contains("Made by hand"), "{now:?}");
    let result = stage.trash(&run, &made).await.unwrap();
    assert_eq!(kinds(&result.trashed), [MadeKind::Property]);
    assert_eq!(
        (result.failures.len(), result.failures[0].code.as_str()),
        (1, "conflict")
    );
}

#[tokio::test]
async fn g9_a_delete_whose_answer_was_lost_is_a_success() {
    let mut stage = Stage::allowed([View, Configure, Edit, Publish, Manage]).await;
    let run = stage.set_up(with_container()).await.unwrap();
    let made = stage.made(&run).await;
    for part in ["/containers/", "/v1beta/properties/", "/v1beta/accounts/"] {
        let fault = json!({ "match": { "method": "DELETE", "path_contains": part }, "drop": "after" });
        stage.world.control("faults", fault).await;
    }
    let result = stage.trash(&run, &made).await.unwrap();
    assert_eq!(
        (result.trashed.len(), result.failures.len()),
        (3, 0),
        "{:?}",
        result.failures
    );
}

#[tokio::test]
async fn a_part_that_fails_is_told_and_a_second_time_finishes() {
    let mut stage = Stage::allowed([View, Configure, Edit, Publish, Manage]).await;
    let run = stage.set_up(with_container()).await.unwrap();
    let made = stage.made(&run).await;
    let fault = json!({ "match": { "method": "DELETE", "path_contains": "/v1beta/properties/" }, "status": 403 });
    stage.world.control("faults", fault).await;
    let result = stage.trash(&run, &made).await.unwrap();
    assert_eq!(kinds(&result.trashed), [MadeKind::Container]);
    assert_eq!(
        result.failures.len(),
        2,
        "the property, and the account that would take it along"
    );
    assert_eq!(stage.newest().await.in_trash.unwrap().len(), 1);
    let result = stage.trash(&run, &made).await.unwrap();
    assert_eq!(
        (result.trashed.len(), result.failures.len()),
        (3, 0),
        "{:?}",
        result.failures
    );
    let foreign = MadeAsset {
        asset: "properties/1".to_owned(),
        ..made[1].clone()
    };
    assert_eq!(
        stage.trash(&run, &[foreign]).await.unwrap_err().code,
        ErrorCode::InvalidRequest
    );
}

#[tokio::test]
async fn a_form_whose_run_was_undone_begins_anew() {
    let mut stage = Stage::allowed([View, Configure]).await;
    let fault = json!({ "match": { "method": "POST", "path_contains": "/dataStreams" }, "status": 403 });
    stage.world.control("faults", fault).await;
    stage.set_up(form()).await.unwrap_err();
    let stopped = stage.newest().await;
    let made = stage.made(&stopped).await;
    assert_eq!(kinds(&made), [MadeKind::Property, MadeKind::AnalyticsAccount]);
    stage.trash(&stopped, &made).await.unwrap();
    let undone = ById { id: stopped.id.clone() };
    let undone = provisioning::show(&stage.world.engine, undone).await.unwrap();
    assert!(!undone.resumable, "it begins anew instead");
    let told = overview::overview(&stage.world.engine, Nothing {})
        .await
        .unwrap()
        .attention;
    assert!(told.iter().all(|item| item.page != "provisioning"), "{told:?}");
    let listed = clients::list(&stage.world.engine, Nothing {}).await.unwrap();
    assert!(
        listed
            .clients
            .iter()
            .all(|client| client.assets.iter().all(|asset| asset.asset != made[0].asset))
    );
    let anew = stage.set_up(form()).await.unwrap();
    assert_ne!(anew.id, stopped.id);
    assert_ne!(
        anew.result.unwrap().account_id,
        made[1].asset.trim_start_matches("accounts/")
    );
}

#[tokio::test]
async fn a_container_in_which_others_work_by_now_is_left_alone() {
    let mut stage = Stage::allowed([View, Configure, Edit, Publish, Manage]).await;
    let run = stage.set_up(with_container()).await.unwrap();
    let made = stage.made(&run).await;
    assert_eq!(made[0].why_not, None);
    let body = json!({ "containerVersionId": "99", "name": "Summer sale", "path": "x" });
    let fault = json!({ "match": { "method": "GET", "path_contains": "version_headers:latest" }, "times": 2, "status": 200, "body": body });
    stage.world.control("faults", fault).await;
    let now = stage.made(&run).await;
    assert!(now[0].why_not.as_deref().unwrap().contains("Summer sale"), "{now:?}");
    let result = stage.trash(&run, &made[..1]).await.unwrap();
    assert_eq!((result.trashed.len(), result.failures.len()), (0, 1));
    assert_eq!(stage.world.requests("DELETE", "/containers/").await, 0);
}

/// The process died after it wrote down that it would, and before Google had anything.
#[tokio::test]
async fn an_undo_that_was_interrupted_before_anything_went_lets_the_run_go_on() {
    let mut stage = Stage::allowed([View, Configure]).await;
    let fault = json!({ "match": { "method": "POST", "path_contains": "/dataStreams" }, "status": 403 });
    stage.world.control("faults", fault).await;
    stage.set_up(form()).await.unwrap_err();
    let stopped = stage.newest().await;
    let begun = gantry_store::ProvisioningStep {
        run_id: stopped.id.clone(),
        step: "trash".to_owned(),
        state: gantry_store::StepState::Sent,
        request: None,
        response: None,
        updated_at: jiff::Timestamp::now(),
    };
    stage.world.engine.store().put_provisioning_step(begun).await.unwrap();
    let run = stage.set_up(form()).await.unwrap();
    assert_eq!(run.id, stopped.id, "nothing was in the trash: the same run goes on");
}
