//! Google's parameters, readable. A parameter is a value, a list or a map of parameters; a table is a list of maps.

use serde_json::Value;

use super::labels::key_label;
use super::references::Names;
use crate::dto::containers::EntityField;

/// The entity's `parameter` list.
pub(super) fn fields(entity: &Value, names: &Names<'_>) -> Vec<EntityField> {
    list(entity.get("parameter"))
        .iter()
        .map(|parameter| field(parameter, names))
        .collect()
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn field(parameter: &Value, names: &Names<'_>) -> EntityField {
    let key = parameter.get("key").and_then(Value::as_str).unwrap_or_default();
    leaf_or_tree(key, key_label(key), parameter, names)
}

fn leaf_or_tree(key: &str, label: String, parameter: &Value, names: &Names<'_>) -> EntityField {
    let children = match parameter.get("type").and_then(Value::as_str) {
        Some("list") => list(parameter.get("list"))
            .iter()
            .zip(1..)
            .map(|(item, place)| item_field(item, place, names))
            .collect(),
        Some("map") => list(parameter.get("map"))
            .iter()
            .map(|item| field(item, names))
            .collect(),
        _ => Vec::new(),
    };
    let value = if children.is_empty() {
        Some(value(parameter, names))
    } else {
        None
    };
    EntityField {
        key: key.to_owned(),
        label,
        value,
        children,
    }
}

/// An item of a list. A row of two values is shown as a name and its value, as Tag Manager's tables do.
fn item_field(item: &Value, place: usize, names: &Names<'_>) -> EntityField {
    if let [first, second] = list(item.get("map"))
        && let (Some(name), Some(_)) = (first.get("value").and_then(Value::as_str), second.get("value"))
    {
        let key = second.get("key").and_then(Value::as_str).unwrap_or_default();
        return EntityField {
            key: key.to_owned(),
            label: name.to_owned(),
            value: Some(value(second, names)),
            children: Vec::new(),
        };
    }
    leaf_or_tree(&place.to_string(), place.to_string(), item, names)
}

fn value(parameter: &Value, names: &Names<'_>) -> String {
    let text = match parameter.get("value") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    match parameter.get("type").and_then(Value::as_str) {
        Some("boolean") if text == "true" => "Yes".to_owned(),
        Some("boolean") if text == "false" => "No".to_owned(),
        Some("triggerReference") => names.trigger(&text).name,
        Some("tagReference") => names.tag(&text),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_of_pairs_reads_as_names_and_values() {
        let tag = json!({"parameter": [
            {"type": "boolean", "key": "sendEcommerceData", "value": "true"},
            {"type": "list", "key": "eventSettingsTable", "list": [
                {"type": "map", "map": [
                    {"type": "template", "key": "parameter", "value": "currency"},
                    {"type": "template", "key": "parameterValue", "value": "{{DLV - currency}}"}]}]},
            {"type": "list", "key": "groups", "list": [{"type": "template", "value": "a"}]},
        ]});
        let fields = fields(&tag, &Names::new(&[]));
        assert_eq!(fields[0].value.as_deref(), Some("Yes"));
        assert_eq!(fields[1].label, "Event parameters");
        let row = &fields[1].children[0];
        assert_eq!(
            (row.label.as_str(), row.value.as_deref()),
            ("currency", Some("{{DLV - currency}}"))
        );
        assert_eq!(
            (
                fields[2].children[0].label.as_str(),
                fields[2].children[0].value.as_deref()
            ),
            ("1", Some("a"))
        );
    }
}
