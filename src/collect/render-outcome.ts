import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { buildFamilies } from '../metrics/catalog.ts';
import { END, renderFamilies, type ExpositionFormat } from '../metrics/exposition.ts';
import type { Family } from '../metrics/family.ts';
import type { MetricSpec, Report } from '../metrics/metric-spec.ts';
import type { SelfMetrics } from '../metrics/self.ts';
import type { Outcome } from './reader.ts';

export interface Encoding {
  readonly format: ExpositionFormat;
  readonly gzip: boolean;
}

/** Parts of a body, to be sent one after the other. */
export type Body = readonly Buffer[];

const compress = promisify(gzip);

/**
 * Renders an outcome at most once per format and encoding, and what it tells of Locust at most
 * once per report and format.
 */
export function createRenderer(
  catalog: readonly MetricSpec[],
  prefix: string,
  self: SelfMetrics,
): (outcome: Outcome, encoding: Encoding) => Promise<Body> {
  const reports = new WeakMap<Report, Map<ExpositionFormat, Promise<Buffer>>>();
  const outcomes = new WeakMap<Outcome, Map<string, Promise<Body>>>();
  const selves = new WeakMap<Outcome, Promise<Family[]>>();
  /** About what the next one will be. */
  const sizes: Record<ExpositionFormat, number> = { text: 0, openmetrics: 0 };

  function rendered(outcome: Outcome, encoding: Encoding): Promise<Body> {
    const { format, gzip } = encoding;
    return once(onceMap(outcomes, outcome), `${format} ${gzip}`, () => render(outcome, encoding));
  }

  async function render(outcome: Outcome, { format, gzip: zipped }: Encoding): Promise<Body> {
    if (zipped) {
      const plain = await rendered(outcome, { format, gzip: false });
      return [await compress(Buffer.concat(plain), { level: 1 })];
    }
    const [locust, ownFamilies] = await Promise.all([
      once(onceMap(reports, outcome.report), format, () => renderReport(outcome.report, format)),
      // The same in each format, or a counter of one would seem to fall in another.
      once(selves, outcome, () => self.families()),
    ]);
    return [
      locust,
      await withPauses(renderFamilies(ownFamilies, format)),
      Buffer.from(END[format]),
    ];
  }

  async function renderReport(report: Report, format: ExpositionFormat): Promise<Buffer> {
    const families = buildFamilies(catalog, prefix, report);
    const text = await withPauses(renderFamilies(families, format, sizes[format]));
    sizes[format] = Math.ceil(text.length * 1.02);
    return text;
  }

  return rendered;
}

async function withPauses<Result>(work: Generator<undefined, Result>): Promise<Result> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await setImmediate();
  }
}

interface Memory<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

function once<Key, Value>(memory: Memory<Key, Value>, key: Key, make: () => Value): Value {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}

function onceMap<Owner, Key, Value>(
  memory: Memory<Owner, Map<Key, Value>>,
  owner: Owner,
): Map<Key, Value> {
  return once(memory, owner, () => new Map<Key, Value>());
}
