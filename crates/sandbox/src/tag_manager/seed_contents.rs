//! From a container's recipe to its versions and workspaces: some history, a live version, now and then work that
//! nobody has published, and a few containers that were never published at all.
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::kinds::Kind;
use super::model::{Content, Contents, Version};
use super::seed::{Dice, Flavour, Recipe};
use super::{seed_android_ios, seed_server, seed_web};

/// Collects entities with ids and fingerprints of their own.
pub struct Draft<'a> {
    pub recipe: &'a Recipe,
    pub dice: Dice,
    pub content: Content,
    last_ids: BTreeMap<Kind, u64>,
}

impl Draft<'_> {
    /// Stores an entity; returns its id.
    pub fn add(&mut self, kind: Kind, fields: Value) -> u64 {
        let last = self.last_ids.entry(kind).or_default();
        *last += 1;
        let id = *last;
        let Value::Object(mut fields) = fields else { return id };
        let age = self.dice.below(90) * 86_400_000 + self.dice.below(86_400_000);
        fields.insert(
            "fingerprint".to_owned(),
            (self.recipe.fingerprint + age).to_string().into(),
        );
        self.content.entities.insert((kind, id), Arc::new(fields));
        id
    }

    /// Stores an entity in a folder.
    pub fn add_in(&mut self, kind: Kind, folder: u64, mut fields: Value) -> u64 {
        if let Some(object) = fields.as_object_mut() {
            object.insert("parentFolderId".to_owned(), folder.to_string().into());
        }
        self.add(kind, fields)
    }
}

/// A `template` parameter.
pub fn text(key: &str, value: impl Into<String>) -> Value {
    json!({ "type": "template", "key": key, "value": value.into() })
}

/// A `boolean` parameter.
pub fn flag(key: &str, value: bool) -> Value {
    json!({ "type": "boolean", "key": key, "value": value.to_string() })
}

/// An `integer` parameter.
pub fn number(key: &str, value: u64) -> Value {
    json!({ "type": "integer", "key": key, "value": value.to_string() })
}

/// A table: a `list` parameter of maps with these columns.
pub fn table(key: &str, columns: [&str; 2], rows: &[(&str, &str)]) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .map(|(left, right)| json!({ "type": "map", "map": [text(columns[0], *left), text(columns[1], *right)] }))
        .collect();
    json!({ "type": "list", "key": key, "list": rows })
}

/// A condition of a trigger.
pub fn condition(kind: &str, left: &str, right: &str) -> Value {
    json!({ "type": kind, "parameter": [text("arg0", left), text("arg1", right)] })
}

/// The contents a recipe makes.
pub fn contents(recipe: &Recipe) -> Contents {
    let mut draft = Draft {
        recipe,
        dice: Dice::new(recipe.seed),
        content: Content::default(),
        last_ids: BTreeMap::new(),
    };
    match recipe.flavour {
        Flavour::Web => seed_web::fill(&mut draft),
        Flavour::Server => seed_server::fill(&mut draft),
        Flavour::Android | Flavour::Ios => seed_android_ios::fill(&mut draft),
    }
    let Draft {
        mut dice,
        content,
        last_ids,
        ..
    } = draft;
    let mut contents = Contents {
        last_ids,
        ..Contents::default()
    };
    let never_published = recipe.ordinal % 29 == 17;
    if !never_published {
        add_versions(&mut contents, recipe, &mut dice, &content);
    }
    contents.add_workspace("Default Workspace".to_owned(), String::new(), recipe.fingerprint);
    if never_published {
        if let Some(workspace) = contents.workspaces.get_mut(&1) {
            workspace.content = content;
        }
    } else if recipe.ordinal % 7 == 3 {
        leave_work_unpublished(&mut contents, recipe);
    }
    contents
}

const VERSION_NAMES: [&str; 8] = [
    "GA4 base set-up",
    "Add Google Ads conversions",
    "Consent Mode v2",
    "Shop events",
    "Fix duplicate purchase",
    "Campaign autumn",
    "Clean-up: old Universal Analytics tags",
    "Newsletter form",
];

/// One to six versions; the newest is live, save where somebody made one more and left it.
fn add_versions(contents: &mut Contents, recipe: &Recipe, dice: &mut Dice, content: &Content) {
    let count = 1 + dice.below(6);
    for id in 1..=count {
        let mut held = content.clone();
        if id < count {
            // Older versions had fewer tags, and what a tag was then differs from what it is now.
            let tags: Vec<u64> = content.of(Kind::Tag).map(|(tag, _)| tag).collect();
            let keep = usize::try_from(id).unwrap_or(1) * tags.len() / usize::try_from(count).unwrap_or(1);
            for tag in tags.iter().skip(keep.max(1)) {
                held.entities.remove(&(Kind::Tag, *tag));
            }
            if let Some(first) = held.entities.get_mut(&(Kind::Tag, 1)) {
                let fields = Arc::make_mut(first);
                fields.insert("notes".to_owned(), format!("As of version {id}").into());
                fields.insert("fingerprint".to_owned(), (recipe.fingerprint + id).to_string().into());
            }
        }
        let name = VERSION_NAMES[usize::try_from(dice.below(8)).unwrap_or_default()];
        let version = Version {
            id,
            name: if id == 1 {
                "First version".to_owned()
            } else {
                name.to_owned()
            },
            description: if dice.chance(40) {
                format!("{name}, agreed with the customer.")
            } else {
                String::new()
            },
            fingerprint: recipe.fingerprint + id * 86_400_000 * 12,
            deleted: count > 3 && id == 2,
            content: held,
        };
        contents.versions.insert(id, version);
    }
    contents.last_version = count;
    contents.latest = count;
    contents.live = Some(if count > 2 && dice.chance(20) { count - 1 } else { count });
}

/// A changed, an added and a deleted tag in the default workspace, and a second workspace.
fn leave_work_unpublished(contents: &mut Contents, recipe: &Recipe) {
    let id = contents.next_id(Kind::Tag);
    let later = recipe.fingerprint + 86_400_000 * 100;
    contents.add_workspace("Consent review".to_owned(), "Waiting for legal".to_owned(), later);
    let Some(workspace) = contents.workspaces.get_mut(&1) else {
        return;
    };
    let changed = workspace.content.entities.get_mut(&(Kind::Tag, 2));
    if let Some(changed) = changed {
        let fields: &mut Map<String, Value> = Arc::make_mut(changed);
        fields.insert("paused".to_owned(), true.into());
        fields.insert("fingerprint".to_owned(), (later + 1).to_string().into());
    }
    let last = workspace.content.of(Kind::Tag).map(|(tag, _)| tag).last();
    if let Some(last) = last.filter(|last| *last > 3) {
        workspace.content.entities.remove(&(Kind::Tag, last));
    }
    if let Value::Object(mut added) = json!({
        "name": "Test - do not publish",
        "type": "html",
        "parameter": [text("html", "<script>console.log('draft')</script>"), flag("supportDocumentWrite", false)],
        "firingTriggerId": ["2147479553"],
        "tagFiringOption": "oncePerEvent",
    }) {
        added.insert("fingerprint".to_owned(), (later + 2).to_string().into());
        workspace.content.entities.insert((Kind::Tag, id), Arc::new(added));
    }
}
