import assert from 'node:assert/strict';
import { pino, type Logger } from 'pino';
import { startExporter } from '../../src/app.ts';
import type { Clock } from '../../src/target/outcome.ts';
import { loadConfig } from '../../src/config/load-config.ts';

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A logger that keeps its lines. */
export function keepLog(level: string): { logger: Logger; lines: () => LogLine[] } {
  const written: string[] = [];
  const formatters = { level: (label: string) => ({ level: label }) };
  const logger = pino(
    { level, base: null, timestamp: false, formatters },
    { write: (line: string) => written.push(line) },
  );
  return { logger, lines: () => written.map((line) => JSON.parse(line) as LogLine) };
}

export interface InProcess {
  readonly url: string;
  /** The body of a GET that has to answer 200. */
  get(path: string, headers?: Record<string, string>): Promise<string>;
  metrics(headers?: Record<string, string>): Promise<string>;
  log(): LogLine[];
  stop(): Promise<void>;
}

/** The exporter within the test's own process. */
export async function startInProcess(
  env: Record<string, string>,
  clock?: Clock,
): Promise<InProcess> {
  const { settings, readsLocustUrl } = await loadConfig(
    { LISTEN_ADDRESS: '127.0.0.1:0', ...env },
    {},
  );
  const { logger, lines } = keepLog(settings.LOG_LEVEL);
  const build = { version: '1.2.3', revision: 'abc' };
  const exporter = await startExporter(settings, build, logger, {
    ...(clock && { clock }),
    readsLocustUrl,
  });
  const url = `http://${exporter.address}`;
  async function get(path: string, headers: Record<string, string> = {}): Promise<string> {
    const response = await fetch(url + path, { headers });
    const body = await response.text();
    assert.equal(response.status, 200, body);
    return body;
  }
  return {
    url,
    get,
    metrics: (headers) => get(settings.METRICS_PATH, { accept: 'text/plain', ...headers }),
    log: lines,
    stop: () => exporter.stop(),
  };
}
