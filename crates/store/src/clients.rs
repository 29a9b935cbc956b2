//! The agency's clients, and which properties and containers belong to which.

pub(crate) const CREATE: &str = "
CREATE TABLE clients (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    heading TEXT,
    colour INTEGER NOT NULL,
    letters TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE client_assets (
    asset TEXT PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX client_assets_of_client ON client_assets (client_id);";
