//! What a resource's JSON may hold. Bodies are checked as Google's transcoder does: unknown names and bad enum values are
//! refused with their place, enum numbers and snake_case names are taken, output-only fields are ignored.

use serde_json::{Map, Value};

use crate::{http::ApiReply, rpc_error};

pub(super) enum Kind {
    Text,
    Bool,
    Number,
    /// By number: position in the list; an empty name is a number that is not in use.
    Enum(&'static [&'static str]),
    Message(&'static [Field]),
    Texts,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Settable,
    /// On create only.
    Immutable,
    Output,
}

pub(super) struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub access: Access,
}

pub(super) const fn settable(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        access: Access::Settable,
    }
}

pub(super) const fn immutable(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        access: Access::Immutable,
    }
}

pub(super) const fn output(name: &'static str) -> Field {
    Field {
        name,
        kind: Kind::Text,
        access: Access::Output,
    }
}

/// The body's fields in the API's own spelling, output-only ones left out.
pub(super) fn read(body: &Value, fields: &'static [Field], place: &str) -> Result<Map<String, Value>, ApiReply> {
    let Value::Object(given) = body else {
        return Err(rpc_error::bad_field(
            place,
            "Invalid JSON payload received. The root must be an object.",
        ));
    };
    let mut read_fields = Map::new();
    for (key, value) in given {
        let name = camel_case(key);
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            let at = if place.is_empty() {
                String::new()
            } else {
                format!(" at '{place}'")
            };
            let description = format!("Invalid JSON payload received. Unknown name \"{key}\"{at}: Cannot find field.");
            return Err(rpc_error::bad_field(place, &description));
        };
        if field.access == Access::Output || value.is_null() {
            continue;
        }
        read_fields.insert(
            name.clone(),
            read_value(value, &field.kind, &join(place, &snake_case(&name)))?,
        );
    }
    Ok(read_fields)
}

fn read_value(value: &Value, kind: &Kind, place: &str) -> Result<Value, ApiReply> {
    let wrong = |type_name: &str| {
        Err(rpc_error::bad_field(
            place,
            &format!("Invalid value at '{place}' ({type_name}), {value}"),
        ))
    };
    let right = match (kind, value) {
        (Kind::Text, Value::String(_)) | (Kind::Bool, Value::Bool(_)) | (Kind::Number, Value::Number(_)) => true,
        (Kind::Enum(names), Value::String(name)) => !name.is_empty() && names.contains(&name.as_str()),
        (Kind::Texts, Value::Array(items)) => items.iter().all(Value::is_string),
        _ => false,
    };
    if right {
        return Ok(value.clone());
    }
    match (kind, value) {
        (Kind::Text | Kind::Texts, _) => wrong("TYPE_STRING"),
        (Kind::Bool, _) => wrong("TYPE_BOOL"),
        (Kind::Number, Value::String(text)) => match text.parse::<f64>().ok().and_then(serde_json::Number::from_f64) {
            Some(number) => Ok(Value::Number(number)),
            None => wrong("TYPE_DOUBLE"),
        },
        (Kind::Number, _) => wrong("TYPE_DOUBLE"),
        (Kind::Enum(names), Value::Number(number)) => {
            let position = number.as_u64().and_then(|number| usize::try_from(number).ok());
            match position
                .and_then(|position| names.get(position))
                .filter(|name| !name.is_empty())
            {
                Some(name) => Ok(Value::String((*name).to_owned())),
                None => wrong("TYPE_ENUM"),
            }
        }
        (Kind::Enum(_), _) => wrong("TYPE_ENUM"),
        (Kind::Message(fields), _) => read(value, fields, place).map(Value::Object),
    }
}

/// Lays the fields that `mask` names over `resource`. A masked field that the body lacks is cleared.
pub(super) fn apply_mask(
    resource: &mut Value,
    changes: &Map<String, Value>,
    mask: Option<&str>,
    fields: &'static [Field],
) -> Result<(), ApiReply> {
    let mask = mask.filter(|mask| !mask.is_empty()).ok_or_else(|| {
        rpc_error::bad_field(
            "update_mask",
            "The field update_mask is required: name the fields to change, or `*`.",
        )
    })?;
    if mask == "*" {
        for field in fields.iter().filter(|field| field.access == Access::Settable) {
            set(resource, field.name, changes.get(field.name));
        }
        return Ok(());
    }
    for path in mask.split(',').map(str::trim) {
        let mut parts = path.split('.').map(camel_case);
        let top = parts.next().unwrap_or_default();
        let below = parts.next();
        let field = fields.iter().find(|field| field.name == top);
        let inner = match (field, &below) {
            (Some(field), None) => Some(field),
            (
                Some(Field {
                    kind: Kind::Message(inner),
                    ..
                }),
                Some(name),
            ) => inner.iter().find(|field| field.name == *name),
            _ => None,
        };
        match (field, inner) {
            (Some(outer), Some(inner)) if outer.access == Access::Settable && inner.access == Access::Settable => {}
            (Some(_), Some(_)) => {
                return Err(rpc_error::bad_field(
                    "update_mask",
                    &format!("The field {path} cannot be changed."),
                ));
            }
            _ => {
                return Err(rpc_error::bad_field(
                    "update_mask",
                    &format!("The update_mask names an unknown field: {path}"),
                ));
            }
        }
        match below {
            None => set(resource, &top, changes.get(&top)),
            Some(name) => {
                let value = changes.get(&top).and_then(|outer| outer.get(&name));
                if resource.get(&top).is_none() {
                    set(resource, &top, Some(&Value::Object(Map::new())));
                }
                if let Some(outer) = resource.get_mut(&top) {
                    set(outer, &name, value);
                }
            }
        }
    }
    Ok(())
}

fn set(resource: &mut Value, name: &str, value: Option<&Value>) {
    if let Value::Object(map) = resource {
        match value {
            Some(Value::Object(new)) => {
                // A message is merged: its output-only parts stay.
                let merged = match map.remove(name) {
                    Some(Value::Object(mut old)) => {
                        old.extend(new.clone());
                        old
                    }
                    _ => new.clone(),
                };
                map.insert(name.to_owned(), Value::Object(merged));
            }
            Some(value) => drop(map.insert(name.to_owned(), value.clone())),
            None => drop(map.remove(name)),
        }
    }
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() {
        name.to_owned()
    } else {
        format!("{place}.{name}")
    }
}

pub(super) fn camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut upper = false;
    for letter in name.chars() {
        if letter == '_' {
            upper = true;
        } else if upper {
            camel.extend(letter.to_uppercase());
            upper = false;
        } else {
            camel.push(letter);
        }
    }
    camel
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const INNER: &[Field] = &[settable("uri", Kind::Text), output("id")];
    const FIELDS: &[Field] = &[
        output("name"),
        settable("displayName", Kind::Text),
        immutable("kind", Kind::Enum(&["UNSPECIFIED", "ONE", "", "THREE"])),
        settable("data", Kind::Message(INNER)),
    ];

    #[test]
    fn enum_numbers_and_snake_case_are_taken_and_output_fields_dropped() {
        let read_fields = read(&json!({"name": "x", "display_name": "a", "kind": 3}), FIELDS, "").unwrap();
        assert_eq!(Value::Object(read_fields), json!({"displayName": "a", "kind": "THREE"}));
    }

    #[test]
    fn unknown_names_and_values_are_refused() {
        for bad in [
            json!({"other": 1}),
            json!({"kind": "TWO"}),
            json!({"kind": 2}),
            json!({"displayName": 1}),
            json!([]),
        ] {
            assert_eq!(read(&bad, FIELDS, "thing").unwrap_err().status, 400, "{bad}");
        }
    }

    #[test]
    fn a_mask_changes_what_it_names_and_nothing_else() {
        let mut resource = json!({"name": "n", "displayName": "old", "kind": "ONE", "data": {"uri": "u", "id": "i"}});
        let changes = read(&json!({"displayName": "new", "data": {"uri": "v"}}), FIELDS, "").unwrap();
        apply_mask(&mut resource, &changes, Some("data.uri"), FIELDS).unwrap();
        assert_eq!(
            resource,
            json!({"name": "n", "displayName": "old", "kind": "ONE", "data": {"uri": "v", "id": "i"}})
        );
        apply_mask(&mut resource, &changes, Some("display_name"), FIELDS).unwrap();
        assert_eq!(resource["displayName"], "new");
        for refused in [
            None,
            Some(""),
            Some("kind"),
            Some("name"),
            Some("data.id"),
            Some("nope"),
        ] {
            assert_eq!(
                apply_mask(&mut resource, &changes, refused, FIELDS).unwrap_err().status,
                400,
                "{refused:?}"
            );
        }
    }
}
