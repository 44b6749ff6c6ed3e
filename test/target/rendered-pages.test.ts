import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createRenderer } from '../../src/target/render.ts';
import type { Outcome } from '../../src/target/outcome.ts';
import { parseStats } from '../../src/locust/report/parse-stats.ts';
import { CATALOG } from '../../src/metrics/catalog.ts';
import { createSelfMetrics } from '../../src/metrics/self.ts';
import { decodeProtobuf } from '../helpers/decode-protobuf.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { aggregate, report, row } from '../locust/samples.ts';

const FORMATS = ['text', 'openmetrics'] as const;
const self = createSelfMetrics({ version: '1', revision: 'a' });

function outcomeOf(...names: string[]): Outcome {
  const snapshot = parseStats(report([...names.map((name) => row(name)), aggregate()]));
  return {
    report: { snapshot, info: null, runStartSeconds: null },
    ...{ problem: null, atMs: 0 },
  };
}

describe('one report after another', () => {
  for (const format of FORMATS) {
    it(`leaves nothing of the one before in ${format}`, async () => {
      const render = createRenderer(CATALOG, 'locust', self);
      const long = Array.from({ length: 40 }, (_, index) => `/long/${index}`);
      for (const names of [['/a'], long, ['/b'], long]) {
        const outcome = outcomeOf(...names);
        const text = (await render(outcome, { format, gzip: false })).toString();
        const family = format === 'text' ? 'locust_requests_total' : 'locust_requests';
        const found = parseExposition(text, format).find(({ name }) => name === family);
        assert.deepEqual(
          found?.samples.map(({ labels }) => labels['name']),
          names,
        );
        assert.equal(text.startsWith('# HELP locust_up '), true);
        assert.equal(text.endsWith('\n# EOF\n'), format === 'openmetrics');
        // The same report once more, as another outcome: what is about Locust is not written again.
        const again = await render({ ...outcome }, { format, gzip: false });
        assert.equal(again.toString().split('locust_up 1\n').length, 2);
        parseExposition(again.toString(), format);
      }
    });
  }

  it('leaves nothing of the one before in protobuf', async () => {
    const render = createRenderer(CATALOG, 'locust', self);
    const long = Array.from({ length: 40 }, (_, index) => `/long/${index}`);
    for (const names of [['/a'], long, ['/b'], long]) {
      const outcome = outcomeOf(...names);
      for (const one of [outcome, { ...outcome }]) {
        const families = decodeProtobuf(await render(one, { format: 'protobuf', gzip: false }));
        assert.equal(families[0]?.name, 'locust_up');
        assert.equal(new Set(families.map(({ name }) => name)).size, families.length);
        assert.ok(families.some(({ name }) => name === 'locust_exporter_build_info'));
        assert.deepEqual(
          families
            .find(({ name }) => name === 'locust_requests_total')
            ?.metric.map(({ label }) => label[1]?.value),
          names,
        );
      }
    }
  });

  it('is one body each, though they are asked for at once', async () => {
    const render = createRenderer(CATALOG, 'locust', self);
    const outcomes = [outcomeOf('/a'), outcomeOf('/b'), outcomeOf('/c')];
    const asked = outcomes.flatMap((outcome) =>
      [true, false].map((gzip) => render(outcome, { format: 'text', gzip })),
    );
    const bodies = await Promise.all(asked);
    for (const [index, name] of ['/a', '/b', '/c'].entries()) {
      const [zipped, plain] = bodies.slice(2 * index, 2 * index + 2) as [Buffer, Buffer];
      assert.deepEqual(gunzipSync(zipped), plain);
      assert.match(plain.toString(), new RegExp(`requests_total\\{method="GET",name="${name}"\\}`));
    }
  });
});

it('a large page is compressed like a small one', async () => {
  const render = createRenderer(CATALOG, 'locust', self);
  for (const count of [1, 400]) {
    const outcome = outcomeOf(...Array.from({ length: count }, (_, index) => `/${index}`));
    const plain = await render(outcome, { format: 'text', gzip: false });
    const zipped = await render(outcome, { format: 'text', gzip: true });
    assert.deepEqual(gunzipSync(zipped), plain);
    assert.ok(zipped.length < plain.length / 2);
    assert.equal(plain.length > 2 ** 15, count > 1);
  }
});
