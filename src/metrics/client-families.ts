import type { Family, SampleSink } from './exposition/family.ts';
import { labelSet, type LabelSet } from './exposition/labels.ts';
import { samplesOf } from './samples.ts';

/** What prom-client's getMetricsAsJSON gives; its declared type leaves values out for some kinds. */
export interface ClientMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values?: readonly ClientValue[];
}

interface ClientValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

/** A metric of prom-client at this moment, though its own values go on. */
export function toFamily({ name, help, type, values = [] }: ClientMetric): Family {
  const groups = groupByLabels(values);
  const family = { name, help };
  switch (type) {
    case 'histogram':
      return { ...family, type, samples: samplesOf(groups.map(toHistogram), addTo) };
    case 'summary':
      return { ...family, type, samples: samplesOf(groups.map(toSummary), addTo) };
    default:
      return {
        ...family,
        type: type === 'counter' ? 'counter' : 'gauge',
        samples: samplesOf(groups.map(toValue), addTo),
      };
  }
}

type Add = (sink: SampleSink) => void;

function addTo(add: Add, sink: SampleSink): void {
  add(sink);
}

interface Group {
  readonly labels: LabelSet;
  readonly values: readonly ClientValue[];
}

/** Labels that distinguish the series of one metric. */
const INNER_LABELS: readonly string[] = ['le', 'quantile'];

function groupByLabels(values: readonly ClientValue[]): Group[] {
  const groups = Map.groupBy(values, ({ labels }) => JSON.stringify(outerLabels(labels)));
  return Array.from(groups.values(), (ofOne) => ({
    labels: labelSet(Object.fromEntries(outerLabels(ofOne[0]?.labels ?? {}))),
    values: ofOne,
  }));
}

function outerLabels(labels: ClientValue['labels']): [string, string][] {
  return Object.entries(labels)
    .filter(([label]) => !INNER_LABELS.includes(label))
    .map(([label, value]) => [label, String(value)]);
}

function toValue({ labels, values }: Group): Add {
  const value = values[0]?.value ?? NaN;
  return (sink) => {
    sink.value(labels, value);
  };
}

function toHistogram({ labels, values }: Group): Add {
  const buckets = values.filter((one) => typeof one.labels['le'] === 'number');
  const histogram = {
    count: valueOf(values, '_count'),
    sum: valueOf(values, '_sum'),
    classic: {
      bounds: buckets.map((bucket) => Number(bucket.labels['le'])),
      cumulativeCounts: buckets.map(({ value }) => value),
    },
    native: () => null,
  };
  return (sink) => {
    sink.histogram(labels, histogram);
  };
}

function toSummary({ labels, values }: Group): Add {
  const summary = {
    count: valueOf(values, '_count'),
    sum: valueOf(values, '_sum'),
    quantiles: values
      .filter((one) => 'quantile' in one.labels)
      .map((one) => ({ quantile: Number(one.labels['quantile']), seconds: one.value })),
  };
  return (sink) => {
    sink.summary(labels, summary);
  };
}

function valueOf(values: readonly ClientValue[], suffix: string): number {
  return values.find(({ metricName }) => metricName?.endsWith(suffix))?.value ?? 0;
}
