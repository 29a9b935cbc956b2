// Sample clients for previews and tests. Names are invented; some are awkward on purpose.
import type { ClientAsset, ClientList, ClientMark, ClientSuggestion, ClientView, MappedTag, MeasurementMap } from '../lib/bindings';

export const property = (id: string, name: string, measurementId: string, account = name): ClientAsset => ({
  asset: `properties/${id}`, kind: 'property', name, ids: [measurementId], account_name: account,
});
export const container = (id: string, name: string, publicId: string, account = name): ClientAsset => ({
  asset: `accounts/1/containers/${id}`, kind: 'container', name, ids: [publicId], account_name: account,
});

const client = (id: string, name: string, group: string | null, colour: number, letters: string, assets: ClientAsset[]): ClientView => ({ id, name, group, colour, letters, assets });

export const clients: ClientView[] = [
  client('k1', 'Corvin Cycles', 'Retail', 3, 'CC', [
    property('310000002', 'Corvin Cycles / Website', 'G-4K7WQ2M1TX', 'Corvin Cycles'), property('310000003', 'Corvin Cycles / Shop', 'G-9F3NB5R8LD', 'Corvin Cycles'),
    container('9001', 'www.corvincycles.example', 'GTM-5KQ7W00', 'Corvin Cycles'), container('9002', 'Corvin app (Android)', 'GTM-5KQ7W01', 'Corvin Cycles'),
  ]),
  client('k2', 'Alder & Finch', 'Retail', 1, 'AF', [property('310000000', 'Alder & Finch', 'G-7R2MV5KD1P'), container('9011', 'www.alderfinch.example', 'GTM-5KQ7W10', 'Alder & Finch')]),
  client('k3', 'Delmere Dental', 'Health', 2, 'DD', [container('9041', 'www.delmere.example', 'GTM-5KQ7W40', 'Delmere Dental')]),
  client('k4', 'مخبز النخيل', null, 5, 'مخ', []),
];

export const list: ClientList = {
  clients,
  unassigned: [
    property('310000008', 'Isola Coffee / Website', 'G-2B8YH6WQ0Z', 'Isola Coffee'), property('310000009', 'Isola Coffee / Shop', 'G-3C9ZJ7XR1A', 'Isola Coffee'),
    container('9021', 'www.isola.example', 'GTM-5KQ7W20', 'Isola Coffee'), container('9022', '<b>Isola</b> & "quotes"', 'GTM-5KQ7W21', 'Isola Coffee'),
  ],
};

export const mark = (of: ClientView): ClientMark => ({ id: of.id, name: of.name, group: of.group, colour: of.colour, letters: of.letters });

/** The client of a sample asset, as trees and pickers carry it. */
export const markOf = (asset: (one: ClientAsset) => boolean): ClientMark | null => {
  const owner = clients.find((one) => one.assets.some(asset));
  return owner ? mark(owner) : null;
};

export const suggestions: ClientSuggestion[] = [
  {
    name: 'Isola Coffee', client_id: null, strength: 'measurement_id', assets: list.unassigned.slice(0, 3),
    because: ['G-2B8YH6WQ0Z of Isola Coffee / Website is sent by GTM-5KQ7W20.', '2 properties and 1 container are about isola.example.'],
  },
  { name: 'Corvin Cycles', client_id: 'k1', strength: 'name', assets: list.unassigned.slice(3), because: ['GTM-5KQ7W21 and Corvin Cycles / Shop are called Corvin Cycles.'] },
];

const tag = (part: Partial<MappedTag>): MappedTag => ({
  container: 'accounts/1/containers/9001', public_id: 'GTM-5KQ7W00', container_name: 'www.corvincycles.example', tag_id: '1', tag_name: 'Google tag',
  tag_type: 'googtag', sends_to: 'G-4K7WQ2M1TX', paused: false, ...part,
});

export const map: MeasurementMap = {
  unread_containers: 2, unread_properties: 1,
  streams: [
    {
      property_id: '310000002', property_name: 'Corvin Cycles / Website', client_id: 'k1', stream_id: '1', stream_name: 'Website', platform: 'web', measurement_id: 'G-4K7WQ2M1TX',
      website: 'https://www.corvincycles.example', tags: [tag({}), tag({ tag_id: '2', tag_name: 'GA4 – purchase', tag_type: 'gaawe', paused: true })],
    },
    {
      property_id: '310000003', property_name: 'Corvin Cycles / Shop', client_id: 'k1', stream_id: '2', stream_name: 'Shop', platform: 'web', measurement_id: 'G-9F3NB5R8LD',
      website: 'https://shop.corvincycles.example', tags: [],
    },
    { property_id: '310000004', property_name: 'Farrow app', client_id: null, stream_id: '3', stream_name: 'Android', platform: 'android', measurement_id: null, website: null, tags: [] },
  ],
  orphan_tags: [
    tag({ public_id: 'GTM-5KQ7W21', container: 'accounts/1/containers/9022', container_name: '<b>Isola</b> & "quotes"', sends_to: 'G-OLD0000000' }),
    tag({ public_id: 'GTM-5KQ7W40', container: 'accounts/1/containers/9041', container_name: 'www.delmere.example', sends_to: '{{DLV - measurement id}}' }),
  ],
};
