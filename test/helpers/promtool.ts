import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import { findOnPath, isExecutable } from './find-on-path.ts';
import { demand, type Missing } from './requirement.ts';

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

export async function promtool(args: readonly string[], input = ''): Promise<PromtoolResult> {
  demand(whyPromtoolIsMissing());
  const child = spawn(promtoolPath()!, args, { timeout: 60_000, killSignal: 'SIGKILL' });
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
