import type { Endpoint, Quantile, RequestStats, Snapshot } from '../../locust/snapshot.ts';
import type { RecentPercentiles } from '../../target/recent-requests.ts';
import { html, type SafeHtml } from './html.ts';
import {
  formatBytes,
  formatCount,
  formatQuantile,
  formatRate,
  formatSeconds,
  formatShare,
} from './format.ts';
import { describeRest, figureCell, foreignText, MAX_ROWS, tableSection } from './tables.ts';

const MAX_QUANTILE_COLUMNS = 12;

interface Column {
  readonly heading: string;
  /** @param recent percentiles of the same row. */
  readonly cell: (stats: RequestStats, recent: readonly Quantile[]) => SafeHtml;
}

interface ColumnGroup {
  readonly heading: string;
  readonly columns: readonly Column[];
}

/** The endpoints in Locust's own order, with its aggregate row below. */
export function endpointsSection(
  snapshot: Snapshot,
  recent: RecentPercentiles | null,
  metricsPath: string,
): SafeHtml {
  const { endpoints, aggregate } = snapshot;
  const shown = endpoints.slice(0, MAX_ROWS);
  const quantiles = quantilesOf(aggregate ? [...shown, aggregate] : shown);
  const groups = columnGroups(quantiles, recent);
  const columns = groups.flatMap((group) => group.columns);
  return tableSection({
    id: 'endpoints',
    heading: 'Endpoints',
    count: endpoints.length > 0 ? formatCount(endpoints.length) : null,
    caption:
      'Requests by endpoint: counts, response times and sizes since the statistics began, rates over the last ten seconds.',
    notices: [
      snapshot.endpointsTruncated
        ? 'Locust does not list all of its endpoints; rows are missing here.'
        : null,
      snapshot.foldedEndpoints > 0
        ? `Rows with the same method and name, or above a limit, are added together (${formatCount(snapshot.foldedEndpoints)}).`
        : null,
      describeRest(endpoints.length, metricsPath),
    ],
    head: head(groups),
    rows: shown.map((endpoint, index) =>
      endpointRow(endpoint, recent?.ofEndpoint(index) ?? [], columns),
    ),
    foot: aggregate && aggregateRow(aggregate, recent?.aggregate ?? [], columns),
    empty: 'No request has been measured yet.',
  });
}

function columnGroups(
  quantiles: readonly number[],
  recent: RecentPercentiles | null,
): readonly ColumnGroup[] {
  return [
    {
      heading: 'Requests',
      columns: [
        { heading: 'Count', cell: (stats) => figureCell(stats.requests, formatCount) },
        { heading: 'Failed', cell: (stats) => figureCell(stats.failures, formatCount, 'bad') },
        {
          heading: 'Failed %',
          cell: (stats) => figureCell(failRatio(stats), formatShare, 'bad'),
        },
      ],
    },
    ...(recent === null ? [] : [recentGroup(recent)]),
    {
      heading: 'Response time',
      columns: [
        ...quantiles.map((quantile) => ({
          heading: formatQuantile(quantile),
          cell: ({ responseTime }: RequestStats) =>
            secondsCell(secondsAt(responseTime.quantiles, quantile)),
        })),
        { heading: 'Mean', cell: (stats) => secondsCell(meanSeconds(stats)) },
        { heading: 'Min', cell: (stats) => secondsCell(stats.responseTime.minSeconds) },
        { heading: 'Max', cell: (stats) => secondsCell(stats.responseTime.maxSeconds) },
      ],
    },
    {
      heading: 'Last 10 s',
      columns: [
        { heading: 'Req/s', cell: (stats) => figureCell(stats.currentRps, formatRate) },
        {
          heading: 'Fail/s',
          cell: (stats) => figureCell(stats.currentFailuresPerSecond, formatRate, 'bad'),
        },
      ],
    },
    {
      heading: 'Body',
      columns: [
        { heading: 'Avg size', cell: (stats) => figureCell(meanBytes(stats), formatBytes) },
      ],
    },
  ];
}

function recentGroup({ seconds, fractions }: RecentPercentiles): ColumnGroup {
  return {
    heading: `Last ${Math.round(seconds)} s`,
    columns: fractions.map((quantile) => ({
      heading: formatQuantile(quantile),
      cell: (_stats, recent) => secondsCell(secondsAt(recent, quantile)),
    })),
  };
}

function head(groups: readonly ColumnGroup[]): SafeHtml {
  return html`<tr>
      <th scope="colgroup" colspan="2">Endpoint</th>
      ${groups.map(
        ({ heading, columns }) =>
          html`<th scope="colgroup" colspan="${columns.length}" class="group">${heading}</th>`,
      )}
    </tr>
    <tr>
      <th scope="col">Method</th>
      <th scope="col" class="name">Name</th>
      ${groups.map(({ columns }) =>
        columns.map(({ heading }) => html`<th scope="col" class="figure">${heading}</th>`),
      )}
    </tr>`;
}

function endpointRow(
  endpoint: Endpoint,
  recent: readonly Quantile[],
  columns: readonly Column[],
): SafeHtml {
  return html`<tr>
    <td class="method">${foreignText(endpoint.method)}</td>
    <th scope="row" class="name">${foreignText(endpoint.name)}</th>
    ${columns.map((column) => column.cell(endpoint, recent))}
  </tr>`;
}

function aggregateRow(
  aggregate: RequestStats,
  recent: readonly Quantile[],
  columns: readonly Column[],
): SafeHtml {
  return html`<tr>
    <td class="method"></td>
    <th scope="row" class="name">All endpoints</th>
    ${columns.map((column) => column.cell(aggregate, recent))}
  </tr>`;
}

/** Which quantiles any row has, ascending. */
function quantilesOf(rows: readonly RequestStats[]): readonly number[] {
  const found = new Set(
    rows.flatMap((row) => row.responseTime.quantiles.map(({ quantile }) => quantile)),
  );
  return [...found].sort((a, b) => a - b).slice(0, MAX_QUANTILE_COLUMNS);
}

function secondsAt(quantiles: readonly Quantile[], quantile: number): number | null {
  return quantiles.find((candidate) => candidate.quantile === quantile)?.seconds ?? null;
}

function secondsCell(seconds: number | null): SafeHtml {
  return figureCell(seconds, formatSeconds);
}

function meanSeconds({ responseTime }: RequestStats): number | null {
  return divide(responseTime.sumSeconds, responseTime.count);
}

function meanBytes({ contentBytes, requests }: RequestStats): number | null {
  return divide(contentBytes, requests);
}

/** Above 1 if a test counts failures without their requests. */
function failRatio({ failures, requests }: RequestStats): number | null {
  if (requests === 0 && failures !== null && failures > 0) return Infinity;
  return divide(failures, requests);
}

function divide(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : part / whole;
}
