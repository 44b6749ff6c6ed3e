import { renderReport } from '../../src/demo/report.ts';
import { SimulatedRun } from '../../src/demo/simulated-run.ts';
import { planSynthetic } from '../../src/demo/traffic.ts';
import { indexPage } from '../../src/demo/web-api.ts';

export interface RecordedLocust {
  readonly indexPage: Buffer;
  /** What `/stats/requests` answers in the course of a run, two seconds apart. */
  readonly reports: readonly Buffer[];
}

export interface RecordingOptions {
  readonly endpoints: number;
  readonly errors: number;
  readonly workers: number;
}

const START_MS = Date.UTC(2026, 0, 1);
const WARM_UP_SECONDS = 60;
const STEP_SECONDS = 2;
const USERS = 60;
const HOST = 'http://shop.example';

/** Enough that a run seldom begins again, unless they would take too much memory. */
const MOST_REPORTS = 128;
const MOST_BYTES = 96 * 2 ** 20;
const LEAST_REPORTS = 16;

/**
 * Lets a load test of the newest Locust run, and keeps what it shows. Unlike a real one it
 * lists more than 500 endpoints.
 */
export function recordReports({ endpoints, errors, workers }: RecordingOptions): RecordedLocust {
  const run = new SimulatedRun({
    plan: planSynthetic(endpoints, errors),
    ...{ workers, seed: 1, startMs: START_MS },
  });
  run.swarm(USERS, USERS);
  const reports: Buffer[] = [];
  let bytes = 0;
  while (reports.length < LEAST_REPORTS || (reports.length < MOST_REPORTS && bytes < MOST_BYTES)) {
    const seconds = WARM_UP_SECONDS + reports.length * STEP_SECONDS;
    run.advanceTo(START_MS + seconds * 1000);
    const report = Buffer.from(renderReport(run, Infinity));
    reports.push(report);
    bytes += report.length;
  }
  return { indexPage: Buffer.from(indexPage(run, HOST)), reports };
}
