//! accessBindings of accounts and properties (v1alpha): who has which predefined role. Batches are transactional.

use serde_json::{Value, json};

use super::{
    call::{Call, already_exists, failed_precondition, not_found},
    fields::{self, Field, Kind, output, settable},
    paging::page,
};
use crate::{
    http::ApiReply,
    rpc_error,
    world::{AccessBinding, Parent, Role, World},
};

const ACCESS_BINDING: &[Field] = &[
    output("name"),
    settable("user", Kind::Text),
    settable("roles", Kind::Texts),
];
const ROLES: [&str; 6] = [
    "viewer",
    "analyst",
    "editor",
    "admin",
    "no-cost-data",
    "no-revenue-data",
];
const MAX_BATCH: usize = 1000;

fn parent(call: &Call<'_>) -> Parent {
    if call.request.path.contains("/accounts/") {
        Parent::Account(call.id(0))
    } else {
        Parent::Property(call.id(0))
    }
}

fn need_admin(call: &Call<'_>, world: &World) -> Result<(), ApiReply> {
    match parent(call) {
        Parent::Account(id) => call.need_account(world, id, Role::Admin),
        Parent::Property(id) => call.need_property(world, id, Role::Admin),
    }
}

fn shown(binding: &AccessBinding) -> Value {
    json!({
        "name": format!("{}/accessBindings/{}", binding.parent, binding.id),
        "user": binding.user,
        "roles": binding.roles,
    })
}

fn id_of(name: &str, parent: Parent) -> Result<u64, ApiReply> {
    let prefix = format!("{parent}/accessBindings/");
    name.strip_prefix(&prefix)
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| rpc_error::bad_field("name", "The name is not one of the parent's access bindings."))
}

fn find(world: &World, parent: Parent, id: u64) -> Result<&AccessBinding, ApiReply> {
    world
        .analytics
        .bindings
        .get(&id)
        .filter(|binding| binding.parent == parent)
        .ok_or_else(not_found)
}

/// (user, roles) of a body; roles are checked, and one data role without a real one is refused.
fn read(body: &Value) -> Result<(String, Vec<String>), ApiReply> {
    let binding = Value::Object(fields::read(body, ACCESS_BINDING, "access_binding")?);
    let user = binding
        .get("user")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let roles = binding
        .get("roles")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let roles: Vec<String> = roles.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let known = |role: &String| {
        role.strip_prefix("predefinedRoles/")
            .is_some_and(|name| ROLES.contains(&name))
    };
    match roles.iter().find(|role| !known(role)) {
        Some(bad) => Err(rpc_error::bad_field(
            "access_binding.roles",
            &format!("Unknown role: {bad}"),
        )),
        None => Ok((user, roles)),
    }
}

fn add(world: &mut World, parent: Parent, body: &Value) -> Result<Value, ApiReply> {
    let (user, roles) = read(body)?;
    let (name, domain) = user.split_once('@').unwrap_or_default();
    if name.is_empty() || !domain.contains('.') {
        return Err(rpc_error::bad_field(
            "access_binding.user",
            "The user must be an e-mail address.",
        ));
    }
    if roles.is_empty() {
        return Err(rpc_error::bad_field(
            "access_binding.roles",
            "At least one role is required.",
        ));
    }
    let mut bound = world
        .analytics
        .bindings
        .values()
        .filter(|binding| binding.parent == parent);
    if bound.any(|binding| binding.user == user) {
        return Err(already_exists("The user has an access binding here already."));
    }
    let id = world.analytics.next_id();
    let binding = AccessBinding {
        id,
        parent,
        user,
        roles,
    };
    let answer = shown(&binding);
    world.analytics.bindings.insert(id, binding);
    Ok(answer)
}

/// Empty roles delete the binding, as Google documents.
fn change(world: &mut World, parent: Parent, id: u64, body: &Value) -> Result<Value, ApiReply> {
    find(world, parent, id)?;
    let (_, roles) = read(body)?;
    if roles.is_empty() {
        return remove(world, parent, id);
    }
    let admin = Role::Admin.resource_name();
    if !roles.iter().any(|role| role == admin) {
        keep_an_admin(world, parent, id)?;
    }
    let binding = world.analytics.bindings.get_mut(&id).ok_or_else(not_found)?;
    binding.roles = roles;
    Ok(shown(binding))
}

fn remove(world: &mut World, parent: Parent, id: u64) -> Result<Value, ApiReply> {
    find(world, parent, id)?;
    keep_an_admin(world, parent, id)?;
    world.analytics.bindings.remove(&id);
    Ok(json!({}))
}

/// An account must keep an administrator besides `leaving`.
fn keep_an_admin(world: &World, parent: Parent, leaving: u64) -> Result<(), ApiReply> {
    let admin = Role::Admin.resource_name();
    let is_admin =
        |binding: &&AccessBinding| binding.parent == parent && binding.roles.iter().any(|role| role == admin);
    let mut admins = world.analytics.bindings.values().filter(is_admin);
    let leaves_admin = find(world, parent, leaving)?.roles.iter().any(|role| role == admin);
    match parent {
        Parent::Account(_) if leaves_admin && !admins.any(|binding| binding.id != leaving) => {
            Err(failed_precondition("An account must keep at least one administrator."))
        }
        _ => Ok(()),
    }
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    need_admin(call, &world)?;
    let parent = parent(call);
    let bindings = world
        .analytics
        .bindings
        .values()
        .filter(|binding| binding.parent == parent)
        .map(shown)
        .collect();
    page(call.request, "accessBindings", bindings, 200, 500)
}

pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    need_admin(call, &world)?;
    find(&world, parent(call), call.id(1)).map(shown)
}

pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    need_admin(call, &world)?;
    add(&mut world, parent(call), &call.body)
}

pub(super) fn patch(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    need_admin(call, &world)?;
    change(&mut world, parent(call), call.id(1), &call.body)
}

pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    need_admin(call, &world)?;
    remove(&mut world, parent(call), call.id(1))
}

pub(super) fn batch_get(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    need_admin(call, &world)?;
    let parent = parent(call);
    let bindings = call
        .request
        .params("names")
        .map(|name| find(&world, parent, id_of(name, parent)?).map(shown));
    let bindings = bindings.collect::<Result<Vec<_>, _>>()?;
    Ok(listed("accessBindings", bindings))
}

pub(super) fn batch_create(call: &Call<'_>) -> Result<Value, ApiReply> {
    let bindings = batch(call, |world, parent, request| {
        add(
            world,
            parent,
            request
                .get("accessBinding")
                .or_else(|| request.get("access_binding"))
                .unwrap_or(&Value::Null),
        )
    })?;
    Ok(listed("accessBindings", bindings))
}

pub(super) fn batch_update(call: &Call<'_>) -> Result<Value, ApiReply> {
    let bindings = batch(call, |world, parent, request| {
        let binding = request
            .get("accessBinding")
            .or_else(|| request.get("access_binding"))
            .unwrap_or(&Value::Null);
        let name = binding.get("name").and_then(Value::as_str).unwrap_or_default();
        change(world, parent, id_of(name, parent)?, binding)
    })?;
    Ok(listed("accessBindings", bindings))
}

pub(super) fn batch_delete(call: &Call<'_>) -> Result<Value, ApiReply> {
    batch(call, |world, parent, request| {
        let name = request.get("name").and_then(Value::as_str).unwrap_or_default();
        remove(world, parent, id_of(name, parent)?)
    })?;
    Ok(json!({}))
}

/// Applies every request or none.
fn batch(
    call: &Call<'_>,
    apply: impl Fn(&mut World, Parent, &Value) -> Result<Value, ApiReply>,
) -> Result<Vec<Value>, ApiReply> {
    let mut world = call.world_mut();
    need_admin(call, &world)?;
    let requests = call
        .body
        .get("requests")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    if requests.is_empty() || requests.len() > MAX_BATCH {
        return Err(rpc_error::bad_field("requests", "A batch holds 1 to 1000 requests."));
    }
    let before = world.analytics.bindings.clone();
    let parent = parent(call);
    let answers: Result<Vec<Value>, ApiReply> = requests
        .iter()
        .map(|request| {
            check_request(request, parent)?;
            apply(&mut world, parent, request)
        })
        .collect();
    if answers.is_err() {
        world.analytics.bindings = before;
    }
    answers
}

/// A request of a batch names the batch's own parent, or none, and nothing that no such request has.
fn check_request(request: &Value, parent: Parent) -> Result<(), ApiReply> {
    for (key, value) in request.as_object().into_iter().flatten() {
        match fields::camel_case(key).as_str() {
            "accessBinding" | "name" => {}
            "parent" if value.as_str().is_some_and(|named| named == parent.to_string()) => {}
            "parent" => {
                let message = "The parent of a request must match the parent of the batch.";
                return Err(rpc_error::bad_field("requests.parent", message));
            }
            _ => {
                let description =
                    format!("Invalid JSON payload received. Unknown name \"{key}\" at 'requests': Cannot find field.");
                return Err(rpc_error::bad_field("requests", &description));
            }
        }
    }
    Ok(())
}

fn listed(key: &str, items: Vec<Value>) -> Value {
    if items.is_empty() {
        json!({})
    } else {
        json!({key: items})
    }
}
