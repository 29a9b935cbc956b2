//! The steps at Tag Manager: account, container, workspace, tags, version, publish, snippet.

use super::super::journal::Journal;
use crate::connections::Session;
use crate::dto::provisioning::{ContainerChoice, ContainerMade};
use crate::error::{Error, Result};

/// The container that sends to `measurement_id`, published; `None` where the set-up has none.
pub(super) async fn run(journal: &Journal<'_>, _: &Session, _measurement_id: &str) -> Result<Option<ContainerMade>> {
    match journal.form.container {
        ContainerChoice::None => Ok(None),
        _ => Err(Error::not_built()),
    }
}

/// What to paste: for the head, and for right after the opening body tag.
pub(super) async fn snippet(_: &Journal<'_>, _: &Session, _: &ContainerMade) -> Result<(String, Option<String>)> {
    Err(Error::not_built())
}
