//! The `fields` query parameter: partial answers such as `containerVersionId,tag(name,type)`.
use serde_json::Value;

/// A selected field and what is selected inside it (nothing: all of it).
#[derive(Debug, PartialEq, Eq)]
pub struct Selected {
    name: String,
    inside: Vec<Selected>,
}

/// Reads a mask.
///
/// # Errors
/// The part of the mask that cannot be read.
pub fn parse(mask: &str) -> Result<Vec<Selected>, String> {
    let mut rest = mask;
    let selected = list(&mut rest)?;
    if rest.is_empty() {
        Ok(selected)
    } else {
        Err(rest.to_owned())
    }
}

fn list(rest: &mut &str) -> Result<Vec<Selected>, String> {
    let mut selected = Vec::new();
    loop {
        selected.push(one(rest)?);
        match rest.strip_prefix(',') {
            Some(after) => *rest = after,
            None => return Ok(selected),
        }
    }
}

fn one(rest: &mut &str) -> Result<Selected, String> {
    let end = rest.find([',', '(', ')', '/']).unwrap_or(rest.len());
    let name = rest[..end].trim();
    if name.is_empty() {
        return Err((*rest).to_owned());
    }
    let name = name.to_owned();
    *rest = &rest[end..];
    let mut inside = Vec::new();
    if let Some(after) = rest.strip_prefix('/') {
        *rest = after;
        inside.push(one(rest)?);
    } else if let Some(after) = rest.strip_prefix('(') {
        *rest = after;
        inside = list(rest)?;
        *rest = rest.strip_prefix(')').ok_or_else(|| (*rest).to_owned())?;
    }
    Ok(Selected { name, inside })
}

/// Keeps what is selected, through lists.
pub fn apply(mask: &[Selected], value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| apply(mask, item)),
        Value::Object(object) => {
            if mask.iter().any(|selected| selected.name == "*") {
                return;
            }
            object.retain(|key, _| mask.iter().any(|selected| &selected.name == key));
            for selected in mask.iter().filter(|selected| !selected.inside.is_empty()) {
                if let Some(inner) = object.get_mut(&selected.name) {
                    apply(&selected.inside, inner);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nested_selections_reach_into_lists() {
        let mut value = json!({"a": 1, "tag": [{"name": "x", "type": "html", "p": {"q": 1, "r": 2}}], "z": 2});
        apply(&parse("a,tag(name,p/q)").unwrap(), &mut value);
        assert_eq!(value, json!({"a": 1, "tag": [{"name": "x", "p": {"q": 1}}]}));
    }

    #[test]
    fn a_broken_mask_is_refused() {
        assert_eq!(parse("a(b"), Err(String::new()));
        assert_eq!(parse("a,"), Err(String::new()));
    }
}
