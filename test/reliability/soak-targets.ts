import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { startComeAndGo } from './come-and-go.ts';

/*
 * Thousands of targets of /probe that come and go, for which minutes pass in milliseconds. It fails
 * when the heap after a full collection grows from one tenth of them to the next.
 */

/** The heap grew when it grew by more than both. */
const GROWTH = { share: 0.05, bytes: 2 ** 20 };
const SAMPLES = 10;
/** The first ones fill caches. */
const WARM_UP = 2;

const { values } = parseArgs({ options: { targets: { type: 'string', default: '10000' } } });
const targets = Number(values.targets);
if (!(targets >= 100 && targets <= 1e6)) throw new RangeError('--targets: expected 100 to 1000000');
if (globalThis.gc === undefined) throw new Error('expected node --expose-gc');

const course = await startComeAndGo();
const heaps: number[] = [];
const row = (...cells: readonly (string | number)[]) => {
  console.log(cells.map((cell) => String(cell).padStart(12)).join(''));
};
row('targets', 'kept', 'heap MiB', 'RSS MiB', 'fds');
for (let sample = 1; sample <= SAMPLES; sample += 1) {
  for (let one = 0; one < targets / SAMPLES; one += 1) await course.next();
  const kept = await course.targets();
  // What undici frees, it frees with its next timers, and what has a finalizer after that.
  for (let collection = 0; collection < 3; collection += 1) {
    await sleep(700);
    globalThis.gc();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  heaps.push(heapUsed + external);
  const fds = readdirSync('/proc/self/fd').length;
  row(Math.round((sample * targets) / SAMPLES), kept, mib(heapUsed + external), mib(rss), fds);
}
await course.close();

const from = Math.min(...heaps.slice(WARM_UP, WARM_UP + 3));
const to = Math.min(...heaps.slice(-3));
const isFlat = to < from * (1 + GROWTH.share) || to < from + GROWTH.bytes;
console.log(isFlat ? 'flat: the heap did not grow' : `the heap grew from ${from} to ${to}`);
process.exitCode = isFlat ? 0 : 1;

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
