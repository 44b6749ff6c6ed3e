import { html, type SafeHtml } from './html.ts';
import { formatDuration } from './status-page-format.ts';

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
