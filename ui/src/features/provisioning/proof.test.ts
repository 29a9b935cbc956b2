// The end of a set-up: the snippet taken along, and the first visitor seen.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { app } from '../../lib/app.svelte';
import { dateTime } from '../../lib/format';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { showPage } from '../../test/page';
import { sampleHost } from '../../test/sample-host';
import { proof, result, runView, snippet } from '../../test/sample-provisioning';
import { draft, freshEntries } from './draft.svelte';
import Page from './Page.svelte';
import { HINTS } from './preview';

type Host = ReturnType<typeof sampleHost>;
const done = runView({ id: 'run-9', state: 'done', result, resumable: false, steps: (['terms', 'publish', 'snippet'] as const).map((step) => ({ step, state: 'done' as const, outcome: step === 'publish' ? '1' : null, at: '2026-11-22T09:44:12Z' })) });
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));

async function show(before: (host: Host) => void = () => undefined) {
  const host = sampleHost('agency');
  host.answers['provisioning.runs'] = () => [done];
  before(host);
  host.use();
  app.connections.follow();
  showPage(Page, 'run-9');
  await screen.findByRole('heading', { name: /Your site is set up|Your first visit/ });
  return host;
}

function clipboard() {
  const written = vi.fn((_: string) => Promise.resolve());
  Object.defineProperty(navigator, 'clipboard', { value: { writeText: written }, configurable: true });
  return written;
}

beforeEach(() => {
  app.connections.clear();
  draft.entries = freshEntries('en');
  draft.dismissed = null;
});

describe('the snippet', () => {
  test('is copied part by part, and as an e-mail', async () => {
    const written = clipboard();
    const host = await show();
    await screen.findByRole('button', { name: 'Copy as e-mail' });
    expect(host.requests('provisioning.snippet')).toEqual([{ id: 'run-9' }]);
    await press('Copy snippet for the head');
    await press('Copy snippet for the body');
    await press('Copy as e-mail');
    await press('Copy Measurement ID');
    expect(written.mock.calls.map(([text]) => text)).toEqual([snippet.head, snippet.noscript, `${snippet.email_subject}\n\n${snippet.email_text}`, 'G-4K7WQ2M1TX']);
    expect(await broken()).toEqual([]);
  });

  test('is explained for what the site is made with, the likely one first', async () => {
    await show();
    const choice = await screen.findByLabelText<HTMLSelectElement>('The site is made with');
    expect(choice.value).toBe('wordpress');
    expect(screen.getByText(/Theme File Editor/)).toBeTruthy();
    await fireEvent.change(choice, { target: { value: 'shopify' } });
    expect(screen.getByText(/theme\.liquid/)).toBeTruthy();
  });

  test('is there although its guides cannot be read', async () => {
    await show((host) => { host.answers['provisioning.snippet'] = () => { throw refusal({ code: 'storage' }); }; });
    expect(screen.getByLabelText('snippet for the head').textContent).toBe(result.snippet);
  });
});

describe('the proof', () => {
  test('opening the site watches until the first visitor is seen', async () => {
    let job = '';
    const host = await show((it) => { it.starts['provisioning.prove'] = (_, id) => { job = id; }; });
    await waitFor(() => { expect(screen.getByRole('button', { name: 'Open my site' }).getAttribute('aria-disabled')).toBeNull(); });
    await press('Open my site');
    expect(host.requests('app.open_link')).toEqual([{ id: 'site-1' }]);
    await waitFor(() => { expect(host.requests('provisioning.prove')).toEqual([{ run_id: 'run-9', watch: true }]); });
    expect(await screen.findByText('Waiting for the first visit')).toBeTruthy();
    expect(await broken()).toEqual([]);
    host.emit({ event: 'job_done', job, command: 'provisioning.prove', result: proof });
    await screen.findByRole('heading', { name: 'Your first visit has arrived' });
    expect(screen.getByText(/after 14 s/)).toBeTruthy();
    expect(within(screen.getByRole('table', { name: 'Events received' })).getByText('first_visit')).toBeTruthy();
    expect(screen.getByText('Full reports fill within 24 to 48 hours; realtime works now.')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Open reports' }).getAttribute('href')).toBe('#/reports/482193077');
    expect(within(screen.getByRole('navigation', { name: 'Progress' })).getByText('Check it works').closest('li')?.className).toContain('step');
    expect(await broken()).toEqual([]);
  });

  test('one look that sees nobody says what to look at', async () => {
    const host = await show((it) => {
      it.starts['provisioning.prove'] = (_, id) => {
        it.emit({ event: 'job_done', job: id, command: 'provisioning.prove', result: { ...proof, active_users: 0, first_seen_at: null, seconds_to_first: null, events: [], hints: HINTS } });
      };
    });
    await press('Check now');
    expect(host.requests('provisioning.prove')).toEqual([{ run_id: 'run-9', watch: false }]);
    expect(await screen.findByText(/A consent banner holds the tag back/)).toBeTruthy();
    expect(screen.getByText(/Paste it right after the opening body tag/)).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'Your site is set up' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Check again' })).toBeTruthy();
    expect(await broken()).toEqual([]);
  });

  test('the count moves while it is watched', async () => {
    let stored = done;
    const host = await show((it) => { it.answers['provisioning.runs'] = () => [stored]; it.starts['provisioning.prove'] = () => undefined; });
    await press('Watch for the first visit');
    stored = { ...done, proof: { ...proof, active_users: 3 } };
    host.emit({ event: 'changed', topic: 'provisioning' });
    await screen.findByRole('heading', { name: 'Your first visit has arrived' });
    expect(screen.getByText('3')).toBeTruthy();
    await press('Stop watching');
    expect(host.requests('jobs.cancel')).toHaveLength(1);
    await screen.findByRole('button', { name: 'Check again' });
    expect(screen.queryByText('Stopped, as you asked.')).toBeNull();
  });

  test('a look that fails says why and is tried again', async () => {
    let tries = 0;
    await show((it) => {
      it.starts['provisioning.prove'] = (_, id) => {
        tries++;
        it.emit({ event: 'job_failed', job: id, command: 'provisioning.prove', error: refusal({ code: 'google_outage', message: 'Google did not answer.' }) });
      };
    });
    await press('Check now');
    await screen.findByText('Google did not answer.');
    await press('Try again');
    await waitFor(() => { expect(tries).toBe(2); });
  });
});

describe('what was made', () => {
  test('is listed with what it cost, and when the terms were accepted', async () => {
    await show();
    const aside = screen.getByRole('complementary', { name: 'What was created' });
    for (const said of ['Elmstead Bakery', '482193077', 'G-4K7WQ2M1TX', 'GTM-N6ZD2RKP', '7 Analytics, 9 Tag Manager']) expect(within(aside).getByText(said)).toBeTruthy();
    expect(within(aside).getByText('Google’s Terms of Service')).toBeTruthy();
    expect(within(aside).getByText(`Accepted ${dateTime(new Date('2026-11-22T09:44:12Z'))}`)).toBeTruthy();
  });

  test('is kept as a record, in a file that the person chooses', async () => {
    const host = await show();
    let path: string | null = null;
    host.answers['app.choose_file'] = () => ({ path });
    await press('Save set-up record…');
    await waitFor(() => { expect(host.requests('app.choose_file')).toEqual([{ purpose: 'save_record' }]); });
    expect(host.requests('provisioning.save_record'), 'no file was chosen').toEqual([]);
    path = '/home/maya/elmstead.txt';
    await waitFor(() => { expect(screen.getByRole('button', { name: 'Save set-up record…' }).getAttribute('aria-disabled')).toBeNull(); });
    await press('Save set-up record…');
    expect(await screen.findByText('Saved to /home/maya/elmstead.txt')).toBeTruthy();
    expect(host.requests('provisioning.save_record')).toEqual([{ run_id: 'run-9', path }]);
    host.answers['provisioning.save_record'] = () => { throw refusal({ code: 'destination', message: 'The file cannot be written.' }); };
    await press('Save set-up record…');
    expect(await screen.findByText('The file cannot be written.')).toBeTruthy();
    expect(screen.queryByText('Saved to /home/maya/elmstead.txt')).toBeNull();
    expect(await broken()).toEqual([]);
  });

  test('is undone only after a dialog that names it', async () => {
    const host = await show();
    await press('Undo this set-up…');
    const dialog = await screen.findByRole('alertdialog', { name: 'Undo the set-up of Elmstead Bakery?' });
    expect(await within(dialog).findByText('www.elmsteadbakery.example, in Elmstead')).toBeTruthy();
    expect(host.requests('provisioning.made')).toEqual([{ id: 'run-9' }]);
    await press('Keep everything');
    expect(screen.queryByRole('alertdialog')).toBeNull();
    expect(host.requests('provisioning.trash')).toEqual([]);
  });

  test('a container that was there before is not called new', async () => {
    await show((host) => { host.answers['provisioning.runs'] = () => [{ ...done, result: { ...result, container: { account_id: '60042', container_id: '3091', public_id: 'GTM-N6ZD2RKP', name: 'x', existing: true, version_id: null, published: false } } }]; });
    expect(screen.getByText('GTM-N6ZD2RKP, was there before')).toBeTruthy();
    expect(screen.queryByText('Version, published')).toBeNull();
  });

  test('apps alone have nothing to paste', async () => {
    await show((host) => {
      host.answers['provisioning.runs'] = () => [{ ...done, result: { ...result, measurement_id: '', data_stream_id: '', container: null, snippet: '', noscript: null, app_streams: [{ platform: 'ios', data_stream_id: '7', firebase_app_id: '1:2:ios:3' }] } }];
    });
    expect(screen.getByText('Only apps are measured: there is nothing to paste into a website.')).toBeTruthy();
    expect(screen.getAllByText('1:2:ios:3').length).toBeGreaterThan(0);
    expect(screen.queryByRole('button', { name: 'Check now' })).toBeNull();
  });
});
