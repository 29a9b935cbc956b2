//! What Gantry may use of what Google granted. Dropping a permission changes nothing at Google: it is honoured here, and
//! remembered when the connection is signed in again.

use std::sync::Arc;

use gantry_domain::Permission;

use super::list::one;
use super::session::granted;
use crate::Engine;
use crate::dto::connections::{ConnectionView, UsePermissions};
use crate::dto::events::Topic;
use crate::error::{Error, ErrorCode, Result};

/// Uses these of the granted permissions, and no others.
pub async fn use_permissions(engine: &Arc<Engine>, request: UsePermissions) -> Result<ConnectionView> {
    let connection = engine.connection(Some(&request.id)).await?;
    let granted = granted(&connection);
    if let Some(missing) = request.allow.difference(&granted).next() {
        return Err(Error::new(
            ErrorCode::PermissionMissing,
            format!("{} has not allowed \"{}\" at Google.", connection.email, missing.name()),
            "Sign in again and tick its boxes on Google's page.",
        ));
    }
    let dropped: Vec<Permission> = granted.difference(&request.allow).copied().collect();
    engine.store.set_dropped(&connection.id, &dropped).await?;
    engine.jobs.changed(Topic::Connections);
    one(engine, &connection.id).await
}
