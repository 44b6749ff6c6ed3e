import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { startExporter, whyBuildIsMissing } from '../helpers/exporter.ts';
import { isSince, whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startPeer, whyPeerIsMissing } from '../helpers/peer.ts';
import { startLocust } from '../helpers/real-locust.ts';
import { needs, needsOptional } from '../helpers/requirement.ts';
import { stopAfter } from '../helpers/scraped-exporter.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import {
  compare,
  DIFFERENCES,
  readExposition,
  seriesKey,
  type Exposition,
} from './predecessor-differences.ts';

/* The old exporter, as its authors wrote it, and ours, side by side on the same Locust. */

const FIXTURES = path.join(import.meta.dirname, '../fixtures');

/** It reads Locust from 1.0 on. */
const RECORDED = readdirSync(FIXTURES)
  .flatMap((folder) => /^locust-(.+)$/.exec(folder)?.[1] ?? [])
  .filter((version) => isSince(version, '1.0'));

/** Only releases from 1.2 until 2.0 call a worker spawning. */
const SPAWNING_WORKERS = '1.6.0';

const UP = seriesKey('locust_up', {});

const seen = new Set<string>();
const options = { ...needs(whyBuildIsMissing()), ...needsOptional(whyPeerIsMissing()) };
const withLocust = { ...needs(whyLocustIsMissing(SPAWNING_WORKERS)), ...options };

describe('what ContainerSolutions/locust_exporter says', () => {
  describe('is said here', { concurrency: 2 }, () => {
    for (const version of RECORDED) {
      it(`of what a Locust ${version} has answered`, options, async (t) => {
        const folder = path.join(FIXTURES, `locust-${version}`);
        await compareAnswers(
          t,
          version,
          readdirSync(folder)
            .filter((file) => file.endsWith('.stats-requests.json'))
            // Of NaN and infinity the old one makes zeros everywhere.
            .filter((file) => /^(?:standalone|distributed|no-runner)/.test(file))
            .sort((a, b) => placeInRun(a) - placeInRun(b))
            .map((file) => readFileSync(path.join(folder, file), 'utf8')),
        );
      });
    }

    it(`of a Locust ${SPAWNING_WORKERS} whose workers are spawning`, withLocust, async (t) => {
      const locust = await startLocust({ version: SPAWNING_WORKERS, workers: 2 });
      stopAfter(t, 'Locust', locust);
      await locust.swarm(100, 1);
      const answer = await waitUntil('workers are spawning', async () => {
        const text = await locust.get('/stats/requests');
        const { workers } = JSON.parse(text) as { workers: { state: string }[] };
        return workers.every(({ state }) => state === 'spawning') && text;
      });
      await compareAnswers(t, SPAWNING_WORKERS, [answer]);
    });
  });

  it('or differs in a way that is listed, and in all of these ways', withLocust, () => {
    assert.deepEqual([...seen].sort(), DIFFERENCES.map(({ fault }) => fault).sort());
  });
});

const COURSE = ['ready', 'spawning', 'running', 'stopped', 'second-run', 'after-reset'];

/** Where a recorded response belongs in the course of two runs. */
function placeInRun(file: string): number {
  return COURSE.findIndex((situation) => file.includes(situation));
}

async function compareAnswers(
  t: TestContext,
  version: string,
  answers: readonly string[],
): Promise<void> {
  assert.notEqual(answers.length, 0);
  let current = '';
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/stats/requests' ? 200 : 404;
    response.setHeader('Content-Type', 'application/json').end(current);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  t.after(close);
  const { port } = server.address() as AddressInfo;
  const look = await startBoth(t, `http://127.0.0.1:${port}`, version);
  for (current of answers) await look(/"state": ?"(\w+)"/.exec(current)?.[1] ?? '');
  close();
  await look('gone');
}

/** @returns what compares them, when Locust is in a certain state. */
async function startBoth(
  t: TestContext,
  url: string,
  version: string,
): Promise<(state: string) => Promise<void>> {
  const peer = await startPeer(url);
  t.after(() => peer.process.stop());
  const ours = await Promise.all(
    ['on', 'only'].map(async (mode) => {
      const env = { LOCUST_URL: url, LEGACY_METRICS: mode, CACHE_TTL: '0s', LOCUST_TIMEOUT: '30s' };
      const exporter = await startExporter(env);
      t.after(() => exporter.stop());
      return { mode, exporter };
    }),
  );
  const earlier = new Map<string, number>();
  return async (state) => {
    const old = readExposition(await peer.metrics());
    const another = await startPeer(url);
    const fresh = readExposition(await another.metrics());
    await another.process.stop();
    assert.equal(old.series.get(UP), state === 'gone' ? 0 : 1);
    // Or there would be nothing to compare.
    assert.ok(old.types.has('locust_requests_num_requests'));
    for (const { mode, exporter } of ours) {
      const own = readExposition(await exporter.metrics());
      const comparison = { version, state, old, fresh, earlier, ours: own, only: mode === 'only' };
      assert.deepEqual(compare(comparison, seen), [], `${state}, LEGACY_METRICS=${mode}`);
      if (state === 'gone') assert.deepEqual(aboutLocust(own), [UP], mode);
    }
    for (const [key, value] of old.series) earlier.set(key, value);
  };
}

function aboutLocust({ series }: Exposition): string[] {
  return [...series.keys()].filter((key) => /^\["locust_(?!exporter_)/.test(key));
}
