import {
  LoadingState,
  type AnnotationQuery,
  type AnnotationSupport,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type LegacyMetricFindQueryOptions,
  type MetricFindValue,
  type ScopedVars,
  type TimeRange,
} from '@grafana/data';
import { RuntimeDataSource, sceneGraph, type SceneObject } from '@grafana/scenes';
import type { DataQuery } from '@grafana/schema';
import { of } from 'rxjs';

import { toAnnotationEvents } from './annotation-events.ts';
import { formatVariable } from './format-variable.ts';
import { queryInstant, queryLabelValues, queryRange } from './prometheus-api.ts';
import { toSeriesFrames, toTableFrame } from './prometheus-frames.ts';

interface PromQuery extends DataQuery {
  expr: string;
  instant?: boolean;
  format?: string;
  legendFormat?: string;
}

/** Queries a Prometheus for the panels, variables and annotations of a dashboard. */
export class PrometheusDataSource extends RuntimeDataSource {
  readonly #scrapeInterval: number;

  override annotations: AnnotationSupport = {
    processEvents: (annotation: AnnotationQuery, frames) =>
      of(toAnnotationEvents(annotation, frames)),
  };

  /** @param scrapeInterval in seconds; no two points of a query are closer. */
  constructor(scrapeInterval: number) {
    super('prometheus', 'prometheus');
    this.interval = `${scrapeInterval}s`;
    this.#scrapeInterval = scrapeInterval;
  }

  override async query(request: DataQueryRequest): Promise<DataQueryResponse> {
    const targets = request.targets as PromQuery[];
    const tables = targets.filter(({ format }) => format === 'table');
    const frames = await Promise.all(
      targets.map((target) => this.#queryTarget(target, request, tables.length > 1)),
    );
    return { state: LoadingState.Done, data: frames.flat() };
  }

  /** Answers `label_values(selector, label)`, all that the dashboards' variables ask for. */
  override async metricFindQuery(
    { query }: { query: string },
    options?: LegacyMetricFindQueryOptions,
  ): Promise<MetricFindValue[]> {
    const [, selector, label] = /^label_values\((.+),\s*(\w+)\)$/s.exec(query) ?? [];
    if (selector === undefined || label === undefined) {
      throw new Error(
        `A variable asks for "${query}", which is not label_values(selector, label).`,
      );
    }
    const { range, scopedVars } = options as { range: TimeRange; scopedVars: ScopedVars };
    const text = interpolate(selector, scopedVars);
    const values = await queryLabelValues(text, label, secondsOf(range));
    return values.map((value) => ({ text: value }));
  }

  async #queryTarget(
    target: PromQuery,
    { range, scopedVars, intervalMs }: DataQueryRequest,
    isOneOfMany: boolean,
  ): Promise<DataFrame[]> {
    const step = Math.max(intervalMs / 1000, this.#scrapeInterval);
    const { start, end } = secondsOf(range);
    const rateInterval = Math.max(step + this.#scrapeInterval, 4 * this.#scrapeInterval);
    const expr = interpolate(target.expr, {
      ...scopedVars,
      __interval: variable(`${step}s`),
      __rate_interval: variable(`${rateInterval}s`),
      __range: variable(`${Math.round(end - start)}s`),
    });
    if (target.instant === true) {
      const series = await queryInstant(expr, end);
      if (target.format !== 'table') return toSeriesFrames(series, target);
      return [toTableFrame(series, target.refId, isOneOfMany)];
    }
    // Steps begin at multiples of the step, so that a later query finds the same points.
    const align = (time: number) => Math.floor(time / step) * step;
    const series = await queryRange(expr, { start: align(start), end: align(end), step });
    return toSeriesFrames(series, target, step * 1000);
  }
}

const variable = (value: string) => ({ text: value, value });

function secondsOf({ from, to }: TimeRange): { start: number; end: number } {
  return { start: from.valueOf() / 1000, end: to.valueOf() / 1000 };
}

function interpolate(text: string, scopedVars: ScopedVars): string {
  const scene = scopedVars['__sceneObject']?.value as { valueOf(): SceneObject };
  return sceneGraph.interpolate(scene.valueOf(), text, scopedVars, formatVariable);
}
