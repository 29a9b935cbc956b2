// The account and container tree as the flat list of rows that is on screen: filtering, folding and the keys of a tree view.

import type { ClientMark, ContainerRow, ContainerTreeAccount } from '../../lib/bindings';

/** A branch of the tree: a Tag Manager account, or a client with its containers of any account. */
export interface Branch extends ContainerTreeAccount {
  client?: ClientMark;
  /** The group that it stands under. */
  heading?: string;
  /** 0 for clients of a group, 1 for clients of none, 2 for what belongs to no client. */
  rank?: number;
}

/** Clients with their containers under their groups, and last, by account, what belongs to none. Without clients: the accounts. */
export function branchesOf(accounts: readonly ContainerTreeAccount[], words: { ungrouped: string; noGroup: string }): Branch[] {
  const clients = new Map<string, Branch>();
  const rest: Branch[] = [];
  for (const account of accounts) {
    const left: ContainerRow[] = [];
    for (const container of account.containers) {
      const client = container.client;
      if (client === null) {
        left.push(container);
        continue;
      }
      const branch = clients.get(client.id) ?? {
        account_id: `client-${client.id}`, name: client.name, containers: [], client, heading: client.group ?? '', rank: client.group === null ? 1 : 0,
      };
      branch.containers.push(container);
      clients.set(client.id, branch);
    }
    if (left.length > 0 || account.containers.length === 0) rest.push({ ...account, containers: left });
  }
  if (clients.size === 0) return [...accounts];
  const grouped = [...clients.values()];
  const anyGroup = grouped.some((branch) => branch.rank === 0);
  for (const branch of grouped) if (branch.rank === 1) branch.heading = anyGroup ? words.noGroup : '';
  return [...grouped, ...rest.map((account) => ({ ...account, heading: words.ungrouped, rank: 2 }))];
}

/** Clients by group, then what belongs to none. */
export const branchOrder = (a: Branch, b: Branch, collator: Intl.Collator): number =>
  (a.rank ?? 0) - (b.rank ?? 0) || collator.compare(a.heading ?? '', b.heading ?? '') || collator.compare(a.name, b.name);

export type TreeRow =
  | { kind: 'account'; key: string; level: 1; label: string; account: Branch; expanded: boolean; shown: number; position: number; siblings: number }
  | { kind: 'container'; key: string; level: 2; label: string; account: Branch; container: ContainerRow; position: number; siblings: number };

/** Nothing is live: known only once a sync has asked for this container. */
export const neverPublished = (row: Pick<ContainerRow, 'live_version' | 'live_read_at'>): boolean => row.live_version === null && row.live_read_at !== null;

export const accountKey = (id: string) => `a:${id}`;
export const containerKey = (id: string) => `c:${id}`;

/** Accounts in the reader's order, containers below the open ones. A filter opens every account it leaves. */
export function treeRows(
  accounts: readonly Branch[],
  expanded: ReadonlySet<string>,
  filter: string,
  collator: Intl.Collator,
): TreeRow[] {
  const needle = filter.trim().toLocaleLowerCase();
  const has = (text: string) => text.toLocaleLowerCase().includes(needle);
  const kept = accounts
    .map((account) => {
      const whole = needle === '' || has(account.name) || has(account.account_id);
      const containers = whole ? account.containers : account.containers.filter((c) => has(c.name) || has(c.public_id) || has(c.container_id));
      return { account, containers: containers.toSorted((a, b) => collator.compare(a.name, b.name)), keep: whole || containers.length > 0 };
    })
    .filter((entry) => entry.keep)
    .sort((a, b) => branchOrder(a.account, b.account, collator));

  return kept.flatMap(({ account, containers }, index): TreeRow[] => {
    const key = accountKey(account.account_id);
    const open = needle !== '' || expanded.has(key);
    const head: TreeRow = {
      kind: 'account', key, level: 1, label: account.name, account, expanded: open,
      shown: containers.length, position: index + 1, siblings: kept.length,
    };
    if (!open) return [head];
    return [
      head,
      ...containers.map(
        (container, at): TreeRow => ({
          kind: 'container', key: containerKey(container.container_id), level: 2, label: container.name, account, container,
          position: at + 1, siblings: containers.length,
        }),
      ),
    ];
  });
}

export type TreeMove = { focus: string } | { expand: string } | { collapse: string } | { activate: string } | null;

/** What a key does in a tree view (WAI-ARIA Authoring Practices, Tree View). */
export function treeKey(rows: readonly TreeRow[], focused: string, key: string, rtl = false): TreeMove {
  const at = rows.findIndex((row) => row.key === focused);
  const row = rows[at];
  const go = (index: number): TreeMove => (rows[index] === undefined ? null : { focus: rows[index].key });
  if (row === undefined) return go(0);
  const forward = rtl ? 'ArrowLeft' : 'ArrowRight';
  const back = rtl ? 'ArrowRight' : 'ArrowLeft';
  switch (key) {
    case 'ArrowDown':
      return go(at + 1);
    case 'ArrowUp':
      return go(at - 1);
    case 'Home':
      return go(0);
    case 'End':
      return go(rows.length - 1);
    case forward:
      if (row.kind !== 'account') return null;
      return row.expanded ? (row.shown > 0 ? go(at + 1) : null) : { expand: row.key };
    case back:
      if (row.kind === 'account') return row.expanded ? { collapse: row.key } : null;
      return { focus: accountKey(row.account.account_id) };
    case 'Enter':
    case ' ':
      return { activate: row.key };
    default:
      return typeAhead(rows, at, key);
  }
}

function typeAhead(rows: readonly TreeRow[], at: number, key: string): TreeMove {
  if ([...key].length !== 1) return null;
  const letter = key.toLocaleLowerCase();
  for (let step = 1; step <= rows.length; step += 1) {
    const row = rows[(at + step) % rows.length];
    if (row?.label.toLocaleLowerCase().startsWith(letter) === true) return { focus: row.key };
  }
  return null;
}
