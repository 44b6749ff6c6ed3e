import {
  applyNullInsertThreshold,
  FieldColorModeId,
  FieldType,
  PanelPlugin,
  type PanelProps,
} from '@grafana/data';
import type { GraphFieldConfig, OptionsWithLegend } from '@grafana/schema';
import { TimeSeries } from '@grafana/ui';
import { useMemo } from 'react';

import { AnnotationMarks } from './annotation-marks.tsx';
import { customOptions } from '../field-options.ts';
import { NoData } from './no-data.tsx';

function TimeSeriesPanel(props: PanelProps<OptionsWithLegend>) {
  const { data, options, fieldConfig, width, height, timeRange, timeZone } = props;
  const frames = useMemo(() => {
    const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
    return data.series
      .filter(
        ({ length, fields }) => length > 0 && fields.some(({ type }) => type === FieldType.number),
      )
      .map((frame) =>
        applyNullInsertThreshold({ frame, refFieldPseudoMin: from, refFieldPseudoMax: to }),
      );
  }, [data.series, timeRange]);
  if (frames.length === 0) return <NoData fieldConfig={fieldConfig} />;
  return (
    <TimeSeries
      {...{ frames, width, height, timeRange, timeZone, options }}
      legend={options.legend}
      {...(data.structureRev !== undefined && { structureRev: data.structureRev })}
    >
      {(builder) => <AnnotationMarks builder={builder} frames={data.annotations ?? []} />}
    </TimeSeries>
  );
}

/** Grafana's defaults for its time series, where a dashboard says nothing. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  axisBorderShow: false,
  axisCenteredZero: false,
  axisColorMode: 'text',
  axisGridShow: undefined,
  axisLabel: '',
  axisPlacement: 'auto',
  axisSoftMax: undefined,
  axisSoftMin: undefined,
  axisWidth: undefined,
  barAlignment: 0,
  barWidthFactor: 0.6,
  drawStyle: 'line',
  fillBelowTo: undefined,
  fillOpacity: 0,
  gradientMode: 'none',
  hideFrom: { tooltip: false, viz: false, legend: false },
  insertNulls: false,
  lineColor: undefined,
  lineInterpolation: 'linear',
  lineStyle: undefined,
  lineWidth: 1,
  pointSize: 5,
  scaleDistribution: { type: 'linear' },
  showPoints: 'auto',
  showValues: false,
  spanNulls: false,
  stacking: { mode: 'none', group: 'A' },
  thresholdsStyle: { mode: 'off' },
  transform: undefined,
};

export const timeSeriesPanel = new PanelPlugin<OptionsWithLegend, GraphFieldConfig>(TimeSeriesPanel)
  .setDataSupport({ annotations: true })
  .useFieldConfig({
    standardOptions: {
      color: {
        settings: { byValueSupport: true, bySeriesSupport: true, preferThresholdsMode: false },
        defaultValue: { mode: FieldColorModeId.PaletteClassic },
      },
    },
    useCustomConfig: customOptions(DEFAULTS),
  });
