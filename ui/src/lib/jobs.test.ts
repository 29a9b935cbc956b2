import { describe, expect, test } from 'vitest';

import { FakeHost, refusal } from '../test/fake-host';
import { request } from '../test/sample-provisioning';
import type { SyncResult } from './bindings';
import { HostError } from './host';
import { followJobs, runningJobs, startJob } from './jobs.svelte';

const progress = { what: 'Reading containers', done: 1, total: 4, calls: 2, eta_seconds: 12, waiting_until: null };

describe('a job', () => {
  test('shows progress, then its result', async () => {
    const host = new FakeHost({}, { 'estate.sync': () => undefined }).use();
    const job = await startJob('estate.sync', { connection: null });
    expect(runningJobs('estate.sync')).toEqual([job]);

    host.emit({ event: 'job_progress', job: job.id, progress });
    expect(job.progress).toEqual(progress);

    host.emit({ event: 'job_done', job: job.id, command: 'estate.sync', result: { containers: 4 } });
    expect((await job.finished<SyncResult>()).containers).toBe(4);
    expect(runningJobs()).toEqual([]);
  });

  test('that ends before its start was answered is not lost', async () => {
    const host = new FakeHost({}, { 'estate.sync': (_request, id, at) => { at.emit({ event: 'job_done', job: id, command: 'estate.sync', result: 'all' }); } }).use();
    const job = await startJob('estate.sync', { connection: null });
    expect(await job.finished()).toBe('all');
    expect(host.requests('estate.sync')).toEqual([{ connection: null }]);
  });

  test('that fails throws what the engine said', async () => {
    const error = refusal({ code: 'quota_exhausted', activity_id: 'a-9' });
    new FakeHost({}, { 'estate.sync': (_request, id, at) => { at.emit({ event: 'job_failed', job: id, command: 'estate.sync', error }); } }).use();
    const job = await startJob('estate.sync', { connection: null });
    await expect(job.finished()).rejects.toThrow(HostError);
    expect(job.error).toEqual(error);
  });

  test('is stopped by its id', async () => {
    const host = new FakeHost({ 'jobs.cancel': () => ({}) }, { 'estate.sync': () => undefined }).use();
    const job = await startJob('estate.sync', { connection: null });
    await job.cancel();
    expect(host.requests('jobs.cancel')).toEqual([{ id: job.id }]);
    expect(job.cancelling).toBe(true);
  });

  test('of before the window was opened is followed too', async () => {
    const host = new FakeHost({
      'jobs.list': () => [{ job: 'old', command: 'exports.run', started_at: '2026-11-22T09:41:00Z', progress }],
    }).use();
    await followJobs();
    expect(runningJobs('exports.run')[0]?.progress).toEqual(progress);
    host.emit({ event: 'job_done', job: 'old', command: 'exports.run', result: null });
    expect(runningJobs()).toEqual([]);
  });

  test('keeps each step of a set-up at its newest state', async () => {
    const host = new FakeHost({}, { 'provisioning.start': () => undefined }).use();
    const job = await startJob('provisioning.start', request);
    const step = (name: 'ticket' | 'terms', state: 'running' | 'done') =>
      { host.emit({ event: 'provision_step', job: job.id, run_id: 'r', step: name, state, outcome: null }); };
    step('ticket', 'running');
    step('ticket', 'done');
    step('terms', 'running');
    expect(job.steps.map((one) => `${one.step} ${one.state}`)).toEqual(['ticket done', 'terms running']);
    expect(job.runId).toBe('r');
  });
});
