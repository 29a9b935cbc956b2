// Where the window is: a page and, where it has one, the thing on it, kept in the address's hash (`#/containers/GTM-1`).

export const PAGES = ['overview', 'provisioning', 'batches', 'templates', 'containers', 'reports', 'clients', 'connections', 'exports', 'activity', 'settings'] as const;
export type PageName = (typeof PAGES)[number];

export interface Route {
  page: PageName;
  id: string | null;
}

const isPage = (name: string): name is PageName => (PAGES as readonly string[]).includes(name);

export function parseRoute(hash: string): Route {
  const [page = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  if (!isPage(page)) return { page: 'overview', id: null };
  const id = rest.join('/');
  try {
    return { page, id: id === '' ? null : decodeURIComponent(id) };
  } catch {
    return { page, id: null };
  }
}

/** The address of a page, for links. Unknown pages lead to the overview. */
export function hrefOf(page: string, id?: string | null): string {
  const name = isPage(page) ? page : 'overview';
  return id ? `#/${name}/${encodeURIComponent(id)}` : `#/${name}`;
}

class Router {
  route: Route = $state.raw(parseRoute(typeof location === 'undefined' ? '' : location.hash));

  follow(): () => void {
    const read = () => { this.route = parseRoute(location.hash); };
    read();
    addEventListener('hashchange', read);
    return () => { removeEventListener('hashchange', read); };
  }

  go(page: PageName, id?: string | null): void {
    const hash = hrefOf(page, id);
    if (location.hash !== hash) location.hash = hash;
    this.route = parseRoute(hash);
  }
}

export const router = new Router();
