import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';

export const UIDS = {
  overview: 'locust-run-overview',
  detail: 'locust-endpoint-detail',
  health: 'locust-exporter-health',
} as const;

const TITLES: Record<keyof typeof UIDS, string> = {
  overview: 'Run overview',
  detail: 'Endpoint detail',
  health: 'Exporter health',
};

/** The Locust that is chosen. Other variables mean something else on the other dashboard. */
const CHOSEN = '${datasource:queryparam}&${job:queryparam}&${instance:queryparam}';

/** A link at the top of a dashboard about one Locust to another dashboard about it. */
export const linkTo = (target: keyof typeof UIDS) => link(target, `/d/${UIDS[target]}?${CHOSEN}`);

/** The same, from a dashboard of several Locusts to a dashboard of one. */
export const linkToOneOf = (target: keyof typeof UIDS) =>
  link(target, `/d/${UIDS[target]}?\${datasource:queryparam}`);

function link(target: keyof typeof UIDS, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(TITLES[target])
    .type(DashboardLinkType.Link)
    .icon('dashboard')
    .url(url)
    .keepTime(true);
}

const DETAIL = `/d/${UIDS.detail}?${CHOSEN}&\${__url_time_range}`;

export interface DataLink {
  readonly title: string;
  readonly url: string;
}

/** From a row of a table with these two columns to its endpoint alone. */
export const ENDPOINT_OF_ROW: DataLink = {
  title: 'This endpoint alone',
  url: `${DETAIL}&var-method=\${__data.fields.Method:percentencode}&var-endpoint=\${__data.fields.Endpoint:percentencode}`,
};

/** From a series with these two labels to its endpoint alone. */
export const ENDPOINT_OF_SERIES: DataLink = {
  title: 'This endpoint alone',
  url: `${DETAIL}&var-method=\${__field.labels.method:percentencode}&var-endpoint=\${__field.labels.name:percentencode}`,
};

/** From a row of a table with these two columns to the run of that Locust. */
export const RUN_OF_ROW: DataLink = {
  title: 'Run overview',
  url: `/d/${UIDS.overview}?\${datasource:queryparam}&var-job=\${__data.fields.Job:percentencode}&var-instance=\${__data.fields.Instance:percentencode}&\${__url_time_range}`,
};
