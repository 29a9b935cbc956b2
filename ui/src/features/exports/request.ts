// The form's entries, their faults, and the request made of them.
import type { ExportRequest, ExportRunView } from '../../lib/bindings';

export type Kind = 'sqlite' | 'csv';
export type Span = 'last28' | 'last90' | 'last365' | 'custom';

export interface Entries {
  property: string | null;
  dimensions: string[];
  metrics: string[];
  span: Span;
  from: string;
  to: string;
  kind: Kind;
  file: string;
  table: string;
}

/** Limits of the Data API for one report. */
export const MOST_DIMENSIONS = 9;
export const MOST_METRICS = 10;

const WORDS: Record<Exclude<Span, 'custom'>, { from: string; to: string }> = {
  last28: { from: '28daysAgo', to: 'yesterday' },
  last90: { from: '90daysAgo', to: 'yesterday' },
  last365: { from: '365daysAgo', to: 'yesterday' },
};

export type Faults = Partial<Record<'property' | 'dimensions' | 'metrics' | 'dates' | 'file', 'missing' | 'many'>>;

export function faultsOf(entries: Entries): Faults {
  const faults: Faults = {};
  if (entries.property === null) faults.property = 'missing';
  if (entries.dimensions.length > MOST_DIMENSIONS) faults.dimensions = 'many';
  if (entries.metrics.length === 0) faults.metrics = 'missing';
  else if (entries.metrics.length > MOST_METRICS) faults.metrics = 'many';
  if (entries.span === 'custom' && (entries.from === '' || entries.to === '' || entries.from > entries.to)) faults.dates = 'missing';
  if (entries.file.trim() === '') faults.file = 'missing';
  return faults;
}

export function destinationOf(entries: Pick<Entries, 'kind' | 'file' | 'table'>): string {
  const file = entries.file.trim();
  const table = entries.table.trim();
  if (entries.kind === 'csv') return `csv:${file}`;
  return table === '' ? `sqlite:${file}` : `sqlite:${file}?table=${encodeURIComponent(table)}`;
}

/** The other way round, for "Use for a new export". */
export function parseDestination(destination: string): Pick<Entries, 'kind' | 'file' | 'table'> {
  const [, scheme, rest] = /^(sqlite|csv):(.*)$/s.exec(destination) ?? [null, 'sqlite', destination];
  if (scheme === 'csv') return { kind: 'csv', file: rest ?? '', table: '' };
  const [, file, table] = /^(.*?)(?:\?table=(.*))?$/s.exec(rest ?? '') ?? [null, rest ?? '', ''];
  return { kind: 'sqlite', file: file ?? '', table: safeDecode(table ?? '') };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function requestOf(entries: Entries, connection: string | null): ExportRequest {
  const dates = entries.span === 'custom' ? { from: entries.from, to: entries.to } : WORDS[entries.span];
  return {
    property: entries.property ?? '',
    dimensions: [...entries.dimensions],
    metrics: [...entries.metrics],
    ...dates,
    destination: destinationOf(entries),
    connection,
  };
}

export function entriesOfRun(run: ExportRunView): Entries {
  const span = (Object.keys(WORDS) as (keyof typeof WORDS)[]).find((key) => WORDS[key].from === run.from && WORDS[key].to === run.to);
  const day = /^\d{4}-\d{2}-\d{2}$/;
  return {
    property: run.property_id.replace('properties/', ''),
    dimensions: [...run.dimensions],
    metrics: [...run.metrics],
    span: span ?? 'custom',
    from: day.test(run.from) ? run.from : '',
    to: day.test(run.to) ? run.to : '',
    ...parseDestination(run.destination),
  };
}

/** Names typed or pasted at once: `date, country;city`. */
export function splitNames(text: string): string[] {
  return text.split(/[\s,;]+/).filter((name) => name !== '');
}

/** Seconds that a finished run took. */
export function tookSeconds(run: ExportRunView): number | null {
  return run.finished_at === null ? null : Math.max(0, (Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000);
}
