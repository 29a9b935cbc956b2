// Set up many: the file and its problems, the run, links to open, results.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test, vi } from 'vitest';

import { app } from '../../lib/app.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { showPage } from '../../test/page';
import { sampleHost } from '../../test/sample-host';
import { choices } from '../../test/sample-provisioning';
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

/** The button, once the newest plan is there. */
const ready = (name: RegExp | string) => waitFor(() => {
  const button = screen.getByRole('button', { name });
  expect(button.getAttribute('aria-disabled')).not.toBe('true');
  return button;
});

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

test('a row that is there already is set up anyway, and left out again', async () => {
  const host = await show();
  await choose();
  const anyway = screen.getByRole('button', { name: 'Set up anyway: Rowan Florist' });
  // The row, which can be selected, leaves the button its keys.
  expect(await fireEvent.keyDown(anyway, { key: 'Enter' })).toBe(true);
  await fireEvent.click(anyway);
  await screen.findByText('9 clients are right · 1 row is wrong');
  expect(host.requests('batches.plan').at(-1)).toMatchObject({ anyway: [9] });
  expect(screen.queryByRole('button', { name: /anyway: Linden/ })).toBeNull();
  await fireEvent.click(screen.getByLabelText('Leave out the rows that are wrong or there already'));
  await fireEvent.click(await ready(/^Set up 9 clients/));
  await waitFor(() => { expect(host.requests('batches.start')[0]).toMatchObject({ anyway: [9], seen: 'd1' }); });
  await fireEvent.click(screen.getByRole('button', { name: 'Leave out: Rowan Florist' }));
  await waitFor(() => { expect(host.requests('batches.plan').at(-1)).toMatchObject({ anyway: [] }); });
});

test('consent is waited for where the law expects it, unless the person says otherwise', async () => {
  const host = await show();
  await choose();
  const consent = screen.getByLabelText<HTMLInputElement>(/^Wait for the visitor’s consent/);
  await waitFor(() => { expect(host.requests('batches.plan').at(-1)).toMatchObject({ defaults: { wait_for_consent: true } }); });
  expect(consent.checked).toBe(true);
  await fireEvent.click(consent);
  await waitFor(() => { expect(host.requests('batches.plan').at(-1)).toMatchObject({ defaults: { wait_for_consent: false } }); });
});

test('a file that changed since it was looked at is looked at again', async () => {
  const host = await show(null, (host) => {
    host.answers['batches.plan'] = () => ({ ...plan(), wrong: 0, duplicates: 0, rows: plan().rows.slice(0, 3) });
    host.starts['batches.start'] = (_request, job) => { host.emit({ event: 'job_failed', job, command: 'batches.start', error: refusal({ code: 'conflict', message: 'The file has changed since it was looked at.' }) }); };
  });
  await choose();
  const before = host.requests('batches.plan').length;
  await fireEvent.click(await ready(/^Set up 8 clients/));
  await screen.findByText('The file has changed since it was looked at.');
  await waitFor(() => { expect(host.requests('batches.plan').length).toBeGreaterThan(before); });
  expect(screen.getByText('The file has changed since it was looked at.')).toBeTruthy();
});

test('a file whose clients are all set up sends nothing and shows them', async () => {
  const host = await show(null, (host) => {
    host.answers['batches.plan'] = () => ({ ...plan(), right: 3, wrong: 0, duplicates: 0, resumes: 'batch-2', rows: plan().rows.slice(0, 3).map((row) => ({ ...row, made: true })) });
  });
  await choose();
  expect(screen.getByText(/Nothing is left to send/)).toBeTruthy();
  await fireEvent.click(await ready('Show what was set up'));
  expect(location.hash).toBe('#/batches/batch-2');
  expect(host.requests('batches.start')).toEqual([]);
});

test('quota that is used up, a missing Tag Manager account and a cause are told in full', async () => {
  const host = await show('batch-3');
  await screen.findByText(/Google’s quota of the day is used up\. 3 of 10 are set up/);
  expect(screen.getByText('1 client waits for a Tag Manager account.')).toBeTruthy();
  await fireEvent.click(screen.getByRole('button', { name: 'Make a Tag Manager account' }));
  await waitFor(() => { expect(host.requests('app.open_link')).toEqual([{ id: choices.make_tag_manager_account.id }]); });
  expect(await fireEvent.keyDown(screen.getByRole('button', { name: 'Open the Terms of Service of Quayside Books' }), { key: ' ' })).toBe(true);
  await fireEvent.click(screen.getByText('Linden Dental'));
  expect(screen.getAllByText(/You did not accept the Terms of Service, so no account was created/)).toHaveLength(2);
  expect(await broken()).toEqual([]);
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

test('a client’s name leads to its set-up, where its snippet, its proof and its undo are', async () => {
  await show('batch-1', (host) => { host.answers['batches.list'] = () => [{ ...batch(true), rows: batch(true).rows.map((row, at) => (at === 4 ? { ...row, state: 'in_trash' } : row)) }]; });
  const table = await screen.findByRole('grid', { name: 'Clients' });
  const links = within(table).getAllByRole<HTMLAnchorElement>('link').map((link) => [link.textContent, link.getAttribute('href')]);
  expect(links).toEqual([
    ['Harbour Bakery', '#/provisioning/run-0'], ['Corvin Cycles', '#/provisioning/run-1'], ['<b>Farrow</b> & Sons', '#/provisioning/run-2'],
    // Why it stopped, and the way on.
    ['Linden Dental', '#/provisioning/run-3'],
    // What of it is in the trash.
    ['Oakfield Yoga', '#/provisioning/run-4'],
  ]);
});

test('links to the terms are handed out one by one, or all at once', async () => {
  await show('batch-3');
  const written = vi.fn((_: string) => Promise.resolve());
  Object.defineProperty(navigator, 'clipboard', { value: { writeText: written }, configurable: true });
  const one = await screen.findByRole('button', { name: 'Copy the link to the Terms of Service of Quayside Books' });
  expect(await fireEvent.keyDown(one, { key: 'Enter' })).toBe(true);
  await fireEvent.click(one);
  const url = 'https://analytics.google.com/analytics/web/#/termsofservice/x';
  expect(written).toHaveBeenCalledWith(url);
  await fireEvent.click(screen.getByRole('button', { name: 'Copy all links' }));
  expect(written.mock.calls.at(-1)?.[0]).toBe(['Quayside Books', 'Rowan Florist', 'Saltmarsh Brewery with a very long name indeed'].map((name) => `${name}\t${url}`).join('\n'));
  written.mockRejectedValue(new Error('no'));
  await fireEvent.click(screen.getByRole('button', { name: 'Copied' }));
  expect(await screen.findByText('It could not be copied. Select it and copy.')).toBeTruthy();
  expect(await broken()).toEqual([]);
});

test('with one page to accept there is no list of links to hand out', async () => {
  await show('batch-1');
  await screen.findByRole('button', { name: 'Open the next page' });
  expect(screen.queryByRole('button', { name: 'Copy all links' })).toBeNull();
});

test('a stopped file goes on, and what it made is written down', async () => {
  const host = await show('batch-2');
  await fireEvent.click(await screen.findByRole('button', { name: 'Export…' }));
  await screen.findByText('10 rows written to /home/maya/made.csv');
  await fireEvent.click(screen.getByRole('button', { name: 'Go on' }));
  await waitFor(() => { expect(host.requests('batches.resume')).toEqual([{ id: 'batch-2' }]); });
});

test('p9_a file that is begun or gone on with by two presses is begun once', async () => {
  const host = await show(null, (host) => { host.answers['batches.plan'] = () => ({ ...plan(), wrong: 0, duplicates: 0, rows: plan().rows.slice(0, 3) }); });
  await choose();
  const start = await ready(/^Set up 8 clients/);
  // Both before the page has drawn the first.
  start.click();
  start.click();
  await waitFor(() => { expect(host.requests('batches.start')).toHaveLength(1); });
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(host.requests('batches.start')).toHaveLength(1);

  const other = await show('batch-2', (host) => { host.starts['batches.resume'] = () => undefined; });
  const goOn = await screen.findByRole('button', { name: 'Go on' });
  goOn.click();
  goOn.click();
  await waitFor(() => { expect(other.requests('batches.resume')).toHaveLength(1); });
  await new Promise((resolve) => setTimeout(resolve, 0));
  // The job is known, and the list does not tell of it yet.
  await fireEvent.click(screen.getByRole('button', { name: 'Go on' }));
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(other.requests('batches.resume')).toHaveLength(1);
});

test('p1_the addresses to register are told before a file is begun', async () => {
  let usable = false;
  const host = await show(null, (host) => {
    host.answers['batches.plan'] = () => ({ ...plan(), wrong: 0, duplicates: 0, rows: plan().rows.slice(0, 3) });
    host.answers['provisioning.redirects'] = () => ({ oauth_client: 'Isola', registered: [], suggested: ['http://127.0.0.1:27495/terms'], usable, message: 'No address of this computer is registered.' });
  });
  await choose();
  expect(await screen.findByText('Google has no way back to this computer yet', { selector: '.notice *' })).toBeTruthy();
  expect(host.requests('provisioning.redirects')).toEqual([{ connection: 'c1' }]);
  expect(screen.getByRole('button', { name: 'Copy redirect address http://127.0.0.1:27495/terms' })).toBeTruthy();
  await fireEvent.click(screen.getByRole('button', { name: /^Set up 8 clients/ }));
  expect(host.requests('batches.start')).toEqual([]);
  expect(await broken()).toEqual([]);
  usable = true;
  await fireEvent.click(screen.getByRole('button', { name: 'Check again' }));
  await fireEvent.click(await ready(/^Set up 8 clients/));
  await waitFor(() => { expect(host.requests('batches.start')).toHaveLength(1); });
});

test('p1_a file that Google refuses to come back from says what to register', async () => {
  const host = await show('batch-2', (host) => {
    host.answers['provisioning.redirects'] = () => ({ oauth_client: 'Isola', registered: [{ uri: 'http://127.0.0.1:27490/terms', free: true }], suggested: [], usable: true, message: 'Told.' });
    host.starts['batches.resume'] = (_, job) => { host.emit({ event: 'job_failed', job, command: 'batches.resume', error: refusal({ code: 'redirect_not_registered', message: 'Google knows no such address.' }) }); };
  });
  await fireEvent.click(await screen.findByRole('button', { name: 'Go on' }));
  await screen.findByText('Google knows no such address.');
  expect(await screen.findByText('http://127.0.0.1:27490/terms')).toBeTruthy();
  expect(host.requests('provisioning.redirects')).toEqual([{ connection: 'maya@brightwater.example' }]);
});

test('an export that failed is tried again, and no set-up is', async () => {
  let tries = 0;
  const host = await show('batch-2', (host) => {
    host.answers['batches.export'] = ({ path }) => {
      if (tries++ === 0) throw refusal({ code: 'partly_done', message: 'The disk is full.' });
      return { path, rows: 10 };
    };
  });
  await fireEvent.click(await screen.findByRole('button', { name: 'Export…' }));
  await screen.findByText('The disk is full.');
  await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await screen.findByText('10 rows written to /home/maya/made.csv');
  expect(host.requests('batches.resume')).toEqual([]);
});

const tagManager = (...names: string[]) => () => ({ ...choices, tag_manager_accounts: names.map((name, at) => ({ account_id: `${at + 1}`, name, containers: [] })) });

test('of several Tag Manager accounts one is chosen before anything starts', async () => {
  const host = await show(null, (host) => {
    host.answers['provisioning.choices'] = tagManager('Agency', 'Clients');
    host.answers['batches.plan'] = () => ({ ...plan(), wrong: 0, duplicates: 0, rows: plan().rows.slice(0, 3) });
  });
  await choose();
  expect(host.requests('provisioning.choices')).toEqual([]);
  await fireEvent.change(screen.getByLabelText('Tag Manager containers'), { target: { value: 'new' } });
  const account = await screen.findByLabelText('Tag Manager account', { selector: 'select:has(option[value="2"])' });
  expect(host.requests('provisioning.choices')).toEqual([{ connection: 'c1' }]);
  await fireEvent.click(screen.getByRole('button', { name: /^Set up 8 clients/ }));
  expect(host.requests('batches.start')).toEqual([]);
  await fireEvent.change(account, { target: { value: '2' } });
  await waitFor(() => { expect(host.requests('batches.plan').at(-1)).toMatchObject({ container: { kind: 'new', account_id: '2' } }); });
  expect(await broken()).toEqual([]);
});

test('with one Tag Manager account nothing is asked', async () => {
  const host = await show(null, (host) => { host.answers['provisioning.choices'] = tagManager('Agency'); });
  await choose();
  await fireEvent.change(screen.getByLabelText('Tag Manager containers'), { target: { value: 'new' } });
  await waitFor(() => { expect(host.requests('batches.plan').at(-1)).toMatchObject({ container: { kind: 'new', account_id: null } }); });
  expect(screen.queryByText('Choose the Tag Manager account that the containers go into.')).toBeNull();
});

test('what is the same for every client reaches the request', async () => {
  const host = await show();
  await choose();
  await fireEvent.click(screen.getByText('The same for every client'));
  await fireEvent.change(screen.getByLabelText('Country, where the file has none'), { target: { value: 'GB' } });
  await fireEvent.change(screen.getByLabelText('Time zone, where the file has none'), { target: { value: 'Europe/London' } });
  await fireEvent.change(screen.getByLabelText('Currency, where the file has none'), { target: { value: 'GBP' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Add a person' }));
  await fireEvent.input(screen.getByLabelText('E-mail address'), { target: { value: ' staff@agency.example ' } });
  await waitFor(() => {
    expect(host.requests('batches.plan').at(-1)).toMatchObject({
      defaults: { country: 'GB', time_zone: 'Europe/London', currency: 'GBP' }, people: [{ email: 'staff@agency.example', role: 'viewer' }],
    });
  });
  expect(await broken()).toEqual([]);
});

test('who acts stands in the toolbar, and may be another', async () => {
  const host = await show();
  const toolbar = document.querySelector<HTMLElement>('header.toolbar') as HTMLElement;
  await waitFor(() => { expect(toolbar.querySelector('.acting')).toBeTruthy(); });
  const chooser = within(toolbar).queryByLabelText<HTMLSelectElement>('Acts as');
  if (!chooser) throw new Error('the sample agency has several people');
  const other = [...chooser.options].at(-1)?.value ?? '';
  await fireEvent.change(chooser, { target: { value: other } });
  await choose();
  expect(host.requests('batches.plan').at(-1)).toMatchObject({ connection: other });
});

test('what failed in a finished file is tried again', async () => {
  const host = await show('batch-2', (host) => { host.answers['batches.list'] = () => [{ ...batch(false), finished: true }]; });
  await fireEvent.click(await screen.findByRole('button', { name: 'Try the failed ones again' }));
  await waitFor(() => { expect(host.requests('batches.resume')).toEqual([{ id: 'batch-2' }]); });
  expect(screen.getByRole('button', { name: 'Look for visitors' })).toBeTruthy();
});
