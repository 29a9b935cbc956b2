//! `gantry provision --from`: many clients from a table.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Command;

use gantry_sandbox::practice::NEWCOMER;
use serde_json::{Value, json};

use crate::world::world;

fn provision<'a>(file: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let file = file.to_str().unwrap();
    [&["--no-browser", "provision", "--from", file], more].concat()
}

fn as_json<'a>(file: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    [&["--json"], provision(file, more).as_slice()].concat()
}

const HEADINGS: &str = "Client,Website,Time zone,Currency,Country\n";

#[test]
fn two_clients_are_set_up_and_the_same_command_again_makes_nothing() {
    let world = world();
    let text = format!(
        "{HEADINGS}Anna,https://anna.example,Europe/Berlin,EUR,DE\n\"Ben, Sons\",https://ben.example,Europe/Berlin,EUR,DE\n"
    );
    let (file, out) = (world.file("two.csv", &text), world.home.path().join("made.csv"));
    let before = world.tickets();
    let plan = world.run(&provision(&file, &["--plan"]), &[]);
    assert_eq!((plan.code, world.tickets()), (Some(0), before));
    assert!(
        plan.stdout.contains("Ben, Sons") && plan.stdout.contains("2 clients: "),
        "{}",
        plan.stdout
    );

    let export = ["--export", out.to_str().unwrap()];
    let made = world.run(&as_json(&file, &export), &[]);
    let pages = made.events.iter().filter(|event| event["event"] == "open_url");
    assert!(pages.clone().count() == 2 && pages.clone().all(|page| page["account"] == NEWCOMER));
    assert_eq!(made.code, Some(0), "{}{}", made.stdout, made.stderr);
    assert_eq!(made.states(), ["waiting_for_data"; 2]);
    assert_eq!(world.tickets(), before + 2);
    let rows = made.done()["rows"].as_array().unwrap();
    let mut reader = csv::Reader::from_path(&out).unwrap();
    let column =
        |name: &str, headings: &csv::StringRecord| headings.iter().position(|heading| heading == name).unwrap();
    let headings = reader.headers().unwrap().clone();
    for (record, row) in reader.records().map(Result::unwrap).zip(rows) {
        assert_eq!(record[column("Website", &headings)], *row["website"].as_str().unwrap());
        assert_eq!(record[column("State", &headings)], *"waiting for data");
        let id = row["result"]["measurement_id"].as_str().unwrap();
        assert!(id.starts_with("G-") && record[column("Measurement ID", &headings)] == *id);
        assert!(record[column("Snippet (head)", &headings)].contains(id));
    }

    let again = world.run(&provision(&file, &[]), &[]);
    assert_eq!((again.code, world.tickets()), (Some(0), before + 2));
    let told = "Every client of this file is set up already. Nothing is sent for them.";
    assert!(again.stderr.contains(told), "{}", again.stderr);
    assert!(
        again
            .stdout
            .contains(rows[1]["result"]["measurement_id"].as_str().unwrap())
    );
    assert_eq!(world.run(&as_json(&file, &[]), &[]).done()["id"], made.done()["id"]);
}

#[test]
fn wrong_rows_are_refused_or_left_out_and_a_declined_client_is_tried_again() {
    let world = world();
    let text = format!(
        "{HEADINGS}Cleo,https://cleo.example,Europe/Berlin,EUR,DE\nDora,no address,Europe/Berlin,EUR,DE\n\
         Cleo Events,https://www.cleo.example/events,Europe/Berlin,EUR,DE\nEmil,https://emil.example,Europe/Berlin,EUR,DE\n"
    );
    let file = world.file("wrong.csv", &text);
    let before = world.tickets();
    let refused = world.run(&as_json(&file, &[]), &[]);
    assert_eq!(
        (refused.code, &refused.error()["code"]),
        (Some(2), &json!("invalid_request"))
    );
    let message = refused.error()["message"].as_str().unwrap();
    assert!(
        message.starts_with("2 rows of the file are wrong or set up already."),
        "{message}"
    );
    let wrong = world.run(&as_json(&file, &["--leave-out-wrong-rows", "--anyway", "3"]), &[]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.stdout);
    assert_eq!(world.tickets(), before);

    let file_and = as_json(&file, &["--leave-out-wrong-rows", "--anyway", "4,5"]);
    let partly = world.run(&file_and, &["Emil"]);
    assert_eq!(partly.code, Some(8), "{}{}", partly.stdout, partly.stderr);
    assert_eq!(partly.states(), ["waiting_for_data", "waiting_for_data", "failed"]);
    let problem = partly.done()["rows"][2]["problem"].as_str().unwrap();
    assert!(
        problem.starts_with("You did not accept the Terms of Service"),
        "{problem}"
    );

    let again = world.run(&file_and, &[]);
    assert_eq!(again.code, Some(0), "{}{}", again.stdout, again.stderr);
    assert_eq!(again.states(), ["waiting_for_data"; 3]);
    assert_eq!(
        (again.done()["id"] == partly.done()["id"], world.tickets()),
        (true, before + 4)
    );
}

#[test]
fn an_interrupted_command_goes_on_when_it_is_given_again() {
    let world = world();
    let text = format!(
        "{HEADINGS}Fred,https://fred.example,Europe/Berlin,EUR,DE\nGina,https://gina.example,Europe/Berlin,EUR,DE\n"
    );
    let file = world.file("interrupted.csv", &text);
    let out = world.home.path().join("interrupted-made.csv");
    let export = ["--export", out.to_str().unwrap()];
    let mut child = world.spawn(&as_json(&file, &export));
    let mut pages = 0;
    let mut last = Value::Null;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        last = serde_json::from_str(&line.unwrap()).unwrap();
        if last["event"] == "open_url" {
            pages += 1;
            if pages == 1 {
                world.open(last["url"].as_str().unwrap());
            } else {
                let pid = child.id().to_string();
                assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
            }
        }
    }
    assert_eq!(
        (child.wait().unwrap().code(), &last["error"]["code"]),
        (Some(1), &json!("cancelled"))
    );
    let mut reader = csv::Reader::from_path(&out).expect("what there is by then is written down on a first run, too");
    let clients: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
    assert_eq!(clients, ["Fred", "Gina"]);
    let again = world.run(&as_json(&file, &[]), &[]);
    assert_eq!(again.code, Some(0), "{}{}", again.stdout, again.stderr);
    assert_eq!(again.states(), ["waiting_for_data"; 2]);

    let id = again.done()["id"].as_str().unwrap();
    let fred = &again.done()["rows"][0];
    world.control("hits", &json!({ "measurement_id": fred["result"]["measurement_id"] }));
    let proven = world.run(&["--json", "provision", "prove", "--batch", id], &[]);
    assert_eq!(proven.states(), ["done", "waiting_for_data"], "{}", proven.stderr);
    let detail = world.run(&["provision", "--batches", id], &[]).stdout;
    let line = |name: &str| detail.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert!(line("Fred").contains(" done ") && line("Fred").contains(fred["run_id"].as_str().unwrap()));
    assert!(line("Gina").contains("no visitor seen yet"), "{detail}");
    assert_eq!(
        world.run(&["--json", "provision", "--batches", "none"], &[]).code,
        Some(4)
    );
    let known = world.run(&["--json", "provision", "--batches"], &[]);
    let known = &known.events[0];
    let of_file = known
        .as_array()
        .unwrap()
        .iter()
        .filter(|batch| batch["name"] == "interrupted.csv");
    assert_eq!(of_file.count(), 1);
}

#[test]
fn a_file_that_is_not_there_and_options_without_a_file_are_told() {
    let world = world();
    let missing = world.home.path().join("missing.csv");
    let told = world.run(&as_json(&missing, &[]), &[]);
    assert_eq!(told.code, Some(2));
    assert!(
        told.error()["message"]
            .as_str()
            .unwrap()
            .starts_with("There is no file"),
        "{}",
        told.stdout
    );
    let before = world.tickets();
    for option in [["--anyway", "2"], ["--export", "made.csv"]] {
        let site = [
            "--json",
            "provision",
            "--account-name",
            "A",
            "--website",
            "https://a.example",
        ];
        let told = world.run(&[site.as_slice(), &option].concat(), &[]);
        assert_eq!((told.code, world.tickets()), (Some(2), before), "{}", told.stdout);
    }
    let help = world.run(&["provision", "--help"], &[]).stdout;
    for option in [
        "--anyway <LINE[,LINE]>",
        "--batches [<BATCH>]",
        "--wait-for-consent",
        "--leave-out-wrong-rows",
    ] {
        assert!(help.contains(option), "{option}");
    }
}
