//! What only the process knows that works on a batch: links to open, how far each row is, how long it will take.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::cost::{Cost, StepCosts};
use crate::dto::LinkView;

/// The batches that this process works on, by id.
#[derive(Debug, Default)]
pub(crate) struct Running(Mutex<HashMap<String, Arc<Live>>>);

impl Running {
    pub(super) fn begin(&self, id: &str, live: &Arc<Live>) {
        self.lock().insert(id.to_owned(), Arc::clone(live));
    }

    pub(super) fn end(&self, id: &str) {
        self.lock().remove(id);
    }

    pub(super) fn of(&self, id: &str) -> Option<Arc<Live>> {
        self.lock().get(id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Live>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
pub(super) struct Live(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    rows: BTreeMap<u32, RowNow>,
    waiting_until: Option<Timestamp>,
    eta_seconds: Option<u32>,
}

/// One row, as far as this process has brought it.
#[derive(Clone, Debug, Default)]
pub(super) struct RowNow {
    pub costs: StepCosts,
    pub run_id: Option<String>,
    pub terms: Option<LinkView>,
    /// Steps done.
    pub done: u32,
    /// Calls spent in this process.
    pub calls: u32,
    /// It was set up, or has failed.
    pub ended: bool,
}

impl Live {
    pub fn row(&self, line: u32) -> RowNow {
        self.lock().rows.get(&line).cloned().unwrap_or_default()
    }

    pub fn change(&self, line: u32, change: impl FnOnce(&mut RowNow)) {
        change(self.lock().rows.entry(line).or_default());
    }

    /// The cost of what is not done yet, row by row.
    pub fn left(&self) -> Vec<Cost> {
        let state = self.lock();
        let open = state.rows.values().filter(|row| !row.ended);
        open.map(|row| row.costs.left(row.done)).collect()
    }

    /// Rows that ended, of all, and the calls spent.
    pub fn counts(&self) -> (u32, u32, u32) {
        let state = self.lock();
        let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let ended = state.rows.values().filter(|row| row.ended).count();
        let calls = state.rows.values().map(|row| row.calls).sum();
        (small(ended), small(state.rows.len()), calls)
    }

    pub fn wait_until(&self, until: Option<Timestamp>) {
        self.lock().waiting_until = until;
    }

    pub fn waiting_until(&self) -> Option<Timestamp> {
        self.lock().waiting_until
    }

    pub fn set_eta(&self, seconds: u32) {
        self.lock().eta_seconds = Some(seconds);
    }

    pub fn eta(&self) -> Option<u32> {
        self.lock().eta_seconds
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
