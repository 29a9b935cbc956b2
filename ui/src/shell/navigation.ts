// The pages in the order of the sidebar, with their keys.

import type { IconName } from '../lib/icons';
import type { PageName } from '../lib/router.svelte';

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
      { page: 'overview', label: 'Overview', icon: 'overview' },
      { page: 'provisioning', label: 'Set up a site', icon: 'setup' },
    ],
  },
  { title: 'Tag Manager', items: [{ page: 'containers', label: 'Containers', icon: 'box' }] },
  { title: 'Analytics', items: [{ page: 'reports', label: 'Reports', icon: 'report' }] },
  { title: 'Estate', items: [{ page: 'connections', label: 'Connections', icon: 'plug' }] },
  {
    title: 'Data',
    items: [
      { page: 'exports', label: 'Exports', icon: 'export' },
      { page: 'activity', label: 'Activity', icon: 'activity' },
    ],
  },
];

export const SETTINGS: NavItem = { page: 'settings', label: 'Settings', icon: 'gear' };

const ORDER = NAVIGATION.flatMap((group) => group.items);

/** The page of Ctrl/Cmd + digit. */
export const pageOfDigit = (digit: number): PageName | undefined => ORDER[digit - 1]?.page;

export const labelOf = (page: PageName): string => [...ORDER, SETTINGS].find((item) => item.page === page)?.label ?? 'Gantry';

export const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

/** "⌘1" or "Ctrl+1", for tooltips. */
export const keyHint = (page: PageName): string => {
  const at = ORDER.findIndex((item) => item.page === page);
  const key = page === 'settings' ? ',' : String(at + 1);
  return isMac ? `⌘${key}` : `Ctrl+${key}`;
};
