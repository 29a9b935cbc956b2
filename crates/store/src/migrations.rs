//! The schema's history. Each table module owns its statements; this list only says in which order they came.
//!
//! Entries are never edited once released: a change is a new entry at the end.

use std::path::Path;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::database::StoreError;
use crate::{
    activity, analytics_mirror, batches, clients, connections, data_streams, export_runs, oauth_clients,
    provisioning_runs, quota_ledger, reports_cache, settings, tag_manager_mirror,
};

const HISTORY: &[&str] = &[
    settings::CREATE,
    oauth_clients::CREATE,
    connections::CREATE,
    quota_ledger::CREATE,
    activity::CREATE,
    analytics_mirror::CREATE,
    tag_manager_mirror::CREATE,
    provisioning_runs::CREATE,
    reports_cache::CREATE,
    export_runs::CREATE,
    connections::TRUST,
    oauth_clients::STATUS,
    activity::TRACES,
    provisioning_runs::SET_UPS,
    clients::CREATE,
    batches::CREATE,
    data_streams::CREATE,
    batches::ANYWAY,
];

/// Brings the schema up to date; refuses a schema from the future before it touches anything.
pub(crate) fn apply(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(HISTORY.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::NewerSchema {
            path: path.to_owned(),
            found,
            known,
        });
    }
    Migrations::new(HISTORY.iter().map(|statements| M::up(statements)).collect()).to_latest(connection)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_the_history_applies() {
        Migrations::new(HISTORY.iter().map(|statements| M::up(statements)).collect())
            .validate()
            .unwrap();
    }
}
