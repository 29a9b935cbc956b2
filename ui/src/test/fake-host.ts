// A host without an engine, for tests and previews: answers by command, events on request. Never part of the app.

import type { Calls, EngineEvent, ErrorView, Jobs } from '../lib/bindings';
import { type Host, setHost } from '../lib/host';

type Answers = { [N in keyof Calls]?: (request: Calls[N]['request']) => Calls[N]['response'] | Promise<Calls[N]['response']> };
type Starts = { [N in keyof Jobs]?: (request: Jobs[N]['request'], job: string, host: FakeHost) => void };

export const refusal = (part: Partial<ErrorView> & Pick<ErrorView, 'code'>): ErrorView => ({
  message: 'It did not work.',
  remedy: 'Do something else.',
  activity_id: null,
  details: null,
  offers: [],
  ...part,
});

export class FakeHost implements Host {
  readonly asked: { name: string; request: unknown }[] = [];
  titles: string[] = [];
  restarts = 0;
  answers: Answers;
  starts: Starts;
  #hearers = new Set<(event: EngineEvent) => void>();
  #jobs = 0;

  constructor(answers: Answers = {}, starts: Starts = {}) {
    this.answers = answers;
    this.starts = starts;
  }

  /** Puts itself in place of the shell. */
  use(): this {
    setHost(this);
    return this;
  }

  async dispatch(name: string, request: unknown): Promise<unknown> {
    this.asked.push({ name, request });
    const start = this.starts[name as keyof Jobs] as ((request: unknown, job: string, host: FakeHost) => void) | undefined;
    if (start) {
      const job = `job-${String(++this.#jobs)}`;
      this.emit({ event: 'job_started', job, command: name });
      queueMicrotask(() => { start(request, job, this); });
      return { job };
    }
    const answer = this.answers[name as keyof Calls] as ((request: unknown) => unknown) | undefined;
    if (!answer) throw refusal({ code: 'invalid_request', message: `The fake host has no answer to ${name}.` });
    return answer(request);
  }

  async listen(hear: (event: EngineEvent) => void): Promise<() => void> {
    this.#hearers.add(hear);
    return () => this.#hearers.delete(hear);
  }

  async setTitle(title: string): Promise<void> {
    this.titles.push(title);
  }

  restart(): void {
    this.restarts++;
  }

  emit(event: EngineEvent): void {
    for (const hear of this.#hearers) hear(event);
  }

  /** What was asked of one command, in order. */
  requests<N extends keyof Calls | keyof Jobs>(name: N): unknown[] {
    return this.asked.filter((one) => one.name === name).map((one) => one.request);
  }
}
