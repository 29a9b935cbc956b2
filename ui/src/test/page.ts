// One page alone, in what the frame gives it: a title, a language, the main landmark.
import { render } from '@testing-library/svelte';
import type { Component } from 'svelte';

export function showPage(page: Component<{ id?: string | null }>, id: string | null = null) {
  document.documentElement.lang = 'en';
  document.title = 'Gantry';
  document.body.replaceChildren();
  const target = document.createElement('main');
  document.body.append(target);
  return render(page, { target, props: { id } });
}
