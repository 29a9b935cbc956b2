//! Tags that send to Analytics.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Reading, id, is_paused, parameter, parameter_text, text};

/// How often an event tag may name another tag as the one that has its ID.
const REFERENCES: u8 = 8;
/// The parameters that hold the ID, whatever the type of the tag.
const IDS: [&str; 3] = ["tagId", "measurementIdOverride", "measurementId"];

/// A tag, or a Google tag's own configuration (`gtagConfig`), that sends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender<'a> {
    pub kind: &'static str,
    pub entity: &'a Value,
}

impl<'a> Sender<'a> {
    pub fn id(&self) -> &'a str {
        id(self.kind, self.entity)
    }

    pub fn type_name(&self) -> &'a str {
        text(self.entity, "type")
    }

    pub fn name(&self) -> &'a str {
        match text(self.entity, "name") {
            "" => "Google tag",
            name => name,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A Google tag, or the GA4 configuration that it replaced: sends views of pages by itself.
    Visits,
    /// A tag for one event: its name, several where a table decides.
    Events(BTreeSet<String>),
    /// A server container's tag, which hands on what it gets.
    HandedOn,
}

/// What a tag sends, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sends {
    pub what: What,
    /// IDs in capitals (`G-...`, `GT-...`, `AW-...`), several where a table decides; text with a `{{Variable}}` where it is
    /// decided on the page.
    pub targets: BTreeSet<String>,
}

impl Sends {
    /// Whether what is `wanted` is sent by this as well, at least by some rows of a table: with both it may be counted twice.
    pub fn covers(&self, wanted: &Self) -> bool {
        let same = match (&self.what, &wanted.what) {
            (What::Events(sent), What::Events(wanted)) => !wanted.is_empty() && wanted.is_subset(sent),
            (sent, wanted) => sent == wanted,
        };
        same && !wanted.targets.is_empty() && wanted.targets.is_subset(&self.targets)
    }

    /// Whether it sends to this ID, for all visitors or by some rows of a table.
    pub fn reaches(&self, id: &str) -> bool {
        self.targets.iter().any(|target| target.eq_ignore_ascii_case(id))
    }

    /// Whether it is decided on the page, or by a table, where it sends.
    pub fn varies(&self) -> bool {
        self.targets.len() > 1 || self.targets.iter().any(|target| is_open(target))
    }

    /// Whether where it sends is decided on the page, by what no table lists.
    pub fn is_open(&self) -> bool {
        self.targets.iter().any(|target| is_open(target))
    }
}

fn is_open(target: &str) -> bool {
    target.contains("{{")
}

impl<'a> Reading<'a> {
    /// Every tag that sends, a paused one too, then the Google tags' own configurations.
    pub fn senders(&self) -> impl Iterator<Item = (Sender<'a>, Sends)> {
        let of = |kind| self.of_kind(kind).map(move |entity| (kind, entity));
        of("tag").chain(of("gtagConfig")).filter_map(|(kind, entity)| {
            let sends = self.sends(kind, entity)?;
            Some((Sender { kind, entity }, sends))
        })
    }

    /// The same, without tags that never fire: those that are paused, and those without a trigger that no other tag fires
    /// before or after itself.
    pub fn active_senders(&self) -> impl Iterator<Item = (Sender<'a>, Sends)> {
        let fired_by_others: BTreeSet<&str> = self.of_kind("tag").flat_map(fires_with_itself).collect();
        self.senders().filter(move |(sender, _)| {
            let tag = sender.entity;
            let fires = sender.kind != "tag" || has_trigger(tag) || fired_by_others.contains(text(tag, "name"));
            fires && !is_paused(tag)
        })
    }

    /// `None` of what does not send, or names no ID.
    pub fn sends(&self, kind: &str, entity: &Value) -> Option<Sends> {
        let what = match (kind, text(entity, "type")) {
            ("gtagConfig", _) | ("tag", "googtag" | "gaawc") => What::Visits,
            ("tag", "gaawe") => What::Events(self.values(parameter_text(entity, "eventName").unwrap_or_default())),
            ("tag", "sgtmgaaw") => What::HandedOn,
            _ => return None,
        };
        let targets = self.targets(entity, REFERENCES);
        (!targets.is_empty()).then_some(Sends { what, targets })
    }

    /// An event tag names its ID, or else the tag that has it.
    fn targets(&self, tag: &Value, references: u8) -> BTreeSet<String> {
        let named = IDS
            .iter()
            .filter_map(|key| parameter(tag, key))
            .map(|parameter| (text(parameter, "type"), text(parameter, "value").trim()))
            .find(|(_, value)| !value.is_empty() && *value != "none");
        match named {
            None => BTreeSet::new(),
            Some(("tagReference", name)) => match (self.tags.get(name), references) {
                (Some(tag), 1..) => self.targets(tag, references - 1),
                _ => BTreeSet::new(),
            },
            Some((_, value)) => self.values(value).into_iter().map(in_capitals).collect(),
        }
    }
}

fn has_trigger(tag: &Value) -> bool {
    let triggers = tag.get("firingTriggerId").and_then(Value::as_array);
    triggers.is_some_and(|triggers| !triggers.is_empty())
}

/// Names of the tags that this one fires before or after itself.
fn fires_with_itself(tag: &Value) -> impl Iterator<Item = &str> {
    ["setupTag", "teardownTag"]
        .into_iter()
        .filter_map(|field| tag.get(field)?.as_array())
        .flatten()
        .map(|other| text(other, "tagName"))
}

/// IDs are the same in any case; names of variables are not.
fn in_capitals(target: String) -> String {
    if is_open(&target) {
        target
    } else {
        target.to_ascii_uppercase()
    }
}
