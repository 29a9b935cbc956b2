//! What a published container does on a page, as far as practice sites go: its Google tags.

use serde_json::{Map, Value};

use super::kinds::Kind;
use super::model::{Content, Model};

impl Model {
    /// The ids that the live version's Google tags send to; `None` where the container does not exist or has no live version.
    pub fn published_google_tags(&mut self, public_id: &str) -> Option<Vec<String>> {
        let containers = self
            .accounts
            .values_mut()
            .flat_map(|account| account.containers.values_mut());
        let container = { containers }.find(|container| container.public_id == public_id)?;
        let contents = container.contents();
        let live = contents.live?;
        let content = &contents.versions.get(&live)?.content;
        let tags = content.of(Kind::Tag).filter(|(_, tag)| {
            tag.get("type").is_some_and(|kind| kind == "googtag") && tag.get("paused") != Some(&Value::Bool(true))
        });
        let mut ids: Vec<String> = Vec::new();
        for id in tags.filter_map(|(_, tag)| parameter(tag, "tagId")) {
            let id = resolved(content, id);
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Some(ids)
    }
}

fn parameter<'a>(fields: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    let parameters = fields.get("parameter")?.as_array()?;
    let found = parameters
        .iter()
        .find(|one| one.get("key").is_some_and(|name| name == key))?;
    found.get("value")?.as_str()
}

/// `{{Name}}` of a constant is its value.
fn resolved(content: &Content, text: &str) -> String {
    let name = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let constant = name.and_then(|name| {
        let mut variables = content.of(Kind::Variable);
        let (_, found) = variables.find(|(_, variable)| {
            variable.get("name").is_some_and(|own| own == name) && variable.get("type").is_some_and(|kind| kind == "c")
        })?;
        parameter(found, "value")
    });
    constant.unwrap_or(text).to_owned()
}

#[cfg(test)]
impl Model {
    pub fn all_public_ids(&self) -> Vec<String> {
        let containers = self.accounts.values().flat_map(|account| account.containers.values());
        containers.map(|container| container.public_id.clone()).collect()
    }
}
