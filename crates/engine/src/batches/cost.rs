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
    /// How often an answer to these is waited for.
    pub admin_write_rounds: u32,
    pub tag_manager_calls: u32,
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            admin_calls: self.admin_calls.saturating_add(other.admin_calls),
            admin_writes: self.admin_writes.saturating_add(other.admin_writes),
            admin_write_rounds: self.admin_write_rounds.saturating_add(other.admin_write_rounds),
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
            admin_write_rounds: self.admin_write_rounds,
            tag_manager_calls: self.tag_manager_calls,
        }
    }
}

/// The calls of one set-up, step by step.
#[derive(Clone, Debug, Default)]
pub(super) struct StepCosts(Vec<Cost>);

impl StepCosts {
    /// What is left of it when `done` steps are done: the step that it is at, whole.
    pub fn left(&self, done: u32) -> Cost {
        self.0.iter().skip(done as usize).copied().sum()
    }
}

/// The cost of each form, in their order. The list of Tag Manager accounts is read once for all.
pub(super) async fn of_forms<'a>(
    engine: &Arc<Engine>,
    forms: impl Iterator<Item = &'a ProvisionRequest>,
) -> Result<Vec<StepCosts>> {
    let mut costs = Vec::new();
    let mut listed = false;
    for (form, rows) in shapes(forms) {
        let plan = provisioning::plan(engine, form).await?;
        for row in rows {
            if costs.len() <= row {
                costs.resize(row + 1, StepCosts::default());
            }
            let steps = plan.steps.iter().map(|planned| {
                let is_list = planned.step == ProvisionStep::TagManagerAccount && planned.tag_manager_calls > 0;
                let is_read_already = is_list && std::mem::replace(&mut listed, true);
                let admin_writes = if writes(planned.step) {
                    planned.analytics_calls
                } else {
                    0
                };
                Cost {
                    admin_calls: planned.analytics_calls,
                    admin_writes,
                    admin_write_rounds: provisioning::in_turn(planned.step, admin_writes),
                    tag_manager_calls: if is_read_already { 0 } else { planned.tag_manager_calls },
                }
            });
            costs[row] = StepCosts(steps.collect());
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

    #[test]
    fn what_is_done_is_no_longer_counted() {
        let write = Cost {
            admin_calls: 1,
            admin_writes: 1,
            admin_write_rounds: 1,
            tag_manager_calls: 0,
        };
        let publish = Cost {
            tag_manager_calls: 1,
            ..Cost::default()
        };
        let costs = StepCosts(vec![write, write, publish]);
        assert_eq!(costs.left(0).admin_writes, 2);
        assert_eq!(costs.left(2), publish, "the last step is not free");
        assert_eq!(costs.left(3), Cost::default());
        assert_eq!(StepCosts::default().left(0), Cost::default());
    }
}
