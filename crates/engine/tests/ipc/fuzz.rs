//! U5: whatever comes in, a typed error or an answer goes out: no panic, no hang, nothing sent.

use std::time::Duration;

use gantry_engine::commands::{self, dispatch};
use gantry_engine::dto::events::EngineEvent;
use gantry_engine::{ErrorCode, Result};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::{Map, Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::stage::{CONNECTION, Stage};
use crate::table::Table;

/// Nothing that is asked here takes a second; whoever takes this long hangs.
const LONGEST: Duration = Duration::from_mins(1);

/// Texts that have broken programs before. None of them names a file outside the working directory that could be written.
const TEXTS: [&str; 22] = [
    "",
    " ",
    "0",
    "-1",
    "properties/1",
    "1",
    CONNECTION,
    "GTM-AAAA",
    "1/2",
    "2026-11-25",
    "9999-12-31",
    "-0001-01-01",
    "yesterday",
    "Europe/Berlin",
    "sqlite:figures.db#t",
    "csv:figures.csv",
    "'; DROP TABLE connections; --",
    "\u{0}\u{1}\u{7f}",
    "\u{202e}txt.exe\u{200d}\u{feff}",
    "🏳️‍🌈é\u{301}",
    "<img src=x onerror=alert(1)>",
    "%00%2e%2e%2f",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(&TEXTS[..]).prop_map(str::to_owned),
        2 => "[a-zA-Z0-9:_ -]{0,40}",
        1 => (1_usize..20_000).prop_map(|long| "x".repeat(long)),
    ]
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec![
            json!(0),
            json!(1),
            json!(-1),
            json!(u32::MAX),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(0.5),
            json!(-0.0),
            json!(1e308),
        ]),
        any::<i64>().prop_map(Value::from),
    ]
}

/// Any JSON at all.
fn wild() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        text().prop_map(Value::from),
    ];
    let nested = leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((text(), inner), 0..6).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    });
    prop_oneof![
        8 => nested,
        // As deep as a parser lets it be.
        1 => (1_usize..120).prop_map(|depth| (0..depth).fold(json!({}), |inner, _| json!({ "id": inner }))),
        1 => (1_usize..120).prop_map(|depth| (0..depth).fold(json!([]), |inner, _| json!([inner]))),
        1 => vec(Just(json!(["x"])), 0..5_000).prop_map(Value::from),
    ]
}

/// What a field could hold: mostly what its type says, so that a long form is whole now and then.
#[derive(Clone, Debug)]
struct Filling {
    fits: bool,
    text: String,
    number: Value,
    flag: bool,
    pick: Index,
    many: Vec<String>,
    wild: Value,
}

fn filling() -> impl Strategy<Value = Filling> {
    (
        0..24_u8,
        text(),
        number(),
        any::<bool>(),
        any::<Index>(),
        vec(text(), 0..4),
        wild(),
    )
        .prop_map(|(fits, text, number, flag, pick, many, wild)| Filling {
            fits: fits > 0,
            text,
            number,
            flag,
            pick,
            many,
            wild,
        })
}

impl Filling {
    fn value(&self, kind: &str, table: &Table) -> Value {
        if !self.fits {
            return self.wild.clone();
        }
        if kind.contains("null") && self.flag {
            return Value::Null;
        }
        let named = kind
            .trim_start_matches("Array<")
            .split(['>', ' ', '|'])
            .next()
            .unwrap_or_default();
        if let Some(literal) = kind.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            return Value::from(literal);
        }
        let words = table.words.get(named).filter(|words| !words.is_empty());
        let one = |text: &String| match (table.shapes.get(named), words) {
            (Some(shapes), _) => {
                let fields = self.pick.get(shapes).iter();
                Value::Object(
                    fields
                        .map(|(name, kind)| (name.clone(), self.value(kind, table)))
                        .collect(),
                )
            }
            (None, Some(words)) => Value::from(self.pick.get(words).clone()),
            (None, None) => Value::from(text.clone()),
        };
        if kind.starts_with("Array<") {
            return self.many.iter().map(one).collect();
        }
        match named {
            "number" => self.number.clone(),
            "boolean" => Value::from(self.flag),
            _ => one(&self.text),
        }
    }
}

/// A request of the command's own shape, or any JSON.
fn request(table: &Table, command: &str, fillings: &[Filling], shaped: bool, wild: Value) -> Value {
    match table.fields.get(command) {
        Some(fields) if shaped => {
            let filled = fields.iter().zip(fillings.iter().cycle());
            let filled: Map<String, Value> = filled
                .map(|((name, kind), filling)| (name.clone(), filling.value(kind, table)))
                .collect();
            Value::Object(filled)
        }
        _ => wild,
    }
}

/// Dispatches, and follows a job to its end; one that waits for a person is told to stop.
async fn outcome(stage: &Stage, command: &str, request: Value) -> Result<Value> {
    let mut events = stage.engine.subscribe();
    let answer = dispatch(&stage.engine, command, request).await?;
    let Some(job) = answer.get("job").and_then(Value::as_str).map(str::to_owned) else {
        return Ok(answer);
    };
    loop {
        match events.recv().await {
            Ok(EngineEvent::OpenUrl { .. }) => {
                stage.engine.jobs().cancel(&job);
            }
            Ok(EngineEvent::JobDone { job: done, .. }) if done.0 == job => break,
            Ok(EngineEvent::JobFailed { job: failed, error, .. }) if failed.0 == job => {
                assert!(!error.message.is_empty() && !error.remedy.is_empty(), "{error:?}");
                assert_ne!(error.code, ErrorCode::Internal, "{error:?}");
                break;
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => panic!("the engine has gone"),
        }
    }
    Ok(answer)
}

/// Settings and connections that one case leaves behind are the next one's ground, as in a window.
#[test]
fn u5_whatever_comes_in_a_typed_error_or_an_answer_goes_out() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    // Relative paths of exports and OAuth clients lead here.
    let folder = tempfile::tempdir().unwrap();
    std::env::set_current_dir(folder.path()).unwrap();
    let table = Table::read();
    let stage = runtime.block_on(Stage::open());
    let commands: Vec<&str> = commands::NAMES
        .iter()
        .copied()
        .chain([
            "",
            "app",
            "app.",
            "APP.STATUS",
            "app.status\u{0}",
            "__proto__",
            "../app.status",
        ])
        .collect();
    let case = (select(commands), vec(filling(), 1..8), 0..4_u8, wild());
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 1_500,
        rng_seed: RngSeed::Fixed(20_261_125),
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let mut reached = std::collections::BTreeSet::new();
    let reached_by = std::cell::RefCell::new(&mut reached);
    let run = runner.run(&case, |(command, fillings, shaped, wild)| {
        let request = request(&table, command, &fillings, shaped > 0, wild);
        let answered = runtime.block_on(async {
            stage.put_connection().await;
            tokio::time::timeout(LONGEST, outcome(&stage, command, request.clone())).await
        });
        let Ok(answered) = answered else {
            return Err(TestCaseError::fail(format!("{command} hangs with {request}")));
        };
        match answered {
            Ok(_) => {
                reached_by.borrow_mut().insert(command);
                prop_assert!(commands::NAMES.contains(&command), "{} is no command", command);
            }
            Err(error) => {
                prop_assert!(!error.message.is_empty() && !error.remedy.is_empty(), "{:?}", error);
                prop_assert_ne!(
                    error.code,
                    ErrorCode::Internal,
                    "{} with {}: {:?}",
                    command,
                    request,
                    error
                );
                // An error crosses to the page as JSON.
                prop_assert!(serde_json::to_string(&error.view()).is_ok());
            }
        }
        Ok(())
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
    assert_eq!(stage.dialled(), 0, "nothing was sent");
    let jobs = [
        "connections.connect",
        "estate.sync",
        "exports.run",
        "provisioning.start",
    ];
    assert!(
        jobs.iter().all(|job| reached.contains(job)),
        "jobs were begun: {reached:?}"
    );
}
