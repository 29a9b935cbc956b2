//! What a request body may hold, field by field (discovery document `tagmanager.v2`). Google refuses unknown names
//! and wrong types with 400; so does the sandbox, so that a client's slip shows here and not at a customer's.
mod tables;

use serde_json::{Map, Value};

use super::kinds::Kind;
use super::refusal::Refusal;
use tables::Shape::{Bool, Enum, Enums, Int32, Int64, Obj, Objs, Output, Param, Params, Str, Strs};
use tables::{ACCOUNT, CONTAINER, Field, IDENTITY, PARAMETER, Shape, VERSION, VERSION_OPTIONS, WORKSPACE, fields_of};

/// Which resource a body is.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    Account,
    Container,
    Workspace,
    Version,
    VersionOptions,
    Entity(Kind),
}

/// Reads a request body: the fields a person may set, in canonical form.
///
/// # Errors
/// 400 as Google words it when the body is no JSON object, a name is unknown, or a value has the wrong type.
pub fn read(body: Body, bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    object_as(body, root(bytes)?, "")
}

/// The body's root, which must be an object; no body is an empty one.
pub fn root(bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let value: Value = if bytes.is_empty() {
        Value::Object(Map::new())
    } else {
        serde_json::from_slice(bytes)
            .map_err(|error| Refusal::invalid(format!("Invalid JSON payload received. {error}")))?
    };
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Refusal::invalid(
            "Invalid JSON payload received. Root element must be a message.",
        )),
    }
}

/// The object as one of the API's resources; `at` is its place in the body, for the refusal.
///
/// # Errors
/// 400 as Google words it when a name is unknown or a value has the wrong type.
pub fn object_as(body: Body, object: Map<String, Value>, at: &str) -> Result<Map<String, Value>, Refusal> {
    match body {
        Body::Account => object_of(&[ACCOUNT], object, at),
        Body::Container => object_of(&[CONTAINER], object, at),
        Body::Workspace => object_of(&[WORKSPACE], object, at),
        Body::Version => object_of(&[VERSION], object, at),
        Body::VersionOptions => object_of(&[VERSION_OPTIONS], object, at),
        Body::Entity(kind) => object_of(&[IDENTITY, fields_of(kind)], object, at),
    }
}

fn object_of(tables: &[&[Field]], object: Map<String, Value>, at: &str) -> Result<Map<String, Value>, Refusal> {
    let mut kept = Map::new();
    for (name, value) in object {
        let shape = tables
            .iter()
            .flat_map(|table| table.iter())
            .find(|(field, _)| *field == name);
        let Some((_, shape)) = shape else {
            return Err(unknown_name(&name, at));
        };
        let path = if at.is_empty() {
            name.clone()
        } else {
            format!("{at}.{name}")
        };
        if let Some(value) = value_of(*shape, value, &path)? {
            kept.insert(name, value);
        }
    }
    Ok(kept)
}

/// 400 for a field that the message at this place has not.
pub fn unknown_name(name: &str, at: &str) -> Refusal {
    let place = if at.is_empty() {
        String::new()
    } else {
        format!(" at '{at}'")
    };
    Refusal::invalid(format!(
        "Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."
    ))
}

fn value_of(shape: Shape, value: Value, at: &str) -> Result<Option<Value>, Refusal> {
    if value.is_null() || matches!(shape, Output) {
        return Ok(None);
    }
    let wrong = |kind: &str, value: &Value| Refusal::invalid(format!("Invalid value at '{at}' ({kind}), {value}"));
    Ok(Some(match shape {
        Param => return value_of(Obj(PARAMETER), value, at),
        Params => return value_of(Objs(PARAMETER), value, at),
        Output => return Ok(None),
        Str => match value {
            Value::String(_) => value,
            other => return Err(wrong("TYPE_STRING", &other)),
        },
        Bool => match value {
            Value::Bool(_) => value,
            Value::String(ref text) if text == "true" => Value::Bool(true),
            Value::String(ref text) if text == "false" => Value::Bool(false),
            other => return Err(wrong("TYPE_BOOL", &other)),
        },
        Int32 => match value {
            Value::Number(ref number) if number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()) => value,
            Value::String(ref text) => match text.parse::<i32>() {
                Ok(number) => Value::from(number),
                Err(_) => return Err(wrong("TYPE_INT32", &value)),
            },
            other => return Err(wrong("TYPE_INT32", &other)),
        },
        Int64 => match value {
            Value::Number(ref number) if number.as_i64().is_some() => Value::String(number.to_string()),
            Value::String(ref text) if text.parse::<i64>().is_ok() => value,
            other => return Err(wrong("TYPE_INT64", &other)),
        },
        Enum(names) => match value {
            Value::String(ref text) if names.contains(&text.as_str()) => value,
            other => return Err(wrong("TYPE_ENUM", &other)),
        },
        Strs | Enums(_) => {
            let Value::Array(items) = value else {
                return Err(wrong("TYPE_STRING list", &value));
            };
            let one = if let Enums(names) = shape { Enum(names) } else { Str };
            let mut kept = Vec::with_capacity(items.len());
            for (index, item) in items.into_iter().enumerate() {
                kept.extend(value_of(one, item, &format!("{at}[{index}]"))?);
            }
            Value::Array(kept)
        }
        Obj(fields) => match value {
            Value::Object(object) => Value::Object(object_of(&[fields], object, at)?),
            other => return Err(wrong("TYPE_MESSAGE", &other)),
        },
        Objs(fields) => {
            let Value::Array(items) = value else {
                return Err(wrong("TYPE_MESSAGE list", &value));
            };
            let mut kept = Vec::with_capacity(items.len());
            for (index, item) in items.into_iter().enumerate() {
                kept.extend(value_of(Obj(fields), item, &format!("{at}[{index}]"))?);
            }
            Value::Array(kept)
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_refused_with_its_place() {
        let refusal = read(
            Body::Entity(Kind::Tag),
            br#"{"name":"a","type":"html","parameter":[{"type":"template","key":"html","valeu":"x"}]}"#,
        )
        .unwrap_err();
        assert_eq!(
            refusal.message,
            "Invalid JSON payload received. Unknown name \"valeu\" at 'parameter[0]': Cannot find field."
        );
    }

    #[test]
    fn export_file_spelling_is_not_the_apis() {
        let refusal = read(Body::Entity(Kind::Trigger), br#"{"name":"a","type":"CUSTOM_EVENT"}"#).unwrap_err();
        assert_eq!(refusal.http_status, 400);
        assert!(refusal.message.contains("'type' (TYPE_ENUM)"), "{}", refusal.message);
    }

    #[test]
    fn identity_fields_never_come_from_a_body() {
        let kept = read(
            Body::Entity(Kind::Tag),
            br#"{"tagId":"7","path":"x","fingerprint":"1","name":"a","scheduleStartMs":1700000000000}"#,
        )
        .unwrap();
        assert_eq!(
            Value::Object(kept),
            serde_json::json!({"name":"a","scheduleStartMs":"1700000000000"})
        );
    }
}
