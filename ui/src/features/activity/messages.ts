// What the record of requests says.

import { number, plural } from '../../lib/format';
import { readerLocale } from '../../lib/locale';

export const m = {
  title: 'Activity',
  caption: (today: number, failed: number) => `${plural(today, '# request today', '# requests today')}, ${number(failed)} failed`,
  pause: 'Pause',
  resume: (held: number) => (held === 0 ? 'Go on' : `Go on, ${number(held)} new`),
  paused: 'The list is paused.',
  export: 'Export log',
  filter: 'Path, account, status',
  filterName: 'Filter by path, account or status',
  accounts: 'Account',
  allAccounts: 'All accounts',
  show: 'Show',
  only: { all: 'All', writes: 'Writes', failed: 'Failed' },
  loading: 'Loading requests',
  noneTitle: 'Nothing was asked of Google yet',
  none: 'Each request appears here as it is made: what it was, what it cost, what Google answered. It stays on this computer, without secrets.',
  noMatch: 'No request matches',
  clear: 'Clear the filter',
  table: 'Requests',
  offline: 'You are offline. What was asked before is still here.',
  shown: (count: number, more: boolean) => (more ? `${number(count)} shown, older ones as you scroll` : `${plural(count, '# request', '# requests')}, newest first`),
  kept: 'Kept for 30 days on this computer',
  readingMore: 'Reading older requests',
  columns: { at: 'Time', status: 'Status', request: 'Request', account: 'Account', api: 'API', cost: 'Cost', took: 'Took' },
  failed: 'failed',
  done: 'done',
  noAnswer: 'none',
  cost: (calls: number) => (calls === 0 ? '0' : plural(calls, '# call', '# calls')),
  atAndTook: (at: string, took: string) => `${at}, took ${took}`,
  ms: (count: number) => `${number(count)} ms`,
  details: 'Request details',
  close: 'Close details',
  readingDetail: 'Reading the request',
  facts: {
    request: 'Request', account: 'Account', at: 'Time', reason: 'Google’s reason', attempts: 'Attempts', cost: 'Cost', size: 'Size', id: 'Id',
  },
  attempts: (statuses: readonly string[]) => (statuses.length === 1 ? '1' : `${number(statuses.length)}: ${statuses.join(', ')}`),
  noStatus: 'no answer',
  costInFull: (calls: number, refused: boolean) => (calls === 0 ? 'Nothing' : refused ? `${m.cost(calls)}, counts even when refused` : m.cost(calls)),
  size: (sent: string, received: string) => `${sent} sent, ${received} received`,
  curl: 'As curl, secrets removed',
  curlName: 'curl command',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Select it and copy',
  sent: 'Request',
  answered: 'Answer',
  headers: (count: number) => plural(count, '# header', '# headers'),
  body: { sent: 'Request body', answered: 'Answer body' },
  cut: 'The rest is not kept.',
  noBody: 'No body',
  forgotten: 'What was sent and answered is not kept any more.',
  notSent: 'Nothing was sent.',
  answerMissing: 'No answer came.',
  quota: 'Quota',
  window: (api: string, span: string) => `${api}, ${span}`,
  day: (api: string) => `${api}, today`,
  of: (used: number, limit: number) => `${number(used)} of ${number(limit)}`,
  windowNote: (used: number, limit: number) => (used >= limit ? 'Calls wait until the window frees up.' : 'Counted for the whole project.'),
  resets: (at: string) => `Resets ${at}, midnight Pacific.`,
  bundle: {
    title: 'Export the log for support',
    lead: 'A ZIP file with the newest 1,000 requests, the log, settings and connections. Tokens, keys and passwords are never in it.',
    emails: 'Include e-mail addresses and names',
    emailsMean: 'Without them each address becomes a number, the same wherever it stands.',
    choose: 'Choose file and export…',
    busy: 'Exporting',
    cancel: 'Cancel',
    close: 'Close',
    done: (requests: number, size: string) => `${plural(requests, '# request', '# requests')} written, ${size}.`,
    file: 'path of the bundle',
  },
};

/** "09:47:41" today, "22 Nov 09:47" before: a log counts the hours to 24, whatever the locale's clocks do. */
export function time(at: string, now = new Date()): string {
  const then = new Date(at);
  const today = then.toDateString() === now.toDateString();
  const day = { day: 'numeric', month: 'short' } as const;
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(readerLocale(), today ? { ...clock, second: '2-digit' } : { ...day, ...clock }).format(then);
}

/** "48 KB": sizes as people say them. */
export function bytes(count: number): string {
  if (count < 1000) return `${number(count)} B`;
  if (count < 1_000_000) return `${number(Math.round(count / 100) / 10)} KB`;
  return `${number(Math.round(count / 100_000) / 10)} MB`;
}

/** "312 ms", "1.8 s". */
export function took(milliseconds: number): string {
  return milliseconds < 1000 ? m.ms(milliseconds) : `${new Intl.NumberFormat(readerLocale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(milliseconds / 1000)} s`;
}
