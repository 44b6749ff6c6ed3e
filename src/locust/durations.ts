import type { Durations, Quantile } from './snapshot.ts';

/** How many requests the distribution counts. */
export function countDurations({ counts }: Durations): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

/**
 * The distribution of the requests of both. It has a sum only if both have one: otherwise the sum
 * would cover fewer requests than the counts.
 */
export function mergeDurations(a: Durations, b: Durations): Durations {
  const room = new Float64Array(2 * (a.seconds.length + b.seconds.length));
  const middle = room.length / 2;
  let length = 0;
  for (let i = 0, j = 0; i < a.seconds.length || j < b.seconds.length; length += 1) {
    const x = a.seconds[i] ?? Infinity;
    const y = b.seconds[j] ?? Infinity;
    let count = 0;
    if (x <= y) count += a.counts[i++] ?? 0;
    if (y <= x) count += b.counts[j++] ?? 0;
    room[length] = Math.min(x, y);
    room[middle + length] = count;
  }
  const sum = a.sumSeconds === null || b.sumSeconds === null ? null : a.sumSeconds + b.sumSeconds;
  return {
    // Copies if the room was not all needed, because a part would keep all of it in memory.
    seconds: partOf(room, 0, length, middle),
    counts: partOf(room, middle, length, middle),
    sumSeconds: sum !== null && Number.isFinite(sum) ? sum : null,
  };
}

function partOf(room: Float64Array, start: number, length: number, wanted: number): Float64Array {
  return length === wanted
    ? room.subarray(start, start + length)
    : room.slice(start, start + length);
}

/**
 * Quantiles by Locust's own rule: the shortest recorded time that leaves no more requests
 * below it than the fraction says, rounded down.
 *
 * @param fractions in ascending order.
 * @returns none where nothing was measured.
 */
export function quantilesOf(durations: Durations, fractions: readonly number[]): Quantile[] {
  const { seconds, counts } = durations;
  const total = countDurations(durations);
  const quantiles: Quantile[] = [];
  let below = total;
  let next = fractions.length - 1;
  for (let index = seconds.length - 1; index >= 0; index -= 1) {
    below -= counts[index] ?? 0;
    for (; next >= 0; next -= 1) {
      const quantile = fractions[next] ?? 0;
      if (below > Math.trunc(total * quantile)) break;
      quantiles.push({ quantile, seconds: seconds[index] ?? 0 });
    }
  }
  return quantiles.reverse();
}

/** The median up to Locust 2.46: of an even number of requests, the lower of the two in the middle. */
export function lowerMedian(durations: Durations): number | null {
  const { seconds, counts } = durations;
  let left = (countDurations(durations) - 1) / 2;
  for (let index = 0; index < seconds.length; index += 1) {
    const count = counts[index] ?? 0;
    if (left < count) return seconds[index] ?? null;
    left -= count;
  }
  return null;
}
