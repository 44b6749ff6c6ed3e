import {
  DataFrameType,
  FieldType,
  toDataFrame,
  type DataFrame,
  type FieldDTO,
} from '@grafana/data';

import { parseValue, type Labels, type SampleSeries } from './prometheus-api.ts';

export interface FrameOptions {
  refId: string;
  legendFormat?: string;
}

/** One frame for each series; the interval is that between two points, in milliseconds. */
export function toSeriesFrames(
  series: readonly SampleSeries[],
  options: FrameOptions,
  interval?: number,
): DataFrame[] {
  const isRange = interval !== undefined;
  return series.map(({ metric, values }) => {
    const name = legendOf(options.legendFormat, metric);
    return toDataFrame({
      refId: options.refId,
      name,
      meta: { type: isRange ? DataFrameType.TimeSeriesMulti : DataFrameType.NumericMulti },
      fields: [
        {
          name: 'Time',
          type: FieldType.time,
          values: values.map(([time]) => time * 1000),
          config: { interval },
        },
        {
          name: 'Value',
          type: FieldType.number,
          labels: metric,
          values: values.map(([, text]) => parseValue(text)),
          config: { displayNameFromDS: name },
        },
      ],
    });
  });
}

/** All series as rows of one frame, with a column for each label. */
export function toTableFrame(
  series: readonly SampleSeries[],
  refId: string,
  isOneOfMany: boolean,
): DataFrame {
  const labels = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].sort();
  const rows = series.flatMap(({ metric, values }) => values.map((value) => ({ metric, value })));
  const fields: FieldDTO[] = [
    { name: 'Time', type: FieldType.time, values: rows.map(({ value: [time] }) => time * 1000) },
    ...labels.map((label) => ({
      name: label,
      type: FieldType.string,
      config: { filterable: true },
      values: rows.map(({ metric }) => metric[label] ?? ''),
    })),
    {
      name: isOneOfMany ? `Value #${refId}` : 'Value',
      type: FieldType.number,
      values: rows.map(({ value: [, text] }) => parseValue(text)),
    },
  ];
  return toDataFrame({ refId, meta: { preferredVisualisationType: 'table' }, fields });
}

/** @returns undefined where Grafana finds a name by itself. */
function legendOf(format: string | undefined, labels: Labels): string | undefined {
  if (format === undefined || format === '' || format === '__auto') return undefined;
  return format.replaceAll(
    /\{\{\s*([^}\s]+)\s*\}\}/g,
    (text, label: string) => labels[label] ?? text,
  );
}
