import type {
  AnnotationQuery,
  DataSourceRef,
  DataTransformerConfig,
  FieldConfigSource,
} from '@grafana/data';
import {
  behaviors,
  ControlsLabel,
  dataLayers,
  DataSourceVariable,
  EmbeddedScene,
  QueryVariable,
  SceneControlsSpacer,
  SceneDataLayerSet,
  SceneDataTransformer,
  SceneGridItem,
  SceneGridLayout,
  SceneGridRow,
  SceneQueryRunner,
  SceneReactObject,
  SceneTimePicker,
  SceneTimeRange,
  SceneVariableSet,
  VariableValueSelectors,
  VizPanel,
  type SceneDataQuery,
  type SceneGridItemLike,
  type SceneVariable,
} from '@grafana/scenes';
import type { Dashboard, Panel, RowPanel, VariableModel } from '@grafana/schema';
import { LinkButton } from '@grafana/ui';

import type { Picture } from './picture.ts';

/** Makes the scene that Grafana shows for the JSON of a dashboard. */
export function dashboardToScene({ dashboard, from, to, variables }: Picture): EmbeddedScene {
  const { list: models = [] } = dashboard.templating ?? {};
  const { list: annotations = [] } = dashboard.annotations ?? {};
  const layers = annotations
    .filter(({ builtIn }) => builtIn !== 1)
    .map((query) => toLayer(query as AnnotationQuery));
  return new EmbeddedScene({
    $timeRange: new SceneTimeRange({
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      timeZone: 'utc',
    }),
    $variables: new SceneVariableSet({
      variables: models.map((model) => toVariable(model, variables[model.name])),
    }),
    $data: new SceneDataLayerSet({ layers }),
    $behaviors: [new behaviors.CursorSync({ key: 'cursor', sync: dashboard.graphTooltip ?? 0 })],
    controls: [
      new SceneReactObject({ reactNode: <Title text={dashboard.title ?? ''} /> }),
      new SceneTimePicker({ isOnCanvas: true }),
      new SceneReactObject({ reactNode: <div style={{ flexBasis: '100%' }} /> }),
      new VariableValueSelectors({}),
      ...layers.map((layer) => new SceneReactObject({ reactNode: <Toggle layer={layer} /> })),
      new SceneControlsSpacer(),
      new SceneReactObject({ reactNode: <Links dashboard={dashboard} /> }),
    ],
    body: new SceneGridLayout({ children: toGrid(dashboard.panels ?? []) }),
  });
}

function toLayer(query: AnnotationQuery) {
  return new dataLayers.AnnotationsDataLayer({
    name: query.name,
    isEnabled: query.enable,
    isHidden: query.hide === true,
    query,
  });
}

/** @throws Error for a type of variable that our dashboards do not have. */
function toVariable(model: VariableModel, value?: string | string[]): SceneVariable {
  const common = {
    name: model.name,
    label: model.label,
    hide: model.hide,
    isMulti: model.multi,
    includeAll: model.includeAll,
    allValue: model.allValue,
    value: value ?? model.current?.value ?? '',
    text: value ?? model.current?.text ?? '',
  };
  switch (model.type) {
    case 'datasource':
      return new DataSourceVariable({ ...common, pluginId: String(model.query) });
    case 'query':
      return new QueryVariable({
        ...common,
        query: model.query as QueryVariable['state']['query'],
        datasource: model.datasource as DataSourceRef,
        sort: model.sort,
        refresh: model.refresh,
      });
    default:
      throw new Error(`The variable ${model.name} has the unknown type ${model.type}.`);
  }
}

/** Panels that come after a row of headings belong to it. */
function toGrid(panels: readonly (Panel | RowPanel)[]): SceneGridItemLike[] {
  const items: SceneGridItemLike[] = [];
  let row: SceneGridRow | undefined;
  for (const panel of panels) {
    if (panel.type === 'row') {
      const { title, gridPos: { y = 0 } = {}, panels: folded = [] } = panel as RowPanel;
      row = new SceneGridRow({ title, y, children: folded.map(toGridItem) });
      items.push(row);
    } else if (row === undefined) items.push(toGridItem(panel as Panel));
    else row.setState({ children: [...row.state.children, toGridItem(panel as Panel)] });
  }
  return items;
}

function toGridItem(panel: Panel): SceneGridItem {
  const { x, y, w: width, h: height } = panel.gridPos ?? {};
  return new SceneGridItem({
    ...{ x, y, width, height },
    body: new VizPanel({
      key: `panel-${panel.id}`,
      title: panel.title ?? '',
      description: panel.description,
      pluginId: panel.type,
      options: panel.options,
      fieldConfig: panel.fieldConfig as unknown as FieldConfigSource,
      $data: new SceneDataTransformer({
        transformations: (panel.transformations ?? []) as DataTransformerConfig[],
        $data: new SceneQueryRunner({
          queries: panel.targets as SceneDataQuery[],
          datasource: panel.datasource as DataSourceRef,
          maxDataPointsFromWidth: true,
          dataLayerFilter: { panelId: panel.id ?? 0 },
        }),
      }),
    }),
  });
}

function Title({ text }: { text: string }) {
  return <h1 style={{ flexGrow: 1, margin: 0, fontSize: 22 }}>{text}</h1>;
}

function Toggle({ layer }: { layer: ReturnType<typeof toLayer> }) {
  return (
    <div style={{ display: 'flex' }}>
      <ControlsLabel label={layer.state.name ?? ''} htmlFor={layer.state.key ?? ''} />
      <layer.Component model={layer} />
    </div>
  );
}

/** The links to the other dashboards, which a picture shows and nobody follows. */
function Links({ dashboard: { links = [] } }: { dashboard: Dashboard }) {
  return (
    <div style={{ display: 'flex', gap: 8 }}>
      {links.map(({ title, url }) => (
        <LinkButton key={title} variant="secondary" icon="apps" href={url ?? ''}>
          {title}
        </LinkButton>
      ))}
    </div>
  );
}
