//! What is told of a panic: where it was, and the words that were written into the program. Words that were put
//! together at run time may hold anything, a token among it, and are told nowhere.

use std::panic::PanicHookInfo;

/// From now on a panic goes to the log and nowhere else, without what it was given at run time.
pub fn tell_without_payload() {
    std::panic::set_hook(Box::new(|panic| {
        let (place, message) = (place(panic), message(panic));
        tracing::error!(
            place,
            message,
            "a defect of Gantry's: this part of the program has stopped"
        );
    }));
}

fn place(panic: &PanicHookInfo<'_>) -> String {
    panic
        .location()
        .map_or_else(|| "unknown".to_owned(), ToString::to_string)
}

/// Only a message without parts put in at run time is a `&'static str`.
fn message(panic: &PanicHookInfo<'_>) -> &'static str {
    panic
        .payload()
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("(left out: it was put together at run time)")
}
