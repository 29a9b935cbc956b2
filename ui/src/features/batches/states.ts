// How a client's state looks: shape and word carry it, colour repeats it.
import type { BatchRowState, BatchView } from '../../lib/bindings';
import type { IconName } from '../../lib/icons';
import { batchesMessages as m } from './messages';

export const stateIcon: Record<BatchRowState, IconName> = {
  draft: 'minus', ticket: 'clock', waiting_for_terms: 'people', waiting_for_tag_manager: 'people', building: 'refresh', waiting_for_data: 'realtime', done: 'ok', failed: 'stop', in_trash: 'trash',
};

export const stateTone: Record<BatchRowState, 'ok' | 'warn' | 'danger' | 'accent' | undefined> = {
  draft: undefined, ticket: 'accent', waiting_for_terms: 'warn', waiting_for_tag_manager: 'warn', building: 'accent', waiting_for_data: 'ok', done: 'ok', failed: 'danger', in_trash: undefined,
};

export const isMade = (state: BatchRowState): boolean => state === 'done' || state === 'waiting_for_data';

export function tally(batch: BatchView) {
  const count = (wanted: (state: BatchRowState) => boolean) => batch.rows.filter((row) => wanted(row.state)).length;
  return { made: count(isMade), failed: count((state) => state === 'failed'), terms: count((state) => state === 'waiting_for_terms'), total: batch.rows.length };
}

export const stateOf = (batch: BatchView): string => (batch.running ? m.running : batch.finished ? m.finished : m.stopped);
