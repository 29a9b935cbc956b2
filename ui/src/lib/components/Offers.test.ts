// What the engine offers about an error is done by its buttons, from any page.
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test, vi } from 'vitest';

import { refusal } from '../../test/fake-host';
import { sampleHost } from '../../test/sample-host';
import { app } from '../app.svelte';
import type { ErrorView, Offer } from '../bindings';
import { router } from '../router.svelte';
import ErrorNotice from './ErrorNotice.svelte';

beforeEach(() => {
  for (const resource of [app.status, app.connections, app.settings]) resource.clear();
  router.go('reports');
});

function show(offers: Offer[], part: Partial<ErrorView> = {}, more: Record<string, unknown> = {}) {
  const host = sampleHost().use();
  render(ErrorNotice, { error: refusal({ code: 'no_permission', offers, ...part }), ...more });
  return host;
}
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

test('k1_asking_the_keychain_again_runs_what_failed_once_it_opens', async () => {
  const again = vi.fn();
  const host = show([{ kind: 'retry_keychain' }], { code: 'keychain_unavailable' }, { onretry: again });
  host.answers['keychain.retry'] = () => ({ state: 'unavailable', problem: 'locked', reason: 'Locked.', remedy: 'Unlock it.' });
  await press('Ask the keychain again');
  await waitFor(() => { expect(host.requests('keychain.retry')).toHaveLength(1); });
  expect(again).not.toHaveBeenCalled();
  host.answers['keychain.retry'] = () => ({ state: 'available', name: 'Secret Service' });
  await waitFor(() => { expect(screen.getByRole('button', { name: 'Ask the keychain again' }).getAttribute('aria-disabled')).toBeNull(); });
  await press('Ask the keychain again');
  await waitFor(() => { expect(again).toHaveBeenCalledTimes(1); });
});

test('s6_a_text_is_ready_to_copy_and_says_that_it_was_copied', async () => {
  const written = vi.fn(() => Promise.resolve());
  Object.defineProperty(navigator, 'clipboard', { value: { writeText: written }, configurable: true });
  show([{ kind: 'copy_text', label: 'Copy e-mail', text: 'exports@bw-prod.iam.gserviceaccount.example' }]);
  await press('Copy e-mail');
  expect(written).toHaveBeenCalledWith('exports@bw-prod.iam.gserviceaccount.example');
  expect(await screen.findByRole('button', { name: 'Copied' })).toBeTruthy();
});

test('another connection is gone on with where the page can, else shown', async () => {
  const use = vi.fn();
  show([{ kind: 'use_connection', connection_id: 'c1', email: 'maya@brightwater.example' }], {}, { onuse: use });
  await press('Use maya@brightwater.example');
  expect(use).toHaveBeenCalledWith('c1');
  expect(router.route.page).toBe('reports');
});

test('a connection that is not known is shown, and nothing of it is switched off', async () => {
  const host = show([{ kind: 'use_again', connection_id: 'gone', permission: 'edit' }]);
  await press('Switch Edit on again');
  await waitFor(() => { expect(router.route).toEqual({ page: 'connections', id: 'gone' }); });
  expect(host.requests('connections.use_permissions')).toEqual([]);
});

test('a link that cannot be opened says so beside it', async () => {
  const host = show([{ kind: 'open_link', label: 'Enable it', link: { id: 'l7', url: 'https://console.cloud.google.com/' } }]);
  host.answers['app.open_link'] = () => { throw refusal({ code: 'invalid_request', message: 'No browser could be opened.' }); };
  await press('Enable it');
  expect(await screen.findByText(/No browser could be opened\./)).toBeTruthy();
});

test('a service account’s key that is of no use leads to the connections, and never to a sign-in', () => {
  show([], { code: 'service_account_key', remedy: 'Replace its key.' });
  expect(screen.queryByRole('button', { name: 'Sign in again' })).toBeNull();
  expect(screen.getByRole('link', { name: 'Open Connections' })).toBeTruthy();
});
