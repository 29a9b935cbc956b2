// Routes, formats, errors: functions without a host.
import { describe, expect, test } from 'vitest';

import { errorView, HostError } from './host';
import { treatmentOf } from './errors';
import { initials, moment, plural, span } from './format';
import { readerLocale } from './locale';
import { hrefOf, parseRoute } from './router.svelte';
import { refusal } from '../test/fake-host';

describe('a route', () => {
  test.each([
    ['', { page: 'overview', id: null }],
    ['#/containers', { page: 'containers', id: null }],
    ['#/containers/GTM-AB12', { page: 'containers', id: 'GTM-AB12' }],
    ['#/settings/oauth-clients', { page: 'settings', id: 'oauth-clients' }],
    ['#/nowhere/1', { page: 'overview', id: null }],
    ['#/reports/%E0%A4%A', { page: 'reports', id: null }],
  ])('%s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });

  test('survives ids with slashes and markup', () => {
    const id = 'https://a.example/?x=<b>#1';
    expect(parseRoute(hrefOf('reports', id))).toEqual({ page: 'reports', id });
  });

  test('of a page that does not exist leads to the overview', () => {
    expect(hrefOf('rollouts')).toBe('#/overview');
  });
});

describe('times', () => {
  const now = new Date(2026, 10, 22, 12, 0);
  test('tell the day only when it is another', () => {
    expect(moment(new Date(2026, 10, 22, 9, 41), now)).toMatch(/^0?9:41/);
    expect(moment(new Date(2026, 10, 20, 20, 14), now)).toMatch(/^Fri/);
    expect(moment(new Date(2026, 9, 14, 8, 0), now)).toMatch(/Oct 14|14 Oct/);
    expect(moment(new Date(2025, 9, 14, 8, 0), now)).toContain('2025');
  });
  test('of tonight are hours, though the date is tomorrow’s', () => {
    expect(moment(new Date(2026, 10, 23, 8, 0), now)).toMatch(/^0?8:00/);
  });
  test.each([[0, '0 s'], [38, '38 s'], [100, '100 s'], [240, '4 min'], [3600, '1 h'], [4800, '1 h 20 min']])('%i s is %s', (seconds, text) => {
    expect(span(seconds)).toBe(text);
  });
});

test('counts choose their form', () => {
  expect([plural(0, '# call', '# calls'), plural(1, '# call', '# calls'), plural(2310, '# call', '# calls')]).toEqual(['0 calls', '1 call', '2,310 calls']);
});

test('initials are letters, whatever the name holds', () => {
  expect([initials('Maya Okafor'), initials('ops@brightwater.example'), initials('<b>x</b>'), initials('🌿'), initials('مخبز النخيل')]).toEqual(['MO', 'OP', 'BX', '?', 'ما']);
});

describe('an error', () => {
  test('of the engine is shown as it is', () => {
    const view = refusal({ code: 'conflict' });
    expect(errorView(new HostError(view))).toBe(view);
    expect(errorView(view)).toBe(view);
  });
  test('of the page itself says so and keeps the reason', () => {
    expect(errorView(new TypeError('x is undefined'))).toMatchObject({ code: 'internal', details: 'x is undefined' });
  });
  test('of a newer engine is treated as grave', () => {
    expect(treatmentOf({ ...refusal({ code: 'internal' }), code: 'from_the_future' as 'internal' }).severity).toBe('danger');
  });
});

describe('the reader’s locale', () => {
  test.each([[['C'], 'en-GB'], [['C', 'de-AT'], 'de-AT'], [['en_US.UTF-8', ''], 'en-GB'], [['fr'], 'fr']])('of %j is %s', (languages, locale) => {
    expect(readerLocale(languages)).toBe(locale);
  });
});
