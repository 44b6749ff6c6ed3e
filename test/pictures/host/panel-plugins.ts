import { PluginType, type PanelPlugin, type PluginMetaInfo } from '@grafana/data';

import { heatmapPanel } from './panels/heatmap-panel.tsx';
import { stateTimelinePanel } from './panels/state-timeline-panel.tsx';
import { statPanel } from './panels/stat-panel.tsx';
import { tablePanel } from './panels/table-panel.tsx';
import { timeSeriesPanel } from './panels/time-series-panel.tsx';

/** The types of panels that our dashboards have. */
const PLUGINS: readonly (readonly [string, PanelPlugin])[] = [
  ['heatmap', heatmapPanel],
  ['state-timeline', stateTimelinePanel],
  ['stat', statPanel],
  ['table', tablePanel],
  ['timeseries', timeSeriesPanel],
];

const INFO: PluginMetaInfo = {
  author: { name: '' },
  description: '',
  links: [],
  logos: { small: '', large: '' },
  screenshots: [],
  updated: '',
  version: '',
};

/** The panels by their type, with what a Grafana server tells of each. */
export const panelPlugins: ReadonlyMap<string, PanelPlugin> = new Map(
  PLUGINS.map(([id, plugin]) => {
    const type = PluginType.panel;
    plugin.meta = { id, name: id, type, info: INFO, module: '', baseUrl: '', sort: 0 };
    return [id, plugin];
  }),
);
