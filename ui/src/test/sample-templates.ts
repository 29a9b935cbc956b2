// Sample templates: three that come with Gantry in short, one of the person's own, one that cannot be used.

import type { Calls, Template, TemplateDifference, TemplateEvent, TemplateView } from '../lib/bindings';

const bare = (name: string, title: string, description: string): Template => ({
  format: 1, name, version: 1, title, description,
  property: { industry: null, time_zone: null, currency: null, country: null, retention_months: 14, reset_on_new_activity: true },
  enhanced_measurement: {
    enabled: true, scrolls: true, outbound_clicks: true, site_search: true, videos: true, file_downloads: true, page_changes: true, forms: true,
    search_parameters: ['q', 's', 'search'],
  },
  key_events: [], custom_dimensions: [], people: [], tag_manager: { consent: null, events: [], folder: null },
});

const event = (name: string): TemplateEvent => ({ event: name, on: null, ecommerce: true, parameters: [] });

const shop: Template = {
  ...bare('shop', 'Shop', 'An online shop: sales, baskets and checkouts from the data layer, with Google’s recommended ecommerce events.'),
  property: { industry: 'SHOPPING', time_zone: null, currency: null, country: null, retention_months: 14, reset_on_new_activity: true },
  key_events: ['add_to_cart', 'begin_checkout', 'add_payment_info', 'sign_up', 'generate_lead', 'form_submit'].map((name) => ({
    event: name, counting: 'once_per_session' as const, value: null, currency: null,
  })),
  custom_dimensions: [
    ['payment_type', 'Payment type', 'event'], ['shipping_tier', 'Delivery method', 'event'], ['customer_type', 'Customer type', 'event'], ['form_name', 'Form name', 'event'],
    ['customer_group', 'Customer group', 'user'], ['item_size', 'Item size', 'item'], ['item_color', 'Item colour', 'item'], ['item_availability', 'Item availability', 'item'],
  ].map(([parameter, name, scope]) => ({ parameter: parameter as string, name: name as string, scope: scope as 'event' | 'user' | 'item', description: '' })),
  tag_manager: {
    consent: { ad_storage: false, ad_user_data: false, ad_personalization: false, analytics_storage: false, wait_for_update: 500 },
    events: ['view_item', 'add_to_cart', 'begin_checkout', 'purchase'].map(event), folder: 'Gantry',
  },
};

const retainer: Template = {
  ...bare('brightwater-retainer', 'Brightwater retainer', 'What every client on a retainer gets: leads, our staff, and the reporting account.'),
  version: 3,
  key_events: [{ event: 'generate_lead', counting: 'once_per_session', value: 120, currency: 'GBP' }],
  custom_dimensions: [{ parameter: 'form_name', name: 'Form name', scope: 'event', description: 'Which form was sent' }],
  people: [
    { email: 'maya@brightwater.example', role: 'admin' },
    { email: 'reports@bw-prod.iam.gserviceaccount.example', role: 'viewer' },
  ],
  tag_manager: {
    consent: null, folder: 'Brightwater',
    events: [{ event: 'generate_lead', on: 'formSent', ecommerce: false, parameters: [{ name: 'form_name', data_layer: 'form.name' }] }],
  },
};

const view = (template: Template, summary: string, entities: number, own: boolean): TemplateView => ({
  template, summary, tag_manager_entities: entities, shipped: !own, problem: null,
  path: own ? `/home/maya/.local/share/gantry/google/templates/${template.name}.toml` : null,
});

export const templates: readonly TemplateView[] = [
  view(bare('site', 'Website', 'A plain website: visits, scrolling, outbound links, searches and downloads are counted by themselves.'), '2 Tag Manager entities', 2, false),
  view(shop, '6 key events, 8 custom dimensions, 12 Tag Manager entities', 12, false),
  view(retainer, '1 key event, 1 custom dimension, 2 people, 6 Tag Manager entities', 6, true),
  {
    ...view({ ...bare('from-sam', 'from-sam', ''), enhanced_measurement: null }, '', 0, true),
    problem: '/home/maya/.local/share/gantry/google/templates/from-sam.toml: line 12, property.retention_months: 13 is none of 2, 14, 26, 38, 50.',
  },
];

export const toml = (name: string): string => `# ${name}: a template for sites that are set up with Gantry.

format = 1
name = "${name}"
version = 1
title = "Shop"

[[key_events]]
event = "add_payment_info"      # the last step before a sale: who stops here had trouble paying
counting = "once_per_session"
`;

const row = (what: string, name: string, change: TemplateDifference['change'], before: string | null, after: string): TemplateDifference => ({ what, name, change, before, after });

const differences: TemplateDifference[] = [
  row('Property', 'Industry', 'changed', 'Business and industrial markets', 'Shopping'),
  row('Data retention', 'Event data', 'changed', '2 months', '14 months'),
  row('Enhanced measurement', 'Website', 'same', 'On', 'On'),
  row('Key event', 'add_to_cart', 'same', 'Once a session', 'Once a session'),
  row('Key event', 'begin_checkout', 'added', null, 'Once a session'),
  row('Custom dimension', 'Payment type', 'added', null, 'payment_type, event'),
  row('Custom dimension', 'Delivery method', 'kept', 'Called “Shipping”', 'Delivery method'),
  row('Tag', 'GA4 event - purchase', 'added', null, 'Sends purchase with the ecommerce object'),
];

export const templateAnswers: { [N in 'templates.list' | 'templates.show' | 'templates.save' | 'templates.remove' | 'templates.import' | 'templates.export' | 'templates.capture' | 'templates.preview']: (request: Calls[N]['request']) => Calls[N]['response'] } = {
  'templates.list': () => [...templates],
  'templates.show': ({ id }) => ({ name: id, toml: toml(id) }),
  'templates.save': () => ({ ...(templates[2] as TemplateView) }),
  'templates.remove': () => ({}),
  'templates.import': () => ({ ...(templates[2] as TemplateView) }),
  'templates.export': (request) => request,
  'templates.capture': ({ name }) => ({ name, toml: `# Left out, because no template can say it:\n#   custom metric Basket size\n\n${toml(name)}` }),
  'templates.preview': () => ({ rows: differences, added: 3, changed: 2, same: 2, calls: 7 }),
};
