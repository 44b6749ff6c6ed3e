import assert from 'node:assert/strict';
import { it } from 'node:test';

import { startExporter, whyBuildIsMissing } from '../helpers/exporter.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { startLocust } from '../helpers/real-locust.ts';
import { needs } from '../helpers/requirement.ts';
import { command, stopAfter } from '../helpers/scraped-exporter.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const USERS = 2;
const ROUNDS = 6;
const EXTRA = 40;

const options = needs(whyLocustIsMissing('newest'), whyBuildIsMissing());
it('rules and limits leave the sums of Locust as they are', options, async (t) => {
  const env = { ROUNDS: String(ROUNDS), EXTRA: String(EXTRA) };
  const locust = await startLocust({ version: 'newest', env });
  stopAfter(t, 'Locust', locust);
  const exporter = await startExporter({ LOCUST_URL: locust.url, MAX_ENDPOINTS: '4' }, [
    ...['--name-rewrite', '/extra/\\d+ => /extra/:id'],
    ...['--name-rewrite', '^/(?<area>orders|products)(/.*)?$ => all ${area}'],
    ...['--error-rewrite', '.*\\b(stock|yours)\\b.* => $1'],
  ]);
  stopAfter(t, 'exporter', exporter.process);
  await command(locust.url, 'swarm', '--users', String(USERS), '--spawn-rate', '10');
  const { stats, errors } = await locust.counted(USERS * ROUNDS);
  const aggregate = stats.at(-1)!;
  const all = stats.length - 1;

  await waitUntil('the exporter has seen it all', async () => {
    const samples = parseExposition(await exporter.metrics(), 'text').flatMap(
      (family) => family.samples,
    );
    const rows = (name: string) => samples.filter((sample) => sample.name === `locust_${name}`);
    const sum = (name: string) => rows(name).reduce((total, { value }) => total + value, 0);
    const own = rows('requests_total').filter(({ labels }) => labels['name'] !== '(other)');
    assert.equal(own.length, 4);
    const extra = rows('requests_total').find(({ labels }) => labels['name'] === '/extra/:id');
    assert.equal(extra?.value, EXTRA * USERS * ROUNDS);
    assert.equal(sum('requests_total'), all * USERS * ROUNDS);
    assert.equal(sum('requests_total'), aggregate.num_requests);
    assert.equal(sum('failures_total'), aggregate.num_failures);
    const seconds = Number(aggregate['avg_response_time']) * (aggregate.num_requests / 1000);
    assert.ok(Math.abs(sum('response_time_seconds_sum') - seconds) < 1e-6 * seconds);
    assert.equal(
      sum('error_occurrences_total'),
      errors.reduce((total, error) => total + Number(error['occurrences']), 0),
    );
    const texts = new Set(rows('error_occurrences_total').map(({ labels }) => labels['error']));
    assert.ok(texts.has('stock') && texts.has('yours'), [...texts].join());
    return true;
  });
});
