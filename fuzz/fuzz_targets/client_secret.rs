//! A file that somebody says is a client_secret_*.json.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| google_oauth::fuzzing::client_secret(bytes));
