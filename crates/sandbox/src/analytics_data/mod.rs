//! Analytics Data API v1beta as a sandbox: every report is an aggregation of one deterministic stream of visits,
//! so numbers agree with each other however they are asked for (discovery document `analyticsdata.v1beta`).

mod calendar;
mod columns;
mod compatibility;
mod counting;
mod dimensions;
mod expression;
mod fast_hash;
mod filter;
mod metadata;
mod metrics;
mod plan;
pub mod prebuilt;
mod quota;
mod refusal;
mod request;
mod run;
mod site_hits;
mod tally;
mod visits;
mod vocabulary;
mod write;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::json;

use crate::http::{ApiReply, ApiRequest, Caller};
use columns::Names;
use plan::{Plan, Range, Vocabulary};
use prebuilt::Prebuilt;
use quota::Spent;
use refusal::Refusal;
use request::{BatchRunReports, CheckCompatibility, RunRealtimeReport, RunReport};
use site_hits::Heard;
pub use site_hits::{SiteHit, SiteHits};
use visits::Site;
use write::Frame;

const SCOPES: [&str; 2] = ["analytics.readonly", "analytics"];
const SERVICE: &str = "analyticsdata.googleapis.com";
/// Sessions of a report above which Google would sample.
const SAMPLED_ABOVE: u64 = 1_000_000;

/// What a report needs to know of a property. The world copies it out, so a report runs without the world's lock.
#[derive(Debug, Clone)]
pub struct PropertyFacts {
    /// Numeric id, without `properties/`.
    pub id: String,
    /// Display name of the property.
    pub display_name: String,
    /// IANA time zone of the property; report days are its days.
    pub time_zone: String,
    /// ISO 4217 currency of the property.
    pub currency_code: String,
    /// When the property was made: no data before it.
    pub created: Timestamp,
    /// Web stream: (stream id, display name, host name of the default URI).
    pub streams: Vec<(String, String, String)>,
    /// Registered custom dimensions: (parameter name, display name, scope `EVENT` | `USER` | `ITEM`).
    pub custom_dimensions: Vec<(String, String, String)>,
    /// Event names marked as key events.
    pub key_events: Vec<String>,
    /// Visits that really came.
    pub site_hits: SiteHits,
}

/// What the Data API remembers between requests: quota spent, pre-built answers. Shareable without a lock around it.
#[derive(Debug, Default)]
pub struct Model {
    spent: Mutex<HashMap<String, Spent>>,
    prebuilt: Mutex<HashMap<String, Prebuilt>>,
    /// The last wide report, while somebody pages through it.
    open_report: Mutex<Option<OpenReport>>,
}

/// A report by the question it answers.
type OpenReport = (String, Arc<(Plan, run::Report)>);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The property id in `/v1beta/properties/ID...`, so that the caller can look its facts up first.
pub fn property_id(path: &str) -> Option<&str> {
    let rest = path.split("/properties/").nth(1)?;
    rest.split([':', '/']).next().filter(|id| !id.is_empty())
}

/// Answers one request for `/v1beta/properties/...`; `property` is `None` when the caller may not read it (or it does
/// not exist). A wide report takes a while: call it off the async threads.
pub fn handle(
    model: &Model,
    property: Option<&PropertyFacts>,
    caller: &Caller,
    req: &ApiRequest,
    now: Timestamp,
) -> ApiReply {
    let Some(id) = property_id(&req.path) else {
        return crate::rpc_error::html_not_found(&req.path);
    };
    let rest = req
        .path
        .strip_prefix("/v1beta/properties/")
        .and_then(|path| path.strip_prefix(id));
    let (rpc, post) = match rest {
        Some("/metadata") => ("GetMetadata", false),
        Some(":runReport") => ("RunReport", true),
        Some(":batchRunReports") => ("BatchRunReports", true),
        Some(":runRealtimeReport") => ("RunRealtimeReport", true),
        Some(":checkCompatibility") => ("CheckCompatibility", true),
        Some(":runPivotReport") => ("RunPivotReport", true),
        Some(":batchRunPivotReports") => ("BatchRunPivotReports", true),
        _ => return crate::rpc_error::html_not_found(&req.path),
    };
    if (req.method == http::Method::POST) != post {
        return crate::rpc_error::html_not_found(&req.path);
    }
    if !caller.has_any_scope(&SCOPES) {
        let rpc = format!("google.analytics.data.v1beta.BetaAnalyticsData.{rpc}");
        return crate::rpc_error::insufficient_scopes(SERVICE, &rpc);
    }
    if id == "0" && rpc == "GetMetadata" {
        return ApiReply::ok(metadata::metadata(None));
    }
    let Some(property) = property else {
        let numeric = id.bytes().all(|byte| byte.is_ascii_digit());
        let refusal = if numeric {
            Refusal::forbidden()
        } else {
            Refusal::invalid(format!(
                "Invalid property ID: {id}. A numeric Property ID is required. To learn more about Property ID, see \
                 https://developers.google.com/analytics/devguides/reporting/data/v1/property-id."
            ))
        };
        return refusal.into_reply();
    };
    let desk = Desk::new(model, property, caller, now);
    let answer = match rpc {
        "GetMetadata" => Ok(ApiReply::ok(metadata::metadata(Some(property)))),
        "RunReport" => request::read(&req.body).and_then(|asked| desk.run_report(&asked, req)),
        "BatchRunReports" => request::read(&req.body).and_then(|asked| desk.batch(&asked)),
        "RunRealtimeReport" => request::read(&req.body).and_then(|asked| desk.realtime(asked)),
        "CheckCompatibility" => request::read(&req.body).and_then(|asked: CheckCompatibility| {
            desk.same_property(&asked.property)?;
            metadata::check(desk.vocabulary(false), &asked).map(ApiReply::ok)
        }),
        _ => Err(Refusal::left_out("pivot reports")),
    };
    answer.unwrap_or_else(Refusal::into_reply)
}

/// One caller's request at one property.
struct Desk<'a> {
    model: &'a Model,
    property: &'a PropertyFacts,
    project: &'a str,
    now: Timestamp,
    /// The property's day and minute.
    local: (i32, u16),
    names: Names,
}

impl<'a> Desk<'a> {
    fn new(model: &'a Model, property: &'a PropertyFacts, caller: &'a Caller, now: Timestamp) -> Self {
        let host = property
            .streams
            .iter()
            .map(|stream| stream.2.clone())
            .find(|host| !host.is_empty());
        let heard = Heard::of(&property.site_hits);
        let names = Names {
            host: host.unwrap_or_else(|| "(not set)".to_owned()),
            streams: property
                .streams
                .iter()
                .map(|stream| (stream.0.clone(), stream.1.clone()))
                .collect(),
            custom: property
                .custom_dimensions
                .iter()
                .filter(|custom| custom.2 != "ITEM")
                .map(|custom| (custom.0.clone(), custom.2 == "USER"))
                .collect(),
            key_events: heard
                .events()
                .map(|event| property.key_events.iter().any(|key| key == event))
                .collect(),
            heard,
        };
        let local = calendar::local(now, &calendar::zone(&property.time_zone));
        Self {
            model,
            property,
            project: &caller.project,
            now,
            local,
            names,
        }
    }

    fn vocabulary(&self, realtime: bool) -> Vocabulary<'_> {
        Vocabulary {
            names: &self.names,
            realtime,
        }
    }

    fn site(&self) -> Site {
        let created = site_hits::day_of(self.property.created, &self.property.time_zone);
        let created = site_hits::first_day(&self.property.site_hits, created, self.local.0);
        let PropertyFacts {
            id,
            currency_code,
            streams,
            ..
        } = self.property;
        Site::new(id, currency_code, created, self.local.0, streams.len())
    }

    /// Who really came; full reports are a day behind and do not have them yet.
    fn visitors(&self) -> Vec<(visits::Visit, Vec<visits::Happening>)> {
        let PropertyFacts {
            site_hits,
            currency_code,
            ..
        } = self.property;
        site_hits::visitors(site_hits, &self.names, currency_code, self.now, self.local)
    }

    /// A body may repeat the property, but not name another.
    fn same_property(&self, named: &str) -> Result<(), Refusal> {
        if named.is_empty() || named == format!("properties/{}", self.property.id) {
            return Ok(());
        }
        Err(Refusal::invalid(format!(
            "The property in the request body {named} must be the property in the URL properties/{}.",
            self.property.id
        )))
    }

    fn run_report(&self, asked: &RunReport, req: &ApiRequest) -> Result<ApiReply, Refusal> {
        self.same_property(&asked.property)?;
        if Prebuilt::answers(asked)
            && let Some(prebuilt) = lock(&self.model.prebuilt).get_mut(&self.property.id)
        {
            return Ok(serve_prebuilt(prebuilt, asked, req));
        }
        let body = self.report(asked, "analyticsData#runReport")?;
        Ok(ApiReply::raw_json(200, body.into()))
    }

    fn batch(&self, asked: &BatchRunReports) -> Result<ApiReply, Refusal> {
        self.same_property(&asked.property)?;
        if asked.requests.len() > 5 {
            return Err(Refusal::invalid(format!(
                "Batch requests are limited to 5 requests; this request has {}.",
                asked.requests.len()
            )));
        }
        let mut body = b"{".to_vec();
        for (place, one) in asked.requests.iter().enumerate() {
            self.same_property(&one.property)?;
            body.extend_from_slice(if place == 0 { b"\"reports\":[" } else { b"," });
            body.extend(self.report(one, "analyticsData#runReport")?);
        }
        if !asked.requests.is_empty() {
            body.extend_from_slice(b"],");
        }
        body.extend_from_slice(b"\"kind\":\"analyticsData#batchRunReports\"}");
        Ok(ApiReply::raw_json(200, body.into()))
    }

    fn realtime(&self, asked: RunRealtimeReport) -> Result<ApiReply, Refusal> {
        self.same_property(&asked.property)?;
        let minute_ranges = if asked.minute_ranges.is_empty() {
            vec![request::MinuteRange::default()]
        } else {
            asked.minute_ranges
        };
        if minute_ranges.len() > 2 {
            return Err(Refusal::invalid("Requests are limited to 2 minuteRanges."));
        }
        let mut ranges = Vec::new();
        for (place, range) in minute_ranges.into_iter().enumerate() {
            let (from, to) = (
                range.start_minutes_ago.unwrap_or(29),
                range.end_minutes_ago.unwrap_or(0),
            );
            if !(0..=29).contains(&from) || !(0..=from).contains(&to) {
                return Err(Refusal::invalid(format!(
                    "Minute ranges of a standard property lie within the last 30 minutes and are in order: {from}, {to}."
                )));
            }
            let ago = |minutes: i32| self.local.1.saturating_sub(u16::try_from(minutes).unwrap_or_default());
            let name = if range.name.is_empty() {
                format!("date_range_{place}")
            } else {
                range.name
            };
            let minutes = Some((ago(from), ago(to)));
            ranges.push(Range {
                name,
                first: self.local.0,
                last: self.local.0,
                minutes,
            });
        }
        let core = RunReport {
            dimensions: asked.dimensions,
            metrics: asked.metrics,
            dimension_filter: asked.dimension_filter,
            metric_filter: asked.metric_filter,
            limit: asked.limit,
            metric_aggregations: asked.metric_aggregations,
            order_bys: asked.order_bys,
            return_property_quota: asked.return_property_quota,
            ..RunReport::default()
        };
        let plan = Plan::new(self.vocabulary(true), &core, ranges, (1.0, String::new()))?;
        let body = self.finish(plan, "analyticsData#runRealtimeReport", false)?;
        Ok(ApiReply::raw_json(200, body.into()))
    }

    fn report(&self, asked: &RunReport, kind: &'static str) -> Result<Vec<u8>, Refusal> {
        if asked.cohort_spec.is_some() {
            return Err(Refusal::left_out("cohort reports"));
        }
        if !asked.comparisons.is_empty() {
            return Err(Refusal::left_out("comparisons"));
        }
        let ranges = plan::ranges(&asked.date_ranges, self.local.0)?;
        let money = self.money(&asked.currency_code)?;
        let mut plan = Plan::new(self.vocabulary(false), asked, ranges, money)?;
        plan.question = format!("{:?} {:?} {}", self.property, self.local, asked.without_page());
        self.finish(plan, kind, true)
    }

    fn finish(&self, mut plan: Plan, kind: &'static str, core: bool) -> Result<Vec<u8>, Refusal> {
        let account = format!("{}{}", self.property.id, if core { "" } else { "/realtime" });
        lock(&self.model.spent)
            .entry(account.clone())
            .or_default()
            .check(self.project, plan.thresholded, self.now)?;
        let (offset, limit, return_quota) = (plan.offset, plan.limit, plan.return_quota);
        let known = lock(&self.model.open_report)
            .as_ref()
            .filter(|(question, _)| core && *question == plan.question)
            .map(|(_, known)| Arc::clone(known));
        let known = known.unwrap_or_else(|| {
            let real = if core { Vec::new() } else { self.visitors() };
            let report = run::run(&mut plan, &self.site(), &self.names, self.local, &real);
            Arc::new((plan, report))
        });
        let (plan, report) = known.as_ref();
        if core && report.rows.len() > limit {
            let more = offset + limit < report.rows.len();
            *lock(&self.model.open_report) = more.then(|| (plan.question.clone(), Arc::clone(&known)));
        }
        let tokens = quota::tokens(report.rows.len().min(limit), report.sessions_read);
        let quota = {
            let mut spent = lock(&self.model.spent);
            let spent = spent.entry(account).or_default();
            spent.book(self.project, tokens, plan.thresholded, self.now);
            return_quota.then(|| spent.shown(self.project, tokens).to_string())
        };
        let metadata = core.then(|| self.metadata(plan, report));
        Ok(write::report(
            plan,
            report,
            (offset, limit),
            &Frame { kind, metadata, quota },
        ))
    }

    fn metadata(&self, plan: &Plan, report: &run::Report) -> String {
        let mut shown = json!({ "currencyCode": plan.currency_code, "timeZone": self.property.time_zone });
        if report.other_row {
            shown["dataLossFromOtherRow"] = json!(true);
        }
        if report.thresholded {
            shown["subjectToThresholding"] = json!(true);
        }
        if report.sessions_read > SAMPLED_ABOVE {
            shown["samplingMetadatas"] = json!([{
                "samplesReadCount": SAMPLED_ABOVE.to_string(),
                "samplingSpaceSize": report.sessions_read.to_string(),
            }]);
        }
        shown.to_string()
    }

    /// Factor and code of the currency that money is shown in.
    fn money(&self, asked: &str) -> Result<(f64, String), Refusal> {
        let own = &self.property.currency_code;
        if asked.is_empty() || asked == own {
            return Ok((1.0, own.clone()));
        }
        let rate = |code: &str| RATES.iter().find(|(known, _)| *known == code).map(|(_, rate)| *rate);
        let Some(wanted) = rate(asked) else {
            return Err(Refusal::invalid(format!("The currency code {asked} is not valid.")));
        };
        Ok((wanted / rate(own).unwrap_or(1.0), asked.to_owned()))
    }
}

/// What one euro is worth; practice rates that never change, so that reports stay the same.
const RATES: [(&str, f64); 18] = [
    ("EUR", 1.0),
    ("USD", 1.1),
    ("GBP", 0.85),
    ("CHF", 0.95),
    ("JPY", 160.0),
    ("SEK", 11.2),
    ("DKK", 7.46),
    ("PLN", 4.3),
    ("TRY", 42.0),
    ("CAD", 1.5),
    ("BRL", 6.0),
    ("MXN", 20.0),
    ("INR", 93.0),
    ("ILS", 4.0),
    ("AED", 4.04),
    ("SGD", 1.45),
    ("AUD", 1.65),
    ("ZAR", 20.0),
];

fn serve_prebuilt(prebuilt: &mut Prebuilt, asked: &RunReport, req: &ApiRequest) -> ApiReply {
    let size = |value: Option<i64>| value.and_then(|value| usize::try_from(value).ok());
    let offset = size(asked.offset).unwrap_or(0);
    let limit = size(asked.limit)
        .filter(|limit| *limit > 0)
        .unwrap_or(10_000)
        .min(plan::MAX_ROWS);
    let takes_gzip = req
        .header("accept-encoding")
        .is_some_and(|accepted| accepted.contains("gzip"));
    if takes_gzip {
        let page = prebuilt.page(offset, limit);
        ApiReply::raw_json(200, page.gzip.clone()).with_header("content-encoding", "gzip")
    } else {
        ApiReply::raw_json(200, prebuilt.json(offset, limit).into())
    }
}
