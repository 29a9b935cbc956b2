//! What a property measures and keeps: enhanced measurement, data retention, key events, custom dimensions.

use futures_util::TryStreamExt as _;
use google_apis::analytics_admin::{CustomDimension, KeyEvent};
use serde_json::json;

use super::Work;
use super::items::{Items, Made, each};
use crate::dto::provisioning::ProvisionStep;
use crate::error::Result;
use crate::provisioning::wanted::{self, count, dimension_key, is_there};

/// Sets what it says, so that twice is as good as once. A stream that was there is changed only where the person said so, and
/// then in nothing but that.
pub(super) async fn enhanced_measurement(work: Work<'_>, stream: &str) -> Result<()> {
    let (journal, step) = (work.journal, ProvisionStep::EnhancedMeasurement);
    let Some(mut wanted) = wanted::enhanced_measurement(&journal.form, &journal.template) else {
        return Ok(());
    };
    if !journal.has(step) || journal.done(step).await?.is_some() {
        return Ok(());
    }
    let stream_step = journal.done(ProvisionStep::DataStream).await?;
    let was_there = stream_step.is_some_and(|made| made.get("existing") == Some(&json!(true)));
    if was_there && journal.form.enhanced_measurement.is_none() {
        return journal.made(step, json!({ "outcome": "left as it was" })).await;
    }
    if was_there {
        wanted.update_mask = "stream_enabled";
    }
    journal.sending(step, json!(wanted.settings)).await?;
    work.spent();
    let set = work
        .admin
        .patch_enhanced_measurement_settings(stream, &wanted.settings, wanted.update_mask)
        .await;
    work.session.explained(journal.engine, stream, set).await?;
    let outcome = if wanted.settings.stream_enabled { "on" } else { "off" };
    journal.made(step, json!({ "outcome": outcome })).await
}

pub(super) async fn data_retention(work: Work<'_>, property: &str) -> Result<()> {
    let (journal, step) = (work.journal, ProvisionStep::DataRetention);
    let Some(wanted) = wanted::retention(&journal.template) else {
        return Ok(());
    };
    if !journal.has(step) || journal.done(step).await?.is_some() {
        return Ok(());
    }
    journal.sending(step, json!(wanted.settings)).await?;
    let mut wanted = wanted;
    if is_there(&journal.form) {
        work.spent();
        let there = work.admin.data_retention_settings(property).await;
        let there = work.session.explained(journal.engine, property, there).await?;
        match wanted::longer(wanted, &there) {
            Some(asked) => wanted = asked,
            None => return journal.made(step, json!({ "outcome": "left as it was" })).await,
        }
    }
    work.spent();
    let set = work
        .admin
        .patch_data_retention_settings(property, &wanted.settings, wanted.update_mask)
        .await;
    work.session.explained(journal.engine, property, set).await?;
    let outcome = journal
        .template
        .property
        .retention_months
        .filter(|_| wanted.update_mask.contains("event_data_retention"))
        .map(|months| count(months as usize, "month"));
    journal.made(step, json!({ "outcome": outcome })).await
}

pub(super) async fn key_events(work: Work<'_>, property: &str) -> Result<()> {
    let journal = work.journal;
    if !journal.has(ProvisionStep::KeyEvents) {
        return Ok(());
    }
    let items = Items {
        step: ProvisionStep::KeyEvents,
        what: "key event",
        asset: property,
        look_first: is_there(&journal.form),
    };
    let wanted = journal.template.key_events.iter();
    let wanted = wanted
        .map(|event| (event.event.clone(), wanted::key_event(event, &journal.form)))
        .collect();
    let create = |event: KeyEvent| async move {
        let made = work.admin.create_key_event(property, &event).await?;
        Ok(json!({ "name": made.name }))
    };
    let list = || async move {
        let there = work.admin.key_events(property).try_concat().await?;
        Ok(there
            .into_iter()
            .map(|event| (event.event_name, json!({ "name": event.name })))
            .collect::<Made>())
    };
    each(work, items, wanted, create, list).await.map(drop)
}

pub(super) async fn custom_dimensions(work: Work<'_>, property: &str) -> Result<()> {
    let journal = work.journal;
    if !journal.has(ProvisionStep::CustomDimensions) {
        return Ok(());
    }
    let items = Items {
        step: ProvisionStep::CustomDimensions,
        what: "custom dimension",
        asset: property,
        look_first: is_there(&journal.form),
    };
    let key = |dimension: &CustomDimension| dimension_key(&dimension.scope, &dimension.parameter_name);
    let wanted = journal.template.custom_dimensions.iter().map(wanted::custom_dimension);
    let wanted = wanted.map(|dimension| (key(&dimension), dimension)).collect();
    let create = |dimension: CustomDimension| async move {
        let made = work.admin.create_custom_dimension(property, &dimension).await?;
        Ok(json!({ "name": made.name }))
    };
    let list = || async move {
        let there = work.admin.custom_dimensions(property).try_concat().await?;
        Ok(there
            .into_iter()
            .map(|dimension| (key(&dimension), json!({ "name": dimension.name })))
            .collect::<Made>())
    };
    each(work, items, wanted, create, list).await.map(drop)
}
