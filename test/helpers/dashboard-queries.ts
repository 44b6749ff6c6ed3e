import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const DASHBOARD_FOLDER = path.resolve(
  import.meta.dirname,
  '../../deploy/grafana/dashboards',
);

/** One query of one panel. */
export interface DashboardQuery {
  /** Title of the dashboard. */
  readonly dashboard: string;
  /** Title of the panel. */
  readonly panel: string;
  readonly panelType: string;
  readonly refId: string;
  readonly expr: string;
  readonly kind: 'instant' | 'range';
  readonly legendFormat: string | undefined;
  /** Of all fields of the panel that have none of their own. */
  readonly unit: string | undefined;
  /** The panel's text for an empty result; such a query may be empty. */
  readonly noValue: string | undefined;
}

export interface DashboardVariable {
  readonly name: string;
  readonly type: string;
  /** Such as label_values(locust_up, job); "prometheus" for the data source. */
  readonly query: string;
  readonly multi: boolean;
  readonly allValue: string | undefined;
}

export interface DashboardAnnotation {
  readonly name: string;
  readonly expr: string;
  /** Whether values are times, in milliseconds, instead of marks where they are above 0. */
  readonly useValueForTime: boolean;
}

export interface ReadDashboard {
  /** Name without folder, such as run-overview.json. */
  readonly file: string;
  readonly uid: string;
  readonly title: string;
  readonly queries: readonly DashboardQuery[];
  readonly variables: readonly DashboardVariable[];
  readonly annotations: readonly DashboardAnnotation[];
  /** All of it. */
  readonly json: DashboardJson;
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly datasource?: DatasourceJson;
  readonly targets?: readonly TargetJson[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly noValue?: string };
    readonly overrides: readonly unknown[];
  };
  /** Of a row that is folded. */
  readonly panels?: readonly PanelJson[];
}

export interface TargetJson {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly format?: string;
  readonly legendFormat?: string;
  readonly datasource?: DatasourceJson;
}

export interface DatasourceJson {
  readonly type?: string;
  readonly uid?: string;
}

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly PanelJson[];
  readonly links: readonly { readonly url: string; readonly includeVars?: boolean }[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly query: string | { readonly query: string };
      readonly multi?: boolean;
      readonly allValue?: string;
      readonly datasource?: DatasourceJson;
    }[];
  };
  readonly annotations: {
    readonly list: readonly {
      readonly name: string;
      readonly builtIn?: number;
      readonly datasource?: DatasourceJson;
      readonly target?: TargetJson;
      readonly useValueForTime?: boolean;
    }[];
  };
}

/** The dashboards as they are committed. */
export function readDashboards(): ReadDashboard[] {
  return readdirSync(DASHBOARD_FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(DASHBOARD_FOLDER, file), 'utf8');
      return describeDashboard(file, JSON.parse(text) as DashboardJson);
    });
}

function describeDashboard(file: string, json: DashboardJson): ReadDashboard {
  return {
    file,
    uid: json.uid,
    title: json.title,
    json,
    queries: panelsOf(json).flatMap((panel) => queriesOf(json, panel)),
    variables: json.templating.list.map(({ name, type, query, multi = false, allValue }) => ({
      name,
      type,
      query: typeof query === 'string' ? query : query.query,
      multi,
      allValue,
    })),
    annotations: json.annotations.list.flatMap(({ name, target, useValueForTime = false }) =>
      target === undefined ? [] : [{ name, expr: target.expr, useValueForTime }],
    ),
  };
}

/** All panels but rows, those in folded rows too. */
export function panelsOf({ panels }: Pick<DashboardJson, 'panels'>): PanelJson[] {
  return panels.flatMap((panel) => [
    ...(panel.type === 'row' ? [] : [panel]),
    ...(panel.panels ?? []),
  ]);
}

function queriesOf({ title }: DashboardJson, panel: PanelJson): DashboardQuery[] {
  return (panel.targets ?? []).map(({ refId, expr, instant = false, legendFormat }) => ({
    dashboard: title,
    panel: panel.title ?? '',
    panelType: panel.type,
    refId,
    expr,
    kind: instant ? 'instant' : 'range',
    legendFormat,
    unit: panel.fieldConfig?.defaults.unit,
    noValue: panel.fieldConfig?.defaults.noValue,
  }));
}

/** The allValue of the variables that have one. */
export const ANYTHING = '(?s:.*)';

/** A chosen value, several, or `$__all` for ANYTHING. */
export type VariableValues = Readonly<Record<string, string | readonly string[]>>;

/**
 * What Grafana sends to Prometheus. Every variable of the expression needs a value; those that
 * Grafana has by itself (`__rate_interval`, `__interval`, `__range`) have defaults of 1m, 15s
 * and 30m.
 *
 * @throws Error that names the variable without a value.
 */
export function substituteVariables(expr: string, values: VariableValues): string {
  const all: VariableValues = { ...BUILT_IN, ...values };
  return expr.replaceAll(
    /\$\{(\w+)(?::(\w+))?\}|\$([A-Za-z_]\w*)/g,
    (_, braced: string | undefined, format: string | undefined, plain: string | undefined) => {
      const name = braced ?? plain!;
      const value = all[name];
      if (value === undefined) throw new Error(`no value for the variable ${name} in ${expr}`);
      return formatValue(value, format);
    },
  );
}

const BUILT_IN: VariableValues = { __rate_interval: '1m', __interval: '15s', __range: '30m' };

/** By Grafana's rules for the Prometheus data source, and for the format `regex`. */
function formatValue(value: string | readonly string[], format: string | undefined): string {
  if (value === '$__all') return ANYTHING;
  if (typeof value === 'string' && format === undefined) return value.replaceAll('\\', '\\\\');
  const backslash = format === 'regex' ? '\\' : '\\\\';
  const escaped = [value]
    .flat()
    .map((one) => one.replaceAll(/[\\^$*+?.()|[\]{}]/g, (char) => backslash + char));
  return escaped.length === 1 ? escaped[0]! : `(${escaped.join('|')})`;
}
