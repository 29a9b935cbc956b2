// A set-up from the form to the proof, and what becomes of the entries when it fails.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { app } from '../../lib/app.svelte';
import type { ErrorCode, ProvisionRequest, ProvisionStep } from '../../lib/bindings';
import { router } from '../../lib/router.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { showPage } from '../../test/page';
import { type Scene, sampleHost } from '../../test/sample-host';
import * as sample from '../../test/sample';
import { choices, plan, proof, request, result, runView, site } from '../../test/sample-provisioning';
import { movePane } from '../../shell/keys';
import { draft, freshEntries } from './draft.svelte';
import Page from './Page.svelte';
import { finish, openSignIn, openTagManager, openTerms, playSteps } from './preview';

const SUBMIT = 'Continue to Google’s terms';
type Host = ReturnType<typeof sampleHost>;

async function show(play: (host: Host, job: string) => void = () => undefined, { scene = 'agency' as Scene, id = null as string | null, before = (_: Host) => undefined as unknown } = {}) {
  const host = sampleHost(scene);
  host.answers['provisioning.runs'] = () => [];
  host.starts['provisioning.start'] = (_, job) => { play(host, job); };
  host.starts['provisioning.resume'] = (_, job) => { play(host, job); };
  before(host);
  host.use();
  app.connections.follow();
  app.status.follow();
  showPage(Page, id);
  return host;
}

async function showForm(...asked: Parameters<typeof show>) {
  const host = await show(...asked);
  await screen.findByRole('heading', { name: 'Tell us about the website' });
  return host;
}

async function enterWebsite(address = 'www.elmstead.example') {
  const field = screen.getByLabelText('Website address');
  await fireEvent.input(field, { target: { value: address } });
  await fireEvent.blur(field);
}

async function fill() {
  await enterWebsite();
  await fireEvent.input(screen.getByLabelText('Business name'), { target: { value: 'Elmstead Bakery' } });
  await fireEvent.change(screen.getByLabelText('Country of the business'), { target: { value: 'GB' } });
}

const submit = (name: string | RegExp = SUBMIT) => fireEvent.submit(screen.getByRole('button', { name }).closest('form') as HTMLFormElement);
const value = (label: string) => screen.getByLabelText<HTMLInputElement>(label).value;
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));
const started = (host: Host) => host.requests('provisioning.start') as ProvisionRequest[];

beforeEach(() => {
  app.connections.clear();
  app.status.clear();
  router.route = { page: 'provisioning', id: null };
  draft.entries = freshEntries('en');
  draft.typed = {};
  draft.dismissed = null;
  draft.correcting = null;
  draft.about = null;
  draft.options = false;
});

describe('the form', () => {
  test('says what is missing and goes to the first fault', async () => {
    const host = await showForm();
    await submit();
    await waitFor(() => { expect(document.activeElement).toBe(screen.getByLabelText('Website address')); });
    expect(screen.getByText('Enter the address of the website.')).toBeTruthy();
    expect(started(host)).toEqual([]);
    expect(await broken()).toEqual([]);
  });

  test('is filled in from the website, never over what was typed', async () => {
    const host = await showForm();
    await fireEvent.input(screen.getByLabelText('Business name'), { target: { value: 'My own name' } });
    await enterWebsite();
    expect(await screen.findByText('We reached it: the page loads in 0.8 s and has no Google tag yet.')).toBeTruthy();
    expect(host.requests('sites.inspect')).toEqual([{ address: 'https://www.elmstead.example' }]);
    expect([value('Business name'), value('Country of the business'), value('Currency')]).toEqual(['My own name', 'GB', 'GBP']);
    await fireEvent.blur(screen.getByLabelText('Website address'));
    expect(host.requests('sites.inspect')).toHaveLength(1);
  });

  test.each([
    ['has a tag', { tags: ['G-4K7WQ2M1TX'] }, /already has G-4K7WQ2M1TX/],
    ['cannot be reached', { reached: false, problem: 'Its name is not known.', name: null, country: null, currency: null }, /We could not reach it\. Its name is not known\. You can go on/],
  ])('a website that %s is a warning and no obstacle', async (_, part, said) => {
    const host = await showForm(undefined, { before: (it) => { it.answers['sites.inspect'] = () => ({ ...site, ...part }); } });
    await fill();
    expect(await screen.findByText(said)).toBeTruthy();
    await submit();
    await waitFor(() => { expect(started(host)).toHaveLength(1); });
  });

  test('a country chosen brings its currency until one is chosen', async () => {
    await showForm();
    await fireEvent.change(screen.getByLabelText('Country of the business'), { target: { value: 'JP' } });
    expect(value('Currency')).toBe('JPY');
    await fireEvent.change(screen.getByLabelText('Currency'), { target: { value: 'USD' } });
    await fireEvent.change(screen.getByLabelText('Country of the business'), { target: { value: 'GB' } });
    expect(value('Currency')).toBe('USD');
  });

  test('says what will be created, by whom and at what cost, before anything is', async () => {
    await showForm();
    const aside = await screen.findByRole('complementary', { name: 'What will be created' });
    expect(await within(aside).findByText('6 Analytics, 8 Tag Manager')).toBeTruthy();
    for (const said of ['maya@brightwater.example', '8 of 25 calls per 100 s', 'About 40 s after you accept', 'Tag Manager container', 'Enhanced measurement', 'Scrolls, outbound clicks, searches and downloads', 'Key events']) expect(within(aside).getByText(said)).toBeTruthy();
  });

  test('the engine’s problems are told at their fields, and nothing starts', async () => {
    const host = await showForm(undefined, { before: (it) => {
      it.answers['provisioning.plan'] = () => ({ ...plan, problems: [
        { field: 'google_ads_customer', message: 'A customer ID has ten digits.', remedy: '' }, { field: 'connection', message: 'A service account cannot accept terms.', remedy: 'Choose a person.' },
      ] });
    } });
    await fill();
    await submit();
    expect(await screen.findByText('A customer ID has ten digits.')).toBeTruthy();
    await waitFor(() => { expect(document.activeElement).toBe(screen.getByLabelText(/Google Ads customer ID/)); });
    expect(screen.getByText('A service account cannot accept terms. Choose a person.')).toBeTruthy();
    expect(started(host)).toEqual([]);
    expect(await broken()).toEqual([]);
  });

  test('more options reach the request', async () => {
    const host = await showForm();
    await fill();
    await fireEvent.change(screen.getByLabelText('What to measure'), { target: { value: 'shop' } });
    await press('I already have a Google Analytics account');
    await fireEvent.change(await screen.findByLabelText('Google Analytics account'), { target: { value: 'property' } });
    await screen.findByRole('option', { name: 'Alder & Finch' });
    expect(screen.getByRole<HTMLOptionElement>('option', { name: /may not change it/ }).disabled).toBe(true);
    await fireEvent.change(screen.getByLabelText('Property'), { target: { value: '310000000' } });
    await fireEvent.input(screen.getByLabelText(/Android package/), { target: { value: 'com.example.shop' } });
    await press('Add a person');
    await fireEvent.input(screen.getByLabelText('E-mail address'), { target: { value: 'reports@agency.example' } });
    await fireEvent.click(await screen.findByRole('checkbox', { name: /^Key events/ }));
    await fireEvent.click(screen.getByRole('radio', { name: 'One that I have' }));
    await fireEvent.input(screen.getByLabelText('Container'), { target: { value: 'GTM-K2M8QW' } });
    expect(await broken()).toEqual([]);
    await submit('Set up the site');
    await waitFor(() => { expect(started(host)).toHaveLength(1); });
    expect(started(host)[0]).toMatchObject({
      template: 'shop', enhanced_measurement: null, analytics: { kind: 'property', property_id: '310000000' }, android_package: 'com.example.shop',
      people: [{ email: 'reports@agency.example', role: 'viewer' }], skip: ['key_events'], container: { kind: 'existing', container: 'GTM-K2M8QW' }, client: { kind: 'by_name' },
    });
  });

  test('a property that is there is asked for nothing that is not used, and shows what would change in it', async () => {
    const host = await showForm();
    await enterWebsite();
    await press('I already have a Google Analytics account');
    await fireEvent.change(await screen.findByLabelText('Google Analytics account'), { target: { value: 'property' } });
    for (const label of ['Business name', 'Country of the business', 'Time zone for reports', 'Currency']) expect(screen.queryByLabelText(label), label).toBeNull();
    await screen.findByRole('option', { name: 'Alder & Finch' });
    await fireEvent.change(screen.getByLabelText('Property'), { target: { value: '310000000' } });
    const changes = await screen.findByRole('region', { name: 'What would change in your property' });
    expect(await within(changes).findByText('3 added, 2 changed, 2 the same')).toBeTruthy();
    expect(host.requests('templates.preview')).toEqual([{ connection: 'c1', template: 'site', property_id: '310000000', container: null, website: 'www.elmstead.example' }]);
    await fireEvent.change(screen.getByLabelText('What to measure'), { target: { value: 'shop' } });
    await waitFor(() => { expect(host.requests('templates.preview').at(-1)).toMatchObject({ template: 'shop' }); });
    await fireEvent.click(screen.getByRole('radio', { name: 'One that I have' }));
    await fireEvent.input(screen.getByLabelText('Container'), { target: { value: 'GTM-K2M8QW' } });
    expect(host.requests('templates.preview')).toHaveLength(2);
    await fireEvent.click(await within(changes).findByRole('button', { name: 'Compare again' }));
    await waitFor(() => { expect(host.requests('templates.preview').at(-1)).toMatchObject({ template: 'shop', container: 'GTM-K2M8QW' }); });
    expect(await broken()).toEqual([]);
    await submit('Set up the site');
    await waitFor(() => { expect(started(host)[0]).toMatchObject({ account_name: '', property_name: '', country: '', time_zone: '', currency: '' }); });
  });

  test('what the engine notes is told above the button', async () => {
    await showForm(undefined, { before: (it) => { it.answers['provisioning.plan'] = () => ({ ...plan, notes: ['The container sends page views already.'] }); } });
    expect(await screen.findByText('The container sends page views already.')).toBeTruthy();
  });

  test('the old API is named as what it is', async () => {
    const host = await showForm();
    await fireEvent.click(screen.getByText('More options'));
    draft.options = true;
    await fireEvent.change(await screen.findByLabelText('How the account is made'), { target: { value: 'v3_ticket' } });
    expect(await screen.findByText(/deprecated by Google, and by invitation only/)).toBeTruthy();
    await fill();
    await submit();
    await waitFor(() => { expect(started(host)[0]).toMatchObject({ dialect: 'v3_ticket', sign_in_first: true }); });
  });

  test('a link brings a template along', async () => {
    await showForm(undefined, { id: 'template:shop' });
    await waitFor(() => { expect(value('What to measure')).toBe('shop'); });
    expect(await screen.findByText(/6 key events, 8 custom dimensions/)).toBeTruthy();
  });

  test('a link with a template leaves a set-up that is finished, and goes on with one that is begun from it', async () => {
    const host = await showForm((played, id) => {
      playSteps(played, id);
      finish(played, id);
    });
    await fill();
    await submit();
    await screen.findByRole('heading', { name: 'Your site is set up' });
    showPage(Page, 'template:shop');
    await screen.findByRole('heading', { name: 'Tell us about the website' });
    await waitFor(() => { expect([value('What to measure'), value('Business name')]).toEqual(['shop', '']); });
    await fill();
    await submit();
    await screen.findByRole('heading', { name: 'Your site is set up' });
    host.emit({ event: 'changed', topic: 'templates' });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(screen.getByRole('heading', { name: 'Your site is set up' })).toBeTruthy();
  });

  test('F6 reaches it', async () => {
    await showForm();
    for (let turn = 0; turn < 3 && !document.activeElement?.closest('.stage'); turn++) movePane(1);
    expect(document.activeElement?.closest('.stage')).toBeTruthy();
  });
});

describe('who acts', () => {
  test('a permission that was switched off is switched on again in one place', async () => {
    const host = await showForm(undefined, { before: (it) => { it.answers['provisioning.plan'] = (asked) => ({ ...plan, missing: asked.connection === 'c2' ? ['configure', 'edit'] : [] }); } });
    await fireEvent.change(screen.getByLabelText('Google account that sets this up'), { target: { value: 'c2' } });
    expect(await screen.findAllByText(/You did not allow Configure for ops@brightwater.example/)).not.toEqual([]);
    expect(await broken()).toEqual([]);
    await fill();
    await submit(/Sign in and continue/);
    expect(started(host)).toEqual([]);
    host.answers['provisioning.plan'] = () => ({ ...plan, missing: ['configure'] });
    await press('Switch Edit on again');
    expect(host.requests('connections.use_permissions')).toEqual([{ id: 'c2', allow: ['view', 'edit'] }]);
    await waitFor(() => { expect(screen.queryByText(/You switched Edit off/)).toBeNull(); });
    await submit(/Sign in and continue/);
    await waitFor(() => { expect(started(host)[0]).toMatchObject({ connection: 'c2', sign_in_first: true }); });
  });

  test('p1_the addresses to register are told before a ticket is asked for', async () => {
    let usable = false;
    const host = await showForm(undefined, { before: (it) => {
      it.answers['provisioning.redirects'] = () => ({ oauth_client: 'Isola', registered: [], suggested: ['http://127.0.0.1:27495/terms'], usable, message: 'No address of this computer is registered.' });
    } });
    expect(await screen.findByText('Google has no way back to this computer yet')).toBeTruthy();
    const written = vi.fn(() => Promise.resolve());
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: written }, configurable: true });
    await press('Copy redirect address http://127.0.0.1:27495/terms');
    expect(written).toHaveBeenCalledWith('http://127.0.0.1:27495/terms');
    expect(await broken()).toEqual([]);
    await fill();
    await submit(new RegExp(SUBMIT));
    expect(started(host)).toEqual([]);
    usable = true;
    await press('Check again');
    await waitFor(() => { expect(screen.queryByText('Google has no way back to this computer yet')).toBeNull(); });
    await submit();
    await waitFor(() => { expect(started(host)).toHaveLength(1); });
  });

  test('p1_where Google refuses the way back, the addresses to register stand beside the error', async () => {
    await showForm((host, job) => { host.emit({ event: 'job_failed', job, command: 'provisioning.start', error: refusal({ code: 'redirect_not_registered', message: 'Google knows no such address.' }) }); }, {
      before: (it) => { it.answers['provisioning.redirects'] = () => ({ oauth_client: 'Isola', registered: [{ uri: 'http://127.0.0.1:27490/terms', free: true }], suggested: ['http://127.0.0.1:27495/terms'], usable: true, message: 'Told.' }); },
    });
    await fill();
    await submit();
    await screen.findByText('Google knows no such address.');
    expect(await screen.findByText('Which redirect URIs to register')).toBeTruthy();
    for (const uri of ['http://127.0.0.1:27490/terms', 'http://127.0.0.1:27495/terms']) expect(screen.getByText(uri)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Copy redirect address http://127.0.0.1:27495/terms' })).toBeTruthy();
    expect(await broken()).toEqual([]);
  });

  test('a Tag Manager account that is made meanwhile is noticed', async () => {
    let accounts: typeof choices.tag_manager_accounts = [];
    const host = await showForm(undefined, { before: (it) => { it.answers['provisioning.choices'] = () => ({ ...choices, tag_manager_accounts: accounts }); } });
    expect(await screen.findByText('Only you can create a Tag Manager account')).toBeTruthy();
    expect(await broken()).toEqual([]);
    vi.useFakeTimers();
    try {
      await press('Open Tag Manager');
      await vi.advanceTimersByTimeAsync(0);
      expect(host.requests('app.open_link')).toEqual([{ id: 'make-gtm' }]);
      accounts = choices.tag_manager_accounts;
      await vi.advanceTimersByTimeAsync(10_000);
    } finally {
      vi.useRealTimers();
    }
    expect(await screen.findByText('It is made in your Tag Manager account “Elmstead”.')).toBeTruthy();
  });

  test('with several Tag Manager accounts one is chosen', async () => {
    const host = await showForm(undefined, { before: (it) => { it.answers['provisioning.choices'] = () => ({ ...choices, tag_manager_accounts: [...choices.tag_manager_accounts, { account_id: '7', name: 'Agency', containers: [] }] }); } });
    await fill();
    await screen.findByLabelText('Tag Manager account');
    await submit();
    expect(await screen.findByText('Choose the account that the container goes into.')).toBeTruthy();
    expect(started(host)).toEqual([]);
    await fireEvent.change(await screen.findByLabelText('Tag Manager account'), { target: { value: '7' } });
    await submit();
    await waitFor(() => { expect(started(host)[0]?.container).toEqual({ kind: 'new', account_id: '7' }); });
  });
});

describe('a set-up', () => {
  test('waits for the terms, then shows measurement ID and snippet', async () => {
    let job = '';
    const host = await showForm((played, id) => {
      job = id;
      playSteps(played, id, 'terms');
      openTerms(played, id);
    });
    await fill();
    await submit();
    await screen.findByRole('heading', { name: 'Accept Google’s terms in your browser' });
    expect(started(host)).toEqual([
      expect.objectContaining({ website: 'https://www.elmstead.example', account_name: 'Elmstead Bakery', property_name: 'Elmstead Bakery', country: 'GB', currency: 'GBP', connection: 'c1', sign_in_first: false }),
    ]);
    expect(screen.getByText(/This Google account must accept:/).textContent).toContain('maya@brightwater.example');
    await press('Open the page again');
    expect(host.requests('app.open_link')).toEqual([{ id: 'terms-1' }]);
    expect(await broken()).toEqual([]);

    host.emit({ event: 'provision_step', job, run_id: 'run-2', step: 'terms', state: 'done', outcome: '51000099' });
    await screen.findByRole('heading', { name: 'Setting up your site' });
    host.emit({ event: 'job_progress', job, progress: { what: 'Setting up', done: 3, total: 14, calls: 4, eta_seconds: 9, waiting_until: null } });
    expect(await screen.findByText('4 calls so far')).toBeTruthy();
    playSteps(host, job);
    finish(host, job);
    await screen.findByRole('heading', { name: 'Your site is set up' });
    expect(screen.getAllByText('G-4K7WQ2M1TX').length).toBeGreaterThan(0);
    expect(screen.getAllByText('Version 1 is live').length).toBe(2);
    expect(await broken()).toEqual([]);
    await press('Set up another site');
    expect(await screen.findByRole('heading', { name: 'Tell us about the website' })).toBeTruthy();
    expect(value('Business name')).toBe('');
  });

  test('p9_pressed twice begins once', async () => {
    const host = await showForm();
    await fill();
    await Promise.all([submit(), submit(), submit()]);
    await waitFor(() => { expect(started(host)).toHaveLength(1); });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(started(host)).toHaveLength(1);
  });

  test('waits for a Tag Manager account that only a person can make', async () => {
    const host = await showForm((played, id) => {
      playSteps(played, id, 'tag_manager_account');
      openTagManager(played, id);
    });
    await fill();
    await submit();
    await screen.findByRole('heading', { name: 'Make a Tag Manager account' });
    await press('Open Tag Manager');
    expect(host.requests('app.open_link')).toEqual([{ id: 'make-gtm' }]);
    expect(await broken()).toEqual([]);
  });

  test.each(['terms_declined', 'terms_max_accounts', 'terms_backend_error', 'terms_timed_out', 'redirect_not_registered', 'wrong_account', 'cancelled', 'offline'] satisfies ErrorCode[])('p3_p8_%s keeps the form and offers the way on', async (code) => {
    let tries = 0;
    const host = await showForm((played, id) => {
      tries++;
      playSteps(played, id, 'terms');
      played.emit({ event: 'job_failed', job: id, command: 'provisioning.start', error: refusal({ code, message: `Told: ${code}` }) });
    });
    await fill();
    await submit();
    await screen.findByText(`Told: ${code}`);
    expect([value('Website address'), value('Business name')]).toEqual(['www.elmstead.example', 'Elmstead Bakery']);
    expect(screen.getByText(/stopped here/i)).toBeTruthy();
    expect(await broken()).toEqual([]);
    await submit();
    await waitFor(() => { expect(tries).toBe(2); });
    expect(started(host)[1]).toEqual(started(host)[0]);
  });

  test('p3_declined terms are told once, and “Resume set-up” has them shown again', async () => {
    const told = 'You did not accept the Terms of Service, so no account was created.';
    const host = await showForm((played, id) => {
      playSteps(played, id, 'terms');
      if (played.requests('provisioning.resume').length > 0) {
        openTerms(played, id);
        return;
      }
      played.answers['provisioning.runs'] = () => [runView({ id: 'run-2', problem: `${told} Resume the set-up to see them again.` })];
      played.emit({ event: 'changed', topic: 'provisioning' });
      played.emit({ event: 'job_failed', job: id, command: 'provisioning.start', error: refusal({ code: 'terms_declined', message: told }) });
    });
    await fill();
    await submit();
    await screen.findByText(told);
    await screen.findByRole('button', { name: 'Resume set-up' });
    expect(screen.getAllByText(/You did not accept/)).toHaveLength(1);
    await press('Resume set-up');
    await screen.findByRole('heading', { name: 'Accept Google’s terms in your browser' });
    expect(screen.queryByText(told)).toBeNull();
    expect(host.requests('provisioning.resume')).toEqual([{ run_id: 'run-2', leave_out: [], corrected: null }]);
  });

  test('after a refusal one button goes on with the set-up, and no other offers the same', async () => {
    const host = await showForm((played, id) => {
      playSteps(played, id, 'terms');
      if (started(played).length > 1) {
        openTerms(played, id);
        return;
      }
      played.answers['provisioning.runs'] = () => [runView({ id: 'run-2' }), runView({ id: 'run-5', request: { ...request, account_name: 'Another' } })];
      played.answers['provisioning.plan'] = () => ({ ...plan, resumes: 'run-2' });
      played.emit({ event: 'changed', topic: 'provisioning' });
      played.emit({ event: 'job_failed', job: id, command: 'provisioning.start', error: refusal({ code: 'terms_backend_error', message: 'Google had a fault.' }) });
    });
    await fill();
    await submit();
    await screen.findByText('Google had a fault.');
    // Another client’s set-up keeps its own.
    const others = await screen.findByRole('region', { name: 'Unfinished set-ups' });
    await waitFor(() => { expect(within(others).queryByText('Elmstead Bakery')).toBeNull(); });
    expect(within(others).getByText('Another')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
    expect(within(others).getAllByRole('button', { name: 'Resume set-up' })).toHaveLength(1);
    const own = screen.getAllByRole('button', { name: 'Resume set-up' }).filter((one) => !others.contains(one));
    expect(own).toHaveLength(1);
    await fireEvent.submit(own[0]?.closest('form') as HTMLFormElement);
    await screen.findByRole('heading', { name: 'Accept Google’s terms in your browser' });
    expect(started(host)).toHaveLength(2);
  });

  test('p6_stopped after the account was made goes on with “Resume set-up”', async () => {
    const host = await showForm((played, id) => {
      if (played.requests('provisioning.resume').length > 0) {
        playSteps(played, id);
        finish(played, id);
        return;
      }
      playSteps(played, id, 'property');
      played.emit({ event: 'provision_step', job: id, run_id: 'run-2', step: 'property', state: 'failed', outcome: null });
      played.answers['provisioning.runs'] = () => [runView({ id: 'run-2' })];
      played.emit({ event: 'changed', topic: 'provisioning' });
      played.emit({ event: 'job_failed', job: id, command: 'provisioning.start', error: refusal({ code: 'google_outage', message: 'Google did not answer.' }) });
    });
    await fill();
    await submit();
    await screen.findByRole('heading', { name: 'The set-up stopped' });
    expect(screen.getByText('Google did not answer.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
    expect(await broken()).toEqual([]);
    await press('Undo this set-up…');
    await fireEvent.click(await screen.findByRole('button', { name: 'Keep everything' }));
    await press('Resume set-up');
    expect(host.requests('provisioning.resume')).toEqual([{ run_id: 'run-2', leave_out: [], corrected: null }]);
    expect(await screen.findByRole('heading', { name: 'Your site is set up' })).toBeTruthy();
  });

  async function stopAt(step: ProvisionStep) {
    const host = await showForm((played, id) => {
      if (played.requests('provisioning.resume').length > 1) return;
      playSteps(played, id, step);
      played.emit({ event: 'provision_step', job: id, run_id: 'run-2', step, state: 'failed', outcome: null });
      played.answers['provisioning.runs'] = () => [runView({ id: 'run-2' })];
      played.emit({ event: 'changed', topic: 'provisioning' });
      played.emit({ event: 'job_failed', job: id, command: 'provisioning.start', error: refusal({ code: 'invalid_request', message: 'Google refused it.' }) });
    });
    await fill();
    await submit();
    await screen.findByRole('heading', { name: 'The set-up stopped' });
    await waitFor(() => { expect(screen.getByRole('button', { name: 'Change the details' }).getAttribute('aria-disabled')).toBeNull(); });
    return host;
  }

  test('stopped at a step that is not needed goes on without it', async () => {
    const host = await stopAt('key_events');
    expect(await broken()).toEqual([]);
    await press('Leave this step out and go on');
    await waitFor(() => { expect(host.requests('provisioning.resume')).toEqual([{ run_id: 'run-2', leave_out: ['key_events'], corrected: null }]); });
  });

  test('a step that the rest needs cannot be left out', async () => {
    await stopAt('container');
    expect(screen.queryByRole('button', { name: 'Leave this step out and go on' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Change the details' })).toBeTruthy();
  });

  test('goes on with corrected details, and what is made cannot be changed', async () => {
    const host = await stopAt('key_events');
    await press('Change the details');
    await screen.findByRole('heading', { name: 'Change the details' });
    for (const label of ['Website address', 'Business name', 'Country of the business', 'Time zone for reports', 'Currency', 'What to measure']) {
      expect(screen.getByLabelText(label).matches(':disabled'), label).toBe(true);
    }
    expect(screen.queryByRole('button', { name: 'I already have a Google Analytics account' })).toBeNull();
    // What is made costs nothing again: of the plan, key events and what comes after them.
    const aside = screen.getByRole('complementary', { name: 'What will be created' });
    expect(await within(aside).findByText('About 1 Analytics, 8 Tag Manager')).toBeTruthy();
    expect(within(aside).queryByText(/after you accept/)).toBeNull();
    draft.options = true;
    await fireEvent.input(await screen.findByLabelText(/Google Ads customer ID/), { target: { value: '123-456-7890' } });
    expect(await broken()).toEqual([]);
    await press('Back');
    await screen.findByRole('heading', { name: 'The set-up stopped' });
    await press('Change the details');
    expect((await screen.findByLabelText<HTMLInputElement>(/Google Ads customer ID/)).value).toBe('123-456-7890');
    await submit('Resume set-up');
    await waitFor(() => { expect(host.requests('provisioning.resume')).toHaveLength(1); });
    expect(host.requests('provisioning.resume')[0]).toMatchObject({ run_id: 'run-2', leave_out: [], corrected: { google_ads_customer: '123-456-7890', account_name: 'Elmstead Bakery', sign_in_first: false } });
    expect(started(host)).toHaveLength(1);
    // It stopped again: what was corrected is still there.
    await screen.findByRole('heading', { name: 'The set-up stopped' });
    await waitFor(() => { expect(screen.getByRole('button', { name: 'Change the details' }).getAttribute('aria-disabled')).toBeNull(); });
    await press('Change the details');
    expect((await screen.findByLabelText<HTMLInputElement>(/Google Ads customer ID/)).value).toBe('123-456-7890');
  });

  test('that was left unfinished is offered and resumed with its entries', async () => {
    const host = await showForm((played, id) => { openTerms(played, id); }, { before: (it) => { it.answers['provisioning.runs'] = () => [runView()]; } });
    await fireEvent.click(await screen.findByRole('button', { name: 'Resume set-up' }));
    await screen.findByRole('heading', { name: 'Accept Google’s terms in your browser' });
    expect(host.requests('provisioning.resume')).toEqual([{ run_id: 'run-1', leave_out: [], corrected: null }]);
    expect(draft.entries.accountName).toBe('Elmstead Bakery');
  });

  test('that is finished is listed with what was seen of it, and opened again', async () => {
    const runs = [runView(), runView({ id: 'run-9', state: 'done', result, proof })];
    await show(undefined, { id: 'runs', before: (it) => { it.answers['provisioning.runs'] = () => runs; } });
    const list = await screen.findByRole('region', { name: 'Finished set-ups' });
    expect(within(list).getByText('Visits are arriving')).toBeTruthy();
    expect(within(list).getByRole('link', { name: 'Open Elmstead Bakery' }).getAttribute('href')).toBe('#/provisioning/run-9');
    expect(await broken()).toEqual([]);
    await show(undefined, { id: 'run-9', before: (it) => { it.answers['provisioning.runs'] = () => runs; } });
    expect(await screen.findByRole('heading', { name: 'Your first visit has arrived' })).toBeTruthy();
  });
});

describe('details before sign-in', () => {
  test('the form comes first, then one sign-in, ticket and terms in one go', async () => {
    let job = '';
    const host = await showForm((played, id) => {
      job = id;
      openSignIn(played, id);
    }, { scene: 'sandbox-first' });
    expect(screen.getByText('Gantry looks for your Tag Manager account after you have signed in.')).toBeTruthy();
    expect(host.requests('provisioning.choices')).toEqual([]);
    await fill();
    await submit(/Sign in and continue/);
    await screen.findByRole('heading', { name: 'Sign in with Google in your browser' });
    expect(started(host)[0]).toMatchObject({ connection: null, sign_in_first: true });
    expect(await broken()).toEqual([]);
    host.answers['connections.list'] = () => sample.connections;
    host.emit({ event: 'changed', topic: 'connections' });
    playSteps(host, job, 'terms');
    openTerms(host, job);
    expect(await screen.findByRole('heading', { name: 'Accept Google’s terms in your browser' })).toBeTruthy();
    expect((await screen.findByText(/This Google account must accept:/)).textContent).toContain('maya@brightwater.example');
  });

  test('without a keychain the sign-in is made first, and kept until quit', async () => {
    const host = await showForm(undefined, { scene: 'sandbox-first', before: (it) => {
      it.answers['app.status'] = () => ({ ...sample.sandboxed, keychain: { state: 'unavailable', problem: 'absent', reason: '', remedy: '' } });
    } });
    await waitFor(() => { expect(app.forgetsSignIns).toBe(true); });
    await fill();
    await submit(/Sign in and continue/);
    await waitFor(() => { expect(host.requests('connections.connect')).toEqual([{ allow: plan.permissions, oauth_client_id: null, reconnect: null, session_only: true }]); });
    host.answers['connections.list'] = () => sample.connections;
    host.emit({ event: 'job_done', job: 'job-1', command: 'connections.connect', result: sample.connections[0] ?? null });
    await waitFor(() => { expect(started(host)[0]).toMatchObject({ connection: 'c1', sign_in_first: false }); });
  });

  test('a sign-in that was declined keeps the form', async () => {
    await showForm((played, id) => {
      openSignIn(played, id);
      played.emit({ event: 'job_failed', job: id, command: 'provisioning.start', error: refusal({ code: 'sign_in_denied', message: 'You declined on Google’s page.' }) });
    }, { scene: 'sandbox-first' });
    await fill();
    await submit(/Sign in and continue/);
    expect(await screen.findByText('You declined on Google’s page.')).toBeTruthy();
    expect(value('Business name')).toBe('Elmstead Bakery');
  });
});
