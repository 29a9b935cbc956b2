//! One site: what its form is filled from, what is told before it starts, and a correction of a run that stopped.

use gantry_domain::GoogleBase;
use gantry_engine::Profile;
use gantry_sandbox::practice::NEWCOMER;
use gantry_store::{ProvisioningState, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::world::{World, world};

const BUSINESS: [&str; 6] = ["--time-zone", "Europe/Berlin", "--currency", "EUR", "--country", "DE"];

#[test]
fn the_website_fills_in_what_was_not_said_and_the_plan_is_told_before_a_page_opens() {
    let world = world();
    world.control("sites", &json!({ "host": "hafen-kaffee.example", "language": "de" }));
    let site = ["--no-browser", "provision", "--website", "https://hafen-kaffee.example"];
    let made = world.run(&site, &[]);
    assert_eq!(made.code, Some(0), "{}{}", made.stdout, made.stderr);
    let taken = "Taken from https://hafen-kaffee.example/: name \"Hafen Kaffee\", country DE, currency EUR.";
    assert!(made.stderr.contains(taken), "{}", made.stderr);
    let plan = made.stderr.find(" calls to Analytics, ").unwrap();
    let page = made.stderr.find(&format!("Accept as {NEWCOMER}: http")).unwrap();
    assert!(plan < page, "{}", made.stderr);
    assert!(made.stdout.contains("Measurement ID: G-"), "{}", made.stdout);
}

#[test]
fn nothing_is_taken_from_a_site_that_cannot_be_looked_at_and_all_that_is_wrong_is_told() {
    let world = world();
    let tickets = world.tickets();
    let closed = json!({ "match": { "host": "closed.example" }, "times": 9, "drop": "before" });
    world.control("faults", &closed);
    let told = world.run(
        &["provision", "--website", "https://closed.example", "--currency", "XX"],
        &[],
    );
    let wrong = &told.stderr;
    assert_eq!((told.code, world.tickets()), (Some(2), tickets), "{wrong}");
    assert!(
        wrong.contains("Nothing could be taken from https://closed.example"),
        "{wrong}"
    );
    assert!(
        wrong.contains("account_name: ") && wrong.contains("currency: "),
        "{wrong}"
    );
    assert!(!wrong.contains("country DE"), "{wrong}");
}

#[test]
fn a_run_that_is_no_longer_listed_is_put_right_when_it_goes_on() {
    let world = world();
    let site = ["--account-name", "Old Ones", "--website", "https://old-ones.example"];
    let begin = [["--json", "--no-browser", "provision"].as_slice(), &site, &BUSINESS].concat();
    let declined = world.run(&begin, &["Old Ones"]);
    assert_eq!(declined.error()["code"], "terms_declined", "{}", declined.stdout);
    let runs = world.run(&["--json", "provision", "--runs"], &[]);
    let run = runs.events[0][0]["id"].as_str().unwrap();
    fifty_newer_than(&world, run);

    let on = [
        "--json",
        "--no-browser",
        "provision",
        "--resume",
        run,
        "--currency",
        "CHF",
    ];
    let done = world.run(&on, &[]);
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    assert_eq!(done.done()["request"]["currency"], "CHF");
    let unknown = world.run(&["--json", "provision", "--resume", "nobody", "--currency", "CHF"], &[]);
    assert_eq!((unknown.code, &unknown.error()["code"]), (Some(4), &json!("not_found")));
}

/// As many set-ups as a list shows.
fn fifty_newer_than(world: &World, run: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let base = GoogleBase::loopback(&world.base).unwrap();
        let profile = Profile::new(Some(&world.home.path().join("gantry")), base).unwrap();
        let store = Store::open(profile.database_path()).await.unwrap();
        let old = store.provisioning_run(run).await.unwrap().unwrap();
        for number in 0..50 {
            let mut newer = old.clone();
            newer.id = format!("newer-{number}");
            newer.form["account_name"] = Value::from(format!("Newer {number}"));
            newer.form["website"] = Value::from(format!("https://newer-{number}.example"));
            newer.state = ProvisioningState::Done;
            newer.created_at = Timestamp::now() - SignedDuration::from_millis(100 - number);
            newer.error = None;
            store.put_provisioning_run(newer).await.unwrap();
        }
        store.flush().await.unwrap();
    });
}
