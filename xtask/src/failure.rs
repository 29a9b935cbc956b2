//! What went wrong and what the person can do about it: the only error xtask knows.

/// A failure of a command, worded for the person at the terminal.
#[derive(Debug)]
pub struct Failure {
    /// What happened, in a sentence.
    pub what: String,
    /// What to do now; may be empty when `what` says it all.
    pub remedy: String,
    /// The exit code of xtask.
    pub exit_code: u8,
}

impl Failure {
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
            exit_code: 1,
        }
    }

    /// A file that could not be read or written.
    pub fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(format!("{doing} {} failed: {error}", path.display()), "")
    }
}
