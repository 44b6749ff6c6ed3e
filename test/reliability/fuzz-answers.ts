import { withLastKnown, occurrencesFell, requestsFell } from '../../src/locust/rows/known-rows.ts';
import type { Logger } from 'pino';
import { NO_RULES } from '../locust/samples.ts';
import { createReader, type Reader } from '../../src/target/reader.ts';
import { type Outcome } from '../../src/target/outcome.ts';
import { LocustError } from '../../src/locust/errors.ts';
import { pairRows, ENDPOINT_IDENTITY, ERROR_IDENTITY } from '../../src/locust/rows/identity.ts';
import { parsePythonJson } from '../../src/locust/report/python-json.ts';
import type { Snapshot } from '../../src/locust/snapshot.ts';
import { trackRun, type RunTrack } from '../../src/locust/history.ts';
import { buildFamilies } from '../../src/metrics/catalog.ts';
import { listSamples } from '../helpers/list-samples.ts';
import { renderExposition } from '../helpers/render-exposition.ts';
import { labelSet, textLabels } from '../../src/metrics/exposition/labels.ts';
import type { Family } from '../../src/metrics/exposition/family.ts';
import { chooseCatalog } from '../../src/metrics/legacy-catalog.ts';
import type { SelfMetrics } from '../../src/metrics/self.ts';
import { FakeClock } from '../target/fake-reader.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { Draw } from './draw.ts';
import { mutateAnswer, mutateText } from './mutate-answer.ts';
import { readRecorded, RecordedRun } from './recorded-runs.ts';

export interface FuzzOptions {
  readonly answers: number;
  readonly seed: number;
  /** Every so many answers the expositions are parsed strictly. */
  readonly parseEvery: number;
  /** Only the sequence with this response in it, as far as this response, and all of it parsed. */
  readonly only?: number | undefined;
  readonly progress?: (done: number) => void;
}

export interface FuzzFigures {
  answers: number;
  accepted: number;
  readonly refused: Record<string, number>;
  /** Pairs of accepted answers in a row of which no count fell. */
  countersCompared: number;
  parsed: number;
  slowest: { index: number; ms: number; characters: number };
}

export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
  readonly index: number;
  readonly answer: string;

  constructor(index: number, answer: string, cause: unknown) {
    const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    super(`answer ${index}: ${reason}`, { cause });
    this.index = index;
    this.answer = answer;
  }
}

/** Answers that one reader gets one after the other. */
const SEQUENCE = 25;

const SLOW_MS = 1000;
const SMALL_CHARACTERS = 100_000;

const catalog = chooseCatalog('on');
const formats = ['text', 'openmetrics'] as const;

/** @throws FuzzFailure */
export async function fuzzAnswers(options: FuzzOptions): Promise<FuzzFigures> {
  const { answers, seed, only } = options;
  const recorded = readRecorded();
  const figures: FuzzFigures = {
    ...{ answers: 0, accepted: 0, refused: {}, countersCompared: 0, parsed: 0 },
    slowest: { index: 0, ms: 0, characters: 0 },
  };
  const first = only === undefined ? 0 : Math.floor(only / SEQUENCE);
  const end = only === undefined ? answers : only + 1;
  for (let sequence = first; sequence * SEQUENCE < end; sequence += 1) {
    const draw = new Draw(seed * 1_000_003 + sequence);
    const fuzzed = new FuzzedReader(new RecordedRun(recorded, draw), draw);
    for (let index = sequence * SEQUENCE; index < (sequence + 1) * SEQUENCE; index += 1) {
      if (index >= end) break;
      const isParsed = only !== undefined || index % options.parseEvery === 0;
      try {
        await fuzzed.next(index, isParsed, figures);
      } catch (error) {
        throw new FuzzFailure(index, fuzzed.answer, error);
      }
    }
    // Timers, and with them what they hold, go only when the event loop turns.
    if (sequence % 20 === 0) await new Promise(setImmediate);
    if (sequence % 400 === 0) options.progress?.(figures.answers);
  }
  return figures;
}

const noMetrics: SelfMetrics = {
  readDone: () => undefined,
  readSucceeded: () => undefined,
  readFailed: () => undefined,
  pushDone: () => undefined,
  targetEvicted: () => undefined,
  families: () => Promise.resolve([]),
};

let lastWarning: unknown;
const logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: ({ err }: { err?: unknown }) => void (lastWarning = err),
} as unknown as Logger;

/** A reader whose Locust answers as drawn. */
class FuzzedReader {
  answer = '';
  readonly #run: RecordedRun;
  readonly #draw: Draw;
  readonly #clock = new FakeClock();
  readonly #reader: Reader;
  readonly #cpuAtStart = process.cpuUsage();
  #before: Seen | null = null;

  constructor(run: RecordedRun, draw: Draw) {
    this.#run = run;
    this.#draw = draw;
    const client = {
      displayUrl: 'http://fuzz.example/',
      get: async (path: string) => Buffer.from(path === '' ? await this.#indexPage() : this.answer),
      getResponse: () => Promise.reject(new Error('not to be called')),
      post: () => Promise.reject(new Error('not to be called')),
      quote: (text: string) => text,
      close: () => Promise.resolve(),
    };
    this.#reader = createReader({
      ...{
        client,
        self: noMetrics,
        logger,
        clock: this.#clock,
        rowRules: NO_RULES,
        companion: 'off',
        uncutRows: 'off',
      },
    });
  }

  async next(index: number, isParsed: boolean, figures: FuzzFigures): Promise<void> {
    this.#run.advance();
    this.answer = mutateAnswer(this.#run.report, this.#draw);
    this.#clock.nowMs += this.#draw.of([100, 2000, 2000, 5000, 15_000]);

    const startMs = performance.now();
    const outcome = await this.#reader.read(60_000);
    const families = buildFamilies(catalog, 'locust', outcome.report);
    const texts = formats.map((format) => renderExposition(families, format));
    const ms = performance.now() - startMs;

    figures.answers += 1;
    const characters = this.answer.length;
    if (ms > figures.slowest.ms) figures.slowest = { index, ms, characters };
    if (ms > SLOW_MS && characters < SMALL_CHARACTERS && this.#cpuMs() > SLOW_MS) {
      throw new Error(`took ${ms.toFixed(0)} ms for ${characters} characters`);
    }
    this.#judge(outcome, families, figures);
    if (!isParsed) return;
    for (const [turn, text] of texts.entries()) parseExposition(text, formats[turn]!);
    figures.parsed += texts.length;
  }

  #judge({ problem, report }: Outcome, families: readonly Family[], figures: FuzzFigures): void {
    if (problem !== null) {
      if (problem.code === 'internal') throw lastWarning;
      if (problem.code === 'not_json') checkIsSyntaxError(this.answer);
      figures.refused[problem.code] = (figures.refused[problem.code] ?? 0) + 1;
      this.#before = null;
      return;
    }
    const { snapshot } = report;
    if (snapshot === null) throw new Error('neither a snapshot nor a problem');
    figures.accepted += 1;
    checkSamples(families);
    const counters = countersOf(families);
    const version = report.info?.version ?? null;
    const before = this.#before;
    const run = trackRun(before?.run ?? null, snapshot, 0);
    this.#before = { run, known: snapshot, counters, version };
    if (before === null || run.began || before.version !== version) return;
    figures.countersCompared += 1;
    checkNoneFell(before.counters, counters, rowsThatFell(before.known, snapshot));
    this.#before.known = withLastKnown(before.known, snapshot);
  }

  /** What this sequence took of the processor: a busy machine makes any response slow. */
  #cpuMs(): number {
    const { user, system } = process.cpuUsage(this.#cpuAtStart);
    return (user + system) / 1000;
  }

  #indexPage(): Promise<string> {
    const draw = this.#draw;
    if (draw.chance(0.2)) return Promise.reject(new LocustError('timeout', 'no page'));
    const version = draw.chance(0.8) ? this.#run.version : draw.of(['0.9.0', '0.14.6', '2.46.3']);
    const page = draw.chance(0.5)
      ? `<script>\n  window.templateArgs = {"version": "${version}", "host": "http://a"}\n</script>`
      : `<h2>Version <a href="/releases/tag/${version}">${version}</a></h2>`;
    return Promise.resolve(draw.chance(0.3) ? mutateText(page, draw) : page);
  }
}

function checkIsSyntaxError(answer: string): void {
  try {
    parsePythonJson(answer);
  } catch (error) {
    if (error instanceof SyntaxError) return;
    throw error;
  }
  throw new Error('refused as no JSON, and it is');
}

function checkSamples(families: readonly Family[]): void {
  for (const { name, samples } of families) {
    for (const { labels, value } of listSamples(samples)) {
      if (!Number.isFinite(value)) throw new Error(`${name} is ${value}`);
      if (!labels.isWellFormed()) throw new Error(`a lone surrogate in ${name}`);
    }
  }
}

interface Seen {
  readonly run: RunTrack;
  /** What is known of all rows. */
  known: Snapshot;
  readonly counters: ReadonlyMap<string, number>;
  /** Another one is another Locust, or another meaning of the same counts. */
  readonly version: string | null;
}

function countersOf(families: readonly Family[]): Map<string, number> {
  const counters = new Map<string, number>();
  for (const { name, type, samples } of families) {
    for (const { labels, suffix, le, value } of listSamples(samples)) {
      if (type !== 'counter' && suffix === '') continue;
      counters.set(`${name}${suffix}${le ?? ''}${labels}`, value);
    }
  }
  return counters;
}

/** Labels of single rows whose counts are lower though the run goes on. */
function rowsThatFell(before: Snapshot, now: Snapshot): Set<string> {
  const labels = (row: Record<string, string>) => Buffer.from(textLabels(labelSet(row))).toString();
  const endpoints = pairRows(before.endpoints, now.endpoints, ENDPOINT_IDENTITY);
  const errors = pairRows(before.errors, now.errors, ERROR_IDENTITY);
  const fallen = new Set<string>();
  for (const [index, row] of now.endpoints.entries()) {
    const earlier = endpoints(index);
    const { method, name } = row;
    if (earlier && requestsFell(earlier, row)) fallen.add(labels({ method, name }));
  }
  for (const [index, row] of now.errors.entries()) {
    const earlier = errors(index);
    const { method, name, error } = row;
    if (earlier && occurrencesFell(earlier, row)) fallen.add(labels({ method, name, error }));
  }
  return fallen;
}

function checkNoneFell(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
  mayFall: ReadonlySet<string>,
): void {
  for (const [series, value] of before) {
    const current = now.get(series);
    const labels = series.slice(Math.max(0, series.indexOf('{')));
    if (current !== undefined && current < value && !mayFall.has(labels)) {
      throw new Error(`${series} fell from ${value} to ${current}`);
    }
  }
}
