// Names and figures of templates.

import { readerLocale } from '../../lib/locale';

/** An amount in its currency; a code that the system does not know stays a code. */
export function money(value: number, currency: string): string {
  try {
    return new Intl.NumberFormat(readerLocale(), { style: 'currency', currency }).format(value);
  } catch {
    return `${String(value)} ${currency}`;
  }
}

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** As the engine takes names; it refuses a few more, which Windows cannot have as files. */
export const isName = (name: string): boolean => NAME.test(name);

/** The same file under another name, and a title that tells them apart. The version begins anew. */
export function renamed(toml: string, name: string, title: string): string {
  const line = (text: string, key: string, value: string) => text.replace(new RegExp(`^${key}\\s*=.*$`, 'm'), () => `${key} = ${value}`);
  return line(line(line(toml, 'name', JSON.stringify(name)), 'title', JSON.stringify(title)), 'version', '1');
}

/** The name that a title suggests: `Köln Café 2` becomes `koln-cafe-2`. Empty where nothing of it can stay. */
export function nameFrom(title: string): string {
  const plain = title.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').replace(/[^a-z0-9]+/g, '-');
  return plain.slice(0, 41).replace(/^-/, '').slice(0, 40).replace(/-$/, '');
}

/** A name that is free: `shop-2`, `shop-3`. */
export function freeName(name: string, taken: readonly string[]): string {
  for (let turn = 2; ; turn++) {
    const next = `${name.slice(0, 36)}-${String(turn)}`;
    if (!taken.includes(next)) return next;
  }
}
