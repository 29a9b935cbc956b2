//! The support bundle: what somebody who helps needs to know, in one ZIP file, without secrets and, if the person says
//! so, without anybody's e-mail address.
//!
//! Nothing in it was secret to begin with (tokens are in the keychain, traces were redacted before they were written
//! down); all of it goes through the redactor once more.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use gantry_domain::redaction;
use regex::{Captures, Regex};
use serde::Serialize;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{MOST, list, show, summary};
use crate::Engine;
use crate::dto::activity::{ActivityDetail, ActivityRequest, ExportActivity, ExportedActivity};
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};
use crate::{app, connections, settings};

/// Bytes of the end of each log file.
const LOG_KEPT: u64 = 1 << 20;

const READ_ME: &str = "\
What Gantry knows about itself, to find out why something does not work.

about.json          version, system, profile, keychain, settings
connections.json    connections, without their tokens
oauth-clients.json  OAuth clients, without their secrets
quota.json          what was spent today
activity.json       the newest requests to Google, with headers and bodies
logs/               the end of the log files

Tokens, codes, keys and passwords are not in here: they were left out before anything was written down.
";

/// Writes the bundle.
pub async fn export(engine: &Arc<Engine>, request: ExportActivity) -> Result<ExportedActivity> {
    let path = PathBuf::from(&request.path);
    if path.as_os_str().is_empty() || path.is_dir() {
        return Err(Error::invalid(
            "The support bundle needs a file to be written to.",
            "Name a file that ends in .zip.",
        ));
    }
    let requests = requests(engine, request.requests.unwrap_or(MOST).clamp(1, MOST)).await?;
    let count = u32::try_from(requests.len()).unwrap_or(u32::MAX);
    let status = app::status(engine, Nothing {}).await?;
    let about = json!({
        "gantry": status.version,
        "system": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "written_at": engine.clock.now(),
        "time_zone": status.system_time_zone,
        "profile": status.profile,
        "keychain": status.keychain,
        "data_as_of": status.data_as_of,
        "settings": settings::get(engine, Nothing {}).await?,
        "activity": summary(engine, Nothing {}).await?,
    });
    let mut known = document(&connections::list(engine, Nothing {}).await?)?;
    if !request.include_emails {
        without_names(&mut known);
    }
    let documents = [
        ("about.json", about),
        ("connections.json", known),
        (
            "oauth-clients.json",
            document(&connections::list_oauth_clients(engine, Nothing {}).await?)?,
        ),
        ("quota.json", document(&status.quota)?),
        ("activity.json", document(&requests)?),
    ];
    let logs = engine.profile.logs_directory();
    let writing = tokio::task::spawn_blocking(move || {
        let mut clean = Cleaner::new(request.include_emails);
        let mut files = vec![("README.txt".to_owned(), READ_ME.to_owned())];
        for (name, document) in documents {
            let text = serde_json::to_string_pretty(&document).map_err(std::io::Error::other)?;
            files.push((name.to_owned(), clean.json(&text)));
        }
        for name in ["gantry.log", "gantry.old.log"] {
            if let Some(log) = end_of(&logs.join(name))? {
                files.push((format!("logs/{name}"), clean.text(&log)));
            }
        }
        write(&path, &files)
    });
    let bytes = writing.await.map_err(std::io::Error::other).and_then(|written| written);
    let bytes = bytes.map_err(|error| {
        Error::new(
            ErrorCode::Destination,
            "The support bundle could not be written.",
            "Choose a folder that you may write to, with some space left.",
        )
        .with_details(error)
    })?;
    Ok(ExportedActivity {
        path: request.path,
        requests: count,
        bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
    })
}

async fn requests(engine: &Arc<Engine>, limit: u32) -> Result<Vec<ActivityDetail>> {
    let newest = ActivityRequest {
        limit,
        ..Default::default()
    };
    let mut details = Vec::new();
    for row in list(engine, newest).await? {
        match show(engine, ById { id: row.id }).await {
            Ok(mut detail) => {
                // Links open a page of this process's, and nobody else's.
                detail.explanation.offers.clear();
                details.push(detail);
            }
            // Forgotten between the list and now.
            Err(error) if error.code == ErrorCode::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(details)
}

fn document(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            "Gantry could not write down what it knows.",
            "This is a defect of Gantry's; report it.",
        )
        .with_details(error)
    })
}

/// Names of people say as much as their addresses.
fn without_names(connections: &mut Value) {
    for connection in connections.as_array_mut().into_iter().flatten() {
        if let Some(name) = connection.get_mut("display_name") {
            *name = Value::Null;
        }
    }
}

/// The end of a log file; `None` where there is none.
fn end_of(path: &Path) -> std::io::Result<Option<String>> {
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LOG_KEPT)))?;
    let mut bytes = Vec::new();
    file.take(LOG_KEPT).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if length <= LOG_KEPT {
        return Ok(Some(text));
    }
    // The first line is half a line, and half a secret is not recognised.
    Ok(Some(
        text.split_once('\n')
            .map_or_else(String::new, |(_, rest)| rest.to_owned()),
    ))
}

/// Writes a new file beside the old one and puts it in its place once it is whole. Readable by this user alone.
fn write(path: &Path, files: &[(String, String)]) -> std::io::Result<u64> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let unfinished = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    let mut zip = ZipWriter::new(unfinished);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(text.as_bytes())?;
    }
    let finished = zip.finish()?;
    finished.as_file().sync_all()?;
    let bytes = finished.as_file().metadata()?.len();
    finished.persist(path).map_err(|error| error.error)?;
    Ok(bytes)
}

/// Anything that is written like an e-mail address, in plain, in an address of the web, or in JSON.
static EMAILS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)[\p{L}\p{N}._+'\-]+(?:@|%40|\\u0040)[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)+").ok());

/// Takes out what is nobody's business: secrets, the home directory's name, addresses of people.
struct Cleaner {
    home: Option<String>,
    include_emails: bool,
    numbers: HashMap<String, usize>,
}

impl Cleaner {
    fn new(include_emails: bool) -> Self {
        let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().display().to_string());
        Self {
            // A home of "/" (a service's user) would be everywhere.
            home: home.filter(|home| home.len() > 1),
            include_emails,
            numbers: HashMap::new(),
        }
    }

    fn json(&mut self, text: &str) -> String {
        self.people(redaction::json(text))
    }

    fn text(&mut self, text: &str) -> String {
        let lines: Vec<String> = text.lines().map(redaction::text).collect();
        self.people(lines.join("\n"))
    }

    fn people(&mut self, mut text: String) -> String {
        if let Some(home) = &self.home {
            text = text.replace(&home.replace('\\', r"\\"), "~").replace(home, "~");
        }
        if self.include_emails {
            return text;
        }
        let Some(emails) = &*EMAILS else {
            return String::new();
        };
        let numbers = &mut self.numbers;
        emails
            .replace_all(&text, |found: &Captures<'_>| {
                let plain = found[0].to_lowercase().replace("%40", "@").replace("\\u0040", "@");
                let next = numbers.len() + 1;
                format!("person-{}", numbers.entry(plain).or_insert(next))
            })
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_number_however_the_address_is_written() {
        let mut clean = Cleaner {
            home: Some("/home/maya".to_owned()),
            include_emails: false,
            numbers: HashMap::new(),
        };
        assert_eq!(
            clean.text("Maya@a.example asked maya%40a.example, sam@b.example and 漢@c.example in /home/maya/x"),
            "person-1 asked person-1, person-2 and person-3 in ~/x"
        );
        assert_eq!(clean.json(r#"{"a":"maya\u0040a.example"}"#), r#"{"a":"person-1"}"#);
    }
}
