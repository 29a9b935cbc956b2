// The one table from an error's code to how grave it is and what the person can do about it here.

import type { ErrorCode, ErrorView } from './bindings';
import type { IconName } from './icons';
import type { PageName } from './router.svelte';

export type Severity = 'note' | 'warn' | 'danger';

export type ErrorAction =
  | { kind: 'retry'; label: string }
  | { kind: 'sign_in'; label: string }
  | { kind: 'session_only'; label: string }
  | { kind: 'go'; label: string; page: PageName; id?: string };

export interface ErrorTreatment {
  severity: Severity;
  icon: IconName;
  action: ErrorAction | null;
  /** Where to read more. */
  more?: Extract<ErrorAction, { kind: 'go' }>;
}

const retry: ErrorAction = { kind: 'retry', label: 'Try again' };
const signIn: ErrorAction = { kind: 'sign_in', label: 'Sign in again' };
const connections: ErrorAction = { kind: 'go', label: 'Open Connections', page: 'connections' };
const oauthClients: ErrorAction = { kind: 'go', label: 'Add an OAuth client', page: 'settings', id: 'oauth-clients' };
const ownClient = { kind: 'go', label: 'How to get one, about 10 minutes', page: 'settings', id: 'own-client' } as const;

const TABLE: Record<ErrorCode, ErrorTreatment> = {
  invalid_request: { severity: 'warn', icon: 'warn', action: null },
  no_oauth_client: { severity: 'note', icon: 'key', action: oauthClients, more: ownClient },
  no_connection: { severity: 'note', icon: 'plug', action: connections },
  connection_ambiguous: { severity: 'warn', icon: 'plug', action: connections },
  sign_in_needed: { severity: 'danger', icon: 'plug', action: signIn },
  service_account_key: { severity: 'danger', icon: 'key', action: connections },
  sign_in_denied: { severity: 'warn', icon: 'warn', action: retry },
  sign_in_timed_out: { severity: 'warn', icon: 'clock', action: retry },
  permission_missing: { severity: 'warn', icon: 'lock', action: connections },
  wrong_account: { severity: 'warn', icon: 'people', action: retry },
  not_found: { severity: 'warn', icon: 'search', action: null },
  no_permission: { severity: 'warn', icon: 'lock', action: connections },
  quota_wait: { severity: 'note', icon: 'clock', action: retry },
  quota_exhausted: { severity: 'warn', icon: 'gauge', action: { kind: 'go', label: 'Open quota settings', page: 'settings', id: 'quota' } },
  offline: { severity: 'note', icon: 'offline', action: retry },
  google_outage: { severity: 'warn', icon: 'warn', action: retry },
  google_unreadable: { severity: 'warn', icon: 'warn', action: retry },
  google_refused: { severity: 'danger', icon: 'stop', action: null },
  conflict: { severity: 'warn', icon: 'diff', action: retry },
  partly_done: { severity: 'warn', icon: 'warn', action: retry },
  keychain_unavailable: { severity: 'warn', icon: 'lock', action: { kind: 'session_only', label: 'Use it until I quit' } },
  cancelled: { severity: 'note', icon: 'info', action: retry },
  terms_declined: { severity: 'note', icon: 'info', action: retry },
  terms_max_accounts: { severity: 'danger', icon: 'stop', action: null },
  terms_backend_error: { severity: 'warn', icon: 'warn', action: retry },
  terms_timed_out: { severity: 'warn', icon: 'clock', action: retry },
  no_tag_manager_account: { severity: 'note', icon: 'info', action: retry },
  redirect_not_registered: { severity: 'danger', icon: 'key', action: oauthClients },
  listener_unavailable: { severity: 'danger', icon: 'stop', action: retry },
  storage: { severity: 'danger', icon: 'export', action: retry },
  destination: { severity: 'danger', icon: 'export', action: retry },
  internal: { severity: 'danger', icon: 'stop', action: retry },
};

export function treatmentOf(error: ErrorView): ErrorTreatment {
  // A newer engine may know codes that this page does not.
  return (TABLE as Partial<Record<string, ErrorTreatment>>)[error.code] ?? TABLE.internal;
}
