// The client level in the pickers of a set-up: what belongs to a client stands under it, what belongs to none comes last.
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';

import { app } from '../../lib/app.svelte';
import type { ClientView } from '../../lib/bindings';
import { scope } from '../../lib/scope.svelte';
import { broken } from '../../test/axe';
import { showPage } from '../../test/page';
import { sampleHost } from '../../test/sample-host';
import { container, property } from '../../test/sample-clients';
import { choices } from '../../test/sample-provisioning';
import { draft, freshEntries } from './draft.svelte';
import { groupedAccounts } from './grouped';
import Page from './Page.svelte';

const zest: ClientView = {
  id: 'k9', name: 'Zest Retail', group: 'Retail', colour: 3, letters: 'ZR',
  assets: [property('310000007', 'مخبز النخيل', 'G-1'), { ...container('2240', 'shop.alderfinch.example', 'GTM-K2M8QW'), asset: 'accounts/60042/containers/2240' }],
};

async function show() {
  const host = sampleHost('agency');
  host.answers['clients.list'] = () => ({ clients: [zest], unassigned: [] });
  host.use();
  app.connections.follow();
  await scope.list.load();
  showPage(Page);
  await screen.findByRole('heading', { name: 'Tell us about the website' });
}

/** Headings with what stands below them; without a heading, the option alone. */
const listed = (select: HTMLElement) =>
  [...select.children].map((one) => (one instanceof HTMLOptGroupElement ? [one.label, ...[...one.children].map((option) => option.textContent)] : one.textContent));

beforeEach(() => {
  app.connections.clear();
  scope.list.clear();
  draft.entries = freshEntries('en');
  [draft.dismissed, draft.correcting, draft.about] = [null, null, null];
  draft.options = false;
});

test('Analytics accounts stand under the client that their properties have', async () => {
  await show();
  await fireEvent.click(screen.getByRole('button', { name: 'I already have a Google Analytics account' }));
  await fireEvent.change(await screen.findByLabelText('Google Analytics account'), { target: { value: 'account' } });
  await screen.findByRole('option', { name: 'Alder & Finch account' });
  expect(listed(screen.getByLabelText('Account'))).toEqual(['Choose an account', ['Zest Retail', 'مخبز النخيل'], ['Not grouped', 'Alder & Finch account']]);
  expect(await broken()).toEqual([]);
});

test('an account whose properties belong to several clients is under none', () => {
  const [account] = choices.analytics_accounts;
  if (!account) throw new Error('no account');
  const other = { ...zest, id: 'k8', name: 'Other' };
  const groups = groupedAccounts([account], (asset) => (asset === 'properties/310000000' ? zest : other), new Intl.Collator('en'));
  expect(groups.map((group) => group.client)).toEqual([null]);
});

test('Analytics properties stand under their client, else under their account', async () => {
  await show();
  await fireEvent.click(screen.getByRole('button', { name: 'I already have a Google Analytics account' }));
  await fireEvent.change(await screen.findByLabelText('Google Analytics account'), { target: { value: 'property' } });
  await screen.findByRole('option', { name: 'Alder & Finch' });
  expect(listed(screen.getByLabelText('Property'))).toEqual([
    'Choose a property', ['Zest Retail', 'مخبز النخيل'], ['Alder & Finch account', 'Alder & Finch', 'Alder & Finch (old) (you may not change it)'],
  ]);
});

test('containers name their client, and its come first', async () => {
  await show();
  await fireEvent.click(screen.getByRole('radio', { name: 'One that I have' }));
  const list = () => document.getElementById(screen.getByLabelText('Container').getAttribute('list') ?? '') as HTMLElement;
  await waitFor(() => { expect(listed(list())).toEqual(['Zest Retail · shop.alderfinch.example · Elmstead', 'www.alderfinch.example · Elmstead']); });
});
