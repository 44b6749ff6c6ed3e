/**
 * How long a scrape may take by what Prometheus announces in
 * `X-Prometheus-Scrape-Timeout-Seconds`, less a margin to render and send the answer.
 *
 * @returns ms; Infinity when nothing (or nonsense) is announced.
 */
export function scrapeTimeoutMs(header: string | undefined): number {
  const seconds = Number(header ?? NaN);
  if (!(seconds > 0)) return Infinity;
  const announcedMs = seconds * 1000;
  return announcedMs - Math.min(500, announcedMs / 5);
}
