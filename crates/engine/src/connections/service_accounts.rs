//! Service accounts: connections that need no person. A key is checked and proved before anything is kept; it rests in the
//! keychain, in memory, or stays in its own file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gantry_domain::Permission;
use gantry_store::{ConnectionKind, ConnectionRecord};
use google_oauth::{
    AssertionOrder, Credential, KeyFileFormat, KeySource, Provider, SecretString, ServiceAccountKey,
    ServiceAccountKeyError, ServiceAccountRenewal, TokenStore, read_key_file, read_private_key_file,
};

use super::list::one;
use super::reconcile;
use super::service_account_refusals::{key_file, not_a_key};
use super::session::{allowed, granted};
use crate::dto::connections::{AddServiceAccount, ByPath, ConnectionView, KeyFormat, ServiceAccountFile};
use crate::dto::events::Topic;
use crate::error::{Error, ErrorCode, Result};
use crate::{Engine, activity};

/// A key file to act with for one command, and from then on.
#[derive(Clone, Debug)]
pub struct KeyFileUse {
    pub path: PathBuf,
    /// For P12: the service account's e-mail.
    pub email: Option<String>,
    /// The user to act as.
    pub subject: Option<String>,
}

/// Looks at a key file before it is added. Nothing is stored, nothing is sent.
pub async fn inspect(engine: &Arc<Engine>, request: ByPath) -> Result<ServiceAccountFile> {
    let path = absolute(&request.path);
    let file = read(path.clone(), false).await?;
    let (key, mut remarks) = aside(move || look_at(&file)).await?;
    let known = match &key {
        Some(key) => {
            let connections = engine.store.connections().await?;
            connections.iter().any(|one| is_of(one, &key.email))
        }
        None => false,
    };
    if known {
        remarks.push("It is connected already: adding it again replaces its key.".to_owned());
    }
    if read(path, true).await.is_err() {
        remarks.push("Others on this computer can read the file. To leave the key in it, close it first.".to_owned());
    }
    Ok(ServiceAccountFile {
        format: match key {
            Some(_) => KeyFormat::Json,
            None => KeyFormat::P12,
        },
        project_id: key.as_ref().and_then(|key| key.project_id.clone()),
        key_id: key.as_ref().and_then(|key| key.key_id.clone()),
        email: key.map(|key| key.email),
        known,
        remarks,
    })
}

/// The key of a JSON file, which says whose it is, and what a person should know of a P12 file.
fn look_at(file: &[u8]) -> Result<(Option<ServiceAccountKey>, Vec<String>)> {
    if KeyFileFormat::of(file) == KeyFileFormat::Json {
        let key = ServiceAccountKey::parse(file).map_err(|error| not_a_key(&error))?;
        return Ok((Some(key), Vec::new()));
    }
    let mut remarks = vec!["A P12 file does not say whose key it is: name the service account's e-mail.".to_owned()];
    if !ServiceAccountKey::p12_opens_by_default(file).map_err(|error| not_a_key(&error))? {
        remarks.push(
            "It has a password of its own. `gantry service-account add FILE --email ADDRESS` asks for it.".to_owned(),
        );
    }
    Ok((None, remarks))
}

/// Adds a service account, or replaces its key. One token is asked for first: a key that Google does not take is not kept.
pub async fn add(engine: &Arc<Engine>, request: AddServiceAccount) -> Result<ConnectionView> {
    add_with_password(engine, request, None).await
}

/// The same for a P12 file that has a password of its own. A password crosses no page: a window cannot add such a file.
pub async fn add_with_password(
    engine: &Arc<Engine>,
    request: AddServiceAccount,
    password: Option<&SecretString>,
) -> Result<ConnectionView> {
    if request.allow.is_empty() {
        return Err(Error::invalid(
            "Nothing to allow was chosen.",
            "Choose at least one permission, for instance View.",
        ));
    }
    let path = absolute(&request.path);
    let file = read(path.clone(), request.by_reference).await?;
    let (order, password) = (request.clone(), password.cloned());
    let key = aside(move || parse(&file, &order, password.as_ref())).await?;
    let session_only = request.session_only && !request.by_reference;
    // Before Google is asked: can it be kept at all?
    let stored = if request.by_reference {
        None
    } else {
        let store = engine.secrets(session_only).await.map_err(|error| Error {
            remedy: format!("{} Or leave the key in its file, with --key-file.", error.remedy),
            ..error
        })?;
        Some((key.to_stored()?, store))
    };

    let subject = request
        .subject
        .as_deref()
        .map(str::trim)
        .filter(|user| !user.is_empty());
    let known = known(engine, &key.email, subject).await?;
    let now = engine.clock.now();
    let scopes: BTreeSet<String> = request.allow.iter().flat_map(|allowed| allowed.scopes()).collect();
    let id = known
        .as_ref()
        .map_or_else(|| uuid::Uuid::new_v4().to_string(), |known| known.id.clone());
    // The same service account is the same connection, whichever of its keys and of their formats it has.
    let client_id = known.as_ref().map(|known| known.oauth_client_id.clone());
    let client_id = client_id.or_else(|| key.client_id.clone());
    let client_id = client_id.unwrap_or_else(|| key.email.clone());
    let given = request.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let record = ConnectionRecord {
        kind: ConnectionKind::ServiceAccount,
        display_name: given
            .map(str::to_owned)
            .or_else(|| known.as_ref().and_then(|known| known.display_name.clone())),
        permissions: request.allow.iter().copied().collect(),
        // An assertion is granted what it asks for, or nothing.
        granted_scopes: scopes.into_iter().collect(),
        session_only,
        last_used_at: Some(now),
        signed_in_at: Some(now),
        key_file: request.by_reference.then(|| path.display().to_string()),
        impersonated: subject.map(str::to_owned),
        dropped: known
            .as_ref()
            .map_or_else(Vec::new, |known| still_off(known, &request.allow)),
        ..ConnectionRecord::new(&id, &identity(&key.email, subject), &key.email, &client_id, now)
    };

    let source = match &stored {
        Some((_, store)) => stored_key(store, &id),
        None => KeySource::File {
            path,
            email: key.email.clone(),
        },
    };
    let renewal = renewal(engine, &to_prove(&record), source)?;
    let token = renewal.renew_with(&key).await?;
    // The row is marked, the key goes into the keychain, and the whole row clears the mark.
    let (record, marked) = match &stored {
        Some(_) => {
            let (record, marked) = reconcile::storing(engine, record).await?;
            (record, Some(marked))
        }
        None => (record, None),
    };
    let keep = async {
        if let Some((secret, store)) = &stored {
            store.set(&record.id, secret).await?;
        }
        Ok(Some(token))
    };
    let credential = credential_of(engine, &to_prove(&record), renewal);
    if let Err(error) = credential.replace(keep).await {
        if let Some(marked) = marked {
            marked.undo(engine, &record).await?;
        }
        return Err(error.into());
    }
    let record = engine.store.put_connection(record).await?;
    drop(marked);
    if let Some(known) = known.filter(|known| known.key_file.is_none() && record.key_file.is_some()) {
        // It is in its file now.
        engine.secrets(known.session_only).await?.delete(&known.id).await?;
    }
    engine.sessions.forget(&record.id).await;
    engine.jobs.changed(Topic::Connections);
    one(engine, &record.id).await
}

/// The connection of a key file: the one that was made with it, or a new one that may View and leaves the key in its file.
/// Neither asks a keychain.
pub async fn use_key_file(engine: &Arc<Engine>, key_file: KeyFileUse) -> Result<ConnectionRecord> {
    let path = absolute(&key_file.path);
    let request = AddServiceAccount {
        path: path.display().to_string(),
        email: key_file.email,
        name: None,
        allow: BTreeSet::from([Permission::View]),
        subject: key_file.subject,
        by_reference: true,
        session_only: false,
    };
    let file = read(path.clone(), true).await?;
    let order = request.clone();
    let key = aside(move || parse(&file, &order, None)).await?;
    let known = known(engine, &key.email, request.subject.as_deref()).await?;
    match known {
        Some(known) if known.key_file.as_deref().map(Path::new) == Some(&path) => Ok(known),
        Some(known) if known.key_file.is_none() => Err(Error::invalid(
            format!("{} is connected already, with its key in the keychain.", known.email),
            format!(
                "Use it with --connection {}, or disconnect it first to use the key file.",
                known.email
            ),
        )),
        // The same key at another place: what the connection may do stays.
        known => {
            let allow = known.map_or(request.allow.clone(), |known| known.permissions.into_iter().collect());
            let added = add(engine, AddServiceAccount { allow, ..request }).await?;
            engine.connection(Some(&added.id)).await
        }
    }
}

/// Forgets the key that is stored here; there is nothing to give back to Google. A key in its own file stays there.
pub(super) async fn forget(engine: &Engine, connection: &ConnectionRecord) -> Result<()> {
    if connection.key_file.is_none() {
        let store = engine.secrets(connection.session_only).await?;
        store.delete(&connection.id).await?;
    }
    Ok(())
}

/// What gives out this service account's access tokens. Nothing is read yet.
pub(super) async fn credential(engine: &Engine, connection: &ConnectionRecord) -> Result<Credential> {
    let source = match &connection.key_file {
        Some(path) => KeySource::File {
            path: PathBuf::from(path),
            email: connection.email.clone(),
        },
        None => stored_key(&engine.secrets(connection.session_only).await?, &connection.id),
    };
    let renewal = renewal(engine, connection, source)?;
    Ok(credential_of(engine, connection, renewal))
}

/// The Google Cloud project that a service account's calls are counted against. Google names the account after it.
pub(crate) fn project(connection: &ConnectionRecord) -> String {
    let domain = connection.email.split_once('@').map(|(_, domain)| domain);
    domain
        .and_then(|domain| domain.strip_suffix(".iam.gserviceaccount.com"))
        .map_or_else(|| connection.oauth_client_id.clone(), str::to_owned)
}

fn renewal(engine: &Engine, connection: &ConnectionRecord, source: KeySource) -> Result<ServiceAccountRenewal> {
    Ok(ServiceAccountRenewal::new(
        source,
        order(connection),
        Provider::google(),
        engine.profile.base().clone(),
        Arc::clone(&engine.clock),
    )?
    .with_clock_skew(engine.clock_skew.clone())
    .with_observer(activity::exchange_recorder(engine, Some(&connection.id))))
}

fn credential_of(engine: &Engine, connection: &ConnectionRecord, renewal: ServiceAccountRenewal) -> Credential {
    // A token that another process left is good for what it was asked for, and nothing else: the scopes are in the name.
    let name = format!("{} {}", connection.id, order(connection).scopes.join(" "));
    Credential::new(name, Arc::new(renewal), engine.refresh_lock()).with_clock(Arc::clone(&engine.clock))
}

/// What each assertion asks for: what is allowed and not switched off here.
fn order(connection: &ConnectionRecord) -> AssertionOrder {
    let scopes: BTreeSet<String> = allowed(connection)
        .into_iter()
        .flat_map(gantry_domain::Permission::scopes)
        .collect();
    AssertionOrder {
        scopes: scopes.into_iter().collect(),
        subject: connection.impersonated.clone(),
    }
}

fn stored_key(store: &Arc<dyn TokenStore>, id: &str) -> KeySource {
    KeySource::Stored {
        store: Arc::clone(store),
        name: id.to_owned(),
    }
}

/// What stays switched off when the key of a connection is added again. Only what it could not do before comes on with it.
fn still_off(known: &ConnectionRecord, allow: &BTreeSet<Permission>) -> Vec<Permission> {
    let before = granted(known);
    let off = known.dropped.iter().copied();
    off.filter(|one| before.contains(one) || !allow.contains(one)).collect()
}

/// What a key is proved with. Google gives no token for nothing, so with everything switched off all that it may have.
fn to_prove(record: &ConnectionRecord) -> ConnectionRecord {
    let mut record = record.clone();
    if allowed(&record).is_empty() {
        record.dropped.clear();
    }
    record
}

/// Who it is: one service account that acts as several users is as many connections.
fn identity(email: &str, subject: Option<&str>) -> String {
    subject.map_or_else(|| email.to_owned(), |user| format!("{email} as {user}"))
}

fn is_of(connection: &ConnectionRecord, email: &str) -> bool {
    connection.kind == ConnectionKind::ServiceAccount && connection.email == email
}

async fn known(engine: &Engine, email: &str, subject: Option<&str>) -> Result<Option<ConnectionRecord>> {
    let connections = engine.store.connections().await?;
    Ok(connections
        .into_iter()
        .find(|one| is_of(one, email) && one.impersonated.as_deref() == subject))
}

fn absolute(path: impl AsRef<Path>) -> PathBuf {
    std::path::absolute(path.as_ref()).unwrap_or_else(|_| path.as_ref().to_owned())
}

async fn read(path: PathBuf, stays_there: bool) -> Result<impl std::ops::Deref<Target = Vec<u8>>> {
    aside(move || {
        let file = if stays_there {
            read_private_key_file(&path)
        } else {
            read_key_file(&path)
        };
        file.map_err(|error| key_file(ErrorCode::InvalidRequest, &error))
    })
    .await
}

/// Reads or opens a key where nothing else waits for it: a P12 file says itself how long its key's derivation takes.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => {
            Err(Error::new(ErrorCode::Internal, "The key file was not read.", "Try again.").with_details(error))
        }
    }
}

fn parse(file: &[u8], request: &AddServiceAccount, password: Option<&SecretString>) -> Result<ServiceAccountKey> {
    // What is read again for each use must open without anybody typing.
    let password = password.filter(|_| !request.by_reference);
    let email = request
        .email
        .as_deref()
        .map(str::trim)
        .filter(|email| !email.is_empty());
    match ServiceAccountKey::parse_any(file, email, password) {
        Err(ServiceAccountKeyError::PasswordNeeded) if request.by_reference => Err(Error::invalid(
            "This P12 file has a password of its own, so that it cannot be read without a person.",
            "Add it without --key-file, which keeps its key in the keychain, or make a JSON key in the Google Cloud console.",
        )),
        Err(error) => Err(not_a_key(&error)),
        Ok(key) => match email {
            Some(email) if email != key.email => Err(Error::invalid(
                format!("The file holds the key of {}, not of {email}.", key.email),
                "Leave --email away: a JSON key says whose it is.",
            )),
            _ => Ok(key),
        },
    }
}
