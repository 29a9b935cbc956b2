// Where the set-up of this window stands: which run, which of its screens is due, what is known of its steps.
import { untrack } from 'svelte';

import type { ErrorView, ProvisionRequest, ProvisionResult, ProvisionRunView, ProvisionStep } from '../../lib/bindings';
import { call, errorView } from '../../lib/host';
import { latestJob, startJob, type Job } from '../../lib/jobs.svelte';
import { Resource } from '../../lib/resource.svelte';
import { draft } from './draft.svelte';
import { LivePlan } from './plan.svelte';
import { hasMade, isDone, isUndone, plannedSteps, provenBy, stepsOf, withFailure, type StepStates } from './steps';

export type Stage = 'form' | 'sign_in' | 'terms' | 'tag_manager' | 'running' | 'stopped' | 'done' | 'undone';

/** What stands in a run's place in the address: the list, or a template to begin with. */
const isWord = (asked: string): boolean => asked === 'runs' || asked.startsWith('template:');

export class Setup {
  readonly runs = new Resource<ProvisionRunView[]>(() => call('provisioning.runs'), ['provisioning']);
  readonly plan = new LivePlan();
  /** The run that a link led here for. */
  asked: string | null = $state(null);
  starting = $state(false);
  /** Why a button of the page did not do what it says. */
  refusal: ErrorView | null = $state.raw(null);

  /** The latest set-up of this window, begun or resumed; a page that was left finds it again. */
  readonly job = $derived.by((): Job | undefined => {
    const [begun, resumed] = [latestJob('provisioning.start'), latestJob('provisioning.resume')];
    const latest = begun && resumed ? (begun.startedAt >= resumed.startedAt ? begun : resumed) : (begun ?? resumed);
    return latest?.id === draft.dismissed ? undefined : latest;
  });

  readonly #ended = $derived(this.job?.state === 'done' ? (this.job.result as ProvisionRunView) : null);

  /** The run that a link led here for, where it is not among the newest, which the list has. */
  readonly older = new Resource<ProvisionRunView>(() => call('provisioning.show', { id: this.asked ?? '' }), ['provisioning']);
  readonly #beyond = $derived(
    this.asked === null || isWord(this.asked) || this.runs.value === undefined || this.runs.value.some((run) => run.id === this.asked) ? null : this.asked,
  );

  /** The runs of the list, and the one that was asked for. */
  readonly known = $derived.by((): readonly ProvisionRunView[] => {
    const older = this.#beyond === null ? undefined : this.older.value;
    return older ? [...(this.runs.value ?? []), older] : (this.runs.value ?? []);
  });

  /** A finished or undone run that a link led here for is shown before anything else. */
  readonly #opened = $derived(this.known.find((run) => run.id === this.asked && (run.result !== null || isUndone(run))));

  readonly run = $derived.by((): ProvisionRunView | undefined => {
    if (this.#opened) return this.#opened;
    const id = this.job?.runId ?? this.#ended?.id;
    return this.known.find((run) => run.id === id) ?? this.#ended ?? undefined;
  });

  readonly result = $derived<ProvisionResult | null>(this.#opened ? this.#opened.result : (this.#ended?.result ?? null));
  readonly failed = $derived(!this.#opened && (this.job?.state === 'failed' || (this.#ended !== null && this.#ended.result === null)));

  readonly steps = $derived.by((): StepStates => {
    if (this.#opened) return stepsOf(this.#opened.steps);
    if (!this.job) return plannedSteps(this.plan.value?.steps ?? []);
    const before = this.run?.steps ?? this.#ended?.steps;
    const known = stepsOf(this.job.steps, before ? stepsOf(before) : plannedSteps(this.plan.value?.steps ?? []));
    return this.failed ? withFailure(known) : known;
  });

  /** Whether all steps are known: of the run, or of the plan that it was begun with. */
  readonly complete = $derived((this.run?.steps.length ?? 0) > 0 || this.plan.value !== null);

  /** The form is open on the run that stopped. */
  readonly correcting = $derived(this.failed && this.run !== undefined && draft.correcting === this.run.id);

  readonly stage = $derived.by((): Stage => {
    if (isUndone(this.run)) return 'undone';
    if (this.result !== null) return 'done';
    if (!this.job) return 'form';
    if (this.failed) return hasMade(this.steps) && !this.correcting ? 'stopped' : 'form';
    if (this.job.link?.purpose === 'sign_in') return 'sign_in';
    if (this.job.link?.purpose === 'terms' && !isDone(this.steps, 'terms')) return 'terms';
    if (this.job.link?.purpose === 'tag_manager_account' && !isDone(this.steps, 'tag_manager_account')) return 'tag_manager';
    return 'running';
  });

  readonly proven = $derived(isUndone(this.run) ? null : provenBy(this.run?.proof));
  /** What ended the set-up of this window. */
  readonly problem = $derived<ErrorView | null>(this.failed ? (this.job?.error ?? null) : null);

  follow(): () => void {
    return this.runs.follow();
  }

  /** Reads the run that was asked for where the list has none of it; for `$effect(() => setup.followAsked())`. */
  followAsked(): (() => void) | undefined {
    const id = this.#beyond;
    return untrack(() => {
      if (this.older.value?.id !== id) this.older.clear();
      return id === null ? undefined : this.older.follow();
    });
  }

  /** Begins at most once, however often it is pressed. */
  async begin(start: () => Promise<Job | null>): Promise<void> {
    if (this.starting) return;
    this.refusal = null;
    this.starting = true;
    try {
      if ((await start()) !== null) draft.dismissed = null;
    } catch (thrown) {
      this.refusal = errorView(thrown);
    } finally {
      this.starting = false;
    }
  }

  start(request: ProvisionRequest): Promise<Job> {
    return startJob('provisioning.start', request);
  }

  /** Goes on with a run, without the steps that are left out. */
  resume(run: ProvisionRunView, leaveOut: ProvisionStep[] = []): Promise<void> {
    draft.take(run.request);
    draft.about = null;
    return this.begin(() => startJob('provisioning.resume', { run_id: run.id, leave_out: leaveOut, corrected: null }));
  }

  /** Opens the form with the run's entries, or as they were left. */
  correct(run: ProvisionRunView): void {
    if (draft.about !== run.id) draft.take(run.request);
    draft.about = run.id;
    draft.correcting = run.id;
  }

  async resumeCorrected(run: ProvisionRunView, corrected: ProvisionRequest): Promise<Job> {
    const job = await startJob('provisioning.resume', { run_id: run.id, leave_out: [], corrected });
    draft.correcting = null;
    return job;
  }

  async cancel(): Promise<void> {
    try {
      await this.job?.cancel();
    } catch (thrown) {
      this.refusal = errorView(thrown);
    }
  }

  /** Leaves the screens of this window's set-up; its run stays in the list. */
  leave(): void {
    draft.dismissed = this.job?.id ?? null;
    draft.correcting = null;
    draft.about = null;
    this.refusal = null;
    this.asked = null;
  }
}
