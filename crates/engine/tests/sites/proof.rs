//! From "no snippet" to the first user, and every way in which nobody comes.

use gantry_engine::dto::events::{EngineEvent, Topic};
use gantry_engine::dto::provisioning::{ProofOutcome, ProofView, ProvisionResult, ProvisionState};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{ErrorCode, app, provisioning};
use serde_json::json;

use crate::recorded::Recording;
use crate::stage::{Stage, container, form, gtag, gtm};

const SITE: &str = "https://www.hafen.example";
const HOST: &str = "www.hafen.example";

fn outcomes(view: &ProofView) -> Vec<(ProofOutcome, &str)> {
    view.checks
        .iter()
        .map(|check| (check.outcome, check.what.as_str()))
        .collect()
}

fn detail(view: &ProofView, place: usize) -> &str {
    view.checks[place].detail.as_deref().unwrap_or_default()
}

#[tokio::test]
async fn from_no_snippet_to_the_first_user() {
    let recording = Recording::start("sites");
    let stage = Stage::open().await;
    let made = stage.new_property(SITE);
    let id = made.measurement_id.clone();
    stage.done(form(SITE), &made).await;

    let bare = stage.prove(false, &stage.pause(|_| None)).await.unwrap();
    assert_eq!(
        outcomes(&bare),
        [(ProofOutcome::Bad, format!("The page does not contain {id}").as_str())]
    );
    assert_eq!(
        (detail(&bare, 0), bare.active_users, bare.first_seen_at),
        ("no Google tag found", 0, None)
    );
    assert!(bare.hints[0].contains("not on the page yet"), "{:?}", bare.hints);

    stage.paste(HOST, &made.snippet, "").await;
    let mut events = stage.engine.subscribe();
    let visit = json!({ "measurement_id": id, "title": "Hafen" });
    let pause = stage.pause(move |number| (number == 3).then(|| ("hits", visit.clone())));
    let view = stage.prove(true, &pause).await.unwrap();
    assert_eq!(
        outcomes(&view),
        [(ProofOutcome::Good, format!("The page contains {id}").as_str())]
    );
    assert_eq!(
        (detail(&view, 0), view.page_title.as_deref()),
        ("found once", Some("Hafen"))
    );
    assert_eq!((view.active_users, view.seconds_to_first), (1, Some(30)));
    assert_eq!(*pause.slept.lock().unwrap(), [10, 10, 10]);
    let counted: Vec<_> = view
        .events
        .iter()
        .map(|event| (event.event.as_str(), event.page_title.as_str(), event.count))
        .collect();
    assert_eq!(
        counted,
        [
            ("page_view", "Hafen", 1),
            ("first_visit", "Hafen", 1),
            ("session_start", "Hafen", 1)
        ]
    );
    assert!(view.hints.is_empty() && view.first_seen_at.is_some());
    assert_eq!(
        view.site.as_ref().unwrap().url,
        format!("{}/{HOST}/", stage.sandbox.base())
    );

    let mut told = 0;
    let mut waited = false;
    while let Ok(event) = events.try_recv() {
        match event {
            EngineEvent::Changed {
                topic: Topic::Provisioning,
            } => told += 1,
            EngineEvent::JobProgress { progress, .. } => waited |= progress.what == "Waiting for the first visitor",
            _ => {}
        }
    }
    assert!(told >= 2 && waited, "{told} {waited}");
    let run = provisioning::runs(&stage.engine, Nothing {}).await.unwrap().remove(0);
    assert_eq!((run.state, run.proof.as_ref()), (ProvisionState::Done, Some(&view)));
    recording.keep(&stage.sandbox).await;
}

#[tokio::test]
async fn a_first_user_who_was_seen_stays_seen() {
    let stage = Stage::open().await;
    let made = stage.new_property(SITE);
    stage.done(form(SITE), &made).await;
    stage.paste(HOST, &made.snippet, "").await;
    stage
        .control("hits", json!({ "measurement_id": made.measurement_id }))
        .await;
    let first = stage.prove(true, &stage.pause(|_| None)).await.unwrap();
    assert_eq!(first.seconds_to_first, Some(0));
    stage.control("clock", json!({ "offset_seconds": 3600 })).await;
    let later = stage.prove(false, &stage.pause(|_| None)).await.unwrap();
    assert_eq!((later.active_users, later.first_seen_at), (0, first.first_seen_at));
}

#[tokio::test]
async fn nobody_comes_within_a_quarter_of_an_hour() {
    let stage = Stage::open().await;
    let made = stage.new_property(SITE);
    stage.done(form(SITE), &made).await;
    stage.paste(HOST, &made.snippet, "").await;
    let pause = stage.pause(|_| None);
    let view = stage.prove(true, &pause).await.unwrap();
    let slept = pause.slept.lock().unwrap().clone();
    let whole: u64 = slept.iter().sum();
    assert!((900..930).contains(&whole), "{slept:?}");
    assert!(slept.iter().all(|pause| (10..=30).contains(pause)) && slept.is_sorted());
    assert_eq!((view.active_users, view.first_seen_at), (0, None));
    for words in ["cookie banner", "Ad blockers", HOST, "some minutes"] {
        assert!(
            view.hints.iter().any(|hint| hint.contains(words)),
            "{words}: {:?}",
            view.hints
        );
    }
    assert_eq!(stage.calls().await.len(), slept.len() + 1, "one request a look");
}

#[tokio::test]
async fn a_watch_ends_when_it_is_asked_to_and_keeps_what_it_saw() {
    let stage = Stage::open().await;
    let made = stage.new_property(SITE);
    stage.done(form(SITE), &made).await;
    let engine = std::sync::Arc::clone(&stage.engine);
    let pause = stage.pause(move |number| {
        if number == 2 {
            let engine = std::sync::Arc::clone(&engine);
            tokio::spawn(async move {
                for job in app::list_jobs(&engine, Nothing {}).await.unwrap() {
                    app::cancel_job(&engine, ById { id: job.job.0 }).await.unwrap();
                }
            });
        }
        None
    });
    let error = stage.prove(true, &pause).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Cancelled);
    let run = provisioning::runs(&stage.engine, Nothing {}).await.unwrap().remove(0);
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(run.proof.unwrap().checks.len(), 1);
}

#[tokio::test]
async fn what_passes_by_itself_does_not_end_a_watch() {
    let stage = Stage::open().await;
    let made = stage.new_property(SITE);
    stage.done(form(SITE), &made).await;
    let visit = json!({ "measurement_id": made.measurement_id });
    let outage = json!({ "match": { "path_contains": "runRealtimeReport" }, "times": 6, "status": 503 });
    let pause = stage.pause(move |number| match number {
        1 => Some(("faults", outage.clone())),
        3 => Some(("hits", visit.clone())),
        _ => None,
    });
    let view = stage.prove(true, &pause).await.unwrap();
    assert_eq!(view.active_users, 1);
}

#[tokio::test]
async fn a_snippet_twice_and_another_tag_are_told_apart() {
    let stage = Stage::open().await;
    let made = stage.new_property(SITE);
    let id = made.measurement_id.as_str();
    stage.done(form(SITE), &made).await;
    stage.paste(HOST, &format!("{0}{0}", made.snippet), "").await;
    let twice = stage.prove(false, &stage.pause(|_| None)).await.unwrap();
    assert_eq!(
        (twice.checks[0].outcome, detail(&twice, 0)),
        (ProofOutcome::Warning, "found twice")
    );
    stage.paste(HOST, &gtag("G-0THER0THER"), "").await;
    let other = stage.prove(false, &stage.pause(|_| None)).await.unwrap();
    assert_eq!(
        (other.checks[0].outcome, detail(&other, 0)),
        (ProofOutcome::Bad, "found G-0THER0THER instead")
    );
    assert!(other.checks[0].what.contains(id) && other.checks[0].remedy.is_some());
    stage
        .control("sites", json!({ "host": HOST, "redirect": "http://10.0.0.1/" }))
        .await;
    let away = stage.prove(false, &stage.pause(|_| None)).await.unwrap();
    assert_eq!((away.checks[0].outcome, away.page_title), (ProofOutcome::Bad, None));
    assert!(away.checks[0].what.contains("could not be looked at"));
}

/// The container of the owner's seed, which is live and sends to the bakery's stream.
fn bakery(stage: &Stage) -> (ProvisionResult, String) {
    let (property, measurement_id) = {
        let world = stage.sandbox.google().world();
        let property = *world.analytics.properties.keys().next().unwrap();
        let stream = world.analytics.streams_of(property).next().unwrap();
        (property, stream.measurement_id().unwrap().to_owned())
    };
    let (account, container_id, public_id) = stage.sandbox.google().first_container().unwrap();
    let (head, noscript) = gtm(&public_id);
    let result = ProvisionResult {
        property_id: property.to_string(),
        measurement_id,
        container: Some(container(
            &account.to_string(),
            &container_id.to_string(),
            &public_id,
            None,
        )),
        snippet: head,
        noscript: Some(noscript),
        ..ProvisionResult::default()
    };
    (result, public_id)
}

#[tokio::test]
async fn the_live_version_is_looked_at_in_one_call() {
    let stage = Stage::open().await;
    let (made, public_id) = bakery(&stage);
    stage.done(form(SITE), &made).await;
    stage
        .paste(HOST, &made.snippet, made.noscript.as_deref().unwrap())
        .await;
    let view = stage.prove(false, &stage.pause(|_| None)).await.unwrap();
    assert_eq!(view.checks[0].what, format!("The page contains {public_id}"));
    assert_eq!(view.checks[1].what, "The part for browsers without scripts is there");
    assert!(
        view.checks[2].outcome == ProofOutcome::Good
            && view.checks[2]
                .what
                .ends_with(&format!("sends to {}", made.measurement_id)),
        "{:?}",
        view.checks
    );
    let calls = stage.calls().await;
    assert_eq!(
        calls.iter().filter(|path| path.ends_with("versions:live")).count(),
        1,
        "{calls:?}"
    );

    let foreign = ProvisionResult {
        measurement_id: "G-0THER0THER".to_owned(),
        ..made.clone()
    };
    stage.done(form(SITE), &foreign).await;
    stage.paste(HOST, &made.snippet, "").await;
    let view = stage.prove(false, &stage.pause(|_| None)).await.unwrap();
    assert_eq!(view.checks[1].outcome, ProofOutcome::Warning, "{:?}", view.checks);
    assert_eq!(view.checks[2].outcome, ProofOutcome::Bad);
    assert_eq!(
        detail(&view, 2),
        format!("its Google tag sends to {}", made.measurement_id)
    );
}

#[tokio::test]
async fn a_container_that_was_never_published_is_named() {
    let stage = Stage::open().await;
    let (mut made, _) = bakery(&stage);
    made.property_id = stage.new_property(SITE).property_id;
    let live = json!({ "match": { "path_contains": "versions:live" }, "status": 404, "times": 9 });
    stage.control("faults", live).await;
    stage.done(form(SITE), &made).await;
    let view = stage.prove(false, &stage.pause(|_| None)).await.unwrap();
    assert!(
        view.checks
            .iter()
            .any(|check| check.what.contains("no published version")),
        "{:?}",
        view.checks
    );
    assert!(
        view.hints
            .iter()
            .any(|hint| hint.contains("Publish it in Google Tag Manager")),
        "{:?}",
        view.hints
    );
}
