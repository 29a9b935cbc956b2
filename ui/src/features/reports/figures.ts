// Metric values as people read them, and the change between two of them.
import type { KpiCard, MetricFormat } from '../../lib/bindings';

export interface Writing {
  locale: string;
  /** ISO 4217, of the property. */
  currency: string;
}

const NONE = '–';
const known = (value: number | null | undefined): value is number => typeof value === 'number' && Number.isFinite(value);
const currencyOr = (code: string) => (/^[A-Za-z]{3}$/.test(code) ? code : 'USD');

function percent(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
}

/** The whole value: `24,516`, `62.4%`, `£118,402.75`, `1 min 4 sec`; an en dash where there is none. */
export function figure(value: number | null | undefined, format: MetricFormat, { locale, currency }: Writing): string {
  if (!known(value)) return NONE;
  switch (format) {
    case 'integer':
      return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(value);
    case 'decimal':
      return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value);
    case 'ratio':
      return percent(value, locale);
    case 'seconds':
      return duration(value, locale);
    case 'currency':
      return new Intl.NumberFormat(locale, { style: 'currency', currency: currencyOr(currency) }).format(value);
  }
}

/** As `figure`, short enough for a card or an axis: large amounts in thousands or millions. */
export function shortFigure(value: number | null | undefined, format: MetricFormat, writing: Writing): string {
  if (!known(value)) return NONE;
  const { locale, currency } = writing;
  if (format === 'currency' && Math.abs(value) >= 10_000) {
    return new Intl.NumberFormat(locale, { style: 'currency', currency: currencyOr(currency), notation: 'compact', maximumFractionDigits: 1 }).format(value);
  }
  if (format === 'currency' && Number.isInteger(value)) {
    return new Intl.NumberFormat(locale, { style: 'currency', currency: currencyOr(currency), maximumFractionDigits: 0 }).format(value);
  }
  if (format === 'integer' && Math.abs(value) >= 10_000_000) {
    return new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
  }
  return figure(value, format, writing);
}

function duration(seconds: number, locale: string): string {
  const whole = Math.round(seconds);
  const unit = (value: number, name: 'hour' | 'minute' | 'second') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'narrow' }).format(value);
  if (whole < 60) return unit(whole, 'second');
  if (whole < 3600) return `${unit(Math.floor(whole / 60), 'minute')} ${unit(whole % 60, 'second')}`;
  return `${unit(Math.floor(whole / 3600), 'hour')} ${unit(Math.floor((whole % 3600) / 60), 'minute')}`;
}

export interface Change {
  direction: 'up' | 'down' | 'flat';
  /** The size alone, `8.3%`, or `1.2 pt` between two ratios. */
  size: string;
  tone: 'ok' | 'danger' | 'note';
}

/** The change of a card since the period before; null where there is nothing to compare with. */
export function change(card: Pick<KpiCard, 'value' | 'previous' | 'format' | 'up_is_good'>, locale: string): Change | null {
  const { value, previous, format } = card;
  if (!known(value) || !known(previous)) return null;
  const ratio = format === 'ratio';
  if (!ratio && previous === 0) return null;
  const change = ratio ? value - previous : (value - previous) / Math.abs(previous);
  const rounded = Math.round(change * 1000) / 1000;
  const size = ratio ? `${pointFormat(locale).format(Math.abs(rounded) * 100)}\u00a0pt` : percent(Math.abs(rounded), locale);
  if (rounded === 0) return { direction: 'flat', size, tone: 'note' };
  const rose = rounded > 0;
  const tone = card.up_is_good === null ? 'note' : rose === card.up_is_good ? 'ok' : 'danger';
  return { direction: rose ? 'up' : 'down', size, tone };
}

const pointFormat = (locale: string) => new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** `+62.3%` for a tooltip; empty where the base is missing or zero. */
export function signedChange(now: number | null | undefined, before: number | null | undefined, locale: string): string {
  if (!known(now) || !known(before) || before === 0) return '';
  return new Intl.NumberFormat(locale, { style: 'percent', signDisplay: 'exceptZero', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format((now - before) / Math.abs(before));
}
