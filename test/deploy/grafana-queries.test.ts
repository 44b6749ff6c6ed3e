import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ANYTHING,
  readDashboards,
  substituteVariables,
  type ReadDashboard,
} from '../helpers/dashboard-queries.ts';
import { knownMetrics } from '../helpers/known-metrics.ts';
import { analyzePromql, type Analysis, type Selector } from '../helpers/promql.ts';

const dashboards = readDashboards();
const metrics = await knownMetrics();

function metricOf(name: string) {
  const metric = metrics.get(name);
  if (metric === undefined) throw new Error(`the exporter has no metric ${name}`);
  return metric;
}

/** No range that anything else would come to. */
const RATE_INTERVAL = '77s';
const INTERVAL = '11s';
const RANGE = '33m';
const VALUES = {
  job: 'locust',
  instance: '127.0.0.1:9646',
  method: '$__all',
  endpoint: ['/search?q=[term]', 'it\'s "that"'],
  quantile: ['0.5', '0.95'],
  __rate_interval: RATE_INTERVAL,
  __interval: INTERVAL,
  __range: RANGE,
};

/** What a range has to be, where it is no RATE_INTERVAL. */
const RANGES: Readonly<Record<string, string>> = {
  max_over_time: INTERVAL,
  min_over_time: INTERVAL,
  last_over_time: RANGE,
};

/** Gauges that are shown over time as they are now and then. */
const SAMPLED = ['locust_state', 'locust_exporter_last_success_timestamp_seconds'];

const analyze = (expr: string): Analysis =>
  analyzePromql(substituteVariables(expr, VALUES), (name) => metricOf(name).labels);

/** Sums that add up nothing twice, by the metric and what tells its summands apart. */
const SUMS: Readonly<Record<string, string>> = {
  // At most one of them is not 0.
  locust_state: 'state',
  locust_workers: 'state',
  // Each has the occurrences of its own endpoint, and there is no total of them.
  locust_error_occurrences_total: 'method name',
  locust_request_duration_seconds: 'method name',
  locust_request_duration_seconds_bucket: 'method name',
};

/** What is wrong with the numbers that an expression gives. */
function problemsOf(expr: string, isShownOverTime: boolean): string[] {
  const { selectors, aggregations } = analyze(expr);
  return [
    ...selectors.flatMap((selector) => problemsOfSelector(selector, isShownOverTime)),
    ...(isShownOverTime ? peaksLostBy(selectors) : []),
    ...aggregations.flatMap(({ operator, dropped, selectors: summed }) => {
      if (operator === 'max') {
        return summed.flatMap(({ metric, matchers }) =>
          ['quantile', 'percentile'].flatMap((label) => {
            const isMixed = dropped.includes(label) && metricOf(metric).labels.includes(label);
            const isChosen = matchers.some((one) => one.label === label && one.operator === '=');
            return isMixed && !isChosen ? [`max over the ${label}s of ${metric}`] : [];
          }),
        );
      }
      if (operator !== 'sum') return [`${operator} is neither sum nor max`];
      return summed.flatMap(({ metric }) =>
        SUMS[metric] === dropped.join(' ') ? [] : [`sum of ${metric} over ${dropped.join(' ')}`],
      );
    }),
  ];
}

/** Gauges that are looked at once in an interval, in which there may be many scrapes. */
function peaksLostBy(selectors: readonly Selector[]): string[] {
  if (selectors.some(({ metric }) => SAMPLED.includes(metric))) return [];
  const ranged = selectors.filter(({ range }) => range !== undefined);
  return selectors.flatMap(({ metric }) =>
    ranged.some((one) => one.metric === metric) ? [] : [`peaks of ${metric} are lost`],
  );
}

function problemsOfSelector(
  { metric, range, function: by }: Selector,
  isShownOverTime: boolean,
): string[] {
  const { type } = metricOf(metric);
  const problems: string[] = [];
  if (range !== undefined && range !== (RANGES[by ?? ''] ?? RATE_INTERVAL)) {
    problems.push(`range of ${metric}: ${range}`);
  }
  const isRate = by === 'rate' || by === 'increase' || by === 'irate';
  const isCounted = type === 'counter' || type === 'histogram';
  if (isRate && !isCounted) problems.push(`${by} of the ${type} ${metric}`);
  if (!isRate && isCounted && isShownOverTime) problems.push(`no rate of ${metric}`);
  return problems;
}

/** That the chosen targets alone are asked for: by `=` where one is chosen, else by `=~`. */
function asksForChosen({ variables }: ReadDashboard, expr: string): void {
  for (const label of ['job', 'instance']) {
    const { multi } = variables.find(({ name }) => name === label)!;
    for (const { metric, matchers } of analyze(expr).selectors) {
      const own = matchers.filter((matcher) => matcher.label === label);
      assert.equal(own.length, 1, `${metric} is asked for without ${label}: ${expr}`);
      assert.equal(own[0]!.operator, multi ? '=~' : '=', expr);
    }
  }
  assert.equal(expr.split('"$job"').length, expr.split('job=').length, expr);
  assert.equal(expr.split('"$instance"').length, expr.split('instance=').length, expr);
}

for (const dashboard of dashboards) {
  describe(`the queries of ${dashboard.title}`, () => {
    for (const { panel, panelType, refId, expr, kind, legendFormat } of dashboard.queries) {
      const isShownOverTime = ['timeseries', 'state-timeline', 'heatmap'].includes(panelType);

      it(`${panel} ${refId} is right`, () => {
        asksForChosen(dashboard, expr);
        assert.deepEqual(problemsOf(expr, isShownOverTime), []);
        assert.equal(kind, isShownOverTime ? 'range' : 'instant');
        const { labels } = analyze(expr);
        for (const [, label] of (legendFormat ?? '').matchAll(/\{\{(\w+)\}\}/g)) {
          assert.ok(labels.includes(label!), `no ${label!} for the legend of ${expr}`);
        }
      });
    }

    it('give tables no other labels than those of their columns', () => {
      for (const panel of dashboard.json.panels.filter(({ type }) => type === 'table')) {
        const columns = Object.keys(renamed(panel)).filter((name) => !name.startsWith('Value'));
        const labels = panel.targets!.flatMap(({ expr }) => analyze(expr).labels);
        assert.deepEqual([...new Set(labels)].sort(), columns.sort(), panel.title);
      }
    });

    it('distinguish the series of a panel', () => {
      for (const { panel, expr, legendFormat = '', panelType } of dashboard.queries) {
        if (panelType === 'table' || panel === 'State' || panel === 'Phases') continue;
        const chosen = dashboard.variables.some(({ name, multi }) => name === 'instance' && !multi)
          ? ['job', 'instance']
          : ['job'];
        const single = analyze(expr).selectors.flatMap(({ matchers }) =>
          matchers.flatMap(({ label, operator }) => (operator === '=' ? [label] : [])),
        );
        for (const label of analyze(expr).labels) {
          if (chosen.includes(label) || single.includes(label)) continue;
          assert.ok(legendFormat.includes(`{{${label}}}`), `${panel} mixes series by ${label}`);
        }
      }
    });

    it('are all of the annotations and variables too', () => {
      assert.deepEqual(
        dashboard.annotations.map(({ name }) => name),
        ['Run starts', 'Run stops', 'Locust goes away'],
      );
      for (const { expr } of dashboard.annotations) {
        asksForChosen(dashboard, expr);
        assert.deepEqual(problemsOf(expr, false), []);
      }
      for (const { name, type, query, allValue = ANYTHING } of dashboard.variables) {
        assert.equal(allValue, ANYTHING, name);
        if (type === 'datasource') continue;
        const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? [];
        assert.ok(analyze(selector!).labels.includes(label!), name);
      }
    });
  });
}

function renamed(panel: object): Readonly<Record<string, string>> {
  const { transformations } = panel as {
    transformations: readonly { id: string; options: { renameByName: Record<string, string> } }[];
  };
  return transformations.find(({ id }) => id === 'organize')!.options.renameByName;
}

describe('a query that is wrong', () => {
  const WRONG: readonly (readonly [expr: string, problem: RegExp])[] = [
    ['sum(locust_response_time_seconds{quantile="0.5"})', /sum of locust_response_time_seconds/],
    ['avg by (name) (locust_response_time_seconds{quantile="0.5"})', /neither sum nor max/],
    ['max by (name) (locust_response_time_seconds)', /max over the quantiles/],
    ['max by (name) (locust_response_time_percentile_seconds)', /max over the percentiles/],
    ['sum(rate(locust_requests_total[$__rate_interval]))', /sum of locust_requests_total over/],
    ['sum(locust_users)', /sum of locust_users over job instance/],
    ['rate(locust_users[$__rate_interval])', /rate of the gauge/],
    ['rate(locust_requests_total[5m])', /range of/],
    ['locust_requests_total', /no rate of/],
    ['locust_users', /peaks of locust_users are lost/],
    ['max_over_time(locust_users[$__rate_interval])', /range of/],
  ];
  for (const [expr, problem] of WRONG) {
    it(`is found out: ${expr}`, () => {
      assert.match(problemsOf(expr, true).join('\n'), problem);
    });
  }

  const BROKEN: readonly (readonly [expr: string, message: RegExp])[] = [
    ['rate(locust_requests_total[1m)', /does not parse/],
    ['locust_user', /no metric locust_user/],
    ['locust_current_response_time_seconds_sum', /no metric/],
    ['locust_users{name="/"}', /has no name/],
    ['max by (name) (locust_users)', /has no name/],
    ['locust_users and ignoring (state) locust_up', /has no state/],
    ['locust_users{job="$jobs"}', /no value for the variable jobs/],
    ['up + locust_up or up', /only one side of or has a name/],
    ['max_over_time(locust_users[$__interval]) or locust_users', /only one side of or/],
  ];
  for (const [expr, message] of BROKEN) {
    it(`is found out: ${expr}`, () => {
      assert.throws(() => analyze(expr), message);
    });
  }
});

describe('what Grafana puts in for variables', () => {
  it('is text where one value is chosen', () => {
    assert.equal(substituteVariables('a{b="$c"}', { c: 'x.y\\' }), 'a{b="x.y\\\\"}');
  });

  it('is a regex for what several can be chosen of', () => {
    const expr = 'a{b=~`${c:regex}`}';
    assert.equal(substituteVariables(expr, { c: '/q?[x]' }), 'a{b=~`/q\\?\\[x\\]`}');
    assert.equal(substituteVariables(expr, { c: ['a', 'b.'] }), 'a{b=~`(a|b\\.)`}');
    assert.equal(substituteVariables(expr, { c: '$__all' }), `a{b=~\`${ANYTHING}\`}`);
    assert.equal(substituteVariables('a{b=~"$c"}', { c: ['0.5'] }), 'a{b=~"0\\\\.5"}');
  });
});
