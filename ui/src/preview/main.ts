// The interface over the fake host, to look at it in a browser: `npm run preview`, then `preview.html?scene=first&theme=dark#/settings`.
// `run=` starts a job at once: `connect`, `sync`.
import '../styles/tokens.css';
import '../styles/components.css';
import '../styles/app.css';

import { mount } from 'svelte';

import { PRESETS, signIn } from '../lib/signin.svelte';
import type { Density, ErrorCode, Theme } from '../lib/bindings';
import { startJob } from '../lib/jobs.svelte';
import App from '../shell/App.svelte';
import { refusal } from '../test/fake-host';
import { type Scene, sampleHost } from '../test/sample-host';
import * as sample from '../test/sample';

const asked = new URLSearchParams(location.search);
const scene = (asked.get('scene') ?? 'agency') as Scene;
const host = sampleHost(scene);
host.answers['settings.get'] = () => ({
  ...sample.settings,
  theme: (asked.get('theme') ?? 'light') as Theme,
  density: (asked.get('density') ?? 'regular') as Density,
});

// Pages of other rooms bring their own answers for the preview.
const more = import.meta.glob<{ prepare: (host: ReturnType<typeof sampleHost>) => void }>('../features/*/preview.ts', { eager: true });
for (const part of Object.values(more)) part.prepare(host);
host.use();

if (scene === 'offline') Object.defineProperty(navigator, 'onLine', { value: false });
const target = document.getElementById('app');
if (!target) throw new Error('preview.html has no #app');
mount(App, { target });

// `axe`: judges the page as it is shown, contrast included, and puts the verdict where `--dump-dom` finds it.
if (asked.has('axe')) {
  setTimeout(() => {
    void import('axe-core').then(async ({ default: axe }) => {
      const { violations } = await axe.run(document, { resultTypes: ['violations'] });
      const verdict = document.createElement('pre');
      verdict.id = 'axe-verdict';
      verdict.textContent = JSON.stringify(violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => [node.target.join(' '), node.failureSummary]) })));
      document.body.append(verdict);
    });
  }, 1500);
}
if (asked.get('run') === 'connect') setTimeout(() => void signIn.start({ allow: PRESETS.setUp }), 200);
// `fail=wrong_account`: what a sign-in ends with; `done`: with what was left unticked.
const fail = asked.get('fail') as ErrorCode | 'done' | null;
if (fail) {
  host.starts['connections.connect'] = (_request, job) => {
    if (fail === 'done') host.emit({ event: 'job_done', job, command: 'connections.connect', result: sample.connections[1] ?? null });
    else host.emit({ event: 'job_failed', job, command: 'connections.connect', error: sample.signInFailures[fail] ?? refusal({ code: fail }) });
  };
}
// `press=Add service account…|Choose file…`: presses the buttons and choices with those names, one after the other.
asked.get('press')?.split('|').forEach((name, turn) => {
  setTimeout(() => {
    [...document.querySelectorAll<HTMLElement>('button, label, summary')]
      .findLast((one) => one.textContent.trim() === name || one.ariaLabel === name || (one.tagName === 'LABEL' && one.textContent.trim().startsWith(name)))
      ?.click();
  }, 600 + 500 * turn);
});
if (asked.get('run') === 'sync') setTimeout(() => void startJob('estate.sync', { connection: null }), 200);
