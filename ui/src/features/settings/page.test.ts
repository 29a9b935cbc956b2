// Settings that connections depend on: the keychain's card, and the way to an OAuth client of one's own.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { app } from '../../lib/app.svelte';
import type { ById } from '../../lib/bindings';
import { router } from '../../lib/router.svelte';
import { signIn } from '../../lib/signin.svelte';
import App from '../../shell/App.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { sampleHost, type Scene } from '../../test/sample-host';
import { ownClient } from './ownclient.svelte';

function show(section: string, scene: Scene = 'agency') {
  const host = sampleHost(scene).use();
  document.documentElement.lang = 'en';
  document.title = 'Gantry';
  location.hash = `#/settings/${section}`;
  return { host, ...render(App) };
}

beforeEach(() => {
  for (const resource of [app.status, app.connections, app.settings]) resource.clear();
  signIn.close();
  ownClient.restart();
  router.route = { page: 'overview', id: null };
});

const press = async (name: string | RegExp) => fireEvent.click(await screen.findByRole('button', { name }));

describe('the keychain', () => {
  test.each([
    ['nokeychain', 'k2', 'This computer has no keychain that runs', 'Check again'],
    ['locked', 'k1', 'This computer’s keychain is locked', 'Unlock…'],
    ['hung', 'k3', 'This computer’s keychain does not answer', 'Ask again'],
    ['broken', 'no number of the catalogue', 'This computer’s keychain does not keep what it is given', 'Check again'],
    ['mock', 'k7', 'This build of Gantry has no real keychain', 'Check again'],
  ] as const)('%s (%s) has words of its own, and can be asked again', async (scene, _fault, title, action) => {
    const { host } = show('data', scene);
    const card = await screen.findByRole('region', { name: 'Data on this computer' });
    expect(await within(card).findByText(new RegExp(`^${title}\\.`))).toBeTruthy();
    expect(screen.getByText(`${title}.`)).toBeTruthy();
    await fireEvent.click(within(card).getByRole('button', { name: action }));
    expect(await within(card).findByText('Keychain works')).toBeTruthy();
    expect(host.requests('keychain.retry')).toHaveLength(1);
    await waitFor(() => { expect(screen.queryByText(`${title}.`)).toBeNull(); });
  });

  test('that still does not open says so where it was asked', async () => {
    const { host } = show('data', 'locked');
    host.answers['keychain.retry'] = () => { throw refusal({ code: 'keychain_unavailable', message: 'The prompt was closed.' }); };
    const card = await screen.findByRole('region', { name: 'Data on this computer' });
    await fireEvent.click(await within(card).findByRole('button', { name: 'Unlock…' }));
    expect(await within(card).findByText(/The prompt was closed\./)).toBeTruthy();
  });

  test('is read again when the engine says that it changed', async () => {
    const { host } = show('data', 'locked');
    await screen.findByText('This computer’s keychain is locked.');
    const status = await host.answers['app.status']?.({});
    if (!status) throw new Error('no status');
    host.answers['app.status'] = () => ({ ...status, keychain: { state: 'available', name: 'Secret Service' } });
    host.emit({ event: 'changed', topic: 'keychain' });
    expect(await screen.findByText('Keychain works')).toBeTruthy();
  });
});

describe('one’s own OAuth client', () => {
  test('goes step by step, opens Google’s pages by their link, and copies what belongs there', async () => {
    const { host } = show('own-client');
    expect(await screen.findByRole('heading', { name: 'Make a Google Cloud project' })).toBeTruthy();
    await press('Open this page at Google');
    expect(host.requests('app.open_link')).toEqual([{ id: 'g1' }]);
    await press('Done, next step');
    expect(document.activeElement?.textContent).toBe('Enable three APIs');
    const written = vi.fn(() => Promise.resolve());
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: written }, configurable: true });
    await press('Copy Tag Manager API');
    expect(written).toHaveBeenCalledWith('Tag Manager API');
    expect(await broken()).toEqual([]);
  });

  test('is where it was left, after leaving the page and after a restart', async () => {
    const { unmount } = show('own-client');
    await press('Done, next step');
    await press('Done, next step');
    unmount();
    ownClient.done = [];
    ownClient.step = null;
    ownClient.read();
    show('own-client');
    expect(await screen.findByRole('heading', { name: 'Name the app on its consent screen' })).toBeTruthy();
    expect(screen.getAllByRole('img', { name: 'done' })).toHaveLength(2);
  });

  test('asks which publishing status was chosen before it goes on', async () => {
    show('own-client');
    await press('Decide how long sign-ins last');
    const next = screen.getByRole('button', { name: /Done, next step/ });
    expect(next.getAttribute('aria-disabled')).toBe('true');
    await fireEvent.click(screen.getByRole('radio', { name: /^Testing/ }));
    expect(next.getAttribute('aria-disabled')).toBeNull();
  });

  test('looks at the file, adds it with what was said of it, and tests a sign-in', async () => {
    const { host } = show('own-client');
    await press('Decide how long sign-ins last');
    await fireEvent.click(screen.getByRole('radio', { name: /^Internal/ }));
    await press('Choose the file');
    await press('Choose file…');
    expect(await screen.findByText('5678-new.apps.googleusercontent.com')).toBeTruthy();
    expect(screen.getAllByRole('img', { name: 'Gantry can listen here' })).toHaveLength(2);
    expect(screen.getByText(/Gantry does not use it\./)).toBeTruthy();
    await press('Add OAuth client');
    expect(await screen.findByRole('heading', { name: 'Make a test sign-in' })).toBeTruthy();
    expect(host.requests('oauth_clients.update')).toEqual([{ id: '1234-abc.apps.googleusercontent.com', name: null, publishing_status: 'internal' }]);

    await fireEvent.click(await screen.findByRole('button', { name: 'Make a test sign-in', description: '' }).catch(() => screen.getAllByRole('button', { name: 'Make a test sign-in' }).at(-1) as HTMLElement));
    expect((host.requests('oauth_clients.test') as ById[])[0]).toEqual({ id: '1234-abc.apps.googleusercontent.com' });
    await screen.findByText('127.0.0.1:47811');
    host.emit({ event: 'job_done', job: 'job-1', command: 'oauth_clients.test', result: { ok: true, message: 'Google signed maya@brightwater.example in with this OAuth client.', email: 'maya@brightwater.example', code: null } });
    expect(await screen.findByText('It works')).toBeTruthy();
    expect(screen.getByText('You have your own OAuth client')).toBeTruthy();
  });

  test('that Google turns away says why and can be tested again', async () => {
    const { host } = show('oauth-clients');
    host.starts['oauth_clients.test'] = (_request, job) => {
      host.emit({ event: 'job_done', job, command: 'oauth_clients.test', result: { ok: false, message: 'No answer from Google. Add the account as a test user.', email: null, code: 'sign_in_timed_out' } });
    };
    await press('Test Brightwater desktop');
    const dialog = await screen.findByRole('dialog');
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Make a test sign-in' }));
    expect(await within(dialog).findByText(/Add the account as a test user/)).toBeTruthy();
    expect(within(dialog).getByRole('button', { name: 'Test again' })).toBeTruthy();
  });

  test('is renamed, and its publishing status told', async () => {
    const { host } = show('oauth-clients');
    await press('Edit Brightwater desktop');
    const dialog = await screen.findByRole('dialog');
    await fireEvent.input(within(dialog).getByLabelText('Name'), { target: { value: 'Northlight' } });
    await fireEvent.click(within(dialog).getByRole('radio', { name: /^Testing/ }));
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
    expect(host.requests('oauth_clients.update')).toEqual([{ id: '1234-abc.apps.googleusercontent.com', name: 'Northlight', publishing_status: 'testing' }]);
  });
});
