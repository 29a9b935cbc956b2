//! The practice data itself: an endless, deterministic stream of visits to each site. Nothing is stored; a visit is a
//! function of (property, day, number). Every report reads the same stream, so all reports agree.
use super::vocabulary::{
    self as words, CITIES, DEVICES, PAGE_COUNT, PAGES, PRODUCTS, SOURCES, item_of_page, page_of_item,
};

/// Event ids that the stream itself speaks of (places in `vocabulary::EVENTS`).
pub mod event {
    pub const SESSION_START: u8 = 0;
    pub const FIRST_VISIT: u8 = 1;
    pub const PAGE_VIEW: u8 = 2;
    pub const USER_ENGAGEMENT: u8 = 3;
    pub const SCROLL: u8 = 4;
    pub const CLICK: u8 = 5;
    pub const FILE_DOWNLOAD: u8 = 6;
    pub const FORM_START: u8 = 7;
    pub const FORM_SUBMIT: u8 = 8;
    pub const GENERATE_LEAD: u8 = 9;
    pub const VIEW_SEARCH_RESULTS: u8 = 10;
    pub const VIDEO_START: u8 = 11;
    pub const SIGN_UP: u8 = 12;
    pub const VIEW_ITEM: u8 = 14;
    pub const ADD_TO_CART: u8 = 15;
    pub const BEGIN_CHECKOUT: u8 = 16;
    pub const ADD_PAYMENT_INFO: u8 = 17;
    pub const PURCHASE: u8 = 18;
    pub const NEWSLETTER_SUBSCRIBE: u8 = 19;
}

/// Scatters the bits of a number (the finaliser of splitmix64).
pub fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number of a text that is the same on every machine (FNV-1a).
pub fn hash_text(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Weights made for drawing.
#[derive(Debug)]
struct Urn(Vec<u32>);

impl Urn {
    fn new(weights: impl Iterator<Item = u32>) -> Self {
        let mut sum = 0;
        Self(
            weights
                .map(|weight| {
                    sum += weight;
                    sum
                })
                .collect(),
        )
    }

    fn draw(&self, hash: u64) -> usize {
        let total = u64::from(self.0.last().copied().unwrap_or(1).max(1));
        let at = u32::try_from((hash >> 16) % total).unwrap_or_default();
        self.0.partition_point(|upto| *upto <= at)
    }
}

/// One property's site.
#[derive(Debug)]
pub struct Site {
    seed: u64,
    /// First day with data, in days since 1970-01-01 of the property's calendar.
    pub first_day: i32,
    /// Sessions per day from `first_day` on, today included.
    counts: Vec<u32>,
    /// Whether it sells.
    pub shop: bool,
    /// Whether it is among the busiest.
    pub big: bool,
    streams: usize,
    cities: Urn,
    sources: Urn,
    devices: Urn,
    pages: Urn,
    minutes: Urn,
}

/// One session.
#[derive(Debug, Clone, Copy)]
pub struct Visit {
    pub day: i32,
    pub number: u32,
    hash: u64,
    /// The person: the day and number of their first session.
    pub user: u32,
    pub user_hash: u64,
    pub is_new: bool,
    pub first_day: i32,
    pub city: u16,
    pub device: u8,
    pub source: u8,
    pub campaign: u8,
    pub first_source: u8,
    pub first_campaign: u8,
    pub stream: u8,
    pub landing: u16,
    /// Minute of the day, 0 to 1439.
    pub minute: u16,
    pub views: u8,
    pub engaged: bool,
    /// Seconds.
    pub duration: u32,
    /// Seconds in the foreground, all pages together.
    pub engagement: u32,
}

/// One event of a session.
#[derive(Debug, Clone, Copy)]
pub struct Happening {
    pub name: u8,
    pub page: u16,
    /// Page before it; `None` on the landing page.
    pub previous: Option<u16>,
    /// Minute of the day.
    pub minute: u16,
    pub engagement: u32,
    pub value_cents: u32,
    /// First of the items and how many; an item's quantity follows from its place.
    pub items: Option<(u16, u8)>,
    pub refunded: bool,
}

impl Visit {
    /// A visitor who really came: on a desktop computer, directly. `seen` is the property's day and minute.
    pub fn of_browser(client: u64, seen: (i32, u16), city: usize, stream: usize) -> Self {
        Self {
            day: seen.0,
            number: 0,
            hash: client,
            // Above every seeded visitor's.
            user: 0xfff0_0000 | u32::try_from(client & 0xf_ffff).unwrap_or_default(),
            user_hash: client,
            is_new: true,
            first_day: seen.0,
            city: u16::try_from(city).unwrap_or_default(),
            device: 0,
            source: 0,
            campaign: 0,
            first_source: 0,
            first_campaign: 0,
            stream: u8::try_from(stream).unwrap_or_default(),
            landing: 0,
            minute: seen.1,
            views: 1,
            engaged: true,
            duration: 0,
            engagement: 0,
        }
    }
}

impl Happening {
    /// One that really was.
    pub fn seen(name: u8, page: u16, minute: u16) -> Self {
        Self {
            name,
            page,
            previous: None,
            minute,
            engagement: 0,
            value_cents: 0,
            items: None,
            refunded: false,
        }
    }
}

impl Site {
    /// The site of a property: `created` and `today` in days of its calendar.
    pub fn new(property: &str, currency: &str, created: i32, today: i32, streams: usize) -> Self {
        let seed = mix(hash_text(property) ^ 0x6761_6e74_7279);
        let size = seed >> 40;
        let big = size % 20 == 7;
        let base = if big {
            4_000.0
        } else {
            16.0 * 2_f64.powf((size % 64) as f64 / 9.0)
        };
        let growth = ((seed >> 24) % 60) as f64 / 100.0 - 0.15;
        let weekend = if seed.is_multiple_of(4) { 1.25 } else { 0.62 };
        // A person's number holds their first day in twelve bits.
        let first_day = created.max(today - 4_000);
        let counts = (first_day..=today)
            .map(|day| {
                let since = f64::from(day - first_day);
                let weekday = (day + 4).rem_euclid(7);
                let week = if weekday == 0 || weekday == 6 {
                    weekend
                } else {
                    1.0 + f64::from(weekday % 3) * 0.04
                };
                let season = 1.0 + 0.18 * (f64::from(day) / 365.25 * std::f64::consts::TAU + 1.1).sin();
                let noise = 0.86 + (mix(seed ^ 0x5eed ^ u64::from(day.unsigned_abs())) % 1000) as f64 / 3_571.0;
                let young = (since / 30.0).clamp(0.15, 1.0);
                let count = base * week * season * noise * young * (1.0 + growth * since / 365.0).max(0.2);
                // Fits: the busiest day stays far below 2^20.
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let count = count.min(900_000.0) as u32;
                count
            })
            .collect();
        let home = |index: usize| if CITIES[index].currency == currency { 14 } else { 1 };
        Self {
            seed,
            first_day,
            counts,
            shop: seed & 0x30 != 0,
            big,
            streams: streams.max(1),
            cities: Urn::new((0..CITIES.len()).map(|index| CITIES[index].weight * home(index))),
            sources: Urn::new(SOURCES.iter().enumerate().map(|(index, source)| {
                let taste = mix(seed ^ index as u64) % 100;
                source.weight * (50 + u32::try_from(taste).unwrap_or_default()) / 100 + 1
            })),
            devices: Urn::new(DEVICES.iter().map(|device| device.weight)),
            pages: Urn::new((0..PAGE_COUNT).map(|page| page_weight(seed, page))),
            minutes: Urn::new((0_u32..96).map(|quarter| {
                let hour = f64::from(quarter) / 4.0;
                let day = (-((hour - 13.0) / 5.0).powi(2)).exp() * 100.0;
                let evening = (-((hour - 20.5) / 2.2).powi(2)).exp() * 80.0;
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let weight = (4.0 + day + evening) as u32;
                weight
            })),
        }
    }

    /// Whether a very wide report of it ends in an "(other)" row, as at some of Google's busiest properties.
    pub fn cuts_rows(&self) -> bool {
        self.big && self.seed & 0x40 != 0
    }

    /// Sessions of a day, the whole day long.
    pub fn sessions(&self, day: i32) -> u32 {
        usize::try_from(day - self.first_day)
            .ok()
            .and_then(|place| self.counts.get(place))
            .copied()
            .unwrap_or(0)
    }

    fn hash(&self, day: i32, number: u32) -> u64 {
        mix(self.seed ^ u64::from(day.unsigned_abs()) << 32 ^ u64::from(number))
    }

    /// The first session of the person who makes this one.
    fn origin(&self, mut day: i32, mut number: u32) -> (i32, u32) {
        // Each step goes at least a day back; the bound only keeps a chain from growing long.
        for _ in 0..24 {
            let hash = self.hash(day, number);
            if day <= self.first_day || hash % 100 >= 38 {
                return (day, number);
            }
            let back = 1 + (hash >> 8) % 8 * ((hash >> 16) % 9);
            let earlier = (day - i32::try_from(back).unwrap_or(1)).max(self.first_day);
            let count = self.sessions(earlier);
            if count == 0 {
                return (day, number);
            }
            number = u32::try_from((hash >> 24) % u64::from(count)).unwrap_or_default();
            day = earlier;
        }
        (day, number)
    }

    fn source_of(&self, hash: u64) -> (u8, u8) {
        let source = self.sources.draw(mix(hash ^ 1));
        let campaigns = SOURCES[source].campaigns.len() as u64;
        let campaign = mix(hash ^ 2) % campaigns;
        (
            u8::try_from(source).unwrap_or_default(),
            u8::try_from(campaign).unwrap_or_default(),
        )
    }

    /// A session by its day and number.
    pub fn visit(&self, day: i32, number: u32) -> Visit {
        let hash = self.hash(day, number);
        let (first_day, first_number) = self.origin(day, number);
        let is_new = (first_day, first_number) == (day, number);
        let first_hash = if is_new {
            hash
        } else {
            self.hash(first_day, first_number)
        };
        let user_hash = mix(first_hash ^ 0x7573_6572);
        let (first_source, first_campaign) = self.source_of(first_hash);
        let (source, campaign) = if is_new {
            (first_source, first_campaign)
        } else {
            self.source_of(hash)
        };
        let shape = mix(hash ^ 3);
        let views = if shape % 100 < 42 {
            1
        } else {
            2 + (shape >> 8) % 3 + (shape >> 16) % 5
        };
        let engaged = views > 1 || (shape >> 24) % 100 < 24;
        let quarter = self.minutes.draw(mix(hash ^ 4));
        let duration = if engaged {
            12 + (shape >> 32) % 140 * views / 2
        } else {
            (shape >> 32) % 10
        };
        let engagement = if engaged { duration * 7 / 10 + 1 } else { duration / 3 };
        let landing = if mix(hash ^ 5) % 100 < 38 {
            0
        } else {
            self.pages.draw(mix(hash ^ 6))
        };
        let fits_user = u32::try_from(first_day - self.first_day).unwrap_or_default() << 20 | first_number;
        Visit {
            day,
            number,
            hash,
            user: fits_user,
            user_hash,
            is_new,
            first_day,
            city: u16::try_from(self.cities.draw(mix(user_hash ^ 1))).unwrap_or_default(),
            device: u8::try_from(self.devices.draw(mix(user_hash ^ 2))).unwrap_or_default(),
            source,
            campaign,
            first_source,
            first_campaign,
            stream: u8::try_from(mix(user_hash ^ 3) % self.streams as u64).unwrap_or_default(),
            landing: u16::try_from(landing).unwrap_or_default(),
            minute: u16::try_from(quarter as u64 * 15 + (shape >> 44) % 15).unwrap_or_default(),
            views: u8::try_from(views).unwrap_or(1),
            engaged,
            duration: u32::try_from(duration).unwrap_or_default(),
            engagement: u32::try_from(engagement).unwrap_or_default(),
        }
    }

    /// The events of a session, in order, into `out` (emptied first).
    pub fn happenings(&self, visit: &Visit, out: &mut Vec<Happening>) {
        use event as e;
        out.clear();
        let views = u32::from(visit.views);
        let mut page = visit.landing;
        let mut previous = None;
        let mut at = |name: u8, page: u16, previous: Option<u16>, step: u32| {
            let later = step * visit.duration / views / 60;
            let minute = visit
                .minute
                .saturating_add(u16::try_from(later).unwrap_or_default())
                .min(1439);
            Happening {
                name,
                page,
                previous,
                minute,
                engagement: 0,
                value_cents: 0,
                items: None,
                refunded: false,
            }
        };
        out.push(at(e::SESSION_START, page, None, 0));
        if visit.is_new {
            out.push(at(e::FIRST_VISIT, page, None, 0));
        }
        for step in 0..views {
            let hash = mix(visit.hash ^ u64::from(step) << 8 ^ 0x70);
            if step > 0 {
                previous = Some(page);
                page = u16::try_from(self.pages.draw(hash)).unwrap_or_default();
            }
            let mut view = at(e::PAGE_VIEW, page, previous, step);
            let share = visit.engagement / views;
            view.engagement = if step == 0 {
                visit.engagement - share * (views - 1)
            } else {
                share
            };
            out.push(view);
            if visit.engaged {
                out.push(at(e::USER_ENGAGEMENT, page, previous, step));
            }
            let rest = hash >> 32;
            if rest % 100 < 34 {
                out.push(at(e::SCROLL, page, previous, step));
            }
            if (rest >> 7) % 100 < 6 {
                out.push(at(e::CLICK, page, previous, step));
            }
            if let (true, Some(item)) = (self.shop, item_of_page(usize::from(page))) {
                let mut seen = at(e::VIEW_ITEM, page, previous, step);
                seen.items = Some((u16::try_from(item).unwrap_or_default(), 1));
                out.push(seen);
            }
            let extra = match usize::from(page) {
                9 => Some(e::VIEW_SEARCH_RESULTS),
                18 => Some(e::FILE_DOWNLOAD),
                4 => Some(e::FORM_START),
                10 => Some(e::SIGN_UP),
                5 => Some(e::NEWSLETTER_SUBSCRIBE),
                3 => Some(e::VIDEO_START),
                _ => None,
            };
            if let Some(name) = extra.filter(|_| (rest >> 14) % 100 < 55) {
                out.push(at(name, page, previous, step));
                if name == e::FORM_START && (rest >> 21) % 100 < 46 {
                    out.push(at(e::FORM_SUBMIT, page, previous, step));
                    let mut lead = at(e::GENERATE_LEAD, page, previous, step);
                    lead.value_cents = 2_500;
                    out.push(lead);
                }
            }
        }
        if self.shop && visit.engaged {
            Self::shopping(visit, out, &mut at);
        }
    }

    /// Cart, checkout and purchase of an engaged session at a shop.
    fn shopping(visit: &Visit, out: &mut Vec<Happening>, at: &mut impl FnMut(u8, u16, Option<u16>, u32) -> Happening) {
        use event as e;
        let hash = mix(visit.hash ^ 0x7368_6f70);
        let paid = SOURCES[usize::from(visit.source)].click_cents > 0;
        let eager = if paid || !visit.is_new { 19 } else { 11 };
        if hash % 100 >= eager {
            return;
        }
        let last = u32::from(visit.views) - 1;
        let item = (hash >> 8) % PRODUCTS as u64;
        let items = 1 + (hash >> 24) % 3;
        let basket = (
            u16::try_from(item).unwrap_or_default(),
            u8::try_from(items).unwrap_or(1),
        );
        let product = u16::try_from(page_of_item(usize::from(basket.0))).unwrap_or_default();
        let mut step = |name: u8, page: u16, items, value| {
            let mut done = at(name, page, None, last);
            done.items = Some(items);
            done.value_cents = value;
            done
        };
        out.push(step(e::ADD_TO_CART, product, (basket.0, 1), 0));
        if (hash >> 32) % 100 >= 56 {
            return;
        }
        let value = basket_items(basket)
            .map(|(item, units)| words::item_cents(item) * units)
            .sum();
        out.push(step(e::BEGIN_CHECKOUT, 7, basket, 0));
        out.push(step(e::ADD_PAYMENT_INFO, 7, basket, 0));
        if (hash >> 40) % 100 < 58 {
            let mut purchase = step(e::PURCHASE, 8, basket, value);
            purchase.refunded = (hash >> 48) % 100 < 2;
            out.push(purchase);
        }
    }
}

/// The items of a basket with their units.
pub fn basket_items((first, count): (u16, u8)) -> impl Iterator<Item = (usize, u32)> {
    (0..usize::from(count)).map(move |place| {
        let item = (usize::from(first) + place * 17) % PRODUCTS;
        (item, 1 + u32::from(place == 0 && first % 5 == 0))
    })
}

fn page_weight(seed: u64, page: usize) -> u32 {
    if page == 0 {
        return 2_600;
    }
    if page < PAGES.len() {
        return 60 + u32::try_from(mix(seed ^ page as u64) % 300).unwrap_or_default();
    }
    // Few products sell well, many hardly.
    let rank = mix(seed ^ (page as u64) << 9) % 300 + 3;
    u32::try_from(9_000 / rank).unwrap_or_default() + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_returning_visitor_was_there_before_and_keeps_city_and_device() {
        let site = Site::new("305", "EUR", 20_000, 20_200, 1);
        let mut returning = 0;
        for number in 0..site.sessions(20_150) {
            let visit = site.visit(20_150, number);
            if visit.is_new {
                assert_eq!(visit.first_day, visit.day);
                continue;
            }
            returning += 1;
            let first = site.visit(visit.first_day, visit.user & 0xf_ffff);
            assert!(first.is_new && first.user == visit.user && first.day < visit.day);
            assert_eq!(
                (first.city, first.device, first.source),
                (visit.city, visit.device, visit.first_source)
            );
        }
        assert!(returning > 0);
    }

    #[test]
    fn engagement_of_the_pages_is_the_sessions() {
        let site = Site::new("306", "EUR", 20_000, 20_200, 1);
        let mut events = Vec::new();
        for number in 0..site.sessions(20_100) {
            let visit = site.visit(20_100, number);
            site.happenings(&visit, &mut events);
            assert_eq!(
                events.iter().map(|event| event.engagement).sum::<u32>(),
                visit.engagement
            );
            assert_eq!(
                events.iter().filter(|e| e.name == event::PAGE_VIEW).count(),
                usize::from(visit.views)
            );
        }
    }
}
