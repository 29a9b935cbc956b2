// What the record of requests says.

import { number } from '../../lib/format';

export const m = {
  title: 'Activity',
  caption: 'Every request to Google, kept on this computer. Secrets are removed before writing.',
  filter: 'Filter requests',
  readAgain: 'Read again',
  loading: 'Loading activity',
  noneTitle: 'Nothing was asked of Google yet',
  none: 'Requests appear here as they are made, with what they cost.',
  noMatch: 'No request matches',
  clear: 'Clear the filter',
  table: 'Requests',
  shown: (count: number, limit: number | null) =>
    limit === null ? `${number(count)} shown` : `${number(count)} shown, the newest ${number(limit)}`,
  columns: { at: 'Time', request: 'Request', connection: 'Acts as', answer: 'Answer', latency: 'ms', cost: 'Calls' },
  failed: 'failed',
  done: 'done',
  noAnswer: 'No answer',
  tries: (count: number) => `after ${number(count)} tries`,
  request: (id: string) => `Request ${id}`,
  close: 'Close',
  facts: { id: 'Request', time: 'Time', connection: 'Acts as', answer: 'Answer', took: 'Took', repeated: 'Repeated', received: 'Received', quota: 'Quota' },
  ms: (count: number) => `${number(count)} ms`,
  bytes: (count: number) => `${number(count)} bytes`,
  what: { id: 'request id', address: 'address' },
};
