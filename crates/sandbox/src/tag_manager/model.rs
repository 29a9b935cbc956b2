//! What Tag Manager stores: accounts with their people, containers, workspaces and versions.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::kinds::Kind;
use super::refusal::Refusal;
use super::seed::{Recipe, SeedAccount};

/// Ids that Google reserves for triggers every container has and no list shows.
pub const BUILT_IN_TRIGGERS: [u64; 3] = [2_147_479_553, 2_147_479_572, 2_147_479_573];

/// One entity's own fields, shared by every version and workspace that holds it unchanged.
pub type Fields = Arc<Map<String, Value>>;

/// What a person may do in a container (`containerAccess.permission`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    NoAccess,
    Read,
    Edit,
    Approve,
    Publish,
}

/// One person's access to an account.
#[derive(Debug, Clone)]
pub struct Grant {
    pub admin: bool,
    /// Level in containers that `except` does not name.
    pub level: Level,
    pub except: BTreeMap<u64, Level>,
}

impl Grant {
    /// Level in one container.
    pub fn level(&self, container: u64) -> Level {
        self.except.get(&container).copied().unwrap_or(self.level)
    }
}

/// Everything Tag Manager knows; container contents are made when first asked for.
#[derive(Debug, Default, Clone)]
pub struct Model {
    pub(super) accounts: BTreeMap<u64, Account>,
    last_fingerprint: u64,
    /// Where the compiler fails whatever the content, on request.
    pub(crate) compiler: CompilerFaults,
}

/// Methods that answer 200 with `compilerError` and do nothing else.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CompilerFaults {
    pub create_version: bool,
    pub publish: bool,
}

#[derive(Debug, Clone)]
pub struct Account {
    pub id: u64,
    pub name: String,
    pub share_data: bool,
    pub fingerprint: u64,
    pub grants: BTreeMap<String, Grant>,
    pub containers: BTreeMap<u64, Container>,
}

#[derive(Debug, Clone)]
pub struct Container {
    pub account_id: u64,
    pub id: u64,
    pub public_id: String,
    /// Fields a person sets: name, notes, domainName, taggingServerUrls, usageContext.
    pub fields: Map<String, Value>,
    /// Destinations linked to it (`G-...`, `AW-...`).
    pub destination_ids: Vec<String>,
    pub fingerprint: u64,
    pub(super) recipe: Option<Recipe>,
    contents: Option<Contents>,
}

/// What is inside a container.
#[derive(Debug, Default, Clone)]
pub struct Contents {
    pub workspaces: BTreeMap<u64, Workspace>,
    pub versions: BTreeMap<u64, Version>,
    pub live: Option<u64>,
    /// The version workspaces are made from and synchronised to; 0 is the empty beginning.
    pub latest: u64,
    pub last_workspace: u64,
    pub last_version: u64,
    pub last_ids: BTreeMap<Kind, u64>,
}

/// Entities and enabled built-in variables, of a workspace or a version.
#[derive(Debug, Default, Clone)]
pub struct Content {
    pub entities: BTreeMap<(Kind, u64), Fields>,
    pub built_ins: BTreeSet<&'static str>,
}

#[derive(Debug, Clone)]
pub struct Workspace {
    pub id: u64,
    pub name: String,
    pub description: String,
    pub fingerprint: u64,
    pub content: Content,
    /// The content when the workspace was made or last synchronised.
    pub base: Content,
    /// What the last synchronisation found changed on both sides, as the base version has it (`None`: it has it no more).
    pub theirs: BTreeMap<(Kind, u64), Option<Fields>>,
}

#[derive(Debug, Clone)]
pub struct Version {
    pub id: u64,
    pub name: String,
    pub description: String,
    pub fingerprint: u64,
    pub deleted: bool,
    pub content: Content,
}

impl Model {
    /// The seeded world of these customers (deterministic).
    pub fn seed(accounts: &[SeedAccount]) -> Self {
        super::seed::model(accounts)
    }

    /// An account that a person has made in Tag Manager's own pages: the API has no way to. Returns its id.
    pub fn add_account(&mut self, email: &str, name: &str, now: jiff::Timestamp) -> u64 {
        let id = self.accounts.keys().next_back().copied().unwrap_or(6_000_000_000) + 7_919;
        let grant = Grant {
            admin: true,
            level: Level::Publish,
            except: BTreeMap::new(),
        };
        let fingerprint = self.next_fingerprint(now);
        let account = Account {
            id,
            name: name.to_owned(),
            share_data: false,
            fingerprint,
            grants: BTreeMap::from([(email.to_owned(), grant)]),
            containers: BTreeMap::new(),
        };
        self.accounts.insert(id, account);
        id
    }

    /// Names of the accounts that the person sees, in id order.
    pub fn account_names(&self, email: &str) -> Vec<String> {
        let seen = self
            .accounts
            .values()
            .filter(|account| account.grants.contains_key(email));
        seen.map(|account| account.name.clone()).collect()
    }

    /// A fingerprint that no resource has had: milliseconds since the epoch, never twice the same.
    pub fn next_fingerprint(&mut self, now: jiff::Timestamp) -> u64 {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
        self.last_fingerprint = millis.max(self.last_fingerprint + 1);
        self.last_fingerprint
    }

    /// The account, if the person sees it.
    pub fn account(&self, email: &str, id: u64) -> Result<&Account, Refusal> {
        self.accounts
            .get(&id)
            .filter(|account| account.grants.contains_key(email))
            .ok_or_else(Refusal::not_found)
    }

    /// The container, if the person has at least `level` in it.
    pub fn container(&mut self, email: &str, ids: (u64, u64), level: Level) -> Result<&mut Container, Refusal> {
        let account = self.accounts.get_mut(&ids.0).ok_or_else(Refusal::not_found)?;
        let held = account
            .grants
            .get(email)
            .map_or(Level::NoAccess, |grant| grant.level(ids.1));
        if held < level || held == Level::NoAccess {
            return Err(Refusal::not_found());
        }
        account.containers.get_mut(&ids.1).ok_or_else(Refusal::not_found)
    }
}

impl Account {
    /// Containers the person may read, in id order.
    pub fn visible(&self, email: &str) -> impl Iterator<Item = &Container> {
        let grant = self.grants.get(email);
        self.containers
            .values()
            .filter(move |container| grant.is_some_and(|grant| grant.level(container.id) >= Level::Read))
    }
}

impl Container {
    /// A container; `recipe` says how its contents will be made, `None` gives it an empty default workspace.
    pub fn new(ids: (u64, u64), public_id: String, fingerprint: u64, recipe: Option<Recipe>) -> Self {
        let contents = recipe.is_none().then(|| Contents::empty(fingerprint));
        Self {
            account_id: ids.0,
            id: ids.1,
            public_id,
            fields: Map::new(),
            destination_ids: Vec::new(),
            fingerprint,
            recipe,
            contents,
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        self.fields.get("name").and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it serves a tagging server.
    pub fn is_server(&self) -> bool {
        self.fields
            .get("usageContext")
            .and_then(Value::as_array)
            .is_some_and(|uses| uses.iter().any(|usage| usage == "server"))
    }

    /// What is inside, made on the first call.
    pub fn contents(&mut self) -> &mut Contents {
        let recipe = self.recipe.as_ref();
        let fingerprint = self.fingerprint;
        self.contents
            .get_or_insert_with(|| recipe.map_or_else(|| Contents::empty(fingerprint), super::seed_contents::contents))
    }
}

impl Contents {
    /// One empty default workspace, nothing versioned.
    pub fn empty(fingerprint: u64) -> Self {
        let mut contents = Self::default();
        contents.add_workspace("Default Workspace".to_owned(), String::new(), fingerprint);
        contents
    }

    /// The content that new workspaces start from.
    pub fn latest_content(&self) -> Content {
        self.versions
            .get(&self.latest)
            .map(|version| version.content.clone())
            .unwrap_or_default()
    }

    /// Makes a workspace of the latest version's content; returns its id.
    pub fn add_workspace(&mut self, name: String, description: String, fingerprint: u64) -> u64 {
        let base = self.latest_content();
        self.last_workspace += 1;
        let id = self.last_workspace;
        let content = base.clone();
        self.workspaces.insert(
            id,
            Workspace {
                id,
                name,
                description,
                fingerprint,
                content,
                base,
                theirs: BTreeMap::new(),
            },
        );
        id
    }

    /// The next id of a kind in this container (never used again, not even after a delete).
    pub fn next_id(&mut self, kind: Kind) -> u64 {
        let last = self.last_ids.entry(kind).or_default();
        *last += 1;
        *last
    }

    /// A workspace by id.
    pub fn workspace(&mut self, id: u64) -> Result<&mut Workspace, Refusal> {
        self.workspaces.get_mut(&id).ok_or_else(Refusal::not_found)
    }

    /// A version by id.
    pub fn version(&mut self, id: u64) -> Result<&mut Version, Refusal> {
        self.versions.get_mut(&id).ok_or_else(Refusal::not_found)
    }
}

impl Content {
    /// Entities of one kind, in id order.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = (u64, &Fields)> {
        self.entities
            .range((kind, 0)..=(kind, u64::MAX))
            .map(|((_, id), fields)| (*id, fields))
    }

    /// Whether a trigger of this id exists here or is one of Google's own.
    pub fn has_trigger(&self, id: u64) -> bool {
        BUILT_IN_TRIGGERS.contains(&id) || self.entities.contains_key(&(Kind::Trigger, id))
    }
}
