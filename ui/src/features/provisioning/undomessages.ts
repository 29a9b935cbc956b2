// Words of the way back: what a set-up made goes to the trash.

import type { MadeKind } from '../../lib/bindings';

const KINDS: Record<MadeKind, string> = {
  analytics_account: 'Analytics account', property: 'Property', container: 'Tag Manager container',
};

export const undoMessages = {
  open: 'Undo this set-up…',
  title: (account: string) => (account === '' ? 'Undo this set-up?' : `Undo the set-up of ${account}?`),
  lead: 'What this set-up made goes to the trash. What was there before it stays.',
  reading: 'Reading the names from Google',
  nothing: 'This set-up made nothing that could be removed.',
  kind: (kind: MadeKind) => KINDS[kind],
  place: (kind: MadeKind, name: string, account: string) => (kind === 'analytics_account' ? name : `${name}, in ${account}`),
  actsAs: (email: string) => `Acts as ${email}`,
  cost: (calls: number) => (calls === 1 ? 'Spends 1 call to Google.' : `Spends about ${String(calls)} calls to Google.`),
  inTrash: 'In the trash',
  withAccount: 'Goes with its account.',
  cannot: 'Cannot be removed',
  confirm: (name: string) => `Type the account’s name to confirm: ${name}`,
  wrong: 'The name is not the same yet.',
  cancel: 'Keep everything',
  go: (count: number, email: string) => (count === 1 ? `Move it to the trash as ${email}` : `Move ${String(count)} to the trash as ${email}`),
  busy: 'Moving to the trash',
  done: 'In the trash',
  doneText: 'The set-up cannot go on any more. Everything that was sent is in Activity.',
  partly: 'A part was left alone',
  undone: {
    heading: 'This set-up is in the trash',
    text: 'It was undone, so it cannot go on. What is in the trash measures nothing any more.',
    rest: 'What is not listed stays as it was. Everything that was sent is in Activity.',
    line: (kind: MadeKind, name: string) => `${KINDS[kind]} ${name}`,
    lineText: (text: string) => (text === '' ? 'In the trash' : `${text}, in the trash`),
    at: (time: string) => `In the trash, ${time}`,
  },
  left: (name: string) => `${name} was left alone`,
  close: 'Close',
};
