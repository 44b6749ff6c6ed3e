import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readDashboards } from '../helpers/dashboard-queries.ts';
import type { RealPrometheus } from '../helpers/real-prometheus.ts';
import { drawPage } from './draw-page.ts';
import type { Dashboard } from './panel-json.ts';

const range = { start: 1_800_000_000, end: 1_800_000_060, step: 15 };
const labels = {
  ...{ method: 'GET', name: '/<b>', error: 'ValueError("<i>")', worker: 'w', code: 'c' },
  quantile: '0.95',
};
const variables = {
  ...{ job: 'locust', instance: 'localhost:9646', __rate_interval: '20s', __interval: '5s' },
  ...{ quantile: '$__all', method: '$__all', endpoint: '$__all' },
};

/** Gives one series with these values, or none, whatever it is asked. */
function prometheusWith(values: readonly number[]): RealPrometheus {
  const points = values.map((value, index) => ({ time: range.start + 15 * index, value }));
  return {
    query: () => Promise.resolve(points.slice(-1).map((point) => ({ labels, ...point }))),
    queryRange: () => Promise.resolve(points.length === 0 ? [] : [{ labels, points }]),
  } as unknown as RealPrometheus;
}

describe('the pages of the pictures', () => {
  for (const { file, json } of readDashboards()) {
    for (const values of [[], [0, 0, 0], [0, 1, 2.5, 1234]]) {
      it(`know all that ${file} has, with the values ${JSON.stringify(values)}`, async () => {
        const dashboard = json as unknown as Dashboard;
        const prometheus = prometheusWith(values);
        const { html, charts } = await drawPage(dashboard, { prometheus, variables, range });
        const drawn = dashboard.panels.filter(({ type }) => type === 'timeseries');
        assert.equal(charts.length, values.length === 0 ? 0 : drawn.length);
        for (const { title } of dashboard.panels) assert.ok(html.includes(title!), title);
        assert.doesNotMatch(html, /<b>"|ValueError\("<i>|undefined|NaN|Infinity/);
        assert.doesNotMatch(JSON.stringify(charts), /null,"width"|NaN/);
      });
    }
  }
});
