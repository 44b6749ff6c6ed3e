import type {
  Endpoint,
  ErrorOccurrences,
  LocustInfo,
  Quantile,
  RequestStats,
  ResponseTime,
  Snapshot,
  Worker,
} from '../locust/snapshot.ts';
import { NO_SAMPLES, type Family, type Samples, type SampleSink } from './exposition/family.ts';
import { labelSet, NO_LABELS, type LabelSet } from './exposition/labels.ts';
import type { Histograms } from './histograms.ts';

/** All that one exposition contains about Locust. */
export interface Report {
  /** null while Locust is down. */
  readonly snapshot: Snapshot | null;
  readonly info: LocustInfo | null;
  /** Unix time; null where it is not known. */
  readonly runStartSeconds: number | null;
  /** Whether Locust is gone and these are its last numbers. */
  readonly isFinal?: boolean;
}

/** One row of a catalog. */
export interface MetricSpec {
  /** Without the prefix. */
  readonly name: string;
  readonly type: Family['type'];
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (report: Report, labels: RowLabels, histograms: Histograms) => Samples;
}

/** Makes the labels of rows. One that lives long does so once for a row, and not at each read. */
export interface RowLabels {
  readonly ofEndpoints: (rows: readonly Endpoint[]) => readonly LabelSet[];
  readonly ofErrors: (rows: readonly ErrorOccurrences[]) => readonly LabelSet[];
}

export function createRowLabels(): RowLabels {
  return {
    ofEndpoints: createLabelCache(['method', 'name']),
    ofErrors: createLabelCache(['method', 'name', 'error']),
  };
}

export type Pick = (stats: RequestStats) => number | null;

/** One sample without labels, or none for null. */
export function single(value: (snapshot: Snapshot) => number | null): MetricSpec['samples'] {
  return fromSnapshot((snapshot) => sampleOf(NO_LABELS, value(snapshot)));
}

export function fromSnapshot(
  samples: (snapshot: Snapshot, labels: RowLabels, histograms: Histograms) => Samples,
): MetricSpec['samples'] {
  return ({ snapshot }, labels, histograms) =>
    snapshot === null ? NO_SAMPLES : samples(snapshot, labels, histograms);
}

/** Like fromSnapshot, for what says nothing once Locust is gone. */
export function whileUp(samples: (snapshot: Snapshot) => Samples): MetricSpec['samples'] {
  return ({ snapshot, isFinal }) => (snapshot === null || isFinal ? NO_SAMPLES : samples(snapshot));
}

/** A sample of the aggregate row. */
export function ofAggregate(pick: Pick): MetricSpec['samples'] {
  return single(({ aggregate }) => (aggregate === null ? null : pick(aggregate)));
}

/** A sample of each endpoint that has a value. */
export function perEndpoint(pick: Pick): MetricSpec['samples'] {
  return fromSnapshot((snapshot, rowLabels) =>
    ofEndpoints(snapshot, rowLabels, (endpoint, labels, sink) => {
      addValue(sink, labels, pick(endpoint));
    }),
  );
}

export function perWorker(pick: (worker: Worker) => number | null): MetricSpec['samples'] {
  return fromSnapshot(({ workers }) =>
    samplesOf(workers?.list ?? [], (worker, sink) => {
      addValue(sink, labelSet({ worker: worker.id }), pick(worker));
    }),
  );
}

export function aggregateSummary({ aggregate }: Snapshot): Samples {
  return samplesOf(aggregate === null ? [] : [aggregate], ({ responseTime }, sink) => {
    addSummary(sink, NO_LABELS, responseTime);
  });
}

export function endpointSummaries(snapshot: Snapshot, rowLabels: RowLabels): Samples {
  return ofEndpoints(snapshot, rowLabels, ({ responseTime }, labels, sink) => {
    addSummary(sink, labels, responseTime);
  });
}

export function errorSamples({ errors }: Snapshot, { ofErrors }: RowLabels): Samples {
  const labels = ofErrors(errors);
  return samplesOf(errors, ({ occurrences }, sink, row) => {
    addValue(sink, labels[row], occurrences);
  });
}

/** The percentiles of all endpoints together, of any period. */
export function percentileSamples(quantiles: readonly Quantile[]): Samples {
  return samplesOf(quantiles, ({ quantile, seconds }, sink) => {
    sink.value(labelSet({ percentile: formatPercentile(quantile) }), seconds);
  });
}

/** The percentiles of the aggregate row, where aggregateSummary leaves them out. */
export function aggregatePercentiles({ aggregate }: Snapshot): Samples {
  if (aggregate === null || hasSummary(aggregate.responseTime)) return NO_SAMPLES;
  return percentileSamples(aggregate.responseTime.quantiles);
}

/** The percentiles of the endpoints that endpointSummaries leaves out. */
export function endpointPercentiles({ endpoints }: Snapshot): Samples {
  const withoutSummary = endpoints.filter(({ responseTime }) => !hasSummary(responseTime));
  return samplesOf(withoutSummary, ({ method, name, responseTime }, sink) => {
    for (const { quantile, seconds } of responseTime.quantiles) {
      sink.value(labelSet({ method, name, percentile: formatPercentile(quantile) }), seconds);
    }
  });
}

export function sampleOf(labels: LabelSet, value: number | null): Samples {
  return value === null
    ? NO_SAMPLES
    : {
        rows: 1,
        ofRow: (_row, sink) => {
          sink.value(labels, value);
        },
      };
}

/** The samples of a list, each of whose items is a row. */
export function samplesOf<Item>(
  items: readonly Item[],
  ofItem: (item: Item, sink: SampleSink, row: number) => void,
): Samples {
  return {
    rows: items.length,
    ofRow: (row, sink) => {
      const item = items[row];
      if (item !== undefined) ofItem(item, sink, row);
    },
  };
}

export function ofEndpoints(
  { endpoints }: Snapshot,
  rowLabels: RowLabels,
  ofEndpoint: (endpoint: Endpoint, labels: LabelSet, sink: SampleSink) => void,
): Samples {
  const labels = rowLabels.ofEndpoints(endpoints);
  return samplesOf(endpoints, (endpoint, sink, row) => {
    ofEndpoint(endpoint, labels[row] ?? NO_LABELS, sink);
  });
}

/** A sample, or none for null. */
export function addValue(
  sink: SampleSink,
  labels: LabelSet | undefined,
  value: number | null,
): void {
  if (value !== null) sink.value(labels ?? NO_LABELS, value);
}

/** Adds a summary whole or not at all: hasSummary explains why. */
function addSummary(sink: SampleSink, labels: LabelSet, responseTime: ResponseTime): void {
  if (!hasSummary(responseTime)) return;
  const { quantiles, sumSeconds: sum, count } = responseTime;
  sink.summary(labels, { quantiles, sum, count });
}

/**
 * Whether both sum and count are known. OpenTelemetry's Prometheus receiver drops a summary
 * without `_count` and stores 0 for a missing `_sum`; a Pushgateway and protobuf make 0 of both.
 */
function hasSummary(
  responseTime: ResponseTime,
): responseTime is ResponseTime & { readonly sumSeconds: number; readonly count: number } {
  return responseTime.sumSeconds !== null && responseTime.count !== null;
}

type Rows<Name extends string> = readonly Readonly<Record<Name, string>>[];

/**
 * Makes the labels of the rows of one read after another. A row has the same ones as at the read
 * before, as long as it keeps its place, so that they are encoded once and not once per scrape.
 *
 * @param names are those of the labels and of the row's own fields with their values.
 */
export function createLabelCache<Name extends string>(
  names: readonly Name[],
): (rows: Rows<Name>) => readonly LabelSet[] {
  let last: { readonly rows: Rows<Name>; readonly labels: readonly LabelSet[] } = {
    rows: [],
    labels: [],
  };
  return (rows) => {
    if (last.rows === rows) return last.labels;
    const labels = rows.map((row, index) => {
      const earlier = last.rows[index];
      const known = last.labels[index];
      const isSame = earlier !== undefined && names.every((name) => earlier[name] === row[name]);
      if (isSame && known !== undefined) return known;
      return labelSet(Object.fromEntries(names.map((name) => [name, row[name]])));
    });
    last = { rows, labels };
    return labels;
  };
}

/** Digits that a percentile has before its point and the same quantile has after it. */
const SHIFT = 2;

/**
 * Writes a quantile as a percentile: 0.5 as `50`, 0.999 as `99.9`.
 *
 * The point moves within the decimal digits, because a product would be inexact: 100 times 0.57
 * is 56.99999999999999.
 *
 * @param quantile above 0, at most 1.
 */
export function formatPercentile(quantile: number): string {
  const [mantissa = '', exponent = ''] = quantile.toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const point = 1 + Number(exponent) + SHIFT;
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return digits.padEnd(point, '0');
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
