import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './datasource.ts';
import { RUN } from './selectors.ts';

/** The choice of one that a dashboard opens with. */
export const datasource = () =>
  new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');

/*
 * Of the dashboards about a run, job and instance choose exactly one Locust. Two of them are
 * two load tests, or one that was scraped twice: figures added up over both would be of
 * neither, and tables would mix their endpoints.
 */

export const job = () => oneOf('job', 'Job', 'label_values(locust_up, job)');

export const instance = () =>
  oneOf('instance', 'Instance', 'label_values(locust_up{job="$job"}, instance)');

/*
 * Of the health of exporters there are as many as one likes. All of them are those of the list:
 * a job may well have targets that are no exporters of Locust.
 */

export const jobs = () => manyOf('job', 'Job', 'label_values(locust_up, job)');

export const instances = () =>
  manyOf('instance', 'Instance', 'label_values(locust_up{job=~"$job"}, instance)');

/**
 * All endpoints are not those of the list: some appear while one looks on, and some requests have
 * no method, which no list shows. Before Prometheus 3 a dot alone leaves out names with newlines.
 */
const ANYTHING = '(?s:.*)';

export const method = () =>
  manyOf('method', 'Method', `label_values(locust_requests_total{${RUN}}, method)`).allValue(
    ANYTHING,
  );

export const endpoint = () =>
  manyOf(
    'endpoint',
    'Endpoint',
    `label_values(locust_requests_total{${RUN}, method=~"$method"}, name)`,
  ).allValue(ANYTHING);

/** One of them is legible for each of many endpoints. */
export const quantileOfEndpoints = (metric: string) =>
  quantile(metric).current({ selected: true, text: ['0.95'], value: ['0.95'] });

export const quantile = (metric: string) =>
  manyOf('quantile', 'Quantile', `label_values(${metric}{${RUN}}, quantile)`)
    .description('Of the response times since the statistics began.')
    .allValue(ANYTHING)
    .sort(VariableSort.NumericalAsc);

function oneOf(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ qryType: 1, query, refId: `variable-${name}` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc);
}

function manyOf(name: string, label: string, query: string): QueryVariableBuilder {
  return oneOf(name, label, query)
    .multi(true)
    .includeAll(true)
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
