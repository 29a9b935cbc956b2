// How far a person has come with an OAuth client of their own. It is done in a browser, with pauses: the place is kept
// while the window is open, and the ticks over a restart.

import type { OAuthClientTest, OAuthClientView, PublishingStatusName } from '../../lib/bindings';

const KEY = 'gantry.own-client';

/** Steps of Gantry's own, after those that are done in the Google Cloud console. */
export const ADD = 'add';
export const TEST = 'test';

interface Kept {
  done: readonly string[];
  step: string | null;
  status: PublishingStatusName | null;
}

function kept(): Kept {
  const nothing: Kept = { done: [], step: null, status: null };
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    if (typeof read !== 'object' || read === null) return nothing;
    const { done, step, status } = read as Partial<Kept>;
    return {
      done: Array.isArray(done) ? done.filter((id) => typeof id === 'string') : [],
      step: typeof step === 'string' ? step : null,
      status: status === 'testing' || status === 'production' || status === 'internal' ? status : null,
    };
  } catch {
    return nothing;
  }
}

class OwnClient {
  done: readonly string[] = $state.raw([]);
  step: string | null = $state(null);
  status: PublishingStatusName | null = $state(null);
  /** The path of the file, while it is not added. */
  path = $state('');
  name = $state('');
  added: OAuthClientView | null = $state.raw(null);
  test: OAuthClientTest | null = $state.raw(null);

  constructor() {
    this.read();
  }

  read(): void {
    const { done, step, status } = kept();
    this.done = done;
    this.step = step;
    this.status = status;
  }

  go(step: string): void {
    this.step = step;
    this.#keep();
  }

  finish(step: string): void {
    if (!this.done.includes(step)) this.done = [...this.done, step];
    this.#keep();
  }

  choose(status: PublishingStatusName | null): void {
    this.status = status;
    this.#keep();
  }

  /** From the beginning: for another OAuth client. */
  restart(): void {
    localStorage.removeItem(KEY);
    this.read();
    this.path = '';
    this.name = '';
    this.added = null;
    this.test = null;
  }

  #keep(): void {
    localStorage.setItem(KEY, JSON.stringify({ done: this.done, step: this.step, status: this.status } satisfies Kept));
  }
}

export const ownClient = new OwnClient();
