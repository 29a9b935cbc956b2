//! Setting up a site: the whole way, and each way in which it can stop and go on.

use std::sync::Arc;

use gantry_engine::dto::Nothing;
use gantry_engine::dto::provisioning::{ProvisionState, ProvisionStep, ResumeProvision, StepState};
use gantry_engine::dto::records::SaveRecord;
use gantry_engine::{ErrorCode, commands, connections, provisioning};
use gantry_sandbox::practice::{self, NEWCOMER};
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard};

use crate::recorded::Recording;
use crate::user_agent::{decide_terms, terms};
use crate::world::{World, form};

/// The redirect ports are fixed and few: one set-up at a time in this binary.
pub static PORTS: Mutex<()> = Mutex::const_new(());

pub async fn newcomer() -> (MutexGuard<'static, ()>, World) {
    let ports = PORTS.lock().await;
    let mut world = World::new().await;
    world.sign_in(NEWCOMER).await;
    (ports, world)
}

/// The names of the accounts that were made, with how many properties each has.
pub async fn made(world: &World) -> Vec<(String, usize)> {
    let accounts = connections::accounts(&world.engine, None).await.unwrap().accounts;
    accounts
        .into_iter()
        .map(|account| (account.display_name, account.properties.len()))
        .collect()
}

#[tokio::test]
async fn from_the_form_to_the_snippet() {
    let recording = Recording::start("set_up");
    let (_ports, mut world) = newcomer().await;
    let run = world
        .provision(|url| async move {
            let page = terms(&url, NEWCOMER, "accept").await;
            assert_eq!(page.status, 200);
            assert!(page.body.contains("The terms are accepted"));
        })
        .await
        .unwrap();
    assert_eq!(
        (run.state, run.resumable, &run.problem),
        (ProvisionState::Done, false, &None)
    );
    assert!(
        run.steps.iter().all(|step| step.state == StepState::Done),
        "{:?}",
        run.steps
    );
    let made_here = run.result.unwrap();
    assert!(made_here.measurement_id.starts_with("G-") && made_here.snippet.contains(&made_here.measurement_id));
    assert_eq!(made(&world).await, [("Bäckerei am Hafen".to_owned(), 1)]);
    let listed = provisioning::runs(&world.engine, Nothing {}).await.unwrap();
    assert_eq!(listed.len(), 1);
    recording.keep(&world.sandbox).await;
}

#[tokio::test]
async fn the_record_tells_what_was_made_by_whom_and_when_the_terms_were_accepted() {
    let (_ports, mut world) = newcomer().await;
    let path = world.home.path().join("record.txt").display().to_string();
    let save = |run_id: &str, path: &str| SaveRecord {
        run_id: run_id.to_owned(),
        path: path.to_owned(),
    };
    let declined = world.provision(|url| async move {
        terms(&url, NEWCOMER, "decline").await;
    });
    declined.await.unwrap_err();
    let stopped = provisioning::runs(&world.engine, Nothing {}).await.unwrap().remove(0);
    let early = provisioning::save_record(&world.engine, save(&stopped.id, &path)).await;
    assert_eq!(early.unwrap_err().code, ErrorCode::InvalidRequest);

    let run = world.provision(|url| async move {
        terms(&url, NEWCOMER, "accept").await;
    });
    let run = run.await.unwrap();
    provisioning::save_record(&world.engine, save(&run.id, &path))
        .await
        .unwrap();
    let record = std::fs::read_to_string(&path).unwrap();
    let made = run.result.unwrap();
    let accepted = run.steps.iter().find(|step| step.step == ProvisionStep::Terms).unwrap();
    assert!(run.started_at < accepted.at && accepted.at <= run.updated_at);
    for line in [
        format!("Set up by: {NEWCOMER}"),
        format!("Analytics account: Bäckerei am Hafen ({})", made.account_id),
        format!("Measurement ID: {}", made.measurement_id),
        format!(
            "Google's Terms of Service accepted: {}",
            accepted.at.strftime("%Y-%m-%d %H:%M UTC")
        ),
    ] {
        assert!(record.lines().any(|one| one == line), "{line:?} in\n{record}");
    }
    assert!(record.contains(made.snippet.trim()), "{record}");

    let nowhere = world
        .home
        .path()
        .join("no such folder/record.txt")
        .display()
        .to_string();
    let refused = provisioning::save_record(&world.engine, save(&run.id, &nowhere)).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Destination);
}

#[tokio::test]
async fn a_web_client_answers_on_its_registered_addresses_to_the_letter() {
    let _ports = PORTS.lock().await;
    let mut world = World::with_client(&practice::web_client_json()).await;
    world.sign_in(NEWCOMER).await;
    let run = world
        .provision(|url| async move {
            let back = decide_terms(&url, NEWCOMER, "accept").await.unwrap();
            assert!(back.as_str().starts_with(practice::WEB_TERMS_REDIRECT), "{back}");
            crate::user_agent::get(&back).await;
        })
        .await
        .unwrap();
    assert_eq!(run.state, ProvisionState::Done);
}

#[tokio::test]
async fn p3_declined_terms_keep_the_form_and_the_same_form_goes_on_with_the_run() {
    let (_ports, mut world) = newcomer().await;
    let declined = world.provision(|url| async move {
        terms(&url, NEWCOMER, "decline").await;
    });
    assert_eq!(declined.await.unwrap_err().code, ErrorCode::TermsDeclined);
    let stopped = provisioning::runs(&world.engine, Nothing {}).await.unwrap().remove(0);
    assert_eq!(
        (stopped.state, stopped.resumable, &stopped.request),
        (ProvisionState::Failed, true, &form())
    );
    assert!(stopped.problem.unwrap().contains("did not accept"));

    let run = world.provision(|url| async move {
        terms(&url, NEWCOMER, "accept").await;
    });
    let run = run.await.unwrap();
    assert_eq!((run.id, run.state), (stopped.id, ProvisionState::Done));
    assert_eq!(made(&world).await, [("Bäckerei am Hafen".to_owned(), 1)]);
}

#[tokio::test]
async fn p3_googles_refusals_after_the_terms_are_told_apart() {
    let (_ports, mut world) = newcomer().await;
    let mut told = std::collections::BTreeSet::new();
    for (outcome, code) in [
        ("max_accounts_reached", ErrorCode::TermsMaxAccounts),
        ("backend_error", ErrorCode::TermsBackendError),
    ] {
        world.control("terms", json!({ "outcome": outcome })).await;
        let refused = world.provision(|url| async move {
            terms(&url, NEWCOMER, "accept").await;
        });
        let refused = refused.await.unwrap_err();
        assert_eq!(refused.code, code);
        assert!(told.insert((refused.message, refused.remedy)), "{outcome}");
        let kept = provisioning::runs(&world.engine, Nothing {}).await.unwrap().remove(0);
        assert!(kept.resumable && kept.request == form(), "{outcome}");
    }
    assert!(made(&world).await.is_empty());
}

#[tokio::test]
async fn p5_a_redirect_that_never_comes_is_made_up_for_by_the_account_list() {
    let (_ports, mut world) = newcomer().await;
    world.control("terms", json!({ "installed_redirect": "silent" })).await;
    let run = world
        .provision(|url| async move {
            assert_eq!(decide_terms(&url, NEWCOMER, "accept").await, None);
        })
        .await
        .unwrap();
    assert_eq!(run.state, ProvisionState::Done);
}

#[tokio::test]
async fn p1_a_refused_redirect_says_how_to_register_one() {
    let (_ports, mut world) = newcomer().await;
    let message = "The redirect_uri is not configured as a redirect URI of the OAuth client.";
    let body = json!({ "error": { "code": 400, "message": message, "status": "INVALID_ARGUMENT" } });
    let fault =
        json!({ "match": { "path_contains": "provisionAccountTicket" }, "times": 2, "status": 400, "body": body });
    world.control("faults", fault).await;
    let refused = world.provision(|_| async {}).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::RedirectNotRegistered);
    assert!(refused.remedy.contains("http://127.0.0.1:27495/terms"));
}

#[tokio::test]
async fn p1_an_address_that_google_does_not_know_of_stops_with_what_to_register() {
    let _ports = PORTS.lock().await;
    // Somebody took it out in the console after the file was downloaded.
    let mut client = practice::web_client_json();
    client["web"]["redirect_uris"] = json!(["http://127.0.0.1:27497/terms", practice::WEB_SIGN_IN_REDIRECT]);
    let mut world = World::with_client(&client).await;
    world.sign_in(NEWCOMER).await;
    let refused = world.provision(|_| async {}).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::RedirectNotRegistered);
    assert!(
        refused.remedy.contains(practice::WEB_TERMS_REDIRECT),
        "{}",
        refused.remedy
    );
    let kept = provisioning::runs(&world.engine, Nothing {}).await.unwrap().remove(0);
    assert!(kept.resumable && kept.request == form());
    assert!(made(&world).await.is_empty());
}

#[tokio::test]
async fn p1_a_web_client_without_an_address_on_this_computer_stops_before_a_ticket_is_asked_for() {
    let _ports = PORTS.lock().await;
    let mut client = practice::web_client_json();
    let mut world = World::with_client(&client).await;
    world.sign_in(NEWCOMER).await;
    client["web"]["redirect_uris"] = json!(["https://www.hafen.example/terms"]);
    world.add_client(&client, false).await;
    let refused = world.provision(|_| async {}).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::RedirectNotRegistered);
    assert!(
        refused.remedy.contains(practice::WEB_TERMS_REDIRECT),
        "{}",
        refused.remedy
    );
    assert_eq!(world.requests("POST", "provisionAccountTicket").await, 0);
}

#[tokio::test]
async fn where_the_redirect_is_refused_a_ticket_without_one_and_the_account_list_do() {
    let (_ports, mut world) = newcomer().await;
    world.control("terms", json!({ "installed_redirect": "refuse" })).await;
    let run = world
        .provision(|url| async move {
            assert_eq!(decide_terms(&url, NEWCOMER, "accept").await, None);
        })
        .await
        .unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(world.requests("POST", "provisionAccountTicket").await, 2);
}

#[tokio::test]
async fn a_redirect_that_comes_after_the_account_list_told_still_finds_a_page() {
    let (_ports, mut world) = newcomer().await;
    let late = Arc::new(std::sync::Mutex::new(None));
    let kept = Arc::clone(&late);
    let run = world
        .provision(|url| async move {
            *kept.lock().unwrap() = decide_terms(&url, NEWCOMER, "accept").await;
        })
        .await
        .unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    let back = late.lock().unwrap().take().unwrap();
    let page = crate::user_agent::get(&back).await;
    assert!(
        page.status == 200 && page.body.contains("The terms are accepted"),
        "{}",
        page.body
    );
    // Nobody is waited for any more, and the address is free.
    world.engine.answer_pages_served().await;
    tokio::net::TcpListener::bind((back.host_str().unwrap(), back.port().unwrap()))
        .await
        .unwrap();
}

#[tokio::test]
async fn p2_busy_ports_stop_before_a_ticket_is_asked_for() {
    let (_ports, mut world) = newcomer().await;
    let mut taken = Vec::new();
    for port in [27490, 27491, 27492] {
        taken.push(tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap());
    }
    let refused = world.provision(|_| async {}).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ListenerUnavailable);
    assert_eq!(world.requests("POST", "provisionAccountTicket").await, 0);
}

#[tokio::test]
async fn p7_lost_answers_are_adopted_and_nothing_is_made_twice() {
    let (_ports, mut world) = newcomer().await;
    let lost = |path: &str| json!({ "match": { "host": "analyticsadmin.googleapis.com", "method": "POST", "path_contains": path }, "drop": "after" });
    world
        .control("faults", json!([lost("v1beta/properties"), lost("/dataStreams")]))
        .await;
    let run = world
        .provision(|url| async move {
            terms(&url, NEWCOMER, "accept").await;
        })
        .await
        .unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(made(&world).await, [("Bäckerei am Hafen".to_owned(), 1)]);
}

#[tokio::test]
async fn p5_a_set_up_that_was_killed_after_the_terms_goes_on_in_the_next_process() {
    let (_ports, mut world) = newcomer().await;
    let engine = Arc::clone(&world.engine);
    let killed = tokio::spawn(async move {
        commands::run_job(&engine, "provisioning.start", |engine, job| async move {
            Box::pin(provisioning::start(&engine, form(), &job)).await
        })
        .await
    });
    let link = world.opened.recv().await.unwrap();
    killed.abort();
    let _ = killed.await;
    decide_terms(&link, NEWCOMER, "accept").await;

    world.restart().await;
    let stopped = provisioning::runs(&world.engine, Nothing {}).await.unwrap().remove(0);
    assert_eq!((stopped.state, stopped.resumable), (ProvisionState::Failed, true));
    let run = commands::run_job(&world.engine, "provisioning.resume", |engine, job| async move {
        Box::pin(provisioning::resume(
            &engine,
            ResumeProvision {
                run_id: stopped.id,
                ..ResumeProvision::default()
            },
            &job,
        ))
        .await
    });
    let run = run.await.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(made(&world).await, [("Bäckerei am Hafen".to_owned(), 1)]);
    assert_eq!(
        world.requests("POST", "provisionAccountTicket").await,
        1,
        "the accepted ticket was enough"
    );
}

#[tokio::test]
async fn p9_p4_a_double_click_asks_for_one_ticket_and_a_foreign_ticket_does_not_settle() {
    let (_ports, mut world) = newcomer().await;
    let second = Arc::clone(&world.engine);
    let run = world
        .provision(|url| async move {
            let refused = commands::run_job(&second, "provisioning.start", |engine, job| async move {
                Box::pin(provisioning::start(&engine, form(), &job)).await
            });
            assert_eq!(refused.await.unwrap_err().code, ErrorCode::Conflict);
            let mut foreign = decide_terms(&url, NEWCOMER, "accept").await.unwrap();
            let right = foreign.clone();
            foreign.set_query(Some("accountTicketId=another&accountId=1"));
            assert_eq!(crate::user_agent::get(&foreign).await.status, 400);
            assert_eq!(crate::user_agent::get(&right).await.status, 200);
        })
        .await
        .unwrap();
    assert_ne!(run.result.unwrap().account_id, "1");
    assert_eq!(world.requests("POST", "provisionAccountTicket").await, 1);
}

#[tokio::test]
async fn p4_an_answer_that_names_an_account_from_before_the_ticket_does_not_settle() {
    let _ports = PORTS.lock().await;
    let mut world = World::new().await;
    world.sign_in(practice::OWNER).await;
    let accounts = connections::accounts(&world.engine, None).await.unwrap().accounts;
    let old = accounts[0].account_id.clone();
    let before = old.clone();
    let run = world
        .provision(|url| async move {
            let right = decide_terms(&url, practice::OWNER, "accept").await.unwrap();
            let ticket = right.query_pairs().find(|(name, _)| name == "accountTicketId");
            let ticket = ticket.unwrap().1.into_owned();
            let mut wrong = right.clone();
            wrong.set_query(Some(&format!("accountTicketId={ticket}&accountId={before}")));
            assert_eq!(crate::user_agent::get(&wrong).await.status, 400);
            assert_eq!(crate::user_agent::get(&right).await.status, 200);
        })
        .await
        .unwrap();
    assert_ne!(run.result.unwrap().account_id, old);
}

#[tokio::test]
async fn cancelling_while_the_terms_wait_keeps_the_form() {
    let (_ports, mut world) = newcomer().await;
    let jobs = Arc::clone(world.engine.jobs());
    let cancelled = world.provision(|_| async move { jobs.cancel_all() }).await.unwrap_err();
    assert_eq!(cancelled.code, ErrorCode::Cancelled);
    let run = provisioning::runs(&world.engine, Nothing {}).await.unwrap().remove(0);
    assert_eq!((run.state, run.resumable), (ProvisionState::Cancelled, true));
    assert_eq!(run.steps[0].step, ProvisionStep::Ticket);
}

/// This computer's clock, which can be moved on as a sleeping laptop's is.
#[derive(Debug, Default)]
pub struct Jumping(pub std::sync::Mutex<jiff::SignedDuration>);

impl gantry_domain::Clock for Jumping {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now() + *self.0.lock().unwrap()
    }
}

#[tokio::test]
async fn p8_a_ticket_runs_out_while_the_computer_sleeps_and_the_form_goes_on_with_a_new_one() {
    let (_ports, mut world) = newcomer().await;
    let clock = Arc::new(Jumping::default());
    world
        .use_clock(Arc::clone(&clock) as Arc<dyn gantry_domain::Clock>)
        .await;
    let slept = world.provision(|_| async move {
        *clock.0.lock().unwrap() = jiff::SignedDuration::from_hours(8);
    });
    let over = slept.await.unwrap_err();
    assert_eq!(over.code, ErrorCode::TermsTimedOut);
    assert!(over.message.contains(NEWCOMER), "{}", over.message);
    world.control("terms/expire", json!({})).await;
    let stopped = provisioning::runs(&world.engine, Nothing {}).await.unwrap().remove(0);
    assert!(stopped.resumable && stopped.request == form());
    let run = world.provision(|url| async move {
        terms(&url, NEWCOMER, "accept").await;
    });
    assert_eq!(run.await.unwrap().state, ProvisionState::Done);
    assert_eq!(world.requests("POST", "provisionAccountTicket").await, 2);
}
