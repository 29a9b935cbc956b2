//! A file that somebody says is a spreadsheet of clients.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gantry_engine::batches::read_for_fuzzing(bytes));
