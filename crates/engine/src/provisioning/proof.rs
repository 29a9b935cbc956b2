//! Proof that data arrives: the site's page is looked at, then realtime is watched until the first active user.

use std::sync::Arc;

use crate::Engine;
use crate::dto::ById;
use crate::dto::provisioning::{ProofRequest, ProofView, SnippetView};
use crate::error::Result;
use crate::jobs::Job;

pub async fn snippet(_: &Arc<Engine>, _: ById) -> Result<SnippetView> {
    Err(crate::error::Error::not_built())
}

pub async fn prove(_: &Arc<Engine>, _: ProofRequest, _: &Job) -> Result<ProofView> {
    Err(crate::error::Error::not_built())
}
