import type { Family, HistogramValue, SampleSink, SummaryValue } from './family.ts';
import {
  CLOSING_BYTES,
  formatLabelNumber,
  NO_LABELS,
  textLabels,
  type LabelSet,
} from './labels.ts';
import { SLICE, type Page } from './page.ts';
import { createTextBuffer, type TextBuffer } from './text-buffer.ts';

export type TextFormat = 'text' | 'openmetrics';

/** Writes Prometheus text 0.0.4 or OpenMetrics 1.0.0. */
export function createTextPage(format: TextFormat): Page {
  const text = createTextBuffer();
  return {
    *write(families) {
      const lastLabels = createLastLabels(format);
      let pausedAt = text.length;
      for (const family of families) {
        const sink = createSink(text, family, format, lastLabels);
        for (let row = 0; row < family.samples.rows; row += 1) {
          family.samples.ofRow(row, sink);
          if (text.length - pausedAt < SLICE) continue;
          pausedAt = text.length;
          yield;
        }
      }
    },
    end() {
      if (format === 'openmetrics') text.add('# EOF\n');
    },
    bytes: () => text.bytes(),
    get length() {
      return text.length;
    },
    cut(length) {
      text.cut(length);
    },
  };
}

function createSink(
  text: TextBuffer,
  { name, type, help }: Family,
  format: TextFormat,
  lastLabels: LastLabels,
): SampleSink {
  const names = { plain: Buffer.from(name), bucket: suffixed('_bucket') };
  const [sumName, countName] = [suffixed('_sum'), suffixed('_count')];
  let isBegun = false;

  function suffixed(suffix: string): Buffer {
    return Buffer.from(name + suffix);
  }

  function begin(): void {
    if (isBegun) return;
    isBegun = true;
    text.add(headOf(name, type, help, format));
  }

  /** @param last by lastLabels, for a series that has one label more than its metric. */
  function sample(series: Buffer, labels: LabelSet, value: number, last?: Buffer): void {
    text.addBytes(series);
    const bytes = textLabels(labels);
    if (last === undefined) {
      text.addBytes(bytes);
    } else if (labels === NO_LABELS) {
      text.add('{');
      text.addBytes(last.subarray(1));
    } else {
      text.addBytes(bytes, bytes.length - CLOSING_BYTES);
      text.addBytes(last);
    }
    text.addValue(value);
  }

  return {
    value(labels, value) {
      begin();
      sample(names.plain, labels, value);
    },
    summary(labels, { quantiles, sum, count }: SummaryValue) {
      begin();
      for (const { quantile, seconds } of quantiles) {
        sample(names.plain, labels, seconds, lastLabels.quantile(quantile));
      }
      sample(sumName, labels, sum);
      sample(countName, labels, count);
    },
    histogram(labels, { classic, sum, count }: HistogramValue) {
      if (classic === null) return;
      begin();
      const lasts = lastLabels.le(classic.bounds);
      for (let index = 0; index < classic.bounds.length; index += 1) {
        sample(names.bucket, labels, classic.cumulativeCounts[index] ?? 0, lasts[index]);
      }
      sample(names.bucket, labels, count, lasts.at(-1));
      if (sum !== null) sample(sumName, labels, sum);
      // In OpenMetrics a count without a sum is an error; the last bucket says the same.
      if (sum !== null || format === 'text') sample(countName, labels, count);
    },
  };
}

function headOf(name: string, type: string, help: string, format: TextFormat): string {
  // In OpenMetrics `_total` belongs to the sample and not to the family.
  const family =
    format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  return `# HELP ${family} ${escapeHelp(help, format)}\n# TYPE ${family} ${type}\n`;
}

function escapeHelp(help: string, format: TextFormat): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}

/** Writes the label that only some series of a metric have: `,quantile="0.5"} `. */
interface LastLabels {
  quantile(quantile: number): Buffer;
  /** Those of all bounds, and then that of infinity. */
  le(bounds: readonly number[]): readonly Buffer[];
}

function createLastLabels(format: TextFormat): LastLabels {
  const known = new Map<number, Buffer>();
  let buckets: { readonly bounds: readonly number[]; readonly labels: readonly Buffer[] } = {
    bounds: [],
    labels: [lastLabel('le', '+Inf')],
  };
  return {
    quantile(quantile) {
      let label = known.get(quantile);
      if (label === undefined) {
        // Text 0.0.4 has had `1` since the first version; Prometheus 3 reads it as `1.0`.
        const value = format === 'text' ? String(quantile) : formatLabelNumber(quantile);
        known.set(quantile, (label = lastLabel('quantile', value)));
      }
      return label;
    },
    le(bounds) {
      if (buckets.bounds !== bounds) {
        const values = [...bounds, Infinity];
        buckets = {
          bounds,
          labels: values.map((bound) => lastLabel('le', formatLabelNumber(bound))),
        };
      }
      return buckets.labels;
    },
  };
}

function lastLabel(name: string, value: string): Buffer {
  return Buffer.from(`,${name}="${value}"} `);
}
