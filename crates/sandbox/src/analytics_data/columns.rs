//! One column of a report: from a visit (or event, or item) to a small number, and from the number to its text.
use std::collections::HashMap;

use super::calendar::{self, Day};
use super::dimensions::Dimension;
use super::fast_hash::FastMap;
use super::site_hits::Heard;
use super::visits::{Happening, Site, Visit, event, mix};
use super::vocabulary::{self as words, BROWSERS, CITIES, DEVICES, SOURCES};

/// What a property adds to the texts: its host, streams, custom dimensions and key events.
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub host: String,
    /// (id, name)
    pub streams: Vec<(String, String)>,
    /// Parameter names of custom dimensions, and whether each is user-scoped.
    pub custom: Vec<(String, bool)>,
    /// By event id.
    pub key_events: Vec<bool>,
    /// Titles and events of real visits.
    pub heard: Heard,
}

/// The thing that a row's value is read from.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub site: &'a Site,
    pub names: &'a Names,
    pub day: &'a Day,
    /// First day of the date range.
    pub start: &'a Day,
    pub visit: &'a Visit,
    pub event: Option<&'a Happening>,
    pub item: Option<usize>,
    /// Minute of the day that a realtime report counts back from.
    pub now_minute: u16,
}

/// How a column comes about.
#[derive(Debug, Clone)]
pub enum Making {
    Plain(Dimension),
    Lower(Dimension),
    Upper(Dimension),
    Concat(Vec<Dimension>, String),
}

impl Making {
    /// The dimensions it reads.
    pub fn dimensions(&self) -> &[Dimension] {
        match self {
            Self::Plain(one) | Self::Lower(one) | Self::Upper(one) => std::slice::from_ref(one),
            Self::Concat(many, _) => many,
        }
    }
}

/// A column with the values it has met, each once.
#[derive(Debug)]
pub struct Column {
    pub name: String,
    making: Making,
    /// Raw value to id, for raw values below the table's size.
    small: Vec<u32>,
    large: FastMap<u64, u32>,
    joined: HashMap<Vec<u64>, u32>,
    by_text: HashMap<String, u32>,
    texts: Vec<String>,
}

const SMALL: usize = 8_192;
const UNKNOWN: u32 = u32::MAX;
const NOT_SET: u64 = u64::MAX;

impl Column {
    pub fn new(name: String, making: Making) -> Self {
        Self {
            name,
            making,
            small: vec![UNKNOWN; SMALL],
            large: FastMap::default(),
            joined: HashMap::new(),
            by_text: HashMap::new(),
            texts: Vec::new(),
        }
    }

    /// What it reads.
    pub fn making(&self) -> &Making {
        &self.making
    }

    /// The id of what is seen; equal texts have equal ids.
    pub fn id(&mut self, seen: &Seen<'_>) -> u32 {
        let (Making::Plain(dimension) | Making::Lower(dimension) | Making::Upper(dimension)) = self.making else {
            return self.joined_id(seen);
        };
        let raw = raw(dimension, seen);
        let place = usize::try_from(raw).unwrap_or(usize::MAX);
        let known = if place < SMALL {
            self.small[place]
        } else {
            self.large.get(&raw).copied().unwrap_or(UNKNOWN)
        };
        if known != UNKNOWN {
            return known;
        }
        let plain = text(dimension, raw, seen.names);
        let shown = match self.making {
            Making::Lower(_) => plain.to_lowercase(),
            Making::Upper(_) => plain.to_uppercase(),
            _ => plain,
        };
        let id = self.intern(shown);
        if place < SMALL {
            self.small[place] = id;
        } else {
            self.large.insert(raw, id);
        }
        id
    }

    fn joined_id(&mut self, seen: &Seen<'_>) -> u32 {
        let Making::Concat(parts, delimiter) = &self.making else {
            return 0;
        };
        let key: Vec<u64> = parts.iter().map(|part| raw(*part, seen)).collect();
        if let Some(id) = self.joined.get(&key) {
            return *id;
        }
        let texts: Vec<String> = parts
            .iter()
            .zip(&key)
            .map(|(part, raw)| text(*part, *raw, seen.names))
            .collect();
        let shown = texts.join(delimiter);
        let id = self.intern(shown);
        self.joined.insert(key, id);
        id
    }

    /// The id of a text, new or known.
    pub fn intern(&mut self, shown: String) -> u32 {
        if let Some(id) = self.by_text.get(&shown) {
            return *id;
        }
        let id = u32::try_from(self.texts.len()).unwrap_or(UNKNOWN);
        self.by_text.insert(shown.clone(), id);
        self.texts.push(shown);
        id
    }

    /// All texts met, by id.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}

/// A value as a number; different values may still read the same (google of two media).
fn raw(dimension: Dimension, seen: &Seen<'_>) -> u64 {
    use Dimension as D;
    let Seen {
        day,
        start,
        visit,
        event,
        ..
    } = seen;
    let device = || u64::from(visit.device) * 16;
    let pick = |salt: u64, count: usize| mix(visit.user_hash ^ salt) % count as u64;
    let kind = &DEVICES[usize::from(visit.device)];
    let source = u64::from(visit.source) * 16;
    let first_source = u64::from(visit.first_source) * 16;
    let (year, month) = (u64::from(day.year), u64::from(day.month));
    let query = |page: u16| u64::from(page) * 64 + query_of(visit, page);
    match dimension {
        D::Date => u64::from(day.compact()),
        D::DateHour => u64::from(day.compact()) * 100 + u64::from(visit.minute / 60),
        D::DateHourMinute => u64::from(day.compact()) * 10_000 + u64::from(visit.minute / 60 * 100 + visit.minute % 60),
        D::Day => u64::from(day.of_month),
        D::DayOfWeek | D::DayOfWeekName => u64::from(day.weekday),
        D::Hour => u64::from(visit.minute / 60),
        D::Minute => u64::from(visit.minute % 60),
        D::Month => month,
        D::Week => u64::from(day.week),
        D::Year => year,
        D::YearMonth => year * 100 + month,
        D::YearWeek => year * 100 + u64::from(day.week),
        D::IsoWeek => u64::from(day.iso_week),
        D::IsoYear => u64::from(day.iso_year),
        D::IsoYearIsoWeek => u64::from(day.iso_year) * 100 + u64::from(day.iso_week),
        D::NthDay => u64::from(day.number.abs_diff(start.number)),
        // Weeks of a range are counted from the Sunday on or before its start.
        D::NthWeek => u64::from((day.number.abs_diff(start.number) + start.weekday) / 7),
        D::NthMonth => (year * 12 + month) - (u64::from(start.year) * 12 + u64::from(start.month)),
        D::NthYear => year - u64::from(start.year),
        D::Continent
        | D::ContinentId
        | D::Country
        | D::CountryId
        | D::Region
        | D::City
        | D::CityId
        | D::Language
        | D::LanguageCode => u64::from(visit.city),
        D::Browser => device() + pick(11, kind.browsers.len()),
        D::DeviceCategory | D::OperatingSystem | D::PlatformDeviceCategory => u64::from(visit.device),
        D::OperatingSystemVersion | D::OperatingSystemWithVersion => device() + pick(12, kind.versions.len()),
        D::ScreenResolution => device() + pick(13, kind.screens.len()),
        D::Platform | D::HostName | D::AppVersion | D::AudienceName => 0,
        D::StreamId | D::StreamName => u64::from(visit.stream),
        D::SessionSource
        | D::SessionMedium
        | D::SessionSourceMedium
        | D::SessionDefaultChannelGroup
        | D::Source
        | D::Medium
        | D::SourceMedium
        | D::DefaultChannelGroup => source,
        D::SessionCampaignName | D::CampaignName => source + u64::from(visit.campaign),
        D::FirstUserSource | D::FirstUserMedium | D::FirstUserSourceMedium | D::FirstUserDefaultChannelGroup => {
            first_source
        }
        D::FirstUserCampaignName => first_source + u64::from(visit.first_campaign),
        D::LandingPage => u64::from(visit.landing),
        D::LandingPagePlusQueryString => query(visit.landing),
        D::PagePath
        | D::PageTitle
        | D::UnifiedPagePathScreen
        | D::UnifiedScreenClass
        | D::UnifiedScreenName
        | D::ContentGroup => event.map_or(NOT_SET, |event| u64::from(event.page)),
        D::PagePathPlusQueryString | D::PageLocation => event.map_or(NOT_SET, |event| query(event.page)),
        D::PageReferrer => event.map_or(NOT_SET, |event| match event.previous {
            Some(page) => query(page),
            None => 1_000_000 + u64::from(visit.source),
        }),
        D::EventName => event.map_or(NOT_SET, |event| u64::from(event.name)),
        D::IsKeyEvent => event.map_or(0, |event| u64::from(is_key(seen.names, event.name))),
        D::PercentScrolled => event.map_or(0, |e| u64::from(e.name == event::SCROLL)),
        D::SearchTerm => match event {
            Some(e) if e.name == event::VIEW_SEARCH_RESULTS => pick(14, words::SEARCHES.len()),
            _ => NOT_SET,
        },
        D::LinkUrl => match event {
            Some(e) if e.name == event::CLICK => pick(15, 9),
            Some(e) if e.name == event::FILE_DOWNLOAD => 100,
            _ => NOT_SET,
        },
        D::NewVsReturning => u64::from(visit.is_new),
        D::FirstSessionDate => u64::from(calendar::day(visit.first_day).compact()),
        // Most people are not signed in with Google, so their age and sex are unknown.
        D::UserAgeBracket => pick(16, 12).checked_sub(6).map_or(0, |age| age + 1),
        D::UserGender => pick(17, 6).checked_sub(4).map_or(0, |sex| sex + 1),
        D::BrandingInterest => pick(18, words::INTERESTS.len()),
        D::TransactionId => match event {
            Some(e) if e.name == event::PURCHASE => {
                u64::from(visit.day.abs_diff(seen.site.first_day)) << 20 | u64::from(visit.number)
            }
            _ => NOT_SET,
        },
        D::ItemBrand | D::ItemCategory | D::ItemId | D::ItemName => seen.item.map_or(NOT_SET, |item| item as u64),
        D::MinutesAgo => event.map_or(0, |event| u64::from(seen.now_minute.saturating_sub(event.minute))),
        D::Custom(place) => custom(usize::from(place), seen),
    }
}

/// A custom dimension is set on some events (or people), with a handful of values.
fn custom(place: usize, seen: &Seen<'_>) -> u64 {
    let Some((name, of_user)) = seen.names.custom.get(place) else {
        return NOT_SET;
    };
    let salt = super::visits::hash_text(name);
    let hash = match (of_user, seen.event) {
        (true, _) | (false, None) => mix(seen.visit.user_hash ^ salt),
        (false, Some(event)) => mix(salt ^ u64::from(event.page) << 8 ^ u64::from(event.name)),
    };
    if hash % 3 == 0 {
        NOT_SET
    } else {
        place as u64 * 100 + (hash >> 8) % 12
    }
}

/// Whether an event is a key event of the property.
pub fn is_key(names: &Names, event: u8) -> bool {
    names.key_events.get(usize::from(event)).copied().unwrap_or(false)
}

/// Query strings: campaigns on the landing page, page numbers on lists, terms in the search.
fn query_of(visit: &Visit, page: u16) -> u64 {
    match page {
        1 | 2 => mix(visit.user_hash ^ 0x13) % 4,
        9 => 20 + mix(visit.user_hash ^ 0x0e) % words::SEARCHES.len() as u64,
        _ if page == visit.landing && SOURCES[usize::from(visit.source)].medium == "email" => {
            10 + u64::from(visit.campaign)
        }
        _ => 0,
    }
}

fn query_text(query: u64) -> String {
    let place = |from: u64| usize::try_from(query - from).unwrap_or_default();
    match query {
        1..10 => format!("?page={}", query + 1),
        10..20 => format!(
            "?utm_source=newsletter&utm_medium=email&utm_campaign={}",
            words::campaign(3, place(10))
        ),
        20..64 => format!(
            "?q={}",
            words::SEARCHES[place(20) % words::SEARCHES.len()].replace(' ', "+")
        ),
        _ => String::new(),
    }
}

fn text(dimension: Dimension, raw: u64, names: &Names) -> String {
    use Dimension as D;
    if raw == NOT_SET {
        // Pages, terms and the like are empty or "(not set)" where an event has none.
        return match dimension {
            D::SearchTerm | D::LinkUrl | D::PageReferrer => String::new(),
            _ => "(not set)".to_owned(),
        };
    }
    let number = usize::try_from(raw).unwrap_or_default();
    let city = |raw: usize| &CITIES[raw % CITIES.len()];
    let device = |raw: usize| &DEVICES[raw % DEVICES.len()];
    let source = || &SOURCES[number / 16 % SOURCES.len()];
    match dimension {
        D::Date | D::FirstSessionDate => format!("{raw:08}"),
        D::DateHour => format!("{raw:010}"),
        D::DateHourMinute => format!("{raw:012}"),
        D::Day | D::Hour | D::Minute | D::Month | D::Week | D::IsoWeek | D::MinutesAgo => format!("{raw:02}"),
        D::DayOfWeek => raw.to_string(),
        D::DayOfWeekName => [
            "Sunday",
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
        ][number % 7]
            .to_owned(),
        D::Year | D::IsoYear | D::NthDay | D::NthWeek | D::NthMonth | D::NthYear => format!("{raw:04}"),
        D::YearMonth | D::YearWeek | D::IsoYearIsoWeek => format!("{raw:06}"),
        D::Continent => city(number).continent.to_owned(),
        D::ContinentId => city(number).continent_id.to_owned(),
        D::Country => city(number).country.to_owned(),
        D::CountryId => city(number).country_id.to_owned(),
        D::Region => city(number).region.to_owned(),
        D::City => city(number).city.to_owned(),
        D::CityId if city(number).city == "(not set)" => "(not set)".to_owned(),
        D::CityId => (1_000_000 + number).to_string(),
        D::Language => city(number).language.to_owned(),
        D::LanguageCode => city(number).language_code.to_owned(),
        D::Browser => {
            let list = device(number / 16).browsers;
            let name = list[number % 16 % list.len()];
            debug_assert!(BROWSERS.contains(&name));
            name.to_owned()
        }
        D::DeviceCategory => device(number).category.to_owned(),
        D::OperatingSystem => device(number).system.to_owned(),
        D::OperatingSystemVersion => {
            let list = device(number / 16).versions;
            list[number % 16 % list.len()].to_owned()
        }
        D::OperatingSystemWithVersion => {
            let (system, list) = (device(number / 16).system, device(number / 16).versions);
            format!("{system} {}", list[number % 16 % list.len()])
        }
        D::ScreenResolution => {
            let list = device(number / 16).screens;
            list[number % 16 % list.len()].to_owned()
        }
        D::Platform => "web".to_owned(),
        D::PlatformDeviceCategory => format!("web / {}", device(number).category),
        D::StreamId => names
            .streams
            .get(number)
            .map_or("(not set)", |stream| &stream.0)
            .to_owned(),
        D::StreamName => names
            .streams
            .get(number)
            .map_or("(not set)", |stream| &stream.1)
            .to_owned(),
        D::SessionSource | D::Source | D::FirstUserSource => source().source.to_owned(),
        D::SessionMedium | D::Medium | D::FirstUserMedium => source().medium.to_owned(),
        D::SessionSourceMedium | D::SourceMedium | D::FirstUserSourceMedium => {
            format!("{} / {}", source().source, source().medium)
        }
        D::SessionDefaultChannelGroup | D::DefaultChannelGroup | D::FirstUserDefaultChannelGroup => {
            source().channel.to_owned()
        }
        D::SessionCampaignName | D::CampaignName | D::FirstUserCampaignName => {
            words::campaign(number / 16, number % 16).to_owned()
        }
        D::HostName => names.host.clone(),
        D::LandingPage | D::PagePath | D::UnifiedPagePathScreen => words::page_path(number),
        D::LandingPagePlusQueryString | D::PagePathPlusQueryString => {
            format!("{}{}", words::page_path(number / 64), query_text(raw % 64))
        }
        D::PageReferrer if number >= 1_000_000 => SOURCES[(number - 1_000_000) % SOURCES.len()].referrer.to_owned(),
        D::PageLocation | D::PageReferrer => {
            format!(
                "https://{}{}{}",
                names.host,
                words::page_path(number / 64),
                query_text(raw % 64)
            )
        }
        D::PageTitle | D::UnifiedScreenClass | D::UnifiedScreenName => match names.heard.title(number) {
            Some(title) => title.to_owned(),
            None => words::page_title(number),
        },
        D::ContentGroup => words::content_group(number).to_owned(),
        D::EventName => names.heard.event(number).to_owned(),
        D::IsKeyEvent => (raw == 1).to_string(),
        D::PercentScrolled => if raw == 1 { "90" } else { "" }.to_owned(),
        D::SearchTerm => words::SEARCHES[number % words::SEARCHES.len()].to_owned(),
        D::LinkUrl if number == 100 => format!("https://{}/downloads/catalogue-2026.pdf", names.host),
        D::LinkUrl => format!("https://partner{}.example/", number + 1),
        D::NewVsReturning => if raw == 1 { "new" } else { "returning" }.to_owned(),
        D::UserAgeBracket => words::AGES[number % words::AGES.len()].to_owned(),
        D::UserGender => words::GENDERS[number % words::GENDERS.len()].to_owned(),
        D::BrandingInterest => words::INTERESTS[number % words::INTERESTS.len()].to_owned(),
        D::TransactionId => format!("T-{raw:08}"),
        D::ItemBrand => words::item_brand(number).to_owned(),
        D::ItemCategory => words::item_category(number).to_owned(),
        D::ItemId => format!("SKU-{}", 1_000 + number),
        D::ItemName => words::item_name(number),
        D::AppVersion => "(not set)".to_owned(),
        D::AudienceName => "All Users".to_owned(),
        D::Custom(place) => {
            let name = names.custom.get(usize::from(place)).map_or("value", |custom| &custom.0);
            format!("{name} {}", raw % 100 + 1)
        }
    }
}
