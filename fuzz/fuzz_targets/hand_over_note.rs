//! A note in the lock file that nobody sealed.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| google_oauth::fuzzing::hand_over_note(bytes));
