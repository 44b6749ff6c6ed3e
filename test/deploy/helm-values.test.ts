import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { chartValues, readValuesSchema, type ValuesSchema } from '../docs/chart-values.ts';
import { MANY, ONE, run, withHelm } from './chart.ts';

describe('the values of the chart', () => {
  const WRONG: readonly (readonly [what: string, values: object, problem: RegExp])[] = [
    ['a value that there is not', { ...ONE, replica: 1 }, /replica/],
    [
      'a password in locust.url',
      { locust: { url: 'http://a:b@locust:8089' } },
      /locust.*url|url.*pattern/s,
    ],
    ['a url without a scheme', { locust: { url: 'locust:8089' } }, /url/],
    [
      'a password of a module',
      { probe: { ...MANY.probe, modules: { a: { password: 'x' } } } },
      /modules/,
    ],
    ['a password among the settings', { ...ONE, env: { LOCUST_PASSWORD: 'x' } }, /env/],
    ['a target with a scheme', { probe: { targets: ['http://locust:8089'] } }, /targets/],
    ['a digest that is none', { ...ONE, image: { digest: 'sha256:1' } }, /digest/],
    ['a setting in small letters', { ...ONE, env: { linger: '1s' } }, /linger/],
    [
      'secret files without a Secret',
      { ...ONE, secretFiles: { LOCUST_PASSWORD_FILE: 'a' } },
      /secretFiles needs existingSecret/,
    ],
    [
      'two replicas for one Locust',
      { ...ONE, replicas: 2 },
      /each replica would count the same Locust/,
    ],
    [
      'modules without targets',
      { ...ONE, probe: { modules: { a: {} } } },
      /probe\.modules needs probe\.targets/,
    ],
    [
      'a ScrapeConfig without /probe',
      { ...ONE, monitoring: { scrapeConfig: { enabled: true } } },
      /need probe\.targets/,
    ],
    ['a Probe of nothing', { ...MANY, monitoring: { probe: { enabled: true } } }, /needs targets/],
    [
      'a Probe that asks any replica',
      { ...MANY, replicas: 2, monitoring: { probe: { enabled: true, targets: ['a:1'] } } },
      /needs replicas: 1/,
    ],
    [
      'a module that there is not',
      { ...MANY, monitoring: { scrapeConfig: { enabled: true, module: 'b' } } },
      /the module b of monitoring is not in probe\.modules/,
    ],
    [
      'two monitors of the same',
      { ...ONE, monitoring: { serviceMonitor: { enabled: true }, podMonitor: { enabled: true } } },
      /scraped twice/,
    ],
  ];
  for (const [what, values, problem] of WRONG) {
    it(`are refused with ${what}`, withHelm, async () => {
      const { code, stderr } = await run(values);
      assert.notEqual(code, 0);
      assert.match(stderr, problem);
    });
  }

  it('are all in the schema, and no other', () => {
    const namesIn = ({ properties = {} }: ValuesSchema, prefix = ''): string[] =>
      Object.entries(properties).flatMap(([key, inner]) =>
        inner.properties === undefined ? [`${prefix}${key}`] : namesIn(inner, `${prefix}${key}.`),
      );
    const leaves = chartValues().filter(({ preset }) => preset !== null);
    assert.deepEqual(
      leaves.map(({ name }) => name).sort(),
      namesIn(readValuesSchema())
        .filter((name) => name !== 'global')
        .sort(),
    );
  });
});
