import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { hashSync } from 'bcryptjs';
import { parse, stringify } from 'yaml';

import { differences, expectedAtRest, seriesKey } from '../helpers/expected-series.ts';
import { startExporter, whyBuildIsMissing } from '../helpers/exporter.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startLocust, type RealLocust } from '../helpers/real-locust.ts';
import {
  startPrometheus,
  whyPrometheusIsMissing,
  type RealPrometheus,
} from '../helpers/real-prometheus.ts';
import { needs } from '../helpers/requirement.ts';
import { stopAfter, waitForValue } from '../helpers/scraped-exporter.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const VERSIONS = ['newest', '2.12.1'];
const ROUNDS = 10;
const USERS = 3;

const SHIPPED = path.resolve(import.meta.dirname, '../../deploy/prometheus/prometheus-many.yml');

interface Job {
  job_name: string;
  static_configs: { targets: string[] }[];
  relabel_configs?: { replacement?: string }[];
}

/** The shipped configuration, with these Locusts and this exporter. */
function configOf(locusts: readonly string[], exporter: string): string {
  const { scrape_configs: jobs } = parse(readFileSync(SHIPPED, 'utf8')) as {
    scrape_configs: Job[];
  };
  const [probes, own] = jobs;
  probes!.static_configs = [{ targets: [...locusts] }];
  probes!.relabel_configs!.at(-1)!.replacement = exporter;
  own!.static_configs = [{ targets: [exporter] }];
  return stringify({ global: { scrape_interval: '1s' }, scrape_configs: jobs });
}

async function assertHolds(prometheus: RealPrometheus, locust: RealLocust): Promise<void> {
  const selector = `{instance="${locust.url}",__name__=~"locust_.*",__name__!~"locust_exporter_.*"}`;
  await waitUntil(
    `Prometheus holds what Locust ${locust.version} answers`,
    async () => {
      const found = new Map(
        (await prometheus.query(selector)).map(
          ({ labels: { __name__: name, ...labels }, value }) => {
            delete labels['instance'];
            delete labels['job'];
            return [seriesKey(name!, labels), value];
          },
        ),
      );
      assert.ok(found.delete(seriesKey('locust_run_start_time_seconds', {})));
      const lines = differences(found, expectedAtRest(locust.version, await locust.report()));
      assert.equal(lines.length, 0, `\n${lines.join('\n')}`);
      return true;
    },
    { timeoutMs: 30_000, everyMs: 500 },
  );
}

async function startAll(t: TestContext): Promise<RealLocust[]> {
  const locusts = await Promise.all(
    VERSIONS.map((version) => startLocust({ version, env: { ROUNDS: String(ROUNDS) } })),
  );
  for (const locust of locusts) stopAfter(t, `Locust ${locust.version}`, locust);
  return locusts;
}

test(
  'Prometheus holds what two Locusts measured, through one exporter',
  {
    ...needs(...VERSIONS.map(whyLocustIsMissing), whyPrometheusIsMissing(), whyBuildIsMissing()),
    timeout: 120_000,
  },
  async (t) => {
    const locusts = await startAll(t);
    const exporter = await startExporter({ PROBE_TARGETS: '127.0.0.1' });
    stopAfter(t, 'exporter', exporter.process);
    const prometheus = await startPrometheus({
      config: configOf(
        locusts.map(({ url }) => url),
        new URL(exporter.url).host,
      ),
    });
    stopAfter(t, 'Prometheus', prometheus);
    await Promise.all(
      locusts.map(({ url }) => waitForValue(prometheus, `locust_up{instance="${url}"}`, 1)),
    );

    await Promise.all(locusts.map((locust, index) => locust.swarm(USERS + index, 4)));
    // A run that no scrape saw has no start.
    await Promise.all(
      locusts.map(({ url }) =>
        waitForValue(prometheus, `locust_state{instance="${url}",state="running"}`, 1),
      ),
    );
    await Promise.all(locusts.map((locust, index) => locust.counted((USERS + index) * ROUNDS)));
    await Promise.all(locusts.map((locust) => locust.endRun()));
    await Promise.all(locusts.map((locust) => locust.atRest()));
    for (const locust of locusts) await assertHolds(prometheus, locust);

    await waitForValue(prometheus, 'locust_exporter_targets', 2);
    const processes = await prometheus.query('process_cpu_seconds_total');
    assert.deepEqual(
      processes.map(({ labels }) => labels['job']),
      ['locust-exporter'],
    );

    const [newest, older] = locusts;
    await newest!.stop();
    await waitForValue(prometheus, `locust_up{instance="${newest!.url}"}`, 0);
    await waitForValue(prometheus, `locust_up{instance="${older!.url}"}`, 1);
    const page = await (await fetch(exporter.url)).text();
    assert.ok(page.includes(`${newest!.url}/`) && page.includes(`${older!.url}/`));
  },
);

test('WEB_CONFIG_FILE guards /probe as well', needs(whyBuildIsMissing()), async (t) => {
  const folder = await temporaryFolder('probe');
  t.after(() => folder.remove());
  const file = path.join(folder.path, 'web.yml');
  writeFileSync(file, `basic_auth_users: { ann: '${hashSync('secret', 4)}' }\n`);
  const exporter = await startExporter({ PROBE_TARGETS: '127.0.0.1', WEB_CONFIG_FILE: file });
  stopAfter(t, 'exporter', exporter.process);
  const url = `${exporter.url}/probe?target=127.0.0.1:1`;
  const ask = async (headers: Record<string, string>) => (await fetch(url, { headers })).status;
  assert.equal(await ask({}), 401);
  const authorization = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
  assert.equal(await ask({ authorization }), 200);
});
