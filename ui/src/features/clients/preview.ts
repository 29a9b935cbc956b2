// Sample clients for previews: with `clients` in the address, else none, so that everything looks as without.
import type { FakeHost } from '../../test/fake-host';
import * as sample from '../../test/sample-clients';

export function prepare(host: FakeHost): void {
  if (!new URLSearchParams(location.search).has('clients')) return;
  host.answers['clients.list'] = () => sample.list;
  host.answers['clients.suggest'] = () => sample.suggestions;
  host.answers['clients.measurement_map'] = () => sample.map;
  host.answers['clients.move'] = () => sample.list;
  host.answers['clients.accept'] = () => sample.list;
  host.answers['clients.save'] = () => sample.clients[0] as (typeof sample.clients)[0];
  const properties = host.answers['estate.properties'];
  const overview = host.answers['app.overview'];
  const marked = <T extends { property_id: string }>(rows: T[]) =>
    rows.map((row) => ({ ...row, client: sample.markOf((one) => one.asset === `properties/${row.property_id}`) }));
  if (properties) host.answers['estate.properties'] = async (request) => marked(await properties(request));
  if (overview) host.answers['app.overview'] = async (request) => {
    const view = await overview(request);
    return { ...view, properties_list: marked(view.properties_list) };
  };
}
