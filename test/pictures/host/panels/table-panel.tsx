import { cacheFieldDisplayNames, PanelPlugin, type PanelProps } from '@grafana/data';
import type { TableCellHeight } from '@grafana/schema';
import type { TableSortByFieldState } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { useMemo } from 'react';

import { customOptions } from '../field-options.ts';
import { NoData } from './no-data.tsx';

interface TableOptions {
  showHeader: boolean;
  sortBy?: TableSortByFieldState[];
  cellHeight?: TableCellHeight;
}

function TablePanel(props: PanelProps<TableOptions>) {
  const { data, options, fieldConfig, width, height, timeRange } = props;
  useMemo(() => cacheFieldDisplayNames(data.series), [data.series]);
  const [frame] = data.series;
  if (frame === undefined || frame.length === 0) return <NoData fieldConfig={fieldConfig} />;
  return (
    <TableNG
      {...{ data: frame, width, height, timeRange, fieldConfig }}
      noHeader={!options.showHeader}
      sortBy={options.sortBy}
      cellHeight={options.cellHeight}
      noValue={fieldConfig.defaults.noValue}
      structureRev={data.structureRev}
      getActions={() => []}
      resizable
      enableVirtualization
    />
  );
}

/** Grafana's defaults for its table, where a dashboard says nothing. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  align: 'auto',
  cellOptions: { type: 'auto' },
  filterable: false,
  footer: { reducers: [] },
  hidden: false,
  hideFrom: { viz: false },
  inspect: false,
  minWidth: 0,
  styleField: undefined,
  tooltip: undefined,
  width: undefined,
  wrapHeaderText: false,
  wrapText: false,
};

export const tablePanel = new PanelPlugin<TableOptions>(TablePanel).useFieldConfig({
  useCustomConfig: customOptions(DEFAULTS),
});
