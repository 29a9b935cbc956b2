// Exports: the form's request, its faults, the history.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';

import { app } from '../../lib/app.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { showPage } from '../../test/page';
import * as sample from '../../test/sample';
import { clients, mark } from '../../test/sample-clients';
import { sampleHost } from '../../test/sample-host';
import { prepare as prepareReports } from '../reports/preview';
import { draft } from './draft.svelte';
import Page from './Page.svelte';
import { prepare, runs } from './preview';

async function show(change: (host: ReturnType<typeof sampleHost>) => void = () => undefined) {
  const host = sampleHost('agency');
  prepareReports(host);
  prepare(host);
  host.answers['app.choose_file'] = ({ purpose }) => ({ path: purpose === 'export_sqlite' ? '/home/maya/a.db' : '/home/maya/a.csv' });
  change(host);
  host.use();
  app.connections.follow();
  showPage(Page);
  await screen.findByRole('heading', { name: 'New export' });
  return host;
}

const submit = () => fireEvent.submit(screen.getByRole('button', { name: 'Run export' }).closest('form') as HTMLFormElement);

beforeEach(() => {
  app.connections.clear();
  draft.entries = { property: null, dimensions: ['date', 'country'], metrics: ['activeUsers'], span: 'last28', from: '', to: '', kind: 'sqlite', file: '', table: '' };
});

test('nothing runs while something is missing', async () => {
  const host = await show();
  draft.entries.metrics = [];
  await submit();
  await screen.findByText('Choose a file.');
  expect(screen.getByText('Add at least one metric.')).toBeTruthy();
  expect(host.requests('exports.run')).toEqual([]);
  expect(await broken()).toEqual([]);
});

test('runs with the chosen file, by the property’s connection', async () => {
  const host = await show();
  draft.entries.property = '310000000';
  await fireEvent.click(screen.getByRole('button', { name: 'Choose file…' }));
  await waitFor(() => { expect(screen.getByLabelText<HTMLInputElement>('File').value).toBe('/home/maya/a.db'); });
  const metric = screen.getByRole('combobox', { name: 'Add a metric' });
  await fireEvent.input(metric, { target: { value: 'ga:pageviews' } });
  await fireEvent.keyDown(metric, { key: 'Enter' });
  await submit();
  await waitFor(() => {
    expect(host.requests('exports.run')).toEqual([{
      property: '310000000', dimensions: ['date', 'country'], metrics: ['activeUsers', 'ga:pageviews'], from: '28daysAgo', to: 'yesterday',
      destination: 'sqlite:/home/maya/a.db', connection: 'c2',
    }]);
  });
  await screen.findByRole('progressbar');
  expect(await broken()).toEqual([]);
});

test('the picker lists properties under their clients, and what belongs to none under its account', async () => {
  const client = mark(clients[0] as (typeof clients)[0]);
  await show((host) => { host.answers['estate.properties'] = () => sample.overview.properties_list.slice(0, 2).map((row, at) => (at === 1 ? { ...row, client } : row)); });
  await fireEvent.click(await screen.findByRole('button', { name: /^Property/ }));
  expect((await screen.findAllByRole('group')).filter((one) => one.closest('[role=listbox]')).map((one) => [within(one).getAllByRole('option').length, one.textContent.trim().replace(/\s+/g, ' ')])).toEqual([
    [1, expect.stringContaining('Corvin Cycles') as string], [1, expect.stringContaining('Alder & Finch account') as string],
  ]);
  await fireEvent.click(screen.getByRole('option', { name: /Bramley Ferries/ }));
  expect(draft.entries.property).toBe('310000001');
});

test('a refused run says why and keeps the form', async () => {
  await show((host) => {
    host.starts['exports.run'] = (_, job) => {
      host.emit({ event: 'job_failed', job, command: 'exports.run', error: refusal({ code: 'destination', message: 'The table has other columns.' }) });
    };
  });
  Object.assign(draft.entries, { property: '310000000', file: '/home/maya/a.db' });
  await submit();
  await screen.findByText('The table has other columns.');
  expect(screen.getByLabelText<HTMLInputElement>('File').value).toBe('/home/maya/a.db');
});

test('a run’s details show what was asked and can be used again', async () => {
  await show();
  const row = (await screen.findAllByText('Corvin Cycles'))[0];
  await fireEvent.click(row as HTMLElement);
  const pane = await screen.findByRole('complementary', { name: 'Run details' });
  expect(pane.textContent).toContain('/home/maya/Documents/measurements.db');
  expect(pane.textContent).toContain('ga:pageviews is screenPageViews in GA4.');
  expect(await broken()).toEqual([]);
  await fireEvent.click(screen.getByRole('button', { name: 'Use for a new export' }));
  expect(draft.entries.metrics).toEqual(runs()[0]?.metrics);
});
