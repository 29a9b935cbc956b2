// What surrounds every page: the profile, connections, settings, whether there is a network.

import type { AppStatus, ConnectionView, KeychainView, SettingsView } from './bindings';
import { call, onEvent, setTitle } from './host';
import { followJobs } from './jobs.svelte';
import { Resource } from './resource.svelte';

/** Often enough for a window of 100 seconds to be seen emptying. */
const QUOTA_REFRESH_MS = 10_000;

class App {
  readonly status = new Resource<AppStatus>(() => call('app.status'), [
    'connections', 'oauth_clients', 'containers', 'accounts', 'quota', 'settings', 'keychain',
  ]);
  readonly connections = new Resource<ConnectionView[]>(() => call('connections.list'), ['connections', 'containers', 'accounts']);
  readonly settings = new Resource<SettingsView>(() => call('settings.get'), ['settings']);
  #network = $state(true);

  /** True while a loopback base stands in for Google. */
  get sandbox(): boolean {
    return (this.status.value?.profile.base_url ?? null) !== null;
  }

  /** True where that base is Gantry's own sandbox: only that one can be reset and left from here. */
  get bundledSandbox(): boolean {
    return this.status.value?.profile.bundled_sandbox ?? false;
  }

  /** Whether what stands for Google can be reached: the sandbox needs no network. */
  get online(): boolean {
    return this.#network || this.sandbox;
  }

  get keychain(): KeychainView | null {
    return this.status.value?.keychain ?? null;
  }

  /** There is nothing to keep a sign-in in, and nothing to unlock: it is used until Gantry quits. */
  get forgetsSignIns(): boolean {
    const keychain = this.keychain;
    return keychain?.state === 'unavailable' && (keychain.problem === 'absent' || keychain.problem === 'broken');
  }

  /** Asks the keychain again; whether it works now. Throws `HostError`. */
  async retryKeychain(): Promise<boolean> {
    const keychain = await call('keychain.retry');
    const status = this.status.value;
    if (status) this.status.put({ ...status, keychain });
    // What waited for it can be read now.
    if (keychain.state === 'available') await Promise.all([this.connections.load(), this.status.load()]);
    return keychain.state === 'available';
  }

  /** Puts one connection in the list as the host has just told it. */
  putConnection(connection: ConnectionView): void {
    const known = this.connections.value ?? [];
    this.connections.put(
      known.some((one) => one.id === connection.id) ? known.map((one) => (one.id === connection.id ? connection : one)) : [...known, connection],
    );
  }

  /** Connections that work, those that may do `permission` only where one is named. */
  ready(permission?: ConnectionView['allowed'][number]): ConnectionView[] {
    return (this.connections.value ?? []).filter(
      (connection) => connection.state === 'ready' && (permission === undefined || connection.allowed.includes(permission)),
    );
  }

  /** Follows the host until the returned function is called. */
  follow(): () => void {
    void followJobs().catch(() => undefined);
    const stops = [this.status.follow(), this.connections.follow(), this.settings.follow(), this.#followNetwork(), this.#followQuota()];
    return () => { for (const stop of stops) stop(); };
  }

  async change(part: Partial<SettingsView>): Promise<void> {
    const now = this.settings.value;
    if (!now) return;
    this.settings.put(await call('settings.set', { ...now, ...part }));
  }

  title(page: string): void {
    setTitle(this.sandbox ? `${page} · Sandbox · Gantry` : `${page} · Gantry`);
  }

  #followNetwork(): () => void {
    const read = () => { this.#network = navigator.onLine; };
    read();
    addEventListener('online', read);
    addEventListener('offline', read);
    return () => {
      removeEventListener('online', read);
      removeEventListener('offline', read);
    };
  }

  #followQuota(): () => void {
    const timer = setInterval(() => {
      if (!document.hidden && this.status.value?.quota.some((quota) => quota.window_used > 0)) void this.status.load();
    }, QUOTA_REFRESH_MS);
    // A finished job has spent calls whether or not the engine says so.
    const stop = onEvent((event) => {
      if (event.event === 'job_done' || event.event === 'job_failed') void this.status.load();
    });
    return () => {
      clearInterval(timer);
      stop();
    };
  }
}

export const app = new App();
