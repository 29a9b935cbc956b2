// The containers page: keyboard, filter, inspector; names with markup stay text.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';

import { app } from '../../lib/app.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { showPage } from '../../test/page';
import { sampleHost } from '../../test/sample-host';
import { onkeydown } from '../../shell/keys';
import Page from './Page.svelte';
import { prepare, tree } from './preview';

function show(id: string | null, change: (host: ReturnType<typeof sampleHost>) => void = () => undefined) {
  const host = sampleHost('agency');
  prepare(host);
  change(host);
  host.use();
  app.connections.follow();
  const view = showPage(Page, id);
  return { host, view };
}

beforeEach(() => { app.connections.clear(); });

test('arrows open an account, Return shows a container', async () => {
  show(null);
  const first = await screen.findByRole('treeitem', { name: /Alder & Finch/ });
  first.focus();
  await fireEvent.keyDown(first, { key: 'ArrowRight' });
  expect(first.getAttribute('aria-expanded')).toBe('true');
  await fireEvent.keyDown(document.activeElement as Element, { key: 'ArrowDown' });
  const container = screen.getByRole('treeitem', { name: /Alder & Finch staging/ });
  await waitFor(() => { expect(document.activeElement).toBe(container); });
  await fireEvent.keyDown(container, { key: 'Enter' });
  expect(location.hash).toBe('#/containers/GTM-5KQ7W12');
  expect(await broken()).toEqual([]);
});

test('a tag is read: settings, triggers by name, JSON on demand', async () => {
  const { host } = show('GTM-5KQ7W00');
  await fireEvent.click(await screen.findByText('GA4 – purchase'));
  const pane = await screen.findByRole('complementary');
  await within(pane).findByText('G-7Q2XN4VB8L');
  expect(within(pane).getByText('CE – purchase')).toBeTruthy();
  expect(within(pane).queryByText(/"fingerprint"/)).toBeNull();
  await fireEvent.click(within(pane).getByRole('button', { name: 'Show Google’s JSON' }));
  expect(within(pane).getByText(/"fingerprint": "1731580000000"/)).toBeTruthy();
  expect(await broken()).toEqual([]);

  await fireEvent.click(within(pane).getByRole('button', { name: /CE – purchase/ }));
  await waitFor(() => { expect(host.requests('containers.entity').at(-1)).toEqual({ container: '9001', kind: 'trigger', id: '11' }); });
  await waitFor(() => { expect(screen.getByRole('tab', { name: /Triggers/ }).getAttribute('aria-selected')).toBe('true'); });
});

test('names with markup stay text', async () => {
  show('GTM-5KQ7W00');
  expect(await screen.findByText('HTML – chat <script>alert(1)</script>')).toBeTruthy();
  expect(document.querySelector('script, b > i')).toBeNull();
});

test('only rows near the view are in the page', async () => {
  show('GTM-5KQ7W00');
  await fireEvent.click(await screen.findByRole('tab', { name: /Variables/ }));
  const grid = await screen.findByRole('grid', { name: 'Variables' });
  expect(grid.getAttribute('aria-rowcount')).toBe('321');
  expect(within(grid).getAllByRole('row').length).toBeLessThan(120);
});

test('a filter that finds nothing can be cleared', async () => {
  show('GTM-5KQ7W00');
  const filter = await screen.findByLabelText('Filter tags');
  await screen.findByText('GA4 – purchase');
  await fireEvent.input(filter, { target: { value: 'no such tag' } });
  expect(await broken()).toEqual([]);
  await fireEvent.click(screen.getByRole('button', { name: 'Clear the filter' }));
  expect(screen.getByText('GA4 – purchase')).toBeTruthy();
});

test('a container that was never published says so and asks for nothing', async () => {
  const { host } = show('GTM-5KQ7W02');
  await screen.findByRole('heading', { name: 'Nothing was ever published here' });
  expect(host.requests('containers.entities')).toEqual([]);
  expect(await broken()).toEqual([]);
});

test('a container that no sync has come to yet is not called unpublished', async () => {
  show('GTM-5KQ7W02', (host) => {
    host.answers['containers.tree'] = () => {
      const now = tree();
      for (const account of now.accounts) account.containers = account.containers.map((row) => ({ ...row, live_version: null, live_read_at: null }));
      return now;
    };
  });
  await screen.findByRole('heading', { name: 'Not read yet' });
  expect(screen.queryByText('Never published')).toBeNull();
});

test('a failed reading keeps the tree that is there', async () => {
  let fail = false;
  const { host } = show(null, (made) => {
    made.answers['containers.tree'] = () => {
      if (fail) throw refusal({ code: 'storage', message: 'The database is busy.' });
      return tree();
    };
  });
  await screen.findByRole('treeitem', { name: /Corvin Cycles/ });
  fail = true;
  host.emit({ event: 'changed', topic: 'containers' });
  await screen.findByText('The database is busy.');
  expect(screen.getByRole('treeitem', { name: /Corvin Cycles/ })).toBeTruthy();
});

test('before the first sync the page says what a sync does and costs', async () => {
  const { host } = show(null, (made) => { made.answers['containers.tree'] = () => ({ accounts: [], as_of: null }); });
  await screen.findByRole('heading', { name: 'No containers here yet' });
  await screen.findByText(/About 74 Tag Manager and 37 Analytics calls/);
  expect(await broken()).toEqual([]);
  await fireEvent.click(screen.getAllByRole('button', { name: 'Sync' })[0] as HTMLElement);
  await waitFor(() => { expect(host.requests('estate.sync')).toEqual([{ connection: null }]); });
});

test('F5 reads the containers again', async () => {
  const { host } = show(null);
  await screen.findByRole('button', { name: 'Sync' });
  onkeydown(new KeyboardEvent('keydown', { key: 'F5', cancelable: true }));
  await waitFor(() => { expect(host.requests('estate.sync')).toHaveLength(1); });
});
