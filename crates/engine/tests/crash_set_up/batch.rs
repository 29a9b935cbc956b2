//! A file of two clients that is killed on the way: the same command with the same file makes each of them once.

use std::collections::BTreeSet;
use std::path::Path;

use gantry_engine::dto::batches::{BatchDefaults, BatchRequest, TermsInBatch};
use gantry_engine::dto::provisioning::{ContainerChoice, ProvisionStep};
use serde_json::json;

use crate::child::{Ended, Task};
use crate::lane::Lane;
use crate::made::Made;
use crate::shape::Shape;

/// The rows are built side by side: what is written and sent at the n-th point is another thing each time.
const EVERY: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn p6_p7_a_file_of_clients_that_is_killed_makes_each_of_them_once_by_the_same_command() {
    let lane = Lane::open().await;
    let home = lane.copy();
    let ended = lane.undisturbed(home.path(), &file(home.path(), "whole")).await;
    let expected = clients(&lane, "whole", &ended).await;
    for made in &expected {
        made.is_one_of_each(Shape::NewAccount);
    }
    let mut points: Vec<usize> = (EVERY..ended.points).step_by(EVERY).collect();
    // The rows are on the disk, and nothing is sent.
    points.insert(0, 1);
    assert!(points.len() > 10, "{} points", ended.points);
    for point in points {
        let (home, name) = (lane.copy(), format!("at-{point}"));
        let task = file(home.path(), &name);
        let (at, ended) = lane.killed_at(home.path(), &task, point).await;
        assert_eq!(clients(&lane, &name, &ended).await, expected, "killed at {point}, {at}");
    }
}

/// A file in this home, with two clients of this name.
fn file(home: &Path, name: &str) -> Task {
    let path = home.join("clients.csv");
    let rows = ["Account;Property;Website".to_owned()]
        .into_iter()
        .chain(both(name).map(|name| format!("Bakery {name};Website {name};https://{name}.example")));
    std::fs::write(&path, rows.collect::<Vec<_>>().join("\r\n")).unwrap();
    let mapping = [
        ("account_name", "Account"),
        ("property_name", "Property"),
        ("website", "Website"),
    ];
    Task::Batch(Box::new(BatchRequest {
        path: path.display().to_string(),
        mapping: mapping
            .map(|(field, column)| (field.to_owned(), column.to_owned()))
            .into(),
        connection: None,
        template: Some("shop".to_owned()),
        defaults: BatchDefaults {
            time_zone: Some("Europe/Berlin".to_owned()),
            currency: Some("EUR".to_owned()),
            country: Some("DE".to_owned()),
            wait_for_consent: None,
        },
        container: ContainerChoice::New { account_id: None },
        people: Vec::new(),
        skip: BTreeSet::from([
            ProvisionStep::KeyEvents,
            ProvisionStep::CustomDimensions,
            ProvisionStep::DataRetention,
        ]),
        terms: TermsInBatch::InTurn,
        leave_out_wrong_rows: false,
        anyway: BTreeSet::default(),
        seen: None,
    }))
}

fn both(name: &str) -> [String; 2] {
    [format!("anna-{name}"), format!("ben-{name}")]
}

/// What there is of each.
async fn clients(lane: &Lane, name: &str, ended: &Ended) -> [Made; 2] {
    assert_eq!(ended.clients.len(), 2, "{ended:?}");
    let [anna, ben] = both(name);
    let of = |row: usize| Ended {
        result: ended.result[row].clone(),
        ..ended.clone()
    };
    assert_ne!(ended.result[0], json!(null));
    [Made::of(lane, &anna, &of(0)).await, Made::of(lane, &ben, &of(1)).await]
}
