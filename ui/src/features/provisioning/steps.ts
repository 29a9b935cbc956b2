// From the journal's steps to the stepper's eight marks.
import { provisioningMessages as m } from './messages';
import type { PlannedStep, ProofView, ProvisionRunView, ProvisionStep, ProvisionStepView, StepState } from '../../lib/bindings';

export type Mark = 'sign_in' | 'website' | 'terms' | 'property' | 'stream' | 'container' | 'publish' | 'check';
export const MARKS: readonly Mark[] = ['sign_in', 'website', 'terms', 'property', 'stream', 'container', 'publish', 'check'];
/** All steps in their order; a set-up has those that its plan names. */
export const STEPS: readonly ProvisionStep[] = [
  'ticket', 'terms', 'account', 'property', 'data_stream', 'app_streams', 'enhanced_measurement', 'data_retention', 'key_events', 'custom_dimensions',
  'google_ads_link', 'people', 'tag_manager_account', 'container', 'workspace', 'tags', 'version', 'publish', 'snippet', 'client',
];

export type MarkState = 'planned' | 'now' | 'done' | 'failed' | 'skipped';
export interface StepMark {
  mark: Mark;
  state: MarkState;
}

export interface StepKnown {
  state: StepState;
  outcome: string | null;
  /** When it came to be so; `null` before the set-up. */
  at: string | null;
}

/** What is known of each step of a set-up; one that is missing is not part of it. */
export type StepStates = Partial<Record<ProvisionStep, StepKnown>>;

/** Later views win; an outcome that was told once stays. */
export function stepsOf(views: readonly (Omit<ProvisionStepView, 'at'> & { at?: string | null })[], base: StepStates = {}): StepStates {
  const steps: StepStates = { ...base };
  for (const view of views) steps[view.step] = { state: view.state, outcome: view.outcome ?? steps[view.step]?.outcome ?? null, at: view.at ?? null };
  return steps;
}

export function plannedSteps(plan: readonly PlannedStep[]): StepStates {
  return stepsOf(plan.map(({ step, skipped }) => ({ step, state: skipped ? 'skipped' : 'planned', outcome: null })));
}

export const stateOf = (steps: StepStates, step: ProvisionStep): StepState | undefined => steps[step]?.state;
export const isDone = (steps: StepStates, step: ProvisionStep): boolean => steps[step]?.state === 'done';

const COVERS: Record<Exclude<Mark, 'sign_in' | 'website'>, readonly ProvisionStep[]> = {
  terms: ['ticket', 'terms', 'account'],
  property: ['property'],
  stream: ['data_stream', 'app_streams', 'enhanced_measurement', 'data_retention', 'key_events', 'custom_dimensions', 'google_ads_link', 'people'],
  container: ['tag_manager_account', 'container', 'workspace', 'tags'],
  publish: ['version', 'publish'],
  check: ['snippet', 'client'],
};

/** Where a set-up stands: its steps, whether it has begun, and whether a visitor was seen. */
export interface Standing {
  signedIn: boolean;
  begun: boolean;
  steps: StepStates;
  /** All its steps are known, so that one that is missing is not needed. */
  complete: boolean;
  /** `null`: nobody has looked yet. */
  proven: boolean | null;
  /** What it made is in the trash: there is nothing to check. */
  undone?: boolean;
}

/** The stepper's marks. Before a run begins, the form is where a person is. */
export function stepMarks({ signedIn, begun, steps, complete, proven, undone = false }: Standing): StepMark[] {
  let reached = false;
  const next = (state: 'now' | 'failed'): MarkState => {
    if (reached) return 'planned';
    reached = true;
    return state;
  };
  return MARKS.map((mark): StepMark => {
    // Details before sign-in: the form is first, and only then is a sign-in asked for.
    if (mark === 'sign_in') return { mark, state: signedIn ? 'done' : begun ? next('now') : 'planned' };
    if (mark === 'website') return { mark, state: begun ? 'done' : next('now') };
    if (mark === 'check' && undone) return { mark, state: 'skipped' };
    const covered = COVERS[mark].flatMap((step) => steps[step]?.state ?? []).filter((state) => state !== 'skipped');
    if (complete && mark !== 'check' && covered.length === 0) return { mark, state: 'skipped' };
    if (covered.includes('failed')) return { mark, state: next('failed') };
    const done = (covered.length > 0 || complete) && covered.every((state) => state === 'done');
    if (!begun || !done) return { mark, state: next('now') };
    return { mark, state: mark === 'check' && proven !== true ? next('now') : 'done' };
  });
}

/** The step of `mark` that failed. */
export const failedStep = (steps: StepStates): ProvisionStep | undefined => STEPS.find((step) => steps[step]?.state === 'failed');

/** A run that stopped without naming the step stopped at the first that is not done. */
export function withFailure(steps: StepStates): StepStates {
  if (failedStep(steps) !== undefined) return steps;
  const at = STEPS.find((step) => steps[step] !== undefined && steps[step].state !== 'done' && steps[step].state !== 'skipped');
  return at === undefined ? steps : { ...steps, [at]: { state: 'failed', outcome: steps[at]?.outcome ?? null, at: null } };
}

/** What the steps after it can do without. */
const OPTIONAL: readonly ProvisionStep[] = [
  'app_streams', 'enhanced_measurement', 'data_retention', 'key_events', 'custom_dimensions', 'google_ads_link', 'people', 'tags', 'version', 'publish', 'client',
];

/** The step that a set-up stopped at, where it can go on without it. */
export function optionalFailure(steps: StepStates): ProvisionStep | undefined {
  const failed = failedStep(steps);
  return failed !== undefined && OPTIONAL.includes(failed) ? failed : undefined;
}

/** Something exists at Google already: going on is better than beginning anew. */
export const hasMade = (steps: StepStates): boolean =>
  (['account', 'property', 'data_stream', 'container'] as const).some((step) => isDone(steps, step));

export const provenBy = (proof: ProofView | null | undefined): boolean | null =>
  proof ? proof.first_seen_at !== null || proof.active_users > 0 : null;

const newest = (a: ProvisionRunView, b: ProvisionRunView) => b.updated_at.localeCompare(a.updated_at);

/** Runs to offer for resumption, newest first. */
export function unfinished(runs: readonly ProvisionRunView[]): ProvisionRunView[] {
  return runs.filter((run) => run.resumable && run.state !== 'done' && !isUndone(run)).toSorted(newest);
}

export function finished(runs: readonly ProvisionRunView[]): ProvisionRunView[] {
  return runs.filter((run) => run.state === 'done' && run.result !== null && !isUndone(run)).toSorted(newest);
}

/** Runs of which something is in the trash: they neither go on nor measure. */
export const undone = (runs: readonly ProvisionRunView[]): ProvisionRunView[] => runs.filter(isUndone).toSorted(newest);

export const isUndone = (run: ProvisionRunView | undefined): boolean => (run?.in_trash?.length ?? 0) > 0;

/** What a step made, as it is shown: Google numbers versions. */
export const outcomeText = (step: ProvisionStep, outcome: string | null): string | null =>
  outcome !== null && (step === 'version' || step === 'publish') ? m.version(outcome) : outcome;

/** That the terms were accepted, and when, in the words of `time`. */
export function acceptedLine(steps: StepStates, time: (at: Date) => string): string {
  const at = steps.terms?.at;
  return at ? m.acceptedAt(time(new Date(at))) : m.accepted;
}

/** The calls of the steps that are not done: what is made already costs nothing again. */
export function callsLeft(plan: readonly PlannedStep[], steps: StepStates): { analytics: number; tagManager: number } {
  const left = plan.filter(({ step, skipped }) => !skipped && !isDone(steps, step) && stateOf(steps, step) !== 'skipped');
  return {
    analytics: left.reduce((sum, one) => sum + one.analytics_calls, 0),
    tagManager: left.reduce((sum, one) => sum + one.tag_manager_calls, 0),
  };
}

/** Seconds from `from` to `now`, never below zero. */
export const elapsed = (from: Date, now: Date): number => Math.max(0, Math.floor((now.getTime() - from.getTime()) / 1000));
