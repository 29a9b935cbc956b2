// The pages in the order of the sidebar, with their keys.

import type { IconName } from '../lib/icons';
import type { PageName } from '../lib/router.svelte';
import { m } from './messages';

export interface NavItem {
  page: PageName;
  label: string;
  icon: IconName;
}

export interface NavGroup {
  title: string | null;
  items: readonly NavItem[];
}

export const NAVIGATION: readonly NavGroup[] = [
  {
    title: null,
    items: [
      { page: 'overview', label: m.pages.overview, icon: 'overview' },
      { page: 'provisioning', label: m.pages.provisioning, icon: 'setup' },
    ],
  },
  { title: m.groups.tagManager, items: [{ page: 'containers', label: m.pages.containers, icon: 'box' }] },
  { title: m.groups.analytics, items: [{ page: 'reports', label: m.pages.reports, icon: 'report' }] },
  {
    title: m.groups.estate,
    items: [
      { page: 'connections', label: m.pages.connections, icon: 'plug' },
      { page: 'clients', label: m.pages.clients, icon: 'building' },
      { page: 'templates', label: m.pages.templates, icon: 'version' },
    ],
  },
  {
    title: m.groups.data,
    items: [
      { page: 'exports', label: m.pages.exports, icon: 'export' },
      { page: 'activity', label: m.pages.activity, icon: 'activity' },
    ],
  },
];

export const SETTINGS: NavItem = { page: 'settings', label: m.pages.settings, icon: 'gear' };

const ORDER = NAVIGATION.flatMap((group) => group.items);

/** The page of Ctrl/Cmd + digit. */
export const pageOfDigit = (digit: number): PageName | undefined => ORDER[digit - 1]?.page;

export const labelOf = (page: PageName): string => m.pages[page];

export const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

/** "⌘1" or "Ctrl+1", for tooltips. */
export const keyHint = (page: PageName): string => {
  const at = ORDER.findIndex((item) => item.page === page);
  const key = page === 'settings' ? ',' : String(at + 1);
  return isMac ? `⌘${key}` : `Ctrl+${key}`;
};
