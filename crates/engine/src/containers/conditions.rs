//! A trigger's conditions as sentences: "Page Path contains /checkout".

use serde_json::Value;

/// Every condition of a trigger, or of a zone's boundary; all of them must hold.
pub(super) fn conditions(entity: &Value) -> Vec<String> {
    [
        "/customEventFilter",
        "/autoEventFilter",
        "/filter",
        "/boundary/condition",
    ]
    .iter()
    .flat_map(|place| entity.pointer(place).and_then(Value::as_array).into_iter().flatten())
    .map(sentence)
    .collect()
}

fn sentence(condition: &Value) -> String {
    let argument = |key: &str| {
        condition
            .get("parameter")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .find(|parameter| parameter.get("key").and_then(Value::as_str) == Some(key))
            .and_then(|parameter| parameter.get("value"))
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let subject = match argument("arg0") {
        "{{_event}}" => "Event",
        whole => whole
            .strip_prefix("{{")
            .and_then(|name| name.strip_suffix("}}"))
            .unwrap_or(whole),
    };
    let negated = argument("negate") == "true";
    let verb = verb(
        condition.get("type").and_then(Value::as_str).unwrap_or_default(),
        negated,
    );
    let case = if argument("ignore_case") == "true" {
        " (in any case)"
    } else {
        ""
    };
    format!("{subject} {verb} {}{case}", argument("arg1"))
}

fn verb(kind: &str, negated: bool) -> String {
    let (plain, not) = match kind {
        "equals" => ("equals", "does not equal"),
        "contains" => ("contains", "does not contain"),
        "startsWith" => ("starts with", "does not start with"),
        "endsWith" => ("ends with", "does not end with"),
        "matchRegex" => ("matches regex", "does not match regex"),
        "greater" => ("is greater than", "is not greater than"),
        "greaterOrEquals" => ("is at least", "is not at least"),
        "less" => ("is less than", "is not less than"),
        "lessOrEquals" => ("is at most", "is not at most"),
        "cssSelector" => ("matches CSS selector", "does not match CSS selector"),
        "urlMatches" => ("matches URL", "does not match URL"),
        other if negated => return format!("not {other}"),
        other => return other.to_owned(),
    };
    (if negated { not } else { plain }).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn condition(kind: &str, extra: &[(&str, &str)]) -> Value {
        let mut parameters = vec![
            json!({"type": "template", "key": "arg0", "value": "{{Page Path}}"}),
            json!({"type": "template", "key": "arg1", "value": "/checkout"}),
        ];
        parameters.extend(
            extra
                .iter()
                .map(|(key, value)| json!({"type": "boolean", "key": key, "value": value})),
        );
        json!({"type": kind, "parameter": parameters})
    }

    #[test]
    fn conditions_read_as_sentences() {
        let trigger = json!({
            "filter": [condition("contains", &[]), condition("matchRegex", &[("ignore_case", "true"), ("negate", "true")])],
            "customEventFilter": [{"type": "equals", "parameter": [
                {"type": "template", "key": "arg0", "value": "{{_event}}"},
                {"type": "template", "key": "arg1", "value": "purchase"}]}],
        });
        assert_eq!(
            conditions(&trigger),
            [
                "Event equals purchase",
                "Page Path contains /checkout",
                "Page Path does not match regex /checkout (in any case)"
            ]
        );
    }
}
