import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { findOnPath, isExecutable } from './find-on-path.ts';
import { demand, type Missing } from './requirement.ts';

/** Of a Prometheus that knows native histograms in its configuration. */
const NEWEST = path.resolve(import.meta.dirname, '../../.cache/prometheus-newest/promtool');

export function whyNewestPromtoolIsMissing(): Missing {
  return isExecutable(NEWEST) ? undefined : 'no promtool is in .cache/prometheus-newest';
}

export function whyPromtoolIsMissing(): Missing {
  return promtoolPath() === undefined
    ? 'promtool is not on PATH, and PROMTOOL_PATH names none'
    : undefined;
}

function promtoolPath(): string | undefined {
  const named = process.env['PROMTOOL_PATH'];
  if (named === undefined || named === '') return findOnPath('promtool');
  return isExecutable(named) ? named : undefined;
}

export interface PromtoolResult {
  /** 0 good, 1 does not parse, 3 (of `check metrics`) parses and is bad style. */
  code: number;
  output: string;
}

export function promtool(args: readonly string[], input = ''): Promise<PromtoolResult> {
  demand(whyPromtoolIsMissing());
  return run(promtoolPath()!, args, input);
}

export function newestPromtool(args: readonly string[]): Promise<PromtoolResult> {
  demand(whyNewestPromtoolIsMissing());
  return run(NEWEST, args, '');
}

async function run(
  program: string,
  args: readonly string[],
  input: string,
): Promise<PromtoolResult> {
  const child = spawn(program, args, { timeout: 60_000, killSignal: 'SIGKILL' });
  // It may end before it has read everything, which its exit code then explains.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code: code ?? -1, output: stdout + stderr };
}

/** Reads only the text format, so request that and not OpenMetrics. */
export function checkMetrics(exposition: string): Promise<PromtoolResult> {
  return promtool(['check', 'metrics'], exposition);
}
