//! Runs a plan over the stream of visits: group, add up, count people, filter, order.
//!
//! Sessions, events, revenue and the like add up: the rows of any breakdown of one kind sum to the total. People do not:
//! somebody who comes on two days is in both days' rows and once in the total, as with Google. By page or event a
//! session is in each row it touched, and once in the total, as with Google.
use super::calendar;
use super::columns::{Names, Seen};
use super::counting::{add_event, add_item, add_session, deed};
use super::fast_hash::FastMap;
use super::plan::{Depth, Order, Plan};
use super::request::OrderType;
use super::tally::{Counter, People, Slots, Sums, did};
use super::visits::{Happening, Site, Visit, basket_items};

/// Nine dimensions and the date range.
const KEY: usize = 10;
/// People in a row below which Google withholds it from a thresholded report.
const THRESHOLD: u32 = 10;
/// Rows a busy property keeps before the rest becomes "(other)", where it does that.
const OTHER_ROW_LIMIT: usize = 50_000;

/// A finished report.
#[derive(Debug)]
pub struct Report {
    /// Places of rows in `keys` and `values`, in order.
    pub rows: Vec<u32>,
    keys: Vec<[u32; KEY]>,
    values: Vec<f64>,
    width: usize,
    /// Metric values of the total of each range.
    pub totals: Vec<Vec<f64>>,
    pub thresholded: bool,
    pub other_row: bool,
    /// Sessions read, for sampling and quota.
    pub sessions_read: u64,
}

impl Report {
    /// Value ids of a row; the last one is the date range's.
    pub fn key(&self, row: u32) -> &[u32; KEY] {
        &self.keys[row as usize]
    }

    /// Metric values of a row.
    pub fn row(&self, row: u32) -> &[f64] {
        &self.values[row as usize * self.width..][..self.width]
    }

    /// The place of the range in a key.
    pub const RANGE: usize = KEY - 1;
}

/// A person in a row and what they did there.
#[derive(Debug, Clone, Copy)]
struct Attendance {
    row: u32,
    user: u32,
    did: u8,
}

struct Tally<'a> {
    plan: &'a mut Plan,
    site: &'a Site,
    names: &'a Names,
    places: FastMap<[u32; KEY], u32>,
    keys: Vec<[u32; KEY]>,
    sums: Vec<u64>,
    people: Vec<Attendance>,
    slots: Slots,
    totals: Vec<Vec<u64>>,
    total_people: Vec<Attendance>,
    sessions_read: u64,
}

/// Runs the plan; `now` is the property's (day, minute): nothing later has happened yet. `real` are visitors of today besides
/// the site's own.
pub fn run(plan: &mut Plan, site: &Site, names: &Names, now: (i32, u16), real: &[(Visit, Vec<Happening>)]) -> Report {
    let ranges = plan.ranges.clone();
    // Sessions decide what an "(other)" row takes in.
    let wanted = plan.metrics.iter().fold(1 << Counter::Sessions as u32, |all, one| {
        all | one.expression.counters()
    });
    let slots = Slots::of(wanted);
    let mut tally = Tally {
        totals: vec![vec![0; slots.count()]; ranges.len()],
        slots,
        plan,
        site,
        names,
        places: FastMap::default(),
        keys: Vec::new(),
        sums: Vec::new(),
        people: Vec::new(),
        total_people: Vec::new(),
        sessions_read: 0,
    };
    let mut happenings = Vec::new();
    for (place, range) in ranges.iter().enumerate() {
        let start = calendar::day(range.first);
        for number in range.first.max(site.first_day)..=range.last.min(now.0) {
            let day = calendar::day(number);
            for session in 0..site.sessions(number) {
                let visit = site.visit(number, session);
                if number == now.0 && visit.minute > now.1 {
                    continue;
                }
                let seen = Seen {
                    site,
                    names,
                    day: &day,
                    start: &start,
                    visit: &visit,
                    event: None,
                    item: None,
                    now_minute: now.1,
                };
                if tally.plan.needs_events {
                    site.happenings(&visit, &mut happenings);
                }
                if let Some((from, to)) = range.minutes {
                    happenings.retain(|event| from <= event.minute && event.minute <= to);
                }
                tally.sessions_read += 1;
                tally.add(place, &seen, &happenings);
            }
        }
        let day = calendar::day(now.0);
        for (visit, events) in real {
            happenings.clone_from(events);
            if let Some((from, to)) = range.minutes {
                happenings.retain(|event| from <= event.minute && event.minute <= to);
            }
            let seen = Seen {
                site,
                names,
                day: &day,
                start: &start,
                visit,
                event: None,
                item: None,
                now_minute: now.1,
            };
            tally.sessions_read += 1;
            tally.add(place, &seen, &happenings);
        }
    }
    tally.finish()
}

impl Tally<'_> {
    fn place(&mut self, range: usize, seen: &Seen<'_>) -> u32 {
        let mut key = [0; KEY];
        for (column, id) in self.plan.columns.iter_mut().zip(&mut key) {
            *id = column.id(seen);
        }
        key[Report::RANGE] = u32::try_from(range).unwrap_or_default();
        let next = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.keys.push(key);
            self.sums.resize(self.sums.len() + self.slots.count(), 0);
        }
        place
    }

    fn passes(&mut self, seen: &Seen<'_>) -> bool {
        self.plan.filter.as_mut().is_none_or(|filter| filter.passes(seen))
    }

    fn sums(&mut self, place: u32) -> &mut [u64] {
        let count = self.slots.count();
        &mut self.sums[place as usize * count..][..count]
    }

    fn add(&mut self, range: usize, seen: &Seen<'_>, happenings: &[Happening]) {
        let (visit, names, slots) = (seen.visit, self.names, self.slots);
        let active = if visit.engaged || visit.is_new { did::ENGAGE } else { 0 };
        let mut whole = 0;
        if self.plan.depth == Depth::Sessions {
            if !self.passes(seen) {
                return;
            }
            let place = self.place(range, seen);
            for happening in happenings {
                whole |= deed(names, happening);
                add_event(&slots, self.sums(place), happening, names);
                add_event(&slots, &mut self.totals[range], happening, names);
            }
            if visit.is_new && happenings.is_empty() {
                slots.add(self.sums(place), Counter::FirstVisits, 1);
                slots.add(&mut self.totals[range], Counter::FirstVisits, 1);
            }
            self.close(range, visit, &[(place, whole)], whole, active);
            return;
        }
        // A session touches few rows; a short list beats a set.
        let mut touched: Vec<(u32, u8)> = Vec::new();
        for happening in happenings {
            let at_event = Seen {
                event: Some(happening),
                ..*seen
            };
            if self.plan.depth == Depth::Items {
                let Some(basket) = happening.items else { continue };
                for (item, units) in basket_items(basket) {
                    let at_item = Seen {
                        item: Some(item),
                        ..at_event
                    };
                    if self.passes(&at_item) {
                        let place = self.place(range, &at_item);
                        add_item(&slots, self.sums(place), happening, item, units);
                        add_item(&slots, &mut self.totals[range], happening, item, units);
                        touch(&mut touched, place, deed(names, happening));
                    }
                }
            } else if self.passes(&at_event) {
                let place = self.place(range, &at_event);
                add_event(&slots, self.sums(place), happening, names);
                add_event(&slots, &mut self.totals[range], happening, names);
                touch(&mut touched, place, deed(names, happening));
            }
        }
        if !touched.is_empty() {
            whole = touched.iter().fold(0, |all, (_, one)| all | one);
            self.close(range, visit, &touched, whole, active);
        }
    }

    /// Counts the session and its person once in each row it touched, and once in the total.
    fn close(&mut self, range: usize, visit: &Visit, touched: &[(u32, u8)], whole: u8, active: u8) {
        let slots = self.slots;
        for (place, what) in touched {
            add_session(&slots, self.sums(*place), visit, what & did::KEY_EVENT != 0);
            if self.plan.needs_people {
                self.people.push(Attendance {
                    row: *place,
                    user: visit.user,
                    did: did::COME | active | what,
                });
            }
        }
        add_session(&slots, &mut self.totals[range], visit, whole & did::KEY_EVENT != 0);
        if self.plan.needs_people {
            let row = u32::try_from(range).unwrap_or_default();
            self.total_people.push(Attendance {
                row,
                user: visit.user,
                did: did::COME | active | whole,
            });
        }
    }

    fn finish(mut self) -> Report {
        let metrics: Vec<_> = self.plan.metrics.clone();
        let width = metrics.len();
        let mut other_row = false;
        if self.site.cuts_rows() && self.keys.len() > OTHER_ROW_LIMIT {
            self.fold_into_other();
            other_row = true;
        }
        let counted = count_people(&mut self.people, self.keys.len());
        let (money, slots) = (self.plan.money, self.slots);
        let count = slots.count();
        let values_of = |sums: &[u64], people: &People| -> Vec<f64> {
            metrics
                .iter()
                .map(|metric| metric.expression.value(Sums::new(sums, &slots), people, money))
                .collect()
        };
        let mut values = Vec::with_capacity(self.keys.len() * width);
        let nobody = People::default();
        for place in 0..self.keys.len() {
            let people = counted.get(place).unwrap_or(&nobody);
            values.extend(values_of(&self.sums[place * count..][..count], people));
        }
        let row_values = |row: u32| &values[row as usize * width..][..width];
        let all = 0..u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        let mut withheld = false;
        let mut rows: Vec<u32> = all
            .filter(|row| {
                let thin =
                    self.plan.thresholded && counted.get(*row as usize).is_none_or(|people| people.total < THRESHOLD);
                withheld |= thin;
                let empty = !self.plan.keep_empty_rows && width > 0 && row_values(*row).iter().all(|v| *v == 0.0);
                !thin
                    && !empty
                    && self
                        .plan
                        .metric_filter
                        .as_ref()
                        .is_none_or(|filter| filter.row_passes(row_values(*row)))
            })
            .collect();
        let totals = if self.plan.metric_filter.is_some() || withheld {
            self.totals_of(&rows, &values_of)
        } else {
            let counted = count_people(&mut self.total_people, self.totals.len());
            (0..self.totals.len())
                .map(|range| values_of(&self.totals[range], counted.get(range).unwrap_or(&nobody)))
                .collect()
        };
        self.order(&mut rows, &values, width);
        Report {
            rows,
            keys: self.keys,
            values,
            width,
            totals,
            thresholded: self.plan.thresholded,
            other_row,
            sessions_read: self.sessions_read,
        }
    }

    /// Totals of the rows that are left: counters of the rows added, people of the rows together.
    fn totals_of(&self, rows: &[u32], values_of: &dyn Fn(&[u64], &People) -> Vec<f64>) -> Vec<Vec<f64>> {
        let ranges = self.totals.len();
        let count = self.slots.count();
        let mut sums = vec![vec![0_u64; count]; ranges];
        let mut kept = vec![false; self.keys.len()];
        for row in rows {
            kept[*row as usize] = true;
            let range = self.keys[*row as usize][Report::RANGE] as usize;
            for (sum, add) in sums[range].iter_mut().zip(&self.sums[*row as usize * count..]) {
                *sum += add;
            }
        }
        let mut people: Vec<Attendance> = self
            .people
            .iter()
            .filter(|one| kept[one.row as usize])
            .map(|one| Attendance {
                row: self.keys[one.row as usize][Report::RANGE],
                ..*one
            })
            .collect();
        let counted = count_people(&mut people, ranges);
        let nobody = People::default();
        (0..ranges)
            .map(|range| values_of(&sums[range], counted.get(range).unwrap_or(&nobody)))
            .collect()
    }

    /// Keeps the busiest rows and adds the others up in one row per range.
    fn fold_into_other(&mut self) {
        let count = self.slots.count();
        let sessions = |row: usize| Sums::new(&self.sums[row * count..][..count], &self.slots).get(Counter::Sessions);
        let mut order: Vec<usize> = (0..self.keys.len()).collect();
        order.sort_by(|left, right| sessions(*right).total_cmp(&sessions(*left)));
        let other: Vec<u32> = self
            .plan
            .columns
            .iter_mut()
            .map(|column| column.intern("(other)".to_owned()))
            .collect();
        let (old_keys, old_sums) = (std::mem::take(&mut self.keys), std::mem::take(&mut self.sums));
        self.places.clear();
        let mut moved = vec![0; old_keys.len()];
        for (rank, row) in order.into_iter().enumerate() {
            let mut key = old_keys[row];
            if rank >= OTHER_ROW_LIMIT {
                key[..other.len()].copy_from_slice(&other);
            }
            let next = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
            let place = *self.places.entry(key).or_insert(next);
            if place == next {
                self.keys.push(key);
                self.sums.resize(self.sums.len() + self.slots.count(), 0);
            }
            for (sum, add) in self.sums(place).iter_mut().zip(&old_sums[row * count..]) {
                *sum += add;
            }
            moved[row] = place;
        }
        for one in &mut self.people {
            one.row = moved[one.row as usize];
        }
    }

    /// Orders rows: as asked, else by the first metric downwards; ties by dimensions, so that pages fit together.
    fn order(&self, rows: &mut [u32], values: &[f64], width: usize) {
        let mut orders = self.plan.orders.clone();
        if orders.is_empty() && width > 0 {
            orders.push((Order::Metric(0), true));
        }
        let tie_ranks: Vec<Vec<u32>> = self
            .plan
            .columns
            .iter()
            .map(|column| ranks(column.texts(), OrderType::Alphanumeric))
            .collect();
        let special: Vec<Option<Vec<u32>>> = orders
            .iter()
            .map(|(by, _)| match by {
                Order::Dimension(place, kind) if *place < self.plan.columns.len() => {
                    Some(ranks(self.plan.columns[*place].texts(), *kind))
                }
                _ => None,
            })
            .collect();
        rows.sort_unstable_by(|left, right| {
            let (l, r) = (*left as usize, *right as usize);
            for ((by, descending), special_ranks) in orders.iter().zip(&special) {
                let order = match *by {
                    Order::Metric(metric) => values[l * width + metric].total_cmp(&values[r * width + metric]),
                    Order::Dimension(place, _) => match special_ranks {
                        Some(ranks) => ranks[self.keys[l][place] as usize].cmp(&ranks[self.keys[r][place] as usize]),
                        None => self.keys[l][Report::RANGE].cmp(&self.keys[r][Report::RANGE]),
                    },
                };
                let order = if *descending { order.reverse() } else { order };
                if order.is_ne() {
                    return order;
                }
            }
            let mut order = std::cmp::Ordering::Equal;
            for (place, ranks) in tie_ranks.iter().enumerate() {
                order = order.then(ranks[self.keys[l][place] as usize].cmp(&ranks[self.keys[r][place] as usize]));
            }
            order.then(self.keys[l][Report::RANGE].cmp(&self.keys[r][Report::RANGE]))
        });
    }
}

/// The rank of each text under an order; equal under the order means equal rank.
fn ranks(texts: &[String], kind: OrderType) -> Vec<u32> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    let compare = |left: &usize, right: &usize| match kind {
        OrderType::CaseInsensitive => texts[*left].to_lowercase().cmp(&texts[*right].to_lowercase()),
        OrderType::Numeric => {
            // What is no number comes before all numbers.
            let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NEG_INFINITY);
            number(&texts[*left]).total_cmp(&number(&texts[*right]))
        }
        _ => texts[*left].cmp(&texts[*right]),
    };
    order.sort_by(compare);
    let mut ranks = vec![0; texts.len()];
    let mut rank = 0;
    for pair in 0..order.len() {
        if pair > 0 && compare(&order[pair - 1], &order[pair]).is_ne() {
            rank += 1;
        }
        ranks[order[pair]] = rank;
    }
    ranks
}

fn touch(touched: &mut Vec<(u32, u8)>, place: u32, what: u8) {
    match touched.iter_mut().find(|(known, _)| *known == place) {
        Some((_, did)) => *did |= what,
        None => touched.push((place, what)),
    }
}

fn count_people(attendances: &mut [Attendance], rows: usize) -> Vec<People> {
    let mut counted = vec![People::default(); if attendances.is_empty() { 0 } else { rows }];
    attendances.sort_unstable_by_key(|one| (one.row, one.user));
    for same in attendances.chunk_by(|one, next| (one.row, one.user) == (next.row, next.user)) {
        let what = same.iter().fold(0, |all, one| all | one.did);
        counted[same[0].row as usize].add(what);
    }
    counted
}
