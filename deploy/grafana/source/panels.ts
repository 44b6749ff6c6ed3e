import {
  BigValueColorMode,
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type DynamicConfigValue,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { DATASOURCE } from './datasource.ts';

/** Units other than requests, which Grafana does not have. */
export const PER_SECOND = {
  errors: 'suffix:errors/s',
  reads: 'suffix:reads/s',
  pushes: 'suffix:pushes/s',
} as const;

export interface Words {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  /** Text of a panel without data. */
  readonly noValue?: string;
}

export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export function timeSeries(words: Words, ...queries: readonly Query[]): TimeSeriesBuilder {
  return withQueries(withWords(new TimeSeriesBuilder(), words), rangeQueries(queries))
    .min(0)
    .lineWidth(1)
    .fillOpacity(8)
    .showPoints(VisibilityMode.Never)
    .legend(listLegend())
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    );
}

/** The only series of a panel needs no legend: the title says what it is. */
export const listLegend = (isShown = true) =>
  new VizLegendOptionsBuilder()
    .showLegend(isShown)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .calcs([]);

/** With the newest and the largest value of each series, for panels with many series. */
export function manySeries(words: Words, ...queries: readonly Query[]): TimeSeriesBuilder {
  return timeSeries(words, ...queries)
    .fillOpacity(0)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max'])
        .sortBy('Last *')
        .sortDesc(true),
    );
}

/** Large figures, as of the end of the time range; white unless it has thresholds. */
export function stat(words: Words, ...queries: readonly Query[]): StatBuilder {
  return withQueries(withWords(new StatBuilder(), words), instantQueries(queries))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .thresholds(steps('text'));
}

/** Its mappings give the colors; with any other color mode the legend would not list them. */
export function stateTimeline(words: Words, ...queries: readonly Query[]): StateTimelineBuilder {
  return withQueries(withWords(new StateTimelineBuilder(), words), rangeQueries(queries))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text'))
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.8)
    .lineWidth(0)
    .fillOpacity(75)
    .legend(listLegend());
}

/** A color, and others from given values on: `steps('green', [0.7, 'orange'], [0.9, 'red'])`. */
export function steps(base: string, ...further: readonly Step[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: base }, ...further.map(([value, color]) => ({ value, color }))]);
}

type Step = readonly [value: number, color: string];

/** Limits of a warning and of a fault: the same on every dashboard, and as in the alerts. */
export const LIMITS = {
  failedShare: [
    [0.01, 'orange'],
    [0.05, 'red'],
  ],
  responseSeconds: [
    [0.5, 'orange'],
    [1, 'red'],
  ],
  cpuRatio: [
    [0.7, 'orange'],
    [0.9, 'red'],
  ],
  /** For what should be 0. */
  none: [[1, 'orange']],
} as const satisfies Record<string, readonly Step[]>;

/** Colors of a figure or a cell: green below the limits, and none if there is no number. */
export const gradedFigure = (limits: readonly Step[]) => steps('text', [0, 'green'], ...limits);

/** Lines across a graph. */
export const limitLines = (limits: readonly Step[]) => steps('green', ...limits);

/** Properties of one series that is measured in something else than the others. */
export const onTheRight = (unit: string, label: string): DynamicConfigValue[] => [
  { id: 'unit', value: unit },
  { id: 'custom.axisPlacement', value: 'right' },
  { id: 'custom.axisLabel', value: label },
];

export const inColor = (color: string): DynamicConfigValue => ({
  id: 'color',
  value: { mode: 'fixed', fixedColor: color },
});

interface WithWords {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  noValue(noValue: string): this;
  datasource(datasource: { type: string; uid: string }): this;
}

export function withWords<Builder extends WithWords>(
  builder: Builder,
  { title, description, unit, noValue }: Words,
): Builder {
  builder.datasource(DATASOURCE).title(title).description(description).unit(unit);
  return noValue === undefined ? builder : builder.noValue(noValue);
}

export function withQueries<Builder extends { withTarget(query: DataqueryBuilder): Builder }>(
  builder: Builder,
  queries: readonly DataqueryBuilder[],
): Builder {
  queries.forEach((query, index) => {
    builder.withTarget(query.datasource(DATASOURCE).refId(refId(index)));
  });
  return builder;
}

/** A, B and so on. */
export const refId = (index: number) => String.fromCharCode('A'.charCodeAt(0) + index);

const rangeQueries = (queries: readonly Query[]) =>
  queries.map(({ expr, legend }) => new DataqueryBuilder().expr(expr).legendFormat(legend).range());

const instantQueries = (queries: readonly Query[]) =>
  queries.map(({ expr, legend }) =>
    new DataqueryBuilder().expr(expr).legendFormat(legend).instant(),
  );
