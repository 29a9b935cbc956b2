//! Whom the property is shared with: a Google Ads account, people and service accounts.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use google_apis::analytics_admin::{AccessBinding, GoogleAdsLink};
use google_apis::{ApiError, ErrorKind};
use serde_json::json;

use super::Work;
use super::items::{Items, Made, each};
use crate::dto::provisioning::ProvisionStep;
use crate::error::Result;
use crate::provisioning::wanted::{self, count, is_there};

pub(super) async fn google_ads_link(work: Work<'_>, property: &str) -> Result<()> {
    let journal = work.journal;
    let Some(customer) = journal.form.google_ads_customer.clone() else {
        return Ok(());
    };
    if !journal.has(ProvisionStep::GoogleAdsLink) {
        return Ok(());
    }
    let items = Items {
        step: ProvisionStep::GoogleAdsLink,
        what: "link",
        asset: property,
        // A second link to the same account is refused: that is as good as a look.
        look_first: false,
    };
    let create = |customer_id: String| async move {
        let link = GoogleAdsLink {
            customer_id,
            ..GoogleAdsLink::default()
        };
        let made = work.admin.create_google_ads_link(property, &link).await?;
        Ok(json!({ "name": made.name }))
    };
    let list = || async move {
        let there = work.admin.google_ads_links(property).try_concat().await?;
        Ok(there
            .into_iter()
            .map(|link| (link.customer_id, json!({ "name": link.name })))
            .collect::<Made>())
    };
    each(work, items, vec![(customer.clone(), customer)], create, list)
        .await
        .map(drop)
}

/// All in one call; in a property that is there, or where somebody has a role already, those who have none. Nobody's role is
/// changed.
pub(super) async fn people(work: Work<'_>, property: &str) -> Result<()> {
    let (journal, step) = (work.journal, ProvisionStep::People);
    let people = wanted::people(&journal.form, &journal.template);
    if people.is_empty() || !journal.has(step) || journal.done(step).await?.is_some() {
        return Ok(());
    }
    let wanted: Vec<AccessBinding> = people.iter().map(wanted::access_binding).collect();
    // Google takes all or none of them: where some may be there, looking first saves the call that is refused.
    let look_first = is_there(&journal.form) || journal.was_begun(step).await?;
    journal.sending(step, json!({ "people": people })).await?;
    let bound = bind(work, property, &wanted, look_first).await;
    let kept = work.session.explained(journal.engine, property, bound).await?;
    let mut outcome = count(wanted.len(), "person");
    if kept > 0 {
        outcome = format!("{outcome}, of whom {kept} had another role before and kept it");
    }
    journal.made(step, json!({ "outcome": outcome })).await
}

/// How many had another role before.
async fn bind(work: Work<'_>, property: &str, wanted: &[AccessBinding], look_first: bool) -> Result<usize, ApiError> {
    if !look_first {
        work.spent();
        match work.admin.create_access_bindings(property, wanted).await {
            Ok(_) => return Ok(0),
            Err(error) if error.kind == ErrorKind::Conflict || error.outcome_unknown => {}
            Err(error) => return Err(error),
        }
    }
    work.spent();
    let there: Vec<AccessBinding> = work.admin.access_bindings(property).try_concat().await?;
    let there: BTreeMap<String, Vec<String>> = there
        .into_iter()
        .map(|binding| (binding.user.to_ascii_lowercase(), binding.roles))
        .collect();
    let has = |binding: &&AccessBinding| there.contains_key(&binding.user);
    let missing: Vec<AccessBinding> = wanted.iter().filter(|binding| !has(binding)).cloned().collect();
    if !missing.is_empty() {
        work.spent();
        work.admin.create_access_bindings(property, &missing).await?;
    }
    let differs = |binding: &&AccessBinding| there.get(&binding.user).is_some_and(|roles| *roles != binding.roles);
    Ok(wanted.iter().filter(differs).count())
}
