import { substituteVariables, type VariableValues } from '../helpers/dashboard-queries.ts';
import type { RangeOptions, RealPrometheus } from '../helpers/real-prometheus.ts';
import type { Field, Frame, Panel, Target } from './panel-json.ts';

export interface Question {
  prometheus: RealPrometheus;
  variables: VariableValues;
  range: RangeOptions;
}

/** What Grafana's Prometheus data source makes of the queries of a panel. */
export async function queryPanel(panel: Panel, question: Question): Promise<Frame[]> {
  const targets = panel.targets ?? [];
  const all = await Promise.all(
    targets.map((target) => queryTarget(target, targets.length > 1, question)),
  );
  return all.flat();
}

async function queryTarget(
  target: Target,
  isOneOfMany: boolean,
  { prometheus, variables, range }: Question,
): Promise<Frame[]> {
  const { refId, format } = target;
  const expr = substituteVariables(target.expr, variables);
  if (target.instant !== true) {
    const times = gridOf(range);
    const series = await prometheus.queryRange(expr, range);
    return series.map(({ labels, points }) => {
      const values = new Map(points.map(({ time, value }) => [time, value]));
      const name = nameOf(target, labels);
      const field = { name, refId, labels, values: times.map((time) => values.get(time) ?? null) };
      return { refId, times, fields: [field] };
    });
  }
  const samples = await prometheus.query(expr, range.end);
  if (format !== 'table') {
    return samples.map(({ labels, value }) => {
      const field = { name: nameOf(target, labels), refId, labels, values: [value] };
      return { refId, times: [range.end], fields: [field] };
    });
  }
  const times = samples.map(() => range.end);
  const column = (name: string, values: Field['values']) => ({ name, refId, labels: {}, values });
  const labels = [...new Set(samples.flatMap((sample) => Object.keys(sample.labels)))].sort();
  const fields = [
    column('Time', times),
    ...labels.map((label) =>
      column(
        label,
        samples.map((sample) => sample.labels[label] ?? ''),
      ),
    ),
    column(
      isOneOfMany ? `Value #${refId}` : 'Value',
      samples.map(({ value }) => value),
    ),
  ];
  return [{ refId, times, fields }];
}

function gridOf({ start, end, step }: RangeOptions): number[] {
  return Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, n) => start + n * step);
}

function nameOf({ legendFormat, expr }: Target, labels: Record<string, string>): string {
  if (legendFormat !== undefined && legendFormat !== '' && legendFormat !== '__auto') {
    return legendFormat.replaceAll(
      /\{\{\s*(\w+)\s*\}\}/g,
      (_, label: string) => labels[label] ?? '',
    );
  }
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? expr : `{${pairs.join(', ')}}`;
}
