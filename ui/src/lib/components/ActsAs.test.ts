// Who acts on an asset: the engine's choice and its reason are seen, and the person's choice wins.
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';

import { broken } from '../../test/axe';
import { refusal } from '../../test/fake-host';
import { sampleHost } from '../../test/sample-host';
import App from '../../shell/App.svelte';
import { app } from '../app.svelte';
import type { OverviewReportRequest } from '../bindings';

function show() {
  const host = sampleHost().use();
  document.documentElement.lang = 'en';
  document.title = 'Gantry';
  location.hash = '#/reports/310000000';
  render(App);
  return host;
}

beforeEach(() => {
  for (const resource of [app.status, app.connections, app.settings]) resource.clear();
});

describe('on a report', () => {
  test('the least privileged connection is shown with its reason, and asks Google', async () => {
    const host = show();
    const pill = await screen.findByRole('button', { name: 'Acts as: studio@isola.example' });
    expect(host.requests('connections.route')[0]).toEqual({ asset: 'properties/310000000', permission: 'view' });
    await waitFor(() => { expect((host.requests('reports.overview') as OverviewReportRequest[])[0]?.connection).toBe('c4'); });
    await fireEvent.click(pill);
    const panel = await screen.findByRole('dialog', { name: 'Acts as' });
    expect(within(panel).getByText('It can do this, and may do the least.')).toBeTruthy();
    expect(within(panel).getByRole('button', { name: /analytics@kestrelmutual/ }).getAttribute('aria-disabled')).toBe('true');
    expect(await broken()).toEqual([]);
  });

  test('another connection is chosen, asks anew, and the choice is given back', async () => {
    const host = show();
    await fireEvent.click(await screen.findByRole('button', { name: 'Acts as: studio@isola.example' }));
    await fireEvent.click(await screen.findByRole('button', { name: /maya@brightwater/ }));
    const pill = await screen.findByRole('button', { name: 'Acts as: maya@brightwater.example' });
    expect(host.requests('connections.set_route')).toEqual([{ asset: 'properties/310000000', permission: 'view', connection_id: 'c1' }]);
    await waitFor(() => { expect((host.requests('reports.overview') as OverviewReportRequest[]).at(-1)?.connection).toBe('c1'); });
    await fireEvent.click(pill);
    await fireEvent.click(await screen.findByRole('button', { name: 'Let Gantry choose' }));
    expect(await screen.findByRole('button', { name: 'Acts as: studio@isola.example' })).toBeTruthy();
  });

  test('a refused choice says why and changes nothing', async () => {
    const host = show();
    host.answers['connections.set_route'] = () => { throw refusal({ code: 'no_permission', message: 'It cannot read this property.' }); };
    await fireEvent.click(await screen.findByRole('button', { name: 'Acts as: studio@isola.example' }));
    await fireEvent.click(await screen.findByRole('button', { name: /maya@brightwater/ }));
    expect(await screen.findByText(/It cannot read this property\./)).toBeTruthy();
  });
});
