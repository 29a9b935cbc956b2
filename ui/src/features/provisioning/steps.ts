// From the journal's six steps to the stepper's marks, and which of the page's screens is due.
import type { ProvisionRunView, ProvisionStep, ProvisionStepView, StepState } from '../../lib/bindings';

export type Mark = 'sign_in' | 'website' | 'terms' | 'property' | 'stream' | 'done';
export const MARKS: readonly Mark[] = ['sign_in', 'website', 'terms', 'property', 'stream', 'done'];
export const STEPS: readonly ProvisionStep[] = ['ticket', 'terms', 'account', 'property', 'data_stream', 'snippet'];

export type MarkState = 'planned' | 'now' | 'done' | 'failed';
export interface StepMark {
  mark: Mark;
  state: MarkState;
}

/** What is known of each journalled step; those not heard of yet are planned. */
export type StepStates = Record<ProvisionStep, { state: StepState; outcome: string | null }>;

export function noSteps(): StepStates {
  const planned = () => ({ state: 'planned' as const, outcome: null });
  return { ticket: planned(), terms: planned(), account: planned(), property: planned(), data_stream: planned(), snippet: planned() };
}

export function stepsOf(views: readonly ProvisionStepView[]): StepStates {
  const steps = noSteps();
  for (const view of views) steps[view.step] = { state: view.state, outcome: view.outcome };
  return steps;
}

export function withStep(steps: StepStates, step: ProvisionStep, state: StepState, outcome: string | null): StepStates {
  return { ...steps, [step]: { state, outcome: outcome ?? steps[step].outcome } };
}

const COVERS: Record<Exclude<Mark, 'sign_in' | 'website'>, readonly ProvisionStep[]> = {
  terms: ['ticket', 'terms', 'account'],
  property: ['property'],
  stream: ['data_stream'],
  done: ['snippet'],
};

/** The stepper's marks. Before a run begins, the form is where a person is. */
export function stepMarks(started: boolean, steps: StepStates, signedIn: boolean): StepMark[] {
  let reached = false;
  return MARKS.map((mark): StepMark => {
    if (mark === 'sign_in') {
      if (!signedIn) reached = true;
      return { mark, state: signedIn ? 'done' : 'now' };
    }
    if (mark === 'website') {
      if (started) return { mark, state: 'done' };
      const state: MarkState = reached ? 'planned' : 'now';
      reached = true;
      return { mark, state };
    }
    if (reached) return { mark, state: 'planned' };
    const covered = COVERS[mark].map((step) => steps[step].state);
    if (covered.every((state) => state === 'done')) return { mark, state: 'done' };
    reached = true;
    return { mark, state: covered.includes('failed') ? 'failed' : 'now' };
  });
}

/** Runs to offer for resumption, newest first. */
export function unfinished(runs: readonly ProvisionRunView[]): ProvisionRunView[] {
  return runs.filter((run) => run.resumable && run.state !== 'done').toSorted((a, b) => b.updated_at.localeCompare(a.updated_at));
}

/** Minutes and seconds until `expires`, never below zero. */
export function timeLeft(expires: string, now: Date): { minutes: number; seconds: number } {
  const left = Math.max(0, Math.round((Date.parse(expires) - now.getTime()) / 1000));
  return { minutes: Math.floor(left / 60), seconds: left % 60 };
}
