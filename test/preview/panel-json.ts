/** What the preview reads of a dashboard: the parts of Grafana's model that change a picture. */
export interface Dashboard {
  title: string;
  description?: string;
  panels: Panel[];
  templating: { list: Variable[] };
  annotations: { list: Annotation[] };
}

export interface Variable {
  name: string;
  label?: string;
  type: string;
  hide?: number;
  current?: { text: string | string[] };
}

export interface Annotation {
  name: string;
  iconColor: string;
  target?: { expr: string };
  useValueForTime?: boolean;
}

export interface Target {
  refId: string;
  expr: string;
  instant?: boolean;
  format?: string;
  legendFormat?: string;
}

export interface Panel {
  id: number;
  type: string;
  title?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  options?: Record<string, unknown>;
  transformations?: { id: string; options: Record<string, unknown> }[];
  fieldConfig?: {
    defaults: FieldConfig;
    overrides: {
      matcher: { id: string; options: string };
      properties: { id: string; value: unknown }[];
    }[];
  };
  panels?: Panel[];
}

export interface Thresholds {
  steps: { value: number | null; color: string }[];
}

export interface ValueMapping {
  type: string;
  options: Record<string, unknown>;
}

export interface FieldConfig {
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  noValue?: string;
  displayName?: string;
  color?: { mode: string; fixedColor?: string };
  thresholds?: Thresholds;
  mappings?: ValueMapping[];
  links?: unknown[];
  custom?: Record<string, unknown>;
}

/** A column of values with one name: a series over time, or a column of a table. */
export interface Field {
  name: string;
  refId: string;
  labels: Record<string, string>;
  values: (number | string | null)[];
}

/** Fields of equal length; `times` are Unix times in seconds. */
export interface Frame {
  refId: string;
  times: number[];
  fields: Field[];
}
