import type { LocustClient } from './client.ts';
import { LocustError } from './errors.ts';
import { parseIndexPage } from './parse-index-page.ts';
import { parsePythonJson } from './parse-python-json.ts';
import { parseStats } from './parse-stats.ts';
import { ShapeError } from './shape.ts';
import type { LocustInfo, Snapshot } from './snapshot.ts';
import { parseVersion, type Version } from './version.ts';

/**
 * Reads `/stats/requests`.
 *
 * @returns the answer parsed, for toSnapshot.
 * @throws LocustError
 */
export async function readReport(client: LocustClient, signal: AbortSignal): Promise<unknown> {
  const body = await client.get('stats/requests', signal);
  try {
    return parsePythonJson(body);
  } catch (error) {
    const what = body.trimStart().startsWith('<') ? 'a web page' : 'something else';
    throw new LocustError('not_json', `expected JSON from stats/requests, got ${what}`, {
      cause: error,
    });
  }
}

/** @throws LocustError `not_locust` when the report is not one of Locust's. */
export function toSnapshot(report: unknown, version: Version | null): Snapshot {
  try {
    return parseStats(report, version);
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
  return parseIndexPage(await client.get('', signal));
}

export function versionOf(info: LocustInfo | null): Version | null {
  return parseVersion(info?.version ?? null);
}
