import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { inTurns } from '../async/in-turns.ts';
import { buildFamilies } from '../metrics/catalog.ts';
import { END, renderFamilies, type ExpositionFormat } from '../metrics/exposition/encode-text.ts';
import type { Family } from '../metrics/exposition/family.ts';
import { createRowLabels, type MetricSpec, type Report } from '../metrics/samples.ts';
import type { SelfMetrics } from '../metrics/self.ts';
import { createTextBuffer } from '../metrics/exposition/text-buffer.ts';
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
 * Renders an outcome at most once per format and encoding, and what it tells of Locust once per
 * report and format.
 */
export function createRenderer(
  catalog: readonly MetricSpec[],
  prefix: string,
  self: SelfMetrics,
): (outcome: Outcome, encoding: Encoding) => Promise<Buffer> {
  const labels = createRowLabels();
  const bodies = new WeakMap<Outcome, Map<string, Promise<Buffer>>>();
  const selves = new WeakMap<Outcome, Promise<Family[]>>();
  const pages = { text: createPage('text'), openmetrics: createPage('openmetrics') };

  /** Written in one memory, where what it said of the last report stays for the next outcome. */
  function createPage(format: ExpositionFormat) {
    const text = createTextBuffer();
    let rendered: { readonly report: Report; readonly length: number } | null = null;
    let turn: Promise<unknown> = Promise.resolve();

    async function write(report: Report, own: readonly Family[]): Promise<Buffer> {
      if (rendered?.report === report) {
        text.cut(rendered.length);
      } else {
        rendered = null;
        text.cut(0);
        const families = buildFamilies(catalog, prefix, report, labels);
        await inTurns(renderFamilies(families, format, text));
        rendered = { report, length: text.length };
      }
      await inTurns(renderFamilies(own, format, text));
      text.add(END[format]);
      return text.bytes();
    }

    /** @param encode gets the page to itself, until it is done. */
    return function encoded(
      { report }: Outcome,
      own: readonly Family[],
      encode: (page: Buffer) => Buffer | Promise<Buffer>,
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
      return pages[format](outcome, own, (page) => {
        if (!zipped) return Buffer.from(page);
        return page.length > SMALL ? compress(page, COMPRESSION) : gzipSync(page, COMPRESSION);
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
