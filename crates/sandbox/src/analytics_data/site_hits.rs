//! Visits that really came, by the tags of practice sites: realtime reports count them beside the seeded visitors.

use jiff::Timestamp;

use super::calendar;
use super::columns::Names;
use super::fast_hash::FastMap;
use super::visits::{Happening, Visit, hash_text};
use super::vocabulary::{CITIES, EVENTS, PAGE_COUNT};

/// What came in to a property in the last half hour.
#[derive(Clone, Debug, Default)]
pub struct SiteHits {
    /// The property was made in the sandbox: nobody is there but who really came.
    pub made_here: bool,
    pub hits: Vec<SiteHit>,
}

/// One event.
#[derive(Clone, Debug)]
pub struct SiteHit {
    pub client: String,
    pub stream_id: String,
    pub event: String,
    pub title: String,
    pub time: Timestamp,
}

/// Titles and names of events that the vocabulary of the seeded visitors does not have.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    titles: Vec<String>,
    events: Vec<String>,
}

impl Heard {
    pub fn of(hits: &SiteHits) -> Self {
        let mut heard = Self::default();
        for hit in &hits.hits {
            if !heard.titles.contains(&hit.title) {
                heard.titles.push(hit.title.clone());
            }
            if !EVENTS.contains(&hit.event.as_str()) && !heard.events.contains(&hit.event) {
                heard.events.push(hit.event.clone());
            }
        }
        // An event's id is a byte.
        heard.events.truncate(usize::from(u8::MAX) - EVENTS.len());
        heard
    }

    pub fn title(&self, page: usize) -> Option<&str> {
        let place = page.checked_sub(PAGE_COUNT)?;
        self.titles.get(place).map(String::as_str)
    }

    /// An event's name by its id, the vocabulary's own included.
    pub fn event(&self, id: usize) -> &str {
        let own = id.checked_sub(EVENTS.len()).and_then(|place| self.events.get(place));
        own.map_or_else(|| EVENTS[id % EVENTS.len()], String::as_str)
    }

    /// All events that the property may have, by id.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        EVENTS.iter().copied().chain(self.events.iter().map(String::as_str))
    }

    fn ids(&self, hit: &SiteHit) -> Option<(u8, u16)> {
        let event = self.events().position(|event| event == hit.event)?;
        let title = self.titles.iter().position(|title| *title == hit.title)?;
        Some((u8::try_from(event).ok()?, u16::try_from(PAGE_COUNT + title).ok()?))
    }
}

/// The visitors with what each did, as a report tallies them. `local` is the property's day and minute.
pub(super) fn visitors(
    hits: &SiteHits,
    names: &Names,
    currency: &str,
    now: Timestamp,
    local: (i32, u16),
) -> Vec<(Visit, Vec<Happening>)> {
    let city = CITIES
        .iter()
        .position(|city| city.currency == currency)
        .unwrap_or_default();
    let mut by_client: FastMap<u64, usize> = FastMap::default();
    let mut visitors: Vec<(Visit, Vec<Happening>)> = Vec::new();
    for hit in &hits.hits {
        let Some((event, page)) = names.heard.ids(hit) else {
            continue;
        };
        let ago = u16::try_from(now.duration_since(hit.time).as_mins()).unwrap_or(u16::MAX);
        // At midnight the first minutes of the day stand for the last ones of the day before.
        let minute = local.1.saturating_sub(ago);
        let client = hash_text(&hit.client);
        let place = *by_client.entry(client).or_insert_with(|| {
            let stream = names.streams.iter().position(|stream| stream.0 == hit.stream_id);
            let seen = (local.0, minute);
            visitors.push((
                Visit::of_browser(client, seen, city, stream.unwrap_or_default()),
                Vec::new(),
            ));
            visitors.len() - 1
        });
        visitors[place].1.push(Happening::seen(event, page, minute));
    }
    visitors
}

/// The day from which the seeded visitors come; none do to a property that was made here.
pub(super) fn first_day(hits: &SiteHits, created: i32, today: i32) -> i32 {
    if hits.made_here { today + 1 } else { created }
}

/// The property's day of a moment.
pub(super) fn day_of(time: Timestamp, zone: &str) -> i32 {
    calendar::local(time, &calendar::zone(zone)).0
}
