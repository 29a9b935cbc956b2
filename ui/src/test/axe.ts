// The judge of accessibility in tests. jsdom draws nothing, so that contrast is judged in a browser instead.

import axe from 'axe-core';

/** Rules that are broken, one line each: rule, element, why. */
export async function broken(root: Element = document.documentElement): Promise<string[]> {
  const { violations } = await axe.run(root, {
    resultTypes: ['violations'],
    rules: { 'color-contrast': { enabled: false } },
  });
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}
