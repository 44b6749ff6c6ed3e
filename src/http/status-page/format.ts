import { formatPercentile } from '../../metrics/samples.ts';
import { html, type SafeHtml } from './html.ts';

const NO_BREAK_SPACE = '\u00a0';
const TOO_WIDE = 1e15;

const WHOLE = digits(0, 0);
const UP_TO_ONE = digits(0, 1);
const UP_TO_TWO = digits(0, 2);
const ONE = digits(1, 1);
const ONE_OR_TWO = digits(1, 2);

/** A no-break space separates a figure from its unit. */
export const UNIT_SEPARATOR = NO_BREAK_SPACE;

/** `1,234,567` */
export function formatCount(count: number): string {
  return formatNumber(count, WHOLE);
}

/** `0`, `0.13`, `14.4`, `1,235` */
export function formatRate(perSecond: number): string {
  const size = Math.abs(perSecond);
  if (size === 0) return '0';
  if (size < 0.005) return '<0.01';
  if (size < 9.995) return formatNumber(perSecond, ONE_OR_TWO);
  return size < 999.95 ? formatNumber(perSecond, ONE) : formatCount(perSecond);
}

/** `0%`, `<0.01%`, `0.25%`, `16.7%`, `>99.99%`: 0 and 100 only if they are exact. */
export function formatPercent(ratio: number): string {
  const percent = Math.min(ratio * 100, Number.MAX_VALUE);
  if (percent > 0 && percent < 0.005) return '<0.01%';
  if (percent >= 99.995 && percent < 100) return '>99.99%';
  const nearAnEnd = percent < 0.995 || (percent > 99 && percent < 100);
  return `${formatNumber(percent, nearAnEnd ? UP_TO_TWO : UP_TO_ONE)}%`;
}

/** Like `formatPercent`, of a share: more than all is `>100%`, as a figure above it means nothing. */
export function formatShare(ratio: number): string {
  return ratio > 1 ? '>100%' : formatPercent(ratio);
}

/** `7.1 ms`, `147 ms`, `3.4 s`, `147 s` */
export function formatSeconds(seconds: number): string {
  const ms = seconds * 1000;
  if (ms < 9.95) return withUnit(formatNumber(ms, UP_TO_ONE), 'ms');
  if (ms < 999.5) return withUnit(formatCount(ms), 'ms');
  return withUnit(seconds < 99.95 ? formatNumber(seconds, ONE) : formatCount(seconds), 's');
}

/** `512 B`, `1.2 kB`, `59.3 MB` */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let step = 0;
  while (Math.abs(value) >= 999.5 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  const isSmall = step > 0 && Math.abs(value) < 99.95;
  return withUnit(formatNumber(value, isSmall ? ONE : WHOLE), units[step] ?? '');
}

/** `12 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h` */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  if (seconds < 60) return withUnit(seconds, 's');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${withUnit(minutes, 'min')} ${withUnit(seconds % 60, 's')}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${withUnit(hours, 'h')} ${withUnit(minutes % 60, 'min')}`;
  return `${withUnit(formatCount(Math.floor(hours / 24)), 'd')} ${withUnit(hours % 24, 'h')}`;
}

/** `p50`, `p99.9` */
export function formatQuantile(quantile: number): string {
  return `p${formatPercentile(quantile)}`;
}

function formatNumber(value: number, format: Intl.NumberFormat): string {
  return Math.abs(value) >= TOO_WIDE ? value.toExponential(1) : format.format(value);
}

function digits(minimum: number, maximum: number): Intl.NumberFormat {
  return new Intl.NumberFormat('en', {
    minimumFractionDigits: minimum,
    maximumFractionDigits: maximum,
  });
}

function withUnit(figure: string | number, unit: string): string {
  return `${figure}${NO_BREAK_SPACE}${unit}`;
}

/** A point in time, such as `2026-07-14 14:03:22 UTC`. */
export function moment(unixMs: number): SafeHtml {
  const date = new Date(unixMs);
  if (Number.isNaN(date.getTime())) return html`an unknown time`;
  const iso = date.toISOString();
  const readable = `${iso.slice(0, iso.lastIndexOf('.')).replace('T', ' ')} UTC`;
  return html`<time datetime="${iso}">${readable}</time>`;
}

/** A point in time and how long ago that is. */
export function momentAgo(unixMs: number, nowMs: number): SafeHtml {
  return html`${moment(unixMs)} (${formatDuration(nowMs - unixMs)} ago)`;
}
