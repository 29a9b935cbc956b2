// Every screen in both themes and in its states: no rule of axe is broken.
import { render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';

import { PRESETS, signIn } from '../lib/signin.svelte';
import { app } from '../lib/app.svelte';
import type { Theme } from '../lib/bindings';
import { PAGES, router } from '../lib/router.svelte';
import { broken } from '../test/axe';
import { refusal } from '../test/fake-host';
import { type Scene, sampleHost } from '../test/sample-host';
import * as sample from '../test/sample';
import App from './App.svelte';

const more = import.meta.glob<{ prepare: (host: ReturnType<typeof sampleHost>) => void }>('../features/*/preview.ts', { eager: true });

function show(scene: Scene, theme: Theme, hash: string) {
  const host = sampleHost(scene);
  host.answers['settings.get'] = () => ({ ...sample.settings, theme });
  for (const part of Object.values(more)) part.prepare(host);
  host.use();
  location.hash = hash;
  router.route = { ...router.route };
  render(App);
  return host;
}

beforeEach(() => {
  document.documentElement.lang = 'en';
  document.title = 'Gantry';
  for (const resource of [app.status, app.connections, app.settings]) resource.clear();
  signIn.close();
});

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  test.each(PAGES)('%s', async (page) => {
    show('agency', theme, `#/${page}`);
    await screen.findByRole('heading', { level: 1 });
    await waitFor(() => { expect(document.documentElement.dataset['theme']).toBe(theme); });
    await waitFor(() => { expect(document.querySelector('.skeleton')).toBeNull(); });
    expect(await broken()).toEqual([]);
  });

  test.each(['first', 'sandbox-first'] as const)('the welcome, %s', async (scene) => {
    show(scene, theme, '#/overview');
    await screen.findByRole('heading', { name: 'What would you like to do first?' });
    expect(await broken()).toEqual([]);
  });

  test.each(['oauth-clients', 'own-client', 'quota', 'data', 'sandbox', 'about'])('settings, %s', async (section) => {
    show('nokeychain', theme, `#/settings/${section}`);
    await screen.findByRole('heading', { level: 2 });
    expect(await broken()).toEqual([]);
  });

  test('a connection that needs a sign-in', async () => {
    show('agency', theme, '#/connections/c3');
    await screen.findByRole('complementary', { name: /Connection analytics@/ });
    expect(await broken()).toEqual([]);
  });

  test('the sign-in dialog', async () => {
    show('agency', theme, '#/connections');
    await screen.findByRole('heading', { level: 1 });
    void signIn.start({ allow: PRESETS.setUp });
    await screen.findByText('127.0.0.1:47811');
    expect(await broken()).toEqual([]);
    await signIn.cancel();
  });

  test('an error over a page', async () => {
    const host = show('agency', theme, '#/overview');
    host.answers['app.overview'] = () => { throw refusal({ code: 'storage', activity_id: 'a-7', details: 'disk I/O error' }); };
    await screen.findByText('It did not work.');
    expect(await broken()).toEqual([]);
  });
});
