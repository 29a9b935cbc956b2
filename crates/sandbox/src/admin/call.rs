//! One call of an Admin method: who calls, with what, and the rights checks that every method begins with.

use std::sync::{RwLockReadGuard, RwLockWriteGuard};

use serde::Serialize;
use serde_json::Value;

use crate::{
    google::Google,
    http::{ApiReply, ApiRequest, Caller},
    rpc_error,
    world::{Role, World},
};

pub(super) struct Call<'a> {
    pub google: &'a Google,
    pub caller: &'a Caller,
    pub request: &'a ApiRequest,
    pub body: Value,
    /// The ids of the path, in order; a handler's template says how many there are.
    pub ids: &'a [u64],
}

impl Call<'_> {
    /// The path's id at `position`; 0, which is nobody's, when the template has fewer.
    pub fn id(&self, position: usize) -> u64 {
        self.ids.get(position).copied().unwrap_or(0)
    }

    pub fn world(&self) -> RwLockReadGuard<'_, World> {
        self.google.world()
    }

    pub fn world_mut(&self) -> RwLockWriteGuard<'_, World> {
        self.google.world_mut()
    }

    /// Google tells a stranger the same of a property that is not there and of one that is not theirs.
    pub fn need_property(&self, world: &World, property: u64, role: Role) -> Result<(), ApiReply> {
        match world.property_role(&self.caller.email, property) {
            Some(has) if has >= role => Ok(()),
            _ => Err(no_permission()),
        }
    }

    /// For a change: a property in the trash, its account's trash included, takes none.
    pub fn need_live_property(&self, world: &World, property: u64, role: Role) -> Result<(), ApiReply> {
        self.need_property(world, property, role)?;
        let found = world.analytics.properties.get(&property);
        if found.is_some_and(|found| found.delete_time.is_some()) {
            return Err(failed_precondition("The property is in the trash."));
        }
        Ok(())
    }

    pub fn need_account(&self, world: &World, account: u64, role: Role) -> Result<(), ApiReply> {
        let exists = world.analytics.accounts.contains_key(&account);
        match world.account_role(&self.caller.email, account) {
            Some(has) if exists && has >= role => Ok(()),
            _ => Err(no_permission()),
        }
    }
}

pub(super) fn no_permission() -> ApiReply {
    rpc_error::permission_denied("The caller does not have permission")
}

pub(super) fn not_found() -> ApiReply {
    rpc_error::not_found("Requested entity was not found.")
}

pub(super) fn already_exists(message: &str) -> ApiReply {
    rpc_error::status(409, "ALREADY_EXISTS", message, Vec::new())
}

pub(super) fn failed_precondition(message: &str) -> ApiReply {
    rpc_error::status(400, "FAILED_PRECONDITION", message, Vec::new())
}

/// A resource as the API shows it.
pub(super) fn show(resource: &impl Serialize) -> Result<Value, ApiReply> {
    serde_json::to_value(resource)
        .map_err(|_| rpc_error::status(500, "INTERNAL", "Internal error encountered.", Vec::new()))
}

/// A name or label: not empty, at most `longest` UTF-16 code units.
pub(super) fn check_text(field: &str, text: Option<&str>, longest: usize) -> Result<(), ApiReply> {
    match text {
        None | Some("") => Err(rpc_error::bad_field(field, &format!("The field {field} is required."))),
        Some(text) if text.encode_utf16().count() > longest => Err(rpc_error::bad_field(
            field,
            &format!("The field {field} is longer than {longest} characters."),
        )),
        Some(_) => Ok(()),
    }
}
