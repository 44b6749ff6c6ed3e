import type { Program } from './programs.ts';

/** What tells that a program shows all endpoints; the predecessor has the aggregate among them. */
const ENDPOINT_SERIES = {
  exporter: { start: 'locust_requests_total{', besides: 0 },
  predecessor: { start: 'locust_requests_num_requests{', besides: 1 },
};

/**
 * @returns the number of samples
 * @throws Error where Locust is not up, or not with that many endpoints
 */
export function checkExposition(
  name: keyof typeof ENDPOINT_SERIES & Program['name'],
  text: string,
  endpoints: number,
): number {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (!lines.includes('locust_up 1')) throw new Error(`the ${name} does not see Locust`);
  const { start, besides } = ENDPOINT_SERIES[name];
  const shown = lines.filter((line) => line.startsWith(start)).length - besides;
  if (shown !== endpoints) {
    throw new Error(`the ${name} shows ${shown} endpoints, not ${endpoints}`);
  }
  return lines.length;
}
