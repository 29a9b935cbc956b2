// Connections as a person meets them: what each may do, why one stopped working, and the way back.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { app } from '../../lib/app.svelte';
import type { ConnectionView, ConnectRequest, UsePermissions } from '../../lib/bindings';
import { router } from '../../lib/router.svelte';
import { signIn } from '../../lib/signin.svelte';
import App from '../../shell/App.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { sampleHost, type Scene } from '../../test/sample-host';
import * as sample from '../../test/sample';
import { endsSoon, rowState } from './states';

function show(id = '', scene: Scene = 'agency') {
  const host = sampleHost(scene).use();
  document.documentElement.lang = 'en';
  document.title = 'Gantry';
  location.hash = `#/connections/${id}`;
  render(App);
  return host;
}

beforeEach(() => {
  for (const resource of [app.status, app.connections, app.settings]) resource.clear();
  signIn.close();
  router.route = { page: 'overview', id: null };
});

const press = async (name: string | RegExp) => fireEvent.click(await screen.findByRole('button', { name }));
const rowOf = async (email: string) => (await within(await screen.findByRole('table', { name: 'Connections' })).findByText(email)).closest('tr') as HTMLElement;
const clipboard = () => {
  const written = vi.fn(() => Promise.resolve());
  Object.defineProperty(navigator, 'clipboard', { value: { writeText: written }, configurable: true });
  return written;
};

describe('the table', () => {
  test('tells allowed, switched off and not granted apart in words', async () => {
    show();
    const row = await rowOf('ops@brightwater.example');
    const words = within(row).getAllByRole('img').map((mark) => mark.getAttribute('aria-label'));
    expect(words).toEqual(['allowed', 'not granted', 'switched off here', 'not granted', 'not granted']);
  });

  test('names a service account, a refused key, and an end that is near', async () => {
    show();
    const robot = await rowOf('exports@bw-prod.iam.gserviceaccount.example');
    expect(within(robot).getByRole('img', { name: 'Service account' })).toBeTruthy();
    expect(screen.getByText('Key refused')).toBeTruthy();
    expect(within(await rowOf('studio@isola.example')).getByText(/^Ends /)).toBeTruthy();
  });

  test('shows how much of Tag Manager’s day each OAuth client has used', async () => {
    show();
    expect(await screen.findByText('2,310 of 10,000')).toBeTruthy();
    expect(screen.getByText('No calls yet')).toBeTruthy();
  });

  test('arrows move the selection and Esc closes the inspector', async () => {
    show('c1');
    const row = await rowOf('maya@brightwater.example');
    row.focus();
    await fireEvent.keyDown(row, { key: 'ArrowDown' });
    expect(router.route.id).toBe('c2');
    await fireEvent.keyDown(window, { key: 'Escape' });
    expect(router.route.id).toBeNull();
  });
});

describe('a state in one glance', () => {
  const of = (part: Partial<ConnectionView>) => rowState({ ...(sample.connections[0] as ConnectionView), ...part });
  const now = new Date(2026, 10, 25, 12).getTime();
  test('a session’s sign-in lasts until one quits', () => {
    expect(of({ stored_in: 'session' }).label).toBe('Until you quit');
  });
  test.each([
    [10 * 86_400_000, null],
    [5 * 86_400_000, { label: 'Ends Monday', urgent: false }],
    [86_400_000 + 1, { label: 'Ends Thursday', urgent: true }],
    [-1, { label: 'Ends any time', urgent: true }],
  ])('an end %i ms away', (left, said) => {
    expect(endsSoon(new Date(now + left).toISOString(), now)).toEqual(said);
  });
});

describe('a connection that stopped working', () => {
  test('r1_r2_says_the_cause_what_else_it_may_be_and_offers_the_remedy', async () => {
    const host = show('c3');
    const pane = await screen.findByRole('complementary', { name: /analytics@/ });
    expect(within(pane).getByText(/access was most likely removed/)).toBeTruthy();
    expect(within(pane).getByText('The password of the Google account was changed.')).toBeTruthy();
    expect(within(pane).getByText('Other connections are not affected')).toBeTruthy();
    await fireEvent.click(within(pane).getByRole('button', { name: 'Sign in again' }));
    expect((host.requests('connections.connect') as ConnectRequest[])[0]).toMatchObject({ allow: ['view', 'publish'], reconnect: 'c3' });
  });

  test('s5_a_refused_key_is_replaced_by_a_new_one', async () => {
    const host = show('c6');
    await press('Choose a new key…');
    const dialog = await screen.findByRole('dialog', { name: /A new key for a-rather-long/ });
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Choose file…' }));
    expect(await within(dialog).findByText(/It is added beside it/)).toBeTruthy();
    expect(host.requests('service_accounts.add')).toEqual([]);
  });

  test('k1_a_locked_keychain_is_unlocked_from_where_it_is_missed', async () => {
    const host = show('c1');
    host.answers['connections.list'] = () => [{
      ...(sample.connections[0] as ConnectionView), state: 'needs_sign_in',
      trouble: { cause: 'keychain_unavailable', since: null, title: 'The keychain is locked', explanation: 'It holds this sign-in.', remedy: 'Unlock it.', also_possible: [], action: 'unlock_keychain' },
    }];
    host.emit({ event: 'changed', topic: 'connections' });
    const pane = await screen.findByRole('complementary', { name: /maya@/ });
    await fireEvent.click(await within(pane).findByRole('button', { name: 'Unlock…' }));
    expect(host.requests('keychain.retry')).toHaveLength(1);
  });
});

describe('permissions', () => {
  test('are switched off here at once and on again, without asking Google', async () => {
    const host = show('c1');
    const publish = await screen.findByRole('switch', { name: 'Use Publish' });
    await fireEvent.click(publish);
    await waitFor(() => { expect(publish.getAttribute('aria-checked')).toBe('false'); });
    expect((host.requests('connections.use_permissions') as UsePermissions[])[0]).toEqual({ id: 'c1', allow: ['view', 'configure', 'edit', 'manage'] });
    expect(within(await rowOf('maya@brightwater.example')).getByRole('img', { name: 'switched off here' })).toBeTruthy();
    await fireEvent.click(publish);
    await waitFor(() => { expect(host.requests('connections.use_permissions')).toHaveLength(2); });
    expect(host.requests('connections.connect')).toEqual([]);
  });

  test('that cannot be switched stay as they were, and say why', async () => {
    const host = show('c1');
    host.answers['connections.use_permissions'] = () => { throw refusal({ code: 'storage', message: 'The disk is full.' }); };
    const publish = await screen.findByRole('switch', { name: 'Use Publish' });
    await fireEvent.click(publish);
    expect(await screen.findByText('The disk is full.')).toBeTruthy();
    expect(publish.getAttribute('aria-checked')).toBe('true');
  });

  test('a7_one_that_was_not_granted_is_asked_for_with_all_before_it', async () => {
    const host = show('c2');
    await press('Grant Configure');
    expect((host.requests('connections.connect') as ConnectRequest[])[0]).toMatchObject({ allow: ['view', 'configure', 'edit', 'publish'], reconnect: 'c2' });
  });
});

describe('a check', () => {
  test('lists what was looked at, with what can be done about it', async () => {
    const host = show('c2');
    await press('Check now');
    const result = await screen.findByRole('region', { name: 'Check' });
    expect(await within(result).findByText('The Analytics Data API is not enabled')).toBeTruthy();
    expect(within(result).getAllByRole('img', { name: 'fine' })).toHaveLength(3);
    expect(within(result).getByRole('img', { name: 'not looked at' })).toBeTruthy();
    await fireEvent.click(within(result).getByRole('button', { name: 'Enable it' }));
    expect(host.requests('app.open_link')).toEqual([{ id: 'l7' }]);
    await fireEvent.click(within(result).getByRole('button', { name: 'Grant Publish' }));
    await waitFor(() => { expect((host.requests('connections.connect') as ConnectRequest[])[0]?.allow).toEqual(['view', 'edit', 'publish']); });
    await signIn.cancel();
    await fireEvent.click(within(result).getByRole('button', { name: 'Switch Edit on again' }));
    await waitFor(() => { expect(host.requests('connections.use_permissions')).toEqual([{ id: 'c2', allow: ['view', 'edit'] }]); });
    await fireEvent.click(screen.getByRole('button', { name: 'Use maya@brightwater.example' }));
    expect(router.route.id).toBe('c1');
  });

  test('breaks no rule of accessibility', async () => {
    show('c2');
    await press('Check now');
    await screen.findByText('The Analytics Data API is not enabled');
    expect(await broken()).toEqual([]);
  });
});

describe('signing in', () => {
  const fail = (host: ReturnType<typeof sampleHost>, error: Parameters<typeof refusal>[0]) => {
    host.starts['connections.connect'] = (_request, job) => { host.emit({ event: 'job_failed', job, command: 'connections.connect', error: refusal(error) }); };
  };

  test('a1_the_link_stays_usable_after_the_opener_claimed_success', async () => {
    show('c3');
    await press('Sign in again');
    await screen.findByText('127.0.0.1:47811');
    const written = clipboard();
    await press('Copy link');
    expect(written).toHaveBeenCalledWith('https://accounts.google.com/o/oauth2/v2/auth?client_id=1234');
    await press('Copied');
    expect(written).toHaveBeenCalledTimes(2);
  });

  test('a3_a4_a5_no_answer_lists_what_may_have_happened', async () => {
    const host = show('c3');
    fail(host, { code: 'sign_in_timed_out', message: 'No answer from Google after 10 minutes.' });
    await press('Sign in again');
    const dialog = await screen.findByRole('dialog', { name: 'No answer from Google' });
    for (const cause of ['the tab was closed', 'admin policy', 'verification process', 'redirect_uri_mismatch', '127.0.0.1']) {
      expect(within(dialog).getAllByText(new RegExp(cause)).length).toBeGreaterThan(0);
    }
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Try again' }));
    expect(host.requests('connections.connect')).toHaveLength(2);
  });

  test('a5_a_note_for_the_administrator_names_what_to_allow', async () => {
    show('c3');
    await press('Sign in again');
    await screen.findByText('127.0.0.1:47811');
    const written = clipboard();
    await press('Copy note for the administrator');
    expect(written).toHaveBeenCalledWith(expect.stringContaining('\n1234\n'));
  });

  test('a6_who_declines_is_told_that_nothing_changed', async () => {
    const host = show('c3');
    fail(host, { code: 'sign_in_denied', message: 'You declined on Google’s page.' });
    await press('Sign in again');
    const dialog = await screen.findByRole('dialog', { name: 'You declined' });
    expect(within(dialog).getByText('Nothing was changed: the connection is as it was.')).toBeTruthy();
  });

  test('a8_another_account_is_named_nothing_is_replaced_and_it_can_be_kept_beside', async () => {
    const host = show('c1');
    fail(host, {
      code: 'wrong_account', message: 'You signed in as sam@brightwater.example, but this connection is maya@brightwater.example.',
      offers: [{ kind: 'adopt_account', pending: 'p1', email: 'sam@brightwater.example' }],
    });
    await screen.findByRole('complementary', { name: /maya@/ });
    void signIn.again(sample.connections[0] as ConnectionView);
    const dialog = await screen.findByRole('dialog', { name: 'Another account answered' });
    expect(within(dialog).getByText('Nothing was replaced. maya@brightwater.example is as it was.')).toBeTruthy();
    expect(await broken()).toEqual([]);
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Add sam@brightwater.example as a new connection' }));
    await waitFor(() => { expect(router.route.id).toBe('c9'); });
    expect(host.requests('connections.adopt')).toEqual([{ pending: 'p1' }]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('a7_what_was_left_unticked_can_be_granted_by_the_same_account', async () => {
    const host = show();
    host.starts['connections.connect'] = (_request, job) => {
      host.emit({ event: 'job_done', job, command: 'connections.connect', result: sample.connections[1] ?? null });
    };
    await rowOf('maya@brightwater.example');
    void signIn.start({ allow: ['view', 'edit', 'publish'] });
    await press('Grant Publish');
    await waitFor(() => { expect((host.requests('connections.connect') as ConnectRequest[])[1]).toMatchObject({ allow: ['view', 'edit', 'publish'], reconnect: 'c2' }); });
  });

  test('c4_an_answer_that_was_not_asked_for_is_mentioned_and_the_wait_goes_on', async () => {
    const host = show('c3');
    await press('Sign in again');
    await screen.findByText('127.0.0.1:47811');
    host.emit({ event: 'stray_answer', job: 'job-1', message: 'An answer with another state came. Gantry ignored it.' });
    expect(await screen.findByText('An answer with another state came. Gantry ignored it.')).toBeTruthy();
    expect(screen.getByText('Waiting for you')).toBeTruthy();
  });
});

describe('without a keychain', () => {
  test('k2_an_absent_one_offers_this_session_only', async () => {
    const host = show('', 'nokeychain');
    await press('Add Google account');
    const dialog = await screen.findByRole('dialog');
    expect((within(dialog).getByRole('checkbox', { name: /until I quit/ }) as HTMLInputElement).checked).toBe(true);
    await fireEvent.click(within(dialog).getByRole('button', { name: /Sign in with Google/ }));
    expect((host.requests('connections.connect') as ConnectRequest[])[0]).toMatchObject({ session_only: true });
  });

  test.each(['locked', 'hung'] as const)('k1_k3_a_%s_one_is_asked_again_or_done_without_when_the_person_says_so', async (scene) => {
    const host = show('', scene);
    await press('Add Google account');
    const dialog = await screen.findByRole('dialog');
    const go = within(dialog).getByRole('button', { name: /Sign in with Google/ });
    expect(go.getAttribute('aria-disabled')).toBe('true');
    await fireEvent.click(within(dialog).getByRole('button', { name: scene === 'locked' ? 'Unlock…' : 'Ask again' }));
    await waitFor(() => { expect(within(dialog).queryByRole('checkbox', { name: /until I quit/ })).toBeNull(); });
    expect(host.requests('keychain.retry')).toHaveLength(1);
    expect(go.getAttribute('aria-disabled')).toBeNull();
  });
});

describe('a service account', () => {
  const open = async (path: string) => {
    const host = show();
    host.answers['app.choose_file'] = () => ({ path });
    await press('Add service account…');
    const dialog = await screen.findByRole('dialog', { name: 'Add a service account' });
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Choose file…' }));
    return { host, dialog };
  };

  test('s6_is_looked_at_first_then_added_and_its_email_is_ready_where_it_reaches_nothing', async () => {
    const { host, dialog } = await open('/keys/reports.json');
    expect(await within(dialog).findByText('reports@bw-prod.iam.gserviceaccount.example')).toBeTruthy();
    expect(within(dialog).getByText(/Other people on this computer can read this file/)).toBeTruthy();
    expect(await broken()).toEqual([]);
    host.answers['connections.check'] = ({ id }) => ({
      connection: { ...(sample.connections[4] as ConnectionView), id, properties: 0, containers: 0 }, ok: true, message: 'Google accepts the key.', findings: [], code: null,
    });
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Add service account' }));
    const added = await screen.findByRole('dialog', { name: /is connected/ });
    expect(host.requests('service_accounts.add')).toEqual([
      { path: '/keys/reports.json', email: null, name: null, allow: ['view'], subject: null, by_reference: false, session_only: false },
    ]);
    expect(await within(added).findByText('It reaches nothing yet')).toBeTruthy();
    const written = clipboard();
    await fireEvent.click(within(added).getByRole('button', { name: 'Copy e-mail address' }));
    expect(written).toHaveBeenCalledWith('reports@bw-prod.iam.gserviceaccount.example');
    expect(within(added).getByText(/Admin > Property access management/)).toBeTruthy();
    await fireEvent.click(within(added).getByRole('button', { name: 'Done' }));
    expect(router.route.id).toBe('c10');
  });

  test('s6_that_acts_as_a_user_reaches_what_the_user_does_so_that_the_users_email_is_the_one_to_add', async () => {
    const { host, dialog } = await open('/keys/reports.json');
    await within(dialog).findByText('reports@bw-prod.iam.gserviceaccount.example');
    host.answers['service_accounts.add'] = () => ({ ...(sample.connections[4] as ConnectionView), id: 'c10', properties: 0, containers: 0 });
    host.answers['connections.check'] = ({ id }) => ({
      connection: { ...(sample.connections[4] as ConnectionView), id, properties: 0, containers: 0 }, ok: true, message: 'Google accepts the key.', findings: [], code: null,
    });
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Add service account' }));
    const added = await screen.findByRole('dialog', { name: /is connected/ });
    expect(await within(added).findByText('It reaches nothing yet')).toBeTruthy();
    const written = clipboard();
    await fireEvent.click(within(added).getByRole('button', { name: 'Copy e-mail address' }));
    expect(written).toHaveBeenCalledWith('maya@brightwater.example');
  });

  test('in a P12 file needs its e-mail, said at the field', async () => {
    const { host, dialog } = await open('/keys/old.p12');
    const email = await within(dialog).findByLabelText(/E-mail of the service account/);
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Add service account' }));
    expect(await within(dialog).findByText(/Enter the service account’s e-mail/)).toBeTruthy();
    expect(host.requests('service_accounts.add')).toEqual([]);
    await fireEvent.input(email, { target: { value: 'old@bw-prod.iam.gserviceaccount.example' } });
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Add service account' }));
    await waitFor(() => { expect(host.requests('service_accounts.add')).toMatchObject([{ email: 'old@bw-prod.iam.gserviceaccount.example' }]); });
  });

  test('s1_s2_s3_a_file_that_is_no_key_is_refused_at_its_field_and_nothing_is_stored', async () => {
    const host = show();
    host.answers['service_accounts.inspect'] = () => {
      throw refusal({ code: 'invalid_request', message: 'This is an OAuth client file, not a service account key.', remedy: 'Add it under OAuth clients.' });
    };
    await press('Add service account…');
    const dialog = await screen.findByRole('dialog', { name: 'Add a service account' });
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Choose file…' }));
    expect(await within(dialog).findByText(/This is an OAuth client file/, { selector: '.error' })).toBeTruthy();
    expect(within(dialog).getByLabelText('Key file').getAttribute('aria-invalid')).toBe('true');
    await fireEvent.click(within(dialog).getByRole('button', { name: /Add service account/ }));
    expect(host.requests('service_accounts.add')).toEqual([]);
  });

  test('is removed without a promise to revoke anything', async () => {
    show('c5');
    await press('Remove…');
    const dialog = await screen.findByRole('alertdialog', { name: /exports@/ });
    expect(within(dialog).getByText(/nothing is revoked at Google/)).toBeTruthy();
  });
});
