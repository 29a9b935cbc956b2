// Sample export runs for previews and tests.
import type { ExportRunView } from '../../lib/bindings';
import type { FakeHost } from '../../test/fake-host';

export function runs(): ExportRunView[] {
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  return Array.from({ length: 12 }, (_, index): ExportRunView => {
    const state = index === 3 ? 'failed' : index === 6 ? 'cancelled' : 'done';
    return {
      id: `run-${index}`, property_id: '310000002', property_name: index % 4 === 2 ? '<b>Farrow</b> & Sons' : 'Corvin Cycles',
      destination: 'sqlite:/home/maya/Documents/measurements.db', dimensions: ['date', 'country', 'sessionSourceMedium'], metrics: ['activeUsers', 'sessions', 'screenPageViews'],
      from: '2026-10-25', to: '2026-11-21', state, rows_read: state === 'done' ? 214_806 - index * 991 : 0, rows_written: state === 'done' ? 12_940 : 0,
      started_at: ago(3 + index * 24), finished_at: ago(3 + index * 24 - 0.01), problem: state === 'failed' ? 'The file could not be opened: permission denied.' : null,
      notes: ['ga:pageviews is screenPageViews in GA4.'],
    };
  });
}

export function prepare(host: FakeHost): void {
  host.answers['exports.runs'] = runs;
  host.starts['exports.run'] = (_request, job) => {
    host.emit({ event: 'job_progress', job, progress: { what: 'Writing rows', done: 114_000, total: 214_806, calls: 2, eta_seconds: 6, waiting_until: null } });
  };
}
