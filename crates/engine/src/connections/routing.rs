//! Which connection acts on an asset that several reach: the least privileged that can do the job, so that a slip costs
//! as little as it can; the person may choose another, and the choice is kept.

use std::collections::HashMap;
use std::sync::Arc;

use gantry_domain::Permission;
use gantry_store::ConnectionRecord;

use super::session::allowed;
use crate::Engine;
use crate::dto::connections::{RouteCandidate, RouteRequest, RouteView, SetRoute};
use crate::dto::events::Topic;
use crate::error::{Error, ErrorCode, Result};

/// Something at Google that connections reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asset {
    /// An Analytics property, by its number.
    Property(String),
    /// An Analytics account, by its number.
    AnalyticsAccount(String),
    /// A Tag Manager container, by the numbers of its account and its own.
    Container(String, String),
}

impl Asset {
    /// `properties/123`, `accounts/1` (Analytics) or `accounts/1/containers/2` (Tag Manager).
    fn parse(name: &str) -> Result<Self> {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match name.trim().split('/').collect::<Vec<_>>()[..] {
            ["properties", number] if digits(number) => Ok(Self::Property(number.to_owned())),
            ["accounts", number] if digits(number) => Ok(Self::AnalyticsAccount(number.to_owned())),
            ["accounts", account, "containers", number] if digits(account) && digits(number) => {
                Ok(Self::Container(account.to_owned(), number.to_owned()))
            }
            _ => Err(Error::invalid(
                format!("{name:?} names no account, property or container."),
                "Write properties/123, accounts/1 or accounts/1/containers/2.",
            )),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Property(number) => format!("properties/{number}"),
            Self::AnalyticsAccount(number) => format!("accounts/{number}"),
            Self::Container(account, number) => format!("accounts/{account}/containers/{number}"),
        }
    }

    /// The connections that reach it according to the mirror; none before the first sync.
    async fn reached_by(&self, engine: &Engine) -> Result<Vec<String>> {
        let store = &engine.store;
        Ok(match self {
            Self::Property(number) => store.analytics_property(number).await?.map(|known| known.connections),
            Self::AnalyticsAccount(number) => store
                .analytics_accounts()
                .await?
                .into_iter()
                .find(|known| known.account_id == *number)
                .map(|known| known.connections),
            Self::Container(_, number) => store
                .containers()
                .await?
                .into_iter()
                .find(|known| known.container_id == *number)
                .map(|known| known.connections),
        }
        .unwrap_or_default())
    }
}

/// The connections that reach an asset, the one that acts first.
struct Route {
    candidates: Vec<Candidate>,
    overridden: bool,
}

struct Candidate {
    connection: ConnectionRecord,
    usable: bool,
    can: bool,
}

impl Candidate {
    fn fits(&self) -> bool {
        self.usable && self.can
    }
}

/// How much harm a connection could do: each permission outweighs all before it.
fn power(connection: &ConnectionRecord) -> u32 {
    allowed(connection)
        .into_iter()
        .map(|permission| match permission {
            Permission::View => 1,
            Permission::Configure => 2,
            Permission::Edit => 4,
            Permission::Publish => 8,
            Permission::Manage => 16,
        })
        .sum()
}

/// What routes are made of, read once: every connection with its usability, and the person's choices.
pub(crate) struct Routes {
    connections: Vec<(ConnectionRecord, bool)>,
    choices: HashMap<String, String>,
}

impl Routes {
    pub(crate) async fn read(engine: &Engine) -> Result<Self> {
        let mut connections = Vec::new();
        for connection in engine.store.connections().await? {
            let usable = engine.is_usable(&connection).await?;
            connections.push((connection, usable));
        }
        Ok(Self {
            connections,
            choices: engine.store.routes().await?,
        })
    }

    fn to(&self, asset: &Asset, reached_by: &[String], permission: Permission) -> Route {
        let mut candidates: Vec<Candidate> = self
            .connections
            .iter()
            .filter(|(connection, _)| reached_by.contains(&connection.id))
            .map(|(connection, usable)| Candidate {
                usable: *usable,
                can: allowed(connection).contains(&permission),
                connection: connection.clone(),
            })
            .collect();
        // Stable: equals stay in the order in which they were connected.
        candidates.sort_by_key(|candidate| (!candidate.fits(), power(&candidate.connection)));
        let chosen = self.choices.get(&asset.name());
        let choice = candidates
            .iter()
            .position(|candidate| candidate.fits() && Some(&candidate.connection.id) == chosen);
        if let Some(place) = choice {
            candidates[..=place].rotate_right(1);
        }
        Route {
            candidates,
            overridden: choice.is_some(),
        }
    }

    /// The id of the connection that reads a property which these connections reach.
    pub(crate) fn reader(&self, property: &str, reached_by: &[String]) -> Option<String> {
        let route = self.to(&Asset::Property(property.to_owned()), reached_by, Permission::View);
        route.candidates.into_iter().next().map(|first| first.connection.id)
    }
}

async fn route_to(engine: &Engine, asset: &Asset, permission: Permission) -> Result<Route> {
    let reached_by = asset.reached_by(engine).await?;
    Ok(Routes::read(engine).await?.to(asset, &reached_by, permission))
}

/// Who acts on `asset`: the connection that the request names; else the least privileged that reaches it and may do this,
/// or the one that the person chose for it; else one that reaches it and is broken, so that its last good data is found; else the
/// only one there is.
pub(crate) async fn choose(
    engine: &Arc<Engine>,
    asset: &Asset,
    permission: Permission,
    named: Option<&str>,
) -> Result<ConnectionRecord> {
    if named.is_some() {
        return engine.connection(named).await;
    }
    if let Some(first) = route_to(engine, asset, permission).await?.candidates.into_iter().next() {
        return Ok(first.connection);
    }
    match engine.connection(None).await {
        // Only one of them may still work.
        Err(error) if error.code == ErrorCode::ConnectionAmbiguous => {
            let mut usable = Vec::new();
            for connection in engine.store.connections().await? {
                if engine.is_usable(&connection).await? && allowed(&connection).contains(&permission) {
                    usable.push(connection);
                }
            }
            match <[_; 1]>::try_from(usable) {
                Ok([one]) => Ok(one),
                Err(_) => Err(error),
            }
        }
        other => other,
    }
}

/// Which connection acts on an asset, why, and who else could.
pub async fn route(engine: &Arc<Engine>, request: RouteRequest) -> Result<RouteView> {
    let asset = Asset::parse(&request.asset)?;
    let route = route_to(engine, &asset, request.permission).await?;
    let fitting = route.candidates.iter().filter(|candidate| candidate.fits()).count();
    let chosen = route.candidates.first().filter(|first| first.fits());
    let candidates = route
        .candidates
        .iter()
        .enumerate()
        .map(|(place, candidate)| RouteCandidate {
            connection_id: candidate.connection.id.clone(),
            email: candidate.connection.email.clone(),
            allowed: allowed(&candidate.connection),
            usable: candidate.usable,
            because: because(candidate, place, fitting, route.overridden, request.permission),
        });
    Ok(RouteView {
        asset: asset.name(),
        chosen: chosen.map(|chosen| chosen.connection.id.clone()),
        overridden: route.overridden,
        candidates: candidates.collect(),
    })
}

fn because(candidate: &Candidate, place: usize, fitting: usize, overridden: bool, permission: Permission) -> String {
    match (candidate.usable, candidate.can, place) {
        (false, _, _) => "It does not work at the moment.".to_owned(),
        (_, false, _) => format!("It is not allowed to {}.", super::session::doing(permission)),
        (_, _, 0) if overridden => "You chose it.".to_owned(),
        (_, _, 0) if fitting == 1 => "It is the only one that can.".to_owned(),
        (_, _, 0) => "It can do this and may do least besides.".to_owned(),
        _ => "It can as well.".to_owned(),
    }
}

/// Chooses the connection that acts on an asset, or leaves the choice to Gantry again.
pub async fn set_route(engine: &Arc<Engine>, request: SetRoute) -> Result<RouteView> {
    let asset = Asset::parse(&request.asset)?;
    let chosen = match &request.connection_id {
        Some(named) => {
            let connection = engine.connection(Some(named)).await?;
            let route = route_to(engine, &asset, request.permission).await?;
            if !route.candidates.iter().any(|one| one.connection.id == connection.id) {
                return Err(Error::new(
                    ErrorCode::NoPermission,
                    format!(
                        "{} does not reach {}, as far as the last sync saw.",
                        connection.email,
                        asset.name()
                    ),
                    "Sync, or choose a connection that reaches it.",
                ));
            }
            Some(connection.id)
        }
        None => None,
    };
    engine.store.set_route(&asset.name(), chosen.as_deref()).await?;
    engine.jobs.changed(Topic::Connections);
    route(
        engine,
        RouteRequest {
            asset: asset.name(),
            permission: request.permission,
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_are_read_and_others_refused() {
        for name in ["properties/12", "accounts/1", "accounts/1/containers/2"] {
            assert_eq!(Asset::parse(name).unwrap().name(), name);
        }
        for wrong in [
            "",
            "12",
            "properties/",
            "properties/x",
            "accounts/1/containers",
            "accounts/1/workspaces/2",
        ] {
            assert_eq!(
                Asset::parse(wrong).unwrap_err().code,
                ErrorCode::InvalidRequest,
                "{wrong}"
            );
        }
    }

    #[test]
    fn one_stronger_permission_outweighs_all_weaker_ones() {
        let with = |permissions: &[Permission]| {
            let mut record = ConnectionRecord::new("a", "s", "e", "c", jiff::Timestamp::UNIX_EPOCH);
            record.granted_scopes = permissions.iter().flat_map(|permission| permission.scopes()).collect();
            power(&record)
        };
        use Permission::{Configure, Edit, Manage, Publish, View};
        assert!(with(&[View, Configure, Edit, Publish]) < with(&[Manage]));
        assert!(with(&[View]) < with(&[View, Configure]));
    }
}
