//! One big answer made once and then served as the same compressed bytes to everybody, so that a benchmark measures
//! clients and not the sandbox.
use std::io::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use super::calendar;
use super::request::RunReport;
use super::visits::mix;
use super::vocabulary::{self as words, BROWSERS, CITIES, DEVICES, SOURCES};
use super::{Model, PropertyFacts};

/// Dimensions of the pre-built answer, in order. Date, source and page together name a row.
pub const DIMENSIONS: [&str; 8] = [
    "date",
    "country",
    "city",
    "deviceCategory",
    "operatingSystem",
    "browser",
    "sessionSourceMedium",
    "pagePath",
];
/// Metrics of the pre-built answer, in order.
pub const METRICS: [&str; 3] = ["sessions", "screenPageViews", "userEngagementDuration"];

const DAYS: usize = 90;

/// A property with a pre-built answer.
#[derive(Debug, Clone)]
pub(super) struct Prebuilt {
    rows: usize,
    last_day: i32,
    frame: String,
    /// Compressed pages by (offset, limit).
    pages: Vec<((usize, usize), Arc<Page>)>,
}

/// One page of it.
#[derive(Debug)]
pub(super) struct Page {
    pub json_bytes: usize,
    pub gzip: Bytes,
}

/// Makes the answer (`rows` x 8 dimensions + 3 metrics) for a property and keeps it; from then on a runReport of exactly
/// these dimensions and metrics answers with it, whatever its dates and order. Returns (rows, JSON bytes, gzip bytes) of
/// the answer to the first 250,000 rows.
pub fn build(model: &Model, property: &PropertyFacts, rows: usize, now: jiff::Timestamp) -> (usize, usize, usize) {
    let (today, _) = calendar::local(now, &calendar::zone(&property.time_zone));
    let frame = serde_json::json!({ "currencyCode": property.currency_code, "timeZone": property.time_zone });
    let rows = rows.min(DAYS * SOURCES.len() * words::PAGE_COUNT);
    let mut prebuilt = Prebuilt {
        rows,
        last_day: today - 1,
        frame: frame.to_string(),
        pages: Vec::new(),
    };
    let page = prebuilt.page(0, super::plan::MAX_ROWS);
    let sizes = (rows, page.json_bytes, page.gzip.len());
    super::lock(&model.prebuilt).insert(property.id.clone(), prebuilt);
    sizes
}

impl Prebuilt {
    /// Whether a request asks for exactly the pre-built fields.
    pub fn answers(request: &RunReport) -> bool {
        request.dimensions.len() == DIMENSIONS.len()
            && request.metrics.len() == METRICS.len()
            && request
                .dimensions
                .iter()
                .zip(DIMENSIONS)
                .all(|(asked, name)| asked.name == name)
            && request
                .metrics
                .iter()
                .zip(METRICS)
                .all(|(asked, name)| asked.name == name)
            && request.dimension_filter.is_none()
            && request.metric_filter.is_none()
            && request.date_ranges.len() == 1
    }

    /// A page, compressed on the first call.
    pub fn page(&mut self, offset: usize, limit: usize) -> Arc<Page> {
        if let Some((_, page)) = self.pages.iter().find(|(key, _)| *key == (offset, limit)) {
            return Arc::clone(page);
        }
        let json = self.json(offset, limit);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        // Writing into memory does not fail.
        let _ = encoder.write_all(&json);
        let gzip = encoder.finish().unwrap_or_default();
        let page = Arc::new(Page {
            json_bytes: json.len(),
            gzip: gzip.into(),
        });
        self.pages.push(((offset, limit), Arc::clone(&page)));
        page
    }

    /// A page as plain JSON.
    pub fn json(&self, offset: usize, limit: usize) -> Vec<u8> {
        let end = self.rows.min(offset.saturating_add(limit));
        let mut out = Vec::with_capacity(end.saturating_sub(offset) * 420 + 1_024);
        let dimensions = DIMENSIONS.map(|name| format!("{{\"name\":\"{name}\"}}")).join(",");
        let types = ["TYPE_INTEGER", "TYPE_INTEGER", "TYPE_SECONDS"];
        let metrics: Vec<String> = METRICS
            .iter()
            .zip(types)
            .map(|(name, kind)| format!("{{\"name\":\"{name}\",\"type\":\"{kind}\"}}"))
            .collect();
        let _ = write!(
            out,
            "{{\"dimensionHeaders\":[{dimensions}],\"metricHeaders\":[{}]",
            metrics.join(",")
        );
        let paths: Vec<String> = (0..words::PAGE_COUNT).map(words::page_path).collect();
        let dates: Vec<u32> = (0_i32..90)
            .map(|back| calendar::day(self.last_day - 89 + back).compact())
            .collect();
        for row in offset..end {
            out.extend_from_slice(if row == offset { b",\"rows\":[" } else { b"," });
            Self::row(row, &paths, &dates, &mut out);
        }
        if end > offset {
            out.push(b']');
        }
        let _ = write!(
            out,
            ",\"rowCount\":{},\"metadata\":{},\"kind\":\"analyticsData#runReport\"}}",
            self.rows, self.frame
        );
        out
    }

    fn row(row: usize, paths: &[String], dates: &[u32], out: &mut Vec<u8>) {
        let hash = mix(row as u64);
        let pick = |shift: u32, count: usize| usize::try_from((hash >> shift) % count as u64).unwrap_or_default();
        let path = &paths[row % paths.len()];
        let date = dates[row / paths.len() % DAYS];
        let source = &SOURCES[row / (paths.len() * DAYS) % SOURCES.len()];
        let city = &CITIES[pick(0, CITIES.len())];
        let device = &DEVICES[pick(8, DEVICES.len())];
        let browser = BROWSERS[pick(16, BROWSERS.len())];
        let sessions = 1 + pick(24, 40);
        let views = sessions + pick(32, 90);
        let seconds = views * (3 + pick(40, 50));
        let _ = write!(
            out,
            "{{\"dimensionValues\":[{{\"value\":\"{date}\"}},{{\"value\":\"{}\"}},{{\"value\":\"{}\"}},\
             {{\"value\":\"{}\"}},{{\"value\":\"{}\"}},{{\"value\":\"{browser}\"}},{{\"value\":\"{} / {}\"}},\
             {{\"value\":\"{path}\"}}],\"metricValues\":[{{\"value\":\"{sessions}\"}},{{\"value\":\"{views}\"}},\
             {{\"value\":\"{seconds}\"}}]}}",
            city.country, city.city, device.category, device.system, source.source, source.medium
        );
    }
}
