//! Several set-ups that wait for people at the same time: in one engine they share a redirect address, two processes do not.

use std::sync::Arc;

use gantry_engine::dto::Nothing;
use gantry_engine::dto::provisioning::{ProvisionRequest, ProvisionRunView, ProvisionState};
use gantry_engine::{Engine, ErrorCode, Result, commands, connections, provisioning};
use gantry_sandbox::practice::{self, NEWCOMER};
use tokio::task::JoinHandle;
use url::Url;

use crate::provisioning::PORTS;
use crate::user_agent::{decide_terms, get};
use crate::world::{World, engine, form};

fn begin(engine: &Arc<Engine>, name: &str) -> JoinHandle<Result<ProvisionRunView>> {
    let engine = Arc::clone(engine);
    let request = ProvisionRequest {
        account_name: name.to_owned(),
        website: format!("https://{}.example", name.to_lowercase()),
        ..form()
    };
    tokio::spawn(async move {
        commands::run_job(&engine, "provisioning.start", |engine, job| async move {
            Box::pin(provisioning::start(&engine, request, &job)).await
        })
        .await
    })
}

/// The person accepts; where Google sends the browser.
async fn accepted(page: &Url) -> Url {
    decide_terms(page, NEWCOMER, "accept").await.unwrap()
}

fn address(redirect: &Url) -> &str {
    &redirect[..url::Position::AfterPath]
}

/// The account that a run made, by its name as Google has it.
async fn account_of(world: &World, run: &ProvisionRunView) -> String {
    let accounts = connections::accounts(&world.engine, None).await.unwrap().accounts;
    let made = &run.result.as_ref().unwrap().account_id;
    let found: Vec<_> = accounts.iter().filter(|account| account.account_id == *made).collect();
    assert_eq!((found.len(), found[0].properties.len()), (1, 1));
    found[0].display_name.clone()
}

async fn state(world: &World, account: &str) -> ProvisionState {
    let runs = provisioning::runs(&world.engine, Nothing {}).await.unwrap();
    let mut runs = runs.into_iter().filter(|run| run.request.account_name == account);
    runs.next().unwrap().state
}

#[tokio::test]
async fn p4_two_set_ups_that_share_one_redirect_address_each_get_their_own_account() {
    for client in [practice::installed_client_json(), practice::web_client_json()] {
        let _ports = PORTS.lock().await;
        let mut world = World::with_client(&client).await;
        world.sign_in(NEWCOMER).await;
        let anna = begin(&world.engine, "Anna");
        let for_anna = world.opened.recv().await.unwrap();
        let ben = begin(&world.engine, "Ben");
        let for_ben = world.opened.recv().await.unwrap();
        // The one who was asked last accepts first, and loads the answer's page again: that is no answer to the other.
        let from_ben = accepted(&for_ben).await;
        for status in [200, 410] {
            assert_eq!(get(&from_ben).await.status, status);
        }
        let ben = ben.await.unwrap().unwrap();
        assert_eq!(state(&world, "Anna").await, ProvisionState::WaitingForTerms);
        let from_anna = accepted(&for_anna).await;
        assert_eq!(address(&from_anna), address(&from_ben));
        assert_eq!(get(&from_anna).await.status, 200);
        let anna = anna.await.unwrap().unwrap();
        assert_eq!((anna.state, ben.state), (ProvisionState::Done, ProvisionState::Done));
        assert_eq!(account_of(&world, &anna).await, "Anna");
        assert_eq!(account_of(&world, &ben).await, "Ben");
        assert_eq!(world.requests("POST", "provisionAccountTicket").await, 2);
    }
}

#[tokio::test]
async fn p2_a_second_process_whose_first_port_is_taken_answers_at_the_next() {
    let _ports = PORTS.lock().await;
    let (mut first, mut second) = (World::new().await, World::new().await);
    first.sign_in(NEWCOMER).await;
    second.sign_in(NEWCOMER).await;
    let anna = begin(&first.engine, "Anna");
    let for_anna = first.opened.recv().await.unwrap();
    let ben = begin(&second.engine, "Ben");
    let for_ben = second.opened.recv().await.unwrap();
    let (from_anna, from_ben) = (accepted(&for_anna).await, accepted(&for_ben).await);
    // The first of the three that is free, and one after it.
    let place = |redirect: &Url| {
        let mut ports = [27490, 27491, 27492].into_iter();
        ports.position(|port| address(redirect) == format!("http://127.0.0.1:{port}/terms"))
    };
    assert!(
        place(&from_anna).is_some() && place(&from_ben) > place(&from_anna),
        "{from_anna} {from_ben}"
    );
    for back in [&from_anna, &from_ben] {
        assert_eq!(get(back).await.status, 200);
    }
    let (anna, ben) = (anna.await.unwrap().unwrap(), ben.await.unwrap().unwrap());
    assert_eq!(account_of(&first, &anna).await, "Anna");
    assert_eq!(account_of(&second, &ben).await, "Ben");
}

#[tokio::test]
async fn p9_two_processes_that_start_the_same_set_up_at_once_make_one_account() {
    let _ports = PORTS.lock().await;
    let mut world = World::new().await;
    world.sign_in(NEWCOMER).await;
    // Another process of the same profile.
    let (second, mut opened) = engine(&world.sandbox, &world.home, Some(world.keychain.clone())).await;
    let mut started = [begin(&world.engine, "Anna"), begin(&second, "Anna")];
    let page = tokio::select! {
        page = world.opened.recv() => page.unwrap(),
        page = opened.recv() => page.unwrap(),
    };
    // Whoever came first waits for the person; the other is told at once.
    let [first, other] = &mut started;
    let (told, left) = tokio::select! {
        told = first => (told, 1),
        told = other => (told, 0),
    };
    let told = told.unwrap().unwrap_err();
    assert_eq!(told.code, ErrorCode::Conflict);
    assert!(told.message.contains("already running"), "{}", told.message);
    assert_eq!(get(&accepted(&page).await).await.status, 200);
    let run = (&mut started[left]).await.unwrap().unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(account_of(&world, &run).await, "Anna");
    assert_eq!(world.requests("POST", "provisionAccountTicket").await, 1);
    let accounts = connections::accounts(&world.engine, None).await.unwrap().accounts;
    assert_eq!(accounts.len(), 1, "{accounts:?}");
    for engine in [&world.engine, &second] {
        assert_eq!(provisioning::runs(engine, Nothing {}).await.unwrap().len(), 1);
    }
}
