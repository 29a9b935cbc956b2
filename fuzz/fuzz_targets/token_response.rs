//! What answers in the token endpoint's place.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| google_oauth::fuzzing::token_response(bytes));
