// What jsdom lacks and the interface uses.
import { afterEach } from 'vitest';
import { cleanup, configure } from '@testing-library/svelte';

import { forgetJobs } from '../lib/jobs.svelte';

// A page is loaded when it is first opened, which takes a while on a busy machine.
configure({ asyncUtilTimeout: 10_000 });

globalThis.ResizeObserver ??= class {
  observe() { /* sizes never change in jsdom */ }
  unobserve() { /* as above */ }
  disconnect() { /* as above */ }
};
window.matchMedia ??= ((query: string) => ({
  matches: false, media: query, onchange: null,
  addEventListener() { /* the theme never changes */ }, removeEventListener() { /* as above */ },
  addListener() { /* as above */ }, removeListener() { /* as above */ }, dispatchEvent: () => false,
})) as unknown as typeof window.matchMedia;

afterEach(() => {
  cleanup();
  forgetJobs();
  location.hash = '';
});
