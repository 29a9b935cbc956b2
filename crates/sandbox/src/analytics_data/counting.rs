//! What a session, an event and an item add to a row's counters.
use super::columns::{Names, is_key};
use super::tally::{Counter, Slots, did};
use super::visits::{Happening, Visit, basket_items, event};
use super::vocabulary::{self as words, SOURCES};

/// What a person does by an event, as bits of `did`.
pub fn deed(names: &Names, happening: &Happening) -> u8 {
    let key = if is_key(names, happening.name) {
        did::KEY_EVENT
    } else {
        0
    };
    key | match happening.name {
        event::PURCHASE => did::PURCHASE,
        event::SCROLL => did::SCROLL,
        _ => 0,
    }
}

/// Counts a session.
pub fn add_session(slots: &Slots, sums: &mut [u64], visit: &Visit, key_event: bool) {
    use Counter as C;
    let mut add = |counter: C, value: u64| slots.add(sums, counter, value);
    add(C::Sessions, 1);
    add(C::EngagedSessions, u64::from(visit.engaged));
    add(C::SessionSeconds, u64::from(visit.duration));
    add(C::KeyEventSessions, u64::from(key_event));
    let click = SOURCES[usize::from(visit.source)].click_cents;
    if click > 0 {
        add(C::AdClicks, 1);
        add(C::AdImpressions, 9 + u64::from(visit.number % 17));
        add(
            C::AdCostCents,
            u64::from(click) * (70 + u64::from(visit.number % 61)) / 100,
        );
    }
}

/// Counts an event, with its items.
pub fn add_event(slots: &Slots, sums: &mut [u64], happening: &Happening, names: &Names) {
    use Counter as C;
    let mut add = |counter: C, value: u64| slots.add(sums, counter, value);
    add(C::Events, 1);
    add(C::EngagementSeconds, u64::from(happening.engagement));
    add(C::EventValueCents, u64::from(happening.value_cents));
    add(C::KeyEvents, u64::from(is_key(names, happening.name)));
    match happening.name {
        event::FIRST_VISIT => add(C::FirstVisits, 1),
        event::PAGE_VIEW => add(C::PageViews, 1),
        event::ADD_TO_CART => add(C::AddToCarts, 1),
        event::BEGIN_CHECKOUT => add(C::Checkouts, 1),
        event::PURCHASE => {
            let value = u64::from(happening.value_cents);
            add(C::Purchases, 1);
            add(C::RevenueCents, value);
            add(C::RefundCents, if happening.refunded { value } else { 0 });
            add(C::ShippingCents, if value < 5_000 { 490 } else { 0 });
            add(C::TaxCents, value * 19 / 119);
        }
        _ => {}
    }
    if let Some(basket) = happening.items {
        for (item, units) in basket_items(basket) {
            add_item(slots, sums, happening, item, units);
        }
    }
}

/// Counts units of one item of an event.
pub fn add_item(slots: &Slots, sums: &mut [u64], happening: &Happening, item: usize, units: u32) {
    use Counter as C;
    let units = u64::from(units);
    let mut add = |counter: C, value: u64| slots.add(sums, counter, value);
    match happening.name {
        event::VIEW_ITEM => add(C::ItemsViewed, units),
        event::ADD_TO_CART => add(C::ItemsCarted, units),
        event::BEGIN_CHECKOUT => add(C::ItemsCheckedOut, units),
        event::PURCHASE => {
            add(C::ItemsPurchased, units);
            add(C::ItemRevenueCents, units * u64::from(words::item_cents(item)));
        }
        _ => {}
    }
}
