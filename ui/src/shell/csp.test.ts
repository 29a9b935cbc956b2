// The window's content policy, judged by csp_evaluator in the words in which Tauri serves it.
import { readFileSync } from 'node:fs';

import { CspEvaluator } from 'csp_evaluator';
import { Severity } from 'csp_evaluator/dist/finding.js';
import { CspParser } from 'csp_evaluator/dist/parser.js';
import { expect, it } from 'vitest';

interface TauriConfig {
  app: { security: { csp: Record<string, string>; freezePrototype: boolean; capabilities: string[] } };
}

const { security } = (JSON.parse(readFileSync('../tauri.conf.json', 'utf8')) as TauriConfig).app;

/** Tauri adds `'self'`, a nonce for each of its marks in the page and a hash of each script to `script-src`; a test of the shell's holds that. */
function served(policy: Record<string, string>): string {
  const added = "'self' 'nonce-16205843312946151031' 'sha256-GpqIeRU8dLsv7pF2aXl9QYPHLhGtqW4LQvrNRrGTcPA='";
  return Object.entries(policy)
    .map(([directive, sources]) => (directive === 'script-src' ? `${directive} ${sources} ${added}` : `${directive} ${sources}`))
    .join('; ');
}

const aboveInfo = (policy: Record<string, string>): string[] =>
  new CspEvaluator(new CspParser(served(policy)).csp)
    .evaluate()
    .filter((finding) => finding.severity < Severity.INFO)
    .map((finding) => `${finding.directive}: ${finding.description}`);

it('has nothing that csp_evaluator puts above "info"', () => {
  expect(aboveInfo(security.csp)).toEqual([]);
});

it('is judged by a judge that sees faults', () => {
  expect(aboveInfo({ ...security.csp, 'script-src': "'self' 'unsafe-inline'" })).not.toEqual([]);
  expect(aboveInfo({ ...security.csp, 'script-src': '' })).not.toEqual([]);
  expect(aboveInfo({ ...security.csp, 'object-src': '*' })).not.toEqual([]);
});

it('lets nothing in from elsewhere, and no markup bring its own script or style', () => {
  const allowed = Object.values(security.csp).join(' ').split(' ');
  expect(allowed.filter((source) => source.startsWith("'unsafe-") || source === '*')).toEqual([]);
  expect(allowed.filter((source) => source.includes(':'))).toEqual(['data:', 'ipc://localhost', 'https://ipc.localhost']);
  expect(security.csp['default-src']).toBe("'none'");
  expect(security.freezePrototype).toBe(true);
});
