//! What a set-up will do, what it costs, and what may be chosen for it, before it begins.

use std::sync::Arc;

use crate::Engine;
use crate::dto::provisioning::{Choices, ChoicesRequest, ProvisionPlan, ProvisionRequest, RedirectsView};
use crate::error::Result;

pub async fn plan(_: &Arc<Engine>, _: ProvisionRequest) -> Result<ProvisionPlan> {
    Err(crate::error::Error::not_built())
}

pub async fn choices(_: &Arc<Engine>, _: ChoicesRequest) -> Result<Choices> {
    Err(crate::error::Error::not_built())
}

pub async fn redirects(_: &Arc<Engine>, _: ChoicesRequest) -> Result<RedirectsView> {
    Err(crate::error::Error::not_built())
}
