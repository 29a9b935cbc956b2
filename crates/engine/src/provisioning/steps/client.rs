//! The agency's client gets what was made. Google is not asked.

use serde_json::json;

use super::super::journal::Journal;
use super::super::wanted;
use super::text;
use crate::clients;
use crate::dto::provisioning::{ContainerMade, ProvisionStep};
use crate::error::Result;

/// Its id; `None` where none was wanted. A second time changes nothing.
pub(super) async fn assign(
    journal: &Journal<'_>,
    property_id: &str,
    container: Option<&ContainerMade>,
) -> Result<Option<String>> {
    let step = ProvisionStep::Client;
    if !journal.has(step) {
        return Ok(None);
    }
    if let Some(id) = text(journal.done(step).await?.as_ref(), "client_id") {
        return Ok(Some(id));
    }
    let container = container.map(|made| format!("accounts/{}/containers/{}", made.account_id, made.container_id));
    let assets: Vec<String> = std::iter::once(format!("properties/{property_id}"))
        .chain(container)
        .collect();
    journal.sending(step, json!({ "assets": assets })).await?;
    let business = wanted::business(&journal.form);
    let given = clients::assign_for_run(journal.engine, &journal.form.client, &business, &assets).await?;
    let made = json!({ "client_id": given, "outcome": business });
    journal.made(step, made).await?;
    Ok(given)
}
