// Clients as an agency meets them: grouped, moved by keyboard, suggested with reasons, and mapped to their tags.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';

import { app } from '../../lib/app.svelte';
import type { AcceptSuggestions, ClientView, MoveAssets, SaveClient } from '../../lib/bindings';
import { router } from '../../lib/router.svelte';
import { scope } from '../../lib/scope.svelte';
import App from '../../shell/App.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import * as sample from '../../test/sample-clients';
import { sampleHost } from '../../test/sample-host';

function show(path = '') {
  const host = sampleHost('agency').use();
  host.answers['clients.list'] = () => sample.list;
  host.answers['clients.suggest'] = () => sample.suggestions;
  host.answers['clients.measurement_map'] = () => sample.map;
  host.answers['clients.move'] = () => sample.list;
  host.answers['clients.accept'] = () => sample.list;
  host.answers['clients.save'] = () => sample.clients[0] as ClientView;
  host.answers['clients.remove'] = () => ({});
  document.documentElement.lang = 'en';
  document.title = 'Gantry';
  location.hash = `#/clients/${path}`;
  render(App);
  return host;
}

beforeEach(() => {
  for (const resource of [app.status, app.connections, app.settings, scope.list]) resource.clear();
  scope.choose({ kind: 'all' });
  scope.open = false;
  router.route = { page: 'overview', id: null };
});

const press = async (name: string | RegExp) => fireEvent.click(await screen.findByRole('button', { name }));

describe('clients', () => {
  test('stand under their groups, those of none last, then what is not grouped', async () => {
    show();
    const nav = await screen.findByRole('navigation', { name: 'Clients by group' });
    const links = within(nav).getAllByRole('link').map((link) => link.textContent.trim().replaceAll(/\s+/g, ' '));
    expect(links.map((text) => text.replace(/^\S\S(?=\S)/u, ''))).toHaveLength(5);
    expect(links[0]).toContain('Delmere Dental');
    expect(links[1]).toContain('Alder & Finch');
    expect(links[2]).toContain('Corvin Cycles');
    expect(links[4]).toContain('4 assets');
  });

  test('several assets are chosen and moved at once', async () => {
    const host = show();
    await fireEvent.click(await screen.findByRole('checkbox', { name: 'Choose Isola Coffee / Website' }));
    await fireEvent.click(screen.getByRole('checkbox', { name: 'Choose www.isola.example' }));
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: 'Choose all' }).indeterminate).toBe(true);
    await fireEvent.change(screen.getByLabelText('Move to'), { target: { value: 'k2' } });
    await press('Move 2 assets');
    await waitFor(() => { expect(host.requests('clients.move')).toHaveLength(1); });
    expect((host.requests('clients.move') as MoveAssets[])[0]).toEqual({ client: 'k2', assets: ['properties/310000008', 'accounts/1/containers/9021'] });
    expect(await screen.findByText('2 assets moved to Alder & Finch')).toBeTruthy();
  });

  test('are made with a name, and a clash is said in the dialog', async () => {
    const host = show();
    await press('New client…');
    const dialog = await screen.findByRole('dialog', { name: 'New client' });
    await fireEvent.submit(within(dialog).getByLabelText('Name').closest('form') as HTMLFormElement);
    expect(within(dialog).getByText('Give the business’s name.')).toBeTruthy();
    host.answers['clients.save'] = () => { throw refusal({ code: 'conflict', message: 'There is a client called Corvin Cycles already.' }); };
    await fireEvent.input(within(dialog).getByLabelText('Name'), { target: { value: 'corvin cycles' } });
    await fireEvent.submit(within(dialog).getByLabelText('Name').closest('form') as HTMLFormElement);
    expect(await within(dialog).findByText('There is a client called Corvin Cycles already.')).toBeTruthy();
    expect((host.requests('clients.save') as SaveClient[])[0]).toEqual({ id: null, name: 'corvin cycles', group: null, colour: null, letters: null });
  });

  test('are removed after a question that says what stays', async () => {
    const host = show('k2');
    await press('Remove…');
    const dialog = await screen.findByRole('alertdialog', { name: 'Remove Alder & Finch?' });
    expect(within(dialog).getByText(/^Its 2 assets stay/)).toBeTruthy();
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Remove client' }));
    await waitFor(() => { expect(host.requests('clients.remove')).toEqual([{ id: 'k2' }]); });
  });

  test.each(['', 'k1', 'suggestions', 'map'])('have no accessibility fault: %s', async (path) => {
    show(path);
    await screen.findByRole('tabpanel');
    await waitFor(() => { expect(screen.queryByRole('status', { name: 'Reading clients' })).toBeNull(); });
    expect(await broken()).toEqual([]);
  });
});

describe('suggestions', () => {
  test('give their reasons, and a new client is accepted under the name that one types', async () => {
    const host = show('suggestions');
    expect(await screen.findByText('G-2B8YH6WQ0Z of Isola Coffee / Website is sent by GTM-5KQ7W20.')).toBeTruthy();
    await fireEvent.input(screen.getByLabelText('Name of the client'), { target: { value: 'Isola' } });
    await press('Accept Isola Coffee');
    await waitFor(() => { expect(host.requests('clients.accept')).toHaveLength(1); });
    const [asked] = host.requests('clients.accept') as AcceptSuggestions[];
    expect(asked?.suggestions.map((one) => [one.name, one.client_id, one.assets.length])).toEqual([['Isola', null, 3]]);
  });
});

describe('the map', () => {
  test('marks orphans of both sides in words, apps and paused tags too', async () => {
    show('map');
    const table = await screen.findByRole('table', { name: 'Measurement map' });
    expect(within(table).getAllByText('No tag in reach sends to it')).toHaveLength(1);
    expect(within(table).getByText('Android app')).toBeTruthy();
    expect(within(table).getByText('Paused')).toBeTruthy();
    const orphans = screen.getByRole('table', { name: 'Tags that send to no stream in reach' });
    expect(within(orphans).getByText('Decided on the page by a variable')).toBeTruthy();
    expect(within(orphans).getByText('No stream in reach has this ID')).toBeTruthy();
    expect(screen.getByText(/^Not read yet: 1 property and 2 containers/)).toBeTruthy();
    await fireEvent.click(screen.getByRole('checkbox', { name: 'Only what leads nowhere' }));
    expect(within(table).getAllByRole('row')).toHaveLength(2);
  });
});

describe('the scope', () => {
  test('narrows the page to a client or a group, by keys', async () => {
    show();
    const button = await screen.findByRole('button', { name: /^Client scope: All clients/ });
    await fireEvent.click(button);
    const menu = await screen.findByRole('menu', { name: 'Client scope' });
    await waitFor(() => { expect(document.activeElement?.textContent.trim()).toBe('All clients'); });
    await fireEvent.keyDown(document.activeElement as Element, { key: 'ArrowDown' });
    expect(document.activeElement?.textContent.trim()).toBe('Health');
    await fireEvent.keyDown(document.activeElement as Element, { key: 'c' });
    expect(document.activeElement?.getAttribute('data-name')).toBe('Corvin Cycles');
    expect(await broken(menu)).toEqual([]);
    await fireEvent.click(document.activeElement as Element);
    expect(await screen.findByRole('button', { name: /^Client scope: (CC ?)?Corvin Cycles/ })).toBeTruthy();
    const nav = screen.getByRole('navigation', { name: 'Clients by group' });
    await waitFor(() => { expect(within(nav).getAllByRole('link')).toHaveLength(2); });
    expect(scope.includes({ id: 'k2', group: 'Retail' })).toBe(false);
    scope.choose({ kind: 'group', name: 'Retail' });
    expect([scope.includes({ id: 'k2', group: 'Retail' }), scope.includes(null)]).toEqual([true, false]);
  });

  test('falls back to all where its client is gone, and is absent where there are none', async () => {
    const host = show();
    await screen.findByRole('button', { name: /^Client scope/ });
    scope.choose({ kind: 'client', id: 'k1' });
    host.answers['clients.list'] = () => ({ clients: [], unassigned: [] });
    host.emit({ event: 'changed', topic: 'clients' });
    await waitFor(() => { expect(screen.queryByRole('button', { name: /^Client scope/ })).toBeNull(); });
    expect(scope.now.kind).toBe('all');
    expect(screen.getByText('Gantry')).toBeTruthy();
  });
});
