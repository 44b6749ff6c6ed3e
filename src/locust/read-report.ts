import { atOnce, inTurns, type Steps } from '../async/in-turns.ts';
import type { LocustClient } from './client.ts';
import { LocustError } from './errors.ts';
import { parseIndexPage } from './parse-index-page.ts';
import { parsePythonJson } from './parse-python-json.ts';
import { parseStatsInSteps } from './parse-stats.ts';
import { ShapeError } from './shape.ts';
import type { CurrentPercentiles, LocustInfo, Snapshot } from './snapshot.ts';
import { parseVersion, type Version } from './version.ts';

/**
 * Reads `/stats/requests`.
 *
 * @returns the answer, for parseReport.
 * @throws LocustError
 */
export async function readReport(client: LocustClient, signal: AbortSignal): Promise<string> {
  return (await client.get('stats/requests', signal)).toString();
}

/**
 * Makes the function that parses one answer of `/stats/requests` after another, given the
 * version and what the keys of the current percentiles stand for, where they are known. An answer that is the same as the one before, as Locust gives for
 * two seconds, is the same snapshot.
 */
export function createReportParser(): (
  answer: string,
  version: Version | null,
  percentiles?: CurrentPercentiles,
) => Promise<Snapshot> {
  let last: { answer: string; known: string; snapshot: Snapshot } | null = null;
  return async (answer, version, percentiles) => {
    const known = JSON.stringify([version, percentiles]);
    if (last?.answer !== answer || last.known !== known) {
      const snapshot = await inTurns(parseInSteps(answer, version, percentiles));
      last = { answer, known, snapshot };
    }
    return last.snapshot;
  };
}

/** @throws LocustError when the answer is no report of Locust. */
export function parseReport(
  answer: string,
  version: Version | null,
  percentiles?: CurrentPercentiles,
): Snapshot {
  return atOnce(parseInSteps(answer, version, percentiles));
}

function* parseInSteps(
  answer: string,
  version: Version | null,
  percentiles?: CurrentPercentiles,
): Steps<Snapshot> {
  const report = parseAnswer(answer);
  yield;
  return yield* toSnapshot(report, version, percentiles);
}

function parseAnswer(answer: string): unknown {
  try {
    return parsePythonJson(answer);
  } catch (error) {
    const what = answer.trimStart().startsWith('<') ? 'a web page' : 'something else';
    throw new LocustError('not_json', `expected JSON from stats/requests, got ${what}`, {
      cause: error,
    });
  }
}

function* toSnapshot(
  report: unknown,
  version: Version | null,
  percentiles?: CurrentPercentiles,
): Steps<Snapshot> {
  try {
    const snapshot = yield* parseStatsInSteps(report, version, percentiles);
    yield;
    return snapshot;
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new LocustError('not_locust', `not an answer of Locust: ${error.message}`, {
      cause: error,
    });
  }
}

/**
 * Reads the index page, which can be megabytes and costs Locust accordingly.
 *
 * @throws LocustError
 */
export async function readInfo(client: LocustClient, signal: AbortSignal): Promise<LocustInfo> {
  return parseIndexPage((await client.get('', signal)).toString());
}

export function versionOf(info: LocustInfo | null): Version | null {
  return parseVersion(info?.version ?? null);
}
