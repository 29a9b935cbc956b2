//! What follows a set-up: the snippet, the proof, and the way back.

use gantry_sandbox::practice::NEWCOMER;
use serde_json::{Value, json};

use crate::world::world;

#[test]
fn a_set_up_is_pasted_proved_and_undone_in_parts() {
    let world = world();
    let made = world.run(
        &[
            "--no-browser",
            "provision",
            "--account-name",
            "Kiosk",
            "--website",
            "https://kiosk.example",
            "--time-zone",
            "Europe/Berlin",
            "--currency",
            "EUR",
            "--country",
            "DE",
            "--new-container",
        ],
        &[],
    );
    assert_eq!(made.code, Some(0), "{}{}", made.stdout, made.stderr);
    let how = format!("1. Check that the page shows {NEWCOMER}.");
    assert!(made.stderr.contains(&how), "{}", made.stderr);
    let runs = world.run(&["--json", "provision", "--runs"], &[]);
    let (run, result) = (runs.events[0][0]["id"].as_str().unwrap(), &runs.events[0][0]["result"]);
    let container = result["container"]["public_id"].as_str().unwrap();

    let snippet = |more: &[&str]| world.run(&[&["provision", "snippet", run], more].concat(), &[]);
    let pasted = snippet(&[]).stdout;
    assert!(pasted.contains(container) && pasted.contains("<noscript>"), "{pasted}");
    assert!(
        pasted.contains("\n  1. "),
        "general steps where no builder is seen: {pasted}"
    );
    assert!(snippet(&["--for", "wix"]).stdout.contains("\nWix\n  1. "));
    assert_eq!(snippet(&["--for", "typo3"]).code, Some(2));
    let email = snippet(&["--email"]).stdout;
    assert!(email.starts_with("Subject: ") && email.contains(container), "{email}");
    let help = world.run(&["provision", "snippet", "--help"], &[]).stdout;
    let document = &world.run(&["--json", "provision", "snippet", run], &[]).events[0];
    for guide in document["guides"].as_array().unwrap() {
        assert!(help.contains(guide["builder"].as_str().unwrap()), "{guide}");
    }

    world.control("hits", &json!({ "measurement_id": result["measurement_id"] }));
    let proven = world.run(&["--json", "provision", "prove", run], &[]);
    assert_eq!((proven.code, &proven.done()["active_users"]), (Some(0), &json!(1)));

    let undo = ["provision", "undo", run];
    let listed = world.run(&[&["--json"], undo.as_slice()].concat(), &[]);
    let property = format!("properties/{}", result["property_id"].as_str().unwrap());
    let of = |asset: &str, listed: &Value| -> Value {
        let all = listed.as_array().unwrap().iter();
        all.clone().find(|one| one["asset"] == asset).unwrap().clone()
    };
    assert_eq!(
        of(&property, &listed.events[0])["trashed"],
        false,
        "with --json alone it only lists"
    );
    let subset = [undo.as_slice(), &[&property]].concat();
    let mistyped = world.run_typing(&subset, "Kiosks");
    assert_eq!(mistyped.code, Some(1), "{}", mistyped.stderr);
    assert!(
        mistyped
            .stderr
            .contains("That is not the account's name. Nothing was removed.")
    );
    let part = world.run_typing(&subset, "Kiosk");
    assert_eq!(part.code, Some(0), "{}{}", part.stdout, part.stderr);
    assert!(part.stdout.starts_with("In the trash: Property") && part.stdout.lines().count() == 1);

    let runs = world.run(&["provision", "--runs"], &[]).stdout;
    let line = runs.lines().find(|line| line.starts_with(run)).unwrap();
    assert!(line.contains(" in the trash "), "{line}");

    // The container needs Manage, which was not allowed.
    let rest = world.run(&[undo.as_slice(), &["--yes"]].concat(), &[]);
    assert_eq!(rest.code, Some(8), "{}{}", rest.stdout, rest.stderr);
    assert!(
        rest.stdout.contains("In the trash: Analytics account \"Kiosk\""),
        "{}",
        rest.stdout
    );
}
