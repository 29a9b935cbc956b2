import { describe, expect, test } from 'vitest';

import { FakeHost, refusal } from '../test/fake-host';
import { Resource } from './resource.svelte';

describe('what a page reads', () => {
  test('keeps the last good value when reading again fails', async () => {
    let fail = false;
    const resource = new Resource<string>(() => (fail ? Promise.reject(refusal({ code: 'offline' })) : Promise.resolve('good')));
    await resource.load();
    fail = true;
    await resource.load();
    expect(resource.value).toBe('good');
    expect(resource.error?.code).toBe('offline');
    fail = false;
    await resource.load();
    expect(resource.error).toBeNull();
  });

  test('shows the answer that was asked for last, whichever comes first', async () => {
    const answers: ((value: string) => void)[] = [];
    const resource = new Resource<string>(() => new Promise((resolve) => answers.push(resolve)));
    const both = [resource.load(), resource.load()];
    answers[1]?.('new');
    answers[0]?.('old');
    await Promise.all(both);
    expect(resource.value).toBe('new');
    expect(resource.loading).toBe(false);
  });

  test('is read again when its topic changes, and not for others', async () => {
    const host = new FakeHost().use();
    let reads = 0;
    const resource = new Resource<number>(() => Promise.resolve(++reads), ['containers']);
    const stop = resource.follow();
    host.emit({ event: 'changed', topic: 'exports' });
    host.emit({ event: 'changed', topic: 'containers' });
    stop();
    host.emit({ event: 'changed', topic: 'containers' });
    expect(reads).toBe(2);
  });
});
