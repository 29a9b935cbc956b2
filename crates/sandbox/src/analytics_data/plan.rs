//! A request, checked and made ready to run.
use super::columns::{Column, Making, Names};
use super::compatibility;
use super::dimensions::{DIMENSIONS, Dimension, Scope};
use super::expression::Expression;
use super::filter::{self, Node, OnDimension, Test};
use super::metrics::Metric;
use super::refusal::Refusal;
use super::request::{self, Aggregation, OrderType};

/// A named span of days, both ends included.
#[derive(Debug, Clone)]
pub struct Range {
    pub name: String,
    pub first: i32,
    pub last: i32,
    /// Realtime: minutes of the day, both ends included.
    pub minutes: Option<(u16, u16)>,
}

/// A metric of the answer.
#[derive(Debug, Clone)]
pub struct MetricUse {
    pub name: String,
    pub expression: Expression,
    pub invisible: bool,
}

/// What rows are ordered by.
#[derive(Debug, Clone, Copy)]
pub enum Order {
    Metric(usize),
    Dimension(usize, OrderType),
}

/// How deep a report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    Sessions,
    Events,
    Items,
}

/// Everything a run needs.
#[derive(Debug)]
pub struct Plan {
    pub columns: Vec<Column>,
    /// Place of the dateRange dimension among the answer's dimensions, when it has one.
    pub range_place: Option<usize>,
    pub ranges: Vec<Range>,
    pub metrics: Vec<MetricUse>,
    pub filter: Option<Node<OnDimension>>,
    pub metric_filter: Option<Node<(usize, Test)>>,
    pub orders: Vec<(Order, bool)>,
    pub offset: usize,
    pub limit: usize,
    pub aggregations: Vec<Aggregation>,
    pub keep_empty_rows: bool,
    pub return_quota: bool,
    pub depth: Depth,
    pub needs_events: bool,
    pub needs_people: bool,
    pub thresholded: bool,
    /// Factor from the property's currency to the one asked for.
    pub money: f64,
    pub currency_code: String,
    /// What names the report whatever its page, for those who page through it.
    pub question: String,
}

/// Google's limits.
const MAX_DIMENSIONS: usize = 9;
const MAX_METRICS: usize = 10;
const MAX_RANGES: usize = 4;
/// No answer has more rows, whatever limit is asked for.
pub const MAX_ROWS: usize = 250_000;
const DEFAULT_ROWS: usize = 10_000;

/// What names mean for the property and kind of report at hand.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary<'a> {
    pub names: &'a Names,
    pub realtime: bool,
}

const REALTIME_DIMENSIONS: [(&str, Dimension); 11] = [
    ("appVersion", Dimension::AppVersion),
    ("audienceName", Dimension::AudienceName),
    ("city", Dimension::City),
    ("country", Dimension::Country),
    ("deviceCategory", Dimension::DeviceCategory),
    ("eventName", Dimension::EventName),
    ("minutesAgo", Dimension::MinutesAgo),
    ("platform", Dimension::Platform),
    ("streamId", Dimension::StreamId),
    ("streamName", Dimension::StreamName),
    ("unifiedScreenName", Dimension::UnifiedScreenName),
];
const REALTIME_METRICS: [&str; 4] = ["activeUsers", "eventCount", "keyEvents", "screenPageViews"];

impl Vocabulary<'_> {
    /// A dimension by its API name.
    pub fn dimension(self, name: &str) -> Result<Dimension, Refusal> {
        let found = if self.realtime {
            REALTIME_DIMENSIONS
                .iter()
                .find(|(api_name, _)| *api_name == name)
                .map(|(_, dimension)| *dimension)
        } else {
            DIMENSIONS
                .iter()
                .find(|facts| facts.api_name == name)
                .map(|facts| facts.dimension)
                .or_else(|| {
                    let (prefix, parameter) = name.split_once(':')?;
                    let of_user = match prefix {
                        "customEvent" => false,
                        "customUser" => true,
                        _ => return None,
                    };
                    let place = self
                        .names
                        .custom
                        .iter()
                        .position(|custom| *custom == (parameter.to_owned(), of_user))?;
                    Some(Dimension::Custom(u16::try_from(place).ok()?))
                })
        };
        found.ok_or_else(|| Refusal::unknown("dimension", name))
    }

    /// A metric by its API name or expression.
    pub fn metric(self, asked: &request::Metric) -> Result<MetricUse, Refusal> {
        let text = if asked.expression.is_empty() {
            &asked.name
        } else {
            &asked.expression
        };
        if self.realtime && !REALTIME_METRICS.contains(&text.as_str()) {
            return Err(Refusal::unknown("metric", text));
        }
        if asked.name.is_empty() {
            return Err(Refusal::invalid("A metric must have a name."));
        }
        Ok(MetricUse {
            name: asked.name.clone(),
            expression: Expression::parse(text)?,
            invisible: asked.invisible,
        })
    }

    /// How a dimension of a request is made.
    pub fn making(self, asked: &request::Dimension) -> Result<Making, Refusal> {
        let Some(expression) = &asked.dimension_expression else {
            return Ok(Making::Plain(self.dimension(&asked.name)?));
        };
        match (&expression.lower_case, &expression.upper_case, &expression.concatenate) {
            (Some(case), None, None) => Ok(Making::Lower(self.dimension(&case.dimension_name)?)),
            (None, Some(case), None) => Ok(Making::Upper(self.dimension(&case.dimension_name)?)),
            (None, None, Some(joined)) => {
                let parts = joined
                    .dimension_names
                    .iter()
                    .map(|name| self.dimension(name))
                    .collect::<Result<_, _>>()?;
                Ok(Making::Concat(parts, joined.delimiter.clone()))
            }
            _ => Err(Refusal::invalid(
                "A DimensionExpression must have exactly one of lower_case, upper_case and concatenate.",
            )),
        }
    }
}

impl Plan {
    /// Checks a core or realtime request; `ranges` are read already.
    pub fn new(
        vocabulary: Vocabulary<'_>,
        asked: &request::RunReport,
        ranges: Vec<Range>,
        money: (f64, String),
    ) -> Result<Self, Refusal> {
        let mut plan = Self {
            columns: Vec::new(),
            range_place: None,
            ranges,
            metrics: Vec::new(),
            filter: None,
            metric_filter: None,
            orders: Vec::new(),
            offset: count("offset", asked.offset)?.unwrap_or(0),
            limit: count("limit", asked.limit)?
                .filter(|limit| *limit > 0)
                .unwrap_or(DEFAULT_ROWS)
                .min(MAX_ROWS),
            aggregations: asked.metric_aggregations.clone(),
            keep_empty_rows: asked.keep_empty_rows,
            return_quota: asked.return_property_quota,
            depth: Depth::Sessions,
            needs_events: false,
            needs_people: false,
            thresholded: false,
            money: money.0,
            currency_code: money.1,
            question: String::new(),
        };
        plan.take_fields(vocabulary, asked)?;
        plan.take_filters(vocabulary, asked)?;
        plan.take_orders(asked)?;
        plan.look_deep(vocabulary.realtime)?;
        Ok(plan)
    }

    fn take_fields(&mut self, vocabulary: Vocabulary<'_>, asked: &request::RunReport) -> Result<(), Refusal> {
        if asked.dimensions.len() > MAX_DIMENSIONS {
            return Err(Refusal::invalid(format!(
                "Requests are limited to {MAX_DIMENSIONS} dimensions; this request is for {}.",
                asked.dimensions.len()
            )));
        }
        if asked.metrics.len() > MAX_METRICS {
            return Err(Refusal::invalid(format!(
                "Requests are limited to {MAX_METRICS} metrics; this request is for {}.",
                asked.metrics.len()
            )));
        }
        if asked.metrics.is_empty() && asked.dimensions.is_empty() {
            return Err(Refusal::invalid(
                "A request must have at least one dimension or metric.",
            ));
        }
        for dimension in &asked.dimensions {
            if dimension.name == "dateRange" && dimension.dimension_expression.is_none() && !vocabulary.realtime {
                self.range_place = Some(self.columns.len());
                continue;
            }
            if self.columns.iter().any(|column| column.name == dimension.name) {
                return Err(Refusal::invalid(format!(
                    "The dimension {} is asked for twice.",
                    dimension.name
                )));
            }
            self.columns
                .push(Column::new(dimension.name.clone(), vocabulary.making(dimension)?));
        }
        if self.ranges.len() > 1 && self.range_place.is_none() {
            self.range_place = Some(self.columns.len());
        }
        for metric in &asked.metrics {
            if self.metrics.iter().any(|other| other.name == metric.name) {
                return Err(Refusal::invalid(format!(
                    "The metric {} is asked for twice.",
                    metric.name
                )));
            }
            self.metrics.push(vocabulary.metric(metric)?);
        }
        Ok(())
    }

    fn take_filters(&mut self, vocabulary: Vocabulary<'_>, asked: &request::RunReport) -> Result<(), Refusal> {
        if let Some(expression) = &asked.dimension_filter {
            let columns = &self.columns;
            let mut leaf = |name: &str, test: Test| {
                let made = columns
                    .iter()
                    .find(|column| column.name == name)
                    .map(|column| column.making().clone());
                let making = match made {
                    Some(making) => making,
                    None => Making::Plain(vocabulary.dimension(name)?),
                };
                Ok(OnDimension::new(Column::new(name.to_owned(), making), test))
            };
            self.filter = Some(filter::build(expression, &mut leaf)?);
        }
        if let Some(expression) = &asked.metric_filter {
            let metrics = &self.metrics;
            let mut leaf = |name: &str, test: Test| {
                let place = metrics.iter().position(|metric| metric.name == name);
                let place = place.ok_or_else(|| {
                    Refusal::invalid(format!(
                        "The metric filter names {name}, which the request does not ask for."
                    ))
                })?;
                if !matches!(test, Test::Compare(..) | Test::Between(..)) {
                    return Err(Refusal::invalid("Metric filters must be numeric or between filters."));
                }
                Ok((place, test))
            };
            self.metric_filter = Some(filter::build(expression, &mut leaf)?);
        }
        Ok(())
    }

    fn take_orders(&mut self, asked: &request::RunReport) -> Result<(), Refusal> {
        for order in &asked.order_bys {
            let by = match (&order.metric, &order.dimension, &order.pivot) {
                (Some(metric), None, None) => {
                    let place = self.metrics.iter().position(|one| one.name == metric.metric_name);
                    Order::Metric(place.ok_or_else(|| not_asked(&metric.metric_name))?)
                }
                (None, Some(dimension), None) => {
                    let place = if dimension.dimension_name == "dateRange" && self.range_place.is_some() {
                        self.columns.len()
                    } else {
                        self.columns
                            .iter()
                            .position(|column| column.name == dimension.dimension_name)
                            .ok_or_else(|| not_asked(&dimension.dimension_name))?
                    };
                    Order::Dimension(place, dimension.order_type)
                }
                _ => {
                    return Err(Refusal::invalid(
                        "An OrderBy must have exactly one of metric and dimension.",
                    ));
                }
            };
            self.orders.push((by, order.desc));
        }
        Ok(())
    }

    fn look_deep(&mut self, realtime: bool) -> Result<(), Refusal> {
        let mut dimensions: Vec<Dimension> = self
            .columns
            .iter()
            .flat_map(|column| column.making().dimensions().to_vec())
            .collect();
        let mut leaves = Vec::new();
        if let Some(filter) = &self.filter {
            filter.leaves(&mut leaves);
        }
        dimensions.extend(leaves.iter().flat_map(|leaf| leaf.column.making().dimensions()));
        let mut metrics: Vec<Metric> = Vec::new();
        for metric in &self.metrics {
            metric.expression.metrics(&mut metrics);
        }
        if !realtime {
            compatibility::check(&dimensions, &metrics)?;
        }
        self.depth = match dimensions.iter().map(|dimension| dimension.scope()).max() {
            _ if realtime => Depth::Events,
            Some(Scope::Item) => Depth::Items,
            Some(Scope::Event) => Depth::Events,
            _ => Depth::Sessions,
        };
        self.thresholded = dimensions.iter().any(|dimension| dimension.is_thresholded());
        self.needs_events = self.depth > Depth::Sessions || metrics.iter().any(|metric| metric.needs_events());
        self.needs_people = self.thresholded || metrics.iter().any(|metric| metric.counts_people());
        Ok(())
    }
}

fn not_asked(name: &str) -> Refusal {
    Refusal::invalid(format!(
        "The order by names {name}, which the request does not ask for."
    ))
}

fn count(name: &str, value: Option<i64>) -> Result<Option<usize>, Refusal> {
    value
        .map(|value| {
            usize::try_from(value).map_err(|_| Refusal::invalid(format!("The {name} must not be negative: {value}")))
        })
        .transpose()
}

/// Reads the date ranges of a core report; `today` is the property's.
pub fn ranges(asked: &[request::DateRange], today: i32) -> Result<Vec<Range>, Refusal> {
    if asked.is_empty() {
        return Err(Refusal::invalid("A request must have at least one date range."));
    }
    if asked.len() > MAX_RANGES {
        return Err(Refusal::invalid(format!(
            "Requests are limited to {MAX_RANGES} dateRanges; this request is for {}.",
            asked.len()
        )));
    }
    let mut ranges: Vec<Range> = Vec::new();
    for (place, range) in asked.iter().enumerate() {
        let read = |text: &str| {
            super::calendar::parse(text, today).ok_or_else(|| {
                Refusal::invalid(format!(
                    "Did not understand date `{text}`. Dates must be YYYY-MM-DD, NdaysAgo, yesterday or today."
                ))
            })
        };
        let (first, last) = (read(&range.start_date)?, read(&range.end_date)?);
        if first > last {
            return Err(Refusal::invalid(format!(
                "Dates must be in order: the start date {} is after the end date {}.",
                range.start_date, range.end_date
            )));
        }
        let reserved = ["date_range_", "RESERVED_"]
            .iter()
            .any(|prefix| range.name.starts_with(prefix));
        if reserved || (!range.name.is_empty() && ranges.iter().any(|other| other.name == range.name)) {
            return Err(Refusal::invalid(format!(
                "The date range name `{}` cannot be used.",
                range.name
            )));
        }
        let name = if range.name.is_empty() {
            format!("date_range_{place}")
        } else {
            range.name.clone()
        };
        ranges.push(Range {
            name,
            first,
            last,
            minutes: None,
        });
    }
    Ok(ranges)
}
