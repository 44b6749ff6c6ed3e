import type { LocustResponse } from '../client/check-response.ts';
import type { LocustClient } from '../client/client.ts';
import type { YieldingTask } from '../../async/run-yielding.ts';
import { createCompanionParser, type CompanionRead } from './parse-companion.ts';
import { parseInTime, toReadError } from './read-report.ts';

/** Below the base path of Locust. */
const PATH = 'stats/locust-exporter';

const ACCEPT = 'application/msgpack, application/json;q=0.5';

/** Statuses by which servers say that they have no such route, or do not let us have it. */
const ABSENT: ReadonlySet<number> = new Set([403, 404, 405, 410, 501]);

/** Reads the reports of the companion in one Locust. Reads must not overlap. */
export interface CompanionReader {
  /**
   * The same object as before where the companion says that nothing changed.
   *
   * @returns null where Locust has no companion.
   * @throws LocustError
   */
  read(signal: AbortSignal): Promise<CompanionRead | null>;
}

export function createCompanionReader(client: LocustClient): CompanionReader {
  const parse = createCompanionParser();
  let last: { readonly etag: string; readonly read: CompanionRead } | null = null;

  function* parseInSteps(body: Buffer): YieldingTask<CompanionRead> {
    try {
      // Nothing else is parsed, since other programs may answer with anything, and it may be large.
      if (!startsWithFormat(body)) throw new SyntaxError('the report contains no format');
      return yield* parse(body);
    } catch (error) {
      throw toReadError(error, body, `the companion's report from ${PATH}`);
    }
  }

  return {
    async read(signal) {
      const known = last;
      const response = await client.getResponse(PATH, signal, {
        headers: { accept: ACCEPT, ...(known && { 'if-none-match': known.etag }) },
        isExpected: (one) => isAbsent(one) || (one.status === 304 && known !== null),
      });
      if (response.status === 304 && known !== null) return known.read;
      last = null;
      if (isAbsent(response)) return null;
      const { body, headers } = response;
      const read = await parseInTime(body, parseInSteps(body), signal);
      const { etag } = headers;
      last = typeof etag === 'string' && etag !== '' ? { etag, read } : null;
      return read;
    },
  };
}

/** In JSON and in MessagePack, `format` is the first key of the report. */
function startsWithFormat(body: Buffer): boolean {
  return body.subarray(0, 32).includes('format');
}

/** Locust 2.18.1 to 2.26.0 answers 500 where it has no route, with what 404 would say. */
function isAbsent({ status, body }: LocustResponse): boolean {
  if (ABSENT.has(status)) return true;
  return status === 500 && body.toString('latin1', 0, 40).trimStart().startsWith('404 Not Found');
}
