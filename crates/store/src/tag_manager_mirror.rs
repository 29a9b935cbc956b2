//! The mirror of Google Tag Manager: accounts, containers, live versions and their entities.
//!
//! As in the Analytics mirror, an asset that two connections reach is one row with two access rows, and lists are
//! swapped in one transaction. A container has one live version here, fetched by one `versions:live` call.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use serde_json::Value;

use crate::columns::{json, json_text, millis, moment, optional_json, optional_moment};
use crate::database::{Store, StoreError};

pub(crate) const CREATE: &str = "
CREATE TABLE gtm_accounts (
    account_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    document TEXT NOT NULL,
    fetched_at INTEGER NOT NULL
) STRICT;
CREATE TABLE gtm_account_access (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES gtm_accounts (account_id) ON DELETE CASCADE,
    PRIMARY KEY (connection_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX gtm_account_access_by_account ON gtm_account_access (account_id);
CREATE TABLE gtm_containers (
    container_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES gtm_accounts (account_id) ON DELETE CASCADE,
    public_id TEXT NOT NULL,
    name TEXT NOT NULL,
    usage_context TEXT NOT NULL,
    document TEXT NOT NULL,
    fetched_at INTEGER NOT NULL
) STRICT;
CREATE INDEX gtm_containers_of_account ON gtm_containers (account_id);
CREATE TABLE gtm_container_access (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    container_id TEXT NOT NULL REFERENCES gtm_containers (container_id) ON DELETE CASCADE,
    PRIMARY KEY (connection_id, container_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX gtm_container_access_by_container ON gtm_container_access (container_id);
CREATE TABLE gtm_live_versions (
    container_id TEXT PRIMARY KEY REFERENCES gtm_containers (container_id) ON DELETE CASCADE,
    version_id TEXT,
    name TEXT,
    fingerprint TEXT,
    document TEXT,
    fetched_at INTEGER NOT NULL
) STRICT;
CREATE TABLE gtm_entities (
    container_id TEXT NOT NULL REFERENCES gtm_live_versions (container_id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT,
    folder_id TEXT,
    fingerprint TEXT,
    document TEXT NOT NULL,
    PRIMARY KEY (container_id, kind, entity_id)
) STRICT;";

/// A Tag Manager account.
#[derive(Clone, Debug, PartialEq)]
pub struct TagManagerAccount {
    pub account_id: String,
    pub name: String,
    /// What Google sent, fields unknown to us included.
    pub document: Value,
    pub fetched_at: Timestamp,
    /// Ids of the connections that reach it. Filled when read, ignored when written.
    pub connections: Vec<String>,
}

/// A Tag Manager container.
#[derive(Clone, Debug, PartialEq)]
pub struct TagManagerContainer {
    pub container_id: String,
    pub account_id: String,
    /// `GTM-XXXX`.
    pub public_id: String,
    pub name: String,
    /// `web`, `server`, `android` ...
    pub usage_context: Vec<String>,
    pub document: Value,
    pub fetched_at: Timestamp,
    /// Ids of the connections that reach it. Filled when read, ignored when written.
    pub connections: Vec<String>,
    /// When its live version was last fetched. Filled when read, ignored when written.
    pub live_fetched_at: Option<Timestamp>,
}

/// The live version of a container, without its entities.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveVersion {
    pub container_id: String,
    /// `None`: the container was never published.
    pub version_id: Option<String>,
    pub name: Option<String>,
    pub fingerprint: Option<String>,
    /// The version as Google sent it, without the lists that are kept as entities.
    pub document: Option<Value>,
    pub fetched_at: Timestamp,
}

/// Which entity of a container.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityKey {
    /// Google's singular key: `tag`, `trigger`, `variable`, `builtInVariable`, `folder`, `customTemplate`, `client`,
    /// `zone`, `gtagConfig`, `transformation`.
    pub kind: String,
    /// Google's id; built-in variables have none and are known by their `type`.
    pub entity_id: String,
}

/// An entity as the tables show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntitySummary {
    pub key: EntityKey,
    pub name: String,
    pub entity_type: Option<String>,
    pub folder_id: Option<String>,
    pub fingerprint: Option<String>,
}

/// An entity with all that Google sent.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerEntity {
    pub summary: EntitySummary,
    pub document: Value,
}

/// Deletes what no connection reaches any more.
pub(crate) fn forget_unreachable(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(
        "DELETE FROM gtm_containers WHERE container_id NOT IN (SELECT container_id FROM gtm_container_access);
         DELETE FROM gtm_accounts WHERE account_id NOT IN (SELECT account_id FROM gtm_account_access);",
    )?;
    Ok(())
}

fn read_account(row: &Row<'_>) -> rusqlite::Result<TagManagerAccount> {
    Ok(TagManagerAccount {
        account_id: row.get(0)?,
        name: row.get(1)?,
        document: json(row, 2)?,
        fetched_at: moment(row, 3)?,
        connections: json(row, 4)?,
    })
}

fn read_container(row: &Row<'_>) -> rusqlite::Result<TagManagerContainer> {
    Ok(TagManagerContainer {
        container_id: row.get(0)?,
        account_id: row.get(1)?,
        public_id: row.get(2)?,
        name: row.get(3)?,
        usage_context: json(row, 4)?,
        document: json(row, 5)?,
        fetched_at: moment(row, 6)?,
        live_fetched_at: optional_moment(row, 7)?,
        connections: json(row, 8)?,
    })
}

fn read_live(row: &Row<'_>) -> rusqlite::Result<LiveVersion> {
    Ok(LiveVersion {
        container_id: row.get(0)?,
        version_id: row.get(1)?,
        name: row.get(2)?,
        fingerprint: row.get(3)?,
        document: optional_json(row, 4)?,
        fetched_at: moment(row, 5)?,
    })
}

fn read_summary(row: &Row<'_>) -> rusqlite::Result<EntitySummary> {
    Ok(EntitySummary {
        key: EntityKey {
            kind: row.get(0)?,
            entity_id: row.get(1)?,
        },
        name: row.get(2)?,
        entity_type: row.get(3)?,
        folder_id: row.get(4)?,
        fingerprint: row.get(5)?,
    })
}

fn read_entity(row: &Row<'_>) -> rusqlite::Result<ContainerEntity> {
    Ok(ContainerEntity {
        summary: read_summary(row)?,
        document: json(row, 6)?,
    })
}

const CONTAINERS: &str = "
SELECT c.container_id, c.account_id, c.public_id, c.name, c.usage_context, c.document, c.fetched_at, l.fetched_at,
       json_group_array(x.connection_id)
FROM gtm_containers c JOIN gtm_container_access x USING (container_id) LEFT JOIN gtm_live_versions l USING (container_id)";

const LIVE: &str = "SELECT container_id, version_id, name, fingerprint, document, fetched_at FROM gtm_live_versions";

const ENTITY: &str = "kind, entity_id, name, type, folder_id, fingerprint";

impl Store {
    /// Replaces the accounts that `connection_id` reaches, in one transaction. Containers of accounts that it no
    /// longer reaches go with them.
    pub async fn swap_tag_manager_accounts(
        &self,
        connection_id: &str,
        accounts: Vec<TagManagerAccount>,
        fetched_at: Timestamp,
    ) -> Result<(), StoreError> {
        let connection_id = connection_id.to_owned();
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            transaction.execute(
                "DELETE FROM gtm_account_access WHERE connection_id = ?1",
                [&connection_id],
            )?;
            for account in &accounts {
                transaction
                    .prepare_cached(
                        "INSERT INTO gtm_accounts (account_id, name, document, fetched_at) VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT (account_id) DO UPDATE SET name = excluded.name, document = excluded.document,
                             fetched_at = excluded.fetched_at",
                    )?
                    .execute(params![
                        account.account_id,
                        account.name,
                        json_text(&account.document)?,
                        millis(fetched_at)
                    ])?;
                transaction
                    .prepare_cached(
                        "INSERT OR IGNORE INTO gtm_account_access (connection_id, account_id) VALUES (?1, ?2)",
                    )?
                    .execute(params![connection_id, account.account_id])?;
            }
            transaction.execute(
                "DELETE FROM gtm_container_access WHERE connection_id = ?1 AND container_id IN (
                     SELECT container_id FROM gtm_containers WHERE account_id NOT IN (
                         SELECT account_id FROM gtm_account_access WHERE connection_id = ?1))",
                [&connection_id],
            )?;
            forget_unreachable(&transaction)?;
            Ok(transaction.commit()?)
        })
        .await
    }

    /// Replaces the containers of one account that `connection_id` reaches, in one transaction.
    pub async fn swap_containers(
        &self,
        connection_id: &str,
        account_id: &str,
        containers: Vec<TagManagerContainer>,
        fetched_at: Timestamp,
    ) -> Result<(), StoreError> {
        let (connection_id, account_id) = (connection_id.to_owned(), account_id.to_owned());
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            transaction.execute(
                "DELETE FROM gtm_container_access WHERE connection_id = ?1
                     AND container_id IN (SELECT container_id FROM gtm_containers WHERE account_id = ?2)",
                [&connection_id, &account_id],
            )?;
            for container in &containers {
                transaction
                    .prepare_cached(
                        "INSERT INTO gtm_containers
                             (container_id, account_id, public_id, name, usage_context, document, fetched_at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                         ON CONFLICT (container_id) DO UPDATE SET account_id = excluded.account_id,
                             public_id = excluded.public_id, name = excluded.name,
                             usage_context = excluded.usage_context, document = excluded.document,
                             fetched_at = excluded.fetched_at",
                    )?
                    .execute(params![
                        container.container_id,
                        account_id,
                        container.public_id,
                        container.name,
                        json_text(&container.usage_context)?,
                        json_text(&container.document)?,
                        millis(fetched_at)
                    ])?;
                transaction
                    // A container that moved here from another account has its row already.
                    .prepare_cached(
                        "INSERT OR IGNORE INTO gtm_container_access (connection_id, container_id) VALUES (?1, ?2)",
                    )?
                    .execute(params![connection_id, container.container_id])?;
            }
            forget_unreachable(&transaction)?;
            Ok(transaction.commit()?)
        })
        .await
    }

    /// Replaces a container's live version and all its entities, in one transaction. The order of `entities` is kept.
    /// Nothing is written, and `false` returned, where the container has left the mirror meanwhile.
    pub async fn swap_live_version(
        &self,
        version: LiveVersion,
        entities: Vec<ContainerEntity>,
    ) -> Result<bool, StoreError> {
        self.call(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mirrored: bool = transaction.query_row(
                "SELECT EXISTS (SELECT 1 FROM gtm_containers WHERE container_id = ?1)",
                [&version.container_id],
                |row| row.get(0),
            )?;
            if !mirrored {
                return Ok(false);
            }
            transaction.execute(
                "DELETE FROM gtm_live_versions WHERE container_id = ?1",
                [&version.container_id],
            )?;
            transaction.execute(
                "INSERT INTO gtm_live_versions (container_id, version_id, name, fingerprint, document, fetched_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    version.container_id,
                    version.version_id,
                    version.name,
                    version.fingerprint,
                    version.document.as_ref().map(json_text).transpose()?,
                    millis(version.fetched_at)
                ],
            )?;
            {
                let mut insert = transaction.prepare_cached(
                    "INSERT OR REPLACE INTO gtm_entities
                         (container_id, kind, entity_id, position, name, type, folder_id, fingerprint, document)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?;
                for (position, ContainerEntity { summary, document }) in (0_i64..).zip(&entities) {
                    insert.execute(params![
                        version.container_id,
                        summary.key.kind,
                        summary.key.entity_id,
                        position,
                        summary.name,
                        summary.entity_type,
                        summary.folder_id,
                        summary.fingerprint,
                        json_text(document)?
                    ])?;
                }
            }
            transaction.commit()?;
            Ok(true)
        })
        .await
    }

    /// All mirrored accounts, by name.
    pub async fn tag_manager_accounts(&self) -> Result<Vec<TagManagerAccount>, StoreError> {
        self.call(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT a.account_id, a.name, a.document, a.fetched_at, json_group_array(x.connection_id)
                 FROM gtm_accounts a JOIN gtm_account_access x USING (account_id)
                 GROUP BY a.account_id ORDER BY a.name COLLATE NOCASE, a.account_id",
            )?;
            Ok(statement.query_map([], read_account)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// All mirrored containers, by name.
    pub async fn containers(&self) -> Result<Vec<TagManagerContainer>, StoreError> {
        self.call(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "{CONTAINERS} GROUP BY c.container_id ORDER BY c.name COLLATE NOCASE, c.container_id"
            ))?;
            Ok(statement.query_map([], read_container)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The container with Google's number or public id (`GTM-XXXX`) `id`.
    pub async fn container(&self, id: &str) -> Result<Option<TagManagerContainer>, StoreError> {
        let id = id.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row(
                    &format!(
                        "{CONTAINERS} WHERE c.container_id = ?1 OR c.public_id = upper(?1) GROUP BY c.container_id"
                    ),
                    [id],
                    read_container,
                )
                .optional()?)
        })
        .await
    }

    /// The container's live version; `None` where it was never fetched.
    pub async fn live_version(&self, container_id: &str) -> Result<Option<LiveVersion>, StoreError> {
        let container_id = container_id.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row(&format!("{LIVE} WHERE container_id = ?1"), [container_id], read_live)
                .optional()?)
        })
        .await
    }

    /// All live versions, without their entities.
    pub async fn live_versions(&self) -> Result<Vec<LiveVersion>, StoreError> {
        self.call(|connection| {
            let mut statement = connection.prepare_cached(&format!("{LIVE} ORDER BY container_id"))?;
            Ok(statement.query_map([], read_live)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The entities of a container's live version, in Google's order; of one `kind` where given.
    pub async fn entities(&self, container_id: &str, kind: Option<&str>) -> Result<Vec<ContainerEntity>, StoreError> {
        let (container_id, kind) = (container_id.to_owned(), kind.map(str::to_owned));
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {ENTITY}, document FROM gtm_entities
                 WHERE container_id = ?1 AND (?2 IS NULL OR kind = ?2) ORDER BY position"
            ))?;
            Ok(statement
                .query_map(params![container_id, kind], read_entity)?
                .collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The entities of all live versions that have one of these (kind, type) pairs; any type of a kind where it is empty.
    /// (container, entity) by container, in Google's order.
    pub async fn entities_of_types(
        &self,
        types: &'static [(&'static str, &'static str)],
    ) -> Result<Vec<(String, ContainerEntity)>, StoreError> {
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {ENTITY}, document, container_id FROM gtm_entities WHERE EXISTS (
                     SELECT 1 FROM json_each(?1) AS wanted WHERE wanted.value ->> 0 = gtm_entities.kind
                         AND wanted.value ->> 1 IN ('', gtm_entities.type))
                 ORDER BY container_id, position"
            ))?;
            let types = json_text(&serde_json::json!(types))?;
            let rows = statement.query_map([types], |row| Ok((row.get(7)?, read_entity(row)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// As [`Store::entities`], without what Google sent.
    pub async fn entity_summaries(
        &self,
        container_id: &str,
        kind: Option<&str>,
    ) -> Result<Vec<EntitySummary>, StoreError> {
        let (container_id, kind) = (container_id.to_owned(), kind.map(str::to_owned));
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {ENTITY} FROM gtm_entities
                 WHERE container_id = ?1 AND (?2 IS NULL OR kind = ?2) ORDER BY position"
            ))?;
            Ok(statement
                .query_map(params![container_id, kind], read_summary)?
                .collect::<Result<_, _>>()?)
        })
        .await
    }

    /// One entity of a container's live version.
    pub async fn entity(&self, container_id: &str, key: &EntityKey) -> Result<Option<ContainerEntity>, StoreError> {
        let (container_id, key) = (container_id.to_owned(), key.clone());
        self.call(move |connection| {
            Ok(connection
                .query_row(
                    &format!(
                        "SELECT {ENTITY}, document FROM gtm_entities
                         WHERE container_id = ?1 AND kind = ?2 AND entity_id = ?3"
                    ),
                    params![container_id, key.kind, key.entity_id],
                    read_entity,
                )
                .optional()?)
        })
        .await
    }

    /// How many entities of each kind each container's live version has: (container, kind, count).
    pub async fn entity_counts(&self) -> Result<Vec<(String, String, u32)>, StoreError> {
        self.call(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT container_id, kind, count(*) FROM gtm_entities GROUP BY container_id, kind")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
