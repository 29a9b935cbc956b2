"""google-analytics-data over REST, and google-api-python-client, judge the sandbox's reports."""

import pytest
from google.analytics import data_v1beta as data
from google.api_core import exceptions

from answers import document, judged
from conftest import ADMIN, NEWCOMER

READ = ["analytics.readonly"]
DOCUMENT = document("analyticsdata.v1beta")
MONTH = data.DateRange(start_date="28daysAgo", end_date="yesterday")
TOTAL = data.MetricAggregation.TOTAL
Match = data.Filter.StringFilter.MatchType


@pytest.fixture
def client(google):
    return google.data(google.credentials(ADMIN, READ))


@pytest.fixture
def properties(google):
    admin = google.admin_beta(google.credentials(ADMIN, READ))
    return [p.property for a in admin.list_account_summaries() for p in a.property_summaries]


@pytest.fixture
def busy(client, properties):
    """A property with visits in the last month."""
    for name in properties:
        if total(client.run_report(ask(name, [], ["sessions"])))[0] > 500:
            return name
    raise AssertionError("no property has visits")


def ask(name, dimensions, metrics, **more):
    more.setdefault("date_ranges", [MONTH])
    more.setdefault("metric_aggregations", [TOTAL])
    more.setdefault("limit", 100_000)
    return data.RunReportRequest(
        property=name,
        dimensions=[data.Dimension(name=d) for d in dimensions],
        metrics=[data.Metric(name=m) for m in metrics],
        **more,
    )


def numbers(row):
    return [float(value.value) for value in row.metric_values]


def total(report):
    return numbers(report.totals[0])


def sums(report):
    return [sum(column) for column in zip(*(numbers(row) for row in report.rows))]


ADDITIVE = ["sessions", "engagedSessions", "newUsers", "screenPageViews", "eventCount", "keyEvents", "totalRevenue"]


@pytest.mark.parametrize("dimension", ["date", "country", "city", "deviceCategory", "sessionSourceMedium", "landingPage"])
def test_rows_sum_to_the_total_by_any_breakdown(client, busy, dimension):
    plain = total(client.run_report(ask(busy, [], ADDITIVE)))
    by = client.run_report(ask(busy, [dimension], ADDITIVE))
    assert by.row_count == len(by.rows)
    assert total(by) == pytest.approx(plain)
    assert sums(by) == pytest.approx(plain)


def test_a_person_counts_once(client, busy):
    by_day = client.run_report(ask(busy, ["date"], ["activeUsers"]))
    assert total(by_day)[0] < sums(by_day)[0]


def test_headers_metadata_and_kind(client, busy):
    report = client.run_report(ask(busy, ["country"], ["sessions", "bounceRate", "totalRevenue", "averageSessionDuration"]))
    assert [h.name for h in report.dimension_headers] == ["country"]
    kinds = [data.MetricType.TYPE_INTEGER, data.MetricType.TYPE_FLOAT, data.MetricType.TYPE_CURRENCY, data.MetricType.TYPE_SECONDS]
    assert [h.type_ for h in report.metric_headers] == kinds
    assert report.kind == "analyticsData#runReport"
    assert len(report.metadata.currency_code) == 3 and report.metadata.time_zone


def test_ranges_are_compared_side_by_side(client, busy):
    before = data.DateRange(start_date="56daysAgo", end_date="29daysAgo", name="before")
    report = client.run_report(ask(busy, ["deviceCategory"], ["sessions"], date_ranges=[MONTH, before]))
    assert [h.name for h in report.dimension_headers] == ["deviceCategory", "dateRange"]
    assert {row.dimension_values[1].value for row in report.rows} == {"date_range_0", "before"}
    assert len(report.totals) == 2
    alone = client.run_report(ask(busy, ["deviceCategory"], ["sessions"], date_ranges=[before]))
    assert numbers(report.totals[1]) == total(alone)


def test_filters(client, busy):
    def filtered(expression):
        return client.run_report(ask(busy, ["country", "deviceCategory"], ["sessions"], dimension_filter=expression))

    def text(field, value, kind=Match.EXACT, case=False):
        return data.FilterExpression(
            filter=data.Filter(
                field_name=field,
                string_filter=data.Filter.StringFilter(value=value, match_type=kind, case_sensitive=case),
            )
        )

    def listed(field, *values):
        return data.FilterExpression(
            filter=data.Filter(field_name=field, in_list_filter=data.Filter.InListFilter(values=values))
        )

    whole = total(client.run_report(ask(busy, [], ["sessions"])))[0]
    mobile = total(filtered(text("deviceCategory", "MOBILE")))[0]
    other = total(filtered(data.FilterExpression(not_expression=text("deviceCategory", "mobile"))))[0]
    assert 0 < mobile < whole and mobile + other == whole
    assert not filtered(text("deviceCategory", "MOBILE", case=True)).rows
    both = data.FilterExpressionList(expressions=[text("deviceCategory", "mob", Match.BEGINS_WITH), listed("country", "Germany", "france")])
    rows = filtered(data.FilterExpression(and_group=both)).rows
    assert {r.dimension_values[0].value for r in rows} <= {"Germany", "France"}
    either = data.FilterExpressionList(expressions=[text("deviceCategory", "tab(let)?", Match.FULL_REGEXP), text("deviceCategory", "esk", Match.CONTAINS)])
    assert total(filtered(data.FilterExpression(or_group=either)))[0] == other
    numeric = data.FilterExpression(
        filter=data.Filter(
            field_name="sessions",
            between_filter=data.Filter.BetweenFilter(
                from_value=data.NumericValue(int64_value=5), to_value=data.NumericValue(double_value=50.5)
            ),
        )
    )
    report = client.run_report(ask(busy, ["city"], ["sessions"], metric_filter=numeric))
    assert report.rows and all(5 <= numbers(row)[0] <= 50 for row in report.rows)


def test_order_limit_and_offset(client, busy):
    by_date = data.OrderBy(dimension=data.OrderBy.DimensionOrderBy(dimension_name="date"), desc=True)
    by_views = data.OrderBy(metric=data.OrderBy.MetricOrderBy(metric_name="screenPageViews"))
    whole = client.run_report(ask(busy, ["date", "country"], ["screenPageViews"], order_bys=[by_date, by_views]))
    keys = [(r.dimension_values[0].value, -numbers(r)[0]) for r in whole.rows]
    assert keys == sorted(keys, reverse=True)
    paged = []
    while len(paged) < whole.row_count:
        page = client.run_report(
            ask(busy, ["date", "country"], ["screenPageViews"], order_bys=[by_date, by_views], limit=70, offset=len(paged))
        )
        assert page.row_count == whole.row_count and len(page.rows) <= 70
        paged += page.rows
    assert paged == list(whole.rows)
    numeric = data.OrderBy(
        dimension=data.OrderBy.DimensionOrderBy(
            dimension_name="hour", order_type=data.OrderBy.DimensionOrderBy.OrderType.NUMERIC
        )
    )
    hours = client.run_report(ask(busy, ["hour"], ["sessions"], order_bys=[numeric]))
    assert [int(r.dimension_values[0].value) for r in hours.rows] == sorted(int(r.dimension_values[0].value) for r in hours.rows)


def test_aggregations_and_quota(client, busy):
    every = [TOTAL, data.MetricAggregation.MINIMUM, data.MetricAggregation.MAXIMUM, data.MetricAggregation.COUNT]
    report = client.run_report(ask(busy, ["date"], ["sessions"], metric_aggregations=every, return_property_quota=True))
    values = [numbers(row)[0] for row in report.rows]
    assert (numbers(report.minimums[0])[0], numbers(report.maximums[0])[0]) == (min(values), max(values))
    assert report.totals[0].dimension_values[0].value == "RESERVED_TOTAL"
    quota = report.property_quota
    assert 0 < quota.tokens_per_hour.consumed < 10 and quota.tokens_per_day.remaining < 200_000
    assert quota.tokens_per_project_per_hour.remaining < 14_000 and quota.concurrent_requests.remaining == 10


def test_batch(client, busy):
    one, two = ask(busy, ["date"], ["sessions"]), ask(busy, ["country"], ["eventCount"])
    batch = client.batch_run_reports(data.BatchRunReportsRequest(property=busy, requests=[one, two]))
    assert batch.kind == "analyticsData#batchRunReports"
    assert batch.reports[0] == client.run_report(one) and batch.reports[1] == client.run_report(two)
    with pytest.raises(exceptions.BadRequest):
        client.batch_run_reports(data.BatchRunReportsRequest(property=busy, requests=[one] * 6))


def test_realtime(client, busy):
    request = data.RunRealtimeReportRequest(
        property=busy,
        dimensions=[data.Dimension(name="minutesAgo")],
        metrics=[data.Metric(name="activeUsers"), data.Metric(name="eventCount")],
        minute_ranges=[data.MinuteRange(start_minutes_ago=29, end_minutes_ago=0)],
        return_property_quota=True,
    )
    report = client.run_realtime_report(request)
    assert report.kind == "analyticsData#runRealtimeReport"
    assert all(0 <= int(row.dimension_values[0].value) < 30 for row in report.rows)
    assert report.property_quota.tokens_per_hour.remaining
    with pytest.raises(exceptions.BadRequest):
        client.run_realtime_report(
            data.RunRealtimeReportRequest(property=busy, metrics=[data.Metric(name="sessions")])
        )


def test_metadata_and_compatibility(client, busy):
    common = client.get_metadata(name="properties/0/metadata")
    own = client.get_metadata(name=f"{busy}/metadata")
    names = {dimension.api_name for dimension in common.dimensions}
    assert names <= {dimension.api_name for dimension in own.dimensions}
    assert len(names) >= 60 and len(common.metrics) >= 50
    assert all(m.ui_name and m.description and m.category for m in [*common.metrics, *common.dimensions])
    answer = client.check_compatibility(
        data.CheckCompatibilityRequest(property=busy, dimensions=[data.Dimension(name="itemName")])
    )
    words = {m.metric_metadata.api_name: m.compatibility for m in answer.metric_compatibilities}
    assert words["itemRevenue"] == data.Compatibility.COMPATIBLE
    assert words["sessions"] == data.Compatibility.INCOMPATIBLE
    with pytest.raises(exceptions.BadRequest, match="Please remove itemName"):
        client.run_report(ask(busy, ["itemName"], ["sessions"]))


BAD = [
    (ask("p", ["nonsense"], ["sessions"]), "Field nonsense is not a valid dimension"),
    (ask("p", ["date"], ["nonsense"]), "Field nonsense is not a valid metric"),
    (ask("p", ["date"], ["sessions"], date_ranges=[data.DateRange(start_date="soon", end_date="today")]), "date"),
    (ask("p", ["date"], ["sessions"], date_ranges=[MONTH] * 5), "dateRanges"),
    (ask("p", ["date"], ["sessions"], limit=-1), "limit"),
    (ask("p", "date country city region browser hour day month year week".split(), ["sessions"]), "9 dimensions"),
]


@pytest.mark.parametrize("request_,message", BAD, ids=[b[1] for b in BAD])
def test_what_google_refuses_is_refused(client, busy, request_, message):
    request_.property = busy
    with pytest.raises(exceptions.BadRequest, match=message):
        client.run_report(request_)


def test_another_ones_property_is_closed(google, busy):
    stranger = google.data(google.credentials(NEWCOMER, READ))
    with pytest.raises(exceptions.Forbidden, match="User does not have sufficient permissions for this property"):
        stranger.run_report(ask(busy, ["date"], ["sessions"]))
    unscoped = google.data(google.credentials(ADMIN, ["tagmanager.readonly"]))
    with pytest.raises(exceptions.Forbidden, match="insufficient authentication scopes"):
        unscoped.run_report(ask(busy, ["date"], ["sessions"]))


def test_answers_are_as_the_discovery_document_says(google, busy):
    api = google.discovery("analyticsdata", "v1beta", google.credentials(ADMIN, READ)).properties()
    body = {
        "dimensions": [{"name": "country"}],
        "metrics": [{"name": "sessions"}, {"name": "perUser", "expression": "eventCount/activeUsers"}],
        "dateRanges": [{"startDate": "7daysAgo", "endDate": "today"}],
        "metricAggregations": ["TOTAL", "MINIMUM"],
        "limit": "5",
        "returnPropertyQuota": True,
    }
    report = judged(DOCUMENT, api.runReport(property=busy, body=body))
    assert len(report["rows"]) == 5 and report["rowCount"] > 5
    assert report["metricHeaders"][1] == {"name": "perUser", "type": "TYPE_FLOAT"}
    empty = judged(DOCUMENT, api.runReport(property=busy, body={**body, "dateRanges": [{"startDate": "2016-01-01", "endDate": "2016-01-02"}], "metricAggregations": []}))
    assert "rows" not in empty and "rowCount" not in empty
    judged(DOCUMENT, api.batchRunReports(property=busy, body={"requests": [body]}))
    judged(DOCUMENT, api.getMetadata(name=f"{busy}/metadata"))
    judged(DOCUMENT, api.checkCompatibility(property=busy, body={"metrics": [{"name": "advertiserAdCost"}]}))
    realtime = {"metrics": [{"name": "eventCount"}], "dimensions": [{"name": "country"}], "metricAggregations": ["TOTAL"]}
    judged(DOCUMENT, api.runRealtimeReport(property=busy, body=realtime))


def test_a_quarter_of_a_million_rows(client, google, busy):
    prebuilt = google.control("POST", "/prebuilt", {"property": int(busy.removeprefix("properties/")), "rows": 250_000})
    assert prebuilt["rows"] == 250_000
    dimensions = ["date", "country", "city", "deviceCategory", "operatingSystem", "browser", "sessionSourceMedium", "pagePath"]
    metrics = ["sessions", "screenPageViews", "userEngagementDuration"]
    report = client.run_report(ask(busy, dimensions, metrics, limit=3, offset=249_998, metric_aggregations=[]))
    assert report.row_count == 250_000 and len(report.rows) == 2
