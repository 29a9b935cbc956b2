// The properties of the estate as the picker lists them: grouped by account, filtered, in the reader's order.
import type { ClientMark, PropertyRow } from '../../lib/bindings';

/** A client's properties, or, of those that no client has, an account's. */
export interface PropertyGroup {
  client?: ClientMark;
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
      (row.client?.name.toLocaleLowerCase().includes(needle) ?? false) ||
      row.account_name.toLocaleLowerCase().includes(needle) ||
      row.property_id.includes(needle),
  );
  const groups = new Map<string, PropertyGroup>();
  for (const row of kept) {
    const key = row.client === null ? row.account_id : `client-${row.client.id}`;
    const group = groups.get(key) ?? {
      accountId: key, accountName: row.client?.name ?? row.account_name, properties: [], ...(row.client === null ? {} : { client: row.client }),
    };
    group.properties.push(row);
    groups.set(key, group);
  }
  return [...groups.values()]
    .map((group) => ({ ...group, properties: group.properties.toSorted((a, b) => collator.compare(a.display_name, b.display_name)) }))
    // Clients by group, then what belongs to none.
    .sort(
      (a, b) =>
        Number(a.client === undefined) - Number(b.client === undefined) ||
        collator.compare(a.client?.group ?? '\uffff', b.client?.group ?? '\uffff') ||
        collator.compare(a.accountName, b.accountName),
    );
}
