//! What a text of an entity can become on the page: itself, or what its variable stands for.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Reading, parameter, parameter_text, text};

impl Reading<'_> {
    /// Every value that `value` can have: a constant's, or those of all rows of a table. What is decided on the page (a data
    /// layer variable, a script) stays as it is written, and so does what leads nowhere.
    pub(super) fn values(&self, value: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.follow(value, &mut Way::default(), &mut found);
        found
    }

    /// Each variable once: tables may lead to each other. One that leads to itself leads nowhere.
    fn follow<'v>(&'v self, value: &'v str, way: &mut Way<'v>, found: &mut BTreeSet<String>) {
        let value = value.trim();
        let variable = named(value).and_then(|name| self.variables.get(name));
        let leads_on = match variable.map(|variable| (text(variable, "type"), *variable)) {
            _ if value.is_empty() || way.left.contains(value) => return,
            _ if way.on.contains(value) => Vec::new(),
            Some(("c", constant)) => parameter_text(constant, "value").into_iter().collect(),
            Some(("smm" | "remm", table)) => outputs(table).chain(parameter_text(table, "defaultValue")).collect(),
            _ => Vec::new(),
        };
        if leads_on.is_empty() {
            found.insert(value.to_owned());
            return;
        }
        way.on.insert(value);
        for next in leads_on {
            self.follow(next, way, found);
        }
        way.on.remove(value);
        way.left.insert(value);
    }
}

/// The variables that are being followed, and those that were.
#[derive(Default)]
struct Way<'v> {
    on: BTreeSet<&'v str>,
    left: BTreeSet<&'v str>,
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
