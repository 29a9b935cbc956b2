// The small line under each of the stepper's marks: who, what was made, where it stopped.
import type { ProvisionResult } from '../../lib/bindings';
import { moment } from '../../lib/format';
import { provisioningMessages as m } from './messages';
import type { Stage } from './setup.svelte';
import { acceptedLine, failedStep, isDone, type Mark, type StepMark, type StepStates } from './steps';
import { undoMessages } from './undomessages';
import { parseWebsite } from './website';

interface Known {
  marks: readonly StepMark[];
  steps: StepStates;
  stage: Stage;
  email: string;
  /** Empty while it is being entered. */
  website: string;
  proven: boolean | null;
  result: ProvisionResult | null;
}

export function marksLines({ marks, steps, stage, email, website, proven, result }: Known): Partial<Record<Mark, string>> {
  const lines: Partial<Record<Mark, string>> = {};
  const put = (mark: Mark, line: string | null | undefined) => { if (line) lines[mark] = line; };
  const site = parseWebsite(website);
  put('sign_in', email !== '' ? email : stage === 'sign_in' ? m.waitingForYou : stage === 'form' ? m.afterForm : '');
  put('website', site.ok ? site.host : '');
  put('terms', stage === 'terms' ? m.waitingForYou : isDone(steps, 'terms') ? acceptedLine(steps, moment) : '');
  put('property', isDone(steps, 'property') ? (result?.property_id ?? steps.property?.outcome) : '');
  put('stream', isDone(steps, 'data_stream') ? (result?.measurement_id ?? steps.data_stream?.outcome) : '');
  put('container', stage === 'tag_manager' ? m.waitingForYou : isDone(steps, 'container') ? (result?.container?.public_id ?? steps.container?.outcome) : '');
  const version = result?.container?.version_id;
  put('publish', isDone(steps, 'publish') ? (stage === 'undone' ? m.version : m.made.versionLive)(version ?? steps.publish?.outcome ?? '') : '');
  put('check', proven === true ? m.visits : proven === false ? m.noVisits : '');
  for (const { mark, state } of marks) {
    if (state === 'skipped') lines[mark] = m.notNeeded;
    if (state === 'failed') {
      const step = failedStep(steps);
      lines[mark] = step === undefined || m.stepNames[step] === m.steps[mark] ? m.failedHere : m.failedAt(m.stepNames[step]);
    }
  }
  if (stage === 'undone') lines.check = undoMessages.inTrash;
  return lines;
}
