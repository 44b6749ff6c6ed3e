import type {
  ClassicBuckets,
  Family,
  HistogramValue,
  NativeBuckets,
  SampleSink,
  SparseBuckets,
} from './family.ts';
import type { LabelSet } from './labels.ts';
import { SLICE, type Page } from './page.ts';
import {
  createProtobufBuffer,
  DOUBLE_LENGTH,
  varintLength,
  zigzag,
  type ProtobufBuffer,
} from './protobuf-buffer.ts';

/*
 * The messages of io.prometheus.client, by the numbers of their fields:
 * https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
 */

const FAMILY = { name: 1, help: 2, type: 3, metric: 4 } as const;
const TYPES = { counter: 0, gauge: 1, summary: 2, histogram: 4 } as const;
const LABEL = { name: 1, value: 2 } as const;
const METRIC = { label: 1, gauge: 2, counter: 3, summary: 4, histogram: 7 } as const;
const VALUE = { value: 1 } as const;
const SUMMARY = { count: 1, sum: 2, quantile: 3 } as const;
const QUANTILE = { quantile: 1, value: 2 } as const;
const BUCKET = { cumulativeCount: 1, upperBound: 2 } as const;
const SPAN = { offset: 1, length: 2 } as const;
const TIMESTAMP = { seconds: 1, nanos: 2 } as const;
const HISTOGRAM = {
  ...{ count: 1, sum: 2, bucket: 3, schema: 5, zeroThreshold: 6, zeroCount: 7 },
  ...{ negativeSpan: 9, negativeDelta: 10, positiveSpan: 12, positiveDelta: 13 },
} as const;

/** Bytes of a tag and a length, for fields below 16 and less than 128 bytes. */
const SHORT_HEADER = 2;

/** Where the time at which counts began stands. */
const CREATED = { gauge: null, counter: 3, summary: 4, histogram: 15 } as const;

/** Writes one message MetricFamily after another, each after its length. */
export function createProtobufPage(): Page {
  const buffer = createProtobufBuffer();
  const fields = createFieldWriter();
  return {
    *write(families) {
      let pausedAt = buffer.length;
      for (const family of families) {
        const { sink, end } = beginFamily(buffer, family, fields);
        for (let row = 0; row < family.samples.rows; row += 1) {
          family.samples.ofRow(row, sink);
          if (buffer.length - pausedAt < SLICE) continue;
          pausedAt = buffer.length;
          yield;
        }
        end();
      }
    },
    end: () => undefined,
    bytes: () => buffer.bytes(),
    get length() {
      return buffer.length;
    },
    cut(length) {
      buffer.cut(length);
    },
  };
}

/** A family is written from its first metric on, so that one without any leaves nothing. */
function beginFamily(
  buffer: ProtobufBuffer,
  { name, type, help, createdSeconds = null }: Family,
  fields: FieldWriter,
): { readonly sink: SampleSink; readonly end: () => void } {
  const created = fields.created(type, createdSeconds);
  const valueField = type === 'counter' ? METRIC.counter : METRIC.gauge;
  const valueLength = DOUBLE_LENGTH + created.length;
  let family: number | null = null;

  function begin(): void {
    if (family !== null) return;
    family = buffer.open();
    buffer.addString(FAMILY.name, name);
    buffer.addString(FAMILY.help, help);
    buffer.addUint(FAMILY.type, TYPES[type]);
  }

  function openMetric(labels: LabelSet): number {
    begin();
    const metric = buffer.open(FAMILY.metric);
    buffer.addFields(fields.labels(labels));
    return metric;
  }

  return {
    sink: {
      value(labels, value) {
        begin();
        const bytes = fields.labels(labels);
        buffer.begin(FAMILY.metric, bytes.length + SHORT_HEADER + valueLength);
        buffer.addFields(bytes);
        buffer.begin(valueField, valueLength);
        buffer.addDouble(VALUE.value, value);
        buffer.addFields(created);
      },
      summary(labels, { count, sum, quantiles }) {
        const metric = openMetric(labels);
        const summary = buffer.open(METRIC.summary);
        buffer.addUint(SUMMARY.count, count);
        buffer.addDouble(SUMMARY.sum, sum);
        for (const { quantile, seconds } of quantiles) {
          buffer.begin(SUMMARY.quantile, 2 * DOUBLE_LENGTH);
          buffer.addDouble(QUANTILE.quantile, quantile);
          buffer.addDouble(QUANTILE.value, seconds);
        }
        buffer.addFields(created);
        buffer.close(summary);
        buffer.close(metric);
      },
      histogram(labels, histogram) {
        const native = histogram.native();
        if (native === null && histogram.classic === null) return;
        const metric = openMetric(labels);
        const inner = buffer.open(METRIC.histogram);
        addHistogram(buffer, histogram, native);
        buffer.addFields(created);
        buffer.close(inner);
        buffer.close(metric);
      },
    },
    end() {
      if (family !== null) buffer.close(family);
    },
  };
}

function addHistogram(
  buffer: ProtobufBuffer,
  { count, sum, classic }: HistogramValue,
  native: NativeBuckets | null,
): void {
  buffer.addUint(HISTOGRAM.count, count);
  // Prometheus would store 0 for a sum that is left out, and a mean of 0 would come of it.
  buffer.addDouble(HISTOGRAM.sum, sum ?? NaN);
  if (classic !== null) addClassicBuckets(buffer, classic);
  if (native === null) return;
  buffer.addSint(HISTOGRAM.schema, native.schema);
  buffer.addDouble(HISTOGRAM.zeroThreshold, native.zeroThreshold);
  buffer.addUint(HISTOGRAM.zeroCount, native.zeroCount);
  addSparseBuckets(buffer, native.negative, HISTOGRAM.negativeSpan, HISTOGRAM.negativeDelta);
  addSparseBuckets(buffer, native.positive, HISTOGRAM.positiveSpan, HISTOGRAM.positiveDelta);
}

function addClassicBuckets(
  buffer: ProtobufBuffer,
  { bounds, cumulativeCounts }: ClassicBuckets,
): void {
  for (let index = 0; index < bounds.length; index += 1) {
    const count = cumulativeCounts[index] ?? 0;
    buffer.begin(HISTOGRAM.bucket, 1 + varintLength(count) + DOUBLE_LENGTH);
    buffer.addUint(BUCKET.cumulativeCount, count);
    buffer.addDouble(BUCKET.upperBound, bounds[index] ?? Infinity);
  }
}

function addSparseBuckets(
  buffer: ProtobufBuffer,
  { spans, spanCount, counts, length }: SparseBuckets,
  spanField: number,
  deltaField: number,
): void {
  for (let run = 0; run < spanCount; run += 1) {
    const offset = spans[2 * run] ?? 0;
    const buckets = spans[2 * run + 1] ?? 0;
    buffer.begin(spanField, 2 + varintLength(zigzag(offset)) + varintLength(buckets));
    buffer.addSint(SPAN.offset, offset);
    buffer.addUint(SPAN.length, buckets);
  }
  if (length > 0) buffer.addPackedDeltas(deltaField, counts, length);
}

/** Writes fields that are added as they are, again and again. */
interface FieldWriter {
  /** When the counts of a family began; nothing where that is not known. */
  created(type: Family['type'], seconds: number | null): Uint8Array;
  /** Labels as the fields of a Metric. */
  labels(set: LabelSet): Uint8Array;
}

const NOTHING = new Uint8Array(0);

function createFieldWriter(): FieldWriter {
  const scratch = createProtobufBuffer();

  function write(add: () => void): Uint8Array {
    scratch.cut(0);
    add();
    return new Uint8Array(scratch.bytes());
  }

  return {
    created(type, seconds) {
      const field = CREATED[type];
      if (field === null || seconds === null || seconds < 0) return NOTHING;
      return write(() => {
        const whole = Math.floor(seconds);
        const message = scratch.open(field);
        scratch.addUint(TIMESTAMP.seconds, whole);
        scratch.addUint(TIMESTAMP.nanos, Math.floor((seconds - whole) * 1e9));
        scratch.close(message);
      });
    },
    labels: (set) =>
      (set.protobuf ??= write(() => {
        for (const [name, value] of Object.entries(set.labels)) {
          const pair = scratch.open(METRIC.label);
          scratch.addString(LABEL.name, name);
          scratch.addString(LABEL.value, value);
          scratch.close(pair);
        }
      })),
  };
}
