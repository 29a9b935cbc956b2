//! A failed call, explained from Google's reason and from what the other connections reach: who has access, which
//! permission it needs, which page settles it, when it may be tried again.

use gantry_domain::Permission;
use gantry_store::{ConnectionKind, ConnectionRecord, ConnectionState};
use google_apis::{ApiError, ErrorKind};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::links::switch_on;
use super::{offering_sign_in, signing_in_again, trouble_of};
use crate::Engine;
use crate::connections::session::granted;
use crate::connections::{Session, service_account_access, service_accounts};
use crate::dto::connections::Offer;
use crate::error::{Error, Result};

/// Connections that are named in a sentence; more are offered.
const NAMED: usize = 3;

impl Session {
    /// The outcome of a call about `asset` (`properties/1`, `accounts/1`, `accounts/1/containers/2`), a failure explained.
    pub(crate) async fn explained<T>(
        &self,
        engine: &Engine,
        asset: &str,
        outcome: std::result::Result<T, ApiError>,
    ) -> Result<T> {
        match outcome {
            Ok(value) => Ok(value),
            Err(error) => Err(self.explain(engine, asset, error).await),
        }
    }

    /// What a failed call about `asset` means, and what can be done about it.
    pub(crate) async fn explain(&self, engine: &Engine, asset: &str, error: ApiError) -> Error {
        let project = match &self.oauth_client {
            Some(client) => client.project_id.as_deref(),
            None => Some(self.project.as_str()),
        };
        as_far_as_known(engine, &self.connection, project, asset, error).await
    }
}

/// The same for a failure of before, which has no session any more.
pub(crate) async fn explain_failure(
    engine: &Engine,
    connection: &ConnectionRecord,
    asset: &str,
    error: ApiError,
) -> Error {
    let project = match connection.kind {
        ConnectionKind::ServiceAccount => Some(service_accounts::project(connection)),
        ConnectionKind::User => match engine.store.oauth_client(&connection.oauth_client_id).await {
            Ok(client) => client.and_then(|client| client.project_id),
            // The words do without it.
            Err(_) => None,
        },
    };
    as_far_as_known(engine, connection, project.as_deref(), asset, error).await
}

async fn as_far_as_known(
    engine: &Engine,
    connection: &ConnectionRecord,
    project: Option<&str>,
    asset: &str,
    error: ApiError,
) -> Error {
    match explain(engine, connection, project, asset, error.clone()).await {
        Ok(explained) => explained,
        Err(unread) => {
            tracing::warn!(error = %unread, "the failure could not be explained further");
            error.into()
        }
    }
}

async fn explain(
    engine: &Engine,
    connection: &ConnectionRecord,
    project: Option<&str>,
    asset: &str,
    error: ApiError,
) -> Result<Error> {
    let email = &connection.email;
    // What only a service account is told: which e-mail has to be added, and where.
    let told = service_account_access::explained(error.clone(), connection);
    Ok(match error.kind {
        ErrorKind::SignInNeeded | ErrorKind::Unauthenticated => {
            let now = engine.store.connection(&connection.id).await?;
            let trouble = match &now {
                Some(now) => trouble_of(engine, now).await?,
                None => None,
            };
            match trouble {
                Some(trouble) => offering_sign_in(
                    connection,
                    Error {
                        message: format!("{}. {}", trouble.title, trouble.explanation),
                        remedy: trouble.remedy,
                        ..told
                    },
                ),
                None => signing_in_again(connection, told),
            }
        }
        ErrorKind::ScopeMissing => scope_missing(connection, &error, told),
        ErrorKind::PermissionDenied => {
            let reach = Reach::of(engine, connection, asset, error.api_method).await?;
            Error {
                message: format!("{email} has no access to {}, or may not do this with it.", reach.name),
                ..reach.others(told)
            }
        }
        ErrorKind::NotFound if error.api_method.starts_with("tagmanager.") && !never_published(&error) => {
            let reach = Reach::of(engine, connection, asset, error.api_method).await?;
            let reading = if reach.connections.is_empty() {
                format!("Either it is gone, or {email} has no access to it.")
            } else {
                format!("It was there when Gantry last looked, so most likely {email} has no access to it.")
            };
            Error {
                message: format!(
                    "Tag Manager says \"Not found or permission denied\" about {}. {reading}",
                    reach.name
                ),
                ..reach.others(told)
            }
        }
        ErrorKind::ApiDisabled => {
            let name = super::links::api_of(error.api_method).map_or("API", |(name, _)| name);
            let place = project.map_or_else(
                || "the OAuth client's Google Cloud project".to_owned(),
                |project| format!("the Google Cloud project {project}"),
            );
            let told = Error {
                message: format!("The {name} is not enabled in {place}."),
                remedy: "Enable it in the Google Cloud console, wait a few minutes, and try again.".to_owned(),
                ..told
            };
            match switch_on(engine, &error, project) {
                Some(offer) => told.offering(offer),
                None => told,
            }
        }
        ErrorKind::RateLimited | ErrorKind::QuotaExhausted => comes_back(engine, &error, told),
        ErrorKind::Keychain => told.offering(Offer::RetryKeychain),
        _ => told,
    })
}

fn never_published(error: &ApiError) -> bool {
    error.message.to_lowercase().contains("published container version")
}

fn scope_missing(connection: &ConnectionRecord, error: &ApiError, told: Error) -> Error {
    let Some(permission) = needed(error.api_method) else {
        return match connection.kind {
            ConnectionKind::User => offering_sign_in(connection, told),
            ConnectionKind::ServiceAccount => Error {
                remedy: "Add its key again with what this needs among what it may do.".to_owned(),
                ..told
            },
        };
    };
    let (email, name) = (&connection.email, permission.name());
    let connection_id = connection.id.clone();
    if connection.dropped.contains(&permission) && granted(connection).contains(&permission) {
        return Error {
            message: format!("You switched \"{name}\" off for {email}, and this needs it."),
            remedy: format!("Use \"{name}\" again, or choose another connection."),
            ..told
        }
        .offering(Offer::UseAgain {
            connection_id,
            permission,
        });
    }
    if connection.kind == ConnectionKind::ServiceAccount {
        return Error {
            message: format!("{email} was added without \"{name}\", and this needs it."),
            remedy: format!("Add its key again with \"{name}\" among what it may do."),
            ..told
        };
    }
    Error {
        message: format!("{email} was not given \"{name}\", and this needs it."),
        remedy: format!("Allow \"{name}\": sign in again and tick all its boxes on Google's page."),
        ..told
    }
    .offering(Offer::Grant {
        connection_id,
        permission,
    })
}

/// The permission whose scopes a method takes; the weakest where several fit (Google's discovery documents).
fn needed(method: &str) -> Option<Permission> {
    let (api, rest) = method.split_once('.')?;
    let verb = rest.rsplit('.').next()?;
    let reads = verb.starts_with("get")
        || verb.starts_with("run")
        || verb.starts_with("batchRun")
        || matches!(
            verb,
            "list" | "live" | "latest" | "lookup" | "snippet" | "entities" | "checkCompatibility"
        );
    match api {
        "analyticsdata" => Some(Permission::View),
        "analyticsadmin" if rest.contains("accessBindings") => Some(Permission::Manage),
        "analyticsadmin" if reads => Some(Permission::View),
        "analyticsadmin" => Some(Permission::Configure),
        "tagmanager" if rest.contains("user_permissions") => Some(Permission::Manage),
        "tagmanager" if reads => Some(Permission::View),
        "tagmanager" => Some(match rest {
            "accounts.update" | "accounts.containers.delete" | "accounts.containers.workspaces.delete" => {
                Permission::Manage
            }
            "accounts.containers.versions.publish" | "accounts.containers.environments.reauthorize" => {
                Permission::Publish
            }
            _ => Permission::Edit,
        }),
        _ => None,
    }
}

fn comes_back(engine: &Engine, error: &ApiError, told: Error) -> Error {
    let now = engine.clock.now();
    // A day's quota comes back at midnight in California, whether Google says so or not.
    let of_the_day = error.kind == ErrorKind::QuotaExhausted && error.message.to_lowercase().contains("day");
    let midnight = of_the_day.then(|| gantry_store::pacific_day(now).1.duration_since(now));
    let said = error.retry_after.and_then(|wait| SignedDuration::try_from(wait).ok());
    let Some(wait) = said.or(midnight) else {
        return told;
    };
    let at = now.checked_add(wait).ok();
    let when = match at {
        _ if wait < SignedDuration::from_mins(2) => format!("in {} seconds", wait.as_secs().max(1)),
        Some(at) if wait < SignedDuration::from_hours(12) => {
            format!("at {}", at.to_zoned(TimeZone::system()).strftime("%H:%M"))
        }
        Some(at) => format!("on {}", at.to_zoned(TimeZone::system()).strftime("%A at %H:%M")),
        None => return told,
    };
    Error {
        remedy: format!("Google takes requests again {when}. {}", told.remedy),
        ..told
    }
}

/// An asset, by its name in the mirror, and the other connections that reach it.
struct Reach {
    /// "the property Website of Harbour Bakery", or its resource name where the mirror does not know it.
    name: String,
    /// Who administers it: the account.
    account: Option<String>,
    connections: Vec<ConnectionRecord>,
}

impl Reach {
    async fn of(engine: &Engine, asked: &ConnectionRecord, asset: &str, method: &str) -> Result<Self> {
        let store = &engine.store;
        let parts: Vec<&str> = asset.split('/').collect();
        let unknown = (asset.to_owned(), None, Vec::new());
        let (name, account, ids) = match parts[..] {
            ["properties", number, ..] => match store.analytics_property(number).await? {
                Some(known) => {
                    let accounts = store.analytics_accounts().await?;
                    let account = accounts.into_iter().find(|one| one.account_id == known.account_id);
                    let account = account.map(|account| account.display_name);
                    (
                        format!("the property {}", known.display_name),
                        account,
                        known.connections,
                    )
                }
                None => unknown,
            },
            ["accounts", _, "containers", number, ..] => match store.container(number).await? {
                Some(known) => {
                    let accounts = store.tag_manager_accounts().await?;
                    let account = accounts.into_iter().find(|one| one.account_id == known.account_id);
                    (
                        format!("the container {} ({})", known.name, known.public_id),
                        account.map(|account| account.name),
                        known.connections,
                    )
                }
                None => unknown,
            },
            ["accounts", number, ..] if method.starts_with("tagmanager.") => {
                let mut accounts = store.tag_manager_accounts().await?.into_iter();
                match accounts.find(|one| one.account_id == number) {
                    Some(known) => (
                        format!("the account {}", known.name),
                        Some(known.name),
                        known.connections,
                    ),
                    None => unknown,
                }
            }
            ["accounts", number, ..] => {
                let mut accounts = store.analytics_accounts().await?.into_iter();
                match accounts.find(|one| one.account_id == number) {
                    Some(known) => (
                        format!("the account {}", known.display_name),
                        Some(known.display_name),
                        known.connections,
                    ),
                    None => unknown,
                }
            }
            _ => ("it".to_owned(), None, Vec::new()),
        };
        let mut connections = store.connections().await?;
        connections.retain(|one| one.id != asked.id && ids.contains(&one.id));
        // Those that work come first.
        connections.sort_by_key(|one| one.state != ConnectionState::Ready);
        Ok(Self {
            name,
            account,
            connections,
        })
    }

    /// Names and offers the other connections; without any, who can give access.
    fn others(&self, told: Error) -> Error {
        if self.connections.is_empty() && !told.offers.is_empty() {
            return told;
        }
        if self.connections.is_empty() {
            let who = match &self.account {
                Some(account) => format!("an administrator of {account}"),
                None => "an administrator of the account".to_owned(),
            };
            return Error {
                remedy: format!(
                    "Ask {who} for access. No other connection of yours reaches it, as far as the last sync saw."
                ),
                ..told
            };
        }
        let emails: Vec<&str> = self.connections.iter().map(|one| one.email.as_str()).collect();
        let mut named = emails[..emails.len().min(NAMED)].join(", ");
        if emails.len() > NAMED {
            named = format!("{named} and {} more", emails.len() - NAMED);
        }
        let reach = if emails.len() == 1 { "reaches" } else { "reach" };
        let mut told = Error {
            remedy: format!("{named} {reach} it: use that connection, or ask an administrator for access."),
            ..told
        };
        for one in &self.connections {
            told = told.offering(Offer::UseConnection {
                connection_id: one.id.clone(),
                email: one.email.clone(),
            });
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_names_the_weakest_permission_that_has_its_scope() {
        use Permission::{Configure, Edit, Manage, Publish, View};
        for (method, permission) in [
            ("analyticsdata.properties.runReport", View),
            ("analyticsdata.properties.getMetadata", View),
            ("analyticsdata.properties.batchRunReports", View),
            ("analyticsadmin.accountSummaries.list", View),
            ("analyticsadmin.properties.dataStreams.getGlobalSiteTag", View),
            ("analyticsadmin.properties.create", Configure),
            ("analyticsadmin.accounts.provisionAccountTicket", Configure),
            ("analyticsadmin.properties.updateDataRetentionSettings", Configure),
            ("analyticsadmin.properties.accessBindings.list", Manage),
            ("tagmanager.accounts.list", View),
            ("tagmanager.accounts.containers.versions.live", View),
            ("tagmanager.accounts.containers.version_headers.latest", View),
            ("tagmanager.accounts.containers.workspaces.getStatus", View),
            ("tagmanager.accounts.containers.workspaces.tags.update", Edit),
            ("tagmanager.accounts.containers.workspaces.create_version", Edit),
            ("tagmanager.accounts.containers.versions.publish", Publish),
            ("tagmanager.accounts.containers.workspaces.delete", Manage),
            ("tagmanager.accounts.user_permissions.list", Manage),
        ] {
            assert_eq!(needed(method), Some(permission), "{method}");
        }
        assert_eq!(needed("analytics.provisioning.createAccountTicket"), None);
    }
}
