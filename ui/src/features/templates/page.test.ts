// Templates: the list, what one makes, its file, copies, removal, the preview.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';

import { app } from '../../lib/app.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { showPage } from '../../test/page';
import * as sample from '../../test/sample';
import { clients, mark } from '../../test/sample-clients';
import { sampleHost } from '../../test/sample-host';
import Page from './Page.svelte';
import { freeName, isName, nameFrom, renamed } from './words';

async function show(id: string | null, change: (host: ReturnType<typeof sampleHost>) => void = () => undefined) {
  const host = sampleHost('agency');
  host.answers['app.choose_file'] = ({ purpose }) => ({ path: purpose === 'open_template' ? '/home/maya/in.toml' : '/home/maya/out.toml' });
  change(host);
  host.use();
  app.connections.follow();
  showPage(Page, id);
  await screen.findByRole('navigation', { name: 'Templates' });
  return host;
}

beforeEach(() => { location.hash = ''; });

test('the shop says what it makes', async () => {
  await show('shop');
  expect((await screen.findAllByText('Comes with Gantry')).length).toBeGreaterThan(1);
  for (const heading of ['6 key events', '8 custom dimensions', '12 entities in Tag Manager']) expect(screen.getByRole('heading', { name: heading })).toBeTruthy();
  expect(screen.getByText('Everything denied; tags wait 500 ms for the banner')).toBeTruthy();
  expect(screen.getByRole('button', { name: /^Remove…/ }).getAttribute('aria-disabled')).toBe('true');
  expect(await broken()).toEqual([]);
});

test('a site is set up with the template that is shown', async () => {
  await show('shop');
  expect((await screen.findByRole('link', { name: 'Set up a site' })).getAttribute('href')).toBe('#/provisioning/template%3Ashop');
});

test('one’s own names its people and what an event is worth', async () => {
  await show('brightwater-retainer');
  expect(await screen.findByText('reports@bw-prod.iam.gserviceaccount.example')).toBeTruthy();
  expect(screen.getByText(/Once a session, worth £120/)).toBeTruthy();
  expect(await broken()).toEqual([]);
});

test('the file is shown with its comments', async () => {
  const host = await show('shop');
  await fireEvent.click(await screen.findByRole('tab', { name: 'File' }));
  expect((await screen.findByLabelText('the file')).textContent).toContain('# the last step before a sale');
  expect(host.requests('templates.show')).toEqual([{ id: 'shop' }]);
  expect(await broken()).toEqual([]);
});

test('a broken file says where it is wrong and can only be removed', async () => {
  const host = await show('from-sam');
  expect(await screen.findByText(/line 12, property\.retention_months/)).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Export…' }).getAttribute('aria-disabled')).toBe('true');
  expect(screen.queryByRole('link', { name: 'Set up a site' })).toBeNull();
  await fireEvent.click(screen.getByRole('button', { name: 'Remove…' }));
  const dialog = await screen.findByRole('alertdialog');
  expect(await broken()).toEqual([]);
  await fireEvent.click(within(dialog).getByRole('button', { name: 'Remove template' }));
  await waitFor(() => { expect(host.requests('templates.remove')).toEqual([{ id: 'from-sam' }]); });
  await waitFor(() => { expect(screen.queryByRole('alertdialog')).toBeNull(); });
});

test('a copy gets a name of its own and keeps the comments', async () => {
  const host = await show('shop');
  await fireEvent.click(await screen.findByRole('button', { name: 'Duplicate…' }));
  const name = await screen.findByLabelText<HTMLInputElement>('Name');
  expect(name.value).toBe('shop-2');
  await fireEvent.input(name, { target: { value: 'Our Shop' } });
  expect((await screen.findAllByText('Use lower case letters, digits and hyphens between them.')).length).toBeGreaterThan(0);
  expect(await broken()).toEqual([]);
  await fireEvent.input(name, { target: { value: 'our-shop' } });
  await fireEvent.submit(name.closest('form') as HTMLFormElement);
  await waitFor(() => { expect(host.requests('templates.save')).toHaveLength(1); });
  const [saved] = host.requests('templates.save') as { toml: string; replace: boolean }[];
  expect(saved?.replace).toBe(false);
  expect(saved?.toml).toContain('name = "our-shop"');
  expect(saved?.toml).toContain('# the last step before a sale');
});

test('one is made from what a property and its container have, and shown', async () => {
  const row = { account_id: '60042', container_id: '1187', public_id: 'GTM-N6ZD2RKP', name: 'www.alderfinch.example', usage_context: ['web'], live_version: '3', live_read_at: null, entities: 12, client: null };
  const host = await show('shop', (it) => { it.answers['containers.tree'] = () => ({ accounts: [{ account_id: '60042', name: 'Elmstead', containers: [row] }], as_of: null }); });
  await fireEvent.click(await screen.findByRole('button', { name: 'From a property…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Make a template from a property' });
  const go = within(dialog).getByRole('button', { name: /^Make template/ });
  expect(go.getAttribute('aria-disabled')).toBe('true');
  await within(dialog).findByRole('option', { name: 'Alder & Finch' });
  await fireEvent.change(within(dialog).getByLabelText('Property'), { target: { value: '310000000' } });
  expect(within(dialog).getByLabelText<HTMLInputElement>('Title').value).toBe('Alder & Finch');
  expect(within(dialog).getByLabelText<HTMLInputElement>('Name').value).toBe('alder-finch');
  await fireEvent.input(within(dialog).getByLabelText('Title'), { target: { value: 'Shop' } });
  expect(within(dialog).getByLabelText<HTMLInputElement>('Name').value, 'the name is taken').toBe('shop-2');
  await within(dialog).findByRole('option', { name: 'www.alderfinch.example (GTM-N6ZD2RKP)' });
  await fireEvent.change(within(dialog).getByLabelText(/^Container/), { target: { value: 'GTM-N6ZD2RKP' } });
  expect(within(dialog).getByText('About 8 calls')).toBeTruthy();
  expect(await broken()).toEqual([]);
  await fireEvent.submit(go.closest('form') ?? (dialog.querySelector('form') as HTMLFormElement));
  await waitFor(() => { expect(host.requests('templates.save')).toHaveLength(1); });
  expect(host.requests('templates.capture')).toEqual([{ connection: null, property_id: '310000000', container: 'GTM-N6ZD2RKP', name: 'shop-2', title: 'Shop' }]);
  const [saved] = host.requests('templates.save') as { toml: string; replace: boolean }[];
  expect(saved).toMatchObject({ replace: false });
  expect(saved?.toml).toContain('custom metric Basket size');
  await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
  expect(await screen.findByText(/What no template can say is listed at the top of its file/)).toBeTruthy();
});

const groupsOf = (select: HTMLElement) => [...select.querySelectorAll('optgroup')].map((group) => [group.label, ...[...group.children].map((option) => option.textContent)]);

test('properties and containers to make one from stand under their clients, as soon as they have one', async () => {
  const row = { account_id: '60042', container_id: '1187', public_id: 'GTM-N6ZD2RKP', name: 'www.alderfinch.example', usage_context: ['web'], live_version: '3', live_read_at: null, entities: 12, client: null };
  const other = { ...row, container_id: '1188', public_id: 'GTM-OTHER', name: 'other.example' };
  const host = await show('shop', (it) => { it.answers['containers.tree'] = () => ({ accounts: [{ account_id: '60042', name: 'Elmstead', containers: [other, row] }], as_of: null }); });
  await fireEvent.click(await screen.findByRole('button', { name: 'From a property…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Make a template from a property' });
  const containers = within(dialog).getByLabelText(/^Container/);
  await waitFor(() => { expect(groupsOf(containers)).toEqual([['Elmstead', 'other.example (GTM-OTHER)', 'www.alderfinch.example (GTM-N6ZD2RKP)']]); });
  const client = mark(clients[0] as (typeof clients)[0]);
  host.answers['containers.tree'] = () => ({ accounts: [{ account_id: '60042', name: 'Elmstead', containers: [other, { ...row, client }] }], as_of: null });
  host.answers['estate.properties'] = () => sample.overview.properties_list.slice(0, 2).map((one, at) => (at === 1 ? { ...one, client } : one));
  host.emit({ event: 'changed', topic: 'clients' });
  await waitFor(() => { expect(groupsOf(containers)).toEqual([['Corvin Cycles', 'www.alderfinch.example (GTM-N6ZD2RKP)'], ['Elmstead', 'other.example (GTM-OTHER)']]); });
  await waitFor(() => { expect(groupsOf(within(dialog).getByLabelText('Property'))).toEqual([['Corvin Cycles', 'Bramley Ferries'], ['Alder & Finch account', 'Alder & Finch']]); });
  expect(await broken()).toEqual([]);
});

test('properties to preview it in stand under their clients, as soon as they have one', async () => {
  const host = await show('shop');
  await fireEvent.click(await screen.findByRole('tab', { name: 'Preview' }));
  await fireEvent.click(screen.getByRole('button', { name: /^Property/ }));
  await screen.findByRole('group', { name: 'Alder & Finch account' });
  host.answers['estate.properties'] = () => sample.overview.properties_list.slice(0, 1).map((one) => ({ ...one, client: mark(clients[0] as (typeof clients)[0]) }));
  host.emit({ event: 'changed', topic: 'clients' });
  expect(within(await screen.findByRole('group', { name: 'Corvin Cycles' })).getByText('Alder & Finch')).toBeTruthy();
});

test('a property that cannot be read leaves the dialog as it was', async () => {
  const host = await show('shop', (it) => { it.answers['templates.capture'] = () => { throw refusal({ code: 'no_permission', message: 'You may not read it.' }); }; });
  await fireEvent.click(await screen.findByRole('button', { name: 'From a property…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Make a template from a property' });
  await within(dialog).findByRole('option', { name: 'Alder & Finch' });
  await fireEvent.change(within(dialog).getByLabelText('Property'), { target: { value: '310000000' } });
  await fireEvent.submit(dialog.querySelector('form') as HTMLFormElement);
  expect(await within(dialog).findByText('You may not read it.')).toBeTruthy();
  expect(within(dialog).getByLabelText<HTMLInputElement>('Title').value).toBe('Alder & Finch');
  expect(host.requests('templates.save')).toEqual([]);
});

test('files go in and out through the host’s dialog', async () => {
  const host = await show('shop');
  await fireEvent.click(await screen.findByRole('button', { name: 'Export…' }));
  await screen.findByText('Written to /home/maya/out.toml');
  expect(host.requests('templates.export')).toEqual([{ name: 'shop', path: '/home/maya/out.toml' }]);
  host.answers['templates.import'] = () => { throw refusal({ code: 'invalid_request', message: 'The template cannot be read: line 6: unknown field.' }); };
  await fireEvent.click(screen.getByRole('button', { name: 'Import…' }));
  await screen.findByText(/line 6: unknown field/);
  expect(host.requests('templates.import')).toEqual([{ path: '/home/maya/in.toml' }]);
});

test('a preview is asked for a property and told row by row', async () => {
  const host = await show('shop');
  await fireEvent.click(await screen.findByRole('tab', { name: 'Preview' }));
  const go = screen.getByRole('button', { name: /^Compare/ });
  expect(go.getAttribute('aria-disabled')).toBe('true');
  await fireEvent.click(screen.getByRole('button', { name: /^Property/ }));
  await fireEvent.click((await screen.findAllByRole('option'))[0] as HTMLElement);
  await fireEvent.input(screen.getByLabelText(/^Container/), { target: { value: ' GTM-N6ZD2RKP ' } });
  await fireEvent.submit(go.closest('form') as HTMLFormElement);
  const table = await screen.findByRole('table', { name: 'What it would change' });
  expect(within(table).getAllByRole('row')).toHaveLength(9);
  expect(screen.getByText('Looked with 7 calls.')).toBeTruthy();
  const [asked] = host.requests('templates.preview') as { container: string; template: string }[];
  expect([asked?.container, asked?.template]).toEqual(['GTM-N6ZD2RKP', 'shop']);
  expect(await broken()).toEqual([]);
});

test('names are names of files, and free ones are found', () => {
  expect(['Köln Café 2', '  Shop!', 'パン屋', 'a'.repeat(60)].map(nameFrom)).toEqual(['koln-cafe-2', 'shop', '', 'a'.repeat(40)]);
  expect([isName('shop-2'), isName('a'), isName(''), isName('-a'), isName('A'), isName('a'.repeat(41))]).toEqual([true, true, false, false, false, false]);
  expect(freeName('shop', ['shop', 'shop-2'])).toBe('shop-3');
  expect(renamed('name = "a" # x\ntitle = "A"\nversion = 4\n[p]\n  name = "b"\n', 'c', 'C $& "d"')).toBe('name = "c"\ntitle = "C $& \\"d\\""\nversion = 1\n[p]\n  name = "b"\n');
});
