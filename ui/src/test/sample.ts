// A believable estate for tests and previews. Names are invented; some are awkward on purpose.

import type { AppStatus, ConnectionView, OAuthClientView, OverviewView, SettingsView } from '../lib/bindings';

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

export const settings: SettingsView = {
  theme: 'system', density: 'regular', tag_manager_calls_per_window: 25, tag_manager_calls_per_day: 10_000,
};

export const status: AppStatus = {
  version: '0.1.0',
  profile: { id: 'default', data_directory: '/home/maya/.local/share/gantry', base_url: null, bundled_sandbox: false },
  keychain: { state: 'available', name: 'Secret Service' },
  connections_ready: 2,
  connections_total: 3,
  oauth_clients_total: 1,
  data_as_of: hoursAgo(2),
  system_time_zone: 'Europe/London',
  quota: [{
    project: 'brightwater-tags', api: 'Tag Manager', window_seconds: 100, window_used: 6, window_limit: 25,
    day_used: 2310, day_limit: 10_000, day_resets_at: new Date(Date.now() + 36_000_000).toISOString(),
  }],
};

export const firstRun: AppStatus = {
  ...status, connections_ready: 0, connections_total: 0, oauth_clients_total: 0, data_as_of: null, quota: [],
};

export const sandboxed: AppStatus = {
  ...status, profile: { ...status.profile, id: 'practice', base_url: 'http://127.0.0.1:27480', bundled_sandbox: true }, connections_ready: 3,
};

const connection = (part: Partial<ConnectionView> & Pick<ConnectionView, 'id' | 'email'>): ConnectionView => ({
  kind: 'user',
  display_name: null,
  oauth_client_id: '1234-abc.apps.googleusercontent.com',
  asked: ['view'],
  granted: ['view'],
  dropped: [],
  allowed: (part.granted ?? ['view']).filter((name) => !part.dropped?.includes(name)),
  state: 'ready',
  state_reason: null,
  trouble: null,
  stored_in: 'keychain',
  connected_at: '2026-03-03T10:00:00Z',
  signed_in_at: '2026-03-03T10:00:00Z',
  sign_in_ends_at: null,
  tokens_obtained: 1,
  last_used_at: hoursAgo(2),
  key_file: null,
  impersonated: null,
  properties: 0,
  containers: 0,
  ...part,
});

export const connections: ConnectionView[] = [
  connection({
    id: 'c1', email: 'maya@brightwater.example', display_name: 'Maya Okafor', properties: 36, containers: 47,
    asked: ['view', 'configure', 'edit', 'publish', 'manage'], granted: ['view', 'configure', 'edit', 'publish', 'manage'],
  }),
  connection({
    id: 'c2', email: 'ops@brightwater.example', display_name: '<b>Operations</b>', properties: 12, containers: 12,
    asked: ['view', 'edit', 'publish'], granted: ['view', 'edit'],
  }),
  connection({
    id: 'c3', email: 'analytics@kestrelmutual.example', properties: 2, containers: 2, asked: ['view', 'publish'], granted: ['view', 'publish'],
    state: 'needs_sign_in', state_reason: 'Google ended this session. Most often the password was changed or access was removed in the Google account.',
  }),
];

export const oauthClients: OAuthClientView[] = [{
  id: '1234-abc.apps.googleusercontent.com', name: 'Brightwater desktop', kind: 'installed', project_id: 'brightwater-tags',
  redirect_uris: ['http://localhost'], is_default: true, shipped: false, connections: 3, publishing_status: 'production',
}, {
  id: '1234-web.apps.googleusercontent.com', name: 'Brightwater web', kind: 'web', project_id: 'brightwater-tags',
  redirect_uris: ['http://127.0.0.1:27490/terms'], is_default: false, shipped: false, connections: 0, publishing_status: null,
}];

const NAMES = [
  'Alder & Finch', 'Bramley Ferries', 'Corvin Cycles', 'Farrow Outdoor', 'Isola Coffee', '<script>alert(1)</script>', 'Grovecrest Pharmacy',
  'مخبز النخيل', '=SUM(A1:A9)', 'Juniper Legal 🌿', 'Kestrel Mutual', 'Lumen Optics',
];

export const overview: OverviewView = {
  connections: 3,
  analytics_accounts: 11,
  properties: 36,
  containers: 61,
  containers_never_published: 4,
  attention: [
    { kind: 'sign_in_again', title: 'Sign in to analytics@kestrelmutual.example again', detail: 'Google ended the session. Until then, 2 containers can only be read from Friday’s copy.', page: 'connections', id: 'c3' },
    { kind: 'setup_unfinished', title: 'Elmstead Bakery: the set-up is not finished', detail: 'Google’s terms were not accepted. Your entries are kept.', page: 'provisioning', id: 'run-1' },
    { kind: 'never_published', title: '4 containers have never been published', detail: 'Their tags do not run on any site yet.', page: 'containers', id: null },
  ],
  properties_list: NAMES.map((name, index) => ({
    property_id: String(310_000_000 + index), display_name: name, account_id: String(51_000_000 + index), account_name: `${name} account`,
    connection_id: index % 3 === 0 ? 'c2' : 'c1', can_edit: index % 3 !== 0,
  })),
  last_exports: [
    {
      id: 'x1', property_id: '310000000', property_name: 'Alder & Finch', destination: 'sqlite:/home/maya/gantry.db', dimensions: ['date', 'country'], metrics: ['activeUsers'],
      from: '2026-10-25', to: '2026-11-21', state: 'done', rows_read: 12_480, rows_written: 1204, started_at: hoursAgo(9), finished_at: hoursAgo(8.9), problem: null, notes: [],
    },
    {
      id: 'x2', property_id: '310000002', property_name: 'Corvin Cycles', destination: 'csv:/home/maya/corvin.csv', dimensions: ['date'], metrics: ['sessions'],
      from: '2026-10-25', to: '2026-11-21', state: 'failed', rows_read: 0, rows_written: 0, started_at: hoursAgo(30), finished_at: hoursAgo(30), problem: 'The disk is full.', notes: [],
    },
  ],
  last_sync: { started_at: hoursAgo(2.1), finished_at: hoursAgo(2), calls: 74, containers: 61, failed: 0 },
};
