import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// `--mode preview` builds the same interface over the fake host, to look at it in a browser. It goes to its own folder
// (git-ignored), so that the fake can never be part of what is packaged.
export default defineConfig(({ mode }) => ({
  plugins: [svelte({ preprocess: vitePreprocess() })],
  base: './',
  clearScreen: false,
  // The window's policy lets scripts run by a nonce alone. Tauri puts a fresh one in place of these words.
  html: mode === 'preview' ? {} : { cspNonce: '__TAURI_SCRIPT_NONCE__' },
  server: { port: 1420, strictPort: true, host: '127.0.0.1' },
  build: {
    target: 'es2022',
    outDir: mode === 'preview' ? 'dist-preview' : 'dist',
    emptyOutDir: true,
    rollupOptions: mode === 'preview' ? { input: 'preview.html' } : {},
    modulePreload: { polyfill: false },
  },
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    testTimeout: 30_000,
    setupFiles: ['src/test/setup.ts'],
  },
}));
