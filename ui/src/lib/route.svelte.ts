// Which connection acts on the asset that a page shows: chosen by the engine, seen and overridden by the person.

import { untrack } from 'svelte';

import type { PermissionName, RouteView } from './bindings';
import { call } from './host';
import { Resource } from './resource.svelte';

export class Route {
  readonly view: Resource<RouteView>;
  #asset: () => string | null;
  #permission: PermissionName;

  /** `asset` names what the page shows now; `null` while it shows nothing. */
  constructor(asset: () => string | null, permission: PermissionName) {
    this.#asset = asset;
    this.#permission = permission;
    this.view = new Resource<RouteView>(
      () => call('connections.route', { asset: this.#asset() ?? '', permission: this.#permission }),
      ['connections', 'accounts', 'containers'],
    );
  }

  /** Follows the asset and what reaches it; for `$effect(() => route.follow())`. */
  follow(): (() => void) | undefined {
    const asset = this.#asset();
    // Only the asset is followed here: what is read of it must not start the reading anew.
    return untrack(() => {
      if (this.view.value?.asset !== asset) this.view.clear();
      return asset === null ? undefined : this.view.follow();
    });
  }

  /** Whether it is known who acts, or known that it cannot be known: what is asked now needs not be asked again. */
  get settled(): boolean {
    return this.view.error !== null || (this.view.value !== undefined && this.view.value.asset === this.#asset());
  }

  /** The connection that acts; `null` where none may, or while it is not known. */
  get chosen(): string | null {
    const view = this.view.value;
    return view !== undefined && view.asset === this.#asset() ? view.chosen : null;
  }

  /** Chooses a connection for this asset; `null` leaves the choice to Gantry. Throws `HostError`. */
  async choose(connectionId: string | null): Promise<void> {
    const asset = this.#asset();
    if (asset === null) return;
    this.view.put(await call('connections.set_route', { asset, permission: this.#permission, connection_id: connectionId }));
  }
}
