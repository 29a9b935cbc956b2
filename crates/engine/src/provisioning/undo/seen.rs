//! What Google says of the assets now, in the fewest calls: two for a container, whose newest
//! version must be the run's own, one for a property; for an account one, and one
//! for all its properties, because others than the run's own would go with it.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::TryStreamExt;
use google_apis::analytics_admin::{Account, Property};
use google_apis::{AnalyticsAdmin, ApiError, ErrorKind, TagManager};
use serde_json::Value;

use super::own::Own;
use super::permission;
use crate::Engine;
use crate::connections::Session;
use crate::dto::provisioning::{MadeAsset, MadeKind, TrashAsset};
use crate::error::{Error, ErrorCode, Result};

/// An asset as it is now.
pub(super) struct Seen {
    pub made: MadeAsset,
    /// Why it cannot be removed.
    pub problem: Option<Error>,
    /// Google did not say whether it is there.
    pub unread: bool,
}

/// What was read of one asset.
enum Found {
    There { name: String },
    Trashed,
    Unknown(Error),
}

/// Reads the assets, but for those that are known to be in the trash.
pub(super) async fn look(
    engine: &Arc<Engine>,
    session: &Session,
    owns: &[Own],
    gone: &[TrashAsset],
) -> Result<Vec<Seen>> {
    let looker = Looker {
        engine,
        session,
        admin: AnalyticsAdmin::new(&session.transport),
        accounts: names_of_accounts(engine).await?,
    };
    let account = owns.iter().find(|own| own.kind == MadeKind::AnalyticsAccount);
    // Where the account is the run's own, one list tells of its property and of those that others made.
    let listed = match account {
        Some(account) if !is_in(gone, account) => Some(looker.properties(&account.asset).await),
        _ => None,
    };
    let mut all = Vec::new();
    for own in owns {
        let mut made = own.made(&session.connection.email);
        looker.name_account(own, &mut made).await;
        let found = if is_in(gone, own) {
            Found::Trashed
        } else {
            looker.find(own, listed.as_ref()).await
        };
        let (mut problem, unread) = (None, matches!(found, Found::Unknown(_)));
        match found {
            Found::There { name } => made.name = name,
            Found::Trashed => made.trashed = true,
            Found::Unknown(error) => problem = Some(error),
        }
        if made.kind == MadeKind::AnalyticsAccount {
            made.account_name.clone_from(&made.name);
        }
        if own.kind == MadeKind::Container && !made.trashed && problem.is_none() {
            problem = looker.others_work_in(own).await;
        }
        if !made.trashed && problem.is_none() {
            problem = session.require(permission(own.kind)).err();
        }
        if let (MadeKind::AnalyticsAccount, None, Some(Ok(properties))) = (own.kind, &problem, &listed) {
            problem = others(properties, owns);
        }
        made.why_not = problem.as_ref().map(said).filter(|_| !made.trashed);
        all.push(Seen { made, problem, unread });
    }
    // The account's name is read by now.
    let account = all.iter().find(|seen| seen.made.kind == MadeKind::AnalyticsAccount);
    if let Some(name) = account.map(|seen| seen.made.name.clone()) {
        for seen in all.iter_mut().filter(|seen| seen.made.kind == MadeKind::Property) {
            seen.made.account_name.clone_from(&name);
        }
    }
    Ok(all)
}

/// The assets under the names that the run gave them, where its connection cannot act.
pub(super) async fn unreachable(
    engine: &Engine,
    connection_id: &str,
    owns: &[Own],
    gone: &[TrashAsset],
    error: &Error,
) -> Result<Vec<Seen>> {
    let connections = engine.store().connections().await?;
    let email = connections.iter().find(|one| one.id == connection_id);
    let email = email.map_or("", |one| one.email.as_str());
    let seen = owns.iter().map(|own| {
        let trashed = is_in(gone, own);
        Seen {
            made: MadeAsset {
                trashed,
                why_not: (!trashed).then(|| said(error)),
                ..own.made(email)
            },
            problem: Some(error.again()),
            unread: true,
        }
    });
    Ok(seen.collect())
}

/// Whether the asset is in the trash or gone. Unknown counts as there.
pub(super) async fn is_gone(session: &Session, kind: MadeKind, asset: &str) -> bool {
    let admin = AnalyticsAdmin::new(&session.transport);
    let gone = |error: &ApiError| error.kind == ErrorKind::NotFound;
    match kind {
        MadeKind::AnalyticsAccount => match admin.account(asset).await {
            Ok(account) => account.deleted,
            Err(error) => gone(&error),
        },
        MadeKind::Property => match admin.property(asset).await {
            Ok(property) => is_deleted(&property),
            Err(error) => gone(&error),
        },
        MadeKind::Container => match TagManager::new(&session.transport).container(asset).await {
            Ok(_) => false,
            Err(error) => gone(&error),
        },
    }
}

struct Looker<'a> {
    engine: &'a Arc<Engine>,
    session: &'a Session,
    admin: AnalyticsAdmin,
    /// Mirrored names of accounts, by `analytics/1` and `tag_manager/1`.
    accounts: HashMap<String, String>,
}

impl Looker<'_> {
    async fn find(&self, own: &Own, listed: Option<&Result<Vec<Property>, ApiError>>) -> Found {
        match (own.kind, listed) {
            (MadeKind::AnalyticsAccount, _) => match self.admin.account(&own.asset).await {
                Ok(Account { deleted: true, .. }) => Found::Trashed,
                Ok(account) => there(account.display_name),
                Err(error) => self.unknown(own, error).await,
            },
            (MadeKind::Property, Some(Ok(properties))) => {
                let property = properties.iter().find(|one| one.name == own.asset);
                property.map_or(Found::Trashed, |property| there(property.display_name.clone()))
            }
            (MadeKind::Property, _) => match self.admin.property(&own.asset).await {
                Ok(property) if is_deleted(&property) => Found::Trashed,
                Ok(property) => there(property.display_name),
                Err(error) => self.unknown(own, error).await,
            },
            (MadeKind::Container, _) => match TagManager::new(&self.session.transport).container(&own.asset).await {
                Ok(container) => there(container.name),
                Err(error) => self.unknown(own, error).await,
            },
        }
    }

    /// Why a container is not the run's alone: it was adopted, or others have made versions in it since. One call.
    async fn others_work_in(&self, own: &Own) -> Option<Error> {
        let alone = "Remove it in Tag Manager if nobody needs it.";
        if own.adopted {
            return Some(Error::new(
                ErrorCode::Conflict,
                "Google's answer was lost when this container was made: it was taken up by its name, so it is not certain that this \
                 set-up made it.",
                alone,
            ));
        }
        let latest = TagManager::new(&self.session.transport)
            .latest_version_header(&own.asset)
            .await;
        let latest = match latest {
            Ok(header) => header,
            Err(error) if error.kind == ErrorKind::NotFound => return None,
            Err(error) => return Some(self.session.explain(self.engine, &own.asset, error).await),
        };
        let id = latest.container_version_id.as_str();
        if matches!(id, "" | "0") || own.version.as_deref() == Some(id) {
            return None;
        }
        let named = match latest.name.as_str() {
            "" => format!("version {id}"),
            name => format!("version {id}, {name:?}"),
        };
        Some(Error::new(
            ErrorCode::Conflict,
            format!("Others work in this container: its newest version is {named}, which this set-up did not make."),
            alone,
        ))
    }

    async fn unknown(&self, own: &Own, error: ApiError) -> Found {
        if error.kind == ErrorKind::NotFound {
            return Found::Trashed;
        }
        Found::Unknown(self.session.explain(self.engine, &own.asset, error).await)
    }

    async fn properties(&self, account: &str) -> Result<Vec<Property>, ApiError> {
        self.admin.properties_of(account).try_concat().await
    }

    /// A name for the account that it is in: as the mirror has it.
    async fn name_account(&self, own: &Own, made: &mut MadeAsset) {
        let known = match own.kind {
            MadeKind::AnalyticsAccount => return,
            MadeKind::Container => {
                let account = own.asset.split('/').nth(1).unwrap_or_default();
                self.accounts.get(&format!("tag_manager/{account}")).cloned()
            }
            MadeKind::Property if own.account_name.is_empty() => {
                let property = own.asset.trim_start_matches("properties/");
                let mirrored = self.engine.store().analytics_property(property).await.ok().flatten();
                mirrored.and_then(|one| self.accounts.get(&format!("analytics/{}", one.account_id)).cloned())
            }
            MadeKind::Property => None,
        };
        if let Some(name) = known {
            made.account_name = name;
        }
    }
}

async fn names_of_accounts(engine: &Engine) -> Result<HashMap<String, String>> {
    let analytics = engine.store().analytics_accounts().await?;
    let tag_manager = engine.store().tag_manager_accounts().await?;
    Ok(analytics
        .into_iter()
        .map(|one| (format!("analytics/{}", one.account_id), one.display_name))
        .chain(
            tag_manager
                .into_iter()
                .map(|one| (format!("tag_manager/{}", one.account_id), one.name)),
        )
        .collect())
}

fn there(name: String) -> Found {
    Found::There { name }
}

fn is_in(gone: &[TrashAsset], own: &Own) -> bool {
    gone.iter().any(|one| one.asset == own.asset)
}

fn is_deleted(property: &Property) -> bool {
    property
        .extra
        .get("deleteTime")
        .and_then(Value::as_str)
        .is_some_and(|time| !time.is_empty())
}

fn said(error: &Error) -> String {
    format!("{} {}", error.message, error.remedy).trim().to_owned()
}

/// Properties that the run did not make would go with its account.
fn others(properties: &[Property], owns: &[Own]) -> Option<Error> {
    let others: Vec<&str> = properties
        .iter()
        .filter(|property| !owns.iter().any(|own| own.asset == property.name))
        .map(|property| property.display_name.as_str())
        .collect();
    (!others.is_empty()).then(|| {
        Error::new(
            ErrorCode::Conflict,
            format!(
                "The account holds what this set-up did not make, and it would go with it: {}.",
                others.join(", ")
            ),
            "Remove the property and the container only, or remove the account in Google Analytics.",
        )
    })
}
