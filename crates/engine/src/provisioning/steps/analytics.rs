//! The steps at Google Analytics. Each looks first where it was begun before, and adopts what is already there.

use std::pin::pin;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use google_apis::analytics_admin::{DataStream, Property};
use google_apis::{AnalyticsAdmin, ApiError, ErrorKind};
use serde_json::json;

use super::super::journal::Journal;
use super::super::terms;
use super::{adopt, incomplete, text};
use crate::connections::Session;
use crate::dto::provisioning::ProvisionStep;
use crate::error::{Error, Result};

/// A new account is not everywhere at once at Google's.
const ACCOUNT_TRIES: u32 = 5;

/// What the steps at Google Analytics made.
pub(super) struct Analytics {
    pub account_id: String,
    pub property_id: String,
    /// Empty where no website is measured.
    pub data_stream_id: String,
    pub measurement_id: String,
}

pub(super) async fn run(journal: &Journal<'_>, session: &Session, admin: &AnalyticsAdmin) -> Result<Analytics> {
    let account_id = match text(journal.done(ProvisionStep::Terms).await?.as_ref(), "account_id") {
        Some(account_id) => account_id,
        None => terms::accept(journal, session, admin).await?,
    };
    account(journal, admin, &account_id).await?;
    let property_id = property(journal, session, admin, &account_id).await?;
    let (data_stream_id, measurement_id) = data_stream(journal, session, admin, &property_id).await?;
    Ok(Analytics {
        account_id,
        property_id,
        data_stream_id,
        measurement_id,
    })
}

fn id_of(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_owned()
}

async fn account(journal: &Journal<'_>, admin: &AnalyticsAdmin, account_id: &str) -> Result<()> {
    if journal.done(ProvisionStep::Account).await?.is_some() {
        return Ok(());
    }
    let name = format!("accounts/{account_id}");
    journal
        .sending(ProvisionStep::Account, json!({ "account": name }))
        .await?;
    let mut pause = Duration::from_millis(500);
    for attempt in 1.. {
        journal.spent();
        match admin.account(&name).await {
            Ok(_) => break,
            Err(error)
                if attempt < ACCOUNT_TRIES
                    && matches!(error.kind, ErrorKind::NotFound | ErrorKind::PermissionDenied) =>
            {
                tokio::select! {
                    () = tokio::time::sleep(pause) => pause *= 2,
                    () = journal.job.cancel_token().cancelled() => return Err(Error::cancelled()),
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    journal
        .made(ProvisionStep::Account, json!({ "account_id": account_id }))
        .await
}

async fn property(
    journal: &Journal<'_>,
    session: &Session,
    admin: &AnalyticsAdmin,
    account_id: &str,
) -> Result<String> {
    if let Some(id) = text(journal.done(ProvisionStep::Property).await?.as_ref(), "property_id") {
        return Ok(id);
    }
    let form = &journal.form;
    let wanted = Property {
        parent: format!("accounts/{account_id}"),
        display_name: form.property_name.clone(),
        time_zone: form.time_zone.clone(),
        currency_code: form.currency.clone(),
        ..Property::default()
    };
    let begun_before = journal.was_begun(ProvisionStep::Property).await?;
    journal.sending(ProvisionStep::Property, json!(wanted)).await?;
    let found = if begun_before {
        find_property(journal, admin, &wanted).await?
    } else {
        None
    };
    let property = if let Some(property) = found {
        property
    } else {
        journal.spent();
        match admin.create_property(&wanted).await {
            Ok(property) => property,
            Err(error) => {
                let adopted = adopt(error, find_property(journal, admin, &wanted)).await;
                session.explained(journal.engine, &wanted.parent, adopted).await?
            }
        }
    };
    let id = id_of(&property.name);
    if id.is_empty() {
        return Err(incomplete("property name"));
    }
    journal
        .made(ProvisionStep::Property, json!({ "property_id": id }))
        .await?;
    Ok(id)
}

async fn find_property(
    journal: &Journal<'_>,
    admin: &AnalyticsAdmin,
    wanted: &Property,
) -> Result<Option<Property>, ApiError> {
    journal.spent();
    let mut pages = pin!(admin.properties_of(&wanted.parent));
    while let Some(page) = pages.try_next().await? {
        if let Some(found) = page
            .into_iter()
            .find(|property| property.display_name == wanted.display_name)
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

async fn data_stream(
    journal: &Journal<'_>,
    session: &Session,
    admin: &AnalyticsAdmin,
    property_id: &str,
) -> Result<(String, String)> {
    let known = journal.done(ProvisionStep::DataStream).await?;
    if let (Some(stream), Some(measurement)) = (
        text(known.as_ref(), "data_stream_id"),
        text(known.as_ref(), "measurement_id"),
    ) {
        return Ok((stream, measurement));
    }
    let property = format!("properties/{property_id}");
    let wanted = DataStream::web(&journal.form.property_name, &journal.form.website);
    let begun_before = journal.was_begun(ProvisionStep::DataStream).await?;
    journal.sending(ProvisionStep::DataStream, json!(wanted)).await?;
    let found = if begun_before {
        find_stream(journal, admin, &property, &wanted).await?
    } else {
        None
    };
    let stream = if let Some(stream) = found {
        stream
    } else {
        journal.spent();
        match admin.create_data_stream(&property, &wanted).await {
            Ok(stream) => stream,
            Err(error) => {
                let adopted = adopt(error, find_stream(journal, admin, &property, &wanted)).await;
                session.explained(journal.engine, &property, adopted).await?
            }
        }
    };
    let id = id_of(&stream.name);
    let measurement_id = stream
        .web_stream_data
        .map(|data| data.measurement_id)
        .filter(|id| !id.is_empty());
    let measurement_id = measurement_id.ok_or_else(|| incomplete("measurement ID"))?;
    let made = json!({ "data_stream_id": id, "measurement_id": measurement_id });
    journal.made(ProvisionStep::DataStream, made).await?;
    Ok((id, measurement_id))
}

async fn find_stream(
    journal: &Journal<'_>,
    admin: &AnalyticsAdmin,
    property: &str,
    wanted: &DataStream,
) -> Result<Option<DataStream>, ApiError> {
    journal.spent();
    let uri = |stream: &DataStream| stream.web_stream_data.as_ref().map(|data| data.default_uri.clone());
    let mut pages = pin!(admin.data_streams(property));
    while let Some(page) = pages.try_next().await? {
        if let Some(found) = page
            .into_iter()
            .find(|stream| stream.kind == wanted.kind && uri(stream) == uri(wanted))
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

pub(super) async fn google_tag_snippet(
    journal: &Journal<'_>,
    session: &Session,
    admin: &AnalyticsAdmin,
    property_id: &str,
    stream_id: &str,
) -> Result<String> {
    if let Some(snippet) = text(journal.done(ProvisionStep::Snippet).await?.as_ref(), "snippet") {
        return Ok(snippet);
    }
    let stream = format!("properties/{property_id}/dataStreams/{stream_id}");
    journal
        .sending(ProvisionStep::Snippet, json!({ "data_stream": stream }))
        .await?;
    journal.spent();
    let answer = admin.global_site_tag(&stream).await;
    let tag = session.explained(journal.engine, &stream, answer).await?;
    if tag.snippet.is_empty() {
        return Err(incomplete("snippet"));
    }
    journal
        .made(ProvisionStep::Snippet, json!({ "snippet": tag.snippet }))
        .await?;
    Ok(tag.snippet)
}
