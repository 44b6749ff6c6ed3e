import {
  TableCellHeight,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type {
  DynamicConfigValue,
  ThresholdsConfigBuilder,
  ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { DataLink } from './links.ts';
import { refId, withQueries, withWords, type Words } from './panels.ts';

interface Column {
  readonly title: string;
  readonly width?: number;
  readonly link?: DataLink;
}

/** A label that all queries of the table keep, or only one does. */
export interface LabelColumn extends Column {
  readonly label: string;
  /** Longer than any column: a click shows all of it. */
  readonly isLong?: boolean;
}

/** The values of a query that gives one for each row. */
export interface ValueColumn extends Column {
  readonly expr: string;
  readonly unit: string;
  readonly decimals?: number;
  /** Colors the cell. */
  readonly thresholds?: ThresholdsConfigBuilder;
  readonly mappings?: readonly ValueMapping[];
  /** The query is there for its labels; its values are all 1. */
  readonly hidden?: boolean;
}

export interface SortBy {
  readonly title: string;
  readonly desc: boolean;
}

export const largestFirst = (title: string): SortBy => ({ title, desc: true });
export const smallestFirst = (title: string): SortBy => ({ title, desc: false });

/** The text of an empty cell, instead of that of a table without data. */
const EMPTY_CELL: DynamicConfigValue = { id: 'noValue', value: '–' };

/**
 * One row for each set of labels, as of the end of the time range. The queries have to drop the
 * name of their metric and all labels without a column, or their rows would not come together.
 *
 * @param sortBy the columns to sort by, the first one first.
 */
export function table(
  words: Words,
  labels: readonly LabelColumn[],
  values: readonly ValueColumn[],
  ...sortBy: readonly SortBy[]
): TableBuilder {
  const shown = values.filter(({ hidden = false }) => !hidden);
  const names = (column: ValueColumn) => {
    const index = values.indexOf(column);
    // Grafana leaves out the letter where one query alone has a result, which is the first one.
    return [
      ...(values.length === 1 ? [] : [`Value #${refId(index)}`]),
      ...(index === 0 ? ['Value'] : []),
    ];
  };
  const order = [
    ...labels.map(({ label, title }) => ({ title, names: [label] })),
    ...shown.map((column) => ({ title: column.title, names: names(column) })),
  ];
  const byName = <Value>(value: (title: string, index: number) => Value) =>
    Object.fromEntries(
      order.flatMap(({ title, names: own }, index) =>
        own.map((name) => [name, value(title, index)]),
      ),
    );
  const hidden = values.filter((column) => !shown.includes(column)).flatMap(names);
  const builder = withQueries(
    withWords(new TableBuilder(), words),
    values.map(({ expr }) =>
      new DataqueryBuilder().expr(expr).format(PromQueryFormat.Table).instant(),
    ),
  )
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(['Time', ...hidden].map((name) => [name, true])),
        indexByName: byName((_, index) => index),
        renameByName: byName((title) => title),
      },
    })
    .cellHeight(TableCellHeight.Sm)
    .filterable(true)
    .sortBy(
      sortBy.map(({ title, desc }) =>
        new TableSortByFieldStateBuilder().displayName(title).desc(desc),
      ),
    );
  for (const column of labels) {
    const inspect = column.isLong === true ? [{ id: 'custom.inspect', value: true }] : [];
    builder.overrideByName(column.title, [...ofColumn(column), ...inspect]);
  }
  for (const column of shown) {
    builder.overrideByName(column.title, [...ofColumn(column), ...ofValues(column)]);
  }
  return builder;
}

function ofColumn({ width, link }: Column): DynamicConfigValue[] {
  return [
    EMPTY_CELL,
    ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
    ...(link === undefined ? [] : [{ id: 'links', value: [link] }]),
  ];
}

function ofValues({ unit, decimals, thresholds, mappings }: ValueColumn): DynamicConfigValue[] {
  const isColored = thresholds !== undefined || mappings !== undefined;
  return [
    { id: 'unit', value: unit },
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    ...(thresholds === undefined ? [] : [{ id: 'thresholds', value: thresholds.build() }]),
    ...(mappings === undefined ? [] : [{ id: 'mappings', value: mappings }]),
    ...(isColored ? [{ id: 'custom.cellOptions', value: { type: 'color-text' } }] : []),
  ];
}
