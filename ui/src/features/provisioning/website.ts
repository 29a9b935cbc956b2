// What a person types as a website's address, turned into the URL that Google stores, or a reason why it is none.

export type Website = { ok: true; url: string; host: string } | { ok: false; reason: 'empty' | 'scheme' | 'invalid' };

/** Accepts `shop.example`, `http://shop.example/`, `https://shop.example:8443/de`. */
export function parseWebsite(typed: string): Website {
  const text = typed.trim();
  if (text === '') return { ok: false, reason: 'empty' };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') return { ok: false, reason: 'scheme' };
  let url: URL;
  try {
    url = new URL(scheme === undefined ? `https://${text}` : text);
  } catch {
    return { ok: false, reason: 'invalid' };
  }
  const local = url.hostname === 'localhost' || /^[\d.]+$|^\[/.test(url.hostname);
  if (url.username !== '' || url.password !== '' || (!local && !url.hostname.includes('.'))) return { ok: false, reason: 'invalid' };
  const path = url.pathname === '/' ? '' : url.pathname;
  return { ok: true, url: `${url.protocol}//${url.host}${path}`, host: url.host };
}
