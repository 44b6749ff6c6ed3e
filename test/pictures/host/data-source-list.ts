import type { DataSourceApi, ScopedVars } from '@grafana/data';
import { sceneGraph, type SceneObject } from '@grafana/scenes';
import type { DataSourceRef } from '@grafana/schema';

/*
 * Takes the place of @grafana/plugin-compat/datasources, through which scenes look up data
 * sources. Its bridges between versions import names that no single version of @grafana/runtime
 * has, which a bundler rejects; and scenes themselves find a data source that is registered with
 * them only by its uid, not by a variable such as ${datasource}.
 */

const dataSources: DataSourceApi[] = [];

/** Makes a data source known to variables and queries. */
export function addDataSource(dataSource: DataSourceApi): void {
  dataSources.push(dataSource);
}

export function getDataSourceInstanceList({ pluginId }: { pluginId?: string } = {}) {
  return Promise.resolve(
    dataSources
      .filter(({ type }) => pluginId === undefined || type === pluginId)
      .map(({ uid, type }) => ({ uid, type, name: 'Prometheus' })),
  );
}

export function getDefaultDataSourceInstanceListItem() {
  return Promise.resolve(undefined);
}

/** @throws Error for a data source that was not added. */
export function getDataSourceInstance(
  ref: DataSourceRef | null | undefined,
  scopedVars: ScopedVars,
): Promise<DataSourceApi> {
  const scene = scopedVars['__sceneObject']?.value as { valueOf(): SceneObject };
  const wanted = sceneGraph.interpolate(scene.valueOf(), ref?.uid, scopedVars);
  const found = dataSources.find(({ uid }) => uid === wanted);
  return found === undefined
    ? Promise.reject(new Error(`There is no data source with the uid "${wanted}".`))
    : Promise.resolve(found);
}
