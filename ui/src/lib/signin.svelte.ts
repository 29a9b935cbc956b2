// Signing in, from any page: one dialog in the frame follows the job that waits for Google's answer.

import type { ConnectionView, ConnectRequest, ErrorView, PermissionName } from './bindings';
import { app } from './app.svelte';
import { errorView } from './host';
import { type Job, startJob } from './jobs.svelte';

export const PRESETS = {
  /** Reading only. */
  look: ['view'],
  /** What a set-up does: making an Analytics account and a container, and putting that live. */
  setUp: ['view', 'configure', 'edit', 'publish'],
  /** All of it. */
  run: ['view', 'configure', 'edit', 'publish', 'manage'],
} as const satisfies Record<string, readonly PermissionName[]>;

/** All permissions, in the order in which they are shown. */
export const PERMISSIONS: readonly PermissionName[] = PRESETS.run;

/** These permissions once each, in the order in which they are shown. */
export const union = (...sets: readonly (readonly PermissionName[])[]): PermissionName[] =>
  PERMISSIONS.filter((name) => sets.some((set) => set.includes(name)));

export interface SignInAsk {
  allow: readonly PermissionName[];
  oauthClientId?: string | null;
  /** The connection to sign in again. */
  reconnect?: ConnectionView;
  sessionOnly?: boolean;
  /** Called with the connection once it is made and the dialog is gone. */
  ondone?: (connection: ConnectionView) => void;
}

class SignIn {
  ask: SignInAsk | null = $state.raw(null);
  job: Job | null = $state(null);
  error: ErrorView | null = $state.raw(null);
  connection: ConnectionView | null = $state.raw(null);

  async start(ask: SignInAsk): Promise<void> {
    this.ask = ask;
    this.job = null;
    this.error = null;
    this.connection = null;
    const request: ConnectRequest = {
      allow: [...ask.allow],
      oauth_client_id: ask.oauthClientId ?? null,
      reconnect: ask.reconnect?.id ?? null,
      session_only: ask.sessionOnly ?? false,
    };
    try {
      const job = await startJob('connections.connect', request);
      if (this.ask !== ask) {
        await job.cancel();
        return;
      }
      this.job = job;
      const connection = await job.finished<ConnectionView>();
      if (this.ask !== ask) return;
      this.connection = connection;
      // Nothing to explain: the dialog has done its work.
      if (this.missing.length === 0) this.close();
    } catch (thrown) {
      if (this.ask === ask) this.error = errorView(thrown);
    }
  }

  /** Signs a connection in again: for all that it was asked for before, and for `more`. */
  again(connection: ConnectionView, more: readonly PermissionName[] = []): Promise<void> {
    return this.start({
      allow: union(connection.asked, more),
      oauthClientId: connection.oauth_client_id,
      reconnect: connection,
      // Kept in memory for want of a keychain: with one it is saved.
      sessionOnly: app.forgetsSignIns || (connection.stored_in === 'session' && app.keychain?.state !== 'available'),
    });
  }

  /** What was asked for and not ticked on Google's page. */
  get missing(): PermissionName[] {
    const connection = this.connection;
    if (!connection) return [];
    return connection.asked.filter((name) => !connection.granted.includes(name));
  }

  async cancel(): Promise<void> {
    const job = this.job;
    this.close();
    if (job?.state === 'running') await job.cancel().catch(() => undefined);
  }

  close(): void {
    const { ask, connection } = this;
    this.ask = null;
    this.job = null;
    this.error = null;
    this.connection = null;
    if (ask && connection) ask.ondone?.(connection);
  }
}

export const signIn = new SignIn();
