//! Who is on the site now.

use std::sync::Arc;

use google_apis::AnalyticsData;
use google_apis::analytics_data::{Dimension, Metric, RunRealtimeReportRequest};

use super::{property_number, session_for};
use crate::Engine;
use crate::dto::reports::{RealtimeRequest, RealtimeView};
use crate::error::Result;

/// What a standard property answers for.
const MINUTES: usize = 30;

/// Active users of the last 30 minutes, as a whole and minute by minute. Two requests: a person who is there for five
/// minutes is in five of them and counts once in the whole.
pub async fn realtime(engine: &Arc<Engine>, request: RealtimeRequest) -> Result<RealtimeView> {
    let property = property_number(&request.property)?;
    let session = session_for(engine, &property, request.connection.as_deref()).await?;
    let data = AnalyticsData::new(&session.transport);
    let name = format!("properties/{property}");
    let whole = RunRealtimeReportRequest {
        metrics: vec![Metric::named("activeUsers")],
        ..Default::default()
    };
    let by_minute = RunRealtimeReportRequest {
        dimensions: vec![Dimension::named("minutesAgo")],
        ..whole.clone()
    };
    let answers = tokio::try_join!(
        data.run_realtime_report(&name, &whole),
        data.run_realtime_report(&name, &by_minute)
    );
    let (whole, by_minute) = session.explained(engine, &name, answers).await?;
    let count = |cells: &[google_apis::analytics_data::CellValue]| -> u32 {
        cells.first().and_then(|cell| cell.value.parse().ok()).unwrap_or(0)
    };
    let mut per_minute = vec![0; MINUTES];
    for row in &by_minute.rows {
        let minute = row
            .dimension_values
            .first()
            .and_then(|cell| cell.value.parse::<usize>().ok());
        if let Some(slot) = minute.and_then(|minute| per_minute.get_mut(minute)) {
            *slot = count(&row.metric_values);
        }
    }
    Ok(RealtimeView {
        active_users: whole.rows.first().map_or(0, |row| count(&row.metric_values)),
        per_minute,
        as_of: engine.clock.now(),
    })
}
