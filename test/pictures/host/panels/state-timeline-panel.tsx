import {
  FieldType,
  getFieldDisplayName,
  PanelPlugin,
  type Field,
  type PanelProps,
} from '@grafana/data';
import { useTheme2 } from '@grafana/ui';

import { customOptions } from '../field-options.ts';
import { NoData } from './no-data.tsx';

interface Stretch {
  from: number;
  to: number;
  text: string;
  color: string;
}

/**
 * A row of coloured stretches for each series. No package of Grafana has this panel, so this is
 * a drawing of our own; texts and colours are what Grafana's field options make of the values.
 */
function StateTimelinePanel({ data, fieldConfig, width, height, timeRange }: PanelProps) {
  const { colors } = useTheme2();
  const rows = data.series.flatMap((frame) => {
    const times = frame.fields.find(({ type }) => type === FieldType.time);
    const values = frame.fields.filter(({ type }) => type === FieldType.number);
    if (times === undefined) return [];
    return values.map((field) => ({
      name: getFieldDisplayName(field, frame, data.series),
      stretches: stretchesOf(times, field),
    }));
  });
  if (rows.length === 0) return <NoData fieldConfig={fieldConfig} />;

  const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const nameWidth = 8 + 7 * Math.max(...rows.map(({ name }) => name.length));
  const axisHeight = 18;
  const rowHeight = (height - axisHeight) / rows.length;
  const xOf = (time: number) =>
    nameWidth + ((Math.min(time, to) - from) / (to - from)) * (width - nameWidth);
  const text = { fontSize: 12, fill: colors.text.primary };
  return (
    <svg width={width} height={height}>
      {rows.map(({ name, stretches }, index) => (
        <g key={name} transform={`translate(0 ${index * rowHeight})`}>
          <text {...text} x={nameWidth - 8} y={rowHeight / 2 + 4} textAnchor="end">
            {name}
          </text>
          {stretches.map((stretch) => {
            const [left, right] = [xOf(stretch.from), xOf(stretch.to)];
            const isWide = right - left > 8 + 7 * stretch.text.length;
            return (
              <g key={stretch.from}>
                <rect
                  {...{ x: left, y: rowHeight * 0.05, width: Math.max(1, right - left) }}
                  {...{ height: rowHeight * 0.9, fill: stretch.color, fillOpacity: 0.7 }}
                />
                {isWide && (
                  <text {...text} x={left + 4} y={rowHeight / 2 + 4}>
                    {stretch.text}
                  </text>
                )}
              </g>
            );
          })}
        </g>
      ))}
      {minutesBetween(from, to).map((time) => (
        <text key={time} {...text} x={xOf(time)} y={height - 4} textAnchor="middle">
          {new Date(time).toISOString().slice(11, 16)}
        </text>
      ))}
    </svg>
  );
}

/** Whole minutes that are neither at the edges nor too many to be read. */
function minutesBetween(from: number, to: number): number[] {
  const step = Math.ceil((to - from) / 10 / 60_000) * 60_000;
  const first = Math.ceil((from + step / 4) / step) * step;
  const count = Math.max(0, Math.ceil((to - step / 4 - first) / step));
  return Array.from({ length: count }, (_, index) => first + index * step);
}

/** Neighbouring points of one value are one stretch; a gap between points ends it. */
function stretchesOf(times: Field, { values, display }: Field): Stretch[] {
  const interval = times.config.interval ?? 0;
  const stretches: (Stretch & { value: unknown })[] = [];
  values.forEach((value: unknown, index) => {
    const from = times.values[index] as number;
    const last = stretches.at(-1);
    const { text = String(value), color = 'gray' } = display?.(value) ?? {};
    if (last !== undefined && last.value === value && last.to >= from) last.to = from + interval;
    else stretches.push({ value, from, to: from + interval, text, color });
  });
  return stretches;
}

export const stateTimelinePanel = new PanelPlugin(StateTimelinePanel).useFieldConfig({
  useCustomConfig: customOptions({
    fillOpacity: 70,
    hideFrom: { tooltip: false, viz: false, legend: false },
    lineWidth: 0,
    spanNulls: false,
  }),
});
