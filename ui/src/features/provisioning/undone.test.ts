// A set-up that was undone says so wherever it is shown, and offers nothing that it cannot do any more.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';

import { app } from '../../lib/app.svelte';
import type { ProvisionRunView, TrashAsset } from '../../lib/bindings';
import { router } from '../../lib/router.svelte';
import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { showPage } from '../../test/page';
import { sampleHost } from '../../test/sample-host';
import { proof, result, runView } from '../../test/sample-provisioning';
import { draft, freshEntries } from './draft.svelte';
import Page from './Page.svelte';

const ACCOUNT: TrashAsset = { asset: 'accounts/51000099', name: 'Elmstead Bakery' };
const PROPERTY: TrashAsset = { asset: 'properties/482193077', name: 'Elmstead website' };
const CONTAINER: TrashAsset = { asset: 'accounts/60042/containers/3091', name: 'www.elmsteadbakery.example' };

const done = (part: Partial<ProvisionRunView> = {}): ProvisionRunView => {
  const run = runView({ id: 'run-9', state: 'done', result, proof, resumable: false });
  return { ...run, steps: run.steps.map((step) => ({ ...step, state: 'done' })), ...part };
};

function show(id: string | null, runs: ProvisionRunView[]) {
  const host = sampleHost('agency');
  host.answers['provisioning.runs'] = () => runs;
  host.answers['provisioning.show'] = () => { throw refusal({ code: 'offline', message: 'There is no such set-up.' }); };
  host.use();
  app.connections.follow();
  app.status.follow();
  showPage(Page, id);
  return host;
}

beforeEach(() => {
  app.connections.clear();
  app.status.clear();
  router.route = { page: 'provisioning', id: null };
  draft.entries = freshEntries('en');
  [draft.dismissed, draft.correcting, draft.about] = [null, null, null];
});

test('what is in the trash is named in the list, where nothing can be resumed and no visits arrive', async () => {
  show('runs', [done({ in_trash: [ACCOUNT, PROPERTY, CONTAINER] }), runView({ id: 'run-3', in_trash: [CONTAINER] }), runView({ id: 'run-1' })]);
  const list = await screen.findByRole('region', { name: 'Undone set-ups' });
  expect(within(list).getAllByText('In the trash')).toHaveLength(2);
  for (const said of ['Analytics account Elmstead Bakery', 'Property Elmstead website']) expect(within(list).getByText(said)).toBeTruthy();
  expect(within(list).getAllByText('Tag Manager container www.elmsteadbakery.example')).toHaveLength(2);
  expect(within(list).queryByText('Visits are arriving')).toBeNull();
  expect(within(list).queryByRole('button', { name: 'Resume set-up' })).toBeNull();
  // The one that stopped and is whole still goes on.
  expect(screen.getAllByRole('button', { name: 'Resume set-up' })).toHaveLength(1);
  expect(screen.queryByRole('region', { name: 'Finished set-ups' })).toBeNull();
  expect(await broken()).toEqual([]);
});

test('an undone set-up that is opened says what is in the trash, and neither proves nor undoes anything', async () => {
  show('run-9', [done({ in_trash: [ACCOUNT, PROPERTY, CONTAINER] })]);
  await screen.findByRole('heading', { name: 'This set-up is in the trash' });
  const list = screen.getByRole('list', { name: 'In the trash' });
  expect(within(list).getAllByRole('listitem').map((one) => one.textContent.trim().replace(/\s+/g, ' '))).toEqual([
    'Analytics account Elmstead Bakery 51000099', 'Property Elmstead website 482193077', 'Tag Manager container www.elmsteadbakery.example 3091',
  ]);
  for (const gone of ['Visits are arriving', 'Your first visit has arrived']) expect(screen.queryByText(gone)).toBeNull();
  for (const gone of ['Check now', 'Check again', 'Undo this set-up…', 'Resume set-up']) expect(screen.queryByRole('button', { name: gone })).toBeNull();
  expect(within(screen.getByRole('complementary', { name: 'What was created' })).getByText('G-4K7WQ2M1TX, in the trash')).toBeTruthy();
  expect(await broken()).toEqual([]);
  await fireEvent.click(screen.getByRole('button', { name: 'Set up another site' }));
  expect(await screen.findByRole('heading', { name: 'Tell us about the website' })).toBeTruthy();
});

test('a part that is in the trash leaves the rest to be undone', async () => {
  show('run-9', [done({ in_trash: [CONTAINER] })]);
  await screen.findByRole('heading', { name: 'This set-up is in the trash' });
  const aside = screen.getByRole('complementary', { name: 'What was created' });
  expect(within(aside).getByText('GTM-N6ZD2RKP, in the trash')).toBeTruthy();
  expect(within(aside).getByText('G-4K7WQ2M1TX')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Undo this set-up…' })).toBeTruthy();
});

test('a set-up that was undone before it was finished is no form to go on with', async () => {
  show('run-3', [runView({ id: 'run-3', in_trash: [PROPERTY] })]);
  await screen.findByRole('heading', { name: 'This set-up is in the trash' });
  expect(screen.queryByRole('button', { name: 'Resume set-up' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Save set-up record…' })).toBeNull();
});

test('undoing it turns the page of the finished set-up at once', async () => {
  let run = done();
  const host = show('run-9', [run]);
  host.answers['provisioning.runs'] = () => [run];
  await screen.findByRole('heading', { name: 'Your first visit has arrived' });
  run = done({ in_trash: [ACCOUNT, PROPERTY, CONTAINER] });
  host.emit({ event: 'changed', topic: 'provisioning' });
  await screen.findByRole('heading', { name: 'This set-up is in the trash' });
  await waitFor(() => { expect(screen.queryByText('Visits are arriving')).toBeNull(); });
});

test('a set-up that is older than the list is read by its id, finished or not', async () => {
  const host = show('run-9', [runView({ id: 'run-1', resumable: false })]);
  expect(await screen.findByRole('heading', { name: 'Tell us about the website' })).toBeTruthy();
  expect(await screen.findByText('There is no such set-up.')).toBeTruthy();
  host.answers['provisioning.show'] = ({ id }) => done({ id });
  await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('heading', { name: 'Your first visit has arrived' })).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Undo this set-up…' })).toBeTruthy();
  host.answers['provisioning.show'] = ({ id }) => runView({ id });
  host.emit({ event: 'changed', topic: 'provisioning' });
  expect(await screen.findByRole('button', { name: 'Resume set-up' })).toBeTruthy();
});
