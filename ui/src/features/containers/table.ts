// The entity table's columns, order and filter.
import type { EntityKind, EntityRow } from '../../lib/bindings';

export type Column = 'name' | 'type' | 'fires_on' | 'folder' | 'consent';
export const isColumn = (id: string): id is Column => ['name', 'type', 'fires_on', 'folder', 'consent'].includes(id);

export interface Sorting {
  column: Column;
  descending: boolean;
}

/** Which columns say something about a kind of entity. */
export function columnsFor(kind: EntityKind): Column[] {
  switch (kind) {
    case 'tag':
      return ['name', 'type', 'fires_on', 'consent'];
    case 'trigger':
    case 'variable':
    case 'client':
    case 'transformation':
    case 'zone':
      return ['name', 'type', 'folder'];
    case 'folder':
      return ['name'];
    default:
      return ['name', 'type'];
  }
}

const CONSENT_ORDER = { not_set: 0, set: 1, not_needed: 2 };

function cell(row: EntityRow, column: Column): string {
  switch (column) {
    case 'name':
      return row.name;
    case 'type':
      return row.type_label;
    case 'fires_on':
      return row.fires_on.join(', ');
    case 'folder':
      return row.folder ?? '';
    case 'consent':
      return row.consent === null ? '' : String(CONSENT_ORDER[row.consent]);
  }
}

/** Rows in order; empty cells come last whichever way the order goes, equal ones by name. */
export function sortRows(rows: readonly EntityRow[], { column, descending }: Sorting, collator: Intl.Collator): EntityRow[] {
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [cell(a, column), cell(b, column)];
    if (left === '' || right === '') {
      if (left !== right) return left === '' ? 1 : -1;
    } else {
      const order = collator.compare(left, right) * sign;
      if (order !== 0) return order;
    }
    return collator.compare(a.name, b.name) || collator.compare(a.id, b.id);
  });
}

export function filterRows(rows: readonly EntityRow[], filter: string): EntityRow[] {
  const needle = filter.trim().toLocaleLowerCase();
  if (needle === '') return [...rows];
  return rows.filter((row) =>
    [row.name, row.type_label, row.type, row.id, row.folder ?? '', ...row.fires_on].some((text) => text.toLocaleLowerCase().includes(needle)),
  );
}

export function entityKey(row: Pick<EntityRow, 'kind' | 'id'>): string {
  return `${row.kind}/${row.id}`;
}
