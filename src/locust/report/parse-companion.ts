import type { YieldingTask } from '../../async/run-yielding.ts';
import { LocustError } from '../errors.ts';
import { foldEndpoints, foldErrors } from '../rows/fold.ts';
import { foldWorkers } from '../rows/limit-workers.ts';
import { normalizeState } from '../snapshot.ts';
import type { Endpoint, LocustInfo, RequestStats, Snapshot } from '../snapshot.ts';
import { isBefore, parseVersion } from '../version.ts';
import {
  asAnyList,
  type CompanionRow,
  EncodedValue,
  parseBody,
  readRow,
  type RowReading,
  visitRows,
} from './companion-body.ts';
import {
  parseCurrentQuantiles,
  parseErrorRows,
  parseFractions,
  parseUserClasses,
  parseWorkerRows,
} from './companion-lists.ts';
import {
  meanRps,
  parseCompanionEndpoint,
  parseCompanionStats,
  type RowParsing,
} from './companion-row.ts';
import { redactHost } from './index-page.ts';
import type { JsonList } from './json-list.ts';
import { ResponseTimes, type TimesOrder } from './response-times.ts';
import {
  amountAt,
  countAt,
  IgnoredCollector,
  kindOf,
  labelAt,
  requireKey,
  ShapeError,
  type JsonObject,
} from './values.ts';

/** The format of the report that this reads. */
const FORMAT = 1;

/** Different response times of all rows together: 16 bytes each, in two snapshots at a time. */
const MAX_ALL_TIMES = 2 ** 20;

const MAX_COLUMNS = 100;

/** The largest report whose rows are kept to be compared with the next one's. */
const MAX_KEPT_BYTES = 2 ** 23;

/** What one report of the companion contains. */
export interface CompanionRead {
  readonly snapshot: Snapshot;
  readonly info: LocustInfo;
}

/** A row that need not be parsed again while its bytes stay the same. */
interface KnownRow {
  readonly encoded: EncodedValue;
  readonly endpoint: Endpoint;
  /** The order in which its response times came. */
  readonly order: TimesOrder | null;
}

/**
 * Makes the function that parses one report of the companion after another.
 *
 * Its steps throw a LocustError, SyntaxError or ShapeError when there is none.
 */
export function createCompanionParser(): (body: Buffer) => YieldingTask<CompanionRead> {
  const times = new ResponseTimes();
  let known: { readonly settings: string; readonly rows: readonly (KnownRow | undefined)[] } = {
    settings: '',
    rows: [],
  };

  function* parseEndpoints(
    list: JsonList,
    parsing: RowParsing,
    keeps: boolean,
  ): YieldingTask<Endpoint[]> {
    const { ignored, columns, fractions, medianIsLower, elapsedSeconds } = parsing;
    const settings = JSON.stringify([columns, fractions, medianIsLower]);
    const before = known.settings === settings ? known.rows : [];
    const rows: (KnownRow | undefined)[] = [];
    const endpoints: Endpoint[] = [];
    let encoded: EncodedValue | null = null;
    let ignoredBefore = 0;

    const reuse = (row: EncodedValue, index: number): boolean => {
      encoded = row;
      ignoredBefore = ignored.total;
      const earlier = before[index];
      parsing.expected = earlier?.order ?? null;
      if (!earlier?.encoded.isSameAs(row)) return false;
      const room = parsing.room.left - (earlier.endpoint.durations?.seconds.length ?? 0);
      if (room < 0) return false;
      parsing.room.left = room;
      const mean = meanRps(earlier.endpoint.requests, elapsedSeconds);
      const isSame = earlier.endpoint.meanRps === mean;
      const endpoint = isSame ? earlier.endpoint : { ...earlier.endpoint, meanRps: mean };
      endpoints.push(endpoint);
      rows[index] = { ...earlier, encoded: row, endpoint };
      return true;
    };
    const parse = (row: CompanionRow | null, index: number): void => {
      if (row === null) {
        ignored.add('row', '', 'expected a list');
        return;
      }
      const endpoint = parseCompanionEndpoint(row, parsing);
      endpoints.push(endpoint);
      // Such rows are parsed at each read, so that their ignored values are counted again.
      if (encoded === null || ignored.total !== ignoredBefore) return;
      const order = endpoint.durations === null ? null : times.order;
      rows[index] = { encoded, endpoint, order };
    };
    yield* visitRows(list, parsing, parse, reuse);
    ignored.enter(null);
    known = { settings, rows: keeps ? rows : [] };
    return endpoints;
  }

  return function* parse(body) {
    const report = yield* parseBody(body);
    checkFormat(report);
    for (const key of ['state', 'user_count', 'errors']) requireKey(report, key);
    const list = asAnyList(report['stats']);
    if (list === null) {
      throw new ShapeError('stats', `expected a list, got ${kindOf(report['stats'])}`);
    }
    const ignored = new IgnoredCollector();
    const info = parseInfo(report, ignored);
    const reading = { columns: parseColumns(report), times, ignored, expected: null };
    ignored.enter('aggregate');
    const total = readAggregate(report, reading);
    ignored.enter(null);
    const statsStartSeconds = amountAt(report, 'stats_start_time', 'time', ignored);
    ignored.enter('aggregate');
    const parsing: RowParsing = {
      ...reading,
      fractions: parseFractions(report, ignored),
      medianIsLower: hasLowerMedian(info),
      elapsedSeconds: total && elapsedSeconds(statsStartSeconds, total, ignored),
      room: { left: MAX_ALL_TIMES },
    };
    ignored.enter('aggregate');
    const aggregate = total && parseCompanionStats(total, parsing);
    const keeps = body.length <= MAX_KEPT_BYTES;
    const endpoints = yield* foldEndpoints(yield* parseEndpoints(list, parsing, keeps));
    yield;
    const errors = yield* foldErrors(yield* parseErrorRows(report, ignored));
    const { workers, folded } = foldWorkers(yield* parseWorkerRows(report, ignored));
    const snapshot: Snapshot = {
      state: normalizeState(labelAt(report, 'state', ignored)),
      users: countAt(report, 'user_count', ignored),
      totalRps: aggregate?.currentRps ?? null,
      totalFailuresPerSecond: aggregate?.currentFailuresPerSecond ?? null,
      failRatio: failRatio(aggregate),
      currentQuantiles: parseCurrentQuantiles(report, ignored),
      aggregate,
      endpoints: endpoints.rows,
      errors: errors.rows,
      workers,
      endpointsTruncated: false,
      errorsTruncated: false,
      foldedEndpoints: endpoints.folded,
      foldedErrors: errors.folded,
      foldedWorkers: folded,
      ignored,
      companion: {
        targetUsers: countAt(report, 'target_user_count', ignored),
        spawnRate: amountAt(report, 'spawn_rate', 'rate', ignored),
        userClassUsers: parseUserClasses(report, ignored),
        exceptions: countAt(report, 'exceptions', ignored),
        runStartSeconds: amountAt(report, 'run_start_time', 'time', ignored),
        statsStartSeconds,
      },
    };
    return { snapshot, info };
  };
}

/**
 * @throws SyntaxError when it is something else than a report of the companion.
 * @throws LocustError `not_locust` when the companion is one for another exporter.
 */
function checkFormat({ format }: JsonObject): void {
  if (format === FORMAT) return;
  if (typeof format !== 'number') throw new SyntaxError('the report contains no format');
  throw new CompanionFormatError(format);
}

/** There is a companion, and this exporter cannot read it. */
export class CompanionFormatError extends LocustError {
  constructor(format: number) {
    super(
      'not_locust',
      `the companion in Locust writes format ${format}, and this exporter reads ${FORMAT}: ` +
        'update the exporter, or load the companion that it comes with (locust-exporter companion DIR)',
    );
  }
}

function parseInfo(report: JsonObject, ignored: IgnoredCollector): LocustInfo {
  const host = labelAt(report, 'host', ignored);
  return {
    version: labelAt(report, 'locust_version', ignored) || null,
    host: redactHost(host).toWellFormed() || null,
  };
}

/** @throws ShapeError */
function parseColumns({ columns }: JsonObject): readonly string[] {
  if (!Array.isArray(columns) || columns.length > MAX_COLUMNS) {
    throw new ShapeError('columns', `expected a list, got ${kindOf(columns)}`);
  }
  for (const wanted of ['method', 'name', 'num_requests']) {
    if (!columns.includes(wanted)) throw new ShapeError('columns', `${wanted} is missing`);
  }
  return columns.map((column) => (typeof column === 'string' ? column : ''));
}

/** Has zeros before the first run; null without a runner. */
function readAggregate({ aggregate }: JsonObject, reading: RowReading): CompanionRow | null {
  const row = readRow(aggregate, reading);
  const value = aggregate instanceof EncodedValue ? aggregate.open().readValue() : aggregate;
  if (row === null && value !== null) reading.ignored.addOdd('row', '', 'a list', value);
  return row;
}

/** Up to 2.46 the median of an even number of requests is the lower of the two in the middle. */
function hasLowerMedian(info: LocustInfo): boolean {
  const version = parseVersion(info.version);
  return version !== null && isBefore(version, [2, 47, 0]);
}

function elapsedSeconds(
  start: number | null,
  { cells }: CompanionRow,
  ignored: IgnoredCollector,
): number | null {
  const last = amountAt(cells, 'last_request_timestamp', 'time', ignored);
  if (last === null || start === null) return null;
  return last >= start ? last - start : null;
}

function failRatio(aggregate: RequestStats | null): number | null {
  const { requests, failures } = aggregate ?? { requests: null, failures: null };
  if (requests === null || failures === null) return null;
  return requests === 0 ? 0 : failures / requests;
}
