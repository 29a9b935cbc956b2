//! U7: a panic tells where it was, and nothing of what it was given. In a program of its own: the hook is the process's.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use google_oauth::SecretString;
use tracing_subscriber::fmt::MakeWriter;

const CANARY: &str = "1//canary-refresh-token";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn u7_a_panic_is_told_without_its_payload() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .init();
    gantry_engine::panics::tell_without_payload();

    let token = SecretString::new(CANARY);
    let plain = CANARY.to_owned();
    let panics: [Box<dyn FnOnce() + Send>; 4] = [
        Box::new(move || panic!("no place for {}", token.expose())),
        Box::new(move || plain.parse::<u8>().map_err(|_| plain).map(drop).unwrap()),
        Box::new(|| std::panic::panic_any(CANARY.to_owned())),
        Box::new(|| panic!("the shelf is empty")),
    ];
    for panic in panics {
        std::thread::spawn(panic).join().unwrap_err();
    }

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(!log.contains("canary"), "{log}");
    assert_eq!(log.matches(file!()).count(), 4, "each place is told: {log}");
    assert!(log.contains("the shelf is empty"), "written words are told: {log}");
    assert_eq!(log.matches("left out").count(), 3, "{log}");
}
