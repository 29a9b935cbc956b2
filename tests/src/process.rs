//! A child process that does not outlive its test, with everything that it started.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

/// A running program, the leader of a process group that ends when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    name: String,
}

impl Process {
    /// Starts it; its output goes where the command says.
    pub fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} did not start: {error}"));
        Self { child, name }
    }

    /// Starts it and waits for the first line of its standard output that `wanted` accepts. What comes after is read
    /// and dropped, so that the program never blocks on a full pipe.
    pub fn start_and_read<T: Send + 'static>(
        command: &mut Command,
        within: Duration,
        wanted: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> (Self, T) {
        let mut process = Self::start(command.stdout(Stdio::piped()));
        let output = process.child.stdout.take().expect("a piped output");
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(output);
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
                if let Some(found) = wanted(line.trim_end())
                    && send.send(found).is_err()
                {
                    break;
                }
                line.clear();
            }
            let _ = std::io::copy(&mut reader, &mut std::io::sink());
        });
        let found = receive.recv_timeout(within).unwrap_or_else(|error| {
            panic!(
                "{} did not say what was awaited within {within:?}, or ended: {error}",
                process.name
            )
        });
        (process, found)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its piped standard input.
    pub fn stdin(&mut self) -> &mut std::process::ChildStdin {
        self.child.stdin.as_mut().expect("a piped input")
    }

    pub fn close_stdin(&mut self) {
        drop(self.child.stdin.take());
    }

    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The whole group: drivers start browsers, browsers start helpers.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill")
            .args(["-KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.child.wait();
    }
}

/// What a finished program said.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; negative, the signal that ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// Runs a program to its end.
    pub fn of(command: &mut Command) -> Self {
        let output = command.stdin(Stdio::null()).output().expect("the program starts");
        Self {
            code: (output.status.code())
                .or_else(|| output.status.signal().map(|signal| -signal))
                .unwrap_or(i32::MIN),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Its standard output as one JSON document.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {self:#?}"))
    }

    /// Its standard output as NDJSON.
    pub fn events(&self) -> Vec<serde_json::Value> {
        self.stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("no JSON ({error}): {line}\n{self:#?}"))
            })
            .collect()
    }
}

/// Reads all of a file or a pipe as text, without minding bytes that are not text.
pub fn text_of(mut source: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = source.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}
