import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { ERROR_CODES, type ErrorCode } from '../../src/locust/errors.ts';
import { startExporter, type Exporter, type LogLine } from '../helpers/exporter.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { GiveUp, waitUntil } from '../helpers/wait-until.ts';
import type { SwitchedLocust } from './switched-locust.ts';

export const MIB = 2 ** 20;

export interface Mode {
  readonly name: 'on-demand' | 'loop';
  readonly env: Record<string, string>;
}

export const MODES: readonly Mode[] = [
  { name: 'on-demand', env: { CACHE_TTL: '0s' } },
  { name: 'loop', env: { SCRAPE_MODE: 'loop', POLL_INTERVAL: '200ms', STALE_AFTER: '600ms' } },
];

/**
 * Node.js and the program take about 110 MiB, and the garbage collector leaves half as much before
 * it has a reason to work. Fifteen answers that are kept, or a gzip bomb unpacked, are more.
 */
export const MEMORY_LIMIT_MIB = 200;

/** The built program in one mode, and the Locust that it reads. */
export class WatchedExporter {
  readonly mode: Mode['name'];
  readonly locust: SwitchedLocust;
  readonly exporter: Exporter;

  private constructor(mode: Mode['name'], locust: SwitchedLocust, exporter: Exporter) {
    this.mode = mode;
    this.locust = locust;
    this.exporter = exporter;
  }

  static async start(
    { name, env }: Mode,
    locust: SwitchedLocust,
    more: Record<string, string> = {},
  ): Promise<WatchedExporter> {
    const exporter = await startExporter({
      LOCUST_URL: locust.url,
      LOCUST_TIMEOUT: '800ms',
      MAX_RESPONSE_BYTES: '8MiB',
      ...env,
      ...more,
    });
    return new WatchedExporter(name, locust, exporter);
  }

  async stop(): Promise<void> {
    this.exporter.process.kill('SIGCONT');
    await this.exporter.stop();
    await this.locust.leave();
  }

  async isUp(): Promise<boolean> {
    return /^locust_up 1$/m.test(await this.exporter.metrics());
  }

  async checkHealth(): Promise<void> {
    assert.equal(await statusOf(`${this.exporter.url}/healthz`), 200);
  }

  /** Runs `fault`, sees Locust go down by one of the codes, and still serves. */
  async checkDown(codes: readonly ErrorCode[], fault: () => void | Promise<void>): Promise<void> {
    const before = await this.errors();
    const logged = this.exporter.log.length;
    await fault();
    if (this.mode === 'loop') {
      // A scrape between two reads would count a report that is too old by itself.
      await this.#logHas(logged + 1);
      await waitUntil('Locust is down', async () => !(await this.isUp()), { everyMs: 50 });
    }
    const text = await this.exporter.metrics();
    const about = parseExposition(text, 'text').filter(
      ({ name }) => !/^(locust_exporter|process|nodejs)_/.test(name),
    );
    assert.deepEqual(
      about.map(({ name, samples }) => [name, samples[0]?.value]),
      [['locust_up', 0]],
    );
    await this.checkHealth();
    const lines = await this.#logHas(logged + 1);
    assert.deepEqual(
      lines.slice(logged).map(({ level, msg }) => [level, msg]),
      [['warn', 'Locust is down']],
    );
    const code = lines.at(-1)?.['code'] as ErrorCode;
    assert.ok(codes.includes(code), `down by ${code}: ${String(lines.at(-1)?.['reason'])}`);
    const counted = errorsIn(text);
    for (const other of ERROR_CODES) {
      const more = counted[other] - before[other];
      assert.ok(other === code ? more > 0 : more === 0, `${more} errors of ${other}`);
    }
  }

  /** Runs `cure`, and sees Locust come up with the second read that it gets, or the first. */
  async checkRecovery(cure: () => void | Promise<void>): Promise<void> {
    const logged = this.exporter.log.length;
    await cure();
    await this.becomesUp();
    const lines = await this.#logHas(logged + 1);
    assert.deepEqual(
      lines.slice(logged).map(({ level, msg }) => [level, msg]),
      [['info', 'Locust is up']],
    );
  }

  async becomesUp(): Promise<void> {
    const first = this.locust.reads;
    await waitUntil(
      'Locust is up',
      async () => {
        const before = this.locust.reads - first;
        if (await this.isUp()) return true;
        // In a loop, the second read has ended only when the third has begun.
        const had = this.mode === 'loop' ? before - 1 : this.locust.reads - first;
        if (had >= 2) throw new GiveUp(`still down after ${had} reads`);
        return false;
      },
      { timeoutMs: 15_000, everyMs: 50 },
    );
  }

  async errors(): Promise<Record<ErrorCode, number>> {
    return errorsIn(await this.exporter.metrics());
  }

  /** Held now, and at most so far; undefined where the system does not tell. */
  memory(): { nowMiB: number; peakMiB: number } | undefined {
    const file = `/proc/${this.exporter.process.pid}/status`;
    if (!existsSync(file)) return undefined;
    const status = readFileSync(file, 'utf8');
    const mib = (field: string) =>
      Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024);
    return { nowMiB: mib('VmRSS'), peakMiB: mib('VmHWM') };
  }

  checkMemory(limitMiB = MEMORY_LIMIT_MIB): void {
    const { nowMiB = 0 } = this.memory() ?? {};
    assert.ok(nowMiB <= limitMiB, `${nowMiB} MiB are held, at most ${limitMiB} were expected`);
  }

  memoryText(): string {
    const memory = this.memory();
    if (memory === undefined) return `${this.mode}: memory is not known here`;
    return `${this.mode}: ${memory.nowMiB} MiB held, ${memory.peakMiB} MiB at most`;
  }

  /** Opens connections that have sent their requests; nobody reads the responses yet. */
  async openScrapes(count: number, requests = 1): Promise<Socket[]> {
    const { hostname, port } = new URL(this.exporter.url);
    const request = (connection: string) =>
      `GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: ${connection}\r\n\r\n`;
    const bytes = request('keep-alive').repeat(requests - 1) + request('close');
    return Promise.all(
      Array.from({ length: count }, async () => {
        const socket = connect(Number(port), hostname);
        socket.on('error', () => undefined);
        await new Promise((resolve) => socket.write(bytes, resolve));
        return socket;
      }),
    );
  }

  #logHas(count: number): Promise<LogLine[]> {
    return waitUntil(
      `${count} lines are logged`,
      () => {
        const { log } = this.exporter;
        return log.length >= count && log;
      },
      { timeoutMs: 10_000, everyMs: 20 },
    );
  }
}

function errorsIn(text: string): Record<ErrorCode, number> {
  const families = parseExposition(text, 'text');
  const errors = families.find(({ name }) => name === 'locust_exporter_scrape_errors_total');
  return Object.fromEntries(
    errors!.samples.map(({ labels, value }) => [labels['code'], value]),
  ) as Record<ErrorCode, number>;
}

export async function statusOf(url: string): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(20_000) });
  await response.arrayBuffer();
  return response.status;
}

/** Reads the response of an opened scrape to its end. @returns its status, 0 for none */
export async function finishScrape(socket: Socket): Promise<number> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => socket.on('close', resolve));
  const [head = '', body] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n', 2);
  const announced = /^content-length: (\d+)/im.exec(head)?.[1];
  if (announced === undefined || body?.length !== Number(announced)) return 0;
  return Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0);
}
