//! A file that somebody says is a service account's key in its older form.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| google_oauth::fuzzing::service_account_p12(bytes));
