// How a connection is, in one glance: the mark and the words of its row.

import type { ConnectionView, PermissionName } from '../../lib/bindings';
import { clock, weekday } from '../../lib/format';
import type { IconName } from '../../lib/icons';
import { m } from './messages';

export interface RowState {
  icon: IconName;
  tone: 'is-ok' | 'is-warn' | 'is-danger' | 'is-note';
  label: string;
  /** The longer story, for the tooltip. */
  title: string;
}

const DAY = 86_400_000;
/** An end further away than this is told in the inspector only. */
const SOON = 7 * DAY;
const URGENT = 2 * DAY;

/** "Ends Friday", "Ends at 18:20": when the sign-in ends, where that is near. */
export function endsSoon(at: string | null, now: number): { label: string; urgent: boolean } | null {
  if (at === null) return null;
  const end = new Date(at);
  const left = end.getTime() - now;
  if (left > SOON) return null;
  if (left <= 0) return { label: m.states.endsNow, urgent: true };
  // Six days on, the weekday's name is still only one day.
  return { label: left < DAY ? m.states.endsAt(clock(end)) : m.states.endsOn(weekday(end)), urgent: left < URGENT };
}

export function rowState(connection: ConnectionView, now = Date.now()): RowState {
  const { trouble } = connection;
  if (trouble) {
    const label = m.states.causes[trouble.cause] ?? m.states.actions[trouble.action];
    const icon: IconName = { sign_in_again: 'plug', unlock_keychain: 'lock', replace_oauth_client: 'key', replace_key: 'key', set_clock: 'clock' }[trouble.action] as IconName;
    return { icon, tone: trouble.action === 'unlock_keychain' || trouble.action === 'set_clock' ? 'is-warn' : 'is-danger', label, title: trouble.title };
  }
  if (connection.state === 'needs_sign_in') {
    return { icon: 'plug', tone: 'is-danger', label: m.states.actions.sign_in_again, title: connection.state_reason ?? m.inspector.ended };
  }
  if (connection.stored_in === 'session') return { icon: 'clock', tone: 'is-warn', label: m.states.untilQuit, title: m.inspector.untilQuitWhy };
  const ends = endsSoon(connection.sign_in_ends_at, now);
  if (ends) return { icon: 'clock', tone: ends.urgent ? 'is-warn' : 'is-note', label: ends.label, title: ends.label };
  return { icon: 'ok', tone: 'is-ok', label: m.states.ready, title: m.states.ready };
}

export type Cell = keyof typeof m.cells;

/** A permission of a connection: used, switched off here, or never granted. */
export function cellOf(connection: ConnectionView, name: PermissionName): Cell {
  if (connection.allowed.includes(name)) return 'allowed';
  return connection.granted.includes(name) ? 'dropped' : 'missing';
}

/** A name to show: a person's own, or what stands before a service account's "@". */
export function nameOf(connection: ConnectionView): string {
  if (connection.display_name) return connection.display_name;
  return connection.kind === 'service_account' ? (connection.email.split('@')[0] ?? connection.email) : connection.email;
}

/** What it reaches, a line each. */
export function reachOf(connection: Pick<ConnectionView, 'properties' | 'containers'>): string[] {
  const parts = [];
  if (connection.properties > 0) parts.push(m.properties(connection.properties));
  if (connection.containers > 0) parts.push(m.containers(connection.containers));
  return parts;
}
