import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import { quantilesOf } from '../locust/durations.ts';
import type { Quantile, RequestStats, Snapshot } from '../locust/snapshot.ts';
import type { RecentPercentiles } from '../target/recent-requests.ts';

const NAME_WIDTH = 60;
const ERROR_WIDTH = 90;

const LEGEND =
  'Rates (req/s, fail/s) are over the last 10 s, all else is since the statistics began.\n' +
  'Locust makes a new report every 2 s, so this one may be older than the last command.';

/**
 * The report as tables for a terminal.
 *
 * @param recent percentiles of the last minute, for columns of their own.
 */
export function statsTable(snapshot: Snapshot, recent: RecentPercentiles | null = null): string {
  const { endpoints, aggregate, errors } = snapshot;
  const table = plainTable(
    [
      ...['Method', 'Name', 'Requests', 'Fails', 'Median', 'p95', 'Mean', 'Max', 'req/s', 'fail/s'],
      ...recentHeadings(recent),
    ],
    2,
  );
  for (const [index, endpoint] of endpoints.entries()) {
    table.push([
      printable(endpoint.method, 10),
      printable(endpoint.name, NAME_WIDTH),
      ...figures(endpoint),
      ...(recent === null ? [] : recentFigures(recent, recent.ofEndpoint(index))),
    ]);
  }
  if (aggregate !== null) {
    const recentOnes = recent === null ? [] : recentFigures(recent, recent.aggregate);
    table.push(['', 'Aggregated', ...figures(aggregate), ...recentOnes]);
  }
  const parts = [`${headline(snapshot)}\n${LEGEND}`, table.toString()];
  if (snapshot.endpointsTruncated) parts.push('Locust lists no more endpoints than these.');
  if (errors.length > 0) {
    const errorTable = plainTable(['Method', 'Name', 'Error', 'Occurrences'], 3);
    for (const { method, name, error, occurrences } of errors) {
      errorTable.push([
        printable(method, 10),
        printable(name, NAME_WIDTH),
        printable(error, ERROR_WIDTH),
        count(occurrences),
      ]);
    }
    parts.push(errorTable.toString());
  }
  return parts.join('\n\n');
}

/** Such as `p95 60s`: over so many seconds. */
function recentHeadings(recent: RecentPercentiles | null): string[] {
  if (recent === null) return [];
  const { seconds, fractions } = recent;
  return fractions.map((one) => `p${Math.round(one * 100)} ${Math.round(seconds)}s`);
}

function recentFigures({ fractions }: RecentPercentiles, quantiles: readonly Quantile[]): string[] {
  return fractions.map((fraction) => duration(secondsAt(quantiles, fraction)));
}

function headline({ state, users, totalRps, failRatio, workers, companion }: Snapshot): string {
  const facts = [
    `State: ${printable(state, 20)}`,
    `Users: ${count(users)}`,
    `RPS (last 10 s): ${rate(totalRps)}`,
    `Failures (whole run): ${percent(failRatio)}`,
  ];
  if (workers !== null) {
    const states = [...workers.countByState].filter(([, number]) => number > 0);
    const text = states.map(([one, number]) => `${number} ${printable(one, 20)}`).join(', ');
    facts.push(`Workers: ${text || 'none'}`);
  }
  if (companion !== null) facts.push('Companion: loaded');
  return facts.join('   ');
}

function figures({
  requests,
  failures,
  responseTime,
  durations,
  currentRps,
  currentFailuresPerSecond,
}: RequestStats): string[] {
  const { quantiles, sumSeconds, count: number } = responseTime;
  return [
    count(requests),
    count(failures),
    duration(secondsAt(quantiles, 0.5)),
    duration(secondsAt(durations === null ? quantiles : quantilesOf(durations, [0.95]), 0.95)),
    duration(sumSeconds === null || !number ? null : sumSeconds / number),
    duration(responseTime.maxSeconds),
    rate(currentRps),
    rate(currentFailuresPerSecond),
  ];
}

function secondsAt(quantiles: readonly Quantile[], quantile: number): number | null {
  return quantiles.find((one) => one.quantile === quantile)?.seconds ?? null;
}

function count(value: number | null): string {
  return value === null ? '-' : String(value);
}

function rate(value: number | null): string {
  return value === null ? '-' : value.toFixed(1);
}

/** `0 %`, `<0.01 %`, `1.25 %`, `>100 %`: 0 and 100 only if they are exact. */
function percent(ratio: number | null): string {
  if (ratio === null) return '-';
  if (ratio > 1) return '>100 %';
  const value = ratio * 100;
  if (value > 0 && value < 0.005) return '<0.01 %';
  if (value >= 99.995 && value < 100) return '>99.99 %';
  return `${Number(value.toFixed(2))} %`;
}

/** `7 ms`, `7.1 ms`, `10 ms`, `147 ms`: with a decimal only below 10 ms. */
function duration(seconds: number | null): string {
  if (seconds === null) return '-';
  const ms = seconds * 1000;
  return `${ms < 10 ? Number(ms.toFixed(1)) : ms.toFixed(0)} ms`;
}

/** @param textColumns how many columns from the left hold text; the others are right-aligned. */
function plainTable(head: string[], textColumns: number): Table.Table {
  return new Table({
    head,
    colAligns: head.map((_, index) => (index < textColumns ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
}

/** Text that is safe on a terminal: no escape sequences, one line, `width` characters at most. */
export function printable(text: string, width: number): string {
  const line = stripVTControlCharacters(text).replace(
    /\p{C}/gu,
    (character) => NAMED[character] ?? '\uFFFD',
  );
  const characters = Array.from(line);
  return characters.length <= width ? line : `${characters.slice(0, width - 1).join('')}…`;
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
