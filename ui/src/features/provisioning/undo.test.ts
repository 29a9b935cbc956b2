// The way back: nothing goes without its account's name, and what was left alone is said.
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import type { MadeAsset, TrashRequest } from '../../lib/bindings';
import { broken } from '../../test/axe';
import { FakeHost, refusal } from '../../test/fake-host';
import UndoDialog from './UndoDialog.svelte';

const made = (part: Partial<MadeAsset>): MadeAsset => ({
  asset: 'accounts/1', kind: 'analytics_account', name: 'Elmstead Bakery', account_name: 'Elmstead Bakery',
  connection: 'maya@brightwater.example', why_not: null, trashed: false, consequence: 'All its properties go with it.', ...part,
});
const ALL: MadeAsset[] = [
  made({ asset: 'accounts/9/containers/3', kind: 'container', name: 'elmstead.example', account_name: 'Brightwater', consequence: 'Its tags stop working.' }),
  made({ asset: 'properties/2', kind: 'property', name: 'Website', consequence: 'Its data goes with it.' }),
  made({}),
];

function show(assets: MadeAsset[] = ALL) {
  const host = new FakeHost({
    'provisioning.made': () => assets,
    'provisioning.trash': () => ({ trashed: assets.map((one) => ({ ...one, trashed: true })), failures: [] }),
  }).use();
  const onclose = vi.fn();
  const ondone = vi.fn();
  document.documentElement.lang = 'en';
  document.title = 'Gantry';
  render(UndoDialog, { runId: 'r1', name: 'Elmstead Bakery', onclose, ondone });
  return { host, onclose, ondone };
}

const danger = () => screen.findByRole('button', { name: /to the trash as maya@/ });

beforeEach(() => { document.body.replaceChildren(); });

describe('undoing a set-up', () => {
  test('names the account and each asset, and waits for the account’s name', async () => {
    const { host, ondone } = show();
    const go = await danger();
    expect(screen.getByRole('alertdialog', { name: 'Undo the set-up of Elmstead Bakery?' })).toBeTruthy();
    expect(screen.getByText('elmstead.example, in Brightwater')).toBeTruthy();
    expect(screen.getByText('Website, in Elmstead Bakery')).toBeTruthy();
    expect(document.activeElement?.textContent.trim()).toBe('Keep everything');
    await fireEvent.click(go);
    expect(host.requests('provisioning.trash')).toEqual([]);
    const name = screen.getByLabelText('Type the account’s name to confirm: Elmstead Bakery');
    await fireEvent.input(name, { target: { value: 'elmstead bakery' } });
    await fireEvent.click(go);
    expect(host.requests('provisioning.trash')).toEqual([]);
    await fireEvent.input(name, { target: { value: ' Elmstead Bakery ' } });
    await fireEvent.click(go);
    await waitFor(() => { expect(ondone).toHaveBeenCalledOnce(); });
    expect((host.requests('provisioning.trash') as TrashRequest[])[0]).toEqual({
      run_id: 'r1', assets: ALL.map(({ asset, name: called }) => ({ asset, name: called })),
    });
    expect(await screen.findByText('Property: Website, in Elmstead Bakery')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /to the trash/ })).toBeNull();
  });

  test('an account takes its property along; without it the property is a choice', async () => {
    const { host } = show();
    await danger();
    const [container, property, account] = screen.getAllByRole<HTMLInputElement>('checkbox');
    expect([property?.disabled, property?.checked]).toEqual([true, true]);
    await fireEvent.click(account as HTMLElement);
    await fireEvent.click(container as HTMLElement);
    expect(property?.disabled).toBe(false);
    await fireEvent.input(screen.getByRole('textbox'), { target: { value: 'Elmstead Bakery' } });
    await fireEvent.click(await screen.findByRole('button', { name: 'Move it to the trash as maya@brightwater.example' }));
    await waitFor(() => { expect(host.requests('provisioning.trash')).toHaveLength(1); });
    expect((host.requests('provisioning.trash') as TrashRequest[])[0]?.assets).toEqual([{ asset: 'properties/2', name: 'Website' }]);
  });

  test('what cannot be removed says why and stays', async () => {
    show([made({ why_not: 'The account holds what this set-up did not make: Shop.' }), made({ asset: 'properties/2', kind: 'property', name: 'Website', trashed: true })]);
    expect(await screen.findByText(/The account holds/)).toBeTruthy();
    expect(screen.getByText('In the trash')).toBeTruthy();
    expect(screen.queryByRole('textbox')).toBeNull();
    expect(screen.getByRole('button', { name: 'Close' })).toBeTruthy();
  });

  test('g9_a_part_that_was_left_alone_is_told_beside_what_went', async () => {
    const { host } = show();
    host.answers['provisioning.trash'] = () => ({
      trashed: [{ ...(ALL[0] as MadeAsset), trashed: true }],
      failures: [{ asset: 'properties/2', name: 'Website', code: 'conflict', message: 'It is called Shop by now.', remedy: 'Look again.' }],
    });
    const go = await danger();
    await fireEvent.input(screen.getByRole('textbox'), { target: { value: 'Elmstead Bakery' } });
    await fireEvent.click(go);
    expect(await screen.findByText('Website was left alone')).toBeTruthy();
    expect(screen.getByText('It is called Shop by now.')).toBeTruthy();
    expect(screen.getByText('A part was left alone')).toBeTruthy();
  });

  test('names that cannot be read are asked for again, and Esc keeps everything', async () => {
    const { host, onclose } = show();
    host.answers['provisioning.made'] = () => { throw refusal({ code: 'offline', message: 'You are offline.' }); };
    document.body.replaceChildren();
    render(UndoDialog, { runId: 'r2', onclose });
    expect(await screen.findByText('You are offline.')).toBeTruthy();
    await fireEvent.keyDown(screen.getByRole('alertdialog'), { key: 'Escape' });
    expect(onclose).toHaveBeenCalledOnce();
  });

  test('has no accessibility fault', async () => {
    show();
    await danger();
    expect(await broken()).toEqual([]);
  });
});
