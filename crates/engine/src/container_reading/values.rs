//! What a text of an entity can become on the page: itself, or what its variable stands for.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Reading, parameter, parameter_text, text};

/// How deep a variable may lead to another.
const DEPTH: u8 = 8;

impl Reading<'_> {
    /// Every value that `value` can have: a constant's, or those of all rows of a table. What is decided on the page (a data
    /// layer variable, a script) stays as it is written, and so does what leads nowhere.
    pub(super) fn values(&self, value: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.follow(value, DEPTH, &mut found);
        found
    }

    fn follow(&self, value: &str, depth: u8, found: &mut BTreeSet<String>) {
        let value = value.trim();
        let variable = named(value).and_then(|name| self.variables.get(name).filter(|_| depth > 0));
        match variable.map(|variable| (text(variable, "type"), *variable)) {
            Some(("c", constant)) => {
                if let Some(value) = parameter_text(constant, "value") {
                    self.follow(value, depth - 1, found);
                }
            }
            Some(("smm" | "remm", table)) => {
                for cell in outputs(table).chain(parameter_text(table, "defaultValue")) {
                    self.follow(cell, depth - 1, found);
                }
            }
            _ if value.is_empty() => {}
            _ => {
                found.insert(value.to_owned());
            }
        }
    }
}

/// The name in `{{Name}}`, where the text is nothing else.
fn named(value: &str) -> Option<&str> {
    value.strip_prefix("{{")?.strip_suffix("}}")
}

/// The right side of a lookup table, or of a table of regular expressions.
fn outputs(table: &Value) -> impl Iterator<Item = &str> {
    let rows = parameter(table, "map").and_then(|map| map.get("list")?.as_array());
    rows.into_iter()
        .flatten()
        .filter_map(|row| row.get("map")?.as_array())
        .flatten()
        .filter(|cell| text(cell, "key") == "value")
        .filter_map(|cell| cell.get("value")?.as_str())
}
