import { describe, expect, test } from 'vitest';

import { dayIn, daysIn, everyDay, formatRange, precedingRange, presetRange, presetWords, rangeFault } from './dates';

test('today is the property’s, not the reader’s', () => {
  const now = new Date('2026-11-22T23:30:00Z');
  expect(dayIn('Pacific/Auckland', now)).toBe('2026-11-23');
  expect(dayIn('America/Los_Angeles', now)).toBe('2026-11-22');
  expect(dayIn('Not/AZone', now)).toBe('2026-11-22');
});

describe('presets', () => {
  test('have as many days as they say, both ends counted', () => {
    expect(daysIn(presetRange('last7', '2026-03-01'))).toBe(7);
    expect(presetRange('last28', '2026-11-22')).toEqual({ from: '2026-10-26', to: '2026-11-22' });
    expect(presetRange('thisMonth', '2026-11-22')).toEqual({ from: '2026-11-01', to: '2026-11-22' });
    expect(presetRange('lastMonth', '2028-03-15')).toEqual({ from: '2028-02-01', to: '2028-02-29' });
  });

  test('are asked in Google’s words where those exist', () => {
    expect(presetWords('last28', '2026-11-22')).toEqual({ from: '27daysAgo', to: 'today' });
    expect(presetWords('lastMonth', '2026-11-22')).toEqual({ from: '2026-10-01', to: '2026-10-31' });
  });
});

test('the period before has the same length and touches the range', () => {
  const range = { from: '2026-03-01', to: '2026-03-10' };
  const before = precedingRange(range);
  expect(before).toEqual({ from: '2026-02-19', to: '2026-02-28' });
  expect(daysIn(before)).toBe(daysIn(range));
});

test('days over a change of clocks are not lost', () => {
  expect(everyDay({ from: '2026-03-28', to: '2026-03-30' })).toEqual(['2026-03-28', '2026-03-29', '2026-03-30']);
});

test.each([
  [{ from: '', to: '2026-11-22' }, 'missing'],
  [{ from: '2026-11-22', to: '2026-11-21' }, 'order'],
  [{ from: '2026-11-01', to: '2026-11-23' }, 'future'],
  [{ from: '2015-01-01', to: '2026-11-01' }, 'early'],
  [{ from: '2026-11-01', to: '2026-11-22' }, null],
])('%o is refused as %s', (range, fault) => {
  expect(rangeFault(range, '2026-11-22')).toBe(fault);
});

test('a range of another year names its year', () => {
  expect(formatRange({ from: '2026-10-26', to: '2026-11-22' }, 'en-GB', '2026-11-22').replaceAll(/\s/g, ' ')).toBe('26 Oct – 22 Nov');
  expect(formatRange({ from: '2025-10-26', to: '2025-11-22' }, 'en-GB', '2026-11-22')).toMatch(/2025/);
});
