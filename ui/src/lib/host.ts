// The one module that talks to the host. Everything else asks it by the names of the engine's command table.

import type { Calls, EngineEvent, ErrorView, JobId, Jobs } from './bindings';

/** What stands behind the interface: the desktop shell, or a fake one in tests and previews. */
export interface Host {
  dispatch(name: string, request: unknown): Promise<unknown>;
  /** Hears every event until the returned function is called. */
  listen(hear: (event: EngineEvent) => void): Promise<() => void>;
  setTitle(title: string): Promise<void>;
  /** Starts the page anew, after the engine moved to another profile. */
  restart(): void;
}

/** A refusal as the engine words it. */
export class HostError extends Error {
  readonly view: ErrorView;

  constructor(view: ErrorView) {
    super(view.message);
    this.name = 'HostError';
    this.view = view;
  }
}

const isErrorView = (value: unknown): value is ErrorView =>
  typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'remedy' in value;

/** Any thrown thing as an error that can be shown. */
export function errorView(thrown: unknown): ErrorView {
  if (thrown instanceof HostError) return thrown.view;
  if (isErrorView(thrown)) return thrown;
  return {
    code: 'internal',
    message: 'Something in Gantry’s window failed.',
    remedy: 'Try again. If it happens again, report it with the details.',
    activity_id: null,
    details: thrown instanceof Error ? thrown.message : String(thrown),
    offers: [],
  };
}

function shell(): Host {
  return {
    async dispatch(name, request) {
      const { invoke } = await import('@tauri-apps/api/core');
      return invoke('dispatch', { name, request });
    },
    async listen(hear) {
      const { listen } = await import('@tauri-apps/api/event');
      return listen<EngineEvent>('engine', (message) => { hear(message.payload); });
    },
    async setTitle(title) {
      const { getCurrentWindow } = await import('@tauri-apps/api/window');
      await getCurrentWindow().setTitle(title);
    },
    restart() {
      location.hash = '';
      location.reload();
    },
  };
}

let host: Host = shell();
const hearers = new Set<(event: EngineEvent) => void>();
let listening: Promise<() => void> | null = null;

/** Puts another host in place: for tests and previews. */
export function setHost(other: Host): void {
  host = other;
  void listening?.then((stop) => { stop(); });
  listening = null;
  if (hearers.size > 0) void hearHost();
}

function hearHost(): Promise<() => void> {
  listening ??= host.listen((event) => {
    for (const hear of hearers) hear(event);
  });
  return listening;
}

async function dispatch(name: string, request: unknown): Promise<unknown> {
  try {
    return await host.dispatch(name, request);
  } catch (thrown) {
    throw new HostError(errorView(thrown));
  }
}

/** Requests without fields may be left out. */
type Asked<R> = Record<string, never> extends R ? [request?: R] : [request: R];

/** Asks for an answer. Throws `HostError`. */
export async function call<N extends keyof Calls>(name: N, ...[request]: Asked<Calls[N]['request']>): Promise<Calls[N]['response']> {
  return (await dispatch(name, request ?? {})) as Calls[N]['response'];
}

/** Starts long work; `jobs.svelte.ts` follows it. */
export async function beginJob<N extends keyof Jobs>(name: N, request: Jobs[N]['request']): Promise<{ job: JobId }> {
  await hearHost();
  return (await dispatch(name, request)) as { job: JobId };
}

/** Hears the engine's events until the returned function is called. */
export function onEvent(hear: (event: EngineEvent) => void): () => void {
  hearers.add(hear);
  void hearHost();
  return () => hearers.delete(hear);
}

export function setTitle(title: string): void {
  document.title = title;
  // The page works the same under another title: a refusal is not worth a message.
  host.setTitle(title).catch(() => undefined);
}

export function restart(): void {
  host.restart();
}
