// The fake host over the sample estate.

import type { AppStatus, ConnectionView, EngineEvent, KeychainProblem, KeychainView, SettingsView } from '../lib/bindings';
import { FakeHost } from './fake-host';
import * as sample from './sample';
import { activityAnswers } from './sample-activity';
import { templateAnswers } from './sample-templates';
import * as setup from './sample-provisioning';

export type Scene = 'agency' | 'first' | 'sandbox' | 'sandbox-first' | 'sandbox-outside' | 'offline' | Keychains;
type Keychains = 'nokeychain' | 'locked' | 'hung' | 'broken' | 'mock' | 'opening';

/** As the engine words them on Linux. */
const KEYCHAINS: Record<Keychains, KeychainView> = {
  nokeychain: keychain('absent', 'No Secret Service answers on the session bus.', 'Install or start a keyring such as GNOME Keyring.'),
  locked: keychain('locked', 'The keyring is locked, and its prompt was closed.', 'Unlock it with your login password.'),
  hung: keychain('hung', 'The Secret Service did not answer within 20 seconds.', 'Look for its prompt, or restart the keyring.'),
  broken: keychain('broken', 'What was written could not be read again.', 'Repair or recreate the default keyring.'),
  mock: keychain('mock', 'This build was made without a keychain.', 'Install a build for this system.'),
  opening: { state: 'opening' },
};

function keychain(problem: KeychainProblem, reason: string, remedy: string): KeychainView {
  return { state: 'unavailable', problem, reason, remedy };
}

function statusOf(scene: Scene): AppStatus {
  switch (scene) {
    case 'first':
      return sample.firstRun;
    case 'sandbox':
      return sample.sandboxed;
    case 'sandbox-first':
      return { ...sample.sandboxed, connections_ready: 0, connections_total: 0, data_as_of: null, quota: [] };
    case 'sandbox-outside':
      return { ...sample.sandboxed, profile: { ...sample.sandboxed.profile, base_url: 'http://127.0.0.1:40123', bundled_sandbox: false } };
    case 'offline':
    case 'agency':
      return sample.status;
    default:
      return { ...sample.status, keychain: KEYCHAINS[scene] };
  }
}

const SIGN_IN_URL = 'https://accounts.google.com/o/oauth2/v2/auth?client_id=1234';

const openUrl = (job: string): EngineEvent => ({
  event: 'open_url', job, purpose: 'sign_in', link: { id: 'l1', url: SIGN_IN_URL }, url: SIGN_IN_URL, listening_on: '127.0.0.1:47811',
  expires_at: new Date(Date.now() + 600_000).toISOString(), opened: true,
});

/** A host that knows the sample estate; pages of other rooms add their own answers. */
export function sampleHost(scene: Scene = 'agency'): FakeHost {
  const status = statusOf(scene);
  const empty = status.connections_total === 0;
  let settings: SettingsView = sample.settings;
  const connections = new Map(sample.connections.map((connection) => [connection.id, connection]));
  const known = (id: string): ConnectionView => connections.get(id) ?? (sample.connections[0] as ConnectionView);
  const routes = new Map<string, string | null>();
  const host = new FakeHost({
    'app.status': () => status,
    'app.overview': () => sample.overview,
    'app.open_link': () => ({}),
    'app.choose_file': ({ purpose }) => ({ path: purpose === 'service_account_key' ? '/home/maya/Downloads/bw-prod-7f3a9c01d2.json' : '/home/maya/Downloads/client_secret_1234.json' }),
    'jobs.list': () => [],
    'jobs.cancel': ({ id }) => {
      host.emit({ event: 'job_failed', job: id, command: '', error: { code: 'cancelled', message: 'Stopped, as you asked.', remedy: 'Start it again when you like.', activity_id: null, details: null, offers: [] } });
      return {};
    },
    'settings.get': () => settings,
    'settings.set': (next) => (settings = next),
    'sandbox.enter': () => ({}),
    'sandbox.leave': () => ({}),
    'sandbox.reset': () => ({}),
    'connections.list': () => (empty ? [] : [...connections.values()]),
    'connections.check': ({ id }) => {
      const connection = known(id);
      const ok = connection.state === 'ready';
      return { connection, ok, message: ok ? 'Google answered, with two things to look at.' : (connection.trouble?.title ?? 'It does not work.'), findings: sample.findings, code: ok ? null : 'sign_in_needed' };
    },
    'connections.use_permissions': ({ id, allow }) => {
      const connection = known(id);
      const changed = { ...connection, allowed: allow, dropped: connection.granted.filter((name) => !allow.includes(name)) };
      connections.set(id, changed);
      return changed;
    },
    'connections.adopt': () => ({ ...known('c1'), id: 'c9', email: 'sam@brightwater.example', display_name: null }),
    'connections.route': ({ asset }) => sample.route(asset, routes.get(asset) ?? null),
    'connections.set_route': ({ asset, connection_id }) => {
      routes.set(asset, connection_id);
      return sample.route(asset, connection_id);
    },
    'keychain.retry': () => ({ state: 'available', name: 'Secret Service' }),
    'service_accounts.inspect': ({ path }) =>
      path.endsWith('.p12')
        ? { format: 'p12', email: null, project_id: null, key_id: null, known: false, remarks: [] }
        : {
            format: 'json', email: 'reports@bw-prod.iam.gserviceaccount.example', project_id: 'bw-prod', key_id: '7f3a9c01d2', known: false,
            remarks: ['Other people on this computer can read this file. Run: chmod 600 on it.'],
          },
    'service_accounts.add': ({ name, allow, by_reference, path, subject }) => ({
      ...known('c5'), id: 'c10', email: 'reports@bw-prod.iam.gserviceaccount.example', display_name: name, asked: allow, granted: allow, allowed: allow, properties: 0, containers: 0,
      stored_in: by_reference ? 'key_file' : 'keychain', key_file: by_reference ? path : null, impersonated: subject, last_used_at: null,
    }),
    'connections.disconnect': () => ({}),
    'oauth_clients.list': () => (status.oauth_clients_total === 0 ? [] : sample.oauthClients),
    'oauth_clients.add': () => sample.oauthClients[0] as (typeof sample.oauthClients)[0],
    'oauth_clients.inspect': () => sample.clientFile,
    'oauth_clients.update': ({ id, name, publishing_status }) => {
      const client = sample.oauthClients.find((one) => one.id === id) ?? (sample.oauthClients[0] as (typeof sample.oauthClients)[0]);
      return { ...client, name: name ?? client.name, publishing_status: publishing_status ?? client.publishing_status };
    },
    'oauth_clients.guide': () => sample.guide,
    'oauth_clients.remove': () => ({}),
    'oauth_clients.set_default': () => ({}),
    'estate.plan': () => ({ calls: 74, analytics_calls: 37, seconds: 160, quota_left_today: 7690 }),
    'estate.properties': () => sample.overview.properties_list,
    'provisioning.runs': () => [],
    'provisioning.show': ({ id }) => setup.runView({ id }),
    'provisioning.plan': () => setup.plan,
    'provisioning.choices': () => setup.choices,
    'provisioning.redirects': () => setup.redirects,
    'provisioning.snippet': () => setup.snippet,
    'provisioning.made': () => setup.made,
    'provisioning.save_record': (request) => request,
    'provisioning.trash': ({ assets }) => ({ trashed: setup.made.filter((one) => assets.some((asked) => asked.asset === one.asset)).map((one) => ({ ...one, trashed: true })), failures: [] }),
    'sites.inspect': ({ address }) => ({ ...setup.site, address }),
    'clients.list': () => ({ clients: [], unassigned: [] }),
    'exports.runs': () => sample.overview.last_exports,
    'containers.tree': () => ({ accounts: [], as_of: null }),
    ...activityAnswers(empty),
    ...templateAnswers,
  }, {
    'connections.connect': (_request, job) => { host.emit(openUrl(job)); },
    'oauth_clients.test': (_request, job) => { host.emit(openUrl(job)); },
    'estate.sync': (_request, job) => {
      host.emit({ event: 'job_progress', job, progress: { what: 'Reading containers', done: 44, total: 61, calls: 51, eta_seconds: 68, waiting_until: null } });
    },
  });
  return host;
}
