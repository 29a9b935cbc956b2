// Something read from the host that a page shows: it keeps its last good value when reading it again fails, and reads
// itself again when the engine says that it changed.

import type { ErrorView, Topic } from './bindings';
import { errorView, onEvent } from './host';

export class Resource<T> {
  /** The last good value; stays while a newer reading fails. */
  value: T | undefined = $state.raw(undefined);
  error: ErrorView | null = $state.raw(null);
  loading = $state(false);
  #read: () => Promise<T>;
  #topics: readonly Topic[];
  #latest = 0;

  constructor(read: () => Promise<T>, topics: readonly Topic[] = []) {
    this.#read = read;
    this.#topics = topics;
  }

  /** Reads now. Of several readings under way the one asked for last wins. Never throws: see `error`. */
  async load(): Promise<void> {
    const turn = ++this.#latest;
    this.loading = true;
    try {
      const value = await this.#read();
      if (turn !== this.#latest) return;
      this.value = value;
      this.error = null;
    } catch (thrown) {
      if (turn === this.#latest) this.error = errorView(thrown);
    } finally {
      if (turn === this.#latest) this.loading = false;
    }
  }

  /** Puts in a value that the host has just answered with. */
  put(value: T): void {
    this.#latest++;
    this.value = value;
    this.error = null;
    this.loading = false;
  }

  /** Forgets the value, for instance when another thing is shown. */
  clear(): void {
    this.#latest++;
    this.value = undefined;
    this.error = null;
    this.loading = false;
  }

  /** Reads now and whenever one of the topics changes; for `$effect(() => resource.follow())`. */
  follow(): () => void {
    void this.load();
    return onEvent((event) => {
      if (event.event === 'changed' && this.#topics.includes(event.topic)) void this.load();
    });
  }
}
