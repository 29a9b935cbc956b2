//! The connection that a set-up acts as: one that is there, or one that is made first, with one sign-in for all that the
//! plan needs.

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_domain::Permission;
use gantry_store::ConnectionKind;

use super::{account_maker, outline, planning, terms};
use crate::Engine;
use crate::connections::{self, Session};
use crate::dto::connections::ConnectRequest;
use crate::dto::provisioning::ProvisionRequest;
use crate::dto::templates::Template;
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;

/// The session that acts. With `sign_in_first` the person signs in where no connection is named and none is there, where
/// it has ended, and where it lacks what the plan needs.
pub(super) async fn session(
    engine: &Arc<Engine>,
    form: &ProvisionRequest,
    template: &Template,
    sign_in_first: bool,
    job: &Job,
) -> Result<Session> {
    let permissions = outline::permissions(form, template);
    let reconnect = match engine.connection(form.connection.as_deref()).await {
        Ok(connection) => {
            let is_a_person = connection.kind == ConnectionKind::User;
            let lacks = !planning::missing(Some(&connection), &permissions).is_empty()
                || lacks_scope(&connection.granted_scopes, form);
            if !(sign_in_first && is_a_person && (lacks || !engine.is_usable(&connection).await?)) {
                let session = engine.session_of(connection).await?;
                allowed(&session, form, template)?;
                return Ok(session);
            }
            Some(connection.id)
        }
        Err(error) if error.code == ErrorCode::NoConnection && sign_in_first && form.connection.is_none() => None,
        Err(error) => return Err(error),
    };
    let connected = sign_in(engine, reconnect, permissions, form, job).await?;
    let session = engine.session(Some(&connected)).await?;
    allowed(&session, form, template)?;
    Ok(session)
}

/// Signs in with the union of the plan; the connection's id.
async fn sign_in(
    engine: &Arc<Engine>,
    reconnect: Option<String>,
    allow: BTreeSet<Permission>,
    form: &ProvisionRequest,
    job: &Job,
) -> Result<String> {
    let request = ConnectRequest {
        allow,
        oauth_client_id: None,
        reconnect,
        session_only: false,
    };
    let scope = account_maker::scope(form.dialect);
    Ok(connections::connect_with(engine, request, scope, job).await?.id)
}

/// An error where the session may not do all that the set-up does.
pub(super) fn allowed(session: &Session, form: &ProvisionRequest, template: &Template) -> Result<()> {
    if outline::needs_terms(form) {
        terms::signatory(session)?;
    }
    for permission in outline::permissions(form, template) {
        session.require(permission)?;
    }
    if lacks_scope(&session.connection.granted_scopes, form) {
        return Err(Error::new(
            ErrorCode::PermissionMissing,
            format!(
                "{} has not allowed Gantry to use Google's old Provisioning API.",
                session.connection.email
            ),
            "Set the site up again and sign in first (`gantry provision --sign-in`), or use the usual dialect (ga4).",
        ));
    }
    Ok(())
}

fn lacks_scope(granted: &[String], form: &ProvisionRequest) -> bool {
    account_maker::scope(form.dialect).is_some_and(|scope| !granted.iter().any(|one| one == scope))
}
