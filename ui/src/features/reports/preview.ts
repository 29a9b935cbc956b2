// A sample report for previews and tests.
import type { OverviewReport, OverviewReportRequest } from '../../lib/bindings';
import type { FakeHost } from '../../test/fake-host';
import { dayIn, everyDay, precedingRange, presetRange, type DateRange } from './dates';

const wave = (index: number, base: number, swing: number) => Math.round(base + swing * Math.sin(index * 0.9) + (index % 7 > 4 ? -base * 0.25 : 0));

export function report(request: OverviewReportRequest): OverviewReport {
  const today = dayIn('Europe/London', new Date());
  const length = Number(/^(\d+)daysAgo$/.exec(request.from)?.[1] ?? 27) + 1;
  const range: DateRange = request.from.includes('-') ? { from: request.from, to: request.to } : { ...presetRange('last28', today), from: everyDay({ from: '2026-01-01', to: today }).at(-length) ?? today };
  const before = precedingRange(range);
  const days = everyDay(range);
  const column = (metric: string, label: string, format: 'integer' | 'ratio' | 'currency') => ({ metric, label, format });
  const columns = [column('activeUsers', 'Active users', 'integer'), column('sessions', 'Sessions', 'integer'), column('engagementRate', 'Engagement rate', 'ratio'), column('totalRevenue', 'Revenue', 'currency')];
  const sources = ['(direct) / (none)', 'google / organic', 'google / cpc', 'newsletter / email', 'bing / organic', 'instagram / social', '=cmd|calc', '<img src=x onerror=alert(1)> / referral', ''];
  const pages = ['/', '/road-bikes', '/autumn-sale', '/bike-fitting', '/gravel-2027', '/workshop', '/متجر', '(other)'];
  const rows = (names: string[]) => names.map((value, index) => ({ value, metrics: [Math.round(5214 / (index * 0.7 + 1)), Math.round(7802 / (index * 0.7 + 1)), 0.61 - index * 0.02, 14208.4 / (index + 1)] }));
  return {
    property_id: request.property, property_name: 'Corvin Cycles', time_zone: 'Europe/London', currency: 'GBP',
    from: range.from, to: range.to, compare_from: request.compare ? before.from : null, compare_to: request.compare ? before.to : null,
    cards: [
      { metric: 'activeUsers', label: 'Active users', value: 24516, previous: request.compare ? 22637 : null, format: 'integer', up_is_good: true },
      { metric: 'sessions', label: 'Sessions', value: 31204, previous: request.compare ? 29410 : null, format: 'integer', up_is_good: true },
      { metric: 'engagementRate', label: 'Engagement rate', value: 0.624, previous: request.compare ? 0.612 : null, format: 'ratio', up_is_good: true },
      { metric: 'keyEvents', label: 'Key events', value: 941, previous: request.compare ? 960 : null, format: 'integer', up_is_good: true },
    ],
    series: {
      metric: 'activeUsers', label: 'Active users', dates: days,
      values: days.map((_, index) => (index === days.length - 1 ? 214 : wave(index, 860, 140))),
      compare_dates: request.compare ? everyDay(before) : [], compare_values: request.compare ? days.map((_, index) => wave(index + 3, 740, 90)) : [],
      last_is_partial: range.to === today,
    },
    breakdowns: [
      { title: 'Traffic sources', dimension: 'sessionSourceMedium', dimension_label: 'Source / medium', columns, rows: rows(sources), totals: [24516, 31204, 0.624, 118402.75], row_count: 214 },
      { title: 'Pages', dimension: 'pagePath', dimension_label: 'Page path', columns, rows: rows(pages), totals: [24516, 31204, 0.624, 118402.75], row_count: 1806 },
    ],
    badges: [
      { kind: 'sampled', label: 'Sampled: 62 % of events', explanation: 'Google computed these figures from 62 % of the events. A shorter range is counted whole.' },
      { kind: 'thresholded', label: 'Small groups hidden', explanation: 'Google leaves out rows that would show too few people.' },
      { kind: 'today_incomplete', label: 'Today is not complete', explanation: 'Today’s figures grow until midnight in the property’s time zone.' },
    ],
    as_of: new Date().toISOString(), stale_because: null, tokens: { consumed: 34, left_this_hour: 12790, left_today: 190000 },
  };
}

export function prepare(host: FakeHost): void {
  host.answers['reports.overview'] = (request) => report(request);
  host.answers['reports.metadata'] = () =>
    [
      ['date', 'Date', false], ['country', 'Country', false], ['city', 'City', false], ['pagePath', 'Page path', false], ['sessionSourceMedium', 'Session source / medium', false],
      ['activeUsers', 'Active users', true], ['sessions', 'Sessions', true], ['keyEvents', 'Key events', true], ['totalRevenue', 'Total revenue', true],
    ].map(([api_name, ui_name, is_metric]) => ({
      api_name: String(api_name), ui_name: String(ui_name), description: '', category: 'Time', is_metric: is_metric === true, is_custom: false,
    }));
}
