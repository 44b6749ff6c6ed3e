import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

import { startExporter, type Exporter } from './exporter.ts';
import { startLocust, type RealLocust } from './real-locust.ts';
import { startPrometheus, type RealPrometheus } from './real-prometheus.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../deploy/prometheus');
const COMPANION = path.resolve(import.meta.dirname, '../../deploy/locust/auto');
const TARGET = 'localhost:9646';

const read = (name: string) => readFileSync(path.join(FOLDER, name), 'utf8');
const CONFIG = read('prometheus.yml');

interface PrometheusConfig {
  global: { scrape_interval: string };
  rule_files: string[];
}

const { global: times, rule_files: ruleFiles } = parse(CONFIG) as PrometheusConfig;

/** Seconds between two scrapes. */
export const SCRAPE_INTERVAL = Number.parseInt(times.scrape_interval);

export interface RealStackOptions {
  workers: number;
  /** TROUBLE of shop-locustfile.py. */
  trouble: string;
  /** Whether Locust loads the companion. */
  hasCompanion?: boolean;
  /** Whether the exporter takes the port in the configuration, instead of a free one. */
  isAsConfigured?: boolean;
}

export interface RealStack {
  readonly locust: RealLocust;
  readonly exporter: Exporter;
  readonly prometheus: RealPrometheus;
  output(): string;
  stop(): Promise<void>;
}

/**
 * The newest Locust with workers, the built exporter, and a Prometheus with the configuration and
 * the rules of this repository, in which nothing but the exporter's port is another one.
 */
export async function startStack(options: RealStackOptions): Promise<RealStack> {
  const started: { output(): string; stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const running of started.toReversed()) await running.stop();
  };
  const keep = <T extends { output(): string; stop(): Promise<void> }>(running: T): T => {
    started.push(running);
    return running;
  };
  try {
    const locust = keep(
      await startLocust({
        version: 'newest',
        workers: options.workers,
        locustfile: path.join(import.meta.dirname, 'shop-locustfile.py'),
        env: {
          TROUBLE: options.trouble,
          ...(options.hasCompanion === true && { PYTHONPATH: COMPANION }),
        },
      }),
    );
    const exporter = await startExporter({
      LOCUST_URL: locust.url,
      ...(options.isAsConfigured === true && { LISTEN_ADDRESS: '127.0.0.1:9646' }),
    });
    keep(exporter.process);
    const prometheus = keep(
      await startPrometheus(
        ourPrometheus(options.isAsConfigured === true ? TARGET : new URL(exporter.url).host),
      ),
    );
    const output = () => started.map((running) => running.output()).join('\n');
    return { locust, exporter, prometheus, output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function ourPrometheus(target: string) {
  if (CONFIG.split(TARGET).length !== 2) throw new Error(`prometheus.yml has not one ${TARGET}`);
  return {
    config: CONFIG.replace(TARGET, target),
    files: Object.fromEntries(ruleFiles.map((name) => [name, read(name)])),
  };
}
