//! The kinds of entity that live in a workspace, and the names Google gives each of them.

/// An entity kind with an id of its own (built-in variables have none and are apart).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Tag,
    Trigger,
    Variable,
    Folder,
    Template,
    Zone,
    Client,
    Transformation,
    GtagConfig,
}

impl Kind {
    /// Every kind, in the order in which Gantry's sandbox lists them.
    pub const ALL: [Self; 9] = [
        Self::Tag,
        Self::Trigger,
        Self::Variable,
        Self::Folder,
        Self::Template,
        Self::Zone,
        Self::Client,
        Self::Transformation,
        Self::GtagConfig,
    ];

    /// Path segment of the collection.
    pub fn segment(self) -> &'static str {
        match self {
            Self::Tag => "tags",
            Self::Trigger => "triggers",
            Self::Variable => "variables",
            Self::Folder => "folders",
            Self::Template => "templates",
            Self::Zone => "zones",
            Self::Client => "clients",
            Self::Transformation => "transformations",
            Self::GtagConfig => "gtag_config",
        }
    }

    /// The kind of a path segment.
    pub fn of_segment(segment: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.segment() == segment)
    }

    /// Key in list and revert answers.
    pub fn list_key(self) -> &'static str {
        match self {
            Self::Template => "template",
            other => other.version_key(),
        }
    }

    /// Key in a ContainerVersion and in an Entity (`customTemplate` where lists say `template`).
    pub fn version_key(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Trigger => "trigger",
            Self::Variable => "variable",
            Self::Folder => "folder",
            Self::Template => "customTemplate",
            Self::Zone => "zone",
            Self::Client => "client",
            Self::Transformation => "transformation",
            Self::GtagConfig => "gtagConfig",
        }
    }

    /// The kind of an Entity's member.
    pub fn of_version_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.version_key() == key)
    }

    /// Name of the id field.
    pub fn id_field(self) -> &'static str {
        match self {
            Self::Tag => "tagId",
            Self::Trigger => "triggerId",
            Self::Variable => "variableId",
            Self::Folder => "folderId",
            Self::Template => "templateId",
            Self::Zone => "zoneId",
            Self::Client => "clientId",
            Self::Transformation => "transformationId",
            Self::GtagConfig => "gtagConfigId",
        }
    }

    /// Name inside RPC names: `Tag` of `ListTags`.
    pub fn rpc(self) -> &'static str {
        match self {
            Self::Tag => "Tag",
            Self::Trigger => "Trigger",
            Self::Variable => "Variable",
            Self::Folder => "Folder",
            Self::Template => "Template",
            Self::Zone => "Zone",
            Self::Client => "Client",
            Self::Transformation => "Transformation",
            Self::GtagConfig => "GtagConfig",
        }
    }

    /// Count field of a version header, where it has one.
    pub fn header_count(self) -> Option<&'static str> {
        Some(match self {
            Self::Tag => "numTags",
            Self::Trigger => "numTriggers",
            Self::Variable => "numVariables",
            Self::Template => "numCustomTemplates",
            Self::Zone => "numZones",
            Self::Client => "numClients",
            Self::Transformation => "numTransformations",
            Self::GtagConfig => "numGtagConfigs",
            Self::Folder => return None,
        })
    }

    /// Whether entities of this kind carry a `type`.
    pub fn has_type(self) -> bool {
        !matches!(self, Self::Folder | Self::Template | Self::Zone)
    }

    /// Whether only server containers can hold it.
    pub fn server_only(self) -> bool {
        matches!(self, Self::Client | Self::Transformation)
    }

    /// Whether it can lie in a folder.
    pub fn foldered(self) -> bool {
        matches!(
            self,
            Self::Tag | Self::Trigger | Self::Variable | Self::Client | Self::Transformation
        )
    }
}
