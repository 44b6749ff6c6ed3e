import {
  AxisPlacement,
  HeatmapCellLayout,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  TooltipDisplayMode,
} from '@grafana/grafana-foundation-sdk/common';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  HeatmapTooltipBuilder,
  PanelBuilder as HeatmapBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { inColor, timeSeries, withQueries, withWords, type Words } from './panels.ts';
import { durationQuantile, rate } from './selectors.ts';

/*
 * What the distributions of the companion show. Prometheus stores them as native histograms, as
 * classic ones, or both; the queries take the native ones where there are any.
 */

/** What a panel says without the companion, or before the first request. */
export const NEEDS_COMPANION =
  'No requests yet, or Locust runs without the companion (docs/companion.md)';

export const PERCENTILES = [
  ['p50', 0.5, 'green'],
  ['p95', 0.95, 'orange'],
  ['p99', 0.99, 'red'],
] as const;

/** The percentiles of one series of distributions, each in its color. */
export function percentilePanel(metric: string, selector: string) {
  const panel = timeSeries(
    {
      title: 'Response times, p50, p95 and p99',
      description:
        'Percentiles of the requests of each moment, all endpoints together. They come from the distributions of the companion.',
      unit: units.Seconds,
      noValue: NEEDS_COMPANION,
    },
    ...PERCENTILES.map(([legend, quantile]) => ({
      expr: durationQuantile(quantile, metric, selector),
      legend,
    })),
  ).fillOpacity(0);
  for (const [legend, , color] of PERCENTILES) panel.overrideByName(legend, [inColor(color)]);
  return panel;
}

/** How many requests took how long, over time; the distributions of several endpoints are added up. */
export function durationHeatmap(words: Omit<Words, 'unit' | 'noValue'>, expr: string) {
  const builder = withWords(new HeatmapBuilder(), {
    ...words,
    unit: units.Seconds,
    noValue: NEEDS_COMPANION,
  });
  return withQueries(builder, [
    new DataqueryBuilder()
      .expr(expr)
      .format(PromQueryFormat.Heatmap)
      .legendFormat('{{le}}')
      .range(),
  ])
    .calculate(false)
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .scale(HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64),
    )
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(2))
    .yAxis(new YAxisConfigBuilder().unit(units.Seconds).axisPlacement(AxisPlacement.Left))
    .cellGap(1)
    .tooltip(
      new HeatmapTooltipBuilder()
        .mode(TooltipDisplayMode.Single)
        .yHistogram(true)
        .showColorScale(true),
    )
    .hideLegend();
}

/** Of one series of distributions. */
export const heatmapOfOne = (metric: string, selector: string) =>
  nativeOrClassic(rate(`${metric}{${selector}}`), rate(`${metric}_bucket{${selector}}`));

/** Of the chosen endpoints together. */
export const heatmapOfEndpoints = (metric: string, selector: string) =>
  nativeOrClassic(
    `sum without (method, name) (${rate(`${metric}{${selector}}`)})`,
    `sum without (method, name) (${rate(`${metric}_bucket{${selector}}`)})`,
  );

/** Classic buckets only where there is no native histogram: a heatmap cannot show both. */
const nativeOrClassic = (native: string, classic: string) =>
  `${native} or (${classic} unless on (job, instance) ${native})`;
