//! What reports count: counters that add up over any breakdown, and people, who are counted once per row.
use std::cell::Cell;

/// Counters that add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    Sessions,
    EngagedSessions,
    SessionSeconds,
    KeyEventSessions,
    FirstVisits,
    AdClicks,
    AdImpressions,
    AdCostCents,
    Events,
    PageViews,
    KeyEvents,
    EngagementSeconds,
    EventValueCents,
    AddToCarts,
    Checkouts,
    Purchases,
    RevenueCents,
    RefundCents,
    ShippingCents,
    TaxCents,
    ItemsViewed,
    ItemsCarted,
    ItemsCheckedOut,
    ItemsPurchased,
    ItemRevenueCents,
}

/// How many counters there are.
pub const COUNTERS: usize = Counter::ItemRevenueCents as usize + 1;

/// Where the counters that a report needs are kept in a row: a wide report has many rows and few counters.
#[derive(Debug, Clone, Copy)]
pub struct Slots {
    places: [Option<u8>; COUNTERS],
    count: usize,
}

impl Slots {
    /// Slots for a set of counters, given as bits.
    pub fn of(wanted: u32) -> Self {
        let mut slots = Self {
            places: [None; COUNTERS],
            count: 0,
        };
        for (counter, place) in slots.places.iter_mut().enumerate() {
            if wanted >> counter & 1 == 1 {
                *place = u8::try_from(slots.count).ok();
                slots.count += 1;
            }
        }
        slots
    }

    /// How many a row has.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Adds to a counter of a row, where the report needs it.
    pub fn add(&self, row: &mut [u64], counter: Counter, value: u64) {
        if let Some(place) = self.places[counter as usize] {
            row[usize::from(place)] += value;
        }
    }
}

/// The counters of one row.
#[derive(Debug, Clone, Copy)]
pub struct Sums<'a> {
    row: &'a [u64],
    slots: &'a Slots,
    asked: Option<&'a Cell<u32>>,
}

impl<'a> Sums<'a> {
    pub fn new(row: &'a [u64], slots: &'a Slots) -> Self {
        Self {
            row,
            slots,
            asked: None,
        }
    }

    /// No row: notes in `asked` which counters a formula asks for.
    pub fn probe(slots: &'a Slots, asked: &'a Cell<u32>) -> Self {
        Self {
            row: &[],
            slots,
            asked: Some(asked),
        }
    }

    /// A counter as a number to reckon with (exact below 2^53).
    pub fn get(self, counter: Counter) -> f64 {
        if let Some(asked) = self.asked {
            asked.set(asked.get() | 1 << counter as u32);
            return 1.0;
        }
        self.slots.places[counter as usize].map_or(0.0, |place| self.row[usize::from(place)] as f64)
    }
}

/// People of one row, each counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct People {
    pub total: u32,
    pub active: u32,
    pub purchasers: u32,
    pub scrolled: u32,
    pub with_key_event: u32,
}

/// What one person did in a row, as bits.
pub mod did {
    pub const COME: u8 = 1;
    pub const ENGAGE: u8 = 2;
    pub const PURCHASE: u8 = 4;
    pub const SCROLL: u8 = 8;
    pub const KEY_EVENT: u8 = 16;
}

impl People {
    /// Adds a person with everything they did.
    pub fn add(&mut self, what: u8) {
        self.total += 1;
        self.active += u32::from(what & did::ENGAGE != 0);
        self.purchasers += u32::from(what & did::PURCHASE != 0);
        self.scrolled += u32::from(what & did::SCROLL != 0);
        self.with_key_event += u32::from(what & did::KEY_EVENT != 0);
    }
}
