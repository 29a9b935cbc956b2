// Sample containers for previews and tests. Names are invented; some are awkward on purpose.
import type { ClientMark, ContainerRow, ContainerTree, EntityDetail, EntityKind, EntityRow } from '../../lib/bindings';
import type { FakeHost } from '../../test/fake-host';
import { markOf } from '../../test/sample-clients';

const ACCOUNTS: [string, string[]][] = [
  ['Corvin Cycles', ['www.corvincycles.example', 'Corvin app (Android)', 'Corvin server']],
  ['Alder & Finch', ['www.alderfinch.example', 'shop.alderfinch.example', 'Alder & Finch staging']],
  ['Isola Coffee', ['www.isola.example', '<b>Isola</b> & "quotes"']],
  ['مخبز النخيل', ['متجر النخيل', '=HYPERLINK("x")']],
  ['Delmere Dental', ['www.delmere.example', `Delmere ${'long '.repeat(38)}`, '🌿 Delmere kids']],
];

export const containers: ContainerRow[] = ACCOUNTS.flatMap(([, names], account) =>
  names.map((name, index) => ({
    account_id: String(6001 + account),
    container_id: String(9001 + account * 10 + index),
    public_id: `GTM-5KQ7W${account}${index}`,
    name,
    usage_context: name.includes('Android') ? ['android'] : name.includes('server') ? ['server'] : ['web'],
    live_version: index === 2 ? null : '46',
    live_read_at: '2026-11-22T09:00:00Z',
    entities: index === 2 ? 0 : 66,
    client: null as ClientMark | null,
  })),
);

/** With `clients` in the address, containers carry their clients. */
const withClients = () => (new URLSearchParams(location.search).has('clients') ? containers.map((row) => ({ ...row, client: markOf((one) => one.ids.includes(row.public_id)) })) : containers);

export const tree = (): ContainerTree => ({
  as_of: new Date(Date.now() - 2 * 3_600_000).toISOString(),
  accounts: ACCOUNTS.map(([name], account) => ({
    account_id: String(6001 + account),
    name,
    containers: withClients().filter((row) => row.account_id === String(6001 + account)),
  })),
});

const row = (kind: EntityKind, index: number, part: Partial<EntityRow>): EntityRow => ({
  kind, id: String(index + 10), name: '', type: '', type_label: '', folder: null, fires_on: [], paused: false, consent: null, ...part,
});

const TAGS: [string, string, string, string, EntityRow['consent']][] = [
  ['Google tag', 'googtag', 'Google tag', 'Initialization – All Pages', 'set'],
  ['GA4 – purchase', 'gaawe', 'GA4 event', 'CE – purchase', 'set'],
  ['GA4 – add_to_cart', 'gaawe', 'GA4 event', 'CE – add_to_cart', 'set'],
  ['GA4 – view_item', 'gaawe', 'GA4 event', 'CE – view_item', 'set'],
  ['GA4 – begin_checkout', 'gaawe', 'GA4 event', 'CE – begin_checkout', 'set'],
  ['Ads – conversion linker', 'gclidw', 'Conversion linker', 'All Pages', 'set'],
  ['Ads – remarketing', 'sp', 'Ads remarketing', 'All Pages', 'not_set'],
  ['HTML – cookie banner', 'html', 'Custom HTML', 'Consent Init – All Pages', 'not_needed'],
  ['HTML – chat <script>alert(1)</script>', 'html', 'Custom HTML', 'All Pages', 'not_set'],
  ['UA – pageview', 'ua', 'Universal Analytics', 'All Pages', 'not_set'],
  ['وسم الشراء', 'gaawe', 'GA4 event', 'CE – purchase', 'set'],
  ['=SUM(A1)', 'img', 'Custom image', '', null],
];

export function entities(kind: EntityKind): EntityRow[] {
  switch (kind) {
    case 'tag':
      return TAGS.map(([name, type, label, trigger, consent], index) =>
        row('tag', index, { name, type, type_label: label, fires_on: trigger === '' ? [] : [trigger], consent, paused: name.startsWith('UA'), folder: index < 5 ? 'E-commerce' : null }));
    case 'trigger':
      return ['All Pages', 'CE – purchase', 'CE – add_to_cart', 'PV – product', 'Scroll – 75 %'].map((name, index) =>
        row('trigger', index, { name, type: index === 0 ? 'pageview' : 'customEvent', type_label: index === 0 ? 'Page view' : 'Custom event', folder: index > 2 ? 'Scroll' : null }));
    case 'variable':
      return Array.from({ length: 320 }, (_, index) => row('variable', index, { name: `DLV – value ${index + 1}`, type: 'v', type_label: 'Data layer variable' }));
    case 'folder':
      return ['E-commerce', 'Scroll'].map((name, index) => row('folder', index, { name }));
    default:
      return [];
  }
}

export function detail(kind: EntityKind, id: string): EntityDetail {
  const found = entities(kind).find((candidate) => candidate.id === id) ?? row(kind, 0, { name: 'Unknown' });
  const field = (key: string, label: string, value: string | null, children: EntityDetail['fields'] = []) => ({ key, label, value, children });
  const tag = kind === 'tag';
  return {
    row: found,
    notes: tag ? 'Agreed with the shop team on 3 March.' : null,
    fields: tag
      ? [
          field('eventName', 'Event name', 'purchase'),
          field('measurementIdOverride', 'Sends to', 'G-7Q2XN4VB8L'),
          field('sendEcommerceData', 'E-commerce data', 'true'),
          field('eventSettingsTable', 'Event parameters', null, [
            field('value', 'value', '{{DLV – value}}'),
            field('currency', 'currency', '{{DLV – currency}}'),
            field('coupon', 'coupon', '{{DLV – coupon}}'),
            field('store_id', 'store_id', '{{Store ID}}'),
          ]),
          ...(found.type === 'html' ? [field('html', 'HTML', '<script>\n  window.chat = true;\n</script>')] : []),
        ]
      : kind === 'variable'
        ? [field('name', 'Data layer name', 'ecommerce.value'), field('dataLayerVersion', 'Version', '2')]
        : [],
    firing_triggers: tag && found.fires_on.length > 0 ? [{ kind: 'trigger', id: '11', name: found.fires_on[0] ?? '', detail: 'Custom event equals “purchase”' }] : [],
    blocking_triggers: [],
    conditions: kind === 'trigger' ? ['Event equals purchase', 'Page Path does not contain /test'] : [],
    raw: { tagId: id, name: found.name, type: found.type, fingerprint: '1731580000000', parameter: [{ type: 'template', key: 'eventName', value: 'purchase' }] },
  };
}

export function prepare(host: FakeHost): void {
  host.answers['containers.tree'] = tree;
  host.answers['containers.show'] = ({ container }) => {
    const found = containers.find((candidate) => candidate.container_id === container || candidate.public_id === container) ?? containers[0];
    if (found === undefined) throw new Error('no sample');
    return {
      container: found,
      account_name: ACCOUNTS[Number(found.account_id) - 6001]?.[0] ?? '',
      reached_by: ['maya@brightwater.example'],
      version_name: 'Consent update',
      version_description: null,
      version_stored_at: '2026-10-14T09:00:00Z',
      kinds: (['tag', 'trigger', 'variable', 'built_in_variable', 'folder', 'template'] as const).map((kind) => ({ kind, count: entities(kind).length })),
      as_of: tree().as_of,
    };
  };
  host.answers['containers.entities'] = ({ kind }) => entities(kind);
  host.answers['containers.entity'] = ({ kind, id }) => detail(kind, id);
}
