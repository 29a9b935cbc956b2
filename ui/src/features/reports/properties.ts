// The properties of the estate as the picker lists them: grouped by account, filtered, in the reader's order.
import type { PropertyRow } from '../../lib/bindings';

export interface PropertyGroup {
  accountId: string;
  accountName: string;
  properties: PropertyRow[];
}

/** One row a property: several connections may reach the same one; the first that may edit it is kept. */
export function distinctProperties(rows: readonly PropertyRow[]): PropertyRow[] {
  const byId = new Map<string, PropertyRow>();
  for (const row of rows) {
    const known = byId.get(row.property_id);
    if (known === undefined || (!known.can_edit && row.can_edit)) byId.set(row.property_id, row);
  }
  return [...byId.values()];
}

/** The property to begin with: the one asked for or last looked at, else the first in the reader's order, plain names (those that begin with a letter) before others. */
export function likelyProperty(rows: readonly PropertyRow[], wanted: readonly (string | null)[], collator: Intl.Collator): PropertyRow | null {
  for (const id of wanted) {
    const row = id === null ? undefined : rows.find((known) => known.property_id === id);
    if (row !== undefined) return row;
  }
  const ordered = rows.toSorted((a, b) => collator.compare(a.display_name, b.display_name));
  return ordered.find((row) => /^\p{L}/u.test(row.display_name)) ?? ordered[0] ?? null;
}

export function propertyGroups(rows: readonly PropertyRow[], filter: string, collator: Intl.Collator): PropertyGroup[] {
  const needle = filter.trim().toLocaleLowerCase();
  const kept = distinctProperties(rows).filter(
    (row) =>
      needle === '' ||
      row.display_name.toLocaleLowerCase().includes(needle) ||
      row.account_name.toLocaleLowerCase().includes(needle) ||
      row.property_id.includes(needle),
  );
  const groups = new Map<string, PropertyGroup>();
  for (const row of kept) {
    const group = groups.get(row.account_id) ?? { accountId: row.account_id, accountName: row.account_name, properties: [] };
    group.properties.push(row);
    groups.set(row.account_id, group);
  }
  return [...groups.values()]
    .map((group) => ({ ...group, properties: group.properties.toSorted((a, b) => collator.compare(a.display_name, b.display_name)) }))
    .sort((a, b) => collator.compare(a.accountName, b.accountName));
}
