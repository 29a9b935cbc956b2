//! The canary scan: a secret may be in the keyring, and nowhere else on this desktop.

use std::path::{Path, PathBuf};

use journeys::desktop::Desktop;

/// How Google's and the sandbox's secrets begin (refresh token, access token, authorization code), in any file or page.
const TOKEN_BEGINNINGS: [&str; 4] = ["1//", "ya29.", "4/0", "4%2F0"];

/// The refresh token, which must be in the keyring: found by what it begins with, among all that Gantry stored there.
pub fn refresh_token_in_the_keyring(desktop: &Desktop) -> String {
    let stored = desktop.all_service_secrets();
    let start = stored
        .find("1//")
        .unwrap_or_else(|| panic!("no refresh token in the keyring:\n{stored}"));
    stored[start..]
        .split(|end: char| end.is_whitespace() || end == '"')
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The log of a window that was asked for everything: looked at, because a quiet log proves nothing.
pub fn window_log_says_everything(desktop: &Desktop) {
    let mut files = Vec::new();
    gather(&desktop.gantry_home(), &mut files);
    let log = files
        .iter()
        .find(|file| file.ends_with("gantry.log"))
        .unwrap_or_else(|| panic!("no gantry.log among {files:?}"));
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("TRACE"), "a log of everything, not {} bytes", log.len());
    assert!(desktop.window_output().is_file(), "the window's output is kept");
}

/// Removes the access tokens that one process left, sealed, for the next: as if they had ended. Says how many there were.
pub fn forget_what_was_handed_over(desktop: &Desktop) -> usize {
    let mut files = Vec::new();
    gather(&desktop.gantry_home(), &mut files);
    let notes = files.iter().filter(|file| {
        file.parent().is_some_and(|folder| folder.ends_with("locks"))
            && std::fs::metadata(file).is_ok_and(|facts| facts.len() > 0)
    });
    notes.map(|note| std::fs::write(note, b"").unwrap()).count()
}

/// Fails when one of these, or anything that looks like a token, is in a file of Gantry's or in what it showed and said.
pub fn appear_nowhere(desktop: &Desktop, shown: &str, canaries: &[&str]) {
    let mut found = Vec::new();
    let mut files = Vec::new();
    gather(&desktop.gantry_home(), &mut files);
    gather(&desktop.home().join("cache"), &mut files);
    gather(&desktop.home().join("config"), &mut files);
    gather(&desktop.home().join("data"), &mut files);
    assert!(
        files.iter().any(|file| file.ends_with("gantry.db")),
        "Gantry's database was looked at"
    );
    if desktop.window_output().is_file() {
        files.push(desktop.window_output());
    }
    for file in files {
        // The keyring's own files are encrypted, and are where the secrets belong.
        if file.components().any(|part| part.as_os_str() == "keyrings") {
            continue;
        }
        let bytes = std::fs::read(&file).unwrap_or_default();
        found.extend(secrets_in(&bytes, canaries).map(|secret| format!("{secret} in {}", file.display())));
    }
    found.extend(secrets_in(shown.as_bytes(), canaries).map(|secret| format!("{secret} in what was shown")));
    assert!(found.is_empty(), "secrets outside the keyring:\n{}", found.join("\n"));
}

fn secrets_in<'a>(bytes: &'a [u8], canaries: &'a [&'a str]) -> impl Iterator<Item = String> + 'a {
    let looks = TOKEN_BEGINNINGS.iter().filter(|beginning| {
        // A beginning alone may be chance; followed by token characters it is a token.
        find_all(bytes, beginning.as_bytes()).any(|at| {
            let rest = &bytes[at + beginning.len()..];
            rest.iter()
                .take(16)
                .filter(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
                .count()
                == 16
        })
    });
    let known = canaries
        .iter()
        .filter(|canary| find_all(bytes, canary.as_bytes()).next().is_some());
    looks.chain(known).map(|secret| (*secret).to_owned())
}

fn find_all<'a>(bytes: &'a [u8], wanted: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    bytes
        .windows(wanted.len().max(1))
        .enumerate()
        .filter(move |(_, window)| *window == wanted)
        .map(|(at, _)| at)
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => gather(&path, files),
            Ok(kind) if kind.is_file() => files.push(path),
            _ => {}
        }
    }
}

#[test]
fn the_scan_finds_what_it_looks_for() {
    let file = b"...\0\xffrefresh=1//practice-abcdefghijklmnop\0";
    assert_eq!(secrets_in(file, &["canary"]).collect::<Vec<_>>(), ["1//"]);
    assert_eq!(secrets_in(b"x canary y", &["canary"]).collect::<Vec<_>>(), ["canary"]);
    assert_eq!(secrets_in(b"http://127.0.0.1// ya29. 1// ", &["canary"]).count(), 0);
}
