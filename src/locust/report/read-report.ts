import { atOnce, inTurns, type Steps } from '../../async/in-turns.ts';
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
 * @returns the answer, for parseReport.
 * @throws LocustError
 */
export async function readReport(client: LocustClient, signal: AbortSignal): Promise<Buffer> {
  return client.get('stats/requests', signal);
}

/**
 * Makes the function that parses one answer of `/stats/requests` after another, given the
 * version and what the keys of the current percentiles stand for, where they are known. An answer
 * that is the same as the one before, as Locust gives for two seconds, is the same snapshot; one of
 * many megabytes is parsed anew.
 *
 * Its signal ends the parse, which is then a LocustError of code `timeout`.
 */
export function createReportParser(): (
  answer: Buffer,
  version: Version | null,
  percentiles?: CurrentPercentiles,
  signal?: AbortSignal,
) => Promise<Snapshot> {
  let last: { answer: Buffer; known: string; snapshot: Snapshot } | null = null;
  return async (answer, version, percentiles, signal) => {
    const known = JSON.stringify([version, percentiles]);
    if (last?.known === known && last.answer.equals(answer)) return last.snapshot;
    const snapshot = await parseInTime(answer, version, percentiles, signal);
    const isKept = answer.length <= MAX_KEPT_BYTES;
    last = isKept ? { answer, known, snapshot } : null;
    return snapshot;
  };
}

async function parseInTime(
  answer: Buffer,
  version: Version | null,
  percentiles?: CurrentPercentiles,
  signal?: AbortSignal,
): Promise<Snapshot> {
  try {
    return await inTurns(parseInSteps(answer, version, percentiles), signal);
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error;
    throw new LocustError(
      'timeout',
      `the answer of ${answer.length} bytes could not be parsed in time; ` +
        'group URLs with name= in the locustfile, or raise LOCUST_TIMEOUT',
      { cause: error },
    );
  }
}

/** @throws LocustError when the answer is no report of Locust. */
export function parseReport(
  answer: Buffer,
  version: Version | null,
  percentiles?: CurrentPercentiles,
): Snapshot {
  return atOnce(parseInSteps(answer, version, percentiles));
}

function* parseInSteps(
  answer: Buffer,
  version: Version | null,
  percentiles?: CurrentPercentiles,
): Steps<Snapshot> {
  try {
    const report = yield* parseJsonInSteps(answer, LISTS);
    yield;
    const snapshot = yield* parseStatsInSteps(report, version, percentiles);
    yield;
    return snapshot;
  } catch (error) {
    throw toReadError(error, answer);
  }
}

function toReadError(error: unknown, answer: Buffer): unknown {
  if (error instanceof SyntaxError) {
    const isPage = /^\s*</.test(answer.toString('utf8', 0, 1000));
    const what = isPage ? 'a web page' : 'something else';
    return new LocustError('not_json', `expected JSON from stats/requests, got ${what}`, {
      cause: error,
    });
  }
  if (error instanceof ShapeError) {
    return new LocustError('not_locust', `not an answer of Locust: ${error.message}`, {
      cause: error,
    });
  }
  return error;
}

/**
 * Reads the index page, which can be megabytes and costs Locust accordingly.
 *
 * @throws LocustError
 */
export async function readInfo(client: LocustClient, signal: AbortSignal): Promise<LocustInfo> {
  return inTurns(parseIndexPageInSteps(await client.get('', signal)), signal);
}

export function versionOf(info: LocustInfo | null): Version | null {
  return parseVersion(info?.version ?? null);
}
