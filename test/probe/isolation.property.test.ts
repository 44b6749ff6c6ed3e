import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { startFaultyLocust } from '../target/faulty-locust.ts';
import { startInProcess } from '../target/in-process.ts';

const TARGETS = 3;

/** What differs between one Locust that is read alone and one of many: the exporter and the time. */
const VOLATILE =
  /^(?:# (?:HELP|TYPE) )?(?:process_|nodejs_|locust_exporter_(?:build_info|scrape_duration|targets?_?)).*\n/gm;

/** What a Locust answers, from which its counts and sums, and so its whole history, come. */
interface Answer {
  readonly isBroken: boolean;
  readonly requests: number;
  readonly meanMs: number;
  readonly name: string;
  readonly error: string | null;
}

const answer: fc.Arbitrary<Answer> = fc.record({
  isBroken: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
  requests: fc.nat(1000),
  meanMs: fc.double({ min: 0, max: 1000, noNaN: true }),
  name: fc.constantFrom('/a', '/b', '/a?id=1', '(other)'),
  error: fc.option(fc.constantFrom('timeout', 'refused')),
});

interface Step {
  readonly target: number;
  readonly answer: Answer;
  readonly passedMs: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  target: fc.nat(TARGETS - 1),
  answer,
  passedMs: fc.integer({ min: 0, max: 20_000 }),
});

function reportOf({ requests, meanMs, name, error }: Answer, target: number): string {
  const row = (method: string | null, of: string) => ({
    ...{ method, name: of, num_requests: requests, num_failures: Math.floor(requests / 3) },
    ...{ avg_response_time: meanMs, min_response_time: 1, max_response_time: 1000 },
    ...{ median_response_time: 5, avg_content_length: 7 + target, safe_name: of },
    ...{ current_rps: 1.5, current_fail_per_sec: 0.5, ninetieth_response_time: 9 },
  });
  return JSON.stringify({
    ...{ state: 'running', user_count: 10 + target, total_rps: 3, fail_ratio: 0.25 },
    stats: [row('GET', name), row('GET', `/of-${target}`), row(null, 'Aggregated')],
    errors: error === null ? [] : [{ method: 'GET', name, error, occurrences: requests }],
  });
}

/** The exposition of each step, in their order, as `scrape` gives it. */
async function play(
  steps: readonly Step[],
  start: (urls: readonly string[], clock: Clock) => Promise<Player>,
): Promise<string[]> {
  let nowMs = 1e6;
  const current: (Answer | null)[] = Array.from({ length: TARGETS }, () => null);
  const locusts = await Promise.all(
    current.map((_, target) =>
      startFaultyLocust((request, response) => {
        const now = current[target];
        if (!now || now.isBroken || request.url !== '/stats/requests') {
          response.writeHead(500).end();
        } else response.end(reportOf(now, target));
      }),
    ),
  );
  const clock: Clock = { monotonicMs: () => nowMs, unixMs: () => 1.7e12 + nowMs };
  const player = await start(
    locusts.map(({ url }) => url.href),
    clock,
  );
  const texts: string[] = [];
  try {
    for (const { target, answer: next, passedMs } of steps) {
      nowMs += passedMs;
      current[target] = next;
      const text = await player.scrape(target);
      texts.push(text.replaceAll(VOLATILE, ''));
    }
  } finally {
    await player.stop();
    await Promise.all(locusts.map((locust) => locust.close()));
  }
  return texts;
}

interface Clock {
  monotonicMs(): number;
  unixMs(): number;
}

interface Player {
  scrape(target: number): Promise<string>;
  stop(): Promise<void>;
}

const SETTINGS = { CACHE_TTL: '0s', NAME_REWRITE: '\\?.* =>', MAX_ENDPOINTS: '2' };

async function startProbing(urls: readonly string[], clock: Clock): Promise<Player> {
  const exporter = await startInProcess({ PROBE_TARGETS: '127.0.0.1', ...SETTINGS }, clock);
  return {
    scrape: (target) => exporter.get(`/probe?target=${urls[target]!}`, { accept: 'text/plain' }),
    stop: () => exporter.stop(),
  };
}

/** Each Locust has an exporter of its own. */
async function startSeveral(urls: readonly string[], clock: Clock): Promise<Player> {
  const exporters = await Promise.all(
    urls.map((LOCUST_URL) => startInProcess({ LOCUST_URL, ...SETTINGS }, clock)),
  );
  return {
    scrape: (target) => exporters[target]!.metrics(),
    stop: async () => {
      await Promise.all(exporters.map((exporter) => exporter.stop()));
    },
  };
}

it('targets that are probed in turn tell what each tells to an exporter of its own', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
      assert.deepEqual(await play(steps, startProbing), await play(steps, startSeveral));
    }),
    { numRuns: 25 },
  );
});
