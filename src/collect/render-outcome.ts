import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { buildFamilies } from '../metrics/catalog.ts';
import { renderExposition, type ExpositionFormat } from '../metrics/exposition.ts';
import type { Family } from '../metrics/family.ts';
import type { MetricSpec } from '../metrics/metric-spec.ts';
import type { SelfMetrics } from '../metrics/self.ts';
import type { Outcome } from './reader.ts';

export interface Encoding {
  readonly format: ExpositionFormat;
  readonly gzip: boolean;
}

const compress = promisify(gzip);

/** Renders an outcome at most once per format and encoding. */
export function createRenderer(
  catalog: readonly MetricSpec[],
  prefix: string,
  self: SelfMetrics,
): (outcome: Outcome, encoding: Encoding) => Promise<Buffer> {
  const rendered = new WeakMap<Outcome, Map<string, Promise<Buffer>>>();
  const selfAt = new WeakMap<Outcome, Promise<Family[]>>();

  async function render(outcome: Outcome, { format, gzip: zipped }: Encoding): Promise<Buffer> {
    if (zipped) return compress(await once(outcome, { format, gzip: false }), { level: 1 });
    const families = buildFamilies(catalog, prefix, outcome.report);
    return Buffer.from(renderExposition([...families, ...(await selfOnce(outcome))], format));
  }

  /** The same in each format, or a counter of one would seem to fall in another. */
  function selfOnce(outcome: Outcome): Promise<Family[]> {
    let families = selfAt.get(outcome);
    if (families === undefined) {
      families = self.families();
      selfAt.set(outcome, families);
    }
    return families;
  }

  function once(outcome: Outcome, encoding: Encoding): Promise<Buffer> {
    let bodies = rendered.get(outcome);
    if (bodies === undefined) {
      bodies = new Map();
      rendered.set(outcome, bodies);
    }
    const key = `${encoding.format} ${encoding.gzip}`;
    let body = bodies.get(key);
    if (body === undefined) {
      body = render(outcome, encoding);
      bodies.set(key, body);
    }
    return body;
  }

  return once;
}
