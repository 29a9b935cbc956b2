//! Google Analytics Data API v1beta.
//! <https://developers.google.com/analytics/devguides/reporting/data/v1/rest>
//!
//! `property` is a resource name, `properties/1234`.

mod report_stream;
mod row;
mod scanner;
mod types;

use crate::call::{Api, Call};
use crate::error::ApiError;
use crate::transport::Transport;

pub use report_stream::ReportStream;
pub use types::*;

/// The Data API as one connection.
#[derive(Clone)]
pub struct AnalyticsData {
    transport: Transport,
}

fn ask<B: serde::Serialize>(method: &'static str, property: &str, verb: &str, body: &B) -> Call {
    Call::ask(Api::AnalyticsData, method, &format!("v1beta/{property}:{verb}"), body).of_property(property)
}

impl AnalyticsData {
    pub fn new(transport: &Transport) -> Self {
        Self {
            transport: transport.clone(),
        }
    }

    /// The dimensions and metrics that a property's reports may use; `properties/0` for those common to all.
    pub async fn metadata(&self, property: &str) -> Result<Metadata, ApiError> {
        let path = format!("v1beta/{property}/metadata");
        let call = Call::get(Api::AnalyticsData, "analyticsdata.properties.getMetadata", &path).of_property(property);
        self.transport.send(&call).await
    }

    /// Which fields may stand together in one report.
    pub async fn check_compatibility(
        &self,
        property: &str,
        request: &CheckCompatibilityRequest,
    ) -> Result<CheckCompatibilityResponse, ApiError> {
        self.transport
            .send(&ask(
                "analyticsdata.properties.checkCompatibility",
                property,
                "checkCompatibility",
                request,
            ))
            .await
    }

    /// One report, held in memory: for reports of a few thousand rows at most.
    pub async fn run_report(&self, property: &str, request: &RunReportRequest) -> Result<ReportResponse, ApiError> {
        self.transport
            .send(&ask(
                "analyticsdata.properties.runReport",
                property,
                "runReport",
                request,
            ))
            .await
    }

    /// One report, its rows taken in batches while they arrive: memory does not grow with the report.
    pub async fn run_report_rows(&self, property: &str, request: &RunReportRequest) -> Result<ReportStream, ApiError> {
        let call = ask("analyticsdata.properties.runReport", property, "runReport", request);
        Ok(ReportStream::new(self.transport.open(&call).await?))
    }

    /// Up to five reports of one property in one request.
    pub async fn batch_run_reports(
        &self,
        property: &str,
        requests: &[RunReportRequest],
    ) -> Result<Vec<ReportResponse>, ApiError> {
        #[derive(serde::Serialize)]
        struct Body<'a> {
            requests: &'a [RunReportRequest],
        }
        #[derive(serde::Deserialize, Default)]
        #[serde(default)]
        struct Answer {
            reports: Vec<ReportResponse>,
        }
        let body = Body { requests };
        let call = ask(
            "analyticsdata.properties.batchRunReports",
            property,
            "batchRunReports",
            &body,
        );
        Ok(self.transport.send::<Answer>(&call).await?.reports)
    }

    /// Who is on the site now: the last 30 minutes unless `minute_ranges` says otherwise.
    pub async fn run_realtime_report(
        &self,
        property: &str,
        request: &RunRealtimeReportRequest,
    ) -> Result<ReportResponse, ApiError> {
        self.transport
            .send(&ask(
                "analyticsdata.properties.runRealtimeReport",
                property,
                "runRealtimeReport",
                request,
            ))
            .await
    }
}
