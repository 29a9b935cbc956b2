// A believable set-up: the bakery's form, its plan, what came of it. Names are invented.

import type {
  Choices, MadeAsset, ProofView, ProvisionPlan, ProvisionRequest, ProvisionResult, ProvisionRunView, ProvisionStep, RedirectsView, SiteView, SnippetView,
} from '../lib/bindings';

export const request: ProvisionRequest = {
  connection: 'c1', sign_in_first: false, analytics: { kind: 'new_account' }, account_name: 'Elmstead Bakery', property_name: 'Elmstead Bakery',
  website: 'https://www.elmsteadbakery.example', android_package: null, ios_bundle: null, time_zone: 'Europe/London', currency: 'GBP', country: 'GB',
  template: null, enhanced_measurement: true, wait_for_consent: true, google_ads_customer: null, people: [], container: { kind: 'new', account_id: null },
  client: { kind: 'by_name' }, skip: [], dialect: 'ga4',
};

const step = (name: ProvisionStep, detail: string, analytics: number, tagManager = 0, optional = false) =>
  ({ step: name, detail, analytics_calls: analytics, tag_manager_calls: tagManager, optional, skipped: false });

export const plan: ProvisionPlan = {
  steps: [
    step('ticket', 'A ticket for the new account', 2),
    step('terms', 'Google’s terms, which only you can accept', 0),
    step('account', 'Elmstead Bakery', 1),
    step('property', 'Elmstead Bakery', 1),
    step('data_stream', 'www.elmsteadbakery.example', 1),
    step('enhanced_measurement', 'Scrolls, outbound clicks, searches and downloads', 1, 0, true),
    step('key_events', '1 key event', 1, 0, true),
    step('tag_manager_account', 'The account for the container', 0, 1),
    step('container', 'www.elmsteadbakery.example', 0, 1),
    step('workspace', 'The default workspace', 0, 1),
    step('tags', '2 tags, 1 trigger', 0, 3),
    step('version', 'First set-up', 0, 1, true),
    step('publish', 'Puts the version live', 0, 1, true),
    step('snippet', 'For your site’s pages', 0),
    step('client', 'Elmstead Bakery', 0, 0, true),
  ],
  permissions: ['view', 'configure', 'edit', 'publish'], missing: [], analytics_calls: 6, tag_manager_calls: 8, safety_reads: 2, seconds: 40, problems: [], resumes: null,
};

export const choices: Choices = {
  analytics_accounts: [
    { account_id: '51000000', name: 'Alder & Finch account', properties: [{ property_id: '310000000', name: 'Alder & Finch', can_edit: true }, { property_id: '310000001', name: 'Alder & Finch (old)', can_edit: false }] },
    { account_id: '51000007', name: 'مخبز النخيل', properties: [{ property_id: '310000007', name: 'مخبز النخيل', can_edit: true }] },
  ],
  tag_manager_accounts: [{
    account_id: '60042', name: 'Elmstead', containers: [{ container_id: '1187', public_id: 'GTM-N6ZD2RKP', name: 'www.alderfinch.example' }, { container_id: '2240', public_id: 'GTM-K2M8QW', name: 'shop.alderfinch.example' }],
  }],
  tag_manager_problem: null,
  make_tag_manager_account: { id: 'make-gtm', url: 'https://tagmanager.google.com/#/admin/accounts/create' },
};

export const redirects: RedirectsView = { oauth_client: 'Brightwater desktop', registered: [], suggested: [], usable: true, message: 'This kind of OAuth client needs no registered address.' };

export const site: SiteView = {
  address: 'https://www.elmsteadbakery.example', reached: true, problem: null, milliseconds: 812, name: 'Elmstead Bakery', title: 'Elmstead Bakery: bread since 1911',
  language: 'en-GB', country: 'GB', currency: 'GBP', tags: [], builder: 'wordpress',
};

export const outcomes: Partial<Record<ProvisionStep, string>> = {
  account: '51000099', property: '482193077', data_stream: 'G-4K7WQ2M1TX', key_events: '1 key event', container: 'GTM-N6ZD2RKP', version: '1', publish: '1',
};

const GTM = "(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':\nnew Date().getTime(),event:'gtm.js'});var f=d.getElementsByTagName(s)[0],\nj=d.createElement(s),dl=l!='dataLayer'?'&l='+l:'';j.async=true;j.src=\n'https://www.googletagmanager.com/gtm.js?id='+i+dl;f.parentNode.insertBefore(j,f);\n})(window,document,'script','dataLayer','GTM-N6ZD2RKP');";
const HEAD = `<!-- Google Tag Manager -->\n<script>${GTM}</script>\n<!-- End Google Tag Manager -->`;
const NOSCRIPT = '<!-- Google Tag Manager (noscript) -->\n<noscript><iframe src="https://www.googletagmanager.com/ns.html?id=GTM-N6ZD2RKP"\nheight="0" width="0" style="display:none;visibility:hidden"></iframe></noscript>\n<!-- End Google Tag Manager (noscript) -->';

export const result: ProvisionResult = {
  account_id: '51000099', property_id: '482193077', data_stream_id: '61002233', measurement_id: 'G-4K7WQ2M1TX', app_streams: [],
  container: { account_id: '60042', container_id: '3091', public_id: 'GTM-N6ZD2RKP', name: 'www.elmsteadbakery.example', version_id: '1', published: true, existing: false },
  snippet: HEAD, noscript: NOSCRIPT, client_id: 'client-1', analytics_calls: 7, tag_manager_calls: 9,
};

export const snippet: SnippetView = {
  head: HEAD, noscript: NOSCRIPT, tag_id: 'GTM-N6ZD2RKP',
  guides: [
    { builder: 'wordpress', title: 'WordPress', steps: ['Open Appearance, then Theme File Editor, then header.php.', 'Paste the first part right after <head>, the second right after <body>.', 'Press Update File. A caching plugin has to be emptied.'], likely: true },
    { builder: 'shopify', title: 'Shopify', steps: ['Open Online Store, then Themes, then Edit code, then theme.liquid.', 'Paste the first part right after <head>, the second right after <body>.'], likely: false },
    { builder: 'html', title: 'Plain HTML', steps: ['Paste the first part into the <head> of every page.', 'Paste the second right after <body>.'], likely: false },
  ],
  email_subject: 'Google Tag Manager for www.elmsteadbakery.example', email_text: `Please add this to every page.\n\n${HEAD}`,
  site: { id: 'site-1', url: 'https://www.elmsteadbakery.example' },
};

export const proof: ProofView = {
  checked_at: '2026-11-22T09:47:31Z', page_title: 'Elmstead Bakery',
  checks: [
    { outcome: 'good', what: 'The page contains GTM-N6ZD2RKP', detail: 'found once', remedy: null },
    { outcome: 'good', what: 'Version 1 is live and sends to G-4K7WQ2M1TX', detail: '1 Google tag', remedy: null },
    { outcome: 'good', what: 'The Google tag waits for the visitor’s consent', detail: 'set in version 1', remedy: null },
    { outcome: 'warning', what: 'The second part is missing after <body>', detail: null, remedy: 'Paste it right after the opening body tag: it counts visitors without JavaScript.' },
  ],
  active_users: 1, first_seen_at: '2026-11-22T09:47:31Z', seconds_to_first: 14,
  events: ['page_view', 'session_start', 'first_visit'].map((event) => ({ event, page_title: 'Elmstead Bakery', count: 1 })),
  hints: [], site: { id: 'site-1', url: 'https://www.elmsteadbakery.example' },
};

const asset = (part: Pick<MadeAsset, 'asset' | 'kind' | 'name' | 'account_name' | 'consequence'>): MadeAsset => ({ connection: 'maya@brightwater.example', why_not: null, trashed: false, ...part });

export const made: MadeAsset[] = [
  asset({ asset: 'accounts/60042/containers/3091', kind: 'container', name: 'www.elmsteadbakery.example', account_name: 'Elmstead', consequence: 'Its tags stop on the site at once.' }),
  asset({ asset: 'properties/482193077', kind: 'property', name: 'Elmstead Bakery', account_name: 'Elmstead Bakery', consequence: 'Its data can be brought back for 35 days.' }),
  asset({ asset: 'accounts/51000099', kind: 'analytics_account', name: 'Elmstead Bakery', account_name: 'Elmstead Bakery', consequence: 'All its properties go with it.' }),
];

export function runView(part: Partial<ProvisionRunView> = {}): ProvisionRunView {
  return {
    id: 'run-1', request, state: 'failed', started_at: '2026-11-22T09:40:00Z', updated_at: '2026-11-22T09:41:00Z', result: null, problem: null, resumable: true, proof: null,
    steps: plan.steps.map((one) => ({ step: one.step, state: one.step === 'ticket' ? 'done' : 'planned', outcome: null, at: '2026-11-22T09:41:00Z' })),
    ...part,
  };
}
