// Watching for the first visitor of a run: one look, or until somebody comes. The watch outlives the page.
import type { ErrorView, ProofView, ProvisionRunView } from '../../lib/bindings';
import { errorView } from '../../lib/host';
import { latestJob, startJob, type Job } from '../../lib/jobs.svelte';

/** Which run the window's latest look belongs to. */
const looked = $state<{ run: string | null; job: string | null }>({ run: null, job: null });

export class Proof {
  #run: () => ProvisionRunView;
  #refusal: ErrorView | null = $state.raw(null);
  starting = $state(false);

  constructor(run: () => ProvisionRunView) {
    this.#run = run;
  }

  readonly job = $derived.by((): Job | undefined => {
    const job = latestJob('provisioning.prove');
    return looked.run === this.#run().id && job?.id === looked.job ? job : undefined;
  });

  get running(): boolean {
    return this.starting || this.job?.state === 'running';
  }

  /** The newest that was seen: by the look that has just ended, or as it was written down. */
  readonly view = $derived.by((): ProofView | null => {
    const stored = this.#run().proof;
    const fresh = this.job?.state === 'done' ? (this.job.result as ProofView) : null;
    if (stored && fresh) return stored.checked_at > fresh.checked_at ? stored : fresh;
    return fresh ?? stored;
  });

  readonly seen = $derived(this.view !== null && (this.view.active_users > 0 || this.view.first_seen_at !== null));

  /** What went wrong with the last look; stopping it is no fault. */
  readonly problem = $derived.by((): ErrorView | null => {
    const error = this.#refusal ?? (this.job?.state === 'failed' ? this.job.error : null);
    return error?.code === 'cancelled' ? null : error;
  });

  async look(watch: boolean): Promise<void> {
    if (this.running) return;
    this.#refusal = null;
    looked.job = null;
    this.starting = true;
    const run = this.#run().id;
    try {
      const job = await startJob('provisioning.prove', { run_id: run, watch });
      looked.run = run;
      looked.job = job.id;
    } catch (thrown) {
      this.#refusal = errorView(thrown);
    } finally {
      this.starting = false;
    }
  }

  async stop(): Promise<void> {
    try {
      await this.job?.cancel();
    } catch (thrown) {
      this.#refusal = errorView(thrown);
    }
  }

  refuse(thrown: unknown): void {
    this.#refusal = errorView(thrown);
  }
}
