// The report: what is asked, the chart's twin, last good data.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';

import { app } from '../../lib/app.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { showPage } from '../../test/page';
import { sampleHost } from '../../test/sample-host';
import { movePane, onkeydown } from '../../shell/keys';
import { choice } from './choice.svelte';
import Page from './Page.svelte';
import { prepare, report } from './preview';

function show(change: (host: ReturnType<typeof sampleHost>) => void = () => undefined) {
  const host = sampleHost('agency');
  prepare(host);
  change(host);
  host.use();
  app.connections.follow();
  showPage(Page, '310000002');
  return host;
}

beforeEach(() => {
  app.connections.clear();
  Object.assign(choice, { property: null, preset: 'last28', compare: true });
});

test('asks once, by the connection chosen for the property, and shows four cards and two tables', async () => {
  const host = show();
  await screen.findByText('24,516', { selector: '.value' });
  expect(host.requests('reports.overview')).toEqual([{ property: '310000002', from: '27daysAgo', to: 'today', compare: true, connection: 'c4' }]);
  expect(document.querySelectorAll('.kpi')).toHaveLength(4);
  expect(screen.getAllByText('Total, all rows')).toHaveLength(2);
  expect(screen.getByText('<img src=x onerror=alert(1)> / referral')).toBeTruthy();
  expect(document.querySelector('img')).toBeNull();
  expect(await broken()).toEqual([]);
});

test('the series can be read as a table', async () => {
  show();
  await fireEvent.click(await screen.findByRole('radio', { name: 'Show as table' }));
  const table = screen.getByRole('region', { name: 'Active users per day' });
  expect(within(table).getAllByRole('row')).toHaveLength(29);
  expect(within(table).getByText(/not over yet/)).toBeTruthy();
  expect(await broken()).toEqual([]);
});

test('another range is asked for when it is applied, not before', async () => {
  const host = show();
  await screen.findByText('24,516', { selector: '.value' });
  await fireEvent.click(screen.getByRole('button', { name: /^Dates:/ }));
  await fireEvent.click(screen.getByRole('radio', { name: /Last 7 days/ }));
  expect(await broken()).toEqual([]);
  expect(host.requests('reports.overview')).toHaveLength(1);
  await fireEvent.submit(screen.getByRole('button', { name: 'Show these dates' }).closest('form') as HTMLFormElement);
  await waitFor(() => { expect(host.requests('reports.overview').at(-1)).toMatchObject({ from: '6daysAgo', to: 'today' }); });
});

test('a property is found by typing and chosen with Return', async () => {
  show();
  await screen.findByText('24,516', { selector: '.value' });
  await fireEvent.click(screen.getByRole('button', { name: /^Property:/ }));
  const filter = await screen.findByRole('combobox');
  await fireEvent.input(filter, { target: { value: 'isola' } });
  expect(screen.getAllByRole('option')).toHaveLength(1);
  expect(await broken()).toEqual([]);
  await fireEvent.keyDown(filter, { key: 'Enter' });
  expect(location.hash).toBe('#/reports/310000004');
});

test('an outage keeps the figures that are there, with the error above them', async () => {
  let fail = false;
  show((host) => {
    host.answers['reports.overview'] = (request) => {
      if (fail) throw refusal({ code: 'google_outage', message: 'Google did not answer after 3 tries.' });
      return report(request);
    };
  });
  await screen.findByText('24,516', { selector: '.value' });
  fail = true;
  await fireEvent.click(screen.getByRole('button', { name: 'Ask Google again' }));
  await screen.findByText('Google did not answer after 3 tries.');
  expect(screen.getByText('24,516', { selector: '.value' })).toBeTruthy();
});

test('an old answer says from when it is and why', async () => {
  show((host) => {
    host.answers['reports.overview'] = (request) => ({ ...report(request), stale_because: 'You are offline.' });
  });
  expect(await screen.findByText(/You are offline. Everything shown is from/)).toBeTruthy();
});

test('a property made a moment ago is reported on before any list knows it', async () => {
  const host = sampleHost('agency');
  prepare(host);
  host.answers['estate.properties'] = () => [];
  // Nothing is known to reach it yet: the engine finds a connection by itself.
  host.answers['connections.route'] = ({ asset }) => ({ asset, chosen: null, overridden: false, candidates: [] });
  host.use();
  app.connections.follow();
  showPage(Page, '482193077');
  await screen.findByText('24,516', { selector: '.value' });
  expect(host.requests('reports.overview')).toEqual([expect.objectContaining({ property: '482193077', connection: null })]);
});

test('F5 asks Google again, F6 reaches the figures', async () => {
  const host = show();
  await screen.findByText('24,516', { selector: '.value' });
  onkeydown(new KeyboardEvent('keydown', { key: 'F5', cancelable: true }));
  await waitFor(() => { expect(host.requests('reports.overview')).toHaveLength(2); });
  screen.getByRole('button', { name: /^Property:/ }).focus();
  movePane(1);
  expect(document.activeElement?.closest('.page')).toBeTruthy();
});

test('a long head of a breakdown is short, its whole name a tooltip', async () => {
  show();
  await screen.findByText('24,516', { selector: '.value' });
  const heads = screen.getAllByRole('columnheader', { name: 'Engaged' });
  expect(heads.map((head) => head.title)).toEqual(['Engagement rate', 'Engagement rate']);
});

test('a period before that counted nothing is named, not missing', async () => {
  show((host) => {
    host.answers['reports.overview'] = (request) => {
      const whole = report(request);
      return { ...whole, cards: whole.cards.map((card, at) => ({ ...card, format: 'integer', value: at === 0 ? 0 : 5, previous: at === 2 ? null : 0 })) };
    };
  });
  const deltas = () => [...document.querySelectorAll('.kpi .delta')].map((delta) => delta.textContent.trim());
  await waitFor(() => { expect(deltas()).toEqual(['no change', '0 before', 'Nothing to compare with', '0 before']); });
});
