import { describe, expect, test } from 'vitest';

import type { ConnectionView, ProvisionRunView, ProvisionStep } from '../../lib/bindings';
import { entriesOf, faultsOf, fieldOf, likelyConnection, PLAIN, requestOf, usesOptions, type Entries } from './form';
import { locksOf } from './locks';
import { consentExpected, countryName, likelyCountry, likelyCurrency, offsetMinutes, timeZoneLabel, timeZones } from './places';
import { plan, proof, request, result, runView } from '../../test/sample-provisioning';
import { elapsed, finished, hasMade, optionalFailure, plannedSteps, provenBy, stepMarks, stepsOf, unfinished, withFailure, type StepStates } from './steps';
import { parseWebsite } from './website';

const entries: Entries = {
  ...PLAIN,
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
    const full: typeof request = {
      ...request, analytics: { kind: 'account', account_id: '51' }, country: '', property_name: 'Shop', android_package: 'com.example.shop', ios_bundle: 'com.example.Shop', template: 'shop',
      enhanced_measurement: null, wait_for_consent: false, google_ads_customer: '123-456-7890', people: [{ email: 'a@b.example', role: 'analyst' }],
      container: { kind: 'existing', container: 'GTM-1' }, client: { kind: 'existing', id: 'c' }, skip: ['publish'],
    };
    expect(requestOf(entriesOf(full))).toEqual(full);
    expect([usesOptions(entriesOf(request)), usesOptions(entriesOf(full))]).toEqual([false, true]);
  });

  test('apps alone need no website; a property that is there needs no business name', () => {
    expect(faultsOf({ ...entries, website: '', iosBundle: 'com.example.shop' })).toEqual({});
    expect(faultsOf({ ...entries, accountName: '', country: '', timeZone: '', currency: '', analytics: 'property', analyticsProperty: '3' })).toEqual({});
    expect(faultsOf({ ...entries, country: '', timeZone: '', analytics: 'account', analyticsAccount: '3' })).toEqual({ timeZone: 'choose' });
    expect(faultsOf({ ...entries, analytics: 'account', container: 'existing' })).toEqual({ analytics: 'choose_account', container: 'choose_container' });
  });

  test('consent is waited for where it is expected, unless the person or the template says otherwise', () => {
    expect(requestOf(entries).wait_for_consent).toBe(true);
    expect(requestOf({ ...entries, country: 'US' }).wait_for_consent).toBe(false);
    expect(requestOf({ ...entries, waitForConsent: false }).wait_for_consent).toBe(false);
    expect(requestOf({ ...entries, template: 'shop' }).wait_for_consent).toBeNull();
    expect(requestOf({ ...entries, template: 'shop', country: 'US' }, false, { consent: true, enhanced: false })).toMatchObject({ wait_for_consent: null, enhanced_measurement: null });
    expect(requestOf({ ...entries, template: 'shop' }, false, {})).toMatchObject({ wait_for_consent: true, enhanced_measurement: true });
    expect([consentExpected('DE'), consentExpected('NO'), consentExpected('CH'), consentExpected('JP')]).toEqual([true, true, true, false]);
  });

  test('a problem of the engine’s finds its control', () => {
    const at = (field: string) => fieldOf({ field, message: '', remedy: '' });
    expect([at('account_name'), at('people[1].email'), at('container.account_id'), at('connection')]).toEqual(['accountName', 'people', 'container', undefined]);
  });

  test('rows of people without an address are not sent', () => {
    expect(requestOf({ ...entries, people: [{ email: ' ', role: 'viewer' }, { email: ' a@b.example ', role: 'admin' }] }).people).toEqual([{ email: 'a@b.example', role: 'admin' }]);
  });

  test('the connection that may configure is offered first', () => {
    const connection = (id: string, allowed: ConnectionView['allowed'], state: ConnectionView['state'] = 'ready') => ({ id, allowed, state, kind: 'user' }) as ConnectionView;
    expect(likelyConnection([connection('a', ['view']), connection('b', ['configure'], 'needs_sign_in'), connection('c', ['view', 'configure'])])).toBe('c');
    expect(likelyConnection([connection('a', ['view'])])).toBe('a');
    expect(likelyConnection([])).toBe('');
  });
});

describe('steps', () => {
  const begun = plannedSteps(plan.steps);
  const after = (last: (typeof plan.steps)[number]['step'], base = begun): StepStates => {
    const order = plan.steps.map((one) => one.step);
    return stepsOf(order.slice(0, order.indexOf(last) + 1).map((step) => ({ step, state: 'done', outcome: null })), base);
  };
  const marks = (part: Partial<Parameters<typeof stepMarks>[0]>) =>
    stepMarks({ signedIn: true, begun: true, steps: begun, complete: true, proven: null, ...part }).map((mark) => mark.state).join(' ');

  test('eight marks: one is now, those before are done, those after to come', () => {
    expect(marks({ begun: false })).toBe('done now planned planned planned planned planned planned');
    expect(marks({ begun: false, signedIn: false })).toBe('planned now planned planned planned planned planned planned');
    expect(marks({ signedIn: false })).toBe('now done planned planned planned planned planned planned');
    expect(marks({})).toBe('done done now planned planned planned planned planned');
    expect(marks({ steps: after('terms') })).toBe('done done now planned planned planned planned planned');
    expect(marks({ steps: after('property') })).toBe('done done done done now planned planned planned');
    expect(marks({ steps: after('tags') })).toBe('done done done done done done now planned');
  });

  test('the last is done once a visitor was seen, not before', () => {
    expect(marks({ steps: after('client') })).toBe('done done done done done done done now');
    expect(marks({ steps: after('client'), proven: false })).toBe('done done done done done done done now');
    expect(marks({ steps: after('client'), proven: true })).toBe('done done done done done done done done');
  });

  test('what a set-up does not need is left out, and nothing is while its steps are unknown', () => {
    const bare = stepsOf([{ step: 'property', state: 'planned', outcome: null }, { step: 'data_stream', state: 'planned', outcome: null }, { step: 'publish', state: 'skipped', outcome: null }]);
    expect(marks({ steps: bare })).toBe('done done skipped now planned skipped skipped planned');
    expect(marks({ steps: { ticket: { state: 'running', outcome: null, at: null } }, complete: false })).toBe('done done now planned planned planned planned planned');
  });

  test('a failed step is marked where it failed, named or not', () => {
    expect(marks({ steps: withFailure(after('ticket')) })).toBe('done done failed planned planned planned planned planned');
    expect(marks({ steps: stepsOf([{ step: 'tags', state: 'failed', outcome: null }], after('workspace')) })).toBe('done done done done done failed planned planned');
  });

  test('an outcome that was told once stays', () => {
    const told = stepsOf([{ step: 'account', state: 'done', outcome: '51' }]);
    expect(stepsOf([{ step: 'account', state: 'done', outcome: null }], told).account).toMatchObject({ state: 'done', outcome: '51' });
  });

  test('going on is offered once something exists at Google', () => {
    expect([hasMade(begun), hasMade(after('terms')), hasMade(after('account'))]).toEqual([false, false, true]);
  });

  test('a visitor is seen by count or by time', () => {
    expect([provenBy(null), provenBy(proof), provenBy({ ...proof, active_users: 0 }), provenBy({ ...proof, active_users: 0, first_seen_at: null })]).toEqual([null, true, true, false]);
  });

  test('finished runs are not offered, the newest comes first', () => {
    const run = (part: Partial<ProvisionRunView>) => runView(part);
    expect(unfinished([
      run({ id: 'old', updated_at: '2026-11-01T00:00:00Z' }), run({ id: 'done', state: 'done' }), run({ id: 'dead', resumable: false }), run({ id: 'new', updated_at: '2026-11-02T00:00:00Z' }),
    ]).map((one) => one.id)).toEqual(['new', 'old']);
  });

  test('finished runs are listed with their results', () => {
    expect(finished([runView(), runView({ id: 'a', state: 'done', result }), runView({ id: 'b', state: 'done', result, updated_at: '2026-12-01T00:00:00Z' })]).map((run) => run.id)).toEqual(['b', 'a']);
  });

  test('time waited begins at zero', () => {
    const from = new Date('2026-11-22T10:00:00Z');
    expect([elapsed(from, new Date('2026-11-22T10:02:12Z')), elapsed(from, new Date('2026-11-22T09:59:00Z'))]).toEqual([132, 0]);
  });
});

describe('what was made stays', () => {
  const begun = plannedSteps(plan.steps);
  const after = (...done: ProvisionStep[]) => locksOf(stepsOf(done.map((step) => ({ step, state: 'done', outcome: null })), begun), entries);

  test('each field is open until its step is done', () => {
    expect([...after()].sort()).toEqual(['connection', 'template']);
    expect([...after('ticket', 'terms', 'account')].sort()).toEqual(['accountName', 'analytics', 'connection', 'country', 'dialect', 'template']);
    expect(['propertyName', 'timeZone', 'currency', 'website'].map((field) => after('ticket', 'account', 'property').has(field as 'website'))).toEqual([true, true, true, false]);
    expect([after('data_stream').has('website'), after('data_stream').has('container'), after('container').has('container')]).toEqual([true, false, true]);
  });

  test('without a new account the business’s name is open until the property is there', () => {
    const named = (done: ProvisionStep[]) => locksOf(stepsOf(done.map((step) => ({ step, state: 'done', outcome: null }))), { analytics: 'account' }).has('accountName');
    expect([named([]), named(['property'])]).toEqual([false, true]);
  });

  test('only a step that the rest can do without is left out', () => {
    const failing = (step: ProvisionStep) => optionalFailure(stepsOf([{ step, state: 'failed', outcome: null }], begun));
    expect([failing('publish'), failing('container'), failing('people'), optionalFailure(begun)]).toEqual(['publish', undefined, 'people', undefined]);
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
