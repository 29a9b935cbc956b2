// How a run's state looks: shape and word carry it, colour repeats it.
import type { ExportState } from '../../lib/bindings';
import type { IconName } from '../../lib/icons';

export const stateIcon: Record<ExportState, IconName> = { running: 'clock', done: 'ok', failed: 'stop', cancelled: 'minus' };
export const stateTone: Record<ExportState, string> = { running: 'is-note', done: 'is-ok', failed: 'is-danger', cancelled: 'is-note' };
