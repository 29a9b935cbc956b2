// Jobs that run in the engine, followed by their events. A job outlives the page that started it.

import { SvelteMap } from 'svelte/reactivity';

import type { EngineEvent, ErrorView, JobId, Jobs, JobView, Progress, ProvisionStep, StepState } from './bindings';
import { beginJob, call, errorView, HostError, onEvent } from './host';

type OpenUrl = Extract<EngineEvent, { event: 'open_url' }>;

export interface StepNews {
  step: ProvisionStep;
  state: StepState;
  outcome: string | null;
  /** When it came to be so, as RFC 3339 has it. */
  at: string;
}

/** One job as far as it is known here. */
export class Job {
  readonly id: JobId;
  command: string = $state('');
  state: 'running' | 'done' | 'failed' = $state('running');
  progress: Progress | null = $state(null);
  /** The page that the browser was asked to open, while its answer is awaited. */
  link: OpenUrl | null = $state(null);
  openedAt: Date | null = $state(null);
  /** The address of the last page that was opened, also when nothing waits for it any more. */
  lastUrl: string | null = $state(null);
  /** When Google gave the account ticket of a set-up. */
  ticketAt: Date | null = $state(null);
  /** Steps of a set-up, newest state each, in the order they were first heard of. */
  steps: StepNews[] = $state([]);
  runId: string | null = $state(null);
  strays: string[] = $state([]);
  result: unknown = $state(null);
  error: ErrorView | null = $state(null);
  cancelling = $state(false);
  readonly startedAt: Date;
  #waiting: ((job: Job) => void)[] = [];

  constructor(id: JobId, command: string, startedAt = new Date()) {
    this.id = id;
    this.command = command;
    this.startedAt = startedAt;
  }

  /** Settles when the job is done or failed; throws what it failed with. */
  async finished<T>(): Promise<T> {
    if (this.state === 'running') await new Promise<Job>((resolve) => this.#waiting.push(resolve));
    if (this.error) throw new HostError(this.error);
    return this.result as T;
  }

  hear(event: EngineEvent): void {
    switch (event.event) {
      case 'job_started':
        this.command = event.command;
        break;
      case 'job_progress':
        this.progress = event.progress;
        break;
      case 'open_url':
        this.link = event;
        this.lastUrl = event.url;
        this.openedAt = new Date();
        break;
      case 'stray_answer':
        this.strays.push(event.message);
        break;
      case 'provision_step': {
        this.runId = event.run_id;
        // A set-up that begins with a sign-in has done with that one.
        if (this.link?.purpose === 'sign_in') this.link = null;
        if (event.step === 'ticket' && event.state === 'done') this.ticketAt ??= new Date();
        const news = { step: event.step, state: event.state, outcome: event.outcome, at: new Date().toISOString() };
        const at = this.steps.findIndex((known) => known.step === event.step);
        if (at < 0) this.steps.push(news);
        else this.steps[at] = news;
        break;
      }
      case 'job_done':
        this.command = event.command;
        this.result = event.result;
        this.#settle('done');
        break;
      case 'job_failed':
        this.command = event.command;
        this.error = event.error;
        this.#settle('failed');
        break;
      case 'batch_row':
      case 'changed':
        break;
    }
  }

  #settle(state: 'done' | 'failed'): void {
    this.state = state;
    this.link = null;
    for (const wake of this.#waiting.splice(0)) wake(this);
  }

  async cancel(): Promise<void> {
    this.cancelling = true;
    try {
      await call('jobs.cancel', { id: this.id });
    } catch (thrown) {
      this.cancelling = false;
      // A job that ended meanwhile needs no stopping.
      if (errorView(thrown).code !== 'not_found') throw thrown;
    }
  }
}

const jobs = new SvelteMap<JobId, Job>();

function known(id: JobId, command = '', startedAt?: Date): Job {
  let job = jobs.get(id);
  if (!job) {
    job = new Job(id, command, startedAt);
    jobs.set(id, job);
  }
  return job;
}

function hear(event: EngineEvent): void {
  if (event.event === 'changed') return;
  known(event.job).hear(event);
}

let stop: (() => void) | null = null;

/** Follows the host's jobs, those that already run included. */
export async function followJobs(): Promise<void> {
  stop ??= onEvent(hear);
  const running: JobView[] = await call('jobs.list');
  for (const view of running) {
    const job = known(view.job, view.command, new Date(view.started_at));
    job.progress ??= view.progress;
  }
}

/** Forgets all jobs: for tests. */
export function forgetJobs(): void {
  stop?.();
  stop = null;
  jobs.clear();
}

/** Starts a job and follows it. Its events may come before this returns; none is lost. */
export async function startJob<N extends keyof Jobs>(name: N, request: Jobs[N]['request']): Promise<Job> {
  stop ??= onEvent(hear);
  const started = await beginJob(name, request);
  return known(started.job, name);
}

/** Running jobs, of one command or of all, oldest first. */
export function runningJobs(command?: keyof Jobs): Job[] {
  return [...jobs.values()].filter((job) => job.state === 'running' && (command === undefined || job.command === command));
}

/** The latest job of a command, running or not: for a page that was left and opened again. */
export function latestJob(command: keyof Jobs): Job | undefined {
  return [...jobs.values()].findLast((job) => job.command === command);
}
