// The fake host over the sample estate.

import type { AppStatus, SettingsView } from '../lib/bindings';
import { FakeHost } from './fake-host';
import * as sample from './sample';
import { activityAnswers } from './sample-activity';

export type Scene = 'agency' | 'first' | 'sandbox' | 'sandbox-first' | 'sandbox-outside' | 'nokeychain' | 'offline';

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
    case 'nokeychain':
      return {
        ...sample.status,
        keychain: { state: 'unavailable', problem: 'absent', reason: 'No Secret Service answers on the session bus.', remedy: 'Unlock or install a keyring such as GNOME Keyring.' },
      };
    default:
      return sample.status;
  }
}

/** A host that knows the sample estate; pages of other rooms add their own answers. */
export function sampleHost(scene: Scene = 'agency'): FakeHost {
  const status = statusOf(scene);
  const empty = status.connections_total === 0;
  let settings: SettingsView = sample.settings;
  const host = new FakeHost({
    'app.status': () => status,
    'app.overview': () => sample.overview,
    'app.open_link': () => ({}),
    'app.choose_file': () => ({ path: '/home/maya/Downloads/client_secret_1234.json' }),
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
    'connections.list': () => (empty ? [] : sample.connections),
    'connections.check': ({ id }) => {
      const connection = sample.connections.find((one) => one.id === id) ?? sample.connections[0];
      if (!connection) throw new Error('no sample');
      return { connection, ok: connection.state === 'ready', message: connection.state === 'ready' ? 'Google answered.' : 'Google ended this session.', findings: [] };
    },
    'connections.disconnect': () => ({}),
    'oauth_clients.list': () => (status.oauth_clients_total === 0 ? [] : sample.oauthClients),
    'oauth_clients.add': () => sample.oauthClients[0] as (typeof sample.oauthClients)[0],
    'oauth_clients.remove': () => ({}),
    'oauth_clients.set_default': () => ({}),
    'estate.plan': () => ({ calls: 74, seconds: 160, quota_left_today: 7690 }),
    'estate.properties': () => sample.overview.properties_list,
    'provisioning.runs': () => [],
    'exports.runs': () => sample.overview.last_exports,
    'containers.tree': () => ({ accounts: [], as_of: null }),
    ...activityAnswers(empty),
  }, {
    'connections.connect': (_request, job) => {
      host.emit({
        event: 'open_url', job, purpose: 'sign_in', link: { id: 'l1', url: 'https://accounts.google.com/o/oauth2/v2/auth?client_id=1234' },
        url: 'https://accounts.google.com/o/oauth2/v2/auth?client_id=1234', listening_on: '127.0.0.1:47811',
        expires_at: new Date(Date.now() + 600_000).toISOString(), opened: true,
      });
    },
    'estate.sync': (_request, job) => {
      host.emit({ event: 'job_progress', job, progress: { what: 'Reading containers', done: 44, total: 61, calls: 51, eta_seconds: 68, waiting_until: null } });
    },
  });
  return host;
}
