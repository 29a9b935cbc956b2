//! Data streams: the website's and the apps'.

use futures_util::TryStreamExt as _;
use google_apis::ApiError;
use google_apis::analytics_admin::DataStream;
use serde_json::{Value, json};

use super::super::{adopt, incomplete, left_behind, text};
use super::items::{Items, Made, each};
use super::{Work, id_of};
use crate::dto::provisioning::{AppStreamMade, ProvisionStep};
use crate::error::Result;
use crate::provisioning::wanted::{self, is_there};
use crate::provisioning::website::stream_of_site;

#[derive(Default)]
pub(super) struct Streams {
    /// Empty where no website is measured.
    pub data_stream_id: String,
    pub measurement_id: String,
    pub apps: Vec<AppStreamMade>,
}

pub(super) async fn run(work: Work<'_>, property: &str) -> Result<Streams> {
    let mut streams = Streams::default();
    if work.journal.has(ProvisionStep::DataStream) {
        (streams.data_stream_id, streams.measurement_id) = web(work, property).await?;
    }
    if work.journal.has(ProvisionStep::AppStreams) {
        streams.apps = apps(work, property).await?;
    }
    Ok(streams)
}

async fn web(work: Work<'_>, property: &str) -> Result<(String, String)> {
    let (journal, step) = (work.journal, ProvisionStep::DataStream);
    let known = journal.done(step).await?;
    if let (Some(stream), Some(measurement)) = (
        text(known.as_ref(), "data_stream_id"),
        text(known.as_ref(), "measurement_id"),
    ) {
        return Ok((stream, measurement));
    }
    let wanted = wanted::web_stream(&journal.form);
    let look_first = is_there(&journal.form) || journal.was_begun(step).await?;
    let lately = journal.was_just_cut_off(step).await?;
    journal.sending(step, json!(wanted)).await?;
    let found = if look_first {
        let found = left_behind(journal, lately, || find(work, property)).await;
        let found = work.session.explained(journal.engine, property, found).await?;
        journal.job.check_cancelled()?;
        found
    } else {
        None
    };
    let existing = found.is_some() && is_there(&journal.form);
    let stream = if let Some(stream) = found {
        stream
    } else {
        work.spent();
        match work.admin.create_data_stream(property, &wanted).await {
            Ok(stream) => stream,
            Err(error) => {
                let adopted = adopt(journal, error, || find(work, property)).await;
                work.session.explained(journal.engine, property, adopted).await?
            }
        }
    };
    let id = id_of(&stream.name);
    let measurement_id = stream
        .web_stream_data
        .map(|data| data.measurement_id)
        .filter(|id| !id.is_empty());
    let measurement_id = measurement_id.ok_or_else(|| incomplete("measurement ID"))?;
    let made = json!({ "data_stream_id": id, "measurement_id": measurement_id, "existing": existing });
    journal.made(step, made).await?;
    Ok((id, measurement_id))
}

/// The website's stream, where the property has it.
async fn find(work: Work<'_>, property: &str) -> Result<Option<DataStream>, ApiError> {
    Ok(stream_of_site(all(work, property).await?, &work.journal.form.website))
}

async fn all(work: Work<'_>, property: &str) -> Result<Vec<DataStream>, ApiError> {
    work.spent();
    work.admin.data_streams(property).try_concat().await
}

async fn apps(work: Work<'_>, property: &str) -> Result<Vec<AppStreamMade>> {
    let journal = work.journal;
    let wanted = wanted::app_streams(&journal.form);
    let items = Items {
        step: ProvisionStep::AppStreams,
        what: "app data stream",
        asset: property,
        look_first: is_there(&journal.form),
    };
    let streams = wanted
        .iter()
        .map(|app| (key(&app.stream), app.stream.clone()))
        .collect();
    let create = |stream: DataStream| async move {
        let made = work.admin.create_data_stream(property, &stream).await?;
        Ok(kept(&made))
    };
    let list = || async move {
        let there = work.admin.data_streams(property).try_concat().await?;
        Ok(there.iter().map(|stream| (key(stream), kept(stream))).collect::<Made>())
    };
    let made = each(work, items, streams, create, list).await?;
    let told = wanted.iter().map(|app| {
        let one = made.get(&key(&app.stream));
        AppStreamMade {
            platform: app.platform.to_owned(),
            data_stream_id: text(one, "data_stream_id").unwrap_or_default(),
            firebase_app_id: text(one, "firebase_app_id").filter(|id| !id.is_empty()),
        }
    });
    Ok(told.collect())
}

/// Two streams of one property with the same key are the same app's.
fn key(stream: &DataStream) -> String {
    let android = stream.android_app_stream_data.as_ref().map(|data| &data.package_name);
    let ios = stream.ios_app_stream_data.as_ref().map(|data| &data.bundle_id);
    match (android, ios) {
        (Some(package), _) => format!("android {package}"),
        (_, Some(bundle)) => format!("ios {bundle}"),
        _ => stream.name.clone(),
    }
}

fn kept(stream: &DataStream) -> Value {
    let android = stream
        .android_app_stream_data
        .as_ref()
        .map(|data| &data.firebase_app_id);
    let ios = stream.ios_app_stream_data.as_ref().map(|data| &data.firebase_app_id);
    json!({ "data_stream_id": id_of(&stream.name), "firebase_app_id": android.or(ios) })
}
