import { expect, test } from 'vitest';

import type { EntityRow } from '../../lib/bindings';
import { isFlat, references } from './fields';
import { columnsFor, filterRows, sortRows } from './table';

const row = (part: Partial<EntityRow>): EntityRow => ({
  kind: 'tag', id: '1', name: '', type: 'html', type_label: 'Custom HTML', folder: null, fires_on: [], paused: false, consent: null, ...part,
});
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const rows = [
  row({ id: '1', name: 'Tag 10', folder: null, consent: 'set' }),
  row({ id: '2', name: 'tag 9', folder: 'Shop', consent: 'not_set', fires_on: ['CE – purchase'] }),
  row({ id: '3', name: 'Alpha', folder: 'Ads', consent: null }),
];
const ids = (sorted: EntityRow[]) => sorted.map((one) => one.id);

test('names sort as people count, whatever their case', () => {
  expect(ids(sortRows(rows, { column: 'name', descending: false }, collator))).toEqual(['3', '2', '1']);
  expect(ids(sortRows(rows, { column: 'name', descending: true }, collator))).toEqual(['1', '2', '3']);
});

test('empty cells come last in both directions', () => {
  expect(ids(sortRows(rows, { column: 'folder', descending: false }, collator))).toEqual(['3', '2', '1']);
  expect(ids(sortRows(rows, { column: 'folder', descending: true }, collator))).toEqual(['2', '3', '1']);
  expect(ids(sortRows(rows, { column: 'consent', descending: false }, collator))).toEqual(['2', '1', '3']);
});

test('a filter looks at names, types, folders, ids and triggers', () => {
  expect(ids(filterRows(rows, 'PURCHASE'))).toEqual(['2']);
  expect(ids(filterRows(rows, ' ads '))).toEqual(['3']);
  expect(filterRows(rows, '')).toHaveLength(3);
});

test('only tags say what they fire on', () => {
  expect(columnsFor('tag')).toContain('fires_on');
  expect(columnsFor('variable')).not.toContain('fires_on');
});

test('a value is split at its references to variables', () => {
  expect(references('id-{{Store ID}}-{{x}}')).toEqual([
    { text: 'id-', reference: false }, { text: '{{Store ID}}', reference: true }, { text: '-', reference: false }, { text: '{{x}}', reference: true },
  ]);
  expect(references('{{ not closed')).toEqual([{ text: '{{ not closed', reference: false }]);
});

test('long values and nested settings want room of their own', () => {
  const field = (value: string | null, children: never[] = []) => ({ key: 'k', label: 'K', value, children });
  expect(isFlat([field('short')])).toBe(true);
  expect(isFlat([field('two\nlines')])).toBe(false);
});
