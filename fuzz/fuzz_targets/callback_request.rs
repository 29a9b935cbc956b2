//! The request that a browser, or anybody on this computer, sends to the loopback listener.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| google_oauth::fuzzing::callback_request(bytes));
