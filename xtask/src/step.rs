//! A step of a command: a heading, the work, and how long it took.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    io::IsTerminal as _,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::failure::Failure;

/// Prints `heading`, does `work`, prints the time it took.
pub fn step<T>(heading: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let started = Instant::now();
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        println!("\n\u{1b}[1m==> {heading}\u{1b}[0m");
    } else {
        println!("\n==> {heading}");
    }
    let outcome = work();
    let took = human(started.elapsed());
    match &outcome {
        Ok(_) => println!("    {heading}: done in {took}"),
        Err(_) => println!("    {heading}: FAILED after {took}"),
    }
    outcome
}

/// A line under a step's heading.
pub fn note(line: &str) {
    println!("    {line}");
}

/// What a command's success means and what it does not mean.
pub fn verdict(proven: &[String], not_proven: &[&str]) {
    println!("\nProven:");
    for line in proven {
        println!("  * {line}");
    }
    println!("Not proven:");
    for line in not_proven {
        println!("  * {line}");
    }
}

fn human(took: Duration) -> String {
    if took < Duration::from_mins(1) {
        format!("{:.1} s", took.as_secs_f64())
    } else {
        format!("{} min {:02} s", took.as_secs() / 60, took.as_secs() % 60)
    }
}

/// A program and its arguments, run in the foreground with the person's terminal.
pub struct Program {
    command: Command,
}

impl Program {
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(crate::paths::root());
        Self { command }
    }

    /// Cargo, as the one that runs us.
    pub fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn in_dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    fn shown(&self) -> String {
        let mut line = self.command.get_program().to_string_lossy().into_owned();
        for argument in self.command.get_args() {
            let _ = write!(line, " {}", argument.to_string_lossy());
        }
        line
    }

    /// Runs it to its end; anything but exit code 0 is a failure with this remedy.
    pub fn run(mut self, remedy: &str) -> Result<(), Failure> {
        let status = self.command.status().map_err(|error| self.not_started(&error))?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::new(format!("`{}` ended with {status}", self.shown()), remedy))
        }
    }

    /// Runs it to its end and hands its exit code on: for programs whose failure is the person's own business.
    pub fn run_as_us(mut self) -> Result<(), Failure> {
        let status = self.command.status().map_err(|error| self.not_started(&error))?;
        if status.success() {
            return Ok(());
        }
        let mut failure = Failure::new(format!("`{}` ended with {status}", self.shown()), "");
        failure.exit_code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
        Err(failure)
    }

    /// Its standard output, or nothing when it could not run or failed.
    pub fn answer(mut self) -> Option<String> {
        let output = self.command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn not_started(&self, error: &std::io::Error) -> Failure {
        Failure::new(
            format!("`{}` could not be started: {error}", self.shown()),
            "`cargo xtask doctor` lists what is missing.",
        )
    }
}
