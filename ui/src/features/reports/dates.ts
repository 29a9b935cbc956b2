// Date ranges: the presets of the picker, their calendar days in the property's time zone, and how they are written.

export interface DateRange {
  /** Inclusive, `YYYY-MM-DD`. */
  from: string;
  to: string;
}

export type PresetId = 'last7' | 'last28' | 'last90' | 'thisMonth' | 'lastMonth' | 'custom';
export const PRESETS: readonly PresetId[] = ['last7', 'last28', 'last90', 'thisMonth', 'lastMonth', 'custom'];

const DAY = 86_400_000;

/** The calendar day of `now` in `zone`; UTC where the zone is not known. */
export function dayIn(zone: string, now: Date): string {
  // From its parts: which locale writes a day as ISO 8601 does depends on the web view's ICU.
  const format = (timeZone: string) => {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(now);
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
    return `${part('year')}-${part('month')}-${part('day')}`;
  };
  try {
    return format(zone);
  } catch {
    return format('UTC');
  }
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** Days in the range, both ends counted. */
export function daysIn(range: DateRange): number {
  return Math.round((Date.parse(range.to) - Date.parse(range.from)) / DAY) + 1;
}

export function everyDay(range: DateRange): string[] {
  return Array.from({ length: Math.max(0, daysIn(range)) }, (_, index) => addDays(range.from, index));
}

/** The range of a preset. "Last" presets end today, so that today's unfinished day is in view. */
export function presetRange(preset: Exclude<PresetId, 'custom'>, today: string): DateRange {
  switch (preset) {
    case 'last7':
      return { from: addDays(today, -6), to: today };
    case 'last28':
      return { from: addDays(today, -27), to: today };
    case 'last90':
      return { from: addDays(today, -89), to: today };
    case 'thisMonth':
      return { from: `${today.slice(0, 8)}01`, to: today };
    case 'lastMonth': {
      const to = addDays(`${today.slice(0, 8)}01`, -1);
      return { from: `${to.slice(0, 8)}01`, to };
    }
  }
}

/** A preset as Google's words where it has them: they mean the property's own days, wherever the reader is. */
export function presetWords(preset: Exclude<PresetId, 'custom'>, today: string): DateRange {
  switch (preset) {
    case 'last7':
      return { from: '6daysAgo', to: 'today' };
    case 'last28':
      return { from: '27daysAgo', to: 'today' };
    case 'last90':
      return { from: '89daysAgo', to: 'today' };
    default:
      return presetRange(preset, today);
  }
}

/** The range of the same length that ends the day before `range` begins. */
export function precedingRange(range: DateRange): DateRange {
  const to = addDays(range.from, -1);
  return { from: addDays(to, 1 - daysIn(range)), to };
}

export type RangeFault = 'missing' | 'order' | 'future' | 'early';

/** Why a custom range cannot be asked for; Google Analytics 4 has no data before 2015-08-14. */
export function rangeFault(range: DateRange, today: string): RangeFault | null {
  const day = /^\d{4}-\d{2}-\d{2}$/;
  if (!day.test(range.from) || !day.test(range.to)) return 'missing';
  if (range.from > range.to) return 'order';
  if (range.to > today) return 'future';
  if (range.from < '2015-08-14') return 'early';
  return null;
}

/** `20261119` and `2026-11-19` both become `2026-11-19`; other values stay as they are. */
export function isoDay(value: string): string {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(value);
  return match === null ? value : `${match[1]}-${match[2]}-${match[3]}`;
}

const utc = (day: string) => new Date(`${day}T00:00:00Z`);

/** `26 Oct – 22 Nov` in the reader's order, with the year where it is not this year's. */
export function formatRange(range: DateRange, locale: string, today: string): string {
  const year = range.from.slice(0, 4) === today.slice(0, 4) && range.to.slice(0, 4) === today.slice(0, 4) ? undefined : 'numeric';
  return new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short', year }).formatRange(utc(range.from), utc(range.to));
}

export function formatDay(day: string, locale: string, style: 'short' | 'long' = 'short'): string {
  const options: Intl.DateTimeFormatOptions =
    style === 'short' ? { day: 'numeric', month: 'short' } : { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' };
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options }).format(utc(day)) : day;
}
