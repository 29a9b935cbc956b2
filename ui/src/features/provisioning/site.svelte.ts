// A look at the website that was entered: whether it answers, what it calls itself, which Google tags it has.
import type { SiteView } from '../../lib/bindings';
import { call } from '../../lib/host';
import { parseWebsite } from './website';

export class SiteLook {
  looking = $state(false);
  found: SiteView | null = $state.raw(null);
  #asked = '';

  /** Looks at what was typed, once for each address; `onfound` hears what the site tells. */
  async at(typed: string, onfound: (site: SiteView) => void): Promise<void> {
    const website = parseWebsite(typed);
    if (!website.ok) {
      this.forget();
      return;
    }
    if (website.url === this.#asked) return;
    const address = website.url;
    this.#asked = address;
    this.found = null;
    this.looking = true;
    try {
      const site = await call('sites.inspect', { address });
      if (this.#asked !== address) return;
      this.found = site;
      onfound(site);
    } catch {
      // Looking is a courtesy: the form goes on without it, and asks again when the address is left the next time.
      if (this.#asked === address) this.#asked = '';
    } finally {
      if (this.#asked === address || this.#asked === '') this.looking = false;
    }
  }

  /** The address was changed: what was found belongs to another one. */
  changed(typed: string): void {
    const website = parseWebsite(typed);
    if (!website.ok || website.url !== this.#asked) this.forget();
  }

  forget(): void {
    this.#asked = '';
    this.found = null;
    this.looking = false;
  }
}
