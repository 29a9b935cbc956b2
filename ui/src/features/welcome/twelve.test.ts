// From the welcome screen to the measurement ID: every click, key field and press of a browser page counts, and there are at most twelve.
import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';

import { app } from '../../lib/app.svelte';
import { router } from '../../lib/router.svelte';
import { signIn } from '../../lib/signin.svelte';
import App from '../../shell/App.svelte';
import * as sample from '../../test/sample';
import { sampleHost } from '../../test/sample-host';
import { choices } from '../../test/sample-provisioning';
import { draft, freshEntries } from '../provisioning/draft.svelte';
import { finish, openSignIn, openTagManager, openTerms, playSteps } from '../provisioning/preview';

const MOST = 12;
type Host = ReturnType<typeof sampleHost>;

/** A path through the window and the browser, step by step as a person takes it. */
class Path {
  readonly taken: string[] = [];

  async click(name: string | RegExp, role: 'button' | 'link' = 'button'): Promise<void> {
    const control = await screen.findByRole(role, { name });
    this.taken.push(`press ${control.textContent.trim()}`);
    const form = control.getAttribute('type') === 'submit' ? control.closest('form') : null;
    if (form) await fireEvent.submit(form);
    else await fireEvent.click(control);
    // jsdom follows no links.
    const href = control.getAttribute('href');
    if (href) {
      location.hash = href;
      window.dispatchEvent(new HashChangeEvent('hashchange'));
    }
  }

  async fill(label: string, text: string): Promise<void> {
    const field = await screen.findByLabelText(label);
    this.taken.push(`fill in ${label}`);
    await fireEvent.input(field, { target: { value: text } });
    await fireEvent.blur(field);
  }

  /** What is pressed on one of Google's pages. */
  browser(...presses: string[]): void {
    this.taken.push(...presses.map((press) => `browser: ${press}`));
  }
}

function show(): Host {
  const host = sampleHost('sandbox-first').use();
  location.hash = '';
  render(App);
  return host;
}

function signedIn(host: Host): void {
  host.answers['app.status'] = () => sample.sandboxed;
  host.answers['connections.list'] = () => sample.connections;
  host.emit({ event: 'changed', topic: 'connections' });
}

async function measurementId(path: Path): Promise<void> {
  await screen.findByRole('heading', { name: 'Your site is set up' });
  expect(screen.getAllByText('G-4K7WQ2M1TX').length).toBeGreaterThan(0);
  expect(path.taken.length, path.taken.join('\n')).toBeLessThanOrEqual(MOST);
}

beforeEach(() => {
  for (const resource of [app.status, app.connections, app.settings]) resource.clear();
  signIn.close();
  router.route = { page: 'overview', id: null };
  draft.entries = freshEntries('en-GB');
  draft.typed = {};
  draft.dismissed = null;
  draft.options = false;
});

test('details after sign-in', async () => {
  const path = new Path();
  const host = show();
  let job = '';
  host.starts['provisioning.start'] = (_, id) => {
    job = id;
    playSteps(host, id, 'terms');
    openTerms(host, id);
  };
  await path.click(/Sign in with Google/);
  await screen.findByText('127.0.0.1:47811');
  path.browser('choose the account', 'allow');
  signedIn(host);
  host.emit({ event: 'job_done', job: 'job-1', command: 'connections.connect', result: sample.connections[0] ?? null });
  await path.fill('Website address', 'www.elmsteadbakery.example');
  await screen.findByText(/has no Google tag yet/);
  await path.click('Continue to Google’s terms');
  await screen.findByRole('heading', { name: 'Accept Google’s terms in your browser' });
  path.browser('tick the terms', 'accept');
  playSteps(host, job);
  finish(host, job);
  await measurementId(path);
  expect(path.taken).toHaveLength(7);
});

test('details before sign-in, without a Tag Manager account', async () => {
  const path = new Path();
  const host = show();
  let job = '';
  host.answers['provisioning.choices'] = () => ({ ...choices, tag_manager_accounts: [] });
  host.starts['provisioning.start'] = (_, id) => {
    job = id;
    openSignIn(host, id);
  };
  await path.click('Enter the details first, sign in later', 'link');
  await path.fill('Website address', 'www.elmsteadbakery.example');
  await screen.findByText(/has no Google tag yet/);
  await path.click(/Sign in and continue/);
  await screen.findByRole('heading', { name: 'Sign in with Google in your browser' });
  path.browser('choose the account', 'allow');
  signedIn(host);
  playSteps(host, job, 'terms');
  openTerms(host, job);
  await screen.findByRole('heading', { name: 'Accept Google’s terms in your browser' });
  path.browser('tick the terms', 'accept');
  playSteps(host, job, 'tag_manager_account');
  openTagManager(host, job);
  await screen.findByRole('heading', { name: 'Make a Tag Manager account' });
  path.browser('name the account', 'create');
  playSteps(host, job);
  finish(host, job);
  await measurementId(path);
  expect(path.taken).toHaveLength(9);
});
