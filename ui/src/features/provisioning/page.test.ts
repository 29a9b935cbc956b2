// A set-up from the form to the snippet, and what becomes of the entries when it fails.
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';

import { app } from '../../lib/app.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { showPage } from '../../test/page';
import { sampleHost } from '../../test/sample-host';
import { movePane } from '../../shell/keys';
import { draft, freshEntries } from './draft.svelte';
import Page from './Page.svelte';
import { openTerms, playSteps, result, runView } from './preview';

const SUBMIT = 'Continue to Google’s terms';

async function show(play: (host: ReturnType<typeof sampleHost>, job: string) => void = () => undefined) {
  const host = sampleHost('agency');
  host.answers['provisioning.runs'] = () => [];
  host.starts['provisioning.start'] = (_, job) => { play(host, job); };
  host.starts['provisioning.resume'] = (_, job) => { play(host, job); };
  host.use();
  app.connections.follow();
  showPage(Page);
  await screen.findByRole('heading', { name: 'Tell us about the website' });
  return host;
}

async function fill() {
  await fireEvent.input(screen.getByLabelText('Website address'), { target: { value: 'www.elmstead.example' } });
  await fireEvent.input(screen.getByLabelText('Business name'), { target: { value: 'Elmstead Bakery' } });
  await fireEvent.change(screen.getByLabelText('Country of the business'), { target: { value: 'GB' } });
}

beforeEach(() => {
  app.connections.clear();
  draft.entries = freshEntries('en');
  draft.currencyChosen = false;
  draft.dismissed = null;
});

test('says what is missing and goes to the first fault', async () => {
  const host = await show();
  await fireEvent.click(screen.getByRole('button', { name: SUBMIT }));
  await fireEvent.submit(screen.getByRole('button', { name: SUBMIT }).closest('form') as HTMLFormElement);
  await waitFor(() => { expect(document.activeElement).toBe(screen.getByLabelText('Website address')); });
  expect(screen.getByText('Enter the address of the website.')).toBeTruthy();
  expect(host.requests('provisioning.start')).toEqual([]);
  expect(await broken()).toEqual([]);
});

test('waits for the terms, then shows measurement ID and snippet', async () => {
  let job = '';
  const host = await show((played, id) => {
    job = id;
    playSteps(played, id, 'terms');
    openTerms(played, id);
  });
  await fill();
  await fireEvent.submit(screen.getByRole('button', { name: SUBMIT }).closest('form') as HTMLFormElement);
  await screen.findByRole('heading', { name: 'Accept Google’s terms in your browser' });
  expect(host.requests('provisioning.start')).toEqual([
    expect.objectContaining({ website: 'https://www.elmstead.example', account_name: 'Elmstead Bakery', property_name: 'Elmstead Bakery', country: 'GB', currency: 'GBP', connection: 'c1' }),
  ]);
  await fireEvent.click(screen.getByRole('button', { name: 'Open the page again' }));
  expect(host.requests('app.open_link')).toEqual([{ id: 'terms-1' }]);
  expect(await broken()).toEqual([]);

  host.emit({ event: 'provision_step', job, run_id: 'run-2', step: 'terms', state: 'done', outcome: '51000099' });
  await screen.findByRole('heading', { name: 'Setting up your site' });
  expect(await broken()).toEqual([]);

  playSteps(host, job);
  host.emit({ event: 'job_done', job, command: 'provisioning.start', result: runView({ id: 'run-2', state: 'done', result, resumable: false }) });
  await screen.findByRole('heading', { name: 'Your site is set up' });
  expect(screen.getAllByText('G-4K7WQ2M1TX').length).toBeGreaterThan(0);
  expect(screen.getByText(/gtag\('config', 'G-4K7WQ2M1TX'\)/)).toBeTruthy();
  expect(document.querySelector('script')).toBeNull();
  expect(await broken()).toEqual([]);
});

test.each(['terms_declined', 'terms_max_accounts', 'terms_backend_error'] as const)('%s keeps the entries', async (code) => {
  await show((host, job) => {
    playSteps(host, job, 'terms');
    host.emit({ event: 'job_failed', job, command: 'provisioning.start', error: refusal({ code, message: `Told: ${code}` }) });
  });
  await fill();
  await fireEvent.submit(screen.getByRole('button', { name: SUBMIT }).closest('form') as HTMLFormElement);
  await screen.findByText(`Told: ${code}`);
  expect(screen.getByLabelText<HTMLInputElement>('Website address').value).toBe('www.elmstead.example');
  expect(screen.getByLabelText<HTMLInputElement>('Business name').value).toBe('Elmstead Bakery');
  expect(screen.getByText('Stopped here')).toBeTruthy();
  expect(await broken()).toEqual([]);
});

test('an unfinished run is offered and resumed with its entries', async () => {
  const host = sampleHost('agency');
  host.answers['provisioning.runs'] = () => [runView()];
  host.starts['provisioning.resume'] = (_, job) => { openTerms(host, job); };
  host.use();
  app.connections.follow();
  showPage(Page);
  await fireEvent.click(await screen.findByRole('button', { name: 'Resume set-up' }));
  await screen.findByRole('heading', { name: 'Accept Google’s terms in your browser' });
  expect(host.requests('provisioning.resume')).toEqual([{ run_id: 'run-1' }]);
  expect(draft.entries.accountName).toBe('Elmstead Bakery');
});

test('a connection that may not configure is told so before anything is asked', async () => {
  const host = await show();
  await fireEvent.change(screen.getByLabelText('Google account that sets this up'), { target: { value: 'c2' } });
  expect(await screen.findAllByText(/You did not allow Configure for ops@brightwater.example/)).not.toEqual([]);
  await fill();
  await fireEvent.submit(screen.getByRole('button', { name: new RegExp(SUBMIT) }).closest('form') as HTMLFormElement);
  expect(host.requests('provisioning.start')).toEqual([]);
});

test('F6 reaches the form', async () => {
  await show();
  movePane(1);
  movePane(1);
  expect(document.activeElement?.closest('.stage')).toBeTruthy();
});
