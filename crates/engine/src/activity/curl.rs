//! A request as a command that can be pasted into a shell: to Google's address, with the token as `$TOKEN`, every other
//! word quoted so that the shell reads it as it is.

use std::fmt::Write as _;

use gantry_domain::HttpTrace;
use gantry_store::ActivityEntry;

/// Headers that curl sets itself, or that belong to this program.
const NOT_REPEATED: &[&str] = &[
    "accept-encoding",
    "authorization",
    "user-agent",
    "content-length",
    "host",
    "accept",
];

/// The command. A body that is not kept whole is left to a file.
pub(super) fn command(entry: &ActivityEntry, trace: Option<&HttpTrace>) -> String {
    let mut words = vec!["curl --compressed".to_owned()];
    // Brackets and braces in an address are curl's own language otherwise.
    if entry.url.contains(['[', ']', '{', '}']) {
        words.push("--globoff".to_owned());
    }
    if entry.http_method != "GET" {
        words.push(format!("-X {}", quoted(&entry.http_method)));
    }
    let headers = trace.map(|trace| trace.request_headers.as_slice()).unwrap_or_default();
    // Without a trace it is not known; all APIs want it.
    let authorised = trace.is_none()
        || headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    if authorised {
        words.push("-H \"Authorization: Bearer $TOKEN\"".to_owned());
    }
    for (name, value) in headers {
        if !NOT_REPEATED.contains(&name.to_ascii_lowercase().as_str()) {
            words.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
        }
    }
    let mut remark = "";
    match trace.and_then(|trace| trace.request_body.as_ref()) {
        Some(body) if !body.cut => words.push(format!("--data-raw {}", quoted(&body.text))),
        Some(_) => {
            remark = "# The body is longer than what Gantry keeps: put it into body.json.\n";
            words.push("--data-binary @body.json".to_owned());
        }
        None if trace.is_none() && entry.bytes_sent > 0 => {
            remark = "# The body is not kept any more: put it into body.json.\n";
            words.push("--data-binary @body.json".to_owned());
        }
        None => {}
    }
    words.push(quoted(&entry.url));
    format!("{remark}{}", words.join(" \\\n  "))
}

/// One word for a shell (bash, zsh): in single quotes, or with escapes where it holds what a terminal acts on or what
/// would be shown in another order.
fn quoted(word: &str) -> String {
    if !word.chars().any(acts) {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let mut quoted = "$'".to_owned();
    let mut buffer = [0; 4];
    for letter in word.chars() {
        if acts(letter) || matches!(letter, '\'' | '!') {
            for byte in letter.encode_utf8(&mut buffer).bytes() {
                // Three octal digits: what follows cannot be taken for a fourth.
                let _ = write!(quoted, "\\{byte:03o}");
            }
        } else if letter == '\\' {
            quoted.push_str(r"\\");
        } else {
            quoted.push(letter);
        }
    }
    quoted.push('\'');
    quoted
}

/// Control characters, which a terminal obeys even inside quotes, and marks that turn text around.
fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use gantry_domain::TracedBody;
    use proptest::prelude::*;

    use super::*;

    fn entry(url: &str) -> ActivityEntry {
        ActivityEntry {
            id: "1".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
            connection_id: None,
            api_method: "analyticsdata.properties.runReport".to_owned(),
            http_method: "POST".to_owned(),
            url: url.to_owned(),
            status: Some(200),
            latency_ms: 1,
            retries: 0,
            bytes_sent: 2,
            bytes_received: 2,
            quota_cost: 1,
            writes: false,
            earlier: Vec::new(),
            error_code: None,
            error_message: None,
            failure: None,
        }
    }

    fn trace(body: &str) -> HttpTrace {
        HttpTrace {
            request_headers: vec![
                ("user-agent".to_owned(), "Gantry".to_owned()),
                ("authorization".to_owned(), "Bearer [redacted]".to_owned()),
                ("content-type".to_owned(), "application/json".to_owned()),
            ],
            request_body: Some(TracedBody {
                text: body.to_owned(),
                cut: false,
            }),
            ..Default::default()
        }
    }

    /// What bash makes of the command's words, with `curl` as a function that prints them.
    fn argv(command: &str) -> Vec<String> {
        let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\nTOKEN=the-token\n{command}");
        let output = Command::new("bash").arg("-c").arg(script).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty());
        let words = String::from_utf8(output.stdout).unwrap();
        words.split_terminator('\0').map(str::to_owned).collect()
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_the_request_back_to_the_letter() {
        let url = "https://analyticsdata.googleapis.com/v1beta/properties/1:runReport?fields=a{b}&x='$(id)'";
        let body = "{\"name\":\"it's $TOKEN `id` \\\\ !! 漢\"}\n";
        let command = command(&entry(url), Some(&trace(body)));
        assert_eq!(
            argv(&command),
            [
                "--compressed",
                "--globoff",
                "-X",
                "POST",
                "-H",
                "Authorization: Bearer the-token",
                "-H",
                "content-type: application/json",
                "--data-raw",
                body,
                url
            ]
        );
        assert!(!command.contains("the-token"));
    }

    #[test]
    fn a_read_needs_no_more_than_its_address_and_a_long_body_a_file() {
        let read = ActivityEntry {
            http_method: "GET".to_owned(),
            bytes_sent: 0,
            ..entry("https://tagmanager.googleapis.com/tagmanager/v2/accounts")
        };
        assert_eq!(
            command(&read, None),
            "curl --compressed \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n  'https://tagmanager.googleapis.com/tagmanager/v2/accounts'"
        );
        let mut long = trace("{\"a\":");
        long.request_body.as_mut().unwrap().cut = true;
        let command = command(&entry("https://h.example/"), Some(&long));
        assert!(command.starts_with("# The body is longer") && command.contains("--data-binary @body.json"));
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_in_the_command() {
        let paste = "a\u{1b}[201~\nrm -rf ~\u{9b}\u{202e}";
        let command = command(&entry("https://h.example/"), Some(&trace(paste)));
        assert!(
            !command.chars().any(|letter| acts(letter) && letter != '\n'),
            "{command}"
        );
        assert_eq!(
            command.lines().count(),
            6,
            "the body's line break is escaped: {command}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[cfg(unix)]
        #[test]
        fn any_word_survives_the_shell(body in "[^\0]{0,40}", tricky in "['\"\\\\$`!\n\t{}%&;|<>()# \u{1b}\u{202e}]{0,20}") {
            let body = body + &tricky;
            prop_assume!(!body.is_empty());
            let command = command(&entry("https://h.example/"), Some(&trace(&body)));
            let words = argv(&command);
            let at = words.iter().position(|word| word == "--data-raw").unwrap();
            prop_assert_eq!(&words[at + 1], &body);
        }
    }
}
