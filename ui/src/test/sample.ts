// A believable estate for tests and previews. Names are invented; some are awkward on purpose.

import type {
  AppStatus, ConnectionView, ErrorCode, ErrorView, Finding, GuideStep, OAuthClientFile, OAuthClientView, OverviewView, RouteCandidate, RouteView, SettingsView,
} from '../lib/bindings';

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

export const settings: SettingsView = {
  theme: 'system', density: 'regular', tag_manager_calls_per_window: 25, tag_manager_calls_per_day: 10_000,
};

export const status: AppStatus = {
  version: '0.1.0',
  profile: { id: 'default', data_directory: '/home/maya/.local/share/gantry', base_url: null, bundled_sandbox: false },
  keychain: { state: 'available', name: 'Secret Service' },
  connections_ready: 4,
  connections_total: 6,
  oauth_clients_total: 2,
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
  ...status, profile: { ...status.profile, id: 'practice', base_url: 'http://127.0.0.1:27480', bundled_sandbox: true },
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

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

export const connections: ConnectionView[] = [
  connection({
    id: 'c1', email: 'maya@brightwater.example', display_name: 'Maya Okafor', properties: 36, containers: 47, tokens_obtained: 3,
    asked: ['view', 'configure', 'edit', 'publish', 'manage'], granted: ['view', 'configure', 'edit', 'publish', 'manage'],
  }),
  connection({
    id: 'c2', email: 'ops@brightwater.example', display_name: '<b>Operations</b>', properties: 12, containers: 12,
    asked: ['view', 'edit', 'publish'], granted: ['view', 'edit'], dropped: ['edit'],
  }),
  connection({
    id: 'c3', email: 'analytics@kestrelmutual.example', properties: 2, containers: 2, asked: ['view', 'publish'], granted: ['view', 'publish'],
    state: 'needs_sign_in', state_reason: 'Google ended this session. Most often the password was changed or access was removed in the Google account.',
    trouble: {
      cause: 'revoked', since: hoursAgo(40), title: 'Google ended this session',
      explanation: 'Google answered “Token has been expired or revoked” and gives no reason. It was used two days ago, and its OAuth client is in production: access was most likely removed in the Google account.',
      remedy: 'Sign in again. Everything that Gantry has read stays.',
      also_possible: ['The password of the Google account was changed.', 'An administrator ended the sessions of this organisation.'],
      action: 'sign_in_again',
    },
  }),
  connection({
    id: 'c4', email: 'studio@isola.example', display_name: 'Isola Coffee', properties: 3, containers: 3, oauth_client_id: '1234-web.apps.googleusercontent.com',
    sign_in_ends_at: inDays(1.5), tokens_obtained: 81,
  }),
  connection({
    id: 'c5', kind: 'service_account', email: 'exports@bw-prod.iam.gserviceaccount.example', display_name: 'Nightly exports', oauth_client_id: null, properties: 36,
    stored_in: 'key_file', key_file: '/srv/gantry/keys/exports-bw-prod-7f3a.json', impersonated: 'maya@brightwater.example', signed_in_at: null, tokens_obtained: 0,
  }),
  connection({
    id: 'c6', kind: 'service_account', email: 'a-rather-long-name-of-a-service-account@a-project-with-a-long-name-1234.iam.gserviceaccount.example', oauth_client_id: null,
    signed_in_at: null, tokens_obtained: 0, state: 'needs_sign_in', state_reason: 'Google refuses this key.',
    trouble: {
      cause: 'key_refused', since: hoursAgo(3), title: 'Google refuses this key',
      explanation: 'Google answered “Invalid JWT Signature”: the key was disabled or deleted in the Google Cloud console.',
      remedy: 'Make a new key there, and add it here.', also_possible: [], action: 'replace_key',
    },
  }),
];

/** How sign-ins end that do not come about. */
export const signInFailures: Partial<Record<ErrorCode, ErrorView>> = {
  wrong_account: {
    code: 'wrong_account', message: 'You signed in as sam@brightwater.example, but this connection is analytics@kestrelmutual.example.',
    remedy: 'Sign in as the account that was asked for.', activity_id: null, details: null,
    offers: [{ kind: 'adopt_account', pending: 'p1', email: 'sam@brightwater.example' }],
  },
  sign_in_timed_out: { code: 'sign_in_timed_out', message: 'No answer came from Google within 10 minutes.', remedy: 'Try again, and look at what Google’s page says.', activity_id: null, details: null, offers: [] },
  sign_in_denied: { code: 'sign_in_denied', message: 'You declined on Google’s page.', remedy: 'Try again when you want to allow it.', activity_id: null, details: null, offers: [] },
  keychain_unavailable: { code: 'keychain_unavailable', message: 'The sign-in worked, and this computer’s keychain is locked.', remedy: 'Unlock it to keep the sign-in, or use it until you quit.', activity_id: null, details: null, offers: [{ kind: 'retry_keychain' }] },
};

/** What a check looked at, in the states that there are. */
export const findings: Finding[] = [
  { subject: 'keychain', state: 'ok', title: 'The sign-in is in this computer’s keychain', explanation: '', remedy: '', offers: [], activity_id: null },
  { subject: 'sign_in', state: 'ok', title: 'Google accepts the sign-in', explanation: '', remedy: '', offers: [], activity_id: 'a-1050' },
  { subject: 'clock', state: 'warn', title: 'This computer’s clock is 4 minutes fast', explanation: 'Google still accepts it.', remedy: 'Set the clock by the network’s time.', offers: [], activity_id: null },
  {
    subject: 'permissions', state: 'warn', title: 'Publish was not allowed on Google’s page', explanation: 'What needs it stays off.', remedy: 'Grant it to put containers live.',
    offers: [{ kind: 'grant', connection_id: 'c2', permission: 'publish' }, { kind: 'use_again', connection_id: 'c2', permission: 'edit' }], activity_id: null,
  },
  { subject: 'analytics_admin', state: 'ok', title: 'The Analytics Admin API answers', explanation: '12 properties.', remedy: '', offers: [], activity_id: 'a-1051' },
  {
    subject: 'analytics_data', state: 'failed', title: 'The Analytics Data API is not enabled', explanation: 'Google refuses every report of project brightwater-tags: “SERVICE_DISABLED”.',
    remedy: 'Enable it in the Google Cloud console; it takes a minute to count.',
    offers: [
      { kind: 'open_link', label: 'Enable it', link: { id: 'l7', url: 'https://console.cloud.google.com/apis/library/analyticsdata.googleapis.com' } },
      { kind: 'use_connection', connection_id: 'c1', email: 'maya@brightwater.example' },
    ],
    activity_id: 'a-1052',
  },
  { subject: 'tag_manager', state: 'skipped', title: 'Tag Manager was not asked', explanation: 'Today’s quota is used up.', remedy: '', offers: [], activity_id: null },
];

export const guide: GuideStep[] = [
  { id: 'project', title: 'Make a Google Cloud project', text: 'Create a project, or choose one that you have. It costs nothing, and Google counts your calls against it: 10,000 Tag Manager calls a day. Use one project for all your work; Google’s terms forbid splitting it up to get more.', link: { id: 'g1', url: 'https://console.cloud.google.com/projectcreate' }, copy: [] },
  { id: 'apis', title: 'Enable three APIs', text: 'Enable the Google Analytics Admin API, the Google Analytics Data API and the Tag Manager API in that project.', link: { id: 'g2', url: 'https://console.cloud.google.com/flows/enableapi' }, copy: ['Google Analytics Admin API', 'Google Analytics Data API', 'Tag Manager API'] },
  { id: 'consent', title: 'Name the app on its consent screen', text: 'Press Get started, then enter an app name that your colleagues will recognise, and your e-mail address.', link: { id: 'g3', url: 'https://console.cloud.google.com/auth/branding' }, copy: [] },
  { id: 'audience', title: 'Choose who may sign in', text: 'Internal: only accounts of your own Google Workspace organisation. External: any Google account; it starts in testing.', link: { id: 'g4', url: 'https://console.cloud.google.com/auth/audience' }, copy: [] },
  { id: 'test_users', title: 'Add test users, while it is in testing', text: 'Under Audience, add every Google account that will sign in: up to 100.', link: { id: 'g4', url: 'https://console.cloud.google.com/auth/audience' }, copy: [] },
  { id: 'publishing', title: 'Decide how long sign-ins last', text: 'Testing: every sign-in ends after 7 days. In production: sign-ins last. Press Publish app under Audience; you need not ask Google to verify it for your own use. Internal: sign-ins last, without a warning.', link: { id: 'g4', url: 'https://console.cloud.google.com/auth/audience' }, copy: [] },
  { id: 'client', title: 'Create the OAuth client', text: 'Choose the application type Desktop app: it needs nothing else.', link: { id: 'g5', url: 'https://console.cloud.google.com/auth/clients/create' }, copy: ['http://127.0.0.1:27495/terms', 'http://127.0.0.1:27496/sign-in'] },
  { id: 'download', title: 'Download its file and add it to Gantry', text: 'Press Download JSON right after creating it: Google shows the secret only once.', link: { id: 'g6', url: 'https://console.cloud.google.com/auth/clients' }, copy: [] },
];

/** Who acts on any asset, as the engine would choose; `overridden` by the person. */
export function route(asset: string, overridden: string | null = null): RouteView {
  const candidates: RouteCandidate[] = [
    { connection_id: 'c4', email: 'studio@isola.example', allowed: ['view'], usable: true, because: 'It can do this, and may do the least.' },
    { connection_id: 'c1', email: 'maya@brightwater.example', allowed: ['view', 'configure', 'edit', 'publish', 'manage'], usable: true, because: 'It can do this, and may do more than is needed.' },
    { connection_id: 'c3', email: 'analytics@kestrelmutual.example', allowed: ['view', 'publish'], usable: false, because: 'It needs a sign-in.' },
  ];
  const chosen = overridden ?? 'c4';
  return { asset, chosen, overridden: overridden !== null, candidates: candidates.toSorted((a, b) => Number(b.connection_id === chosen) - Number(a.connection_id === chosen)) };
}

export const clientFile: OAuthClientFile = {
  client_id: '5678-new.apps.googleusercontent.com', kind: 'web', project_id: 'brightwater-tags',
  redirect_uris: ['http://127.0.0.1:27495/terms', 'http://127.0.0.1:27496/sign-in', 'https://brightwater.example/back'],
  usable_redirects: ['http://127.0.0.1:27495/terms', 'http://127.0.0.1:27496/sign-in'], known: false,
  remarks: ['https://brightwater.example/back is not on this computer: Gantry does not use it.'],
};

export const oauthClients: OAuthClientView[] = [{
  id: '1234-abc.apps.googleusercontent.com', name: 'Brightwater desktop', kind: 'installed', project_id: 'brightwater-tags',
  redirect_uris: ['http://localhost'], is_default: true, shipped: false, connections: 3, publishing_status: 'production',
}, {
  id: '1234-web.apps.googleusercontent.com', name: 'Isola Coffee, trying Gantry out', kind: 'web', project_id: 'isola-trial',
  redirect_uris: ['http://127.0.0.1:27490/terms'], is_default: false, shipped: false, connections: 1, publishing_status: 'testing',
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
    connection_id: index % 3 === 0 ? 'c2' : 'c1', can_edit: index % 3 !== 0, client: null,
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
