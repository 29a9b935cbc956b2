//! Every screen that the sidebar leads to, for whoever must see them all: axe and the screenshots.

/// A screen: its place in the address, and a file name.
pub const SCREENS: [&str; 7] = [
    "overview",
    "provisioning",
    "containers",
    "reports",
    "connections",
    "exports",
    "settings",
];

/// Both themes, as the settings call them.
pub const THEMES: [&str; 2] = ["light", "dark"];
