// Numbers, times and spans as the reader's locale writes them.

import { readerLocale } from './locale';

const locale = () => readerLocale();

export const number = (value: number): string => new Intl.NumberFormat(locale()).format(value);

export const clock = (at: Date): string => new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit' }).format(at);

export const clockSeconds = (at: Date): string =>
  new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);

export const date = (at: Date): string => new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'long', year: 'numeric' }).format(at);

export const weekday = (at: Date): string => new Intl.DateTimeFormat(locale(), { weekday: 'long' }).format(at);

/** "22 Nov 2026, 09:44": for what is kept, where a time of day alone would tell too little. */
export const dateTime = (at: Date): string => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(at);

/** "09:41" today and within the next 24 hours, "Fri 20:14" within a week, "14 Oct" within the year, else with the year. */
export function moment(at: Date | string, now = new Date()): string {
  const then = typeof at === 'string' ? new Date(at) : at;
  const days = Math.floor((startOfDay(now) - startOfDay(then)) / 86_400_000);
  const ahead = then.getTime() - now.getTime();
  if (days === 0 || (ahead > 0 && ahead < 86_400_000)) return clock(then);
  if (days > 0 && days < 7) {
    return new Intl.DateTimeFormat(locale(), { weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(then);
  }
  const year = then.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const);
  return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', ...year }).format(then);
}

function startOfDay(at: Date): number {
  return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
}

/** "38 s", "100 s", "4 min", "1 h 20 min". */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${number(whole)} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${number(minutes)} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${number(minutes / 60)} h` : `${number(Math.floor(minutes / 60))} h ${number(rest)} min`;
}

/** "1 container", "3 containers": the forms are the catalogue's. */
export function plural(count: number, one: string, other: string): string {
  const rule = new Intl.PluralRules('en').select(count);
  return (rule === 'one' ? one : other).replace('#', number(count));
}

/** Two letters for an avatar: of a name, or of an e-mail address. */
export function initials(name: string): string {
  const words = name.split('@')[0]?.split(/[^\p{L}\p{N}]+/u).filter(Boolean) ?? [];
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => [...word][0] ?? '') : [...(words[0] ?? '?')].slice(0, 2);
  return letters.join('').toLocaleUpperCase();
}
