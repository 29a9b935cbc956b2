//! Practice websites: a small home page for every host under a reserved top-level domain, a fake site builder to paste a snippet
//! into, Google's tags as such a page loads them, and the visits that they report.

mod collect;
mod order;
mod pages;
mod scripts;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::analytics_data::{SiteHit, SiteHits};
use crate::google::Google;
use crate::http::{ApiReply, ApiRequest};
use crate::rpc_error;
use crate::world::World;

pub(crate) use order::{record_hit, set_site};

/// RFC 2606: names that are nobody's.
const RESERVED: [&str; 3] = ["example", "test", "invalid"];
/// What a realtime report looks back on.
const REALTIME: SignedDuration = SignedDuration::from_mins(30);
/// Hits that are kept; the oldest go first.
const MOST_HITS: usize = 10_000;

/// What a site's owner has made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Site {
    /// Pasted into the head of every page.
    pub head: String,
    /// Pasted after `<body>` of every page.
    pub after_body: String,
    /// Instead of the title that the host's name gives.
    pub title: Option<String>,
    /// Instead of English.
    pub language: Option<String>,
    /// Where visitors of every page are sent instead.
    pub redirect: Option<String>,
}

/// One event of one visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub property: u64,
    pub stream: u64,
    /// The browser's, from its cookie.
    pub client: String,
    pub event: String,
    pub title: String,
    pub time: Timestamp,
}

/// The practice sites, and who came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub sites: BTreeMap<String, Site>,
    hits: Vec<Hit>,
    /// Properties that came with the seed have visitors of their own; one that was made later has those who really came.
    seeded: BTreeSet<u64>,
}

impl Model {
    pub fn new(world: &World) -> Self {
        Self {
            seeded: world.analytics.properties.keys().copied().collect(),
            ..Self::default()
        }
    }

    /// Notes an event, and with a visitor's first one the visit itself.
    pub fn record(&mut self, hit: Hit) {
        let same = |known: &&Hit| known.property == hit.property && known.client == hit.client;
        let last = self.hits.iter().rev().find(same).map(|known| known.time);
        let goes_on = last.is_some_and(|last| hit.time.duration_since(last) < REALTIME);
        let mut events = vec![hit.event.clone()];
        if !goes_on {
            events.push("session_start".to_owned());
        }
        if last.is_none() {
            events.push("first_visit".to_owned());
        }
        for event in events {
            if self.hits.len() == MOST_HITS {
                self.hits.remove(0);
            }
            self.hits.push(Hit { event, ..hit.clone() });
        }
    }

    /// What a realtime report of the property counts besides its seeded visitors.
    pub fn hits_of(&self, property: u64, now: Timestamp) -> SiteHits {
        let recent = self
            .hits
            .iter()
            .filter(|hit| hit.property == property && hit.time <= now && now.duration_since(hit.time) < REALTIME);
        SiteHits {
            made_here: !self.seeded.contains(&property),
            hits: recent
                .map(|hit| SiteHit {
                    client: hit.client.clone(),
                    stream_id: hit.stream.to_string(),
                    event: hit.event.clone(),
                    title: hit.title.clone(),
                    time: hit.time,
                })
                .collect(),
        }
    }
}

/// Whether requests for this host are a practice site's, or a browser's to Google's tags.
pub(crate) fn serves(host: &str) -> bool {
    matches!(host, "www.googletagmanager.com" | "www.google-analytics.com") || is_practice_host(host)
}

fn is_practice_host(host: &str) -> bool {
    host.rsplit_once('.')
        .is_some_and(|(name, top)| !name.is_empty() && RESERVED.contains(&top))
}

pub(crate) fn handle(google: &Google, request: &ApiRequest) -> ApiReply {
    match (request.host.as_str(), request.method.as_str(), request.path.as_str()) {
        ("www.googletagmanager.com", "GET", "/gtm.js") => scripts::container(google, request),
        ("www.googletagmanager.com", "GET", "/gtag/js") => scripts::google_tag(google, request),
        ("www.googletagmanager.com", "GET", "/ns.html") => pages::noscript(),
        ("www.google-analytics.com", "GET" | "POST", "/g/collect") => collect::collect(google, request),
        ("www.googletagmanager.com" | "www.google-analytics.com", ..) => rpc_error::html_not_found(&request.path),
        (host, "GET", "/_edit") => pages::editor(google, host, false),
        (host, "POST", "/_edit") => pages::save(google, host, request),
        (host, "GET", path) => pages::page(google, host, path),
        _ => rpc_error::html_not_found(&request.path),
    }
}

#[cfg(test)]
mod tests;
