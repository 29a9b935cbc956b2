// A sample file and a sample batch for previews and tests.
import type { BatchPlan, BatchRowPlan, BatchRowState, BatchRowView, BatchView, ProvisionRequest, ProvisionResult } from '../../lib/bindings';
import type { FakeHost } from '../../test/fake-host';

const NAMES = ['Harbour Bakery', 'Corvin Cycles', '<b>Farrow</b> & Sons', 'Linden Dental', 'Oakfield Yoga', 'Pelham Plumbing', 'Quayside Books', 'Rowan Florist', 'Saltmarsh Brewery with a very long name indeed', 'Tern Optics'];
const site = (name: string) => `https://www.${name.toLowerCase().replace(/[^a-z]+/g, '-').replace(/^-|-$/g, '')}.example`;

const request = (name: string): ProvisionRequest => ({
  connection: 'c1', sign_in_first: false, analytics: { kind: 'new_account' }, account_name: name, property_name: name, website: site(name), android_package: null, ios_bundle: null,
  time_zone: 'Europe/London', currency: 'GBP', country: 'GB', template: 'shop', enhanced_measurement: null, wait_for_consent: null, google_ads_customer: null, people: [],
  container: { kind: 'new', account_id: null }, client: { kind: 'by_name' }, skip: [], dialect: 'ga4',
});

const result = (index: number): ProvisionResult => ({
  account_id: `${284310380 + index}`, property_id: `${310000010 + index}`, data_stream_id: `${990 + index}`, measurement_id: `G-7K2M${index}QX9P${index}`, app_streams: [],
  container: { account_id: '6001', container_id: `${71 + index}`, public_id: `GTM-N6Z${index}RKP`, name: 'site', version_id: '2', published: true, existing: false },
  snippet: '<script></script>', noscript: null, client_id: null, analytics_calls: 24, tag_manager_calls: 6,
});

export function plan(anyway: readonly number[] = []): BatchPlan {
  const rows = NAMES.map((name, index): BatchRowPlan => ({
    line: index + 2, request: index === 3 ? { ...request(name), website: 'linden dental' } : request(name), group: index % 2 ? 'Retail' : null,
    problems: index === 3 ? [{ field: 'website', message: '“linden dental” is not the address of a website.', remedy: 'Write it as https://www.example.com.' }] : [],
    duplicate: index === 7 ? 'Line 4 has the same website.' : null, anyway: index === 7 && anyway.includes(9), resumes: index === 5 ? 'run-5' : null, made: false,
  }));
  return {
    columns: ['Kunde', 'Webseite', 'Zeitzone', 'Branche'], mapping: { account_name: 'Kunde', website: 'Webseite', time_zone: 'Zeitzone', group: 'Branche' },
    fields: ['account_name', 'property_name', 'website', 'time_zone', 'currency', 'country', 'group', 'template', 'android_package', 'ios_bundle', 'tag_manager_account', 'container', 'google_ads_customer', 'wait_for_consent'],
    delimiter: ';', rows, right: anyway.includes(9) ? 9 : 8, wrong: 1, duplicates: anyway.includes(9) ? 0 : 1, analytics_calls: 192, tag_manager_calls: 48, seconds: 200, quota_note: null, resumes: null, digest: 'd1',
  };
}

const STATES: BatchRowState[] = ['done', 'waiting_for_data', 'waiting_for_data', 'failed', 'building', 'building', 'waiting_for_terms', 'draft', 'draft', 'draft'];
export function batch(running: boolean): BatchView {
  const rows = NAMES.map((name, index): BatchRowView => {
    const state = STATES[index] ?? 'draft';
    return {
      line: index + 2, name, website: site(name), state: running || state === 'failed' || index < 3 ? state : 'draft', run_id: index < 7 ? `run-${index}` : null,
      problem: state === 'failed' ? 'You did not accept the Terms of Service, so no account was created. Resume the set-up to see them again.' : null,
      doing: running && state === 'building' ? 'Creating custom dimensions' : null,
      terms: running && state === 'waiting_for_terms' ? { id: 'terms-6', url: 'https://analytics.google.com/analytics/web/#/termsofservice/x' } : null,
      result: index < 3 ? result(index) : null,
    };
  });
  return {
    id: running ? 'batch-1' : 'batch-2', name: running ? 'clients.csv' : 'spring.csv', template: 'shop', connection: 'maya@brightwater.example', created_at: new Date(Date.now() - 900_000).toISOString(),
    updated_at: new Date(Date.now() - 5_000).toISOString(), rows, running, finished: false, eta_seconds: running ? 180 : null, waiting_until: null,
  };
}

/** Links handed out, one client without a Tag Manager account, and Google's day spent. */
export function paused(): BatchView {
  const known = batch(true);
  const rows = known.rows.map((row, index): BatchRowView => {
    if (index === 5) return { ...row, state: 'waiting_for_tag_manager', doing: 'Looking for a Tag Manager account' };
    if (index < 6 || index === 9) return row;
    return { ...row, state: 'waiting_for_terms', doing: 'Waiting for the Terms of Service', terms: { id: `terms-${index}`, url: 'https://analytics.google.com/analytics/web/#/termsofservice/x' } };
  });
  return { ...known, id: 'batch-3', name: 'links.csv', rows, waiting_until: new Date(Date.now() + 5 * 3_600_000).toISOString() };
}

/** All is made. */
export function ended(): BatchView {
  const known = batch(false);
  const rows = known.rows.map((row, index): BatchRowView => ({ ...row, state: index < 8 ? 'done' : 'waiting_for_data', problem: null, result: result(index) }));
  return { ...known, id: 'batch-4', name: 'autumn.csv', rows, finished: true };
}

export function prepare(host: FakeHost): void {
  host.answers['batches.list'] = () => [batch(true), batch(false), paused(), ended()];
  host.answers['batches.plan'] = ({ anyway }) => plan(anyway);
  host.answers['batches.export'] = ({ path }) => ({ path, rows: 10 });
}
