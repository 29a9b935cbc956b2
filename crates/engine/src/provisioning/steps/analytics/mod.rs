//! The steps at Google Analytics. Each looks first where it was begun before, and adopts what is already there.

mod items;
mod place;
mod settings;
mod sharing;
mod streams;

use google_apis::{AnalyticsAdmin, Api};
use serde_json::json;

use super::super::journal::Journal;
use super::{incomplete, text};
use crate::connections::Session;
use crate::dto::provisioning::{AppStreamMade, ProvisionStep};
use crate::error::Result;

/// What the steps at Google Analytics made.
pub(super) struct Analytics {
    pub account_id: String,
    pub property_id: String,
    /// Empty where no website is measured.
    pub data_stream_id: String,
    pub measurement_id: String,
    pub app_streams: Vec<AppStreamMade>,
}

/// What every step has at hand.
#[derive(Clone, Copy)]
struct Work<'a> {
    journal: &'a Journal<'a>,
    session: &'a Session,
    admin: &'a AnalyticsAdmin,
}

impl Work<'_> {
    /// A call to the Admin API is about to be sent.
    fn spent(&self) {
        self.journal.spent(Api::AnalyticsAdmin);
    }
}

pub(super) async fn run(journal: &Journal<'_>, session: &Session, admin: &AnalyticsAdmin) -> Result<Analytics> {
    let work = Work {
        journal,
        session,
        admin,
    };
    let place::Place {
        account_id,
        property_id,
    } = place::run(work).await?;
    let property = format!("properties/{property_id}");
    let streams = streams::run(work, &property).await?;
    if !streams.data_stream_id.is_empty() {
        let stream = format!("{property}/dataStreams/{}", streams.data_stream_id);
        settings::enhanced_measurement(work, &stream).await?;
    }
    settings::data_retention(work, &property).await?;
    settings::key_events(work, &property).await?;
    settings::custom_dimensions(work, &property).await?;
    sharing::google_ads_link(work, &property).await?;
    sharing::people(work, &property).await?;
    Ok(Analytics {
        account_id,
        property_id,
        data_stream_id: streams.data_stream_id,
        measurement_id: streams.measurement_id,
        app_streams: streams.apps,
    })
}

fn id_of(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_owned()
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
    journal.spent(Api::AnalyticsAdmin);
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
