import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseScheduledSeconds, readProcessMemory } from '../bench/process-figures.ts';
import { startExporter, whyBuildIsMissing, type Exporter } from '../helpers/exporter.ts';
import { needs } from '../helpers/requirement.ts';
import { SHIPPED_ENVIRONMENT } from '../helpers/shipped-environment.ts';
import { HOSTILE_ANSWERS } from './hostile-answers.ts';
import { healthy, REPORT_PATH, SwitchedLocust } from './switched-locust.ts';
import { MIB } from './watched-exporter.ts';

const MAX_STALL_MS = 1000;

/** The report, with white space behind it that makes each one another. */
function always(body: Buffer, locust: SwitchedLocust): SwitchedLocust['answer'] {
  return (request, response) => {
    const found = request.url === REPORT_PATH;
    const padding = Buffer.alloc(locust.reads % 8, ' ');
    response.writeHead(found ? 200 : 404, {
      'content-length': found ? body.length + padding.length : 0,
    });
    if (found) response.write(body);
    response.end(found ? padding : '');
  };
}

/** What the thread of the event loop has taken of the processor: a busy machine can delay anything. */
function loopCpuMs(pid: number): number {
  return parseScheduledSeconds(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8')) * 1000;
}

/** For how long the event loop was at work at most before it answered /healthz. */
async function longestStallMs({ url, process }: Exporter, work: Promise<unknown>): Promise<number> {
  const over = new AbortController();
  const ended = work.finally(() => {
    over.abort();
  });
  let longestMs = 0;
  while (!over.signal.aborted) {
    const startMs = loopCpuMs(process.pid);
    const { status } = await fetch(`${url}/healthz`);
    assert.equal(status, 200);
    longestMs = Math.max(longestMs, loopCpuMs(process.pid) - startMs);
    await sleep(10);
  }
  await ended;
  return longestMs;
}

/** Reads that failed so far, by code. */
function failuresIn(text: string): Map<string, number> {
  const found = text.matchAll(/^locust_exporter_scrape_errors_total\{code="(\w+)"\} (\d+)$/gm);
  return new Map(Array.from(found, ([, code, count]) => [code!, Number(count)]));
}

const SIZES = [
  { what: 'with as much as it may', bytes: 16 * MIB, env: {}, reads: 3, maxMib: 192 },
  {
    what: 'with 64 MiB, which it may',
    bytes: 64 * MIB,
    env: { MAX_RESPONSE_BYTES: '64MiB' },
    reads: 1,
    maxMib: 640,
  },
] as const;

describe('the built program', { timeout: 900_000, ...needs(whyBuildIsMissing()) }, () => {
  for (const { what: size, bytes, env, reads, maxMib } of SIZES) {
    describe(`of a Locust that answers ${size}`, { timeout: 600_000 }, () => {
      let locust: SwitchedLocust;
      let exporter: Exporter;

      before(async () => {
        locust = await SwitchedLocust.start();
        exporter = await startExporter({
          ...SHIPPED_ENVIRONMENT,
          ...{ LOCUST_URL: locust.url, LOCUST_TIMEOUT: '25s', CACHE_TTL: '0s' },
          ...env,
        });
      });
      after(async () => {
        await exporter.stop();
        await locust.leave();
      });

      for (const { what, codes, body, maxMib: own = 0 } of HOSTILE_ANSWERS) {
        it(`${what}: goes on serving`, { timeout: 120_000 }, async (t) => {
          locust.answer = healthy;
          let earlier = failuresIn(await exporter.metrics());
          locust.answer = always(body(bytes - 8), locust);
          // What it took at most is that of this response from here on.
          writeFileSync(`/proc/${exporter.process.pid}/clear_refs`, '5');
          const stalls: number[] = [];
          const times: number[] = [];
          for (let read = 0; read < reads; read += 1) {
            const startMs = performance.now();
            const scrape = exporter.metrics();
            stalls.push(await longestStallMs(exporter, scrape));
            times.push(performance.now() - startMs);
            const failures = failuresIn(await scrape);
            const code = [...failures].find(([one, count]) => count !== earlier.get(one))?.[0];
            assert.ok(
              codes.some((one) => one === (code ?? null)),
              `it is ${code ?? 'up'}`,
            );
            earlier = failures;
          }
          const { peakRssBytes } = readProcessMemory(exporter.process.pid);
          const rounded = (list: number[]) => list.map(Math.round).join(', ');
          t.diagnostic(
            `read in ${rounded(times)} ms, /healthz after ${rounded(stalls)} ms of work, ` +
              `${Math.round(peakRssBytes / MIB)} MiB`,
          );
          assert.ok(
            Math.max(...stalls) < MAX_STALL_MS,
            `/healthz waited for ${rounded(stalls)} ms`,
          );
          assert.ok(peakRssBytes < Math.max(maxMib, own) * MIB, `${peakRssBytes / MIB} MiB`);
        });
      }
    });
  }
});
