import { describe, expect, test } from 'vitest';

import type { ContainerTreeAccount } from '../../lib/bindings';
import { accountKey, branchesOf, containerKey, treeKey, treeRows } from './tree';

const container = (account: string, id: string, name: string) => ({
  account_id: account, container_id: id, public_id: `GTM-${id}`, name, usage_context: ['web'], live_version: '1', live_read_at: '2026-11-22T09:00:00Z', entities: 1, client: null,
});
const accounts: ContainerTreeAccount[] = [
  { account_id: '2', name: 'Zebra', containers: [container('2', '20', 'zebra.example')] },
  { account_id: '1', name: 'Äpfel', containers: [container('1', '11', 'shop 10'), container('1', '10', 'shop 9')] },
];
const collator = new Intl.Collator('en', { numeric: true });
const labels = (open: string[], filter = '') => treeRows(accounts, new Set(open), filter, collator).map((row) => row.label);

describe('rows', () => {
  test('closed accounts hide their containers, in the reader’s order', () => {
    expect(labels([])).toEqual(['Äpfel', 'Zebra']);
    expect(labels([accountKey('1')])).toEqual(['Äpfel', 'shop 9', 'shop 10', 'Zebra']);
  });

  test('a filter opens what it finds and drops the rest', () => {
    expect(labels([], 'GTM-11')).toEqual(['Äpfel', 'shop 10']);
    expect(labels([], 'zebra')).toEqual(['Zebra', 'zebra.example']);
    expect(labels([], 'nothing')).toEqual([]);
  });

  test('positions count within the level', () => {
    const rows = treeRows(accounts, new Set([accountKey('1')]), '', collator);
    expect(rows.map((row) => [row.level, row.position, row.siblings])).toEqual([[1, 1, 2], [2, 1, 2], [2, 2, 2], [1, 2, 2]]);
  });
});

describe('keys', () => {
  const rows = treeRows(accounts, new Set([accountKey('1')]), '', collator);

  test.each([
    ['ArrowDown', accountKey('1'), { focus: containerKey('10') }],
    ['ArrowUp', accountKey('1'), null],
    ['ArrowRight', accountKey('1'), { focus: containerKey('10') }],
    ['ArrowRight', accountKey('2'), { expand: accountKey('2') }],
    ['ArrowLeft', accountKey('1'), { collapse: accountKey('1') }],
    ['ArrowLeft', containerKey('11'), { focus: accountKey('1') }],
    ['End', accountKey('1'), { focus: accountKey('2') }],
    ['Home', accountKey('2'), { focus: accountKey('1') }],
    ['Enter', containerKey('10'), { activate: containerKey('10') }],
    ['z', containerKey('10'), { focus: accountKey('2') }],
    ['q', containerKey('10'), null],
  ])('%s on %s', (key, focused, move) => {
    expect(treeKey(rows, focused, key)).toEqual(move);
  });

  test('arrows mirror from right to left', () => {
    expect(treeKey(rows, accountKey('2'), 'ArrowLeft', true)).toEqual({ expand: accountKey('2') });
  });
});

describe('clients', () => {
  const words = { ungrouped: 'Not grouped', noGroup: 'Without a group' };
  const of = (name: string, group: string | null) => ({ id: name, name, group, colour: 1, letters: 'XX' });
  const [zebra, apples] = accounts;

  test('without any the tree is the accounts’', () => {
    expect(branchesOf(accounts, words)).toEqual(accounts);
  });

  test('stand under their groups with containers of any account, and what has none is last', () => {
    const mixed: ContainerTreeAccount[] = [
      { account_id: '2', name: 'Zebra', containers: (zebra?.containers ?? []).map((row) => ({ ...row, client: of('Acorn', null) })) },
      { account_id: '1', name: 'Äpfel', containers: (apples?.containers ?? []).map((row, index) => ({ ...row, client: index === 0 ? of('Birch', 'Retail') : null })) },
    ];
    const rows = treeRows(branchesOf(mixed, words), new Set(['a:client-Birch', 'a:1']), '', collator);
    expect(rows.map((row) => [row.account.heading, row.label])).toEqual([
      ['Retail', 'Birch'], ['Retail', 'shop 10'], ['Without a group', 'Acorn'], ['Not grouped', 'Äpfel'], ['Not grouped', 'shop 9'],
    ]);
    expect(treeRows(branchesOf(mixed, words), new Set(), 'birch', collator).map((row) => row.label)).toEqual(['Birch', 'shop 10']);
  });
});
