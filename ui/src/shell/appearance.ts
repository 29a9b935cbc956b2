// Theme, density and the sandbox's frame, as attributes that the style sheets read.

import type { SettingsView } from '../lib/bindings';

/** Applies them and follows the system's theme until the returned function is called. */
export function applyAppearance(settings: Pick<SettingsView, 'theme' | 'density'> | null, sandbox: boolean): () => void {
  const root = document.documentElement;
  const dark = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : null;
  const apply = () => {
    const theme = settings?.theme ?? 'system';
    root.dataset['theme'] = theme === 'system' ? (dark?.matches ? 'dark' : 'light') : theme;
    root.dataset['density'] = settings?.density ?? 'regular';
    if (sandbox) root.dataset['mode'] = 'sandbox';
    else delete root.dataset['mode'];
  };
  apply();
  dark?.addEventListener('change', apply);
  return () => dark?.removeEventListener('change', apply);
}
