//! What set-ups cost in calls, and how long many of them take.

use std::iter::Sum;
use std::ops::Add;
use std::sync::Arc;
use std::time::Duration;

use super::planning::shapes;
use crate::Engine;
use crate::dto::provisioning::{ProvisionRequest, ProvisionStep};
use crate::error::Result;
use crate::provisioning;
use crate::quota::{self, SetUpForecast, SetUpPace, SetUpWork};

/// Set-ups that are built at the same time. More would only wait for quota together.
pub(super) const BUILDS: u32 = 8;
/// Between a request to Google and its answer; what was seen of the Admin API is between 100 and 400 milliseconds.
const LATENCY: Duration = Duration::from_millis(250);

/// Calls of one set-up, or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    pub admin_calls: u32,
    pub admin_writes: u32,
    pub tag_manager_calls: u32,
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            admin_calls: self.admin_calls.saturating_add(other.admin_calls),
            admin_writes: self.admin_writes.saturating_add(other.admin_writes),
            tag_manager_calls: self.tag_manager_calls.saturating_add(other.tag_manager_calls),
        }
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), Add::add)
    }
}

impl Cost {
    pub fn work(self) -> SetUpWork {
        SetUpWork {
            admin_calls: self.admin_calls,
            admin_writes: self.admin_writes,
            tag_manager_calls: self.tag_manager_calls,
        }
    }

    /// What is left of it when `done` of `total` steps are done.
    pub fn left(self, done: u32, total: u32) -> Self {
        let part = |calls: u32| {
            let left = u64::from(calls) * u64::from(total.saturating_sub(done)) / u64::from(total.max(1));
            u32::try_from(left).unwrap_or(u32::MAX)
        };
        Self {
            admin_calls: part(self.admin_calls),
            admin_writes: part(self.admin_writes),
            tag_manager_calls: part(self.tag_manager_calls),
        }
    }
}

/// The cost of each form, in their order. The list of Tag Manager accounts is read once for all.
pub(super) async fn of_forms<'a>(
    engine: &Arc<Engine>,
    forms: impl Iterator<Item = &'a ProvisionRequest>,
) -> Result<Vec<Cost>> {
    let mut costs = Vec::new();
    let mut listed = false;
    for (form, rows) in shapes(forms) {
        let plan = provisioning::plan(engine, form).await?;
        let writes = plan
            .steps
            .iter()
            .filter(|planned| !planned.skipped && writes(planned.step));
        let cost = Cost {
            admin_calls: plan.analytics_calls,
            admin_writes: writes.map(|planned| planned.analytics_calls).sum(),
            tag_manager_calls: plan.tag_manager_calls,
        };
        let list: u32 = plan
            .steps
            .iter()
            .filter(|planned| !planned.skipped && planned.step == ProvisionStep::TagManagerAccount)
            .map(|planned| planned.tag_manager_calls)
            .sum();
        for row in rows {
            if costs.len() <= row {
                costs.resize(row + 1, Cost::default());
            }
            costs[row] = cost;
            if list > 0 && std::mem::replace(&mut listed, true) {
                costs[row].tag_manager_calls -= list;
            }
        }
    }
    Ok(costs)
}

fn writes(step: ProvisionStep) -> bool {
    !matches!(
        step,
        ProvisionStep::Terms | ProvisionStep::Account | ProvisionStep::Snippet | ProvisionStep::Client
    )
}

/// How long these set-ups take, without what waits for people.
pub(super) async fn forecast(engine: &Engine, project: &str, costs: &[Cost]) -> Result<SetUpForecast> {
    let works: Vec<_> = costs.iter().map(|cost| cost.work()).collect();
    let pace = SetUpPace {
        at_once: BUILDS,
        latency: LATENCY,
    };
    quota::forecast_set_ups(engine, project, &works, pace).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Cost = Cost {
        admin_calls: 24,
        admin_writes: 20,
        tag_manager_calls: 6,
    };

    #[test]
    fn what_is_done_is_no_longer_counted() {
        let half = ONE.left(10, 20);
        assert_eq!(
            (half.admin_calls, half.admin_writes, half.tag_manager_calls),
            (12, 10, 3)
        );
        assert_eq!(ONE.left(20, 20), Cost::default());
        assert_eq!(ONE.left(0, 0), Cost::default());
    }
}
