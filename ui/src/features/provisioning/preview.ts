// Sample set-ups for previews and tests. In the preview's address, `run=` is one of SCENES.
import type { Choices, ErrorView, ProofView, ProvisionPlan, ProvisionRunView, ProvisionStep, SiteView } from '../../lib/bindings';
import { startJob } from '../../lib/jobs.svelte';
import { refusal, type FakeHost } from '../../test/fake-host';
import { choices, made, outcomes, plan, proof, request, result, runView } from '../../test/sample-provisioning';
import { draft } from './draft.svelte';
import { entriesOf } from './form';
import { STEPS } from './steps';

export { choices, plan, proof, request, result, runView };

const SCENES = ['form', 'blank', 'template', 'options', 'property', 'none', 'redirects', 'problems', 'terms', 'tag-manager', 'sign-in', 'steps', 'stopped', 'declined', 'max-accounts', 'backend-error', 'expired', 'done', 'watching', 'seen', 'long', 'runs'] as const;
type Scene = (typeof SCENES)[number];

/** What may come of the terms, in the engine's words. */
const REFUSED = {
  declined: { code: 'terms_declined', message: 'You did not accept the Terms of Service, so no account was created.', remedy: 'Resume the set-up to see them again. Your entries are kept.' },
  'max-accounts': { code: 'terms_max_accounts', message: 'This Google account has as many Analytics accounts as Google allows (usually 100).', remedy: 'Delete one it no longer needs in Google Analytics, or set the site up with another Google account. Your entries are kept.' },
  'backend-error': { code: 'terms_backend_error', message: 'Google had a fault of its own while creating the account.', remedy: 'Resume the set-up in a few minutes. Gantry looks first whether the account was created after all.' },
  expired: { code: 'terms_timed_out', message: 'The Terms of Service were not accepted within 15 minutes as maya@brightwater.example.', remedy: 'Resume the set-up: your entries are kept, and Google is asked for a new ticket. If the page said that its link was made for another account, sign in there as the one named here.' },
} as const satisfies Partial<Record<Scene, Partial<ErrorView>>>;

/** The steps of the sample set-up. */
export const PLANNED: readonly ProvisionStep[] = plan.steps.map((one) => one.step);

/** Emits what the engine would, up to and without `stop`. */
export function playSteps(host: FakeHost, job: string, stop?: ProvisionStep): void {
  for (const step of STEPS.filter((one) => PLANNED.includes(one))) {
    if (step === stop) {
      host.emit({ event: 'provision_step', job, run_id: 'run-2', step, state: 'running', outcome: null });
      return;
    }
    host.emit({ event: 'provision_step', job, run_id: 'run-2', step, state: 'done', outcome: outcomes[step] ?? null });
  }
}

export function openTerms(host: FakeHost, job: string): void {
  const url = 'https://analytics.google.com/analytics/web/?provisioningSignup=false#/termsofservice/T-1';
  host.emit({
    event: 'open_url', job, purpose: 'terms', link: { id: 'terms-1', url }, url, listening_on: '127.0.0.1:27490',
    expires_at: new Date(Date.now() + 14 * 60_000).toISOString(), opened: true,
  });
}

export function openSignIn(host: FakeHost, job: string): void {
  const url = 'https://accounts.google.com/o/oauth2/v2/auth?client_id=1234';
  host.emit({
    event: 'open_url', job, purpose: 'sign_in', link: { id: 'signin-1', url }, url, listening_on: '127.0.0.1:47811',
    expires_at: new Date(Date.now() + 10 * 60_000).toISOString(), opened: true,
  });
}

export function openTagManager(host: FakeHost, job: string): void {
  const url = 'https://tagmanager.google.com/#/admin/accounts/create';
  host.emit({
    event: 'open_url', job, purpose: 'tag_manager_account', link: { id: 'make-gtm', url }, url, listening_on: null,
    expires_at: new Date(Date.now() + 60 * 60_000).toISOString(), opened: true,
  });
}

/** A set-up that ends as `part` says. */
export function finish(host: FakeHost, job: string, part: Partial<ProvisionRunView> = {}): void {
  host.emit({
    event: 'job_done', job, command: 'provisioning.start',
    result: runView({ id: 'run-2', state: 'done', result, steps: PLANNED.map((step) => ({ step, state: 'done', outcome: outcomes[step] ?? null, at: '2026-11-22T09:44:12Z' })), resumable: false, ...part }),
  });
}

function answer(host: FakeHost, scene: Scene): void {
  const finished = runView({ id: 'run-9', state: 'done', result, resumable: false, proof, updated_at: '2026-11-20T09:41:00Z' });
  const waiting = runView({ id: 'run-2', state: 'waiting_for_tag_manager', steps: PLANNED.map((step, at) => ({ step, state: at < PLANNED.indexOf('tag_manager_account') ? 'done' : step === 'tag_manager_account' ? 'running' : 'planned', outcome: at < PLANNED.indexOf('tag_manager_account') ? (outcomes[step] ?? null) : null, at: '2026-11-22T09:44:12Z' })) });
  const trashed = { ...finished, id: 'run-7', steps: finished.steps.map((step) => ({ ...step, state: 'done' as const })), in_trash: [...made].reverse().map(({ asset, name }) => ({ asset, name })) };
  const runs: ProvisionRunView[] = scene === 'runs' || scene === 'form' ? [runView(), finished, trashed, runView({ id: 'run-8', state: 'done', result, resumable: false, updated_at: '2026-10-02T09:41:00Z', request: { ...request, account_name: 'Königlich-Bayerische Hofbäckerei Süßmeier & Töchter, vormals Elmstead', website: 'https://www.hofbaeckerei.example' } })] : scene === 'tag-manager' ? [waiting] : scene !== undefined && scene in REFUSED ? [runView({ id: 'run-2', problem: Object.values(REFUSED[scene as keyof typeof REFUSED]).slice(1).join(' ') })] : scene === 'steps' || scene === 'terms' || scene === 'stopped' ? [runView({ id: 'run-2', state: 'running' })] : [];
  host.answers['provisioning.runs'] = () => runs;
  const none: Choices = { ...choices, tag_manager_accounts: [] };
  if (scene === 'none' || scene === 'tag-manager') host.answers['provisioning.choices'] = () => none;
  if (scene === 'redirects') {
    host.answers['provisioning.redirects'] = () => ({
      oauth_client: 'Isola Coffee, trying Gantry out', registered: [{ uri: 'http://127.0.0.1:27490/terms', free: false }],
      suggested: ['http://127.0.0.1:27495/terms', 'http://127.0.0.1:27496/terms'], usable: false, message: 'The only address that is registered is in use by another program.',
    });
  }
  if (scene !== undefined && scene in REFUSED) host.answers['provisioning.plan'] = () => ({ ...plan, resumes: 'run-2' });
  if (scene === 'property') {
    host.answers['provisioning.plan'] = () => ({ ...plan, notes: ['The container sends purchase already: the template’s tag for it is left out.'] });
  }
  if (scene === 'problems') {
    const wrong: ProvisionPlan = { ...plan, problems: [
      { field: 'google_ads_customer', message: 'A customer ID has ten digits.', remedy: 'It is at the top of the Google Ads page.' },
      { field: 'people[0].email', message: 'This is no e-mail address.', remedy: 'Enter it as name@example.com.' },
      { field: 'connection', message: 'A service account cannot accept Google’s terms.', remedy: 'Choose a person’s connection.' },
    ] };
    host.answers['provisioning.plan'] = () => wrong;
  }
  const long: SiteView = { address: 'https://www.elmsteadbakery.example', reached: true, problem: null, milliseconds: 812, name: 'Elmstead Bakery', title: null, language: 'en-GB', country: 'GB', currency: 'GBP', tags: scene === 'long' ? ['G-4K7WQ2M1TX', 'UA-1234-1'] : [], builder: 'wordpress' };
  host.answers['sites.inspect'] = () => long;
}

export function prepare(host: FakeHost): void {
  const asked = typeof location === 'undefined' ? null : new URLSearchParams(location.search).get('run');
  const scene = SCENES.find((one) => one === asked);
  answer(host, scene ?? 'form');
  const play = (_: unknown, job: string) => {
    switch (scene) {
      case 'done': case 'watching': case 'seen':
        playSteps(host, job);
        finish(host, job, { proof: scene === 'seen' ? proof : null, request });
        break;
      case 'declined': case 'max-accounts': case 'backend-error': case 'expired':
        playSteps(host, job, 'terms');
        host.emit({ event: 'job_failed', job, command: 'provisioning.start', error: refusal(REFUSED[scene]) });
        break;
      case 'stopped':
        playSteps(host, job, 'key_events');
        host.emit({ event: 'provision_step', job, run_id: 'run-2', step: 'key_events', state: 'failed', outcome: null });
        host.emit({ event: 'job_failed', job, command: 'provisioning.start', error: refusal({ code: 'google_outage', message: 'Google did not answer after 3 tries.', remedy: 'What was made is kept. Resume in some minutes.', activity_id: 'a-1043' }) });
        break;
      case 'sign-in':
        openSignIn(host, job);
        break;
      case 'steps':
        playSteps(host, job, 'key_events');
        host.emit({ event: 'job_progress', job, progress: { what: 'Setting up', done: 5, total: 14, calls: 7, eta_seconds: 20, waiting_until: null } });
        break;
      case 'tag-manager':
        playSteps(host, job, 'tag_manager_account');
        openTagManager(host, job);
        break;
      default:
        playSteps(host, job, 'terms');
        openTerms(host, job);
    }
  };
  host.starts['provisioning.start'] = play;
  host.starts['provisioning.resume'] = play;
  host.starts['provisioning.prove'] = (_, job) => {
    if (scene === 'watching') host.emit({ event: 'job_progress', job, progress: { what: 'Waiting for the first visit', done: 0, total: 1, calls: 2, eta_seconds: null, waiting_until: null } });
    else host.emit({ event: 'job_done', job, command: 'provisioning.prove', result: { ...proof, active_users: 0, first_seen_at: null, seconds_to_first: null, events: [], hints: HINTS } satisfies ProofView });
  };
  if (scene === undefined || scene === 'blank' || scene === 'runs') return;
  draft.entries = { ...entriesOf(request), connection: scene === 'sign-in' ? '' : 'c1' };
  if (scene === 'template' || scene === 'options') draft.entries.template = 'shop';
  if (scene === 'options' || scene === 'problems') {
    draft.options = true;
    draft.entries.people = [{ email: 'reports@agency.example', role: 'viewer' }];
    draft.entries.googleAds = '123';
  }
  if (scene === 'property') {
    draft.options = true;
    draft.entries = { ...draft.entries, analytics: 'property', analyticsProperty: '310000000', template: 'shop' };
  }
  if (scene === 'long') {
    draft.entries.accountName = 'مخبز النخيل — Königlich-Bayerische Hofbäckerei Süßmeier & Töchter';
    draft.entries.website = 'https://www.a-rather-long-name-of-a-shop-that-sells-bread-and-cakes.example';
  }
  if (['terms', 'tag-manager', 'sign-in', 'steps', 'stopped', 'declined', 'max-accounts', 'backend-error', 'expired', 'done', 'watching', 'seen'].includes(scene)) {
    setTimeout(() => void startJob('provisioning.start', request), 50);
    if (scene === 'watching') setTimeout(() => document.querySelectorAll<HTMLElement>('.proof button').forEach((one) => { one.click(); }), 1200);
  }
}

export const HINTS = [
  'The snippet may be missing on the page that you opened: look at the checks above.',
  'A consent banner holds the tag back until you accept it.',
  'An ad blocker or a private window keeps visits from being counted: try another browser.',
];
