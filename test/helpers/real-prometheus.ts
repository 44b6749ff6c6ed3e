import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { findOnPath, isExecutable } from './find-on-path.ts';
import { freePort } from './free-port.ts';
import { demand, type Missing } from './requirement.ts';
import { startProcess, type RunningProcess } from './start-process.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { GiveUp, waitUntil } from './wait-until.ts';

/** The one on PATH (or PROMETHEUS_PATH), and newer ones that may have been put beside it. */
export type PrometheusKind = 'installed' | 'newer' | 'newest';

const CACHE = path.resolve(import.meta.dirname, '../../.cache');

const BESIDE = {
  newer: {
    file: path.join(CACHE, 'prometheus/prometheus'),
    missing: 'no newer Prometheus is unpacked (test/e2e/install-newer-prometheus.sh)',
  },
  newest: {
    file: path.join(CACHE, 'prometheus-newest/prometheus'),
    missing: 'no newest Prometheus is built (test/e2e/install-newest-prometheus.sh)',
  },
} as const;

export function whyPrometheusIsMissing(kind: PrometheusKind = 'installed'): Missing {
  if (prometheusPath(kind) !== undefined) return undefined;
  return kind === 'installed'
    ? 'prometheus is not on PATH, and PROMETHEUS_PATH names none'
    : BESIDE[kind].missing;
}

function prometheusPath(kind: PrometheusKind): string | undefined {
  if (kind !== 'installed') {
    const { file } = BESIDE[kind];
    return isExecutable(file) ? file : undefined;
  }
  const named = process.env['PROMETHEUS_PATH'];
  if (named === undefined || named === '') return findOnPath('prometheus');
  return isExecutable(named) ? named : undefined;
}

export interface RealPrometheusOptions {
  /** The text of prometheus.yml. */
  config: string;
  kind?: PrometheusKind;
  /** Files that the configuration refers to, by name relative to it. */
  files?: Record<string, string>;
  args?: readonly string[];
}

export interface Sample {
  labels: Record<string, string>;
  value: number;
  /** Unix time in seconds. */
  time: number;
}

export interface Series {
  labels: Record<string, string>;
  points: { time: number; value: number }[];
}

export interface RangeOptions {
  /** Unix times and the step between them, in seconds. */
  start: number;
  end: number;
  step: number;
}

export interface RealPrometheus {
  readonly url: string;
  readonly process: RunningProcess;
  /** An instant query; a scalar comes as one sample without labels. */
  query(expr: string, time?: number): Promise<Sample[]>;
  queryRange(expr: string, range: RangeOptions): Promise<Series[]>;
  /** `data` of any other call of the API, such as /api/v1/targets. */
  api(path: string, parameters?: Record<string, string>): Promise<unknown>;
  output(): string;
  stop(): Promise<void>;
}

type RawPoint = [number, string];

interface RawResult {
  resultType: string;
  result: unknown;
}

export async function startPrometheus(options: RealPrometheusOptions): Promise<RealPrometheus> {
  const kind = options.kind ?? 'installed';
  demand(whyPrometheusIsMissing(kind));
  const folder = await temporaryFolder('prometheus');
  const inFolder = (name: string) => path.join(folder.path, name);
  for (const [name, text] of Object.entries(options.files ?? {})) {
    await mkdir(path.dirname(inFolder(name)), { recursive: true });
    await writeFile(inFolder(name), text);
  }
  await writeFile(inFolder('prometheus.yml'), options.config);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const running = await startProcess(
    prometheusPath(kind)!,
    [
      `--config.file=${inFolder('prometheus.yml')}`,
      `--storage.tsdb.path=${inFolder('data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...(options.args ?? []),
    ],
    { cwd: folder.path },
  );
  const stop = async () => {
    await running.stop();
    await folder.remove();
  };

  try {
    await waitUntil('Prometheus is ready', async () => {
      if (running.exit !== undefined) throw new GiveUp(`it ended with ${String(running.exit)}`);
      const response = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(5_000) });
      await response.text();
      return response.ok;
    });
  } catch (error) {
    await stop();
    throw new Error(`Prometheus did not start:\n${running.output()}`, { cause: error });
  }

  const api = async (where: string, parameters: Record<string, string> = {}) => {
    const response = await fetch(`${url}${where}?${String(new URLSearchParams(parameters))}`, {
      signal: AbortSignal.timeout(20_000),
    });
    const answer = (await response.json()) as { status: string; data: unknown; error?: string };
    if (answer.status !== 'success') throw new Error(`${where}: ${answer.error ?? 'no success'}`);
    return answer.data;
  };
  return {
    url,
    process: running,
    api,
    query: async (expr, time) => {
      const at = time === undefined ? undefined : { time: String(time) };
      const data = (await api('/api/v1/query', { query: expr, ...at })) as RawResult;
      if (data.resultType === 'scalar') {
        return [{ labels: {}, ...parsePoint(data.result as RawPoint) }];
      }
      return (data.result as { metric: Record<string, string>; value: RawPoint }[]).map(
        ({ metric, value }) => ({ labels: metric, ...parsePoint(value) }),
      );
    },
    queryRange: async (expr, { start, end, step }) => {
      const data = (await api('/api/v1/query_range', {
        query: expr,
        start: String(start),
        end: String(end),
        step: String(step),
      })) as RawResult;
      return (data.result as { metric: Record<string, string>; values: RawPoint[] }[]).map(
        ({ metric, values }) => ({ labels: metric, points: values.map(parsePoint) }),
      );
    },
    output: () => running.output(),
    stop,
  };
}

function parsePoint([time, text]: RawPoint): { time: number; value: number } {
  return { time, value: Number(text.replace('Inf', 'Infinity')) };
}
