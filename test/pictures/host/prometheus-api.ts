export type Labels = Record<string, string>;

/** Unix time in seconds, and a number as Prometheus writes it. */
type RawPoint = [number, string];

export interface SampleSeries {
  metric: Labels;
  values: RawPoint[];
}

/** The folder of this page under which the Prometheus is reached. */
const BASE = '/prometheus';

interface Response<T> {
  status: string;
  error?: string;
  data: T;
}

async function get<T>(path: string, parameters: Record<string, string>): Promise<T> {
  const response = await fetch(`${BASE}${path}?${String(new URLSearchParams(parameters))}`);
  const body = (await response.json()) as Response<T>;
  if (body.status !== 'success') throw new Error(body.error ?? `${path} failed`);
  return body.data;
}

export async function queryInstant(query: string, time: number): Promise<SampleSeries[]> {
  type Result =
    | { resultType: 'scalar'; result: RawPoint }
    | { resultType: 'vector'; result: { metric: Labels; value: RawPoint }[] };
  const data = await get<Result>('/api/v1/query', { query, time: String(time) });
  if (data.resultType === 'scalar') return [{ metric: {}, values: [data.result] }];
  return data.result.map(({ metric, value }) => ({ metric, values: [value] }));
}

/** Times and the step are in seconds. */
export async function queryRange(
  query: string,
  range: { start: number; end: number; step: number },
): Promise<SampleSeries[]> {
  const [start, end, step] = [range.start, range.end, range.step].map(String) as [
    ...[string, string, string],
  ];
  const data = await get<{ result: SampleSeries[] }>('/api/v1/query_range', {
    ...{ query, start, end, step },
  });
  return data.result;
}

/** The values that a label has in the series of a selector, sorted. */
export async function queryLabelValues(
  selector: string,
  label: string,
  range: { start: number; end: number },
): Promise<string[]> {
  return get<string[]>(`/api/v1/label/${encodeURIComponent(label)}/values`, {
    ...{ 'match[]': selector, start: String(range.start), end: String(range.end) },
  });
}

export function parseValue(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}
