import { IgnoredCollector } from '../../../src/locust/report/values.ts';
import type { StatusView } from '../../../src/http/status-page/page.ts';
import type { Endpoint, RequestStats, Snapshot } from '../../../src/locust/snapshot.ts';

export const SAMPLE_NOW_MS = Date.UTC(2026, 6, 14, 14, 3, 22);

export function sampleStats(changes: Partial<RequestStats> = {}): RequestStats {
  return {
    requests: 1200,
    failures: 30,
    contentBytes: 614_400,
    responseTime: {
      count: 1200,
      sumSeconds: 176.4,
      minSeconds: 0.003,
      maxSeconds: 3.4,
      medianSeconds: 0.12,
      quantiles: [
        { quantile: 0.5, seconds: 0.12 },
        { quantile: 0.95, seconds: 0.98 },
      ],
    },
    currentRps: 14.4,
    currentFailuresPerSecond: 0.3,
    meanRps: 12.9,
    durations: null,
    ...changes,
  };
}

export function sampleEndpoint(changes: Partial<Endpoint> = {}): Endpoint {
  return { method: 'GET', name: '/api/cart', ...sampleStats(), ...changes };
}

export function sampleSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    state: 'running',
    users: 1250,
    totalRps: 259.2,
    totalFailuresPerSecond: 44.2,
    failRatio: 0.167,
    currentQuantiles: [
      { quantile: 0.5, seconds: 0.031 },
      { quantile: 0.95, seconds: 0.98 },
    ],
    aggregate: sampleStats({ requests: 2400 }),
    endpoints: [sampleEndpoint(), sampleEndpoint({ method: 'POST', name: '/api/orders' })],
    errors: [
      { method: 'POST', name: '/api/orders', error: 'HTTPError(500)', occurrences: 7 },
      { method: 'GET', name: '/api/cart', error: 'ReadTimeout', occurrences: 41 },
    ],
    workers: null,
    endpointsTruncated: false,
    errorsTruncated: false,
    foldedEndpoints: 0,
    foldedErrors: 0,
    foldedWorkers: 0,
    ignored: new IgnoredCollector(),
    companion: null,
    ...changes,
  };
}

export function sampleView(changes: Partial<StatusView> = {}): StatusView {
  return {
    snapshot: sampleSnapshot(),
    problem: null,
    info: { version: '2.46.3', host: 'https://shop.example' },
    recent: null,
    companionUrl: 'https://docs.example/companion',
    runStartTimeSeconds: SAMPLE_NOW_MS / 1000 - 192,
    locustUrl: 'http://localhost:8089',
    targets: null,
    metricsPath: '/metrics',
    exporterVersion: '0.1.0',
    docsUrl: 'https://docs.example/locust-exporter',
    nowMs: SAMPLE_NOW_MS,
    ...changes,
  };
}

/** The text wherever text from outside can come up on the page. */
export function viewFullOf(text: string): StatusView {
  return sampleView({
    snapshot: sampleSnapshot({
      state: text,
      endpoints: [sampleEndpoint({ method: text, name: text })],
      errors: [{ method: text, name: text, error: text, occurrences: 1 }],
      workers: {
        countByState: new Map([[text, 1]]),
        list: [{ id: text, state: text, users: 1, cpuRatio: 0.5, memoryBytes: 1e6 }],
      },
    }),
    problem: { code: 'internal', message: text, sinceMs: SAMPLE_NOW_MS },
    info: { version: text, host: text },
    locustUrl: `http://localhost/${text}`,
    targets: [
      {
        ...{ url: text, module: text, scrapedUnixMs: SAMPLE_NOW_MS },
        outcome: {
          report: {
            ...{ snapshot: sampleSnapshot({ state: text }), info: null, runStartSeconds: null },
          },
          problem: { code: 'internal', message: text, sinceMs: SAMPLE_NOW_MS },
        },
      },
    ],
    exporterVersion: text,
    docsUrl: text,
  });
}
