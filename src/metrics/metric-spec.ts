import type {
  LocustInfo,
  Quantile,
  RequestStats,
  ResponseTime,
  Snapshot,
  Worker,
} from '../locust/snapshot.ts';
import { NO_LABELS, type Family, type Labels, type Sample } from './family.ts';
import { createRowLabels } from './row-labels.ts';

/** All that one exposition tells of Locust. */
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
  readonly samples: (report: Report) => Sample[];
}

export type Pick = (stats: RequestStats) => number | null;

/** One sample without labels, or none for null. */
export function single(value: (snapshot: Snapshot) => number | null): MetricSpec['samples'] {
  return fromSnapshot((snapshot) => sampleOf(NO_LABELS, value(snapshot)));
}

export function fromSnapshot(samples: (snapshot: Snapshot) => Sample[]): MetricSpec['samples'] {
  return ({ snapshot }) => (snapshot === null ? [] : samples(snapshot));
}

/** Like fromSnapshot, for what says nothing once Locust is gone. */
export function whileUp(samples: (snapshot: Snapshot) => Sample[]): MetricSpec['samples'] {
  return ({ snapshot, isFinal }) => (snapshot === null || isFinal ? [] : samples(snapshot));
}

/** A sample of the aggregate row. */
export function ofAggregate(pick: Pick): MetricSpec['samples'] {
  return single(({ aggregate }) => (aggregate === null ? null : pick(aggregate)));
}

/** A sample of each endpoint that has a value. */
export function perEndpoint(pick: Pick): MetricSpec['samples'] {
  return fromSnapshot(({ endpoints }) => {
    const labels = endpointLabels(endpoints);
    const samples: Sample[] = [];
    for (const [index, endpoint] of endpoints.entries()) {
      const value = pick(endpoint);
      if (value !== null) samples.push({ labels: labels[index] ?? NO_LABELS, value });
    }
    return samples;
  });
}

export function perWorker(pick: (worker: Worker) => number | null): MetricSpec['samples'] {
  return fromSnapshot(({ workers }) =>
    (workers?.list ?? []).flatMap((worker) => sampleOf({ worker: worker.id }, pick(worker))),
  );
}

export function aggregateSummary({ aggregate }: Snapshot): Sample[] {
  return aggregate === null ? [] : summary(NO_LABELS, aggregate.responseTime);
}

export function endpointSummaries({ endpoints }: Snapshot): Sample[] {
  const labels = endpointLabels(endpoints);
  return endpoints.flatMap(({ responseTime }, index) =>
    summary(labels[index] ?? NO_LABELS, responseTime),
  );
}

export function errorSamples({ errors }: Snapshot): Sample[] {
  const labels = errorLabels(errors);
  return errors.flatMap(({ occurrences }, index) =>
    sampleOf(labels[index] ?? NO_LABELS, occurrences),
  );
}

export function quantileSamples(labels: Labels, quantiles: readonly Quantile[]): Sample[] {
  return quantiles.map(({ quantile, seconds }) => ({ labels, quantile, value: seconds }));
}

export function sampleOf(labels: Labels, value: number | null): Sample[] {
  return value === null ? [] : [{ labels, value }];
}

function summary(labels: Labels, { quantiles, sumSeconds, count }: ResponseTime): Sample[] {
  const samples: Sample[] = quantileSamples(labels, quantiles);
  if (sumSeconds !== null) samples.push({ labels, suffix: '_sum', value: sumSeconds });
  if (count !== null) samples.push({ labels, suffix: '_count', value: count });
  return samples;
}

/** By place in the list of endpoints. */
export const endpointLabels = createRowLabels(['method', 'name']);

const errorLabels = createRowLabels(['method', 'name', 'error']);
