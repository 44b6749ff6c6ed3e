import path from 'node:path';
import protobuf from 'protobufjs';
import type { ParsedFamily, ParsedSample } from './parse-exposition.ts';

const Family = protobuf
  .loadSync(path.join(import.meta.dirname, 'metrics.proto'))
  .lookupType('io.prometheus.client.MetricFamily');

interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

export interface DecodedHistogram {
  readonly sampleCount?: number;
  readonly sampleSum?: number;
  readonly bucket: readonly { readonly cumulativeCount: number; readonly upperBound: number }[];
  readonly schema?: number;
  readonly zeroThreshold?: number;
  readonly zeroCount?: number;
  readonly negativeSpan: readonly Span[];
  readonly negativeDelta: readonly number[];
  readonly positiveSpan: readonly Span[];
  readonly positiveDelta: readonly number[];
  readonly createdTimestamp?: Timestamp | null;
}

interface Span {
  readonly offset: number;
  readonly length: number;
}

export interface DecodedMetric {
  readonly label: readonly { readonly name: string; readonly value: string }[];
  readonly gauge?: { readonly value: number } | null;
  readonly counter?: {
    readonly value: number;
    readonly createdTimestamp?: Timestamp | null;
  } | null;
  readonly summary?: {
    readonly sampleCount?: number;
    readonly sampleSum?: number;
    readonly quantile: readonly { readonly quantile: number; readonly value: number }[];
    readonly createdTimestamp?: Timestamp | null;
  } | null;
  readonly histogram?: DecodedHistogram | null;
}

export interface DecodedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'COUNTER' | 'GAUGE' | 'SUMMARY' | 'HISTOGRAM';
  readonly metric: readonly DecodedMetric[];
}

/** Reads messages, each of which follows its length, by a decoder that is not ours. */
export function decodeProtobuf(bytes: Uint8Array): DecodedFamily[] {
  const reader = protobuf.Reader.create(bytes);
  const families: DecodedFamily[] = [];
  while (reader.pos < reader.len) {
    families.push(
      Family.toObject(Family.decodeDelimited(reader), {
        longs: Number,
        enums: String,
        defaults: true,
      }) as DecodedFamily,
    );
  }
  return families;
}

/** The families as the text format would have them: what Prometheus makes of them, too. */
export function asText(families: readonly DecodedFamily[]): ParsedFamily[] {
  return families.map(({ name, help, type, metric }) => ({
    name,
    help,
    type: type.toLowerCase(),
    samples: metric.flatMap((one) => samplesOf(name, one)),
  }));
}

function samplesOf(name: string, metric: DecodedMetric): ParsedSample[] {
  const labels = Object.fromEntries(metric.label.map((pair) => [pair.name, pair.value]));
  const sample = (suffix: string, value = 0, more: Record<string, string> = {}) => ({
    name: name + suffix,
    labels: { ...labels, ...more },
    value,
  });
  const { gauge, counter, summary, histogram } = metric;
  const plain = gauge ?? counter;
  if (plain) return [sample('', plain.value)];
  if (summary) {
    return [
      ...summary.quantile.map(({ quantile, value }) =>
        sample('', value, { quantile: String(quantile) }),
      ),
      sample('_sum', summary.sampleSum),
      sample('_count', summary.sampleCount),
    ];
  }
  if (!histogram) throw new Error(`a metric of ${name} without a value`);
  const { bucket, sampleSum, sampleCount } = histogram;
  if (bucket.length === 0) return [];
  return [
    ...bucket.map(({ cumulativeCount, upperBound }) =>
      sample('_bucket', cumulativeCount, { le: spell(upperBound) }),
    ),
    sample('_bucket', sampleCount, { le: '+Inf' }),
    ...(Number.isNaN(sampleSum) ? [] : [sample('_sum', sampleSum)]),
    sample('_count', sampleCount),
  ];
}

function spell(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}
