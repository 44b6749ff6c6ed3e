import { RUNNER_STATES } from '../../src/locust/snapshot.ts';
import type { RawReport } from '../helpers/raw-report.ts';
import { fixtureNames, readReport } from '../locust/samples.ts';
import type { Draw } from './draw.ts';

interface Recorded {
  /** As JSON, to be copied cheaply. */
  readonly full: string;
  /** The same with a few rows of each kind, which break as well as hundreds. */
  readonly short: string;
  readonly version: string;
}

export function readRecorded(): Recorded[] {
  return fixtureNames('.stats-requests.json').map((name) => {
    const report = readReport(name);
    const short = {
      ...report,
      stats: [...report.stats.slice(0, 2), ...report.stats.slice(-1)],
      errors: report.errors.slice(0, 2),
    };
    return {
      full: JSON.stringify(report),
      short: JSON.stringify(short),
      version: /locust-([\d.]+)\//.exec(name)?.[1] ?? '2.46.3',
    };
  });
}

const COUNTS = ['num_reqs', 'num_requests', 'num_failures', 'occurrences', 'occurences'];
const MEANS = ['avg_response_time', 'avg_content_length', 'current_rps', 'total_rps'];

/** A run that goes on from a recorded response, as Locust would tell of it. */
export class RecordedRun {
  readonly version: string;
  readonly report: RawReport;
  readonly #draw: Draw;
  #added = 0;

  constructor(recorded: readonly Recorded[], draw: Draw) {
    const { full, short, version } = draw.of(recorded);
    const wholeShare = full.length > 100_000 ? 0.002 : 0.02;
    this.version = version;
    this.report = JSON.parse(draw.chance(wholeShare) ? full : short) as RawReport;
    this.#draw = draw;
  }

  /** Lets a moment pass. */
  advance(): void {
    const draw = this.#draw;
    const { report } = this;
    if (draw.chance(0.08)) report.state = draw.of([...RUNNER_STATES, 'hatching']);
    const isReset = draw.chance(0.03);
    for (const row of [...report.stats, ...report.errors]) change(row, draw, isReset);
    if (draw.chance(0.03)) {
      const [row] = report.stats;
      const name = `/added/${(this.#added += 1)}`;
      if (row !== undefined) report.stats.unshift({ ...row, name });
    }
    if (draw.chance(0.02)) report.stats.shift();
    const workers = report['workers'] ?? report['slaves'];
    if (Array.isArray(workers) && draw.chance(0.05)) workers.pop();
  }
}

function change(row: Record<string, unknown> | unknown[], draw: Draw, isReset: boolean): void {
  if (Array.isArray(row)) {
    row[1] = isReset ? 0 : Number(row[1]) + draw.below(9);
    return;
  }
  for (const key of COUNTS) {
    const value = row[key];
    if (typeof value === 'number') row[key] = isReset ? 0 : value + draw.below(9);
  }
  for (const key of MEANS) {
    const value = row[key];
    if (typeof value === 'number') row[key] = value * (0.9 + draw.below(200) / 1000);
  }
}
