// The window as a person meets it: first run, signing in, sandbox, keys, banners.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { signIn } from '../lib/signin.svelte';
import { app } from '../lib/app.svelte';
import type { ConnectRequest } from '../lib/bindings';
import { router } from '../lib/router.svelte';
import { refusal } from '../test/fake-host';
import { type Scene, sampleHost } from '../test/sample-host';
import * as sample from '../test/sample';
import App from './App.svelte';

function show(scene: Scene, hash = '') {
  const host = sampleHost(scene).use();
  location.hash = hash;
  render(App);
  return host;
}

beforeEach(() => {
  for (const resource of [app.status, app.connections, app.settings]) resource.clear();
  signIn.close();
  router.route = { page: 'overview', id: null };
});

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));

describe('the first run', () => {
  test('without an OAuth client leads through getting one, to the file, and to the sandbox', async () => {
    const host = show('first');
    expect((await screen.findByRole('link', { name: 'Get one, step by step' })).getAttribute('href')).toBe('#/settings/own-client');
    expect((await screen.findByRole('link', { name: 'Add your OAuth client' })).getAttribute('href')).toBe('#/settings/oauth-clients');
    await press('Try the sandbox');
    expect(host.requests('sandbox.enter')).toHaveLength(1);
    await waitFor(() => { expect(host.restarts).toBe(1); });
  });

  test('asks Google for what the chosen task needs', async () => {
    const host = show('sandbox-first');
    await screen.findByRole('button', { name: /Sign in with Google/ });
    await fireEvent.click(screen.getByRole('radio', { name: /Manage accounts/ }));
    await press(/Sign in with Google/);
    expect((host.requests('connections.connect') as ConnectRequest[])[0]).toMatchObject({ allow: ['view'], reconnect: null, session_only: false });
  });
});

describe('signing in', () => {
  test('waits, copies the link, and stops when asked', async () => {
    const host = show('sandbox-first');
    await screen.findByRole('button', { name: /Sign in with Google/ });
    await press(/Sign in with Google/);
    const dialog = await screen.findByRole('dialog', { name: 'Finish signing in in your browser' });
    expect(await within(dialog).findByText('127.0.0.1:47811')).toBeTruthy();
    expect(document.activeElement?.textContent.trim()).toBe('Cancel sign-in');

    const written = vi.fn(() => Promise.resolve());
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: written }, configurable: true });
    await press(/Copy link/);
    expect(written).toHaveBeenCalledWith('https://accounts.google.com/o/oauth2/v2/auth?client_id=1234');
    await press(/Open again/);
    expect(host.requests('app.open_link')).toEqual([{ id: 'l1' }]);

    await fireEvent.keyDown(dialog, { key: 'Escape' });
    expect(host.requests('jobs.cancel')).toEqual([{ id: 'job-1' }]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('that was allowed leads on to the task', async () => {
    const host = show('sandbox-first');
    await screen.findByRole('button', { name: /Sign in with Google/ });
    await press(/Sign in with Google/);
    await screen.findByText('127.0.0.1:47811');
    host.answers['app.status'] = () => sample.sandboxed;
    host.answers['connections.list'] = () => sample.connections;
    host.emit({ event: 'changed', topic: 'connections' });
    host.emit({ event: 'job_done', job: 'job-1', command: 'connections.connect', result: sample.connections[0] ?? null });
    expect(await screen.findByRole('heading', { name: 'Set up a site' })).toBeTruthy();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('that was declined says so and offers another try', async () => {
    const host = show('sandbox-first');
    host.starts['connections.connect'] = (_request, job) => {
      host.emit({ event: 'job_failed', job, command: 'connections.connect', error: refusal({ code: 'sign_in_denied', message: 'You declined on Google’s page.' }) });
    };
    await screen.findByRole('button', { name: /Sign in with Google/ });
    await press(/Sign in with Google/);
    expect(await screen.findByText('You declined on Google’s page.')).toBeTruthy();
    await press(/Try again/);
    await waitFor(() => { expect(host.requests('connections.connect')).toHaveLength(2); });
  });

  test('with unticked permissions names what is missing', async () => {
    const host = show('sandbox-first');
    host.starts['connections.connect'] = (_request, job) => {
      host.emit({ event: 'job_done', job, command: 'connections.connect', result: sample.connections[1] ?? null });
    };
    await screen.findByRole('button', { name: /Sign in with Google/ });
    await press(/Sign in with Google/);
    expect(await screen.findByText(/works without Publish\./)).toBeTruthy();
    await press('Go on');
    expect(router.route.page).toBe('provisioning');
  });

  test('without a keychain is offered for this session', async () => {
    const host = show('agency', '#/connections');
    host.starts['connections.connect'] = (_request, job) => {
      host.emit({ event: 'job_failed', job, command: 'connections.connect', error: refusal({ code: 'keychain_unavailable' }) });
    };
    await screen.findByRole('heading', { name: 'Connections' });
    void signIn.start({ allow: ['view'] });
    await fireEvent.click(await screen.findByRole('button', { name: 'Use it until I quit' }));
    await waitFor(() => {
      expect((host.requests('connections.connect') as ConnectRequest[]).map((request) => request.session_only)).toEqual([false, true]);
    });
  });
});

describe('the sandbox', () => {
  test('is marked on the frame, the banner, the status bar and the title', async () => {
    const host = show('sandbox', '#/settings');
    expect(await screen.findByText('Sandbox.')).toBeTruthy();
    expect(document.documentElement.dataset['mode']).toBe('sandbox');
    expect(within(screen.getByLabelText('Status')).getByText('Sandbox')).toBeTruthy();
    expect(host.titles.at(-1)).toBe('Settings · Sandbox · Gantry');
    await press('Leave sandbox');
    expect(host.requests('sandbox.leave')).toHaveLength(1);
  });

  test('from outside names its address and offers nothing that cannot be done', async () => {
    show('sandbox-outside', '#/settings/sandbox');
    expect(await screen.findByText(/Practice data from http:\/\/127\.0\.0\.1:40123 stands in for Google\./)).toBeTruthy();
    expect(await screen.findByText('A sandbox outside Gantry stands in for Google')).toBeTruthy();
    expect(document.documentElement.dataset['mode']).toBe('sandbox');
    expect(screen.queryByRole('button', { name: /Leave sandbox|Reset samples/ })).toBeNull();
  });

  test('leaves no mark behind', async () => {
    const host = show('agency', '#/settings');
    await screen.findByRole('heading', { name: 'Settings' });
    await waitFor(() => { expect(host.titles.at(-1)).toBe('Settings · Gantry'); });
    expect(document.documentElement.dataset['mode']).toBeUndefined();
    expect(screen.queryByText('Sandbox.')).toBeNull();
  });
});

describe('keys', () => {
  test('go to pages and settings', async () => {
    show('agency');
    await screen.findByRole('heading', { name: 'Overview' });
    await fireEvent.keyDown(window, { key: '5', ctrlKey: true });
    expect(router.route.page).toBe('connections');
    await fireEvent.keyDown(window, { key: ',', ctrlKey: true });
    expect(router.route.page).toBe('settings');
    await fireEvent.keyDown(window, { key: '1' });
    expect(router.route.page).toBe('settings');
  });

  test('change the size of text, and keep it', async () => {
    show('agency', '#/settings/appearance');
    await screen.findByText('100 %');
    await fireEvent.keyDown(window, { key: '+', ctrlKey: true });
    expect(document.documentElement.style.fontSize).toBe('110%');
    await press('Larger text');
    expect(screen.getByText('125 %')).toBeTruthy();
    await fireEvent.keyDown(window, { key: '0', ctrlKey: true });
    expect(document.documentElement.style.fontSize).toBe('');
  });

  test('read the view again instead of reloading the window', async () => {
    const host = show('agency');
    await screen.findByText('36 properties');
    const event = new KeyboardEvent('keydown', { key: 'r', ctrlKey: true, bubbles: true, cancelable: true });
    window.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
    await waitFor(() => { expect(host.requests('estate.sync')).toHaveLength(1); });
  });

  test('F6 moves through the panes and back', async () => {
    show('agency', '#/settings');
    await screen.findByRole('radiogroup', { name: 'Theme' });
    const pane = () => document.activeElement?.closest('.sidebar, .toolbar, .pane')?.className.split(' ')[0];
    await fireEvent.keyDown(window, { key: 'F6' });
    expect(pane()).toBe('sidebar');
    await fireEvent.keyDown(window, { key: 'F6' });
    expect(pane()).toBe('pane');
    await fireEvent.keyDown(window, { key: 'F6', shiftKey: true });
    expect(pane()).toBe('sidebar');
  });
});

describe('names from Google', () => {
  test('stay text', async () => {
    show('agency', '#/connections/c2');
    expect((await screen.findAllByText('<b>Operations</b>')).length).toBeGreaterThan(0);
    expect(document.querySelector('.cons b')).toBeNull();
  });
});

describe('settings', () => {
  test('change the theme at once', async () => {
    const host = show('agency', '#/settings/appearance');
    await screen.findByRole('radiogroup', { name: 'Theme' });
    await fireEvent.click(screen.getByRole('radio', { name: 'Dark' }));
    await waitFor(() => { expect(document.documentElement.dataset['theme']).toBe('dark'); });
    expect(host.requests('settings.set')).toEqual([{ ...sample.settings, theme: 'dark' }]);
  });

  test('add an OAuth client by its file', async () => {
    const host = show('agency', '#/settings/oauth-clients');
    await fireEvent.click(await screen.findByRole('button', { name: 'Choose file…' }));
    await waitFor(() => { expect((screen.getByLabelText('File') as HTMLInputElement).value).toContain('client_secret_1234.json'); });
    await press('Add OAuth client');
    expect(host.requests('oauth_clients.add')).toEqual([{ path: '/home/maya/Downloads/client_secret_1234.json', name: null, session_only: false }]);
    expect(await screen.findByText('Brightwater desktop is ready')).toBeTruthy();
  });

  test('do not send a limit that is none', async () => {
    const host = show('agency', '#/settings/quota');
    const field = await screen.findByLabelText('Tag Manager calls per 100 seconds');
    await fireEvent.change(field, { target: { value: '0' } });
    await fireEvent.change(field, { target: { value: '' } });
    expect(host.requests('settings.set')).toEqual([]);
    await fireEvent.change(field, { target: { value: '50' } });
    await waitFor(() => { expect(host.requests('settings.set')).toEqual([{ ...sample.settings, tag_manager_calls_per_window: 50 }]); });
  });
});

describe('connections', () => {
  test('are disconnected only after asking', async () => {
    const host = show('agency', '#/connections/c1');
    await fireEvent.click(await screen.findByRole('button', { name: 'Disconnect…' }));
    const dialog = await screen.findByRole('alertdialog', { name: /maya@brightwater.example/ });
    expect(document.activeElement?.textContent.trim()).toBe('Cancel');
    expect(host.requests('connections.disconnect')).toEqual([]);
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Disconnect' }));
    expect(host.requests('connections.disconnect')).toEqual([{ id: 'c1' }]);
    await waitFor(() => { expect(screen.queryByRole('alertdialog')).toBeNull(); });
  });

  test('that are allowed more ask for the union', async () => {
    const host = show('agency', '#/connections/c2');
    await fireEvent.click(await screen.findByRole('button', { name: 'Allow more…' }));
    await fireEvent.click(await screen.findByRole('checkbox', { name: /Configure/ }));
    expect((screen.getByRole('checkbox', { name: /^View/ }) as HTMLInputElement).disabled).toBe(true);
    await press(/Sign in with Google/);
    expect((host.requests('connections.connect') as ConnectRequest[])[0]).toMatchObject({
      allow: ['view', 'configure', 'edit', 'publish'], reconnect: 'c2',
    });
  });
});

test('the overview keeps its figures when reading again fails', async () => {
  const host = show('agency');
  await screen.findByText('36 properties');
  host.answers['app.overview'] = () => { throw refusal({ code: 'storage', message: 'The database is locked.' }); };
  host.emit({ event: 'changed', topic: 'containers' });
  expect(await screen.findByText('The database is locked.')).toBeTruthy();
  expect(screen.getByText('36 properties')).toBeTruthy();
});
