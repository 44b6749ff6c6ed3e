import type { Logger } from 'pino';
import type { LocustClient } from '../locust/client/client.ts';
import { parseRequestsCsv } from '../locust/report/parse-csv.ts';
import { parseInTime } from '../locust/report/read-report.ts';
import { ENDPOINT_IDENTITY } from '../locust/rows/identity.ts';
import type { Endpoint, Snapshot } from '../locust/snapshot.ts';
import { isBefore, type Version } from '../locust/version.ts';
import type { Clock } from './outcome.ts';

/** Adds the endpoints that Locust's own report cuts off, from its CSV, as old as that is. */
export interface UncutRows {
  /** @returns the same for the same snapshot, until the CSV is read again. */
  complete(snapshot: Snapshot, version: Version | null, signal: AbortSignal): Promise<Snapshot>;
}

/** The CSV of 10,000 endpoints keeps Locust's master busy for half a second. */
const MIN_INTERVAL_MS = 10_000;
const PAUSE_PER_DURATION = 50;

export function createUncutRows(client: LocustClient, clock: Clock, logger: Logger): UncutRows {
  const { key } = ENDPOINT_IDENTITY;
  let rows: readonly Endpoint[] = [];
  /** The requests of all endpoints when these rows were read. */
  let requestsAtRead = 0;
  /** The report at that time: as long as it is the same, the rows are, too. */
  let readFor: Snapshot | null = null;
  let nextMs = -Infinity;
  let completed: { readonly of: Snapshot; readonly snapshot: Snapshot } | null = null;

  async function read(snapshot: Snapshot, version: Version | null, signal: AbortSignal) {
    const startMs = clock.monotonicMs();
    const quantiles = (snapshot.aggregate?.responseTime.quantiles ?? []).map((one) => one.quantile);
    try {
      const body = await client.get('stats/requests/csv', signal);
      const steps = parseRequestsCsv(body, {
        countExcludesFailures: version !== null && isBefore(version, [0, 10, 0]),
        quantiles: new Set(quantiles),
      });
      rows = await parseInTime(body, steps, signal);
      readFor = snapshot;
      requestsAtRead = snapshot.aggregate?.requests ?? 0;
    } catch (error) {
      logger.debug({ err: error }, 'could not read the rows that Locust cuts off');
    }
    const tookMs = clock.monotonicMs() - startMs;
    nextMs = clock.monotonicMs() + Math.max(MIN_INTERVAL_MS, PAUSE_PER_DURATION * tookMs);
  }

  /** A row that was listed a moment ago is newer than the CSV. */
  function missingRows({ endpoints }: Snapshot): Endpoint[] {
    const listed = new Set(endpoints.map(key));
    const before = new Map(completed?.snapshot.endpoints.map((row) => [key(row), row]));
    return rows
      .filter((row) => !listed.has(key(row)))
      .map((row) => {
        const earlier = before.get(key(row));
        return (earlier?.requests ?? 0) > (row.requests ?? 0) ? (earlier ?? row) : row;
      });
  }

  return {
    async complete(snapshot, version, signal) {
      const requests = snapshot.aggregate?.requests ?? null;
      // Without the aggregate it cannot be known what is missing.
      if (!snapshot.endpointsTruncated || requests === null) return snapshot;
      if (requests < requestsAtRead) {
        [rows, completed, nextMs] = [[], null, -Infinity];
      }
      const isDue = clock.monotonicMs() >= nextMs && readFor !== snapshot;
      if (isDue) await read(snapshot, version, signal);
      else if (completed?.of === snapshot) return completed.snapshot;
      if (rows.length === 0) return snapshot;
      const endpoints = [...snapshot.endpoints, ...missingRows(snapshot)];
      const whole = { ...snapshot, endpoints, endpointsTruncated: false };
      completed = { of: snapshot, snapshot: whole };
      return whole;
    },
  };
}
