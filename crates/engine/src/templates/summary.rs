//! What a template makes, in one line.

use super::tag_manager::tag_manager_entities;
use crate::dto::templates::Template;

/// "6 key events, 8 custom dimensions, 12 Tag Manager entities".
pub(crate) fn summary(template: &Template) -> String {
    let counted = [
        counted(template.key_events.len(), "key event", "key events"),
        counted(
            template.custom_dimensions.len(),
            "custom dimension",
            "custom dimensions",
        ),
        counted(template.people.len(), "person", "people"),
        counted(entities(template), "Tag Manager entity", "Tag Manager entities"),
    ];
    let told: Vec<String> = counted.into_iter().flatten().collect();
    told.join(", ")
}

/// How many entities it puts into a workspace.
pub(crate) fn entities(template: &Template) -> usize {
    tag_manager_entities(template, "").len()
}

fn counted(count: usize, one: &str, several: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {several}")),
    }
}
