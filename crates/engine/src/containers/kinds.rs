//! The kinds of entities, under our names and under Google's.

use crate::dto::containers::EntityKind;

/// Every kind, in the order in which they are shown.
pub(super) const ALL: [EntityKind; 10] = [
    EntityKind::Tag,
    EntityKind::Trigger,
    EntityKind::Variable,
    EntityKind::BuiltInVariable,
    EntityKind::Folder,
    EntityKind::Template,
    EntityKind::Client,
    EntityKind::Transformation,
    EntityKind::Zone,
    EntityKind::GtagConfig,
];

/// Google's key of the kind in `ContainerVersion`.
pub(super) fn google(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Tag => "tag",
        EntityKind::Trigger => "trigger",
        EntityKind::Variable => "variable",
        EntityKind::BuiltInVariable => "builtInVariable",
        EntityKind::Folder => "folder",
        EntityKind::Template => "customTemplate",
        EntityKind::Zone => "zone",
        EntityKind::Client => "client",
        EntityKind::Transformation => "transformation",
        EntityKind::GtagConfig => "gtagConfig",
    }
}

pub(super) fn of_google(key: &str) -> Option<EntityKind> {
    ALL.into_iter().find(|kind| google(*kind) == key)
}

/// The kind in plain words, in the middle of a sentence.
pub(super) fn word(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Tag => "tag",
        EntityKind::Trigger => "trigger",
        EntityKind::Variable => "variable",
        EntityKind::BuiltInVariable => "built-in variable",
        EntityKind::Folder => "folder",
        EntityKind::Template => "template",
        EntityKind::Zone => "zone",
        EntityKind::Client => "client",
        EntityKind::Transformation => "transformation",
        EntityKind::GtagConfig => "Google tag configuration",
    }
}
