import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { runYielding } from '../async/run-yielding.ts';
import { buildFamilies } from '../metrics/catalog.ts';
import type { Family } from '../metrics/exposition/family.ts';
import { createPage, type ExpositionFormat } from '../metrics/exposition/formats.ts';
import { createHistograms, DEFAULT_HISTOGRAMS } from '../metrics/histograms.ts';
import { createRowLabels, type MetricSpec, type Report } from '../metrics/samples.ts';
import type { SelfMetrics } from '../metrics/self.ts';
import type { Outcome } from './outcome.ts';

export interface Encoding {
  readonly format: ExpositionFormat;
  readonly gzip: boolean;
}

const compress = promisify(gzip);

/** The fastest level: for what changes every few seconds, a third more bytes are cheaper. */
const COMPRESSION = { level: 1, chunkSize: 2 ** 16 };

/** Up to so many bytes a thread of its own costs more than it takes off the event loop. */
const SMALL = 2 ** 15;

/**
 * Renders an outcome at most once per format and encoding, and its part about Locust once per
 * report and format.
 */
export function createRenderer(
  catalog: readonly MetricSpec[],
  prefix: string,
  self: SelfMetrics,
  histogramSettings = DEFAULT_HISTOGRAMS,
): (outcome: Outcome, encoding: Encoding) => Promise<Buffer> {
  const labels = createRowLabels();
  const histograms = createHistograms(histogramSettings);
  const bodies = new WeakMap<Outcome, Map<string, Promise<Buffer>>>();
  const selves = new WeakMap<Outcome, Promise<Family[]>>();
  const encoders = {
    text: createEncoder('text'),
    openmetrics: createEncoder('openmetrics'),
    protobuf: createEncoder('protobuf'),
  };

  /** Written in one memory, where what it said of the last report stays for the next outcome. */
  function createEncoder(format: ExpositionFormat) {
    const page = createPage(format);
    let rendered: { readonly report: Report; readonly length: number } | null = null;
    let turn: Promise<unknown> = Promise.resolve();

    async function write(report: Report, own: readonly Family[]): Promise<Buffer> {
      if (rendered?.report === report) {
        page.cut(rendered.length);
      } else {
        rendered = null;
        page.cut(0);
        const families = buildFamilies(catalog, prefix, report, labels, histograms);
        await runYielding(page.write(families));
        rendered = { report, length: page.length };
      }
      await runYielding(page.write(own));
      page.end();
      return page.bytes();
    }

    /** @param encode gets the page to itself, until it is done. */
    return function encoded(
      { report }: Outcome,
      own: readonly Family[],
      encode: (body: Buffer) => Buffer | Promise<Buffer>,
    ): Promise<Buffer> {
      const result = turn.then(async () => encode(await write(report, own)));
      turn = result.catch(() => undefined);
      return result;
    };
  }

  return (outcome, { format, gzip: zipped }) =>
    once(onceMap(bodies, outcome), `${format} ${zipped}`, async () => {
      // The same in each format, or a counter of one would seem to fall in another.
      const own = await once(selves, outcome, () => self.families());
      return encoders[format](outcome, own, (body) => {
        if (!zipped) return Buffer.from(body);
        return body.length > SMALL ? compress(body, COMPRESSION) : gzipSync(body, COMPRESSION);
      });
    });
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
