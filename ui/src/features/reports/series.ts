// A series as uPlot draws it: the subject solid, an unfinished last day dotted, the comparison dashed, zero at the base.
import type { Series } from '../../lib/bindings';

export type Points = (number | null)[];

export interface Drawing {
  /** Positions, not times: so that the comparison lies under the day it is compared with. */
  x: number[];
  subject: Points;
  partial: Points;
  compare: Points;
  top: number;
}

export function drawing(series: Series): Drawing {
  const length = Math.max(series.values.length, series.compare_values.length);
  const at = (values: readonly number[], index: number): number | null => values[index] ?? null;
  const last = series.values.length - 1;
  const x = Array.from({ length }, (_, index) => index);
  return {
    x,
    subject: x.map((index) => (series.last_is_partial && index === last ? null : at(series.values, index))),
    partial: x.map((index) => (series.last_is_partial && (index === last || index === last - 1) ? at(series.values, index) : null)),
    compare: x.map((index) => at(series.compare_values, index)),
    top: niceTop(Math.max(0, ...series.values, ...series.compare_values)),
  };
}

/** The least of 1, 1.25, 2, 2.5, 5 times a power of ten, in five steps, that is not below `max`. */
export function niceTop(max: number): number {
  if (!(max > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(max / 5));
  for (const factor of [1, 2, 2.5, 5, 10]) {
    const top = factor * power * 5;
    if (top >= max - 1e-9) return Number(top.toPrecision(6));
  }
  return max;
}

/** At most `count` positions to label, the first and the last among them where they are not crowded. */
export function labelledPositions(length: number, count: number): number[] {
  if (length === 0) return [];
  const step = Math.max(1, Math.ceil(length / Math.max(1, count)));
  const positions: number[] = [];
  for (let at = 0; at < length; at += step) positions.push(at);
  return positions;
}
