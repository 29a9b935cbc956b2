// Keys that work everywhere: pages by number, settings, text size, filter, refresh, moving between panes. Single letters are never shortcuts.

import { router } from '../lib/router.svelte';
import { scope } from '../lib/scope.svelte';
import { isMac, pageOfDigit } from './navigation';
import { changeTextSize } from './textsize';

const PANES = '.sidebar, .toolbar, .pane, .content, .page, .stage, .wel-main, .wel-side';
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';

/** Moves the focus to the next or previous pane that can take it. */
export function movePane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>(PANES)].filter((pane) => pane.querySelector(FOCUSABLE));
  if (panes.length === 0) return;
  const at = panes.findLastIndex((pane) => pane.contains(document.activeElement));
  const next = panes[(at + step + panes.length) % panes.length];
  next?.querySelector<HTMLElement>(FOCUSABLE)?.focus();
}

export function onkeydown(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector('[aria-modal="true"]')) return;
  if (event.key === 'F6') {
    event.preventDefault();
    movePane(event.shiftKey ? -1 : 1);
    return;
  }
  const command = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (event.key === 'F5' || (command && event.key === 'r' && !event.shiftKey)) {
    // Reads the view again; the web view's own reload would throw away what is being typed.
    event.preventDefault();
    document.querySelector<HTMLElement>('.toolbar [data-refresh]')?.click();
    return;
  }
  if (!command || event.altKey) return;
  const size = { '+': 1, '=': 1, '-': -1, '0': 0 }[event.key];
  if (size !== undefined) {
    event.preventDefault();
    changeTextSize(size as 1 | -1 | 0);
    return;
  }
  if (event.shiftKey && event.key.toLowerCase() === 'c' && scope.clients.length > 0) {
    event.preventDefault();
    scope.open = true;
    return;
  }
  if (event.shiftKey) return;
  if (event.key === 'f') {
    const filter = document.querySelector<HTMLInputElement>('.main input[type="search"]');
    if (filter) {
      event.preventDefault();
      filter.focus();
      filter.select();
    }
    return;
  }
  const page = event.key === ',' ? ('settings' as const) : /^[1-9]$/.test(event.key) ? pageOfDigit(Number(event.key)) : undefined;
  if (!page) return;
  event.preventDefault();
  router.go(page);
}

/** The web view's own menu (Reload, Back) belongs to a browser; text keeps it, for copying. */
export function oncontextmenu(event: MouseEvent): void {
  const target = event.target;
  if (target instanceof Element && target.closest('input, textarea, .code, .mono, dd')) return;
  event.preventDefault();
}
