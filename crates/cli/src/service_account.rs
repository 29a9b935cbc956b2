//! `gantry service-account`: connections that need no person.

use std::path::PathBuf;
use std::process::ExitCode;

use gantry_engine::connections::{self, KeyFileUse};
use gantry_engine::dto::ById;
use gantry_engine::dto::connections::{
    AddServiceAccount, ByPath, ConnectionCheck, ConnectionView, KeyFormat, ServiceAccountFile, StoredIn,
};
use gantry_engine::{Error, Result};
use google_oauth::{KeyFileFormat, SecretString, ServiceAccountKey};

use crate::composition::Session;
use crate::connect::permissions;
use crate::secret_input;

/// Names a key file for servers, where no option does.
const KEY_FILE_VARIABLE: &str = "GANTRY_KEY_FILE";

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Add a service account's key, JSON or P12. It is proved with Google and kept in the keychain; with --key-file it stays
    /// in its file, which needs no keychain.
    ///
    /// Example for a server: gantry service-account add --key-file /srv/gantry/exporter.json
    Add {
        file: Option<PathBuf>,
        /// For a P12 file, which does not hold it: the service account's e-mail.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// What to call it.
        #[arg(long)]
        name: Option<String>,
        /// What Gantry may do: view, configure, edit, publish, manage; or a preset: look, set-up, run.
        #[arg(long, value_delimiter = ',', default_value = "look", value_name = "PERMISSION,...")]
        allow: Vec<String>,
        /// Read the password of a P12 file from this file descriptor, where it is not Google's default one.
        #[arg(long, value_name = "N")]
        password_fd: Option<u32>,
    },
    /// Look at a key file: whose it is, and whether it is well made. Nothing is stored or sent.
    Show { file: PathBuf },
}

/// `--key-file`, `--key-email` and `--subject`.
#[derive(Clone, Debug, Default)]
pub struct KeyFileOptions {
    /// `Some(None)` where the option came without a value.
    pub path: Option<Option<PathBuf>>,
    pub email: Option<String>,
    pub subject: Option<String>,
}

impl KeyFileOptions {
    /// `--key-email` and `--subject` say more of a key file. Without one they would be passed over, and the command act as
    /// somebody else than was meant.
    pub fn refuse_without_a_file(&self, is_named: bool, may_be_in_environment: bool) -> Result<()> {
        let option = match (&self.subject, &self.email) {
            (Some(_), _) => "--subject",
            (None, Some(_)) => "--key-email",
            (None, None) => return Ok(()),
        };
        if is_named || (may_be_in_environment && in_environment().is_some()) {
            return Ok(());
        }
        Err(Error::invalid(
            format!("{option} belongs to a key file, and this command uses none."),
            format!("Name one with --key-file FILE, or leave {option} away."),
        ))
    }
}

fn in_environment() -> Option<PathBuf> {
    let path = std::env::var_os(KEY_FILE_VARIABLE).filter(|path| !path.is_empty())?;
    Some(PathBuf::from(path))
}

/// What `add` made, and what it reaches.
#[derive(serde::Serialize)]
struct Added {
    #[serde(flatten)]
    connection: ConnectionView,
    check: Option<ConnectionCheck>,
}

/// Makes the key file's service account the connection of this command, where a key file is named.
pub async fn act_as(options: KeyFileOptions, session: &mut Session<'_>) -> Result<()> {
    let path = match options.path {
        Some(path) => path.ok_or_else(no_file)?,
        // A connection that is named goes before the environment.
        None if session.connection.is_some() => return Ok(()),
        None => match in_environment() {
            Some(path) => path,
            None => return Ok(()),
        },
    };
    let key_file = KeyFileUse {
        path,
        email: options.email,
        subject: options.subject,
    };
    let connection = connections::use_key_file(&session.engine, key_file).await?;
    session.connection = Some(connection.id);
    Ok(())
}

pub async fn run(command: Command, options: KeyFileOptions, session: &Session<'_>) -> Result<ExitCode> {
    match command {
        Command::Add {
            file,
            email,
            name,
            allow,
            password_fd,
        } => {
            let (path, by_reference) = chosen(file, options.path)?;
            let email = email.or(options.email);
            let password = password(&path, password_fd, by_reference)?;
            let request = AddServiceAccount {
                path: path.display().to_string(),
                email,
                name,
                allow: permissions(&allow)?,
                subject: options.subject,
                by_reference,
                session_only: false,
            };
            let connection =
                connections::add_service_account_with_password(&session.engine, request, password.as_ref()).await?;
            // It is added, whatever it reaches and whether that can be told now.
            let id = connection.id.clone();
            let check = connections::check(&session.engine, ById { id }).await.ok();
            session.output.result(&Added { connection, check }, told)
        }
        Command::Show { file } => {
            let path = std::path::absolute(&file).unwrap_or(file).display().to_string();
            let file = connections::inspect_service_account(&session.engine, ByPath { path }).await?;
            session.output.result(&file, shown)
        }
    }
}

/// Which file, and whether its key stays there: `FILE`, `FILE --key-file`, `--key-file FILE`.
fn chosen(file: Option<PathBuf>, key_file: Option<Option<PathBuf>>) -> Result<(PathBuf, bool)> {
    match (file, key_file) {
        (Some(file), None) => Ok((file, false)),
        (Some(file), Some(None)) | (None, Some(Some(file))) => Ok((file, true)),
        (Some(_), Some(Some(_))) => Err(Error::invalid(
            "Two key files are named.",
            "Name one: FILE to keep its key in the keychain, or --key-file FILE to leave it there.",
        )),
        (None, None | Some(None)) => Err(no_file()),
    }
}

/// The password of a P12 file that Google's default one does not open.
fn password(path: &std::path::Path, descriptor: Option<u32>, by_reference: bool) -> Result<Option<SecretString>> {
    if let Some(number) = descriptor {
        return secret_input::from_descriptor(number).map(Some).map_err(|error| {
            Error::invalid(
                format!("No password could be read from file descriptor {number}."),
                "Open it for reading, for instance: gantry ... --password-fd 3 3</path/to/password, or use 0 for standard input.",
            )
            .with_details(error)
        });
    }
    // What is wrong with the file is told when it is added.
    let Ok(file) = google_oauth::read_key_file(path) else {
        return Ok(None);
    };
    let asks = KeyFileFormat::of(&file) == KeyFileFormat::P12
        && ServiceAccountKey::p12_opens_by_default(&file).is_ok_and(|opens| !opens);
    if asks && !by_reference {
        secret_input::from_prompt("Password of the P12 file: ")
    } else {
        Ok(None)
    }
}

fn no_file() -> Error {
    Error::invalid(
        "No key file is named.",
        "Name the JSON file that the Google Cloud console downloaded, for instance --key-file exporter.json.",
    )
}

fn told(added: &Added) -> String {
    let connection = &added.connection;
    let place = match connection.stored_in {
        StoredIn::KeyFile => format!(
            "Its key stays in {}.",
            connection.key_file.as_deref().unwrap_or_default()
        ),
        StoredIn::Keychain => {
            "Its key is in the keychain; the file is not needed any more, and is best deleted.".to_owned()
        }
        StoredIn::Session => "Its key is forgotten when Gantry ends.".to_owned(),
    };
    let acts = match &connection.impersonated {
        Some(user) => format!(" as {user}"),
        None => String::new(),
    };
    let may = crate::connections::names(&connection.allowed);
    let reaches = added
        .check
        .as_ref()
        .map(|check| crate::connections::findings(&check.findings));
    format!(
        "Added {}{acts}: {may}. {place}{}",
        connection.email,
        reaches.unwrap_or_default()
    )
}

fn shown(file: &ServiceAccountFile) -> String {
    let format = match file.format {
        KeyFormat::Json => "JSON",
        KeyFormat::P12 => "P12",
    };
    let mut lines = vec![format!("Format   {format}")];
    for (name, value) in [
        ("E-mail ", &file.email),
        ("Project", &file.project_id),
        ("Key id ", &file.key_id),
    ] {
        lines.extend(value.as_ref().map(|value| format!("{name}  {value}")));
    }
    lines.extend(file.remarks.iter().cloned());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_named_in_three_ways() {
        let path = |text: &str| Some(PathBuf::from(text));
        assert_eq!(chosen(path("a.json"), None).unwrap(), ("a.json".into(), false));
        assert_eq!(chosen(path("a.json"), Some(None)).unwrap(), ("a.json".into(), true));
        assert_eq!(chosen(None, Some(path("a.json"))).unwrap(), ("a.json".into(), true));
        assert!(chosen(path("a.json"), Some(path("b.json"))).is_err());
        assert!(chosen(None, Some(None)).is_err());
        assert!(chosen(None, None).is_err());
    }
}
