// Which clients every page is about: all, one, or a group. It narrows lists and asks nothing of Google.

import type { ClientList, ClientMark, ClientView } from './bindings';
import { call } from './host';
import { Resource } from './resource.svelte';

export type ScopeChoice = { kind: 'all' } | { kind: 'client'; id: string } | { kind: 'group'; name: string };

const ALL: ScopeChoice = { kind: 'all' };

class Scope {
  readonly list = new Resource<ClientList>(() => call('clients.list'), ['clients', 'accounts', 'containers']);
  #chosen: ScopeChoice = $state.raw(ALL);
  /** The menu is open. */
  open = $state(false);

  get clients(): readonly ClientView[] {
    return this.list.value?.clients ?? [];
  }

  get groups(): readonly string[] {
    return [...new Set(this.clients.flatMap((client) => client.group ?? []))];
  }

  /** What is chosen; all again where it is gone. */
  get now(): ScopeChoice {
    const chosen = this.#chosen;
    const there =
      chosen.kind === 'client' ? this.clients.some((client) => client.id === chosen.id)
      : chosen.kind === 'group' ? this.groups.includes(chosen.name)
      : true;
    return there ? chosen : ALL;
  }

  get narrowed(): boolean {
    return this.now.kind !== 'all';
  }

  /** The one client that everything is about: the one chosen, or the only one there is. */
  get client(): ClientView | null {
    const now = this.now;
    if (now.kind === 'client') return this.clients.find((client) => client.id === now.id) ?? null;
    return this.clients.length === 1 ? (this.clients[0] ?? null) : null;
  }

  /** The client that has an asset, by Google's name of it: `properties/2`, `accounts/1/containers/2`. */
  clientOf(asset: string): ClientView | null {
    return this.clients.find((client) => client.assets.some((one) => one.asset === asset)) ?? null;
  }

  choose(choice: ScopeChoice): void {
    this.#chosen = choice;
  }

  /** Whether what belongs to `client` (to none: `null`) is shown. */
  includes(client: Pick<ClientMark, 'id' | 'group'> | null): boolean {
    const now = this.now;
    switch (now.kind) {
      case 'all':
        return true;
      case 'client':
        return client?.id === now.id;
      case 'group':
        return client?.group === now.name;
    }
  }
}

export const scope = new Scope();
