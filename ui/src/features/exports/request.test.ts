import { expect, test } from 'vitest';

import { runs } from './preview';
import { destinationOf, entriesOfRun, faultsOf, parseDestination, requestOf, splitNames, tookSeconds, type Entries } from './request';

const entries: Entries = {
  property: '310000002', dimensions: ['date'], metrics: ['sessions'], span: 'last28', from: '', to: '', kind: 'sqlite', file: '/tmp/a.db', table: '',
};

test('spans go to Google as its own words', () => {
  expect(requestOf(entries, 'c1')).toEqual({
    property: '310000002', dimensions: ['date'], metrics: ['sessions'], from: '28daysAgo', to: 'yesterday', destination: 'sqlite:/tmp/a.db', connection: 'c1',
  });
  expect(requestOf({ ...entries, span: 'custom', from: '2026-01-01', to: '2026-01-31' }, null)).toMatchObject({ from: '2026-01-01', to: '2026-01-31' });
});

test('each fault has its field', () => {
  expect(faultsOf(entries)).toEqual({});
  expect(faultsOf({ ...entries, property: null, metrics: [], dimensions: Array.from({ length: 10 }, String), file: ' ', span: 'custom', from: '2026-02-01', to: '2026-01-01' })).toEqual({
    property: 'missing', metrics: 'missing', dimensions: 'many', file: 'missing', dates: 'missing',
  });
});

test.each([
  { kind: 'sqlite', file: '/home/maya/a b.db', table: '' },
  { kind: 'sqlite', file: 'C:\\data\\a.db', table: 'täglich & mehr' },
  { kind: 'csv', file: '/tmp/a.csv', table: '' },
] as const)('$kind destinations come back as they went', (destination) => {
  expect(parseDestination(destinationOf(destination))).toEqual(destination);
});

test('a run can be used for a new export', () => {
  const [run] = runs();
  if (run === undefined) throw new Error('no sample');
  expect(faultsOf(entriesOfRun(run))).toEqual({});
  expect(requestOf(entriesOfRun(run), null)).toMatchObject({ from: run.from, to: run.to, destination: run.destination });
  expect(tookSeconds(run)).toBeCloseTo(36);
  expect(tookSeconds({ ...run, finished_at: null })).toBeNull();
});

test('names may be pasted together', () => {
  expect(splitNames('date, country;ga:pageviews\ncity')).toEqual(['date', 'country', 'ga:pageviews', 'city']);
});
