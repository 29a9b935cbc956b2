// Activity: what is listed, filtered, followed, paused; one request in full; the bundle.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';

import type { ActivityRequest, ActivityView } from '../../lib/bindings';
import { app } from '../../lib/app.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { showPage } from '../../test/page';
import { activity, activityAnswers } from '../../test/sample-activity';
import { sampleHost, type Scene } from '../../test/sample-host';
import Page from './Page.svelte';

type Host = ReturnType<typeof sampleHost>;

async function show(scene: Scene = 'agency', change: (host: Host) => void = () => undefined, id: string | null = null) {
  const host = sampleHost(scene);
  change(host);
  host.use();
  app.follow();
  const page = showPage(Page, id);
  await waitFor(() => { expect(host.requests('activity.list').length).toBeGreaterThan(0); });
  return { host, page };
}

const first = activity[0] as ActivityView;
const asked = (host: Host) => host.requests('activity.list') as ActivityRequest[];
const rowsShown = () => Number(screen.getByRole('grid', { name: 'Requests' }).getAttribute('aria-rowcount')) - 1;

beforeEach(() => {
  app.connections.clear();
  app.status.clear();
});

test('lists requests newest first with the day’s count, and reads older ones as one scrolls', async () => {
  const { host } = await show();
  await screen.findByText('2,904 requests today, 11 failed');
  const table = await screen.findByRole('grid', { name: 'Requests' });
  expect(within(table).getAllByText('Tag Manager').length).toBeGreaterThan(0);
  expect(within(table).getAllByTitle('ops@brightwater.example')[0]?.textContent).toBe('ops@');
  await waitFor(() => { expect(screen.getByText(/200 shown/)).toBeTruthy(); });
  expect(asked(host)).toHaveLength(1);
  const wrap = table.closest('.table-wrap') as HTMLElement;
  wrap.scrollTop = 200 * 30;
  await fireEvent.scroll(wrap);
  await waitFor(() => { expect(asked(host).at(-1)?.before).toBe(activity[199]?.id); });
  await waitFor(() => { expect(screen.getByText(/400 shown/)).toBeTruthy(); });
  expect(await broken()).toEqual([]);
});

test('filters by text, account and kind, and clears all of it', async () => {
  const { host } = await show();
  await screen.findByRole('grid', { name: 'Requests' });
  await fireEvent.click(screen.getByRole('radio', { name: /Failed/ }));
  await waitFor(() => { expect(asked(host).at(-1)?.only).toBe('failed'); });
  await screen.findByRole('option', { name: 'ops@brightwater.example' });
  await fireEvent.change(screen.getByRole('combobox', { name: 'Account' }), { target: { value: 'c2' } });
  await waitFor(() => { expect(asked(host).at(-1)).toMatchObject({ only: 'failed', connection: 'c2' }); });
  await fireEvent.input(screen.getByRole('searchbox'), { target: { value: 'nothing like that' } });
  await fireEvent.click(await screen.findByRole('button', { name: 'Clear the filter' }));
  await waitFor(() => { expect(asked(host).at(-1)).toMatchObject({ only: null, connection: null, text: null }); });
  await screen.findByRole('grid', { name: 'Requests' });
});

test('new requests come on top; a pause counts them and holds them back', async () => {
  let rows = activity.slice(0, 30);
  const { host } = await show('agency', (host) => {
    host.answers['activity.list'] = (request) => (activityAnswers(false, rows)['activity.list'] as (request: ActivityRequest) => ActivityView[])(request);
  });
  await screen.findByRole('grid', { name: 'Requests' });
  const before = rowsShown();
  const come = (id: string) => {
    rows = [{ ...first, id, method: 'tagmanager.accounts.get' }, ...rows];
    host.emit({ event: 'changed', topic: 'activity' });
  };
  come('new-1');
  await waitFor(() => { expect(rowsShown()).toBe(before + 1); });

  await fireEvent.click(screen.getByRole('button', { name: 'Pause' }));
  come('new-2');
  await screen.findByRole('button', { name: 'Go on, 1 new' });
  come('new-3');
  await fireEvent.click(await screen.findByRole('button', { name: 'Go on, 2 new' }));
  await waitFor(() => { expect(rowsShown()).toBe(before + 3); });
});

// U1: what Google sends is shown as text, markup and all.
test('u1: one request is explained, with what was sent and answered as text', async () => {
  const refused = activity[2] as ActivityView;
  const { page } = await show('agency', () => undefined, refused.id);
  const pane = await screen.findByRole('complementary', { name: 'Request details' });
  await within(pane).findByRole('heading', { name: '403, Google asked for a pause' });
  expect(pane.textContent).toContain('Wait a minute and try again.');
  expect(pane.textContent).toContain('rateLimitExceeded');
  expect(pane.textContent).toContain('2: 503, 403');
  expect(within(pane).getByLabelText('curl command').textContent).toContain('Bearer $TOKEN');
  expect(within(pane).getByLabelText('Answer body').textContent).toContain('"status": "PERMISSION_DENIED"');
  expect(await broken()).toEqual([]);

  await page.rerender({ id: first.id });
  await within(pane).findByText(/The rest is not kept/);
  expect(pane.querySelector('img')).toBeNull();
  expect(within(pane).getByLabelText('Answer body').textContent).toContain('<img onerror>');
});

test('what the engine offers is a button, and a request that is forgotten says so', async () => {
  const ended = activity[5] as ActivityView;
  const { page } = await show('agency', () => undefined, ended.id);
  const pane = await screen.findByRole('complementary', { name: 'Request details' });
  await within(pane).findByRole('button', { name: /Sign in again/ });
  await page.rerender({ id: 'gone' });
  await within(pane).findByText(/Activity holds no request/);
});

test('the bundle is written without addresses where the person says so', async () => {
  const { host } = await show('agency', (host) => { host.answers['app.choose_file'] = () => ({ path: '/home/maya/gantry.zip' }); });
  await fireEvent.click(screen.getByRole('button', { name: 'Export log' }));
  const dialog = await screen.findByRole('dialog', { name: 'Export the log for support' });
  expect(await broken()).toEqual([]);
  await fireEvent.click(within(dialog).getByRole('checkbox'));
  await fireEvent.click(within(dialog).getByRole('button', { name: /Choose file/ }));
  await within(dialog).findByText('520 requests written, 184.3 KB.');
  expect(host.requests('app.choose_file')).toEqual([{ purpose: 'support_bundle' }]);
  expect(host.requests('activity.export')).toEqual([{ path: '/home/maya/gantry.zip', include_emails: false, requests: null }]);
});

test('first use, an error over the last good list, and being offline each say so', async () => {
  await show('first');
  await screen.findByText('Nothing was asked of Google yet');
  document.body.replaceChildren();

  let fail = false;
  const { host } = await show('agency', (host) => {
    const list = host.answers['activity.list'] as (request: ActivityRequest) => ActivityView[];
    host.answers['activity.list'] = (request) => {
      if (fail) throw refusal({ code: 'storage', message: 'Gantry’s own database failed.' });
      return list(request);
    };
  });
  await screen.findByRole('grid', { name: 'Requests' });
  fail = true;
  host.emit({ event: 'changed', topic: 'activity' });
  await screen.findByText('Gantry’s own database failed.');
  expect(rowsShown()).toBeGreaterThan(10);
  expect(await broken()).toEqual([]);
});
