//! What is killed after a set-up: its undo, and its going on with a form that was put right.

use std::collections::BTreeSet;

use gantry_engine::dto::provisioning::{
    ContainerChoice, PersonAccess, PropertyRole, ProvisionRequest, ProvisionState, ProvisionStep,
};
use serde_json::{Value, json};

use crate::child::{Ended, Task};
use crate::lane::{ADMIN, Lane};
use crate::made::containers;

/// An account with one property, and a container where it is asked for; quickly made.
fn form(name: &str, container: ContainerChoice) -> ProvisionRequest {
    ProvisionRequest {
        account_name: format!("Bakery {name}"),
        property_name: format!("Website {name}"),
        website: format!("https://{name}.example"),
        time_zone: "Europe/Berlin".to_owned(),
        currency: "EUR".to_owned(),
        country: "DE".to_owned(),
        container,
        skip: BTreeSet::from([
            ProvisionStep::EnhancedMeasurement,
            ProvisionStep::DataRetention,
            ProvisionStep::KeyEvents,
            ProvisionStep::CustomDimensions,
        ]),
        ..ProvisionRequest::default()
    }
}

fn assets(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    let mut assets: Vec<_> = list.map(|one| one["asset"].as_str().unwrap().to_owned()).collect();
    assets.sort();
    assets
}

/// Accounts of this name that Google lists, and properties in them.
async fn accounts(lane: &Lane, name: &str) -> Vec<usize> {
    let all = lane
        .google(&format!("{ADMIN}/v1beta/accountSummaries?pageSize=200"))
        .await;
    let all = all["accountSummaries"].as_array().unwrap().iter();
    let named = all.filter(|one| one["displayName"] == format!("Bakery {name}"));
    named
        .map(|one| one["propertySummaries"].as_array().map_or(0, Vec::len))
        .collect()
}

/// Everything is in the trash, is said to be there, and was deleted once.
async fn is_undone(lane: &Lane, name: &str, since: u64, ended: &Ended, at: &str) {
    let told = assets(&ended.result["in_trash"]);
    assert_eq!(told.len(), 3, "{at}: {ended:?}");
    assert_eq!(assets(&ended.result["result"]["trashed"]), told, "{at}");
    assert_eq!(ended.result["result"]["failures"], json!([]), "{at}");
    assert_eq!(accounts(lane, name).await, [0_usize; 0], "{at}");
    assert_eq!(containers(lane, &format!("{name}.example")).await.len(), 0, "{at}");
    for asset in &told {
        assert_eq!(lane.deletions(asset, since).await, 1, "{asset}, {at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_an_undo_that_is_killed_at_any_point_ends_with_everything_in_the_trash_once() {
    let lane = Lane::open().await;
    let set_up = async |name: &str| {
        let home = lane.copy();
        let mut form = form(name, ContainerChoice::New { account_id: None });
        // What is in the container goes with it.
        form.skip.insert(ProvisionStep::Tags);
        let task = Task::SetUp(Box::new(form));
        lane.undisturbed(home.path(), &task).await;
        assert_eq!(accounts(&lane, name).await, [1]);
        (home, lane.last_request().await)
    };
    let (home, since) = set_up("whole").await;
    let whole = lane.undisturbed(home.path(), &Task::Undo).await;
    is_undone(&lane, "whole", since, &whole, "not killed").await;
    let mut writes = 0;
    for point in 1..=whole.points {
        let name = format!("undo-{point}");
        let (home, since) = set_up(&name).await;
        let (at, ended) = lane.killed_at(home.path(), &Task::Undo, point).await;
        writes += usize::from(at == "written");
        is_undone(&lane, &name, since, &ended, &format!("killed at {point}, {at}")).await;
    }
    assert!(
        writes >= 5,
        "before the first, after each of three, at the end: {writes}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn p6_a_correction_that_is_killed_is_made_whole_or_not_at_all() {
    let lane = Lane::open().await;
    let person = |email: &str| {
        vec![PersonAccess {
            email: email.to_owned(),
            role: PropertyRole::Viewer,
        }]
    };
    let stopped = async |name: &str| {
        let home = lane.copy();
        let body = json!({ "error": { "code": 400, "message": "Not this one.", "status": "INVALID_ARGUMENT" } });
        let fault = json!({ "match": { "host": ADMIN, "method": "POST", "path_contains": "accessBindings" }, "status": 400, "body": body });
        lane.control("faults", fault).await;
        let first = ProvisionRequest {
            people: person("chiyo.tanaka@northlight.example"),
            ..form(name, ContainerChoice::None)
        };
        let told = lane
            .undisturbed(home.path(), &Task::Refused(Box::new(first.clone())))
            .await;
        assert!(told.result.to_string().contains("Not this one."), "{told:?}");
        let right = ProvisionRequest {
            people: person("ana.keller@northlight.example"),
            container: ContainerChoice::New { account_id: None },
            ..first
        };
        (home, Task::Corrected(Box::new(right)))
    };
    let (home, task) = stopped("whole").await;
    let whole = lane.undisturbed(home.path(), &task).await;
    is_what_its_form_says(&lane, "whole", &whole, "not killed").await;
    assert!(has_container(&whole));
    // The form with its steps, then that the run goes on, then the first step and its request.
    for point in 1..=4 {
        // The person corrects it once more, or goes on with what is there.
        for (then, word) in [(None, "again"), (Some(Task::GoneOnWith), "as-it-is")] {
            let name = format!("{word}-{point}");
            let (home, task) = stopped(&name).await;
            let (at, ended) = lane
                .killed_before(home.path(), &task, point, then.as_ref().unwrap_or(&task))
                .await;
            let at = format!("{word}, killed at {point}, {at}");
            is_what_its_form_says(&lane, &name, &ended, &at).await;
            assert!(has_container(&ended), "the correction was on the disk: {at}");
        }
    }
}

fn has_container(ended: &Ended) -> bool {
    ended.result["result"]["container"]["published"] == true
}

/// One of each, as the run's own form asks for it, and each step of that form done.
async fn is_what_its_form_says(lane: &Lane, name: &str, ended: &Ended, at: &str) {
    let run = &ended.result;
    assert_eq!(run["state"], json!(ProvisionState::Done), "{at}");
    let wants = run["request"]["container"] != json!(ContainerChoice::None);
    assert_eq!(has_container(ended), wants, "{at}: {run}");
    assert_eq!(
        containers(lane, &format!("{name}.example")).await.len(),
        usize::from(wants),
        "{at}"
    );
    assert_eq!(accounts(lane, name).await, [1], "{at}");
    let skipped: BTreeSet<_> = run["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["state"] != "done")
        .map(|step| step["step"].to_string())
        .collect();
    let left_out: BTreeSet<_> = run["request"]["skip"]
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    assert!(skipped.is_subset(&left_out), "{at}: {skipped:?}");
    let property = run["result"]["property_id"].as_str().unwrap();
    let people = lane
        .google(&format!("{ADMIN}/v1alpha/properties/{property}/accessBindings"))
        .await;
    let wanted = &run["request"]["people"][0]["email"];
    let bound = people["accessBindings"].as_array().unwrap().iter();
    assert_eq!(bound.filter(|one| one["user"] == *wanted).count(), 1, "{at}: {people}");
}
