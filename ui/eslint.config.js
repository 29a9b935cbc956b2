import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist/', 'dist-preview/', 'node_modules/', 'src/lib/bindings.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      // Names from Google contain markup on purpose: nothing may turn text into HTML.
      'svelte/no-at-html-tags': 'error',
      // The hash router has no base path to resolve.
      'svelte/no-navigation-without-resolve': 'off',
      'no-undef': 'off',
      // It takes the words of an explanation for codes.
      'svelte/no-unused-svelte-ignore': 'off',
      // Dates here are values: none is changed after it was made.
      'svelte/prefer-svelte-reactivity': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
);
