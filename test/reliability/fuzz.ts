import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzAnswers, FuzzFailure } from './fuzz-answers.ts';

const { values } = parseArgs({
  options: { answers: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const answers = wholeNumber('answers', 1_000_000);
const seed = wholeNumber('seed', Math.floor(Math.random() * 1e6));
const only = values.only === undefined ? undefined : wholeNumber('only', 0);
const parseEvery = 100;

console.log(`seed ${seed}`);
const startMs = performance.now();
try {
  const figures = await fuzzAnswers({ answers, seed, parseEvery, only, progress });
  const seconds = (performance.now() - startMs) / 1000;
  const { index, ms, characters } = figures.slowest;
  const refused = Object.entries(figures.refused).map(([code, count]) => `${code} ${count}`);
  const { user, system } = process.cpuUsage();
  const cpuSeconds = (user + system) / 1e6;
  globalThis.gc?.();
  const heapMiB = process.memoryUsage().heapUsed / 2 ** 20;
  const rows = {
    answers: figures.answers,
    accepted: figures.accepted,
    refused: refused.join(', '),
    'counters compared': figures.countersCompared,
    'expositions parsed': figures.parsed,
    seconds: seconds.toFixed(1),
    'seconds of CPU': cpuSeconds.toFixed(1),
    'answers per second': Math.round(figures.answers / seconds),
    slowest: `${ms.toFixed(1)} ms, answer ${index} of ${characters} characters`,
    'heap at the end': `${heapMiB.toFixed(1)} MiB`,
  };
  for (const [name, value] of Object.entries(rows)) console.log(`${name.padEnd(20)}${value}`);
} catch (error) {
  if (!(error instanceof FuzzFailure)) throw error;
  const file = path.join(tmpdir(), `locust-exporter-fuzz-${seed}-${error.index}.txt`);
  writeFileSync(file, error.answer);
  console.error(error.message);
  console.error(`the response is in ${file}; once more, with all answers before it:`);
  console.error(`  npm run fuzz -- --seed ${seed} --only ${error.index}`);
  process.exitCode = 1;
}

function wholeNumber(name: keyof typeof values, preset: number): number {
  const text = values[name] ?? String(preset);
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`--${name}: expected a whole number`);
  return Number(text);
}

function progress(done: number): void {
  if (process.stderr.isTTY) process.stderr.write(`${done} answers\r`);
}
