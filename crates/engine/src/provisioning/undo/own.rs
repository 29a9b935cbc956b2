//! What a run made itself, by its journal: the run may have failed half-way, and then has no result.

use gantry_store::{ProvisioningRun, ProvisioningStep, StepState as Stored};
use serde_json::Value;

use super::super::form_of;
use super::super::steps::text;
use crate::dto::provisioning::{AnalyticsChoice, MadeKind, ProvisionRequest};
use crate::error::Result;

/// Something that the run made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Own {
    /// `accounts/1/containers/2`, `properties/2`, `accounts/1`
    pub asset: String,
    pub kind: MadeKind,
    /// As the run called it.
    pub name: String,
    /// As far as the run knows it.
    pub account_name: String,
    /// What the page of the site carries of a container.
    pub public_id: Option<String>,
    /// The version of a container that the run made, where it made one.
    pub version: Option<String>,
    /// A container that was there when the run looked for what a lost answer had made: it is the run's as far as can be told.
    pub adopted: bool,
}

impl Own {
    /// What is lost with it.
    pub fn consequence(&self) -> String {
        match (self.kind, &self.public_id) {
            (MadeKind::AnalyticsAccount, _) => {
                "All its properties and their data go with it. For 35 days an administrator can take it out of the \
                 trash in Google Analytics."
                    .to_owned()
            }
            (MadeKind::Property, _) => {
                "Its data streams and their data go with it, and the site is no longer measured. For 35 days an \
                 administrator can take it out of the trash in Google Analytics."
                    .to_owned()
            }
            (MadeKind::Container, Some(public_id)) => {
                format!("Its tags stop working on every page that carries {public_id}. Gantry cannot bring it back.")
            }
            (MadeKind::Container, None) => {
                "Its tags stop working on every page that carries it. Gantry cannot bring it back.".to_owned()
            }
        }
    }
}

/// In the order of removal: container, property, account.
pub(super) fn of(run: &ProvisioningRun, steps: &[ProvisioningStep]) -> Result<Vec<Own>> {
    let form = form_of(run)?;
    let done = |name: &str| {
        let step = steps
            .iter()
            .find(|step| step.step == name && step.state == Stored::Done)?;
        step.response.as_ref()
    };
    let mut owns = Vec::new();
    let version = text(done("version"), "version_id");
    owns.extend(done("container").and_then(|made| container(made, done("tag_manager_account"), version)));
    let property = text(done("property"), "property_id").filter(|_| !was_chosen(&form));
    owns.extend(property.map(|id| Own {
        asset: format!("properties/{id}"),
        kind: MadeKind::Property,
        name: form.property_name.clone(),
        account_name: match form.analytics {
            AnalyticsChoice::NewAccount => form.account_name.clone(),
            _ => String::new(),
        },
        public_id: None,
        version: None,
        adopted: false,
    }));
    let account = text(done("account"), "account_id").or_else(|| text(done("terms"), "account_id"));
    let account = account.filter(|_| form.analytics == AnalyticsChoice::NewAccount);
    owns.extend(account.map(|id| Own {
        asset: format!("accounts/{id}"),
        kind: MadeKind::AnalyticsAccount,
        name: form.account_name.clone(),
        account_name: form.account_name.clone(),
        public_id: None,
        version: None,
        adopted: false,
    }));
    Ok(owns)
}

/// The property was there before.
fn was_chosen(form: &ProvisionRequest) -> bool {
    matches!(form.analytics, AnalyticsChoice::Property { .. })
}

fn container(made: &Value, account: Option<&Value>, version: Option<String>) -> Option<Own> {
    if made.get("existing").and_then(Value::as_bool) != Some(false) {
        return None;
    }
    let (account_id, container_id) = (text(Some(made), "account_id")?, text(Some(made), "container_id")?);
    let public_id = text(Some(made), "public_id");
    Some(Own {
        asset: format!("accounts/{account_id}/containers/{container_id}"),
        kind: MadeKind::Container,
        name: text(Some(made), "name")
            .or_else(|| public_id.clone())
            .unwrap_or_default(),
        account_name: text(account, "outcome").unwrap_or(account_id),
        public_id,
        version,
        adopted: made.get("adopted").and_then(Value::as_bool) == Some(true),
    })
}
