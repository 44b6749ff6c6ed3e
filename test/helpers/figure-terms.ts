import { seriesKey, type SeriesValues } from './expected-series.ts';

type Labels = Record<string, string>;

/** The time of a query to Prometheus, and Locust's reports up to then. */
export interface Moment {
  /** Unix time in seconds. */
  time: number;
  /** What Locust said at the last scrape. */
  figures: SeriesValues;
  /** What it said at the first and the last scrape within so many seconds, and their times. */
  window(seconds: number): { from: SeriesValues; to: SeriesValues; seconds: number };
}

/** The expected result of a query, computed from Locust's reports. */
export type Term = (moment: Moment) => SeriesValues;

const key = (labels: Labels) => seriesKey('', labels);

export function labelsOf(series: string): Labels {
  return Object.fromEntries(
    JSON.parse(series.slice(series.indexOf(' ') + 1)) as [string, string][],
  );
}

function named(figures: SeriesValues, name: string): SeriesValues {
  const found = [...figures].filter(([series]) => series.startsWith(`${name} `));
  return new Map(found.map(([series, value]) => [key(labelsOf(series)), value]));
}

/** All series of a metric. */
export function now(name: string): Term {
  return ({ figures }) => named(figures, name);
}

export function constant(value: number, labels: Labels = {}): Term {
  return () => new Map([[key(labels), value]]);
}

/** What was counted between the first and the last scrape within the window, per second. */
export function perSecond(name: string, windowSeconds: number): Term {
  return (moment) => {
    const { from, to, seconds } = moment.window(windowSeconds);
    const before = named(from, name);
    return mapValues(named(to, name), (value, series) =>
      before.has(series) ? (value - before.get(series)!) / seconds : undefined,
    );
  };
}

/** The series that have one of these values, or one that fits. */
export function where(term: Term, labels: Record<string, readonly string[] | RegExp>): Term {
  return (moment) =>
    mapValues(term(moment), (value, series) => {
      const all = labelsOf(series);
      const fits = Object.entries(labels).every(([label, wanted]) => {
        const text = all[label] ?? '';
        return wanted instanceof RegExp ? wanted.test(text) : wanted.includes(text);
      });
      return fits ? value : undefined;
    });
}

/** Where the divisor is not 0. */
export function quotient(dividend: Term, divisor: Term): Term {
  return (moment) => {
    const divisors = divisor(moment);
    return mapValues(dividend(moment), (value, series) => {
      const by = divisors.get(series);
      return by === undefined || by === 0 ? undefined : value / by;
    });
  };
}

/** Values of series that have the same labels once only these are left. */
export function by(
  labels: readonly string[],
  term: Term,
  combine: (a: number, b: number) => number = (a, b) => a + b,
): Term {
  return (moment) => {
    const result: SeriesValues = new Map();
    for (const [series, value] of term(moment)) {
      const all = labelsOf(series);
      const kept = key(Object.fromEntries(labels.flatMap((l) => (l in all ? [[l, all[l]!]] : []))));
      const other = result.get(kept);
      result.set(kept, other === undefined ? value : combine(other, value));
    }
    return result;
  };
}

export function above(term: Term, limit: number): Term {
  return (moment) => mapValues(term(moment), (value) => (value > limit ? value : undefined));
}

function mapValues(
  values: SeriesValues,
  map: (value: number, series: string) => number | undefined,
): SeriesValues {
  return new Map(
    [...values].flatMap(([series, value]) => {
      const mapped = map(value, series);
      return mapped === undefined ? [] : [[series, mapped] as const];
    }),
  );
}
