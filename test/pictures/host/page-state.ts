import { LoadingState } from '@grafana/data';
import { sceneGraph, SceneQueryRunner, VizPanel, type EmbeddedScene } from '@grafana/scenes';

import type { PageState } from './picture.ts';

/** Which queries are still to end, which failed, and which panels have no data. */
export function readPageState(scene: EmbeddedScene): PageState {
  const states = sceneGraph.findDescendents(scene, VizPanel).map((panel) => {
    const runner = sceneGraph.findDescendents(panel, SceneQueryRunner)[0];
    return { title: panel.state.title, data: runner?.state.data };
  });
  const layers = sceneGraph.getDataLayers(scene);
  const isComplete = [...states, ...layers.map(({ state }) => state)].every(({ data }) =>
    [LoadingState.Done, LoadingState.Error].includes(data?.state ?? LoadingState.NotStarted),
  );
  const errors = states.flatMap(({ title, data }) =>
    (data?.errors ?? []).map(({ message }) => `${title}: ${message ?? 'the query failed'}`),
  );
  const emptyPanels = states
    .filter(({ data }) => (data?.series ?? []).every(({ length }) => length === 0))
    .map(({ title }) => title);
  return { isComplete, errors, emptyPanels };
}
