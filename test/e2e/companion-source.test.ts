import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { runProgram, startExporter, whyBuildIsMissing } from '../helpers/exporter.ts';
import { freePort } from '../helpers/free-port.ts';
import { locustPath, whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { startLocust } from '../helpers/real-locust.ts';
import { needs } from '../helpers/requirement.ts';
import { startProcess } from '../helpers/start-process.ts';
import { waitUntil } from '../helpers/wait-until.ts';

/* Reports of the companion in a real Locust, read by the built program. */

const ROOT = path.resolve(import.meta.dirname, '../..');
const LOADED = { PYTHONPATH: path.join(ROOT, 'deploy/locust/auto') };
const LOCUSTFILE = path.join(ROOT, 'test/helpers/locustfile.py');
const [USERS, ROUNDS] = [2, 20];

const missing = needs(whyLocustIsMissing('newest'), whyBuildIsMissing());

type Values = ReadonlyMap<string, number>;

interface Scraper {
  /** The messages so far. */
  log(): string[];
  scrape(): Promise<Values>;
}

/** Starts the exporter; it is asked anew at each scrape. */
async function scraper(
  t: TestContext,
  url: string,
  flags: Readonly<Record<string, string>> = {},
): Promise<Scraper> {
  const exporter = await startExporter({ LOCUST_URL: url, CACHE_TTL: '0s', ...flags });
  t.after(() => exporter.stop());
  return {
    log: () => exporter.log.map(({ msg }) => msg),
    async scrape() {
      const families = parseExposition(await exporter.metrics(), 'text');
      return new Map(
        families
          .flatMap(({ samples }) => samples)
          .map(({ name, labels, value }) => [`${name}${JSON.stringify(labels)}`, value]),
      );
    },
  };
}

/** The requests of each endpoint. */
function requestsOf(values: Values): [string, number][] {
  return [...values].filter(([series]) => series.startsWith('locust_requests_total')).sort();
}

/** What the log says of where reports come from. */
const FOUND = 'reports come from the companion';
const GONE = 'the companion is gone';

/** Series whose values differ, or which only one has, but for the sums of rounded means. */
function differences(own: Values, other: Values): string[] {
  return [...new Set([...own.keys(), ...other.keys()])].filter((series) => {
    if (/^locust_exporter|^process|^nodejs/.test(series) || OF_COMPANION.test(series)) return false;
    const [a, b] = [own.get(series) ?? NaN, other.get(series) ?? NaN];
    return !(Math.abs(a - b) <= toleranceOf(series, b));
  });
}

/** What the companion tells exactly, the web API rounds, and the exporter has to estimate. */
function toleranceOf(series: string, value: number): number {
  if (series.startsWith('locust_run_start_time_seconds')) return 5;
  return /_(?:min|max)_seconds/.test(series) ? 0.0005 : 1e-12 * Math.abs(value);
}

const OF_COMPANION =
  /^locust_(?:(?:aggregated_)?request_duration_seconds|target_users|spawn_rate|user_class_users|exceptions_total|companion_up)/;

describe('a real Locust with the companion', { concurrency: 2 }, () => {
  it('tells the same series as without it', missing, async (t) => {
    const env = { ...LOADED, ROUNDS: String(ROUNDS) };
    const locust = await startLocust({ version: 'newest', env });
    t.after(() => locust.stop());
    const [companion, web] = [
      await scraper(t, locust.url),
      await scraper(t, locust.url, { COMPANION: 'off' }),
    ];
    await companion.scrape();
    assert.ok(companion.log().includes(FOUND), companion.log().join('\n'));
    await locust.swarm(USERS, 10);
    await locust.counted(USERS * ROUNDS);
    await locust.atRest();
    const [own, other] = [await companion.scrape(), await web.scrape()];
    assert.ok(requestsOf(own).length >= 10);
    assert.deepEqual(differences(own, other), []);
    assert.ok(!web.log().includes(FOUND));

    const { stdout } = await runProgram(['stats', '--json'], { LOCUST_URL: locust.url });
    const printed = JSON.parse(stdout) as {
      companion: { exceptions: number };
      endpoints: { requests: number; durations: { counts: number[] } }[];
    };
    assert.equal(typeof printed.companion.exceptions, 'number');
    for (const { requests, durations } of printed.endpoints) {
      assert.ok(durations.counts.reduce((sum, count) => sum + count, 0) <= requests);
      assert.ok(Array.isArray(durations.counts));
    }
  });

  it('may come back without it, and with it again', missing, async (t) => {
    const port = await freePort();
    const start = (env: Record<string, string>) =>
      startLocust({ version: 'newest', port, env: { ROUNDS: '5', ...env } });
    let locust = await start(LOADED);
    t.after(() => locust.stop());
    const exporter = await scraper(t, locust.url);
    for (const [env, line, times] of [
      [{}, GONE, 1],
      [LOADED, FOUND, 2],
    ] as const) {
      await exporter.scrape();
      await locust.stop();
      // Whoever restarts unseen, and has counted as much as before, is not known to be another.
      assert.equal((await exporter.scrape()).get('locust_up{}'), 0);
      locust = await start(env);
      await locust.swarm(USERS, 10);
      await locust.counted(USERS * 5);
      await waitUntil(`the log says: ${line}`, async () => {
        const values = await exporter.scrape();
        const said = exporter.log().filter((one) => one === line).length;
        return values.get('locust_up{}') === 1 && said === times;
      });
      assert.ok(requestsOf(await exporter.scrape()).every(([, value]) => value >= 10));
    }
  });

  it('tells the final figures of a headless run', missing, async (t) => {
    const port = await freePort();
    const locust = await startProcess(
      locustPath('newest'),
      [
        ...['-f', LOCUSTFILE, '--host', 'http://shop.example', '--headless'],
        ...['-u', String(USERS), '-r', '10', '-t', '8s', '--only-summary'],
      ],
      {
        env: {
          ...LOADED,
          ROUNDS: String(ROUNDS),
          HOME: '/nonexistent',
          LOCUST_EXPORTER_COMPANION_ADDRESS: `127.0.0.1:${port}`,
        },
      },
    );
    t.after(() => locust.stop());
    const exporter = await scraper(t, `http://127.0.0.1:${port}`);
    let last: [string, number][] = [];
    await waitUntil(
      'Locust has ended',
      async () => {
        const values = await exporter.scrape();
        if (values.get('locust_up{}') === 1) last = requestsOf(values);
        return locust.exit !== undefined;
      },
      { everyMs: 200, timeoutMs: 60_000 },
    );
    assert.ok(last.length >= 10, locust.output());
    for (const [series, value] of last) assert.ok(value >= USERS * ROUNDS, `${series} ${value}`);
    // Its own summary has the same total, in the last row of its first table.
    const total = last.reduce((sum, [, value]) => sum + value, 0);
    const rows = [...locust.output().matchAll(/Aggregated\s+(\d+)\s+\d+\(/g)];
    const said = rows.at(-1)?.[1];
    assert.equal(Number(said), total);
  });
});
