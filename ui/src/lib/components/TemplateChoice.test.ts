// The choice of a template: the plain website by itself, what the chosen one makes, one that is gone or broken.
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';

import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { sampleHost } from '../../test/sample-host';
import { templates } from '../../test/sample-templates';
import TemplateChoice from './TemplateChoice.svelte';

const select = () => screen.getByLabelText<HTMLSelectElement>('Template');

function show(value: string | null, change: (host: ReturnType<typeof sampleHost>) => void = () => undefined) {
  const host = sampleHost('agency');
  change(host);
  host.use();
  document.documentElement.lang = 'en';
  document.title = 'Gantry';
  document.body.replaceChildren();
  const target = document.createElement('main');
  document.body.append(target);
  const onchange = vi.fn();
  render(TemplateChoice, { target, props: { value, onchange } });
  return { host, onchange };
}

test('nothing chosen is the plain website, and a choice is heard', async () => {
  const { onchange } = show(null);
  await screen.findByRole('option', { name: 'Shop' });
  expect(select().value).toBe('site');
  expect(screen.getByText(/Makes 2 Tag Manager entities\./)).toBeTruthy();
  await fireEvent.change(select(), { target: { value: 'shop' } });
  expect(onchange).toHaveBeenCalledWith('shop', templates[1]);
  await screen.findByText(/Makes 6 key events, 8 custom dimensions, 12 Tag Manager entities\./);
  expect(await broken()).toEqual([]);
});

test('a template that cannot be used cannot be chosen', async () => {
  show('shop');
  const own = await screen.findByRole<HTMLOptionElement>('option', { name: 'from-sam (yours)' });
  expect(own.disabled).toBe(true);
});

test('a template that is gone is said to be, and stays chosen until another is', async () => {
  show('last-years');
  await screen.findByText(/The template last-years is not there any more\./);
  expect(select().value).toBe('last-years');
  expect(await broken()).toEqual([]);
});

test('a list that cannot be read keeps the choice', async () => {
  const { host } = show('shop', (host) => {
    host.answers['templates.list'] = () => { throw refusal({ code: 'storage', message: 'Gantry cannot read the folder.' }); };
  });
  await screen.findByText('Gantry cannot read the folder.');
  expect(select().value).toBe('shop');
  host.answers['templates.list'] = () => [...templates];
  host.emit({ event: 'changed', topic: 'templates' });
  await waitFor(() => { expect(screen.queryByText('Gantry cannot read the folder.')).toBeNull(); });
});
