import { FieldType, getFieldDisplayName, PanelPlugin, type PanelProps } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';

import { customOptions } from '../field-options.ts';
import { NoData } from './no-data.tsx';

interface Bucket {
  /** As it is in the label `le`. */
  bound: string;
  /** Requests per second in this bucket alone, at each time. */
  rates: readonly number[];
}

const NAME_WIDTH = 44;
const AXIS_HEIGHT = 18;

/**
 * The buckets of a classic histogram over time. No package of Grafana has this panel, so this is
 * a drawing of our own, as Grafana draws it: the lowest bucket at the bottom, darker for more.
 */
function HeatmapPanel({ data, fieldConfig, width, height, timeRange }: PanelProps) {
  const { colors } = useTheme2();
  const { times, interval, buckets } = readBuckets(data.series);
  if (buckets.length === 0) return <NoData fieldConfig={fieldConfig} />;

  const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const xOf = (time: number) => NAME_WIDTH + ((time - from) / (to - from)) * (width - NAME_WIDTH);
  const rowHeight = (height - AXIS_HEIGHT) / buckets.length;
  const yOf = (row: number) => height - AXIS_HEIGHT - (row + 1) * rowHeight;
  const largest = Math.max(...buckets.flatMap(({ rates }) => rates));
  const text = { fontSize: 11, fill: colors.text.primary };
  const labelEvery = Math.ceil(14 / rowHeight);
  return (
    <svg width={width} height={height}>
      {buckets.map(({ bound, rates }, row) => (
        <g key={bound}>
          {row % labelEvery === 0 && (
            <text {...text} x={NAME_WIDTH - 6} y={yOf(row) + rowHeight / 2 + 4} textAnchor="end">
              {formatBound(bound)}
            </text>
          )}
          {rates.map((rate, index) => {
            const time = times[index] ?? 0;
            if (!(rate > 0) || time > to) return null;
            const left = xOf(Math.max(from, time - interval));
            return (
              <rect
                key={time}
                {...{ x: left, y: yOf(row), width: Math.max(1, xOf(time) - left - 1) }}
                {...{ height: Math.max(1, rowHeight - 1), fill: colors.warning.main }}
                fillOpacity={0.15 + 0.85 * Math.sqrt(rate / largest)}
              />
            );
          })}
        </g>
      ))}
    </svg>
  );
}

/** Counts of classic buckets are cumulative: each contains those below it. */
function readBuckets(series: PanelProps['data']['series']): {
  times: readonly number[];
  interval: number;
  buckets: readonly Bucket[];
} {
  const byTime = series.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === FieldType.time);
    const value = frame.fields.find(({ type }) => type === FieldType.number);
    if (time === undefined || value === undefined) return [];
    const rates = new Map(
      time.values.map((at: number, index) => [at, value.values[index] as number]),
    );
    const interval = time.config.interval ?? 0;
    return [{ bound: getFieldDisplayName(value, frame, series), rates, interval }];
  });
  byTime.sort((a, b) => boundOf(a.bound) - boundOf(b.bound));
  const times = [...new Set(byTime.flatMap(({ rates }) => [...rates.keys()]))].sort(
    (a, b) => a - b,
  );
  const buckets = byTime.map(({ bound, rates }, row) => {
    const below = byTime[row - 1]?.rates;
    return { bound, rates: times.map((at) => (rates.get(at) ?? 0) - (below?.get(at) ?? 0)) };
  });
  const isUsed = buckets.map(({ rates }) => rates.some((rate) => rate > 0));
  return {
    times,
    interval: byTime[0]?.interval ?? 0,
    buckets: buckets.slice(isUsed.indexOf(true), isUsed.lastIndexOf(true) + 1),
  };
}

const boundOf = (bound: string) => Number(bound.replace('+Inf', 'Infinity'));

function formatBound(bound: string): string {
  const seconds = boundOf(bound);
  if (seconds === Infinity) return '∞';
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds} s`;
}

export const heatmapPanel = new PanelPlugin(HeatmapPanel).useFieldConfig({
  useCustomConfig: customOptions({
    hideFrom: { tooltip: false, viz: false, legend: false },
    scaleDistribution: { type: 'linear' },
  }),
});
