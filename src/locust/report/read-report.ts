import { runSync, runYielding, type YieldingTask } from '../../async/run-yielding.ts';
import type { LocustClient } from '../client/client.ts';
import { LocustError } from '../errors.ts';
import { parseIndexPageInSteps } from './index-page.ts';
import { parseStatsInSteps } from './parse-stats.ts';
import { parseJsonInSteps } from './scan-json.ts';
import { ShapeError } from './values.ts';
import type { CurrentPercentiles, LocustInfo, Snapshot } from '../snapshot.ts';
import { parseVersion, type Version } from '../version.ts';

/** The lists of a report that can be long; the last two are the same in different versions. */
const LISTS: ReadonlySet<string> = new Set(['stats', 'errors', 'workers', 'slaves']);

/** The largest response that is kept to be compared with the next one. */
const MAX_KEPT_BYTES = 2 ** 23;

/**
 * Reads `/stats/requests`.
 *
 * @returns the response, for parseReport.
 * @throws LocustError
 */
export async function readReport(client: LocustClient, signal: AbortSignal): Promise<Buffer> {
  return client.get('stats/requests', signal);
}

/**
 * Makes the function that parses one response of `/stats/requests` after another, given the
 * version and what the keys of the current percentiles stand for, where they are known. A response
 * that is the same as the one before, as Locust gives for two seconds, is the same snapshot; one of
 * many megabytes is parsed again.
 *
 * Its signal ends the parse, which is then a LocustError of code `timeout`.
 */
export function createReportParser(): (
  body: Buffer,
  version: Version | null,
  percentiles?: CurrentPercentiles,
  signal?: AbortSignal,
) => Promise<Snapshot> {
  let last: { body: Buffer; known: string; snapshot: Snapshot } | null = null;
  return async (body, version, percentiles, signal) => {
    const known = JSON.stringify([version, percentiles]);
    if (last?.known === known && last.body.equals(body)) return last.snapshot;
    const snapshot = await parseInTime(body, parseInSteps(body, version, percentiles), signal);
    const isKept = body.length <= MAX_KEPT_BYTES;
    last = isKept ? { body, known, snapshot } : null;
    return snapshot;
  };
}

/** @throws LocustError of code `timeout` when the signal ended the parse of the body. */
export async function parseInTime<Result>(
  body: Buffer,
  steps: YieldingTask<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  try {
    return await runYielding(steps, signal);
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error;
    throw new LocustError(
      'timeout',
      `the response of ${body.length} bytes could not be parsed in time; ` +
        'group URLs with name= in the locustfile, or raise LOCUST_TIMEOUT',
      { cause: error },
    );
  }
}

/** @throws LocustError when the response is no report of Locust. */
export function parseReport(
  body: Buffer,
  version: Version | null,
  percentiles?: CurrentPercentiles,
): Snapshot {
  return runSync(parseInSteps(body, version, percentiles));
}

function* parseInSteps(
  body: Buffer,
  version: Version | null,
  percentiles?: CurrentPercentiles,
): YieldingTask<Snapshot> {
  try {
    const report = yield* parseJsonInSteps(body, LISTS);
    yield;
    const snapshot = yield* parseStatsInSteps(report, version, percentiles);
    yield;
    return snapshot;
  } catch (error) {
    throw toReadError(error, body, 'JSON from stats/requests');
  }
}

/** @param expected what the body was to be. */
export function toReadError(error: unknown, body: Buffer, expected: string): unknown {
  if (error instanceof SyntaxError) {
    const message = `expected ${expected}, got ${describeText(body)}`;
    return new LocustError('not_json', message, { cause: error });
  }
  if (error instanceof ShapeError) {
    return new LocustError('not_locust', `not a response of Locust: ${error.message}`, {
      cause: error,
    });
  }
  return error;
}

/** What a response that is no JSON looks like. Without Content-Length, a part may look whole. */
function describeText(body: Buffer): string {
  const start = body.toString('utf8', 0, 1000).trimStart();
  if (start === '') return 'nothing';
  if (start.startsWith('<')) return 'a web page';
  if (!start.startsWith('{') || body.subarray(-1000).toString().trimEnd().endsWith('}')) {
    return 'something else';
  }
  return (
    'only the beginning of it: the response broke off; ' +
    'look whether Locust, or a proxy before it, ended or ran out of time or memory'
  );
}

/**
 * Reads the index page, which can be megabytes and costs Locust accordingly.
 *
 * @throws LocustError
 */
export async function readInfo(client: LocustClient, signal: AbortSignal): Promise<LocustInfo> {
  return runYielding(parseIndexPageInSteps(await client.get('', signal)), signal);
}

export function versionOf(info: LocustInfo | null): Version | null {
  return parseVersion(info?.version ?? null);
}
