//! Reads what a property and its container have, with as few calls as what is wanted to know takes.

use std::pin::pin;
use std::sync::Arc;

use futures_util::{Stream, TryStreamExt as _};
use gantry_domain::Permission;
use google_apis::analytics_admin::{
    AccessBinding, CustomDimension, DataRetentionSettings, DataStream, EnhancedMeasurementSettings, KeyEvent, Property,
};
use google_apis::tag_manager::{ContainerVersion, TagId};
use google_apis::{AnalyticsAdmin, ApiError, ErrorKind, TagManager};

use crate::Engine;
use crate::connections::{Asset, Session, choose};
use crate::container_reading::{Reading, Sends};
use crate::dto::templates::Template;
use crate::error::{Error, Result};
use crate::provisioning::website::stream_of_site;
use crate::reports::{property_number, session_for};

/// What is read; everything else is not worth a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) property: bool,
    pub(super) retention: bool,
    pub(super) measurement: bool,
    pub(super) key_events: bool,
    pub(super) dimensions: bool,
    pub(super) people: bool,
}

impl Wanted {
    /// What a template says something about.
    pub(super) fn of(template: &Template) -> Self {
        let property = &template.property;
        Self {
            property: property.industry.is_some(),
            retention: property.retention_months.is_some() || property.reset_on_new_activity.is_some(),
            measurement: template.enhanced_measurement.is_some(),
            key_events: !template.key_events.is_empty(),
            dimensions: !template.custom_dimensions.is_empty(),
            people: !template.people.is_empty(),
        }
    }
}

/// What is there.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) property: Option<Property>,
    pub(super) retention: Option<DataRetentionSettings>,
    /// The web stream that is meant.
    pub(super) stream: Option<DataStream>,
    pub(super) measurement: Option<EnhancedMeasurementSettings>,
    pub(super) key_events: Vec<KeyEvent>,
    pub(super) dimensions: Vec<CustomDimension>,
    /// `None` where the connection may not look at people.
    pub(super) people: Option<Vec<AccessBinding>>,
    /// `None` where no container was named; empty where nothing was ever published.
    pub(super) live: Option<ContainerVersion>,
    pub(super) calls: u32,
}

impl Found {
    /// Of the web stream that is meant.
    pub(super) fn measurement_id(&self) -> Option<&str> {
        let data = self.stream.as_ref()?.web_stream_data.as_ref()?;
        Some(data.measurement_id.as_str()).filter(|id| !id.is_empty())
    }
}

/// Where it is looked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) connection: Option<&'a str>,
    /// Digits, or `properties/2`.
    pub(super) property_id: &'a str,
    /// `GTM-...` or `accounts/1/containers/2`
    pub(super) container: Option<&'a str>,
    /// Whose stream is meant, where that is said.
    pub(super) website: Option<&'a str>,
}

pub(super) async fn look(engine: &Arc<Engine>, place: Place<'_>, wanted: Wanted) -> Result<Found> {
    let said = |text: Option<&'_ str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let (container, website) = (said(place.container), said(place.website));
    let number = property_number(place.property_id)?;
    let session = session_for(engine, &number, place.connection).await?;
    session.require(Permission::View)?;
    let asset = format!("properties/{number}");
    let admin = AnalyticsAdmin::new(&session.transport);
    let mut found = Found::default();
    if wanted.measurement || container.is_some() {
        let streams = all(admin.data_streams(&asset), &mut found.calls).await;
        let streams = session.explained(engine, &asset, streams).await?;
        if let Some(container) = &container {
            found.live = Some(live(engine, &session, place.connection, container, &mut found.calls).await?);
        }
        found.stream = stream(streams, website.as_deref(), found.live.as_ref());
    }
    let read = analytics(&session, &asset, wanted, &mut found).await;
    session.explained(engine, &asset, read).await?;
    Ok(found)
}

/// The stream of the website as a set-up takes it, which makes one where there is none. Where no website is named, the one
/// that the container sends to, or else the first.
fn stream(streams: Vec<DataStream>, website: Option<&str>, live: Option<&ContainerVersion>) -> Option<DataStream> {
    let mut streams: Vec<DataStream> = streams
        .into_iter()
        .filter(|stream| stream.kind == "WEB_DATA_STREAM")
        .collect();
    if let Some(website) = website {
        return stream_of_site(streams, website);
    }
    let sent: Vec<Sends> = live.map_or_else(Vec::new, |live| {
        let reading = Reading::of_version(live);
        reading.active_senders().map(|(_, sends)| sends).collect()
    });
    let is_sent_to = |stream: &DataStream| {
        let data = stream.web_stream_data.as_ref();
        data.is_some_and(|data| sent.iter().any(|sends| sends.reaches(&data.measurement_id)))
    };
    let at = streams.iter().position(is_sent_to).unwrap_or_default();
    (at < streams.len()).then(|| streams.swap_remove(at))
}

async fn analytics(session: &Session, property: &str, wanted: Wanted, found: &mut Found) -> Result<(), ApiError> {
    let admin = AnalyticsAdmin::new(&session.transport);
    if wanted.property {
        found.calls += 1;
        found.property = Some(admin.property(property).await?);
    }
    if wanted.retention {
        found.calls += 1;
        found.retention = Some(admin.data_retention_settings(property).await?);
    }
    if let Some(stream) = found.stream.as_ref().filter(|_| wanted.measurement) {
        found.calls += 1;
        found.measurement = Some(admin.enhanced_measurement_settings(&stream.name).await?);
    }
    if wanted.key_events {
        found.key_events = all(admin.key_events(property), &mut found.calls).await?;
    }
    if wanted.dimensions {
        found.dimensions = all(admin.custom_dimensions(property), &mut found.calls).await?;
    }
    if wanted.people && session.allowed().contains(&Permission::Manage) {
        found.people = Some(all(admin.access_bindings(property), &mut found.calls).await?);
    }
    Ok(())
}

/// The live version, by the connection that reaches the container.
async fn live(
    engine: &Arc<Engine>,
    of_property: &Session,
    connection: Option<&str>,
    container: &str,
    calls: &mut u32,
) -> Result<ContainerVersion> {
    let known = engine
        .store
        .container(container.rsplit('/').next().unwrap_or(container))
        .await?;
    let sure = known.is_some();
    let (session, path) = if let Some(known) = known {
        if !known.usage_context.iter().any(|usage| usage == "web") {
            return Err(Error::invalid(
                format!(
                    "The container {} ({}) is not for websites.",
                    known.name, known.public_id
                ),
                "Choose a web container.",
            ));
        }
        let asset = Asset::Container(known.account_id.clone(), known.container_id.clone());
        let chosen = choose(engine, &asset, Permission::View, connection).await?;
        let path = format!("accounts/{}/containers/{}", known.account_id, known.container_id);
        (engine.session_of(chosen).await?, Some(path))
    } else {
        let path = Some(container.to_owned()).filter(|path| path.starts_with("accounts/"));
        (of_property.clone(), path)
    };
    let api = TagManager::new(&session.transport);
    let looked_up = path.is_none();
    let path = match path {
        Some(path) => path,
        None if container.to_ascii_uppercase().starts_with("GTM-") => {
            *calls += 1;
            let answer = api.lookup(&TagId::Container(container.to_ascii_uppercase())).await;
            session.explained(engine, container, answer).await?.path
        }
        None => {
            return Err(Error::invalid(
                format!("{container:?} is not a container."),
                "Give its public id (GTM-...), or accounts/1/containers/2.",
            ));
        }
    };
    *calls += 1;
    match api.live_version(&path).await {
        // Of a container that is certainly there: nothing was ever published.
        Err(error) if error.kind == ErrorKind::NotFound && (sure || looked_up) => Ok(ContainerVersion::default()),
        answer => session.explained(engine, &path, answer).await,
    }
}

async fn all<T>(pages: impl Stream<Item = Result<Vec<T>, ApiError>>, calls: &mut u32) -> Result<Vec<T>, ApiError> {
    let mut pages = pin!(pages);
    let mut items = Vec::new();
    // A call a page.
    while let Some(page) = pages.try_next().await? {
        *calls += 1;
        items.extend(page);
    }
    Ok(items)
}
