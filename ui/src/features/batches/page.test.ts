// Set up many: the file and its problems, the run, links to open, results.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';

import { app } from '../../lib/app.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { showPage } from '../../test/page';
import { sampleHost } from '../../test/sample-host';
import Page from './Page.svelte';
import { batch, plan, prepare } from './preview';

async function show(id: string | null = null, change: (host: ReturnType<typeof sampleHost>) => void = () => undefined) {
  const host = sampleHost('agency');
  prepare(host);
  host.answers['templates.list'] = () => [];
  host.answers['app.choose_file'] = ({ purpose }) => ({ path: purpose === 'clients_csv' ? '/home/maya/clients.csv' : '/home/maya/made.csv' });
  change(host);
  host.use();
  app.connections.follow();
  showPage(Page, id);
  await screen.findByRole('heading', { name: 'Set up many' });
  return host;
}

const choose = async () => {
  await fireEvent.click(screen.getByRole('button', { name: 'Choose file…' }));
  await screen.findByRole('heading', { name: 'Rows of the file' });
};

beforeEach(() => { app.connections.clear(); });

test('a file’s wrong rows are named, and nothing starts before they are left out', async () => {
  const host = await show();
  await choose();
  expect(screen.getByText('8 clients are right · 1 row is wrong · 1 row is there already')).toBeTruthy();
  expect(screen.getByText(/is not the address of a website/)).toBeTruthy();
  expect(screen.getByText('Line 4 has the same website.')).toBeTruthy();
  expect(await broken()).toEqual([]);
  const start = await screen.findByRole('button', { name: /^Set up 8 clients/ });
  await fireEvent.click(start);
  expect(host.requests('batches.start')).toEqual([]);
  await fireEvent.click(screen.getByLabelText('Leave out the rows that are wrong or there already'));
  await waitFor(() => { expect(screen.getByRole('button', { name: /^Set up 8 clients/ }).getAttribute('aria-disabled')).not.toBe('true'); });
  await fireEvent.click(await screen.findByRole('button', { name: /^Set up 8 clients/ }));
  await waitFor(() => { expect(host.requests('batches.start')).toHaveLength(1); });
  expect(host.requests('batches.start')[0]).toMatchObject({ path: '/home/maya/clients.csv', leave_out_wrong_rows: true, terms: 'in_turn' });
});

test('another column may hold a field', async () => {
  const host = await show();
  await choose();
  await fireEvent.change(screen.getByLabelText('Website'), { target: { value: 'Branche' } });
  await waitFor(() => { expect(host.requests('batches.plan').at(-1)).toMatchObject({ mapping: { website: 'Branche' } }); });
});

test('a file that was begun before goes on', async () => {
  await show(null, (host) => { host.answers['batches.plan'] = () => ({ ...plan(), resumes: 'batch-2' }); });
  await choose();
  expect(screen.getByRole('button', { name: 'Go on where it stopped' })).toBeTruthy();
  expect(screen.getByText(/nothing is made twice/)).toBeTruthy();
});

test('a file that cannot be read says so', async () => {
  await show(null, (host) => { host.answers['batches.plan'] = () => { throw refusal({ code: 'invalid_request', message: 'This is an Excel workbook, not a CSV file.' }); }; });
  await fireEvent.click(screen.getByRole('button', { name: 'Choose file…' }));
  await screen.findByText('This is an Excel workbook, not a CSV file.');
});

test('a running file shows each client and opens the next page', async () => {
  const host = await show('batch-1');
  const table = await screen.findByRole('grid', { name: 'Clients' });
  expect(within(table).getAllByText('Creating custom dimensions', { exact: false })).toHaveLength(2);
  expect(within(table).getByText(/You did not accept/)).toBeTruthy();
  expect(screen.getByText('1 client waits for you to accept the Terms of Service.')).toBeTruthy();
  await fireEvent.click(screen.getByRole('button', { name: 'Open the next page' }));
  expect(host.requests('app.open_link')).toEqual([{ id: 'terms-6' }]);
  expect(await broken()).toEqual([]);
});

test('a stopped file goes on, and what it made is written down', async () => {
  const host = await show('batch-2');
  await fireEvent.click(await screen.findByRole('button', { name: 'Export…' }));
  await screen.findByText('10 rows written to /home/maya/made.csv');
  await fireEvent.click(screen.getByRole('button', { name: 'Go on' }));
  await waitFor(() => { expect(host.requests('batches.resume')).toEqual([{ id: 'batch-2' }]); });
});

test('what failed in a finished file is tried again', async () => {
  const host = await show('batch-2', (host) => { host.answers['batches.list'] = () => [{ ...batch(false), finished: true }]; });
  await fireEvent.click(await screen.findByRole('button', { name: 'Try the failed ones again' }));
  await waitFor(() => { expect(host.requests('batches.resume')).toEqual([{ id: 'batch-2' }]); });
  expect(screen.getByRole('button', { name: 'Look for visitors' })).toBeTruthy();
});
