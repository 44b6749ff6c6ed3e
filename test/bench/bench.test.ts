import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { whyBuildIsMissing } from '../helpers/exporter.ts';
import { needs } from '../helpers/requirement.ts';
import { startProcess } from '../helpers/start-process.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import type { BenchResults } from './bench-report.ts';
import { MODES } from './modes.ts';

const BENCH = path.join(import.meta.dirname, 'bench.ts');
const SHORT = ['--rounds=1', '--round-ms=20', '--scrapes=20', '--starts=1', '--idle-ms=200'];

test(
  'a short benchmark measures everything that it is asked for',
  {
    ...needs(whyBuildIsMissing()),
  },
  async (context) => {
    const folder = await temporaryFolder('bench');
    context.after(() => folder.remove());
    const json = path.join(folder.path, 'results.json');
    const only = '--only=start,memory,writers,pauses/500,latency/50/4';
    const bench = await startProcess(process.execPath, [BENCH, ...SHORT, only, `--json=${json}`]);
    context.after(() => bench.stop());
    assert.equal(await bench.exited, 0, bench.output());

    const results = JSON.parse(await readFile(json, 'utf8')) as BenchResults;
    // Where the system allows it, those with little CPU follow.
    const isLimited = results.starts.length > 2;
    assert.deepEqual(
      results.starts.map(({ program, cpus }) => [program, cpus ?? 'all']),
      ['all', ...(isLimited ? [0.25] : [])].flatMap((cpus) => [
        ['exporter', cpus],
        ['bare server', cpus],
      ]),
    );
    assert.equal(isLimited, !bench.stderr().includes('is left out: no control group'));
    assert.equal(results.memory.length, 2);
    assert.equal(results.memory[0]!.locustReads, 20);
    assert.ok(results.memory.every(({ after }) => after.rssAnonBytes > 2 ** 20));
    assert.ok(results.memory.every(({ idleMsPerSecond }) => idleMsPerSecond < 1000));
    const [own, other] = results.writers;
    assert.ok(own!.samples > 6000 && own!.medianMs > 0 && other!.medianMs > 0);
    assert.deepEqual(
      results.pauses.map(({ scrapes }) => scrapes > 0),
      [false, true, true],
    );
    for (const { answers, p50Ms, slowestMs } of results.pauses) {
      assert.ok(answers > 10 && p50Ms > 0 && slowestMs >= p50Ms);
    }
    // Two encodings of two formats, in each mode and as static files.
    assert.equal(results.latency.length, 2 * 2 * (MODES.length + 1));
    for (const row of results.latency) {
      assert.ok(row.p50Ms > 0 && row.p99Ms >= row.p50Ms && row.perSecond > 0, JSON.stringify(row));
      if (row.program === 'exporter') assert.ok(row.samples! > 50 * 10 && row.toStaticFile! > 0);
    }
    const reads = results.latency.find(({ mode }) => mode === MODES[0]!.label)!.locustReadsPer1000!;
    assert.ok(
      reads >= 250 && reads <= 1000,
      `${reads} reads in a thousand scrapes of four at a time`,
    );

    const report = bench.stdout();
    for (const { label } of MODES) assert.ok(report.includes(`| exporter    | ${label}`), report);
    assert.doesNotMatch(report, /NaN|Infinity|undefined/);
  },
);

test('what cannot be measured here is said before anything is', async (context) => {
  const bench = await startProcess(process.execPath, [BENCH, '--only=start,cost'], {
    env: { CHROMIUM_PATH: '/nonexistent' },
  });
  context.after(() => bench.stop());
  assert.equal(await bench.exited, 1);
  assert.match(bench.stderr(), /Error: .*Chromium not found at \/nonexistent/);
  assert.doesNotMatch(bench.stderr(), /^start$/m);
});
