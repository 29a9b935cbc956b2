import { describe, expect, test } from 'vitest';

import type { PropertyRow, Series } from '../../lib/bindings';
import { change, figure, shortFigure, signedChange } from './figures';
import { distinctProperties, likelyProperty, propertyGroups } from './properties';
import { drawing, labelledPositions, niceTop } from './series';

const writing = { locale: 'en-GB', currency: 'GBP' };

describe('figures', () => {
  test.each([
    [24516, 'integer', '24,516'],
    [0.6243, 'ratio', '62.4%'],
    [118402.75, 'currency', '£118,402.75'],
    [64, 'seconds', '1m 4s'],
    [3.14159, 'decimal', '3.14'],
    [0, 'integer', '0'],
    [null, 'integer', '–'],
    [Number.NaN, 'currency', '–'],
  ] as const)('%s as %s', (value, format, text) => {
    expect(figure(value, format, writing)).toBe(text);
  });

  test('large amounts are short on a card', () => {
    expect(shortFigure(118402.75, 'currency', writing)).toMatch(/^£118\.4/);
    expect(shortFigure(24516, 'integer', writing)).toBe('24,516');
  });

  test('a currency that Intl does not know does not break the page', () => {
    expect(figure(1, 'currency', { locale: 'en-GB', currency: '' })).toMatch(/1\.00/);
  });
});

describe('changes', () => {
  const card = (value: number, previous: number | null, up_is_good: boolean | null = true, format: 'integer' | 'ratio' = 'integer') => ({ value, previous, format, up_is_good });

  test('down is bad news only where down is bad', () => {
    expect(change(card(941, 960), 'en-GB')).toEqual({ direction: 'down', size: '2.0%', tone: 'danger' });
    expect(change(card(941, 960, false), 'en-GB')?.tone).toBe('ok');
    expect(change(card(941, 960, null), 'en-GB')?.tone).toBe('note');
  });

  test('ratios change by points', () => {
    expect(change(card(0.624, 0.612, true, 'ratio'), 'en-GB')).toMatchObject({ direction: 'up', size: '1.2\u00a0pt' });
  });

  test('nothing to compare with is no change, and neither is what rounds to none', () => {
    expect(change(card(5, null), 'en-GB')).toBeNull();
    expect(change(card(5, 0), 'en-GB')).toBeNull();
    expect(change(card(100_001, 100_000), 'en-GB')?.direction).toBe('flat');
    expect(signedChange(5, 0, 'en-GB')).toBe('');
    expect(signedChange(1190, 733, 'en-GB')).toBe('+62.3%');
  });
});

describe('series', () => {
  const series: Series = {
    metric: 'activeUsers', label: 'Active users', dates: ['2026-11-20', '2026-11-21', '2026-11-22'], values: [10, 20, 3],
    compare_dates: ['2026-11-17', '2026-11-18'], compare_values: [7, 31], last_is_partial: true,
  };

  test('an unfinished day is drawn apart, joined to the day before', () => {
    const { subject, partial, compare } = drawing(series);
    expect(subject).toEqual([10, 20, null]);
    expect(partial).toEqual([null, 20, 3]);
    expect(compare).toEqual([7, 31, null]);
  });

  test('the scale begins at zero and ends above everything', () => {
    expect(drawing(series).top).toBeGreaterThanOrEqual(31);
    expect(drawing({ ...series, values: [], compare_values: [] }).top).toBe(1);
    for (const max of [0.3, 1, 7, 998, 1001, 123_456]) {
      expect(niceTop(max)).toBeGreaterThanOrEqual(max);
      expect(niceTop(max)).toBeLessThanOrEqual(max * 2.6);
    }
  });

  test('labels are spread and never more than asked for', () => {
    expect(labelledPositions(28, 7)).toEqual([0, 4, 8, 12, 16, 20, 24]);
    expect(labelledPositions(3, 10)).toEqual([0, 1, 2]);
    expect(labelledPositions(0, 10)).toEqual([]);
  });
});

describe('properties', () => {
  const row = (id: string, account: string, name: string, can_edit = false): PropertyRow => ({
    property_id: id, display_name: name, account_id: account, account_name: `Account ${account}`, connection_id: can_edit ? 'editor' : 'viewer', can_edit, client: null,
  });
  const collator = new Intl.Collator('en', { numeric: true });

  test('one that several connections reach is listed once, by the one that may edit', () => {
    const rows = distinctProperties([row('1', 'A', 'Shop'), row('1', 'A', 'Shop', true)]);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.connection_id).toBe('editor');
  });

  test('the first to be shown has a plain name, where one has', () => {
    const rows = [row('1', 'A', 'Zoo'), row('2', 'A', '=cmd|calc'), row('3', 'A', '"Quoted"'), row('4', 'A', 'Émile')];
    expect(likelyProperty(rows, [null, null], collator)?.property_id).toBe('4');
    expect(likelyProperty(rows, [null, '2'], collator)?.property_id).toBe('2');
    expect(likelyProperty(rows.slice(1, 2), [null], collator)?.property_id).toBe('2');
  });

  test('grouped by account, found by name, account or id', () => {
    const rows = [row('2', 'B', 'Zoo'), row('1', 'A', 'Shop 10'), row('3', 'A', 'Shop 9')];
    expect(propertyGroups(rows, '', collator).map((group) => group.properties.map((one) => one.display_name))).toEqual([['Shop 9', 'Shop 10'], ['Zoo']]);
    expect(propertyGroups(rows, 'account b', collator)).toHaveLength(1);
    expect(propertyGroups(rows, '3', collator)[0]?.properties[0]?.property_id).toBe('3');
  });
});

describe('properties of clients', () => {
  const row = (id: string, client: PropertyRow['client']): PropertyRow => ({
    property_id: id, display_name: `Site ${id}`, account_id: '1', account_name: 'Agency', connection_id: 'c', can_edit: false, client,
  });
  const mark = (name: string, group: string | null) => ({ id: name, name, group, colour: 1, letters: 'XX' });

  test('are grouped by client, those of a group first, and by account where there is none', () => {
    const rows = [row('1', null), row('2', mark('Acorn', null)), row('3', mark('Birch', 'Retail')), row('4', mark('Birch', 'Retail'))];
    const collator = new Intl.Collator('en');
    expect(propertyGroups(rows, '', collator).map((group) => [group.accountName, group.properties.length])).toEqual([['Birch', 2], ['Acorn', 1], ['Agency', 1]]);
    expect(propertyGroups(rows, 'acorn', collator).flatMap((group) => group.properties.map((one) => one.property_id))).toEqual(['2']);
  });
});
