//! What reports count: counters that add up over any breakdown, and people, who are counted once per row.

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

/// The counters of one row.
#[derive(Debug, Clone, Copy)]
pub struct Sums<'a>(pub &'a [u64]);

impl Sums<'_> {
    /// A counter as a number to reckon with (exact below 2^53).
    pub fn get(self, counter: Counter) -> f64 {
        self.0[counter as usize] as f64
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
