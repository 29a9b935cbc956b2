//! `gantry clients`, and whose is what in the other lists, on a home that was synced.

use gantry_sandbox::practice::OWNER;
use serde_json::{Value, json};

use crate::world::world;

#[test]
fn synced_assets_are_suggested_moved_and_named_beside_their_client() {
    let world = world().beside(OWNER, "view");
    let synced = world.run(&["--json", "sync"], &[]);
    assert_eq!(synced.code, Some(0), "{}{}", synced.stdout, synced.stderr);
    let document = |arguments: &[&str]| -> Value {
        let told = world.run(&[&["--json"], arguments].concat(), &[]);
        assert_eq!(told.code, Some(0), "{}", told.stdout);
        told.events[0].clone()
    };
    let before = document(&["clients", "list"]);
    assert_eq!(before["clients"], json!([]));
    let assets: Vec<&str> = before["unassigned"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["asset"].as_str().unwrap())
        .collect();
    assert_eq!(assets.len(), 2, "{before}");

    let accepted = document(&["clients", "suggest", "--accept"]);
    let client = accepted["clients"][0]["name"].as_str().unwrap();
    assert_eq!(
        (
            &accepted["unassigned"],
            accepted["clients"][0]["assets"].as_array().unwrap().len()
        ),
        (&json!([]), 2)
    );
    let listed = world.run(&["clients", "list"], &[]).stdout;
    assert!(assets.iter().all(|asset| listed.contains(asset)), "{listed}");

    document(&["clients", "add", "Elsewhere"]);
    let container = assets
        .iter()
        .copied()
        .find(|asset| asset.contains("/containers/"))
        .unwrap();
    let moved = document(&["clients", "move", "elsewhere", container]);
    let of = |name: &str| {
        moved["clients"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (
            &of("Elsewhere")["assets"][0]["asset"],
            of(client)["assets"].as_array().unwrap().len()
        ),
        (&json!(container), 1)
    );

    let containers = |client: &str| {
        document(&["containers", "list", "--client", client])["accounts"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((containers("ELSEWHERE"), containers(client)), (1, 0));
    assert!(world.run(&["containers", "list"], &[]).stdout.contains(" Elsewhere "));
    let accounts = document(&["accounts", "list", "--client", client]);
    assert_eq!(accounts[0]["properties"][0]["client"]["name"], client);
    let unknown = world.run(&["--json", "containers", "list", "--client", "nobody"], &[]);
    assert_eq!((unknown.code, &unknown.error()["code"]), (Some(4), &json!("not_found")));
}
