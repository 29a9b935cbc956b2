//! Cold start to a painted first screen, and idle memory: Gantry against a bare Tauri window, in turns, on the same
//! desktop. `startup-bench RESULTS-FOLDER`, with `GANTRY_DESKTOP_BIN` and `GANTRY_BARE_BIN` set.
//!
//! The time is read from the X server's frame buffer, from outside: from the start of the process to the last change
//! of any pixel before the screen, with something on it, stands still. The memory is the proportional set size (PSS) of the program and all
//! its children, five seconds later.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be measured says so and stops"
)]

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use journeys::{desktop::Desktop, process::Process};
use serde_json::{Value, json};

const ROUNDS: usize = 7;
/// The screen stands still when nothing has changed for this long.
const STILL: Duration = Duration::from_millis(1500);
const GIVE_UP: Duration = Duration::from_secs(30);
const TIME_AIM: f64 = 1.3;
const MEMORY_AIM: f64 = 1.25;

struct Measured {
    first_change: Duration,
    painted: Duration,
    idle_pss_kb: u64,
}

fn main() {
    let results = std::env::args().nth(1).map(PathBuf::from);
    let (Some(results), Some(gantry), Some(bare)) = (
        results,
        std::env::var_os("GANTRY_DESKTOP_BIN"),
        std::env::var_os("GANTRY_BARE_BIN"),
    ) else {
        eprintln!("usage: GANTRY_DESKTOP_BIN=... GANTRY_BARE_BIN=... startup-bench RESULTS-FOLDER");
        std::process::exit(2);
    };
    let (gantry, bare) = (PathBuf::from(gantry), PathBuf::from(bare));

    // One round to warm the disk's cache, for both alike.
    measure(&gantry);
    measure(&bare);
    let mut rounds: [Vec<Measured>; 2] = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        // In turns, and in turned order, so that a drift of the machine hits both alike.
        let mut order = [(0, &gantry), (1, &bare)];
        if round % 2 == 1 {
            order.reverse();
        }
        for (index, program) in order {
            rounds[index].push(measure(program));
        }
        eprintln!("round {} of {ROUNDS}", round + 1);
    }
    let [gantry, bare] = &rounds;
    let outcome = outcome(gantry, bare);
    let file = results.join("startup.json");
    print_table(&outcome, &previous(&file));
    std::fs::create_dir_all(&results).expect("the results' folder");
    std::fs::write(&file, format!("{outcome:#}\n")).expect("the results are written");
    println!("written to {}", file.display());
}

/// One start on a fresh desktop with a fresh home.
fn measure(program: &Path) -> Measured {
    let desktop = Desktop::start();
    let before = desktop.frame();
    let started = Instant::now();
    let mut process = Process::start(
        desktop
            .command(program)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    let mut last = before;
    let mut first_change = None;
    let mut painted = Duration::ZERO;
    let mut has_content = false;
    loop {
        let now = started.elapsed();
        let frame = desktop.frame();
        if frame != last {
            first_change.get_or_insert(now);
            painted = now;
            last = frame;
            has_content = shows_something(&last);
        }
        if has_content && now.saturating_sub(painted) > STILL {
            break;
        }
        assert!(
            now < GIVE_UP && !process.has_ended(),
            "{} showed no still window",
            program.display()
        );
        std::thread::sleep(Duration::from_millis(4));
    }
    std::thread::sleep(Duration::from_secs(5));
    Measured {
        first_change: first_change.unwrap_or_default(),
        painted,
        idle_pss_kb: pss_of_tree(process.id()),
    }
}

/// Whether anything is written on the screen: letters have many shades at their edges, an empty window has one colour.
fn shows_something(frame: &[u8]) -> bool {
    // The file's head (XWD) is small beside the pixels, and its odd numbers stay below the limit.
    const SHADES: usize = 24;
    let mut shades = std::collections::HashSet::new();
    let mut before = None;
    for pixel in frame.as_chunks::<4>().0.iter().skip(1024) {
        if before != Some(pixel) {
            shades.insert(*pixel);
            before = Some(pixel);
            if shades.len() >= SHADES {
                return true;
            }
        }
    }
    false
}

/// The PSS of a process and its descendants in kB, from `/proc/PID/smaps_rollup`.
fn pss_of_tree(root: u32) -> u64 {
    let parents: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .expect("/proc")
        .flatten()
        .filter_map(|entry| {
            let id: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name in brackets may hold anything, so fields are counted from its end.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((id, parent))
        })
        .collect();
    let mut tree = vec![root];
    let mut next = 0;
    while next < tree.len() {
        let parent = tree[next];
        tree.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(id, _)| *id));
        next += 1;
    }
    tree.iter()
        .filter_map(|id| {
            let rollup = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
            let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .sum()
}

fn outcome(gantry: &[Measured], bare: &[Measured]) -> Value {
    let part = |rounds: &[Measured]| {
        json!({
            "first_change_ms": median(rounds.iter().map(|round| round.first_change.as_secs_f64() * 1000.0)),
            "painted_ms": median(rounds.iter().map(|round| round.painted.as_secs_f64() * 1000.0)),
            "idle_pss_mb": median(rounds.iter().map(|round| round.idle_pss_kb as f64 / 1024.0)),
            "painted_ms_each": rounds.iter().map(|round| round.painted.as_secs_f64() * 1000.0).collect::<Vec<_>>(),
        })
    };
    let (gantry, bare) = (part(gantry), part(bare));
    let ratio = |name: &str| gantry[name].as_f64().unwrap_or_default() / bare[name].as_f64().unwrap_or(1.0);
    json!({
        "benchmark": "startup",
        "rounds": ROUNDS,
        "cpus": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "ratio_painted": ratio("painted_ms"),
        "ratio_idle_pss": ratio("idle_pss_mb"),
        "aim_painted": TIME_AIM,
        "aim_idle_pss": MEMORY_AIM,
        "gantry": gantry,
        "bare": bare,
    })
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn previous(file: &Path) -> Value {
    std::fs::read_to_string(file)
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

fn print_table(now: &Value, then: &Value) {
    println!("| | Gantry | bare window | ratio | aim | last run |");
    println!("|---|---|---|---|---|---|");
    let rows = [
        (
            "cold start to painted first screen",
            "painted_ms",
            "ms",
            "ratio_painted",
            TIME_AIM,
        ),
        (
            "idle memory (PSS, all processes)",
            "idle_pss_mb",
            "MB",
            "ratio_idle_pss",
            MEMORY_AIM,
        ),
    ];
    for (what, field, unit, ratio, aim) in rows {
        let of = |who: &str| now[who][field].as_f64().unwrap_or_default();
        let reached = now[ratio].as_f64().unwrap_or_default();
        let verdict = if reached <= aim { "met" } else { "missed" };
        let last = then[ratio]
            .as_f64()
            .map_or_else(|| "none".to_owned(), |last| format!("{last:.2}"));
        println!(
            "| {what} | {:.0} {unit} | {:.0} {unit} | {reached:.2} | at most {aim}: {verdict} | {last} |",
            of("gantry"),
            of("bare")
        );
    }
}
