// The list of requests: pages on demand, new ones as they come, and a pause that counts what it holds back.

import type { ActivityOnly, ActivityRequest, ActivityView, ErrorView } from '../../lib/bindings';
import { call, errorView, onEvent } from '../../lib/host';

export interface Filters {
  text: string;
  connection: string | null;
  only: ActivityOnly | null;
}

export const NO_FILTERS: Filters = { text: '', connection: null, only: null };
const PAGE = 200;
/** Requests of other Gantry processes are not announced to this window. */
const LOOK_EVERY_MS = 5_000;

export class Log {
  /** Newest first. Keeps the last good list while a newer reading fails. */
  rows: ActivityView[] = $state.raw([]);
  /** Something was read since the filters changed. */
  read = $state(false);
  loading = $state(false);
  error: ErrorView | null = $state.raw(null);
  /** Older ones are there. */
  more = $state(false);
  paused = $state(false);
  /** New ones that a pause holds back. */
  held: ActivityView[] = $state.raw([]);
  #filters: Filters = NO_FILTERS;
  #turn = 0;
  #readingMore = false;
  #catchingUp = false;
  #again = false;

  /** Reads the newest ones that pass `filters`. What was shown stays until they are here. */
  async load(filters: Filters = this.#filters): Promise<void> {
    this.#filters = filters;
    const turn = ++this.#turn;
    this.loading = true;
    try {
      const rows = await this.#ask({});
      if (turn !== this.#turn) return;
      this.rows = rows;
      this.held = [];
      this.more = rows.length === PAGE;
      this.error = null;
      this.read = true;
    } catch (thrown) {
      if (turn === this.#turn) this.error = errorView(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  /** Reads the next older ones. */
  async readOn(): Promise<void> {
    const last = this.rows.at(-1);
    if (!last || !this.more || this.#readingMore || this.loading) return;
    const turn = this.#turn;
    this.#readingMore = true;
    try {
      const older = await this.#ask({ before: last.id });
      if (turn !== this.#turn) return;
      this.rows = [...this.rows, ...older];
      this.more = older.length === PAGE;
    } catch (thrown) {
      if (turn === this.#turn) this.error = errorView(thrown);
    } finally {
      this.#readingMore = false;
    }
  }

  /** Reads what came since; while paused it is only counted. One reading at a time, and one more where news came meanwhile. */
  async catchUp(): Promise<void> {
    if (this.#catchingUp) {
      this.#again = true;
      return;
    }
    this.#catchingUp = true;
    try {
      do {
        this.#again = false;
        await this.#readNew();
      } while (this.#again);
    } finally {
      this.#catchingUp = false;
    }
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.rows = [...this.held, ...this.rows];
    this.held = [];
    void this.catchUp();
  }

  /** Follows the host until the returned function is called. */
  follow(): () => void {
    const stop = onEvent((event) => {
      if (event.event === 'changed' && event.topic === 'activity') void this.catchUp();
    });
    const timer = setInterval(() => { if (!document.hidden) void this.catchUp(); }, LOOK_EVERY_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }

  async #readNew(): Promise<void> {
    if (!this.read || this.loading) return;
    const newest = (this.held[0] ?? this.rows[0])?.id;
    // Nothing was there: all of it is new.
    if (newest === undefined) return this.load();
    const turn = this.#turn;
    try {
      const rows = await this.#ask({ after: newest });
      if (turn !== this.#turn) return;
      // Cleared meanwhile: what follows an unknown request is everything.
      const known = new Set([...this.held, ...this.rows].map((row) => row.id));
      const fresh = rows.filter((row) => !known.has(row.id));
      if (fresh.length > 0) {
        if (this.paused) this.held = [...fresh, ...this.held];
        else this.rows = [...fresh, ...this.rows];
      }
      this.error = null;
      if (rows.length === PAGE) this.#again = true;
    } catch (thrown) {
      if (turn === this.#turn) this.error = errorView(thrown);
    }
  }

  #ask(part: Partial<ActivityRequest>): Promise<ActivityView[]> {
    const { text, connection, only } = this.#filters;
    return call('activity.list', { limit: PAGE, connection, only, text: text.trim() || null, before: null, after: null, ...part });
  }
}
