//! What a website says of itself, to prefill a set-up from it.

use std::sync::Arc;

use crate::Engine;
use crate::dto::sites::{SiteRequest, SiteView};
use crate::error::Result;

pub async fn inspect(_: &Arc<Engine>, _: SiteRequest) -> Result<SiteView> {
    Err(crate::error::Error::not_built())
}
