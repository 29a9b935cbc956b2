import { describe, expect, test } from 'vitest';

import type { ConnectionView, ProvisionRunView } from '../../lib/bindings';
import { entriesOf, faultsOf, likelyConnection, requestOf, type Entries } from './form';
import { countryName, likelyCountry, likelyCurrency, offsetMinutes, timeZoneLabel, timeZones } from './places';
import { request, runView } from './preview';
import { noSteps, stepMarks, timeLeft, unfinished, withStep } from './steps';
import { parseWebsite } from './website';

const entries: Entries = {
  website: 'www.shop.example/', accountName: ' Shop ', propertyName: '', country: 'GB', timeZone: 'Europe/London', currency: 'GBP', connection: 'c1',
};

describe('the website', () => {
  test.each([
    ['shop.example', 'https://shop.example'],
    [' HTTP://Shop.example/ ', 'http://shop.example'],
    ['https://shop.example:8443/de', 'https://shop.example:8443/de'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['bücher.example', 'https://xn--bcher-kva.example'],
  ])('%s is understood', (typed, url) => {
    expect(parseWebsite(typed)).toMatchObject({ ok: true, url });
  });

  test.each([
    ['', 'empty'],
    ['ftp://shop.example', 'scheme'],
    ['javascript://x', 'scheme'],
    ['shop', 'invalid'],
    ['https://user:secret@shop.example', 'invalid'],
    ['not a site', 'invalid'],
  ])('%s is refused', (typed, reason) => {
    expect(parseWebsite(typed)).toEqual({ ok: false, reason });
  });
});

describe('the form', () => {
  test('a property without a name is called as the business is', () => {
    expect(faultsOf(entries)).toEqual({});
    expect(requestOf(entries)).toMatchObject({ account_name: 'Shop', property_name: 'Shop', website: 'https://www.shop.example' });
  });

  test('each fault is told at its field', () => {
    expect(faultsOf({ ...entries, website: '', accountName: ' ', propertyName: 'x'.repeat(101), country: '' })).toEqual({
      website: 'website_empty', accountName: 'name_missing', propertyName: 'name_long', country: 'choose',
    });
  });

  test('a request comes back as the entries it was made of', () => {
    expect(requestOf(entriesOf(request))).toEqual(request);
  });

  test('the connection that may configure is offered first', () => {
    const connection = (id: string, allowed: ConnectionView['allowed'], state: ConnectionView['state'] = 'ready') => ({ id, allowed, state }) as ConnectionView;
    expect(likelyConnection([connection('a', ['view']), connection('b', ['configure'], 'needs_sign_in'), connection('c', ['view', 'configure'])])).toBe('c');
    expect(likelyConnection([connection('a', ['view'])])).toBe('a');
    expect(likelyConnection([])).toBe('');
  });
});

describe('steps', () => {
  const states = (...done: ('ticket' | 'terms' | 'account' | 'property' | 'data_stream' | 'snippet')[]) =>
    done.reduce((steps, step) => withStep(steps, step, 'done', null), noSteps());
  const marks = (started: boolean, steps = noSteps(), signedIn = true) => stepMarks(started, steps, signedIn).map((mark) => mark.state);

  test('one mark is now, those before are done, those after to come', () => {
    expect(marks(false)).toEqual(['done', 'now', 'planned', 'planned', 'planned', 'planned']);
    expect(marks(false, noSteps(), false)).toEqual(['now', 'planned', 'planned', 'planned', 'planned', 'planned']);
    expect(marks(true)).toEqual(['done', 'done', 'now', 'planned', 'planned', 'planned']);
    expect(marks(true, states('ticket', 'terms'))).toEqual(['done', 'done', 'now', 'planned', 'planned', 'planned']);
    expect(marks(true, states('ticket', 'terms', 'account', 'property'))).toEqual(['done', 'done', 'done', 'done', 'now', 'planned']);
    expect(marks(true, states('ticket', 'terms', 'account', 'property', 'data_stream', 'snippet'))).toEqual(Array(6).fill('done'));
  });

  test('a failed step is marked where it failed', () => {
    expect(marks(true, withStep(states('ticket'), 'terms', 'failed', null))[2]).toBe('failed');
  });

  test('finished runs are not offered, the newest comes first', () => {
    const run = (part: Partial<ProvisionRunView>) => runView(part);
    expect(unfinished([
      run({ id: 'old', updated_at: '2026-11-01T00:00:00Z' }), run({ id: 'done', state: 'done' }), run({ id: 'dead', resumable: false }), run({ id: 'new', updated_at: '2026-11-02T00:00:00Z' }),
    ]).map((one) => one.id)).toEqual(['new', 'old']);
  });

  test('time runs out at zero', () => {
    expect(timeLeft('2026-11-22T10:15:00Z', new Date('2026-11-22T10:00:01Z'))).toEqual({ minutes: 14, seconds: 59 });
    expect(timeLeft('2026-11-22T10:15:00Z', new Date('2026-11-22T11:00:00Z'))).toEqual({ minutes: 0, seconds: 0 });
  });
});

describe('places', () => {
  const winter = new Date('2026-01-15T12:00:00Z');
  test('offsets are those of the day', () => {
    expect(offsetMinutes('Asia/Kolkata', winter)).toBe(330);
    expect(offsetMinutes('Europe/London', new Date('2026-07-15T12:00:00Z'))).toBe(60);
    expect(timeZoneLabel('America/New_York', winter)).toBe('(GMT−05:00) New York');
  });

  test('the system’s own zone is always offered', () => {
    expect(timeZones(winter, 'Etc/GMT+3').some((zone) => zone.value === 'Etc/GMT+3')).toBe(true);
  });

  test('a locale suggests a country and its currency', () => {
    expect(likelyCountry('de-AT')).toBe('AT');
    expect(likelyCountry('de')).toBe('');
    expect(likelyCurrency('AT')).toBe('EUR');
    expect(likelyCurrency('GB')).toBe('GBP');
    expect(countryName('GB', 'en')).toBe('United Kingdom');
  });
});
