// What the acting connection can set a site up in, and whether Google finds the way back to this computer.
import type { Choices, ErrorView, RedirectsView } from '../../lib/bindings';
import { call, errorView } from '../../lib/host';

/** Often enough to be noticed, and far from Google's 25 calls per 100 seconds. */
const WATCH_MS = 10_000;
/** Nobody takes longer to make an account, and a forgotten window spends no quota. */
const WATCH_FOR_MS = 10 * 60_000;

export class Reach {
  choices: Choices | null = $state.raw(null);
  redirects: RedirectsView | null = $state.raw(null);
  looking = $state(false);
  problem: ErrorView | null = $state.raw(null);
  /** Waits for the person to make a Tag Manager account. */
  watching = $state(false);
  #connection: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Reads for another connection; for none, forgets. */
  for(connection: string | null): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.choices = null;
    this.redirects = null;
    this.problem = null;
    this.stop();
    if (connection !== null) void Promise.all([this.look(), this.checkRedirects()]);
  }

  async look(): Promise<void> {
    const connection = this.#connection;
    if (connection === null || this.looking) return;
    this.looking = true;
    try {
      const choices = await call('provisioning.choices', { connection });
      if (connection !== this.#connection) return;
      this.choices = choices;
      this.problem = null;
      if (choices.tag_manager_accounts.length > 0) this.stop();
    } catch (thrown) {
      if (connection === this.#connection) this.problem = errorView(thrown);
    } finally {
      this.looking = false;
    }
    if (connection !== this.#connection) await this.look();
  }

  async checkRedirects(): Promise<void> {
    const connection = this.#connection;
    try {
      const redirects = await call('provisioning.redirects', { connection });
      if (connection === this.#connection) this.redirects = redirects;
    } catch {
      // The set-up itself looks again before it asks for a ticket, and says what is wrong.
      if (connection === this.#connection) this.redirects = null;
    }
  }

  /** Opens Tag Manager, and looks for the account that is made there. */
  async openTagManager(): Promise<void> {
    if (!this.choices) return;
    try {
      await call('app.open_link', { id: this.choices.make_tag_manager_account.id });
      this.watch();
    } catch (thrown) {
      this.problem = errorView(thrown);
    }
  }

  watch(): void {
    this.stop();
    this.watching = true;
    const until = Date.now() + WATCH_FOR_MS;
    this.#timer = setInterval(() => {
      if (Date.now() > until) this.stop();
      else void this.look();
    }, WATCH_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.watching = false;
  }
}
