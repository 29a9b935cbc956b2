//! Proof that data arrives: the snippet and where to paste it, the site's page looked at for it, and realtime watched until
//! the first active user.

mod guides;
mod snippet;

use std::sync::Arc;

use gantry_store::ProvisioningRun;
use url::Url;

use crate::Engine;
use crate::dto::LinkView;
use crate::dto::provisioning::{ProofRequest, ProofView, ProvisionRequest, ProvisionResult};
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;

pub use snippet::snippet;

pub async fn prove(_: &Arc<Engine>, _: ProofRequest, _: &Job) -> Result<ProofView> {
    Err(crate::error::Error::not_built())
}

/// A finished set-up: what is proven.
struct Made {
    run: ProvisioningRun,
    form: ProvisionRequest,
    result: ProvisionResult,
    /// `None` where only apps are measured.
    site: Option<Url>,
}

impl Made {
    async fn read(engine: &Engine, run_id: &str) -> Result<Self> {
        let run = engine.store().provisioning_run(run_id).await?.ok_or_else(|| {
            Error::new(
                ErrorCode::NotFound,
                "There is no such set-up.",
                "List set-ups and choose one of them.",
            )
        })?;
        let form = super::form_of(&run)?;
        let Some(outcome) = &run.outcome else {
            return Err(Error::invalid(
                "This set-up is not finished, so there is no snippet yet.",
                "Resume the set-up first.",
            ));
        };
        let result = serde_json::from_value(outcome.clone()).map_err(super::unwritable)?;
        let site = Url::parse(&form.website).ok();
        Ok(Self {
            run,
            form,
            result,
            site,
        })
    }

    /// What the site's pages load: the container, else the Google tag.
    fn tag_id(&self) -> &str {
        match &self.result.container {
            Some(container) => &container.public_id,
            None => &self.result.measurement_id,
        }
    }

    /// "Open my site".
    fn link(&self, engine: &Engine) -> Option<LinkView> {
        let dialled = engine.profile().base().dial_site(self.site.as_ref()?);
        engine.link_to_site(dialled).ok()
    }
}
