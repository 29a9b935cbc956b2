//! Analytics reports: a property's overview, free questions, what may be asked, and who is there now.

mod badges;
pub(crate) mod dates;
mod fields;
mod metrics;
mod overview;
mod property;
mod realtime;
mod run;

use std::sync::Arc;

use google_apis::AnalyticsData;

use crate::Engine;
use crate::dto::reports::{FieldView, MetadataRequest};
use crate::error::Result;

pub use overview::overview;
pub use realtime::realtime;
pub use run::run;

pub(crate) use fields::understand;
pub(crate) use property::{property_number, session_for};

/// The dimensions and metrics that a property's reports may use; property `0` for those common to all.
pub async fn metadata(engine: &Arc<Engine>, request: MetadataRequest) -> Result<Vec<FieldView>> {
    let property = property_number(&request.property)?;
    let session = session_for(engine, &property, request.connection.as_deref()).await?;
    let name = format!("properties/{property}");
    let answer = AnalyticsData::new(&session.transport).metadata(&name).await;
    let metadata = session.explained(engine, &name, answer).await?;
    let dimensions = metadata.dimensions.into_iter().map(|field| (field, false));
    let metrics = metadata.metrics.into_iter().map(|field| (field, true));
    Ok(dimensions
        .chain(metrics)
        .map(|(field, is_metric)| FieldView {
            api_name: field.api_name,
            ui_name: field.ui_name,
            description: field.description,
            category: field.category,
            is_metric,
            is_custom: field.custom_definition,
        })
        .collect())
}
