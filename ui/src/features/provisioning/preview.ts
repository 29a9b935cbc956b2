// A sample set-up for previews and tests: `run=terms`, `run=steps`, `run=done`, `run=declined` in the preview's address.
import type { ProvisionRequest, ProvisionRunView, ProvisionStep } from '../../lib/bindings';
import { startJob } from '../../lib/jobs.svelte';
import type { FakeHost } from '../../test/fake-host';
import { draft } from './draft.svelte';
import { STEPS } from './steps';

export const request: ProvisionRequest = {
  connection: 'c1', account_name: 'Elmstead Bakery', property_name: 'Elmstead Bakery', website: 'https://www.elmsteadbakery.example',
  time_zone: 'Europe/London', currency: 'GBP', country: 'GB',
};

const OUTCOMES: Partial<Record<ProvisionStep, string>> = { account: '51000099', property: '482193077', data_stream: 'G-4K7WQ2M1TX' };

export function runView(part: Partial<ProvisionRunView> = {}): ProvisionRunView {
  return {
    id: 'run-1', request, state: 'waiting_for_terms', started_at: '2026-11-22T09:40:00Z', updated_at: '2026-11-22T09:41:00Z', result: null, problem: null, resumable: true,
    steps: STEPS.map((step) => ({ step, state: step === 'ticket' ? 'done' : 'planned', outcome: null })),
    ...part,
  };
}

export const result = {
  account_id: '51000099', property_id: '482193077', data_stream_id: '61002233', measurement_id: 'G-4K7WQ2M1TX',
  snippet: '<!-- Google tag (gtag.js) -->\n<script async src="https://www.googletagmanager.com/gtag/js?id=G-4K7WQ2M1TX"></script>\n<script>\n  window.dataLayer = window.dataLayer || [];\n  function gtag(){dataLayer.push(arguments);}\n  gtag(\'js\', new Date());\n  gtag(\'config\', \'G-4K7WQ2M1TX\');\n</script>',
};

/** Emits what the engine would, up to and without `stop`. */
export function playSteps(host: FakeHost, job: string, stop?: ProvisionStep): void {
  for (const step of STEPS) {
    if (step === stop) {
      host.emit({ event: 'provision_step', job, run_id: 'run-2', step, state: 'running', outcome: null });
      return;
    }
    host.emit({ event: 'provision_step', job, run_id: 'run-2', step, state: 'done', outcome: OUTCOMES[step] ?? null });
  }
}

export function openTerms(host: FakeHost, job: string): void {
  const url = 'https://analytics.google.com/analytics/web/?provisioningSignup=false#/termsofservice/T-1';
  host.emit({
    event: 'open_url', job, purpose: 'terms', link: { id: 'terms-1', url }, url, listening_on: '127.0.0.1:27490',
    expires_at: new Date(Date.now() + 14 * 60_000).toISOString(), opened: true,
  });
}

export function prepare(host: FakeHost): void {
  const run = typeof location === 'undefined' ? null : new URLSearchParams(location.search).get('run');
  host.answers['provisioning.runs'] = () => (run === null ? [runView()] : []);
  const play = (_: unknown, job: string) => {
    if (run === 'done') {
      playSteps(host, job);
      host.emit({ event: 'job_done', job, command: 'provisioning.start', result: runView({ id: 'run-2', state: 'done', result, steps: [], resumable: false }) });
    } else if (run === 'declined') {
      playSteps(host, job, 'terms');
      host.emit({
        event: 'job_failed', job, command: 'provisioning.start',
        error: { code: 'terms_declined', message: 'You declined Google’s terms. Nothing was created.', remedy: 'Your entries are kept; continue when you like.', activity_id: 'a-1042', details: null, offers: [] },
      });
    } else {
      playSteps(host, job, run === 'steps' ? 'property' : 'terms');
      if (run !== 'steps') openTerms(host, job);
    }
  };
  host.starts['provisioning.start'] = play;
  host.starts['provisioning.resume'] = play;
  if (run !== null && ['terms', 'steps', 'done', 'declined'].includes(run)) {
    draft.entries = { website: request.website, accountName: request.account_name, propertyName: '', country: 'GB', timeZone: 'Europe/London', currency: 'GBP', connection: 'c1' };
    setTimeout(() => void startJob('provisioning.start', request), 50);
  }
}
