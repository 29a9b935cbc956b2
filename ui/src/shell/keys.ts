// Keys that work everywhere: pages by number, settings, moving between panes. Single letters are never shortcuts.

import { router } from '../lib/router.svelte';
import { isMac, pageOfDigit } from './navigation';

const PANES = '.sidebar, .toolbar, .pane, .content, .wel-main, .wel-side';
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
  if (!command || event.altKey || event.shiftKey) return;
  const page = event.key === ',' ? ('settings' as const) : /^[1-9]$/.test(event.key) ? pageOfDigit(Number(event.key)) : undefined;
  if (!page) return;
  event.preventDefault();
  router.go(page);
}
