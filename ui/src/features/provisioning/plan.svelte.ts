// What a set-up would do and cost, asked of the engine while the form is filled in. It costs no call to Google.
import type { ErrorView, ProvisionPlan, ProvisionRequest } from '../../lib/bindings';
import { call, errorView } from '../../lib/host';

/** Long enough for a word to be typed. */
const PAUSE_MS = 300;

export class LivePlan {
  value: ProvisionPlan | null = $state.raw(null);
  error: ErrorView | null = $state.raw(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #latest = 0;

  /** Asks once the person pauses; of several askings the last wins. */
  follow(request: ProvisionRequest): () => void {
    this.#timer = setTimeout(() => void this.now(request), this.value === null ? 0 : PAUSE_MS);
    return () => { clearTimeout(this.#timer); };
  }

  /** Asks at once. `null` where the engine cannot say; then starting tells why. */
  async now(request: ProvisionRequest): Promise<ProvisionPlan | null> {
    clearTimeout(this.#timer);
    const turn = ++this.#latest;
    try {
      const plan = await call('provisioning.plan', request);
      if (turn === this.#latest) {
        this.value = plan;
        this.error = null;
      }
      return plan;
    } catch (thrown) {
      if (turn === this.#latest) this.error = errorView(thrown);
      return null;
    }
  }
}
