import { lowerMedian, quantilesOf } from '../durations.ts';
import type { Durations, Endpoint, Quantile, RequestStats, ResponseTime } from '../snapshot.ts';
import type { CompanionRow, RowReading } from './companion-body.ts';
import { amountAt, countAt, labelAt, numberAt } from './values.ts';

/** What rows are parsed with. */
export interface RowParsing extends RowReading {
  /** Of the quantiles that this Locust's own report contains, in ascending order. */
  readonly fractions: readonly number[];
  /** Whether Locust's median of an even number of requests is the lower one: up to 2.46. */
  readonly medianIsLower: boolean;
  /** From the beginning of the statistics to the last request of all; null where not known. */
  readonly elapsedSeconds: number | null;
  /** How many different response times the remaining rows may have together. */
  readonly room: { left: number };
}

export function parseCompanionEndpoint(row: CompanionRow, parsing: RowParsing): Endpoint {
  const method = labelAt(row.cells, 'method', parsing.ignored);
  const name = labelAt(row.cells, 'name', parsing.ignored);
  return Object.assign(parseCompanionStats(row, parsing), { method, name });
}

export function parseCompanionStats(row: CompanionRow, parsing: RowParsing): RequestStats {
  const { cells } = row;
  const { ignored } = parsing;
  const requests = countAt(cells, 'num_requests', ignored);
  const min = numberAt(cells, 'min_response_time', 'time', ignored);
  const max = numberAt(cells, 'max_response_time', 'time', ignored);
  const sumSeconds = parseSum(row, min, parsing);
  const durations = row.hasTimes ? takeDurations(sumSeconds, parsing) : null;
  const count = countTimed(row, requests, parsing);
  return {
    requests,
    failures: countAt(cells, 'num_failures', ignored),
    contentBytes: amountAt(cells, 'total_content_length', 'size', ignored),
    responseTime: parseResponseTime({ count, sumSeconds, min, max, durations }, parsing),
    currentRps: numberAt(cells, 'current_rps', 'rate', ignored),
    currentFailuresPerSecond: numberAt(cells, 'current_fail_per_sec', 'rate', ignored),
    meanRps: meanRps(requests, parsing.elapsedSeconds),
    durations,
  };
}

/** As Locust computes it, which says 0 before the first request. */
export function meanRps(requests: number | null, elapsedSeconds: number | null): number | null {
  if (requests === null || elapsedSeconds === null) return null;
  return elapsedSeconds === 0 ? 0 : requests / elapsedSeconds;
}

/** Requests can be without a response time, such as those of streams. */
function countTimed(
  { cells }: CompanionRow,
  requests: number | null,
  { ignored }: RowParsing,
): number | null {
  const untimed = countAt(cells, 'num_none_requests', ignored);
  if (requests === null || (cells['num_none_requests'] ?? null) === null) return requests;
  return untimed !== null && untimed <= requests ? requests - untimed : null;
}

/** Null with a negative time, because the sum can then fall. */
function parseSum(
  { cells, hasTimes }: CompanionRow,
  min: number | null,
  { ignored, times }: RowParsing,
): number | null {
  const total = numberAt(cells, 'total_response_time', 'time', ignored);
  const canFall = total === null || total < 0 || (min ?? 0) < 0 || (hasTimes && times.hasNegative);
  return canFall ? null : total / 1000;
}

/** Null if all rows together have too many times, which would take too much memory. */
function takeDurations(
  sumSeconds: number | null,
  { room, times, ignored }: RowParsing,
): Durations | null {
  if (times.length > room.left) {
    ignored.add('time', 'response_times', 'too many response times in all rows together');
    return null;
  }
  const durations = times.toDurations(sumSeconds);
  room.left -= durations.seconds.length;
  return durations;
}

interface Measured {
  readonly count: number | null;
  readonly sumSeconds: number | null;
  /** In ms. */
  readonly min: number | null;
  readonly max: number | null;
  readonly durations: Durations | null;
}

function parseResponseTime(
  { count, sumSeconds, min, max, durations }: Measured,
  { fractions, medianIsLower }: RowParsing,
): ResponseTime {
  const [minSeconds, maxSeconds] = [toSeconds(min), toSeconds(max)];
  if (count === 0) {
    const nothing = { minSeconds: null, maxSeconds: null, medianSeconds: 0, quantiles: [] };
    return { count, sumSeconds: 0, ...nothing };
  }
  const quantiles = durations === null ? [] : quantilesOf(durations, fractions);
  const lower = medianIsLower && durations !== null ? lowerMedian(durations) : null;
  const median = lower ?? quantiles.find(({ quantile }) => quantile === 0.5)?.seconds ?? null;
  const medianSeconds = median === null ? null : clamp(median, minSeconds, maxSeconds);
  return {
    ...{ count, sumSeconds, minSeconds, maxSeconds, medianSeconds },
    quantiles: quantiles
      .map(({ quantile, seconds }) =>
        quantile === 0.5 ? { quantile, seconds: medianSeconds ?? seconds } : { quantile, seconds },
      )
      .filter(isMeaningful),
  };
}

/** Locust clamps only the median. */
function clamp(median: number, min: number | null, max: number | null): number {
  if (max !== null && median > max) return max;
  return min !== null && median < min ? min : median;
}

/** As with Locust's own report: a percentile below 0 means nothing. */
function isMeaningful({ seconds }: Quantile): boolean {
  return seconds >= 0;
}

function toSeconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000;
}
