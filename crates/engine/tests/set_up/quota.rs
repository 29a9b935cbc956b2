//! The Admin API's quota, refused in the middle of a set-up.

use std::sync::Arc;

use gantry_engine::ErrorCode;
use gantry_engine::dto::provisioning::{ContainerChoice, ProvisionRequest, ProvisionState, ProvisionStep, StepState};
use jiff::SignedDuration;
use serde_json::json;

use crate::provisioning::Jumping;
use crate::tag_manager::stage::{Stage, shop, state_of};
use crate::whole_plan::listed;

/// What Google admits of a minute: ticket, property, stream, measurement, retention, and some of what follows.
const WRITES: usize = 9;

#[tokio::test]
async fn a_quota_that_google_refuses_in_the_middle_is_named_and_gone_on_with_when_it_is_back() {
    let mut stage = Stage::owner().await;
    let clock = Arc::new(Jumping::default());
    stage.world.use_clock(Arc::clone(&clock) as Arc<_>).await;
    let minute =
        |writes: usize| json!({ "enabled": true, "per_window": 1_000_000, "admin": { "writes_of_user": writes } });
    stage.world.control("quota", minute(WRITES)).await;
    let request = ProvisionRequest {
        container: ContainerChoice::None,
        ..shop()
    };
    let refused = stage.set_up(request.clone()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::QuotaWait, "{refused:?}");
    assert!(!refused.remedy.is_empty());
    let stopped = stage.newest().await;
    assert!(stopped.resumable && stopped.request.account_name == request.account_name);
    assert_eq!(state_of(&stopped, ProvisionStep::KeyEvents), StepState::Failed);

    *clock.0.lock().unwrap() = SignedDuration::from_secs(61);
    stage.world.control("clock", json!({ "offset_seconds": 61 })).await;
    stage.world.control("quota", minute(180)).await;
    let run = stage.resume().await.unwrap();
    assert_eq!((&run.id, run.state), (&stopped.id, ProvisionState::Done));
    assert_eq!(listed(&stage, &run, "keyEvents").await, 7);
    assert_eq!(listed(&stage, &run, "customDimensions").await, 8);
    assert_eq!(stage.world.requests("POST", "provisionAccountTicket").await, 1);
}
