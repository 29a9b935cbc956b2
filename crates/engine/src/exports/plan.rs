//! What is to be exported, checked before anything is sent.

use std::path::PathBuf;

use gantry_destinations::{Address, Column, ColumnKind, TableSpec};
use google_apis::analytics_data::{DateRange, Dimension, Metric, MetricHeader, OrderBy, RunReportRequest};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dto::exports::ExportRequest;
use crate::error::{Error, ErrorCode, Result};
use crate::reports::{dates, property_number, understand};

/// Rows per request: the most that Google gives (Data API, `RunReportRequest.limit`).
pub(super) const ROWS_PER_CALL: u64 = 250_000;

/// A checked request.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Digits.
    pub(super) property_id: String,
    pub(super) dimensions: Vec<String>,
    pub(super) metrics: Vec<String>,
    /// As asked for: a date, or a day counted from today.
    pub(super) from: String,
    pub(super) to: String,
    /// With the table's name, where it is a table.
    pub(super) destination: Address,
    notes: Vec<String>,
}

/// The query, as the record of runs keeps it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Spec {
    pub(super) dimensions: Vec<String>,
    pub(super) metrics: Vec<String>,
    #[serde(default)]
    pub(super) notes: Vec<String>,
}

impl Plan {
    pub(super) fn of(request: &ExportRequest) -> Result<Self> {
        let property_id = property_number(&request.property)?;
        let fields = understand(&request.dimensions, &request.metrics)?;
        for (what, named) in [("dimension", &fields.dimensions), ("metric", &fields.metrics)] {
            if named.is_empty() {
                return Err(Error::invalid(
                    format!("The export names no {what}."),
                    "Name at least one dimension and one metric: rows are found again by their dimensions.",
                ));
            }
        }
        dates::check(request.from.trim())?;
        dates::check(request.to.trim())?;
        let destination = whole(request.destination.trim().parse().map_err(|error| {
            Error::invalid(
                format!("{error}."),
                "For instance: sqlite:/home/you/site.db?table=daily, or csv:site.csv.",
            )
        })?)?;
        let destination = with_table(destination, &property_id);
        Ok(Self {
            property_id,
            dimensions: fields.dimensions,
            metrics: fields.metrics,
            from: request.from.trim().to_owned(),
            to: request.to.trim().to_owned(),
            destination,
            notes: fields.notes,
        })
    }

    /// The request for the rows from `offset` on, of the days `days`. In the order of the dimensions, so that pages fit
    /// together and rows reach the table in the order of its key.
    pub(super) fn request(&self, days: (String, String), offset: u64) -> RunReportRequest {
        RunReportRequest {
            dimensions: self.dimensions.iter().map(|name| Dimension::named(name)).collect(),
            metrics: self.metrics.iter().map(|name| Metric::named(name)).collect(),
            date_ranges: vec![DateRange {
                start_date: days.0,
                end_date: days.1,
                name: None,
            }],
            order_bys: self.dimensions.iter().map(|name| OrderBy::rising(name)).collect(),
            offset: (offset > 0).then_some(offset),
            limit: Some(ROWS_PER_CALL),
            ..RunReportRequest::default()
        }
    }

    /// The table for a report with these metric headers.
    pub(super) fn table(&self, headers: &[MetricHeader]) -> TableSpec {
        let name = match &self.destination {
            Address::Sqlite { table: Some(table), .. } => table.clone(),
            Address::Sqlite { table: None, .. } | Address::Csv { .. } => default_table(&self.property_id),
        };
        let key = |name: &String| Column {
            name: name.clone(),
            kind: ColumnKind::Text,
            key: true,
        };
        let value = |name: &String| {
            let header = headers.iter().find(|header| header.name == *name);
            // Seconds, currency, ratios and distances come with fractions.
            let kind = match header.map(|header| header.kind.as_str()) {
                Some("TYPE_INTEGER") => ColumnKind::Integer,
                _ => ColumnKind::Real,
            };
            Column {
                name: name.clone(),
                kind,
                key: false,
            }
        };
        TableSpec {
            name,
            columns: self
                .dimensions
                .iter()
                .map(key)
                .chain(self.metrics.iter().map(value))
                .collect(),
        }
    }

    /// Whether an export of `property_id` to `destination` filled the table that this one fills, with other rows: two
    /// properties' rows in one table would replace each other wherever their dimensions agree.
    pub(super) fn shares_table(&self, destination: &str, property_id: &str) -> bool {
        let Ok(other) = destination.parse().map(|address| with_table(address, property_id)) else {
            return false;
        };
        let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
        match (&self.destination, &other) {
            (
                Address::Sqlite {
                    path,
                    table: Some(table),
                },
                Address::Sqlite {
                    path: other_path,
                    table: Some(other_table),
                },
            ) => {
                // SQLite does not tell DAILY from daily.
                property_id != self.property_id
                    && table.eq_ignore_ascii_case(other_table)
                    && real(path) == real(other_path)
            }
            _ => false,
        }
    }

    pub(super) fn file_exists(&self) -> bool {
        let (Address::Sqlite { path, .. } | Address::Csv { path }) = &self.destination;
        path.exists()
    }

    pub(super) fn spec(&self) -> Result<Value> {
        self.spec_with_notes(&[])
    }

    pub(super) fn spec_with_notes(&self, notes: &[String]) -> Result<Value> {
        let spec = Spec {
            dimensions: self.dimensions.clone(),
            metrics: self.metrics.clone(),
            notes: self.notes.iter().chain(notes).cloned().collect(),
        };
        serde_json::to_value(spec).map_err(|error| {
            Error::new(
                ErrorCode::Internal,
                "The export could not be written down.",
                "Report this.",
            )
            .with_details(error)
        })
    }
}

fn default_table(property_id: &str) -> String {
    format!("report_{property_id}")
}

/// The address with the table's name in it: a table is the same one whether it was named or not.
fn with_table(address: Address, property_id: &str) -> Address {
    match address {
        Address::Sqlite { path, table } => Address::Sqlite {
            path,
            table: table.or_else(|| Some(default_table(property_id))),
        },
        csv @ Address::Csv { .. } => csv,
    }
}

/// The address with an absolute path: the record of runs is read from elsewhere.
fn whole(address: Address) -> Result<Address> {
    let absolute = |path: PathBuf| {
        std::path::absolute(&path).map_err(|error| {
            Error::invalid(
                format!("{} is not a path.", path.display()),
                "Write the file's whole path.",
            )
            .with_details(error)
        })
    };
    Ok(match address {
        Address::Sqlite { path, table } => Address::Sqlite {
            path: absolute(path)?,
            table,
        },
        Address::Csv { path } => Address::Csv { path: absolute(path)? },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> ExportRequest {
        ExportRequest {
            property: "properties/123".to_owned(),
            dimensions: vec!["date".to_owned(), " country".to_owned()],
            metrics: vec!["activeUsers".to_owned(), "averageSessionDuration".to_owned()],
            from: "28daysAgo".to_owned(),
            to: "yesterday".to_owned(),
            destination: "sqlite:/tmp/site.db".to_owned(),
            connection: None,
        }
    }

    #[test]
    fn the_table_is_typed_by_the_reports_own_headers() {
        let plan = Plan::of(&request()).unwrap();
        let header = |name: &str, kind: &str| MetricHeader {
            name: name.to_owned(),
            kind: kind.to_owned(),
        };
        let table = plan.table(&[
            header("activeUsers", "TYPE_INTEGER"),
            header("averageSessionDuration", "TYPE_SECONDS"),
        ]);
        let columns: Vec<_> = table.columns.iter().map(|c| (c.name.as_str(), c.kind, c.key)).collect();
        assert_eq!(table.name, "report_123");
        assert_eq!(
            columns,
            [
                ("date", ColumnKind::Text, true),
                ("country", ColumnKind::Text, true),
                ("activeUsers", ColumnKind::Integer, false),
                ("averageSessionDuration", ColumnKind::Real, false)
            ]
        );
    }

    #[test]
    fn a_table_is_the_same_one_whether_it_was_named_or_not() {
        let plan = |destination: &str| {
            let destination = destination.to_owned();
            Plan::of(&ExportRequest {
                destination,
                ..request()
            })
            .unwrap()
        };
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite:{}", folder.path().join("site.db").display());
        let elsewhere = format!("sqlite:{}", folder.path().join("other.db").display());
        let unnamed = plan(&file);
        assert_eq!(unnamed.destination.to_string(), format!("{file}?table=report_123"));
        assert!(!unnamed.shares_table(&file, "9"), "tables differ");
        assert!(unnamed.shares_table(&format!("{file}?table=Report_123"), "9"));
        assert!(!unnamed.shares_table(&format!("{elsewhere}?table=report_123"), "9"));
        assert!(!unnamed.shares_table("csv:site.csv", "9"));
        let named = plan(&format!("{file}?table=report_9"));
        assert!(named.shares_table(&file, "9"));
        assert!(
            !named.shares_table(&format!("{file}?table=report_9"), "123"),
            "its own rows"
        );
    }

    #[test]
    fn pages_are_asked_for_in_the_order_of_the_key() {
        let plan = Plan::of(&request()).unwrap();
        let page = plan.request(("2026-01-01".to_owned(), "2026-01-31".to_owned()), 250_000);
        assert_eq!((page.offset, page.limit), (Some(250_000), Some(250_000)));
        assert_eq!(page.order_bys, [OrderBy::rising("date"), OrderBy::rising("country")]);
    }

    #[test]
    fn old_names_are_translated_and_noted() {
        let old = ExportRequest {
            metrics: vec!["ga:pageviews".to_owned()],
            ..request()
        };
        let plan = Plan::of(&old).unwrap();
        assert_eq!(plan.metrics, ["screenPageViews"]);
        let spec: Spec = serde_json::from_value(plan.spec().unwrap()).unwrap();
        assert_eq!(spec.notes.len(), 1);
    }

    #[test]
    fn a_wrong_request_is_refused_before_anything_is_sent() {
        let wrong: [fn(&mut ExportRequest); 6] = [
            |request| request.property = "UA-1-1".to_owned(),
            |request| request.dimensions.clear(),
            |request| request.metrics.clear(),
            |request| request.metrics = (0..11).map(|n| format!("m{n}")).collect(),
            |request| request.from = "last week".to_owned(),
            |request| request.destination = "postgres://x".to_owned(),
        ];
        for spoil in wrong {
            let mut request = request();
            spoil(&mut request);
            let error = Plan::of(&request).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRequest, "{request:?}");
            assert!(!error.remedy.is_empty());
        }
    }
}
